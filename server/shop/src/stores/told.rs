//! What is said of a store's hours, kept for the minute it is true in. A page with many shelves asks for it again and
//! again, and each time it would take the calendar, its exceptions and the time zone.

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use jiff::Timestamp;
use onshelf_domain::words::hours_now;
use onshelf_vocabulary::{Lang, Text};

use super::Store;

/// Nothing of it is part of the store: a copy begins without.
#[derive(Debug, Default)]
pub(crate) struct Told {
    hours: ArcSwapOption<Hours>,
    promise: ArcSwapOption<Promise>,
}

impl Clone for Told {
    fn clone(&self) -> Told {
        Told::default()
    }
}

#[derive(Debug)]
struct Hours {
    minute: i64,
    open: bool,
    said: Text,
}

#[derive(Debug)]
struct Promise {
    minute: i64,
    queue_minutes: u32,
    ready_by: Option<Timestamp>,
}

impl Store {
    /// Whether it is open, and until when or from when. Hours begin and end with whole minutes.
    #[must_use]
    pub fn hours_now(&self, lang: Lang, now: Timestamp) -> (bool, String) {
        let minute = now.as_second().div_euclid(60);
        let known = self.told.hours.load_full().filter(|hours| hours.minute == minute);
        let hours = known.unwrap_or_else(|| {
            let (open, ko) = hours_now(Lang::Ko, &self.schedule, now);
            let (_, en) = hours_now(Lang::En, &self.schedule, now);
            let hours = Arc::new(Hours { minute, open, said: Text { ko, en } });
            self.told.hours.store(Some(hours.clone()));
            hours
        });
        (hours.open, hours.said.get(lang).to_owned())
    }

    /// The promise as pages tell it: that of the end of the minute, so that nobody is told a moment too early.
    pub(crate) fn promise_told(
        &self,
        now: Timestamp,
        queue_minutes: u32,
        promise: impl FnOnce(Timestamp) -> Option<Timestamp>,
    ) -> Option<Timestamp> {
        let started = now.subsec_nanosecond() > 0;
        let minute = (now.as_second() + i64::from(started) + 59).div_euclid(60);
        let known = self
            .told
            .promise
            .load_full()
            .filter(|known| (known.minute, known.queue_minutes) == (minute, queue_minutes));
        if let Some(known) = known {
            return known.ready_by;
        }
        let end = Timestamp::from_second(minute * 60).unwrap_or(now);
        let ready_by = promise(end);
        self.told.promise.store(Some(Arc::new(Promise { minute, queue_minutes, ready_by })));
        ready_by
    }
}
