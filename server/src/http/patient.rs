//! A connection that waits only so long for whoever takes nothing of what is written to them. Where there is nothing to
//! write it waits for ever, and its clock costs nothing until a write has to wait.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Sleep, sleep},
};

/// How long a reader may take none of what waits for it.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

pub(super) struct Patient<S> {
    stream: S,
    /// There while a write waits.
    clock: Option<Pin<Box<Sleep>>>,
}

impl<S> Patient<S> {
    pub(super) fn new(stream: S) -> Patient<S> {
        Patient { stream, clock: None }
    }

    pub(super) fn into_inner(self) -> S {
        self.stream
    }

    /// What came of a write, or that it has waited too long.
    fn timed<T>(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.clock = None;
            return written;
        }
        let clock = self.clock.get_or_insert_with(|| Box::pin(sleep(PATIENCE)));
        clock.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        data: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, data)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, data: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, data);
        self.timed(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, pieces);
        self.timed(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        self.timed(cx, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let ended = Pin::new(&mut self.stream).poll_shutdown(cx);
        self.timed(cx, ended)
    }
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex},
        time::Instant,
    };

    use super::*;

    /// A connection that holds eight bytes, and its other side.
    fn connection() -> (Patient<DuplexStream>, DuplexStream) {
        let (ours, theirs) = duplex(8);
        (Patient::new(ours), theirs)
    }

    #[tokio::test(start_paused = true)]
    async fn who_takes_nothing_is_waited_for_a_while() {
        let (mut ours, _theirs) = connection();
        let began = Instant::now();
        let error = ours.write_all(b"more than eight").await.unwrap_err();
        assert_eq!((error.kind(), began.elapsed().as_secs()), (io::ErrorKind::TimedOut, 30));
    }

    #[tokio::test(start_paused = true)]
    async fn who_takes_a_little_now_and_then_gets_all_of_it() {
        let (mut ours, mut theirs) = connection();
        let reading = async {
            let mut read = [0; 4];
            for _ in 0..10 {
                sleep(PATIENCE.mul_f64(0.9)).await;
                theirs.read_exact(&mut read).await.unwrap();
            }
        };
        let (written, ()) = tokio::join!(ours.write_all(&[1; 40]), reading);
        written.unwrap();
        assert!(ours.clock.is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_told_nothing_may_stay() {
        let (mut ours, mut theirs) = connection();
        let mut read = [0; 1];
        assert!(tokio::time::timeout(PATIENCE * 100, ours.read(&mut read)).await.is_err());
        ours.write_all(b"8 bytes.").await.unwrap();
        // What was taken before says nothing about what waits later.
        let mut heard = [0; 8];
        theirs.read_exact(&mut heard).await.unwrap();
        sleep(PATIENCE * 100).await;
        ours.write_all(&heard).await.unwrap();
    }
}
