//! Pieces of screens that belong to no capability and know no visit: icons, fields, pictures, money, maps.

pub mod field;
pub mod icon;
pub mod map;
pub mod money;
pub mod picture;

#[cfg(feature = "hydrate")]
pub(crate) mod browser;
#[cfg(feature = "ssr")]
pub mod live_map;
#[cfg(feature = "ssr")]
pub mod part;
#[cfg(feature = "ssr")]
pub mod qr;
#[cfg(feature = "ssr")]
pub mod seller;
