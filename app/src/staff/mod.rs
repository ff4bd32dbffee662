//! What staff work with: signing in, choosing a store, and the board of its reservations. Every screen asks
//! first who is signed in; what they may see and do is decided by the shop, never here.

pub mod islands;

#[cfg(feature = "ssr")]
mod arrivals;
#[cfg(feature = "ssr")]
pub mod away;
#[cfg(feature = "ssr")]
mod back;
#[cfg(feature = "ssr")]
mod bar;
#[cfg(feature = "ssr")]
pub mod board;
#[cfg(feature = "ssr")]
mod card;
#[cfg(feature = "ssr")]
mod columns;
#[cfg(feature = "ssr")]
mod counted;
#[cfg(feature = "ssr")]
mod courier;
#[cfg(feature = "ssr")]
pub mod forms;
#[cfg(feature = "ssr")]
mod gate;
#[cfg(feature = "ssr")]
pub mod home;
#[cfg(feature = "ssr")]
mod kept;
#[cfg(feature = "ssr")]
mod lines;
#[cfg(feature = "ssr")]
mod notice;
#[cfg(feature = "ssr")]
mod people;
#[cfg(feature = "ssr")]
mod place;
#[cfg(feature = "ssr")]
mod seek;
#[cfg(feature = "ssr")]
pub mod sign_in;
#[cfg(feature = "ssr")]
mod trouble;
#[cfg(feature = "ssr")]
mod ways;
#[cfg(feature = "ssr")]
mod words;
