//! One open stream as a socket: what is written goes out at once, or waits as the latest of each shelf. Idle, it is
//! some hundred bytes and a sleeping task.

use std::{
    io,
    sync::{Mutex, MutexGuard, PoisonError},
};

use bytes::{Buf, Bytes};
use futures::future::OptionFuture;
use tokio::{
    net::TcpStream,
    sync::Notify,
    time::{Instant, timeout_at},
};
use tokio_util::sync::CancellationToken;

use super::asked::Asked;
use crate::{http::patient::PATIENCE, metrics::METER};

/// Shelves that may wait for a slow reader; past that the stream ends, and its page comes back for a snapshot.
const WAITING: usize = 256;
/// Ends a body in chunks.
const LAST: &[u8] = b"0\r\n\r\n";

/// A store and a variant.
pub(super) type Shelf = (i64, i64);

/// A text as one chunk of a body.
pub(super) fn chunk(text: &str) -> Vec<u8> {
    format!("{:x}\r\n{text}\r\n", text.len()).into_bytes()
}

pub(super) struct Seat {
    socket: TcpStream,
    asked: Asked,
    beat: usize,
    out: Mutex<Out>,
    changed: Notify,
}

/// What is still to be written.
#[derive(Default)]
struct Out {
    state: State,
    /// The rest of a chunk of which the socket took a part.
    rest: Bytes,
    /// The latest chunk of each shelf, in the order they first changed.
    waiting: Vec<(Shelf, Bytes)>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// The head and the snapshot are being written.
    #[default]
    Opening,
    Open,
    Ended,
}

impl Seat {
    pub(super) fn new(socket: TcpStream, asked: Asked, beat: usize) -> Seat {
        Seat { socket, asked, beat, out: Mutex::default(), changed: Notify::new() }
    }

    /// At which beat of the hall it hears a comment.
    pub(super) fn beat(&self) -> usize {
        self.beat
    }

    pub(super) fn variants(&self) -> &[i64] {
        &self.asked.variants
    }

    fn out(&self) -> MutexGuard<'_, Out> {
        self.out.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Of one of its variants: whether it is told of that shelf.
    pub(super) fn is_about(&self, shelf: Shelf) -> bool {
        self.asked.where_from.has(shelf)
    }

    /// Writes a chunk about a shelf, or lets it wait.
    pub(super) fn tell(&self, shelf: Shelf, chunk: &Bytes) {
        let mut out = self.out();
        if out.state == State::Open && out.is_empty() {
            out.write(&self.socket, chunk.clone());
        } else if out.state != State::Ended {
            out.wait(shelf, chunk);
        }
        let stirred = !out.is_empty() || out.state == State::Ended;
        drop(out);
        if stirred {
            self.changed.notify_one();
        }
    }

    /// Keeps the rhythm, where the reader keeps up.
    pub(super) fn hum(&self, chunk: &Bytes) {
        let mut out = self.out();
        if out.state == State::Open && out.is_empty() {
            out.write(&self.socket, chunk.clone());
            if !out.is_empty() || out.state == State::Ended {
                self.changed.notify_one();
            }
        }
    }

    /// Ends the stream: something was missed.
    pub(super) fn end(&self) {
        self.out().state = State::Ended;
        self.changed.notify_one();
    }

    /// Writes what opens the stream, then sees to the socket until either side ends it.
    pub(super) async fn attend(&self, opening: Vec<u8>, closing: &CancellationToken) {
        if self.open(opening, closing).await.is_ok() {
            self.look_after(closing).await;
        }
        let mut out = self.out();
        // In order, unless half a chunk is out already.
        if out.rest.is_empty() {
            let _ = self.socket.try_write(LAST);
        }
        out.state = State::Ended;
    }

