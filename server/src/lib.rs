//! The wires: HTTP, mail, webhooks, jobs, settings, the command line. No business decision is taken here.

pub mod cli;
pub mod config;
pub mod demo;
pub mod http;
pub mod notifications;
pub mod payments;
pub mod worker;
