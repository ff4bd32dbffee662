//! Open streams, bounded in all and for each client; and how one leaves its connection for the hall.

use std::{fmt::Write, net::IpAddr, sync::Arc};

use axum::http::response::Parts;
use jiff::fmt::rfc2822::DateTimePrinter;
use tokio::net::TcpStream;
use tokio_util::task::TaskTracker;

use super::{Listener, hall::Hall, seat::chunk, text};
use crate::{
    http::{
        options::Limits,
        places::{self, Full, Places},
        problem::{Kind, Problem},
    },
    metrics::{METER, Shed},
};

/// All streams of a router.
pub(in crate::http) struct Streams {
    places: Arc<Places>,
    hall: Hall,
}

impl Streams {
    #[must_use]
    pub(in crate::http) fn new(limits: &Limits) -> Streams {
        Streams { places: Places::new(limits.streams, limits.streams_per_client), hall: Hall::default() }
    }

    pub(super) fn take_place(self: &Arc<Streams>, client: IpAddr) -> Result<Place, Problem> {
        let full = |full| {
            METER.count_shed(match full {
                Full::ForAll => Shed::Stream,
                Full::ForThisOne => Shed::OwnStream,
            });
            Problem { retry_after: Some(10), ..Problem::new(Kind::Busy) }
        };
        let counted = self.places.take(Some(client)).map_err(full)?;
        METER.open_stream();
        Ok(Place { streams: self.clone(), _counted: counted })
    }
}

/// One stream's place; dropping it gives it free.
pub(super) struct Place {
    streams: Arc<Streams>,
    _counted: places::Place,
}

impl Drop for Place {
    fn drop(&mut self) {
        METER.close_stream();
    }
}

/// A connection that no longer speaks HTTP but is one stream until its end.
pub(in crate::http) struct Line {
    pub socket: TcpStream,
    /// Of the answer, with all that the guards have added.
    pub head: Parts,
    /// The connection's own place among all connections.
    pub connection: places::Place,
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
