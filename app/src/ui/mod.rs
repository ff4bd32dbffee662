//! Pieces of screens that belong to no capability: the shell around every page, icons, fields, money.

pub mod field;
pub mod icon;
pub mod map;
pub mod money;
pub mod picture;

#[cfg(feature = "ssr")]
mod aisles;
#[cfg(feature = "hydrate")]
pub(crate) mod browser;
#[cfg(feature = "ssr")]
pub mod failure;
#[cfg(feature = "ssr")]
pub mod live_map;
#[cfg(feature = "ssr")]
pub mod part;
#[cfg(feature = "ssr")]
pub mod qr;
#[cfg(feature = "ssr")]
pub mod shell;
