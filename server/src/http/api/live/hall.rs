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

use tokio::net::TcpStream;

use super::{
    asked::Asked,
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
    /// Of whoever comes next.
    beat: usize,
    /// Whether somebody walks.
    walked: bool,
}

impl Seats {
    /// Beats are dealt in turn, so that each has as many sockets, and kept: who stays is not shifted by who leaves.
    fn add(&mut self, socket: TcpStream, asked: Asked) -> Arc<Seat> {
        let seat = Arc::new(Seat::new(socket, asked, self.beat));
        self.beat = (self.beat + 1) % BEATS;
        for variant in seat.variants() {
            self.by_variant.entry(*variant).or_default().push(seat.clone());
        }
        seat
    }

    fn remove(&mut self, seat: &Arc<Seat>) {
        for variant in seat.variants() {
            if let Some(own) = self.by_variant.get_mut(variant) {
                own.retain(|other| !Arc::ptr_eq(other, seat));
                if own.is_empty() {
                    self.by_variant.remove(variant);
                }
            }
        }
    }

    /// Who hears a comment at this beat. Who watches several variants hears it with the first.
    fn at(&self, beat: usize) -> impl Iterator<Item = &Arc<Seat>> {
        self.by_variant.iter().flat_map(move |(variant, seats)| {
            seats.iter().filter(move |seat| seat.beat() == beat && seat.variants().first() == Some(variant))
        })
    }
}

fn look(seats: &Mutex<Seats>) -> MutexGuard<'_, Seats> {
    seats.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Hall {
    pub(super) fn enter(&self, shop: &Shop, socket: TcpStream, asked: Asked) -> Arc<Seat> {
        let mut seats = look(&self.0);
        let seat = seats.add(socket, asked);
        if !std::mem::replace(&mut seats.walked, true) {
            tokio::spawn(walk(Arc::downgrade(&self.0), shop.clone(), shop.all_news()));
        }
        seat
    }

    pub(super) fn leave(&self, seat: &Arc<Seat>) {
        look(&self.0).remove(seat);
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
                let mut seats = look(&hall);
                // A part of the sockets each beat, so that not all are written to at once.
                seats.at(beat).for_each(|seat| seat.hum(&comment));
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

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;
    use crate::http::api::live::asked::WhereFrom;

    #[tokio::test]
    async fn nobody_waits_longer_for_a_comment_because_others_leave() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let asked = Asked { variants: Arc::new([1, 2]), where_from: WhereFrom::Everywhere };
        let mut seats = Seats::default();
        let mut sitting = Vec::new();
        for _ in 0..3 * BEATS {
            let socket = TcpStream::connect(addr).await.unwrap();
            // Each with the beats since it heard something.
            sitting.push((seats.add(socket, asked.clone()), 0));
        }
        // At every beat the one that came first goes, which all others sit behind.
        let mut heard = 0;
        for beat in 1..3 * BEATS {
            seats.remove(&sitting.remove(0).0);
            let hearing: Vec<&Arc<Seat>> = seats.at(beat % BEATS).collect();
            for (seat, waited) in &mut sitting {
                let times = hearing.iter().filter(|other| Arc::ptr_eq(other, seat)).count();
                assert!(times <= 1, "once with the first of its variants");
                heard += times;
                *waited = if times == 1 { 0 } else { *waited + 1 };
                assert!(*waited < BEATS, "{waited} beats without a word");
            }
        }
        assert!(heard > 0);
        seats.remove(&sitting.remove(0).0);
        assert!(sitting.is_empty() && seats.by_variant.is_empty());
    }
}
