//! Paying: the page of the built-in test provider. Orders and their money are shown elsewhere; here is only what a
//! provider of its own would show.

#[cfg(feature = "ssr")]
pub mod scenario;
#[cfg(feature = "ssr")]
pub mod test_page;
