//! The contract from outside: calls over the whole router, on each engine, against a shop of their own.

mod call;
mod guards;
mod live;
mod partners;
mod reading;
mod reserving;
