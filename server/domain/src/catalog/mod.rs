//! How products are named, numbered and priced in files and addresses.
//! It must not know which file a value came from, nor what is stored.

mod gtin;
mod price;
mod slug;

pub use gtin::read_gtin;
pub use price::{BadPrice, parse_price};
pub use slug::{free_slug, slugify};
