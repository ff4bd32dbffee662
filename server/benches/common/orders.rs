//! Whole orders over HTTP: placed, paid on the test provider's page, come back from it, picked and handed over. The
//! server is the program as it is shipped, with its workers, so that messages, webhooks and whatever else an order sets
//! off are counted with it.

use std::{
    net::{SocketAddr, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::{
    load::{self, Answer, Line, Load},
    machine, shop,
};

/// The program, on the server's core. Dropping it ends it.
pub struct Server {
    child: Child,
    pub port: u16,
}

impl Server {
    /// On a database that is filled already; `folder` is for what it writes beside it.
    pub async fn start(url: &str, folder: &Path) -> Server {
        let port = || std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let (port, metrics) = (port(), port());
        let mut command = Command::new(env!("CARGO_BIN_EXE_onshelf"));
        let log = std::fs::File::create(folder.join("server.log")).unwrap();
        command.arg("serve").current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        command.env("ONSHELF_DATABASE_URL", url).env("ONSHELF_DATA_DIR", folder.join("data"));
        command.env("ONSHELF_ADDR", format!("127.0.0.1:{port}"));
        command.env("ONSHELF_METRICS_ADDR", format!("127.0.0.1:{metrics}"));
        // Every order comes from somebody else: a client has limits.
        command.env("ONSHELF_TRUSTED_PROXIES", "127.0.0.1");
        machine::pin(machine::SERVER);
        let child = command.spawn().unwrap();
        machine::pin(machine::LOAD);
        let server = Server { child, port };
        server.ready().await;
        server
    }

    async fn ready(&self) {
        let end = Instant::now() + Duration::from_secs(60);
        while Instant::now() < end {
            if TcpStream::connect(SocketAddr::from(([127, 0, 0, 1], self.port))).is_ok() {
                let ready = load::get("/health/ready", "identity");
                if Line::to(self.port).await.ask(&ready).await.status == 200 {
                    return;
                }
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the server is not ready in time");
    }

    /// Bytes of memory that are its own.
    pub fn memory(&self) -> u64 {
        machine::memory(self.child.id())
    }

    /// Nanoseconds of processor time until now; waits first until it has done what it was about to do.
    pub async fn rested(&self) -> u64 {
        let mut before = machine::cpu_ns(self.child.id());
        for _ in 0..240 {
            tokio::time::sleep(Duration::from_millis(500)).await;
            let now = machine::cpu_ns(self.child.id());
            // A twentieth of the time is what looking for work costs at most.
            if now - before < 25_000_000 {
                return now;
            }
            before = now;
        }
        panic!("the server does not come to rest");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whoever places orders, and the till that carries them on.
#[derive(Clone)]
pub struct Shoppers {
    pub port: u16,
    /// Of the till.
    pub token: String,
    /// Of this run: no key and no phone number is used twice.
    pub run: u64,
}

impl Shoppers {
    /// Keeps so many busy for a while; the times are those of whole orders.
    pub async fn order(&self, shoppers: usize, during: Duration) -> Load {
        let start = Instant::now();
        let local = tokio::task::LocalSet::new();
        let tasks: Vec<_> = (0..shoppers)
            .map(|first| {
                let own = self.clone();
                local.spawn_local(async move {
                    let mut line = Line::to(own.port).await;
                    let (mut times, mut number) = (Vec::new(), first);
                    while start.elapsed() < during {
                        let begun = Instant::now();
                        own.whole(&mut line, own.run + number as u64).await;
                        times.push(begun.elapsed().as_secs_f64() * 1e6);
                        number += shoppers;
                    }
                    times
                })
            })
            .collect();
        let mut all = Load::default();
        local
            .run_until(async {
                for task in tasks {
                    all.times.extend(task.await.unwrap());
                }
            })
            .await;
        all.answers = all.times.len();
        all.seconds = start.elapsed().as_secs_f64();
        all
    }

    async fn whole(&self, line: &mut Line, number: u64) {
        let contact = json!({ "name": "김제자리", "phone": shop::phone(number) });
        let lines = json!([{ "sku": shop::sku(0), "quantity": 1 }]);
        let groups = json!([{ "way": "collect", "store": shop::store(0), "lines": lines }]);
        let wish = json!({ "groups": groups, "contact": contact, "payment": { "provider": "test" } });
        let placed = send(line, &Call::json("/api/v1/orders", number, &wish), 201).await;
        let placed: Value = serde_json::from_slice(&placed.body).unwrap();
        let text = |pointer: &str| placed.pointer(pointer).and_then(Value::as_str).unwrap().to_owned();
        let (order, group) = (text("/number"), text("/groups/0/id"));
        let provider = text("/payment/redirect_url");
        let paid = send(line, &Call::form(path_of(&provider), number, "action=pay"), 303).await;
        let back = paid.head.lines().find_map(|line| line.strip_prefix("location: ")).unwrap();
        send(line, &Call::look(path_of(back), number), 303).await;
        for deed in ["picking", "ready", "collected"] {
            let path = format!("/api/v1/orders/{order}/groups/{group}/{deed}");
            send(line, &Call { token: Some(&self.token), ..Call::form(&path, number, "") }, 200).await;
        }
    }
}

async fn send(line: &mut Line, call: &Call<'_>, wanted: u16) -> Answer {
    let answer = line.ask(&call.bytes()).await;
    let said = || String::from_utf8_lossy(&answer.body);
    assert_eq!(answer.status, wanted, "{} {}: {}", call.method, call.path, said());
    answer
}

/// The part of an address behind the host.
fn path_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find('/').map_or(url, |at| &rest[at..])
}

struct Call<'a> {
    method: &'static str,
    path: &'a str,
    /// The order's: the keys and the shopper's address follow from it.
    number: u64,
    token: Option<&'a str>,
    kind: &'static str,
    body: String,
}

impl<'a> Call<'a> {
    fn look(path: &'a str, number: u64) -> Call<'a> {
        Call { method: "GET", path, number, token: None, kind: "", body: String::new() }
    }

    fn json(path: &'a str, number: u64, body: &Value) -> Call<'a> {
        let kind = "application/json";
        Call { method: "POST", kind, body: body.to_string(), ..Call::look(path, number) }
    }

    fn form(path: &'a str, number: u64, body: &str) -> Call<'a> {
        let kind = if body.is_empty() { "" } else { "application/x-www-form-urlencoded" };
        Call { method: "POST", kind, body: body.to_owned(), ..Call::look(path, number) }
    }

    fn bytes(&self) -> Vec<u8> {
        let [_, _, _, _, _, a, b, c] = self.number.to_be_bytes();
        let mut head = format!(
            "{} {} HTTP/1.1\r\nhost: shop.example\r\nx-forwarded-for: 10.{a}.{b}.{c}\r\n",
            self.method, self.path
        );
        if self.method == "POST" {
            let deed = self.path.rsplit('/').next().unwrap_or_default();
            head += &format!("idempotency-key: {}-{deed}\r\n", self.number);
            head += &format!("content-length: {}\r\n", self.body.len());
        }
        if !self.kind.is_empty() {
            head += &format!("content-type: {}\r\n", self.kind);
        }
        if let Some(token) = self.token {
            head += &format!("authorization: Bearer {token}\r\n");
        }
        [head.as_bytes(), b"\r\n", self.body.as_bytes()].concat()
    }
}
