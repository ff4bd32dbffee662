//! A wire between the server and its database that can be cut, slowed, stalled and left dead.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
};

use super::Failure;

/// How the wire is at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Good,
    /// Each piece of data comes late by so much.
    Slow(Duration),
    /// Nothing passes; what was sent comes when it is good again.
    Stalled,
    /// New connections are reset.
    Refusing,
}

#[derive(Clone, Copy, Debug)]
struct Now {
    state: State,
    /// Connections older than this are reset.
    reset_before: u64,
    /// Connections older than this stay open and carry nothing, ever.
    dead_before: u64,
}

/// Listens on a port of loopback and passes everything on.
pub struct Wire {
    pub port: u16,
    now: Arc<watch::Sender<Now>>,
    born: Arc<AtomicU64>,
    listening: tokio::task::JoinHandle<()>,
}

impl Wire {
    pub async fn to(host: &str, port: u16) -> Result<Wire, Failure> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let own = listener.local_addr()?.port();
        let good = Now { state: State::Good, reset_before: 0, dead_before: 0 };
        let (now, born) = (Arc::new(watch::Sender::new(good)), Arc::new(AtomicU64::new(1)));
        let server = (host.to_owned(), port);
        let listening = tokio::spawn(listen(listener, server, now.clone(), born.clone()));
        Ok(Wire { port: own, now, born, listening })
    }

    pub fn set(&self, state: State) {
        self.now.send_modify(|now| now.state = state);
    }

    /// Resets every connection there is.
    pub fn reset_all(&self) {
        let born = self.born.load(Ordering::SeqCst);
        self.now.send_modify(|now| now.reset_before = born);
    }

    /// Leaves every connection there is open and dead, as when the machine behind it vanished.
    pub fn leave_dead(&self) {
        let born = self.born.load(Ordering::SeqCst);
        self.now.send_modify(|now| now.dead_before = born);
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn listen(
    listener: TcpListener,
    server: (String, u16),
    now: Arc<watch::Sender<Now>>,
    born: Arc<AtomicU64>,
) {
    while let Ok((client, _)) = listener.accept().await {
        let watch = now.subscribe();
        let number = born.fetch_add(1, Ordering::SeqCst);
        if watch.borrow().state == State::Refusing {
            let _ = client.set_zero_linger();
            continue;
        }
        let server = server.clone();
        tokio::spawn(async move {
            let Ok(server) = TcpStream::connect(server).await else {
                let _ = client.set_zero_linger();
                return;
            };
            let _ = (client.set_nodelay(true), server.set_nodelay(true));
            // So that dropping either end resets it.
            let _ = (client.set_zero_linger(), server.set_zero_linger());
            let ((from_client, to_client), (from_server, to_server)) =
                (client.into_split(), server.into_split());
            let up = tokio::spawn(carry(from_client, to_server, watch.clone(), number));
            let down = tokio::spawn(carry(from_server, to_client, watch, number));
            let (mut up, mut down) = (up, down);
            // Where one direction has ended the other has nothing left to say.
            tokio::select! {
                _ = &mut up => down.abort(),
                _ = &mut down => up.abort(),
            }
        });
    }
}

async fn carry(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut watch: watch::Receiver<Now>,
    number: u64,
) {
    let mut data = vec![0u8; 16 * 1024];
    loop {
        if watch.borrow().reset_before > number {
            return;
        }
        let read = tokio::select! {
            read = from.read(&mut data) => read,
            changed = watch.changed() => match changed {
                Ok(()) => continue,
                Err(_) => return,
            },
        };
        let length = match read {
            Ok(0) | Err(_) => return,
            Ok(length) => length,
        };
        loop {
            let now = *watch.borrow_and_update();
            if now.reset_before > number {
                return;
            }
            let stuck = now.state == State::Stalled || now.dead_before > number;
            if !stuck {
                if let State::Slow(pause) = now.state {
                    tokio::time::sleep(pause).await;
                }
                break;
            }
            if watch.changed().await.is_err() {
                return;
            }
        }
        if to.write_all(&data[..length]).await.is_err() {
            return;
        }
    }
}
