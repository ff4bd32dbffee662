//! Connections: accepted up to a number, without Nagle's delay, with a time for the head of each request, and ended
//! in order when the process stops.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, body::Body, extract::ConnectInfo, http::Request};
use hyper::{body::Incoming, server::conn::http1::Builder};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::{GracefulConnection, GracefulShutdown},
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// How long a client may take for a request's head; idle connections are closed after it, too.
const HEAD_TIME: Duration = Duration::from_secs(15);
/// Bytes of a head.
const HEAD: usize = 64 * 1024;
const CONNECTIONS: usize = 16_384;
/// How long requests under way may take when the process stops.
const GRACE: Duration = Duration::from_secs(8);
/// A full table of files is waited out: connections that end make room.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Told to every request, so that what would go on for ever can end when the process stops.
#[derive(Clone, Debug, Default)]
pub struct Closing(pub CancellationToken);

/// Serves until `stop`, and then lets what is under way end within eight seconds.
pub async fn serve(listener: TcpListener, router: Router, stop: CancellationToken) -> io::Result<()> {
    // A live stream is an open file; the usual 1,024 are not enough. Where it is not allowed we serve fewer.
    if let Err(error) = rlimit::increase_nofile_limit(CONNECTIONS as u64 + 4_096) {
        tracing::warn!(%error, "The limit of open files could not be raised.");
    }
    let builder = builder();
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let graceful = GracefulShutdown::new();
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
        let connection = connect(&builder, stream, peer, router.clone(), &stop);
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            // Clients that go away in the middle are no fault of ours.
            if let Err(error) = connection.await {
                tracing::debug!(%error, "A connection ended early.");
            }
            drop(place);
        });
    }
    drop(listener);
    if tokio::time::timeout(GRACE, graceful.shutdown()).await.is_err() {
        tracing::warn!("Some requests were still under way after the grace and were cut.");
    }
    Ok(())
}

fn builder() -> Builder {
    let mut builder = Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD_TIME).max_buf_size(HEAD);
    builder
}

fn connect(
    builder: &Builder,
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    stop: &CancellationToken,
) -> impl GracefulConnection<Error = hyper::Error> + Send + use<> {
    // A streamed answer would otherwise wait 40 ms for the client's acknowledgement.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "Nagle's delay could not be turned off.");
    }
    let closing = Closing(stop.clone());
    let service = tower::service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        request.extensions_mut().insert(closing.clone());
        router.clone().oneshot(request)
    });
    builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service))
}
