//! Telling people: which push services may be called, and how a telephone number is split for those who send to it.

mod phone;
mod services;

pub use phone::{calling_code, national};
pub use services::{BadService, PushServices};
