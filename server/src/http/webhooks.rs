//! `POST /webhooks/{provider}`: what those who take money tell. A body is proven and put into the inbox; what it says
//! is believed only as far as to look.

use axum::{
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use onshelf_app::ssr::Door;
use onshelf_shop::BadWebhook;
use onshelf_vocabulary::payments::ProviderCode;

use super::{
    api::shapes::Telling,
    problem::{Kind, Problem},
};

/// Takes what a payment provider tells
///
/// 204 for all that is proven, also for payments nobody here knows: a provider would only send them again. A body
/// is proven by the signature that the provider puts into a header of its own; where a provider signs nothing, its
/// word is only a reason to ask it. Parameters are not looked at, and no `Idempotency-Key` is needed: what is told
/// twice is noted once.
#[utoipa::path(
    post, path = "/webhooks/{provider}", tag = "payments",
    params(("provider" = String, Path, description = "One that this shop takes payments through; any other is 404.", pattern = "^(test|stripe|toss)$")),
    request_body(content = Object, description = "The event, as the provider's own documentation has it.", content_type = "application/json"),
    responses((status = 204, description = "Noted."), Telling),
)]
pub async fn take(
    State(door): State<Door>,
    Path(provider): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let offered = ProviderCode::from_code(&provider).and_then(|code| door.shop.payment_provider(code));
    let Some(provider) = offered else {
        return Problem::new(Kind::NotFound).into_response();
    };
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let hint = match provider.hint(&header, &body, door.shop.now()) {
        Ok(hint) => hint,
        Err(bad) => return refused(bad).into_response(),
    };
    let text = String::from_utf8_lossy(&body);
    match door.shop.note_webhook(provider.code(), &hint, &text).await {
        Ok(_) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => Problem::from(error).into_response(),
    }
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
