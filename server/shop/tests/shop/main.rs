//! What the shop promises, tried on SQLite and on PostgreSQL. Each test ends with an audit of the books.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on ends")]

mod astray;
mod auditing;
mod board;
mod changing;
mod circles;
mod counter;
mod crowd;
mod delivering;
mod discounts;
mod finding;
mod following;
mod given_back;
mod growing;
mod healing;
mod holds;
mod house;
mod kept;
mod killed;
mod listing;
mod orders;
mod partners;
mod passes;
mod paying;
mod promises;
mod races;
mod receipts;
mod reconciling;
mod refunding;
mod shelves;
mod switching;
mod tabs;
mod taken_back;
mod taxed;
mod troubles;
mod turns;
mod walking;
mod warehouses;
mod webhooks;
