//! `POST /webhooks/{provider}`: what those who take money tell. A body is proven and put into the inbox; what it says
//! is believed only as far as to look.

use axum::{
    Extension,
    body::Bytes,
    extract::{Path, State},
    http::{Extensions, HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use onshelf_app::ssr::Door;
use onshelf_shop::{BadWebhook, Hint};
use onshelf_vocabulary::payments::ProviderCode;

use super::{
    api::shapes::{self, Telling},
    guard::client::Client,
    problem::{Kind, Problem},
    surface::Surface,
};

/// Takes what a payment provider tells
///
/// 204 for all that is proven, also for payments nobody here knows: a provider would only send them again. A body
/// is proven by the signature that the provider puts into a header of its own; where a provider signs nothing, its
/// word is only a reason to ask it once in a while. Parameters are not looked at, and no `Idempotency-Key` is needed:
/// what is told twice is noted once. Of what is not proven, and of that alone, an address may send so much a minute.
#[utoipa::path(
    post, path = "/webhooks/{provider}", tag = "payments",
    params(("provider" = String, Path, description = "One that this shop takes payments through; any other is 404.", pattern = "^(test|stripe|toss)$")),
    request_body(content = Object, description = "The event, as the provider's own documentation has it.", content_type = "application/json"),
    responses(
        (status = 204, description = "Noted."),
        (status = 429, description = "Refused: `rate-limited`", body = shapes::Problem, content_type = "application/problem+json", headers(("Retry-After" = i64, description = "Seconds after which trying again may help."))),
        Telling,
    ),
)]
pub async fn take(
    State(door): State<Door>,
    Extension(surface): Extension<Surface>,
    Path(provider): Path<String>,
    extensions: Extensions,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let offered = ProviderCode::from_code(&provider).and_then(|code| door.shop.payment_provider(code));
    let Some(provider) = offered else {
        return Problem::new(Kind::NotFound).into_response();
    };
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let hint = provider.hint(&header, &body, door.shop.now());
    if !is_proven(provider.signs(), &hint)
        && let Err(problem) = surface.limiters.count_unproven_webhook(Client::of(&extensions))
    {
        return problem.into_response();
    }
    let hint = match hint {
        Ok(hint) => hint,
        Err(bad) => return refused(bad).into_response(),
    };
    let text = String::from_utf8_lossy(&body);
    match door.shop.note_webhook(provider.code(), &hint, &text).await {
        Ok(_) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => Problem::from(error).into_response(),
    }
}

/// Whether it came from the provider for certain and just now, also where it cannot be read.
fn is_proven(signs: bool, hint: &Result<Hint, BadWebhook>) -> bool {
    signs && !matches!(hint, Err(BadWebhook::Unsigned | BadWebhook::Old))
}

fn refused(bad: BadWebhook) -> Problem {
    match bad {
        BadWebhook::Unsigned => Problem::new(Kind::Unauthorized)
            .detail("서명이 없거나 맞지 않습니다.", "The signature is missing or wrong."),
        BadWebhook::Old => Problem::new(Kind::Unauthorized).detail(
            "서명한 시각이 지금과 5분 넘게 다릅니다.",
            "It was signed more than five minutes away from now.",
        ),
        BadWebhook::Unreadable => {
            Problem::new(Kind::BadRequest).detail("본문을 읽을 수 없습니다.", "The body cannot be read.")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_not_proven_is_counted() {
        let hint = Ok(Hint { event: "evt_1".to_owned(), reference: None });
        for (hint, proven) in [
            (hint, true),
            (Err(BadWebhook::Unreadable), true),
            (Err(BadWebhook::Unsigned), false),
            (Err(BadWebhook::Old), false),
        ] {
            assert_eq!(is_proven(true, &hint), proven, "{hint:?}");
            assert!(!is_proven(false, &hint), "where nothing is signed nothing is proven: {hint:?}");
        }
    }
}
