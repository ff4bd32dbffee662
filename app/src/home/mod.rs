//! The front of the shop: the operator's words, what stands near, what is new. It only reads.

#[cfg(feature = "ssr")]
mod once;
#[cfg(feature = "ssr")]
pub mod page;
#[cfg(feature = "ssr")]
mod words;
