//! Pieces of screens that belong to no capability: the shell around every page, icons, fields, money.

pub mod icon;
pub mod map;

#[cfg(feature = "ssr")]
pub mod failure;
#[cfg(feature = "ssr")]
pub mod shell;
