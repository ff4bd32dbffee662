//! HTTP load from one thread: some connections that each ask again as soon as they are answered.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// What a stretch of load showed.
#[derive(Clone, Debug, Default)]
pub struct Load {
    pub answers: usize,
    /// Answers other than 2xx.
    pub refused: usize,
    /// The first of them, whole.
    pub refusal: Option<String>,
    pub seconds: f64,
    /// Microseconds from question to answer.
    pub times: Vec<f64>,
}

/// A GET as a browser would send it, in as few words.
pub fn get(path: &str, coding: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: shop.example\r\naccept-encoding: {coding}\r\n\r\n").into_bytes()
}

/// An open connection and what was read of it too early.
pub struct Line {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// One answer.
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Line {
    pub async fn to(port: u16) -> Line {
        let stream = TcpStream::connect(SocketAddr::from(([127, 0, 0, 1], port))).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Line { stream, buffer: Vec::with_capacity(128 * 1024) }
    }

    /// Sends a request and reads its answer whole; gives back status, where the body begins, and where it ends.
    async fn turn(&mut self, request: &[u8]) -> (u16, usize, usize) {
        self.stream.write_all(request).await.unwrap();
        self.buffer.clear();
        let mut looked = 0;
        let head = loop {
            let read = self.stream.read_buf(&mut self.buffer).await.unwrap();
            assert!(read > 0, "the connection was closed: {}", String::from_utf8_lossy(&self.buffer));
            if let Some(at) = find(&self.buffer[looked..], b"\r\n\r\n") {
                break looked + at + 4;
            }
            looked = self.buffer.len().saturating_sub(3);
        };
        let status = std::str::from_utf8(&self.buffer[9..12]).unwrap().parse().unwrap();
        let end = head + length(&self.buffer[..head]);
        while self.buffer.len() < end {
            assert!(self.stream.read_buf(&mut self.buffer).await.unwrap() > 0, "the answer was cut");
        }
        (status, head, end)
    }

    fn said(&self, end: usize) -> String {
        String::from_utf8_lossy(&self.buffer[..end]).into_owned()
    }

    pub async fn ask(&mut self, request: &[u8]) -> Answer {
        let (status, head, end) = self.turn(request).await;
        Answer {
            status,
            head: String::from_utf8_lossy(&self.buffer[..head]).into_owned(),
            body: self.buffer[head..end].to_vec(),
        }
    }
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).position(|at| at == what)
}

fn length(head: &[u8]) -> usize {
    let name = b"content-length: ";
    let Some(at) = find(head, name) else { return 0 };
    head[at + name.len()..]
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .fold(0, |sum, digit| sum * 10 + usize::from(digit - b'0'))
}

/// Keeps `connections` busy for a while; `request` makes the nth question.
pub async fn drive(
    port: u16,
    connections: usize,
    during: Duration,
    request: impl Fn(usize) -> Vec<u8> + Clone + 'static,
) -> Load {
    let start = Instant::now();
    let local = tokio::task::LocalSet::new();
    let tasks: Vec<_> = (0..connections)
        .map(|first| {
            let request = request.clone();
            local.spawn_local(async move {
                let mut line = Line::to(port).await;
                let (mut load, mut number) = (Load::default(), first);
                while start.elapsed() < during {
                    let question = request(number);
                    number += connections;
                    let asked = Instant::now();
                    let (status, _, end) = line.turn(&question).await;
                    load.times.push(asked.elapsed().as_secs_f64() * 1e6);
                    load.answers += 1;
                    if !(200..300).contains(&status) {
                        load.refused += 1;
                        load.refusal.get_or_insert_with(|| line.said(end));
                    }
                }
                load
            })
        })
        .collect();
    let mut all = Load::default();
    local
        .run_until(async {
            for task in tasks {
                let load = task.await.unwrap();
                all.answers += load.answers;
                all.refused += load.refused;
                all.refusal = all.refusal.take().or(load.refusal);
                all.times.extend(load.times);
            }
        })
        .await;
    all.seconds = start.elapsed().as_secs_f64();
    all
}
