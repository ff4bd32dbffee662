//! Connections: accepted up to a number, without Nagle's delay, with a time for the head of each request, and ended
//! in order when the process stops.

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
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{Method, Request, Response, Version, response::Parts},
};
use hyper::{body::Incoming, server::conn::http1::Builder, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::Service;

use super::api::live::{Handover, Line, Listener};

/// Bytes of a head.
const HEAD: usize = 64 * 1024;
const CONNECTIONS: usize = 16_384;
/// How long requests under way may take when the process stops: with what the workers and the database may take after
/// them, less than the ten seconds a stop is promised in.
const GRACE: Duration = Duration::from_secs(6);
/// A full table of files is waited out: connections that end make room.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Told to every request, so that what would go on for ever can end when the process stops.
#[derive(Clone, Debug, Default)]
pub struct Closing(pub CancellationToken);

/// Serves until `stop`, and then lets what is under way end within six seconds. `head_time` is that of the limits.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    head_time: Duration,
    stop: CancellationToken,
) -> io::Result<()> {
    // A live stream is an open file; the usual 1,024 are not enough. Where it is not allowed we serve fewer.
    if let Err(error) = rlimit::increase_nofile_limit(CONNECTIONS as u64 + 4_096) {
        tracing::warn!(%error, "The limit of open files could not be raised.");
    }
    let builder = builder(head_time);
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let tracker = TaskTracker::new();
    loop {
        let place = tokio::select! {
            () = stop.cancelled() => break,
            place = places.clone().acquire_owned() => place.map_err(io::Error::other)?,
        };
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "A connection could not be accepted.");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        // A streamed answer would otherwise wait 40 ms for the client's acknowledgement.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "Nagle's delay could not be turned off.");
        }
        let connection = Connection { peer, place, router: router.clone(), stop: stop.clone() };
        let serving = connection.serve(builder.clone(), stream, tracker.clone());
        tracker.spawn(serving);
    }
    drop(listener);
    tracker.close();
    if tokio::time::timeout(GRACE, tracker.wait()).await.is_err() {
        tracing::warn!("Some requests were still under way after the grace and were cut.");
    }
    Ok(())
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
    place: OwnedSemaphorePermit,
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
        let mut connection = builder.serve_connection(TokioIo::new(stream), service);
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
                    Err(Err(error)) => return tracing::debug!(%error, "A connection ended early."),
                    Err(Ok(())) => return,
                },
                () = self.stop.cancelled(), if !stopping => {
                    stopping = true;
                    Pin::new(&mut connection).graceful_shutdown();
                }
            }
        };
        let (head, listener) = stream;
        let socket = connection.into_parts().io.into_inner();
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
