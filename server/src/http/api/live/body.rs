//! A stream as the body of an answer, for callers that read one.

use std::{convert::Infallible, time::Duration};

use bytes::Bytes;
use futures::{Stream, stream};
use onshelf_shop::stock::Watch;

use super::{Handover, Listener, text};
use crate::metrics::METER;

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
    let asked = &listener.asked;
    let watch = listener.shop.watch(asked.variants.to_vec(), asked.where_from.store());
    let snapshot = text::snapshot(&listener.shop, &listener.asked);
    (Bytes::from(snapshot), Box::new(Reading { listener, watch }))
}

impl Reading {
    async fn next(&mut self) -> Option<Bytes> {
        let comment = tokio::time::sleep(COMMENT);
        tokio::pin!(comment);
        loop {
            tokio::select! {
                biased;
                () = self.listener.closing.cancelled() => return None,
                event = self.watch.next() => match event {
                    Some(event) if self.listener.asked.where_from.has((event.store_id, event.variant_id)) => {
                        return Some(Bytes::from(text::event(&self.listener.shop, &event)));
                    }
                    Some(_) => {}
                    None => {
                        METER.count_fallen_behind();
                        return None;
                    }
                },
                () = &mut comment => return Some(Bytes::from_static(text::COMMENT.as_bytes())),
            }
        }
    }
}
