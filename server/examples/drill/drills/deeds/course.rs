//! What clients and their drill share, and all clients of a run together.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::task::JoinHandle;

use super::{Client, Memory};
use crate::drills::{
    Failure, Plan, Tally,
    ground::Ground,
    process::{Launch, Server},
};

/// How many strange answers of one client are told.
const TOLD: usize = 5;

/// What all clients share with the drill.
pub struct Course {
    /// Where the server is; several where there are several nodes.
    pub(super) addresses: Vec<SocketAddr>,
    pub(super) till: String,
    pub(super) warehouse: String,
    over: AtomicBool,
    given_up: AtomicBool,
    acknowledged: AtomicU64,
    put_off: AtomicU64,
    begun: Instant,
    notes: Option<PathBuf>,
    /// Rest between two deeds.
    pub(super) rest: Duration,
    pub(super) run: u64,
    /// How long a client waits for one answer before it asks again.
    pub(super) patience: Duration,
}

impl Course {
    #[must_use]
    pub fn new(ground: &Ground, addresses: Vec<SocketAddr>, rest: Duration) -> Course {
        Course {
            addresses,
            till: ground.till.clone(),
            warehouse: ground.warehouse.clone(),
            over: AtomicBool::new(false),
            given_up: AtomicBool::new(false),
            acknowledged: AtomicU64::new(0),
            put_off: AtomicU64::new(0),
            begun: Instant::now(),
            notes: None,
            rest,
            run: u64::from(std::process::id()),
            patience: Duration::from_secs(40),
        }
    }

    #[must_use]
    pub fn patient(self, patience: Duration) -> Course {
        Course { patience, ..self }
    }

    /// Stamps what clients are told with the length of these notes.
    #[must_use]
    pub fn noting(self, notes: &Path) -> Course {
        Course { notes: Some(notes.to_owned()), ..self }
    }

    /// When something was told: bytes of notes taken by then, else milliseconds since the beginning.
    #[must_use]
    pub fn stamp(&self) -> u64 {
        match &self.notes {
            Some(notes) => std::fs::metadata(notes).map_or(u64::MAX, |file| file.len()),
            None => u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        }
    }

    pub(super) fn is_over(&self) -> bool {
        self.over.load(Ordering::SeqCst)
    }

    /// Whether nobody is left who could answer.
    pub(super) fn is_given_up(&self) -> bool {
        self.given_up.load(Ordering::SeqCst)
    }

    pub(super) fn count(&self) {
        self.acknowledged.fetch_add(1, Ordering::SeqCst);
    }

    pub(super) fn count_put_off(&self) {
        self.put_off.fetch_add(1, Ordering::SeqCst);
    }

    #[must_use]
    pub fn acknowledged(&self) -> u64 {
        self.acknowledged.load(Ordering::SeqCst)
    }

    /// How often somebody was asked to come back by now.
    #[must_use]
    pub fn put_off(&self) -> u64 {
        self.put_off.load(Ordering::SeqCst)
    }

    /// Waits until a deed that was begun after `since` may have been acknowledged: the second acknowledgement after it.
    pub async fn acknowledges_within(&self, since: Instant, limit: Duration) -> Option<Duration> {
        let before = self.acknowledged();
        while since.elapsed() < limit {
            if self.acknowledged() > before + 1 {
                return Some(since.elapsed());
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        None
    }
}

/// Clients at work.
pub struct Load {
    pub course: Arc<Course>,
    clients: Vec<JoinHandle<Memory>>,
}

impl Load {
    /// One server on the ground, as most drills have it, and clients that give it little rest.
    pub async fn on_one_server(
        plan: &Plan,
        ground: &Ground,
        count: u64,
    ) -> Result<(Launch, Server, Load), Failure> {
        let launch = Launch::new(plan, ground)?;
        let (server, _) = launch.started().await?;
        let course = Course::new(ground, vec![launch.addr], Duration::from_millis(5));
        Ok((launch, server, Load::begin(course, count, plan.seed)))
    }

    #[must_use]
    pub fn begin(course: Course, count: u64, seed: u64) -> Load {
        let course = Arc::new(course);
        let begin = |number| {
            let client = Client::new(course.clone(), number, seed);
            tokio::spawn(async move {
                match client {
                    Ok(client) => client.run().await,
                    Err(error) => Memory { strange: vec![error.to_string()], ..Memory::default() },
                }
            })
        };
        let clients = (0..count).map(begin).collect();
        Load { course, clients }
    }

    /// Lets every client settle the deed it is at, or leave it where nobody `answers` any more. What they counted stands
    /// on the tally from here on, whatever becomes of the rest of the drill.
    pub async fn end(self, answers: bool, tally: &mut Tally) -> Vec<Memory> {
        self.course.over.store(true, Ordering::SeqCst);
        self.course.given_up.store(!answers, Ordering::SeqCst);
        let mut memories = Vec::with_capacity(self.clients.len());
        for client in self.clients {
            let Some(memory) = tally.blame(client.await.map_err(Into::into)) else { continue };
            tally.acknowledged += memory.acknowledged;
            tally.double_charged += memory.doubled;
            tally.faults.extend(memory.strange.iter().take(TOLD).cloned());
            memories.push(memory);
        }
        memories
    }
}