    async fn open(&self, opening: Vec<u8>, closing: &CancellationToken) -> io::Result<()> {
        let mut rest = Bytes::from(opening);
        while !rest.is_empty() {
            tokio::select! {
                biased;
                () = closing.cancelled() => return Err(io::ErrorKind::Interrupted.into()),
                ready = tokio::time::timeout(PATIENCE, self.socket.writable()) => ready??,
            }
            match self.socket.try_write(&rest) {
                Ok(taken) => rest.advance(taken),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
        let mut out = self.out();
        if out.state == State::Opening {
            out.state = State::Open;
        }
        out.flush(&self.socket);
        Ok(())
    }

    async fn look_after(&self, closing: &CancellationToken) {
        // Until when a reader that is behind has to take something: whatever else happens meanwhile gives it no more time.
        let mut given_up_at = None;
        loop {
            let (behind, ended) = {
                let out = self.out();
                (!out.is_empty(), out.state == State::Ended)
            };
            if ended {
                return;
            }
            given_up_at = behind.then(|| given_up_at.unwrap_or_else(|| Instant::now() + PATIENCE));
            tokio::select! {
                biased;
                () = closing.cancelled() => return,
                () = self.changed.notified() => {}
                gone = self.hang_up() => if gone { return },
                Some(taken) = OptionFuture::from(given_up_at.map(|until| self.catch_up(until))) => match taken {
                    None => {
                        METER.count_fallen_behind();
                        return;
                    }
                    Some(true) => given_up_at = None,
                    Some(false) => {}
                },
            }
        }
    }

    /// Waits until the reader says something; it has nothing to say but that it goes.
    async fn hang_up(&self) -> bool {
        let mut said = [0; 64];
        if self.socket.readable().await.is_err() {
            return true;
        }
        match self.socket.try_read(&mut said) {
            Ok(0) => true,
            Ok(_) => false,
            Err(error) => error.kind() != io::ErrorKind::WouldBlock,
        }
    }

    /// Whether the reader took something of what waits; none where it is gone, or given up.
    async fn catch_up(&self, until: Instant) -> Option<bool> {
        timeout_at(until, self.socket.writable()).await.ok()?.ok()?;
        Some(self.out().flush(&self.socket))
    }
}

impl Out {
    fn is_empty(&self) -> bool {
        self.rest.is_empty() && self.waiting.is_empty()
    }

    /// Only while nothing waits.
    fn write(&mut self, socket: &TcpStream, mut chunk: Bytes) {
        match socket.try_write(&chunk) {
            Ok(taken) => {
                chunk.advance(taken);
                self.rest = chunk;
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.rest = chunk,
            Err(_) => self.state = State::Ended,
        }
    }

    fn wait(&mut self, shelf: Shelf, chunk: &Bytes) {
        if let Some((_, own)) = self.waiting.iter_mut().find(|(own, _)| *own == shelf) {
            *own = chunk.clone();
        } else if self.waiting.len() < WAITING {
            self.waiting.push((shelf, chunk.clone()));
        } else {
            METER.count_fallen_behind();
            self.state = State::Ended;
        }
    }

    /// Whether the socket took anything.
    fn flush(&mut self, socket: &TcpStream) -> bool {
        let rest = std::mem::take(&mut self.rest);
        let before = rest.len();
        if !rest.is_empty() {
            self.write(socket, rest);
        }
        let taken = self.rest.len() < before;
        let mut sent = 0;
        while self.rest.is_empty() && self.state == State::Open && sent < self.waiting.len() {
            let chunk = self.waiting[sent].1.clone();
            self.write(socket, chunk);
            sent += 1;
        }
        self.waiting.drain(..sent);
        if self.waiting.is_empty() {
            self.waiting = Vec::new();
        }
        taken || sent > 0
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Duration};

    use tokio::{io::AsyncReadExt, net::TcpListener};

    use super::*;
    use crate::http::api::live::asked::WhereFrom;

    /// Far more than sockets take of what nobody reads.
    const MUCH: usize = 64 << 20;

    #[tokio::test]
    async fn a_reader_that_takes_nothing_is_given_up_however_much_there_is_to_tell() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut deaf = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (socket, _) = listener.accept().await.unwrap();
        let asked = Asked { variants: Arc::new([1]), where_from: WhereFrom::Everywhere };
        let seat = Arc::new(Seat::new(socket, asked, 0));
        let own = seat.clone();
        let attending =
            tokio::spawn(async move { own.attend(chunk("open"), &CancellationToken::new()).await });
        let mut start = [0; 4];
        deaf.read_exact(&mut start).await.unwrap();
        seat.tell((1, 1), &Bytes::from(vec![0; MUCH]));
        // From here the clock goes on whenever there is nothing else to do.
        tokio::time::pause();
        for _ in 0..12 {
            tokio::time::sleep(Duration::from_secs(5)).await;
            seat.tell((1, 1), &Bytes::from_static(b"9\r\nthe same\n\r\n"));
        }
        assert!(attending.is_finished(), "a shelf that changes every five seconds gave it no more time");
    }
}
