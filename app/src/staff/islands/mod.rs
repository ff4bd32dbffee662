//! What the board needs of the browser: staying up to date, and keeping one's place while it changes.

mod live;
#[cfg(feature = "hydrate")]
mod patch;
#[cfg(feature = "hydrate")]
mod watch;

pub use live::*;
