//! Live streams that are read as long as they last.

use std::net::SocketAddr;

use futures::StreamExt;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
};

use super::Failure;

/// Each reader answers whether its stream ended in order.
pub struct Streams(JoinSet<bool>);

impl Streams {
    /// Opens streams of the hot SKUs, some at a time, and waits until each has begun.
    pub async fn open(addr: SocketAddr, count: usize) -> Result<Streams, Failure> {
        let opening = (0..count).map(|number| open_stream(addr, number));
        let mut opening = futures::stream::iter(opening).buffer_unordered(50);
        let mut readers = JoinSet::new();
        while let Some(stream) = opening.next().await {
            readers.spawn(ends_in_order(stream?));
        }
        Ok(Streams(readers))
    }

    #[must_use]
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// How many ended with the last chunk, and not by a broken connection.
    pub async fn count_ended(mut self) -> usize {
        let mut ended = 0;
        while let Some(one) = self.0.join_next().await {
            ended += usize::from(one.unwrap_or(false));
        }
        ended
    }

    /// How many have not ended in any way.
    pub fn count_alive(&mut self) -> usize {
        while self.0.try_join_next().is_some() {}
        self.0.len()
    }
}

async fn open_stream(addr: SocketAddr, number: usize) -> Result<TcpStream, Failure> {
    let mut stream = TcpStream::connect(addr).await?;
    let client = format!("10.9.{}.{}", number / 250, number % 250);
    let head = format!(
        "GET /api/v1/live/stock?sku=DRILL-0&sku=DRILL-1 HTTP/1.1\r\nhost: drill\r\nx-forwarded-for: {client}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await?;
    let mut start = [0; 15];
    stream.read_exact(&mut start).await?;
    if &start == b"HTTP/1.1 200 OK" {
        return Ok(stream);
    }
    Err(format!("a live stream began with {}", String::from_utf8_lossy(&start)).into())
}

/// Reads to the end: true for a last chunk, false for a connection that broke.
async fn ends_in_order(mut stream: TcpStream) -> bool {
    let (mut tail, mut data) = (Vec::new(), [0u8; 4096]);
    loop {
        match stream.read(&mut data).await {
            Ok(0) => return tail.ends_with(b"0\r\n\r\n"),
            Ok(length) => {
                tail.extend_from_slice(&data[..length]);
                tail.drain(..tail.len().saturating_sub(8));
            }
            Err(_) => return false,
        }
    }
}
