//! Documents for paper: a small sheet that text, tables and rules are set on, and what is set. It knows how things
//! look, never what they come to. The same order gives the same bytes: nothing of the clock or of chance is in them.

mod letters;
mod paint;
mod receipt;
mod sheet;

pub use receipt::{Seller, receipt_pdf};

/// Why a document could not be made. It is the house's fault, never the reader's.
#[derive(Clone, Debug, thiserror::Error)]
#[error("a document could not be made: {0}")]
pub struct DocumentError(pub String);
