//! Every screen: the table of contents. A page is server-rendered HTML with real links and real forms; an island
//! adds what needs the browser. This floor knows no SQL, and reaches the shop only through [`ssr`].

// The types of views nest as deep as the pages do.
#![recursion_limit = "512"]

#[cfg(feature = "ssr")]
mod once;
#[cfg(feature = "ssr")]
pub mod routes;
#[cfg(feature = "ssr")]
pub mod shared;
#[cfg(feature = "ssr")]
pub mod shell;
#[cfg(feature = "ssr")]
pub mod ssr;

pub mod error;
pub mod ui;

pub mod cart;
pub mod catalog;
pub mod fulfilment;
pub mod home;
pub mod notifications;
pub mod orders;
pub mod payments;
pub mod staff;
pub mod stores;
