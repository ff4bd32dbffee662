//! The contract from outside: calls over the whole router, on each engine, against a shop of their own.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on ends")]

mod astray;
mod call;
mod changing;
mod checkout;
mod closed;
mod counter;
mod courier;
mod full;
mod guards;
mod live;
mod names;
mod notifications;
mod options;
mod owed;
mod owners;
mod pages;
mod partners;
mod passes;
mod picking;
mod pressing;
mod privacy;
mod reading;
mod receipts;
mod reserving;
mod sessions;
mod slow;
mod tiles;
mod ways;
