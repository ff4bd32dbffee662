//! Being told: the offer to be told in the browser, and for whoever develops, what would have been sent.

#[cfg(feature = "ssr")]
pub mod sent;
#[cfg(feature = "ssr")]
pub mod tell;
