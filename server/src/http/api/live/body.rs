//! A stream as the body of an answer, for callers that read one.

use std::{convert::Infallible, time::Duration};

use bytes::Bytes;
use futures::{Stream, stream};
use onshelf_shop::stock::Watch;

use super::{Handover, Listener, text};
use crate::http::metrics::METER;

const COMMENT: Duration = Duration::from_secs(15);

/// Events until either side ends them. Nothing where somebody else took the stream over.
pub(super) fn events(handover: Handover) -> impl Stream<Item = Result<Bytes, Infallible>> + Send {
    stream::unfold(State::Decided(handover), |state| async move {
        let (text, reading) = match state {
            State::Decided(handover) => begin(handover.take()?),
            State::Reading(mut reading) => (reading.next().await?, reading),
        };
        Some((Ok(text), State::Reading(reading)))
    })
}

enum State {
    Decided(Handover),
    Reading(Box<Reading>),
}

struct Reading {
    listener: Listener,
    watch: Watch,
}

/// Watching begins before the snapshot is read, so that no change falls between the two.
fn begin(listener: Listener) -> (Bytes, Box<Reading>) {
    let watch = listener.shop.watch(listener.asked.variants.clone(), listener.asked.store_id);
    let snapshot = text::snapshot(&listener.shop, &listener.asked);
    (Bytes::from(snapshot), Box::new(Reading { listener, watch }))
}

impl Reading {
    async fn next(&mut self) -> Option<Bytes> {
        tokio::select! {
            biased;
            () = self.listener.closing.cancelled() => None,
            event = self.watch.next() => match event {
                Some(event) => Some(Bytes::from(text::event(&self.listener.shop, &event))),
                None => {
                    METER.count_fallen_behind();
                    None
                }
            },
            () = tokio::time::sleep(COMMENT) => Some(Bytes::from_static(text::COMMENT.as_bytes())),
        }
    }
}
