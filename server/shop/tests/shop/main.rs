//! What the shop promises, tried on SQLite and on PostgreSQL. Each test ends with an audit of the books.

mod board;
mod holds;
mod partners;
mod shelves;
