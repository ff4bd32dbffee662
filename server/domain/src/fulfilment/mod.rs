//! A reservation from being placed to being handed over: what is promised, what is taken off, what may happen to it,
//! who may collect it and by which number. It must not know how it is stored or who is signed in.

mod contact;
mod discount;
mod numbers;
mod pick;
mod promise;
mod reservation;

pub use contact::{check_contact, is_unprintable, name_fault, read_phone, read_reach};
pub use discount::{Discount, Off, Pieces, reduced};
pub use numbers::{
    CounterInput, order_number, pass_code, pickup_code, read_code, read_counter, read_number,
    read_order_number, reservation_number,
};
pub use pick::{PickFault, missing_of, split_pick};
pub use promise::{PickupRules, keep_until, kept_percent, ready_by};
pub use reservation::{Record, Reservation, State, Step, StockEffect};
