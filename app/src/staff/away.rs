//! What a device handed over while its network was away, sent when it is back: one at a time, each with a key of its own,
//! so that an answer that was lost on the way is asked for again and nothing is written twice.

use axum::{
    extract::{Form, Path, rejection::FormRejection},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use onshelf_shop::{Error, Once};
use onshelf_vocabulary::{
    fulfilment::ReservationRefusal,
    orders::{OrderRefusal, PassRefusal},
    staff::BoardDeed,
};
use serde::Deserialize;

use super::{board::LONGEST_LOOK_UP, words};
use crate::{
    error::AppError,
    ssr::{Visit, explain},
};

/// Milliseconds; older than this nobody can tell any more what was true then.
const OLDEST: i64 = 48 * 3_600_000;
const LONGEST_KEY: usize = 64;

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Sent {
    pass: String,
    key: String,
    /// Milliseconds since it was handed over. A span and no moment: the device's clock may be wrong.
    ago: i64,
}

/// `POST /staff/{store}/handovers` → `{done, said}`. Not done is final: somebody has to look into it. Whatever else goes
/// wrong has another status, and is tried again.
pub async fn written(
    visit: Visit,
    Path(store): Path<String>,
    form: Result<Form<Sent>, FormRejection>,
) -> Response {
    let form = form.map(|Form(form)| form).unwrap_or_default();
    let who = match visit.associate().await {
        Ok(who) => who,
        Err(error) => return status(&error),
    };
    let known = !form.key.is_empty() && form.key.len() <= LONGEST_KEY && form.pass.len() <= LONGEST_LOOK_UP;
    if !known || !(0..=OLDEST).contains(&form.ago) {
        return StatusCode::UNPROCESSABLE_ENTITY.into_response();
    }
    let lang = visit.lang;
    let at = visit.shop().now() - jiff::SignedDuration::from_millis(form.ago);
    // Whoever is signed in by now writes it down; the key is the device's own.
    let body = format!("{store} {}", form.pass);
    let once = Once::new(&format!("counter:{store}"), "POST /staff/{store}/handovers", &form.key, &body);
    match visit.shop().hand_over_away(&who, &store, &form.pass, at, &once).await {
        Ok(away) => {
            let warning = lang.pick(
                "기록했어요. 다만 그 뒤에 주문한 분이 패스를 회수했어요.",
                "Recorded. But the customer took the pass back after that.",
            );
            answer(true, if away.revoked_since { warning } else { "" })
        }
        Err(Error::Order(OrderRefusal::Pass(why))) => answer(false, words::pass_refused(lang, why)),
        Err(Error::NotFound) => answer(false, words::pass_refused(lang, PassRefusal::Forged)),
        Err(Error::Reservation(ReservationRefusal::WrongState { status })) => {
            answer(false, words::refused(lang, BoardDeed::HandOver, status))
        }
        Err(Error::KeyReused) => StatusCode::UNPROCESSABLE_ENTITY.into_response(),
        Err(error) => status(&explain(&error)),
    }
}

fn status(error: &AppError) -> Response {
    StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR).into_response()
}

fn answer(done: bool, said: &str) -> Response {
    let body = serde_json::json!({ "done": done, "said": said }).to_string();
    let kind = HeaderValue::from_static("application/json");
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, HeaderValue::from_static("no-store"))], body)
        .into_response()
}
