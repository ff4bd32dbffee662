//! Seen from outside: metrics, traces, the log, what is kept of a person, who did what, and the folder of the site.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on ends")]

mod books;
#[path = "../http/call.rs"]
#[allow(dead_code, reason = "the calls of another test")]
mod call;
mod collector;
mod exposition;
mod logs;
mod metrics;
mod people;
mod process;
mod runbook;
mod settings;
mod shopper;
mod site;
mod traces;
mod trail;
