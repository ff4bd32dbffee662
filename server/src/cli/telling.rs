//! How far a long command is: a bar or a spinner on a terminal, a plain line every few seconds elsewhere.

use std::{
    io::IsTerminal,
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressStyle};

/// Between two plain lines.
const PAUSE: Duration = Duration::from_secs(5);
/// Between two looks at what cannot say by itself how far it is.
const LOOK: Duration = Duration::from_millis(250);

pub(super) struct Teller {
    bar: Option<ProgressBar>,
    began: Instant,
    told: Instant,
}

impl Teller {
    /// Of what knows how much there is to do.
    pub(super) fn bar() -> Teller {
        Teller::on_a_terminal(|| {
            let bar = ProgressBar::new(0);
            if let Ok(style) = ProgressStyle::with_template("{bar:32} {percent:>3} % · {msg} · {elapsed}") {
                bar.set_style(style);
            }
            bar
        })
    }

    /// Of what does not.
    pub(super) fn spinner() -> Teller {
        Teller::on_a_terminal(|| {
            let bar = ProgressBar::new_spinner();
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        })
    }

    fn on_a_terminal(bar: impl FnOnce() -> ProgressBar) -> Teller {
        let began = Instant::now();
        Teller { bar: std::io::stderr().is_terminal().then(bar), began, told: began }
    }

    /// Says what is done; `share` is how much of how much.
    pub(super) fn tell(&mut self, share: Option<(u64, u64)>, message: &str) {
        if let Some(bar) = &self.bar {
            if let Some((done, total)) = share {
                bar.set_length(total.max(1));
                bar.set_position(done);
            }
            bar.set_message(message.to_owned());
        } else if let Some(line) = self.line(Instant::now(), share, message) {
            eprintln!("{line}");
        }
    }

    /// Says so again and again while something runs.
    pub(super) async fn wait_for<T>(
        &mut self,
        message: impl Fn() -> String,
        work: impl Future<Output = T>,
    ) -> T {
        let mut work = std::pin::pin!(work);
        loop {
            self.tell(None, &message());
            if let Ok(done) = tokio::time::timeout(LOOK, &mut work).await {
                return done;
            }
        }
    }

    /// The same for a command that has only this one thing to wait for.
    pub(super) async fn wait_once<T>(message: &str, work: impl Future<Output = T>) -> T {
        let mut teller = Teller::spinner();
        let done = teller.wait_for(|| message.to_owned(), work).await;
        teller.finish();
        done
    }

    pub(super) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    /// The plain line, if it is time for one.
    fn line(&mut self, now: Instant, share: Option<(u64, u64)>, message: &str) -> Option<String> {
        if now.duration_since(self.told) < PAUSE {
            return None;
        }
        self.told = now;
        let share = share.and_then(|(done, total)| (done * 100).checked_div(total));
        let share = share.map(|share| format!("{share} %, ")).unwrap_or_default();
        Some(format!("{share}{message}, {} s", now.duration_since(self.began).as_secs()))
    }
}

/// Bytes as they are said: `412 MB`.
pub(super) fn megabytes(bytes: u64) -> String {
    format!("{} MB", bytes.div_ceil(1_000_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_line_comes_now_and_then() {
        let began = Instant::now();
        let mut teller = Teller { bar: None, began, told: began };
        let mut at =
            |seconds, share, message| teller.line(began + Duration::from_secs(seconds), share, message);
        assert_eq!(at(4, None, "1 row"), None);
        assert_eq!(at(5, Some((40, 80)), "2 rows").as_deref(), Some("50 %, 2 rows, 5 s"));
        assert_eq!(at(9, Some((41, 80)), "3 rows"), None);
        assert_eq!(at(12, None, "4 rows").as_deref(), Some("4 rows, 12 s"));
        assert_eq!(at(20, Some((0, 0)), "5 rows").as_deref(), Some("5 rows, 20 s"));
        assert_eq!([0, 1, 412_000_000].map(megabytes), ["0 MB", "1 MB", "412 MB"]);
    }

    #[tokio::test]
    async fn what_runs_is_waited_for() {
        let work = async {
            tokio::time::sleep(Duration::from_millis(600)).await;
            7
        };
        let told = std::cell::Cell::new(0);
        let message = || {
            told.set(told.get() + 1);
            "copying".to_owned()
        };
        assert_eq!(Teller::spinner().wait_for(message, work).await, 7);
        assert!(told.get() >= 2, "{}", told.get());
        assert_eq!(Teller::wait_once("copying", async { 8 }).await, 8);
    }
}
