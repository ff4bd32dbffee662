//! A provider's clock, as the `Date` of its answers tells it. Where ours is off, what has to be right by theirs is
//! reckoned with it: until when something can be paid, whether a signature is fresh.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use jiff::{SignedDuration, Timestamp, fmt::rfc2822::DateTimeParser};
use onshelf_shop::Clock;
use reqwest::header::{DATE, HeaderMap};

/// No answer has told it yet.
const UNKNOWN: i64 = i64::MIN;
/// From so many seconds on somebody should set our clock.
const OFF: u64 = 60;

pub(super) struct TheirClock {
    who: &'static str,
    ours: Arc<dyn Clock>,
    /// Seconds theirs is before ours, as the last answer told.
    ahead: AtomicI64,
}

impl TheirClock {
    pub(super) fn new(who: &'static str, ours: Arc<dyn Clock>) -> TheirClock {
        TheirClock { who, ours, ahead: AtomicI64::new(UNKNOWN) }
    }

    /// Reads the time out of an answer that has just come; one that tells none changes nothing.
    pub(super) fn note(&self, headers: &HeaderMap) {
        let told = headers.get(DATE).and_then(|date| date.to_str().ok());
        let Some(theirs) = told.and_then(|date| DateTimeParser::new().parse_timestamp(date).ok()) else {
            return;
        };
        let ahead = theirs.as_second() - self.ours.now().as_second();
        let before = self.ahead.swap(ahead, Ordering::Relaxed);
        if is_off(ahead) && !is_off(before) {
            let who = self.who;
            tracing::warn!(
                who,
                ahead,
                "The clock of the payment provider {who} is another than ours, by {ahead} s: look at ours."
            );
        }
    }

    /// How far theirs is before ours; none where no answer has told it yet.
    pub(super) fn ahead(&self) -> Option<SignedDuration> {
        let ahead = self.ahead.load(Ordering::Relaxed);
        (ahead != UNKNOWN).then(|| SignedDuration::from_secs(ahead))
    }

    /// A moment of ours by their clock. In whole minutes, so that what is made of it stays the same call when it is
    /// repeated: answers are seconds under way.
    pub(super) fn there(&self, ours: Timestamp) -> Timestamp {
        let ahead = self.ahead().map_or(0, |ahead| ahead.as_secs());
        let minutes = ahead.saturating_add(30).div_euclid(60);
        ours.checked_add(SignedDuration::from_mins(minutes)).unwrap_or(ours)
    }
}

fn is_off(ahead: i64) -> bool {
    ahead != UNKNOWN && ahead.unsigned_abs() > OFF
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Still(&'static str);

    impl Clock for Still {
        fn now(&self) -> Timestamp {
            self.0.parse().unwrap()
        }
    }

    #[test]
    fn the_last_answer_tells_the_time() {
        let clock = TheirClock::new("Stripe", Arc::new(Still("2026-11-23T03:00:00Z")));
        let noon: Timestamp = "2026-11-23T12:00:00Z".parse().unwrap();
        assert_eq!((clock.ahead(), clock.there(noon)), (None, noon));
        for (date, ahead, there) in [
            ("Mon, 23 Nov 2026 03:00:00 GMT", 0, "12:00:00"),
            ("Mon, 23 Nov 2026 02:59:58 GMT", -2, "12:00:00"),
            ("Mon, 23 Nov 2026 04:00:02 GMT", 3_602, "13:00:00"),
            ("Mon, 23 Nov 2026 01:59:59 GMT", -3_601, "11:00:00"),
            // What tells no time changes nothing.
            ("yesterday", -3_601, "11:00:00"),
            ("Mon, 23 Nov 2026 03:01:00 GMT", 60, "12:01:00"),
        ] {
            clock.note(&HeaderMap::from_iter([(DATE, date.parse().unwrap())]));
            assert_eq!(clock.ahead(), Some(SignedDuration::from_secs(ahead)), "{date}");
            let there: Timestamp = format!("2026-11-23T{there}Z").parse().unwrap();
            assert_eq!(clock.there(noon), there, "{date}");
        }
    }

    #[test]
    fn more_than_a_minute_is_off() {
        for (ahead, off) in [(0, false), (60, false), (-60, false), (61, true), (-61, true), (UNKNOWN, false)]
        {
            assert_eq!(is_off(ahead), off, "{ahead}");
        }
    }
}
