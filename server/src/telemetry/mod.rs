//! What the process tells of itself while it works: lines in the log, and traces for a collector where one is set.
//! Neither ever says who somebody is: routes stand as patterns, no query, no name, no token.
//!
//! Spans under the target [`TRACED`] are for the collector alone and never show in the log. Without a collector their
//! callsites are switched off, and cost what reading one number costs.

mod collector;
mod request;

use std::io::IsTerminal;

use tracing::{Metadata, Subscriber, level_filters::LevelFilter, subscriber::Interest};
use tracing_subscriber::{
    EnvFilter, Layer, fmt,
    layer::{Context, Filter, SubscriberExt},
    registry::LookupSpan,
    util::SubscriberInitExt,
};

pub use collector::Traces;
pub(crate) use request::Served;

use crate::{
    Failure,
    config::{Config, LogFormat},
};

/// The target of spans that are for the collector.
pub(crate) const TRACED: &str = "otel";

/// Starts the log, and the traces where a collector is set. Keep what it answers, and finish it at the end.
pub fn start(config: &Config) -> Result<Option<Traces>, Failure> {
    let traces = config.otlp_endpoint.as_deref().map(Traces::start).transpose()?;
    let mut filter = EnvFilter::try_new(directives(&config.log)).map_err(|error| format!("log: {error}"))?;
    for quiet in ["sqlx=warn", "tantivy=warn", "otel=off"] {
        filter = filter.add_directive(quiet.parse()?);
    }
    let colours = std::io::stderr().is_terminal();
    let lines = fmt::layer().with_writer(std::io::stderr).with_target(false).with_ansi(colours);
    let lines = match config.log_format {
        LogFormat::Text => lines.boxed(),
        LogFormat::Json => lines.json().boxed(),
    };
    let registry = tracing_subscriber::registry();
    match &traces {
        // One filter for all is less work for each span than one a layer.
        None => registry.with(lines).with(filter).init(),
        Some(traces) => {
            registry.with(lines.with_filter(filter)).with(traces.layer().with_filter(Traced)).init();
        }
    }
    Ok(traces)
}

/// A level that is named alone, and is chattier than `info`, is meant for the shop: what libraries say at that level
/// is not ours to vouch for.
fn directives(log: &str) -> String {
    match log.trim().parse::<LevelFilter>() {
        Ok(level) if level > LevelFilter::INFO => format!("info,onshelf={log}"),
        _ => log.to_owned(),
    }
}

/// Lets pass what is for the collector. What the workers ask the database again and again belongs to nothing and would
/// only be noise.
struct Traced;

impl<S> Filter<S> for Traced
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    fn enabled(&self, metadata: &Metadata<'_>, context: &Context<'_, S>) -> bool {
        let for_it = metadata.is_span() && metadata.target() == TRACED;
        for_it && (!metadata.name().starts_with("database") || context.lookup_current().is_some())
    }

    fn callsite_enabled(&self, metadata: &'static Metadata<'static>) -> Interest {
        if metadata.is_span() && metadata.target() == TRACED {
            Interest::sometimes()
        } else {
            Interest::never()
        }
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::DEBUG)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chatty_level_is_for_the_shop_alone() {
        for (log, meant) in [
            ("info", "info"),
            ("warn", "warn"),
            ("debug", "info,onshelf=debug"),
            ("TRACE", "info,onshelf=TRACE"),
            ("info,hyper=trace", "info,hyper=trace"),
        ] {
            assert_eq!(directives(log), meant);
            assert!(EnvFilter::try_new(directives(log)).is_ok());
        }
    }
}
