//! Points on the earth and which of them are near. It must not know what stands there.

mod nearest;

pub use nearest::{Nearest, Walk};
