//! Open streams, bounded in all and for each client; and how one leaves its connection for the hall.

use std::{
    collections::HashMap,
    fmt::Write,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::http::response::Parts;
use jiff::fmt::rfc2822::DateTimePrinter;
use tokio::{net::TcpStream, sync::OwnedSemaphorePermit};
use tokio_util::task::TaskTracker;

use super::{Listener, hall::Hall, seat::chunk, text};
use crate::{
    http::{
        options::Limits,
        problem::{Kind, Problem},
    },
    metrics::{METER, Shed},
};

/// All streams of a router.
pub(in crate::http) struct Streams {
    most: usize,
    most_per_client: usize,
    open: Mutex<Open>,
    hall: Hall,
}

#[derive(Default)]
struct Open {
    all: usize,
    by_client: HashMap<IpAddr, usize>,
}

impl Streams {
    #[must_use]
    pub(in crate::http) fn new(limits: &Limits) -> Streams {
        Streams {
            most: limits.streams,
            most_per_client: limits.streams_per_client,
            open: Mutex::default(),
            hall: Hall::default(),
        }
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn take_place(self: &Arc<Streams>, client: IpAddr) -> Result<Place, Problem> {
        let full = |what| {
            METER.count_shed(what);
            Problem { retry_after: Some(10), ..Problem::new(Kind::Busy) }
        };
        let mut open = self.open();
        let own = open.by_client.get(&client).copied().unwrap_or(0);
        if open.all >= self.most {
            return Err(full(Shed::Stream));
        }
        if own >= self.most_per_client {
            return Err(full(Shed::OwnStream));
        }
        open.all += 1;
        open.by_client.insert(client, own + 1);
        METER.open_stream();
        Ok(Place { streams: self.clone(), client })
    }
}

/// One stream's place; dropping it gives it free.
pub(super) struct Place {
    streams: Arc<Streams>,
    client: IpAddr,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.streams.open();
        open.all = open.all.saturating_sub(1);
        if let Some(own) = open.by_client.get_mut(&self.client) {
            *own = own.saturating_sub(1);
            if *own == 0 {
                open.by_client.remove(&self.client);
            }
        }
        METER.close_stream();
    }
}

/// A connection that no longer speaks HTTP but is one stream until its end.
pub(in crate::http) struct Line {
    pub socket: TcpStream,
    /// Of the answer, with all that the guards have added.
    pub head: Parts,
    /// The connection's own place among all connections.
    pub connection: OwnedSemaphorePermit,
}

impl Listener {
    /// Begins the stream on its line, in a task that the tracker waits for.
    pub(in crate::http) fn sit_down(self, line: Line, tracker: &TaskTracker) {
        let hall = self.place.streams.hall.clone();
        let head = head(&line.head, &self);
        let asked = self.asked.clone();
        let (closing, shop) = (self.closing.clone(), self.shop.clone());
        // Sitting there begins before the snapshot is read, so that no change falls between the two.
        let seat = hall.enter(&shop, line.socket, asked.clone());
        let opening = [head.into_bytes(), chunk(&text::snapshot(&shop, &asked))].concat();
        let held = (self.place, line.connection);
        tracker.spawn(async move {
            seat.attend(opening, &closing).await;
            hall.leave(&seat);
            drop(held);
        });
    }
}

/// The answer's head as it stands on the wire: in chunks, and the last answer of its connection.
fn head(parts: &Parts, listener: &Listener) -> String {
    let mut text = format!("HTTP/1.1 {}\r\n", parts.status);
    for (name, value) in &parts.headers {
        if let Ok(value) = value.to_str() {
            // Writing to a String cannot fail.
            let _ = write!(text, "{name}: {value}\r\n");
        }
    }
    if let Ok(date) = DateTimePrinter::new().timestamp_to_rfc9110_string(&listener.shop.now()) {
        let _ = write!(text, "date: {date}\r\n");
    }
    text.push_str("transfer-encoding: chunked\r\nconnection: close\r\n\r\n");
    text
}
