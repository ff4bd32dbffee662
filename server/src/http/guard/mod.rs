//! What every request passes before anything is done for it: where it comes from, how much and how often it asks,
//! how long it may take; and the headers every answer leaves with. It knows no product and no store.

pub mod client;
pub mod headers;
pub mod intake;
pub mod load;
pub mod origin;
pub mod rates;
