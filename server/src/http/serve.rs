//! Connections: accepted where there is room, without Nagle's delay, with a time for the head of each request and for
//! whoever does not read what they asked for, and ended in order when the process stops.

use std::{
    future::poll_fn,
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::Poll,
    time::Duration,
};

use axum::{
    Extension, Router,
    body::Body,
    extract::ConnectInfo,
    http::{Method, Request, Response, Version, response::Parts},
};
use hyper::{body::Incoming, server::conn::http1::Builder, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    time::{sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::Service;

use super::{
    Options,
    api::live::{Handover, Line, Listener},
    doors::{BySideDoor, Doors, Entry, SIDE_TIME},
    patient::Patient,
    places::Place,
};

/// Bytes of a head.
const HEAD: usize = 64 * 1024;
/// Connections that may wait to be accepted, where the system allows as many. Who finds no place there hears nothing and
/// knocks again after a second.
const BACKLOG: u32 = 4_096;
/// How long requests under way may take when the process stops: with what the workers and the database may take after
/// them, less than the ten seconds a stop is promised in.
const GRACE: Duration = Duration::from_secs(6);
/// A full table of files is waited out: connections that end make room.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Told to every request, so that what would go on for ever can end when the process stops.
#[derive(Clone, Debug, Default)]
pub struct Closing(pub CancellationToken);

/// Listens where a crowd may come at once.
pub fn listen(addr: SocketAddr) -> io::Result<TcpListener> {
    let socket = if addr.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // A process that is started anew does not wait for connections of the one before.
    socket.set_reuseaddr(true)?;
    socket.bind(addr)?;
    socket.listen(BACKLOG)
}

/// Serves until `stop`, and then lets what is under way end within six seconds.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    options: Options,
    stop: CancellationToken,
) -> io::Result<()> {
    let doors = Doors::new(&options);
    let builder = builder(options.limits.head_time);
    let (mut side_builder, side_router) = (builder.clone(), router.clone().layer(Extension(BySideDoor)));
    side_builder.keep_alive(false);
    let tracker = TaskTracker::new();
    while let Some((stream, peer)) = next(&listener, &stop).await {
        let connection = |place, router: &Router| {
            let (router, stop) = (router.clone(), stop.clone());
            Connection { peer, place, router, stop }
        };
        match doors.admit(peer.ip()) {
            Some(Entry::Main(place)) => {
                let serving = connection(place, &router).serve(builder.clone(), stream, tracker.clone());
                tracker.spawn(serving);
            }
            Some(Entry::Side(place)) => {
                let connection = connection(place, &side_router);
                let serving = connection.serve(side_builder.clone(), stream, tracker.clone());
                tracker.spawn(timeout(SIDE_TIME, serving));
            }
            None => doors.turn_away(stream),
        }
    }
    drop(listener);
    tracker.close();
    if timeout(GRACE, tracker.wait()).await.is_err() {
        let seconds = GRACE.as_secs();
        tracing::warn!("Some requests were still under way {seconds} s after the stop and were cut.");
    }
    Ok(())
}

/// The next who comes; nobody once the process stops.
async fn next(listener: &TcpListener, stop: &CancellationToken) -> Option<(TcpStream, SocketAddr)> {
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return None,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                // A streamed answer would otherwise wait 40 ms for the client's acknowledgement.
                if let Err(error) = stream.set_nodelay(true) {
                    tracing::debug!(%error, "Nagle's delay could not be turned off for a connection ({error}).");
                }
                return Some((stream, peer));
            }
            Err(error) => {
                tracing::warn!(%error, "A connection could not be accepted ({error}); others are in a moment.");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

fn builder(head_time: Duration) -> Builder {
    let mut builder = Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(head_time).max_buf_size(HEAD);
    builder
}

/// One client's connection.
struct Connection {
    peer: SocketAddr,
    /// Its place among all connections.
    place: Place,
    router: Router,
    stop: CancellationToken,
}

/// Where an answer waits that is a stream and leaves HTTP.
type Leaving = Arc<Mutex<Option<(Parts, Listener)>>>;

impl Connection {
    /// Answers requests until either side ends it, or until it becomes a live stream.
    async fn serve(self, builder: Builder, stream: TcpStream, tracker: TaskTracker) {
        let leaving = Leaving::default();
        let service = {
            let (leaving, router) = (leaving.clone(), self.router);
            let (peer, closing) = (self.peer, Closing(self.stop.clone()));
            service_fn(move |request: Request<Incoming>| {
                let mut request = request.map(Body::new);
                request.extensions_mut().insert(ConnectInfo(peer));
                request.extensions_mut().insert(closing.clone());
                let streamable = request.method() == Method::GET && request.version() == Version::HTTP_11;
                let answered = router.clone().call(request);
                let leaving = leaving.clone();
                async move {
                    let Ok(response) = answered.await;
                    if streamable { stay_or_leave(response, &leaving).await } else { Ok(response) }
                }
            })
        };
        let mut connection = builder.serve_connection(TokioIo::new(Patient::new(stream)), service);
        let mut stopping = false;
        let stream = loop {
            let serving = poll_fn(|cx| match Pin::new(&mut connection).poll(cx) {
                Poll::Ready(outcome) => Poll::Ready(Err(outcome)),
                Poll::Pending => match leaving.lock().unwrap_or_else(PoisonError::into_inner).take() {
                    Some(stream) => Poll::Ready(Ok(stream)),
                    None => Poll::Pending,
                },
            });
            tokio::select! {
                outcome = serving => match outcome {
                    Ok(stream) => break stream,
                    // Clients that go away in the middle are no fault of ours.
                    Err(Err(error)) => return tracing::debug!(%error, "A connection ended early ({error})."),
                    Err(Ok(())) => return,
                },
                () = self.stop.cancelled(), if !stopping => {
                    stopping = true;
                    Pin::new(&mut connection).graceful_shutdown();
                }
            }
        };
        let (head, listener) = stream;
        let socket = connection.into_parts().io.into_inner().into_inner();
        listener.sit_down(Line { socket, head, connection: self.place }, &tracker);
    }
}

/// An answer that is a stream is laid aside, and HTTP never hears of it: its buffers are ten times what it needs.
async fn stay_or_leave(mut response: Response<Body>, leaving: &Leaving) -> Result<Response<Body>, io::Error> {
    let taken = response.extensions_mut().remove::<Handover>().and_then(|handover| handover.take());
    let Some(listener) = taken else { return Ok(response) };
    let (head, _) = response.into_parts();
    *leaving.lock().unwrap_or_else(PoisonError::into_inner) = Some((head, listener));
    std::future::pending().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_crowd_that_comes_at_once_waits_and_does_not_have_to_knock_again() {
        let allowed = std::fs::read_to_string("/proc/sys/net/core/somaxconn").unwrap_or_default();
        let crowd = 1_500;
        if !allowed.trim().parse::<usize>().is_ok_and(|allowed| allowed > crowd) {
            eprintln!("skipped: the system lets fewer wait than come here");
            return;
        }
        rlimit::increase_nofile_limit(4_096).unwrap();
        // Nobody accepts them.
        let listener = listen("127.0.0.1:0".parse().unwrap()).unwrap();
        let addr = listener.local_addr().unwrap();
        let coming = (0..crowd).map(|_| TcpStream::connect(addr));
        let arrived = tokio::time::timeout(Duration::from_millis(900), futures::future::try_join_all(coming));
        assert_eq!(arrived.await.unwrap().unwrap().len(), crowd);
    }
}
