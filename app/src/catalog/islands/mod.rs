//! What needs the browser: suggestions while one types, and shelves by the browser's position. An island fetches
//! finished HTML and puts it in place; it formats nothing.

#[cfg(feature = "hydrate")]
mod fetch;
pub mod near;
pub mod suggest;
