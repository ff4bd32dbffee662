//! The wires: HTTP, mail, webhooks, jobs, settings, the command line. No business decision is taken here.

/// A page is some thousand small pieces of memory for a moment: half its cost was the system's own allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

pub mod cli;
pub mod config;
pub mod demo;
pub mod documents;
pub mod http;
pub mod metrics;
pub mod notifications;
mod outward;
pub mod payments;
pub mod telemetry;
pub mod worker;
mod worn;

/// Something that kept a command from running; its text is the one line people see.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;
