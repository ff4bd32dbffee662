//! Those who take money: the same cases against all three, Stripe and Toss Payments as stand-ins that keep their
//! books as their documents say the real ones do. Stripe is read from what it publishes of its objects, too, and our
//! calls are tried on a Stripe that somebody else imitated.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on ends")]

mod bench;
mod clock;
mod conformance;
mod cross_check;
mod given_back;
mod page;
mod published;
mod scenarios;
mod stand_in;
mod stripe_stand_in;
mod toss_stand_in;
mod trouble;
mod webhooks;
