//! Bodies: read whole before anything else is done, within a size and a time.

use axum::{
    body::Body,
    extract::{Request, State},
    http::header,
    middleware::Next,
    response::{IntoResponse, Response},
};
use http_body_util::{BodyExt, LengthLimitError, Limited};

use crate::http::{
    problem::{Kind, Problem},
    surface::Surface,
};

pub async fn take_in(State(surface): State<Surface>, request: Request, next: Next) -> Response {
    let limits = &surface.options.limits;
    let (parts, body) = request.into_parts();
    if axum::body::HttpBody::is_end_stream(&body) {
        return next.run(Request::from_parts(parts, body)).await;
    }
    let told =
        parts.headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if told.is_some_and(|length| length > limits.body as u64) {
        return too_large(limits.body);
    }
    let whole = Limited::new(body, limits.body).collect();
    match tokio::time::timeout(limits.body_time, whole).await {
        Ok(Ok(whole)) => next.run(Request::from_parts(parts, Body::from(whole.to_bytes()))).await,
        Ok(Err(error)) if error.is::<LengthLimitError>() => too_large(limits.body),
        Ok(Err(_)) => Problem::new(Kind::BadRequest)
            .detail("본문이 끝까지 오지 않았습니다.", "The body did not arrive whole.")
            .into_response(),
        Err(_) => Problem::new(Kind::TooSlow).into_response(),
    }
}

fn too_large(limit: usize) -> Response {
    let (ko, en) = (format!("본문은 {limit}바이트까지입니다."), format!("A body has at most {limit} bytes."));
    Problem::new(Kind::TooLarge).detail(ko, en).into_response()
}
