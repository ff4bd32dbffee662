//! What the board needs of the browser: staying up to date, and keeping one's place while it changes.

mod live;
mod patch;

pub use live::*;
