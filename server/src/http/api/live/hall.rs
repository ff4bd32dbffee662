//! The hall: all open sockets, and one writer. A change is put into words once, for all; changes that come while the
//! writer walks are told as the latest of each shelf.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use bytes::Bytes;
use onshelf_shop::{
    Shop,
    stock::{News, StockEvent},
};

use super::{
    seat::{Seat, Shelf, chunk},
    text,
};

/// Each socket hears a comment every so many beats.
const BEATS: usize = 15;
const BEAT: Duration = Duration::from_secs(1);
/// Sockets the writer walks past before others have their turn.
const STRETCH: usize = 512;

#[derive(Clone, Default)]
pub(super) struct Hall(Arc<Mutex<Seats>>);

#[derive(Default)]
struct Seats {
    by_variant: HashMap<i64, Vec<Arc<Seat>>>,
    /// Whether somebody walks.
    walked: bool,
}

fn look(seats: &Mutex<Seats>) -> MutexGuard<'_, Seats> {
    seats.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Hall {
    pub(super) fn enter(&self, shop: &Shop, seat: &Arc<Seat>) {
        let mut seats = look(&self.0);
        for variant in seat.variants() {
            seats.by_variant.entry(*variant).or_default().push(seat.clone());
        }
        if !std::mem::replace(&mut seats.walked, true) {
            tokio::spawn(walk(Arc::downgrade(&self.0), shop.clone(), shop.all_news()));
        }
    }

    pub(super) fn leave(&self, seat: &Arc<Seat>) {
        let mut seats = look(&self.0);
        for variant in seat.variants() {
            if let Some(own) = seats.by_variant.get_mut(variant) {
                own.retain(|other| !Arc::ptr_eq(other, seat));
                if own.is_empty() {
                    seats.by_variant.remove(variant);
                }
            }
        }
    }
}

/// Until the hall is empty, or gone.
async fn walk(hall: Weak<Mutex<Seats>>, shop: Shop, mut news: News) {
    let mut beats = tokio::time::interval(BEAT);
    let comment = Bytes::from(chunk(text::COMMENT));
    let mut beat = 0;
    loop {
        let events = tokio::select! {
            biased;
            events = news.next() => Some(events),
            _ = beats.tick() => None,
        };
        let Some(hall) = hall.upgrade() else { return };
        match events {
            Some(Some(events)) => tell(&hall, &shop, events).await,
            // Changes were missed: everybody comes back and gets a snapshot.
            Some(None) => {
                look(&hall).by_variant.values().flatten().for_each(|seat| seat.end());
                news = shop.all_news();
            }
            None => {
                beat = (beat + 1) % BEATS;
                hum(&hall, beat, &comment);
                let mut seats = look(&hall);
                if seats.by_variant.is_empty() {
                    seats.walked = false;
                    return;
                }
            }
        }
    }
}

async fn tell(hall: &Mutex<Seats>, shop: &Shop, events: Vec<Arc<StockEvent>>) {
    let mut latest: HashMap<Shelf, Arc<StockEvent>> = HashMap::with_capacity(events.len());
    for event in events {
        latest.insert((event.store_id, event.variant_id), event);
    }
    for (shelf, event) in latest {
        let seats = look(hall).by_variant.get(&event.variant_id).cloned().unwrap_or_default();
        if seats.is_empty() {
            continue;
        }
        let chunk = Bytes::from(chunk(&text::event(shop, &event)));
        for seats in seats.chunks(STRETCH) {
            for seat in seats.iter().filter(|seat| seat.is_about(shelf)) {
                seat.tell(shelf, &chunk);
            }
            tokio::task::yield_now().await;
        }
    }
}

/// A part of the sockets each beat, so that not all are written to at once.
fn hum(hall: &Mutex<Seats>, beat: usize, comment: &Bytes) {
    let seats = look(hall);
    for (variant, seats) in &seats.by_variant {
        // Who watches several variants hums with the first.
        let first = |seat: &&Arc<Seat>| seat.variants().first() == Some(variant);
        seats.iter().filter(first).skip(beat).step_by(BEATS).for_each(|seat| seat.hum(comment));
    }
}
