//! What others answer, read as far as it matters: when to come again, and what kept them from answering. Used for
//! partners, push services and gateways alike.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::{
    StatusCode,
    header::{self, HeaderMap},
};

use super::Undelivered;

/// Of an answer's body no more is read.
const ANSWER: usize = 64 * 1024;

/// Somebody may ask to be left alone for a while, but not for longer than the pauses between our own last tries.
const LONGEST_REST: Duration = Duration::from_secs(6 * 3_600);

/// `Retry-After` in seconds or as a date (RFC 9110, 10.2.3), within bounds.
pub(crate) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    let pause = match text.parse() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let until = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
            Duration::try_from(until.duration_since(now)).unwrap_or_default()
        }
    };
    Some(pause.min(LONGEST_REST))
}

/// Reads the answer, so that its connection can serve again; of one that is too long the beginning.
pub(crate) async fn read(mut answer: reqwest::Response) -> Vec<u8> {
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = answer.chunk().await {
        body.extend_from_slice(&chunk);
        if body.len() > ANSWER {
            break;
        }
    }
    body
}

/// Why there is no answer. The error's own text may hold the address, and with it whom it was for.
pub(crate) fn broke(who: &str, error: &reqwest::Error) -> String {
    if error.is_timeout() {
        format!("the {who} did not answer in time")
    } else if error.is_connect() {
        format!("the {who} could not be reached")
    } else {
        format!("the connection to the {who} broke")
    }
}

/// What a status that is no success means: later where it may pass, never again where it is about what was sent.
/// What is about our account (a wrong key, no money left) passes as soon as the operator has mended it.
pub(super) fn refusal(who: &str, status: StatusCode, pause: Option<Duration>) -> Undelivered {
    let why = format!("the {who} answered {}", status.as_u16());
    let passes =
        status.is_server_error() || matches!(status.as_u16(), 401 | 402 | 403 | 408 | 409 | 425 | 429);
    match pause {
        Some(pause) if passes => Undelivered::Later { why, pause },
        None if passes => Undelivered::Passing(why),
        _ => Undelivered::Final(why),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_that_was_asked_for_is_read_and_bounded() {
        let now: Timestamp = "1994-11-06T08:48:37Z".parse().unwrap();
        for (text, seconds) in [
            ("120", Some(120)),
            (" 0 ", Some(0)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(60)),
            ("Sun, 06 Nov 1994 08:40:00 GMT", Some(0)),
            ("99999999", Some(6 * 3_600)),
            ("Sun, 06 Nov 2044 08:49:37 GMT", Some(6 * 3_600)),
            ("soon", None),
            ("-5", None),
        ] {
            let headers = HeaderMap::from_iter([(header::RETRY_AFTER, text.parse().unwrap())]);
            assert_eq!(retry_after(&headers, now), seconds.map(Duration::from_secs), "{text}");
        }
    }

    #[test]
    fn what_is_about_the_message_is_final_and_the_rest_passes() {
        let minute = Some(Duration::from_secs(60));
        for status in [400, 404, 413, 422] {
            let status = StatusCode::from_u16(status).unwrap();
            assert!(matches!(refusal("gateway", status, minute), Undelivered::Final(_)), "{status}");
        }
        for status in [401, 402, 429, 500, 503] {
            let status = StatusCode::from_u16(status).unwrap();
            assert!(matches!(refusal("gateway", status, None), Undelivered::Passing(_)), "{status}");
            assert!(matches!(refusal("gateway", status, minute), Undelivered::Later { .. }), "{status}");
        }
    }
}
