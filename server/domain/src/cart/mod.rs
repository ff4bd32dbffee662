//! The basket against the stores. It must not know how stock is read.

mod rank;

pub use rank::{Candidate, Cover, rank};
