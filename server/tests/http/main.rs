//! The contract from outside: calls over the whole router, on each engine, against a shop of their own.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on ends")]

mod call;
mod guards;
mod live;
mod pages;
mod partners;
mod picking;
mod reading;
mod reserving;
