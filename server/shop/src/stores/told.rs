//! What is said of a store's hours, kept for the minute it is true in. A page with many shelves asks for it again and
//! again, and each time it would take the calendar, its exceptions and the time zone.

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use jiff::Timestamp;
use onshelf_domain::words::{hours_now, moment};
use onshelf_vocabulary::{Lang, Text, places::Moment};

use super::Store;

/// Nothing of it is part of the store: a copy begins without.
#[derive(Debug, Default)]
pub(crate) struct Told {
    hours: ArcSwapOption<Hours>,
    promise: ArcSwapOption<Promise>,
    moment: ArcSwapOption<Said>,
}

impl Clone for Told {
    fn clone(&self) -> Told {
        Told::default()
    }
}

/// Whether a store is open, and until when or from when in words, as it is told for a minute.
#[derive(Debug)]
pub(crate) struct Hours {
    minute: i64,
    pub(crate) open: bool,
    pub(crate) said: Text,
}

#[derive(Debug)]
struct Promise {
    minute: i64,
    queue_minutes: u32,
    ready_by: Option<Timestamp>,
}

/// A moment in words, in both languages.
#[derive(Debug)]
pub(crate) struct Said {
    minute: i64,
    at: Timestamp,
    ko: Moment,
    en: Moment,
}

impl Store {
    /// Whether it is open, and until when or from when.
    #[must_use]
    pub fn hours_now(&self, lang: Lang, now: Timestamp) -> (bool, String) {
        let hours = self.hours_told(now);
        (hours.open, hours.said.get(lang).to_owned())
    }

    /// The same in both languages. Hours begin and end with whole minutes.
    pub(crate) fn hours_told(&self, now: Timestamp) -> Arc<Hours> {
        let minute = now.as_second().div_euclid(60);
        if let Some(hours) = self.told.hours.load().as_ref().filter(|hours| hours.minute == minute) {
            return hours.clone();
        }
        let (open, ko) = hours_now(Lang::Ko, &self.schedule, now);
        let (_, en) = hours_now(Lang::En, &self.schedule, now);
        let hours = Arc::new(Hours { minute, open, said: Text { ko, en } });
        self.told.hours.store(Some(hours.clone()));
        hours
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
        let is_known = |known: &&Arc<Promise>| (known.minute, known.queue_minutes) == (minute, queue_minutes);
        if let Some(known) = self.told.promise.load().as_ref().filter(is_known) {
            return known.ready_by;
        }
        let end = Timestamp::from_second(minute * 60).unwrap_or(now);
        let ready_by = promise(end);
        self.told.promise.store(Some(Arc::new(Promise { minute, queue_minutes, ready_by })));
        ready_by
    }

    /// A moment by this store's clock in words: the promise above all, which is the same on every shelf of it. Days begin
    /// with whole minutes.
    pub(crate) fn moment_told(&self, at: Timestamp, now: Timestamp) -> Arc<Said> {
        let minute = now.as_second().div_euclid(60);
        if let Some(said) =
            self.told.moment.load().as_ref().filter(|said| (said.minute, said.at) == (minute, at))
        {
            return said.clone();
        }
        let in_words = |lang| moment(lang, at, now, self.schedule.time_zone());
        let said = Arc::new(Said { minute, at, ko: in_words(Lang::Ko), en: in_words(Lang::En) });
        self.told.moment.store(Some(said.clone()));
        said
    }
}

impl Said {
    pub(crate) const fn get(&self, lang: Lang) -> &Moment {
        match lang {
            Lang::Ko => &self.ko,
            Lang::En => &self.en,
        }
    }
}
