//! Records on their way from the thread that reads them to the database: handed over in chunks, few of which wait. A
//! chunk is bounded by how many records it has and by what they weigh, so that an import of any file takes no more
//! memory than another.

use tokio::sync::mpsc;

use super::read::{Item, Record, Records, Stop};

/// Rows read, and then written, together.
const CHUNK: usize = 500;
/// Bytes after which a chunk takes no further row.
const CHUNK_BYTES: usize = 4 * 1024 * 1024;
/// Chunks that may wait to be written.
const AHEAD: usize = 4;

/// Where the reading thread puts chunks, and where the database gets them from.
pub(super) fn channel() -> (mpsc::Sender<Vec<Item>>, mpsc::Receiver<Vec<Item>>) {
    mpsc::channel(AHEAD)
}

/// Reads on a thread of its own until the end, a stop, or until nobody listens.
pub(super) fn pump(
    mut records: Box<dyn Records>,
    limit: u64,
    send: &mpsc::Sender<Vec<Item>>,
) -> Result<(), Stop> {
    let (mut chunk, mut weight) = (Vec::new(), 0);
    let mut left = limit;
    let outcome = loop {
        if left == 0 {
            break Ok(());
        }
        match records.next() {
            Ok(Some(item)) => {
                weight += weight_of(&item);
                chunk.push(item);
            }
            Ok(None) => break Ok(()),
            Err(stop) => break Err(stop),
        }
        left -= 1;
        if chunk.len() == CHUNK || weight >= CHUNK_BYTES {
            if send.blocking_send(std::mem::take(&mut chunk)).is_err() {
                return Ok(());
            }
            weight = 0;
        }
    };
    if !chunk.is_empty() {
        // Nobody listening means that the import has already failed for a reason of its own.
        let _ = send.blocking_send(chunk);
    }
    outcome
}

/// Of a row that could not be read only some words are kept.
fn weight_of(item: &Item) -> usize {
    item.as_ref().map_or(size_of::<Item>(), Record::weight)
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };

    use super::*;
    use crate::import::read::{Cells, Fields};

    /// What is under way: written by the reader, taken off when a chunk has been dealt with.
    #[derive(Default)]
    struct Scale {
        now: AtomicUsize,
        most: AtomicUsize,
    }

    struct Long {
        left: usize,
        bytes: usize,
        scale: Arc<Scale>,
    }

    impl Records for Long {
        fn next(&mut self) -> Result<Option<Item>, Stop> {
            if self.left == 0 {
                return Ok(None);
            }
            self.left -= 1;
            let now = self.scale.now.fetch_add(self.bytes, Ordering::SeqCst) + self.bytes;
            self.scale.most.fetch_max(now, Ordering::SeqCst);
            let cells = Cells { text: "x".repeat(self.bytes), ends: vec![self.bytes] };
            Ok(Some(Ok(Record { line: 1, fields: Fields::Cells(cells) })))
        }
    }

    /// Reads so many records of so many bytes while nobody is quick to write them; answers how many came, in how many
    /// chunks, and the most bytes that were under way at once.
    async fn read(records: usize, bytes: usize) -> (usize, usize, usize) {
        let scale = Arc::new(Scale::default());
        let long = Box::new(Long { left: records, bytes, scale: scale.clone() });
        let (send, mut chunks) = channel();
        let reader = tokio::task::spawn_blocking(move || pump(long, u64::MAX, &send));
        let (mut came, mut count) = (0, 0);
        loop {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            let Some(chunk) = chunks.recv().await else { break };
            came += chunk.len();
            count += 1;
            scale.now.fetch_sub(chunk.len() * bytes, Ordering::SeqCst);
        }
        reader.await.unwrap().unwrap();
        (came, count, scale.most.load(Ordering::SeqCst))
    }

    #[tokio::test]
    async fn long_records_wait_in_a_bounded_room() {
        let long = 1024 * 1024;
        let (came, _, most) = read(100, long).await;
        assert_eq!(came, 100);
        // What waits, what is being filled, and what is being written.
        assert!(most <= (AHEAD + 2) * (CHUNK_BYTES + long), "{most} bytes were under way");
        // Short ones still go together.
        let (came, chunks, _) = read(1_200, 10).await;
        assert_eq!((came, chunks), (1_200, 3));
    }

    #[test]
    fn a_tree_weighs_what_it_takes() {
        let record = |text: &str| {
            let fields = Fields::Tree(serde_json::from_str(text).unwrap());
            Record { line: 1, fields }.weight()
        };
        let many = format!("[{}0]", "0,".repeat(9_999));
        assert!(record(&many) >= 10_000 * size_of::<serde_json::Value>(), "two bytes of text become more");
        assert!(record(&format!(r#"{{"a":"{}"}}"#, "x".repeat(5_000))) >= 5_000);
        assert!(record(&format!(r#"{{"{}":1}}"#, "x".repeat(5_000))) >= 5_000);
    }
}
