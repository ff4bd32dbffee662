//! Deeds that need several rooms at once: a step of a reservation with its stock, its messages and its order; a pick
//! that does not find everything or a parcel that does not come, and what is done about it; a sale that answers a
//! reservation. They stand above the rooms they bring together, so that no room has to know one above it.

mod alternatives;
mod answer;
mod astray;
mod cancel;
mod carry;
mod expire;
mod find;
mod follow;
mod heal;
mod pick;
mod sale;
mod step;
mod taken_back;

pub use answer::Answer;
pub use find::Found;
pub use pick::PickReport;

pub(crate) use carry::{Carrying, carry};
pub(crate) use step::write_step;
pub(crate) use taken_back::can_be_taken_back;
