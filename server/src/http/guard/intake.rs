//! What may come in: addresses without a NUL, and bodies that are read whole before anything else is done, within a
//! size and a time, so many at once: a slow sender takes no place among those who are answered.

use axum::{
    body::{Body, Bytes},
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, header, request::Parts},
};
use bytes::BytesMut;
use futures::StreamExt;

use crate::{
    http::{
        problem::{Kind, Problem},
        surface::Surface,
    },
    metrics::{METER, Shed},
};

/// So much of a body that is too large is read all the same: most clients look for an answer only when they have sent
/// all of theirs, and would find the connection broken.
const READ_IN_VAIN: u64 = 32 * 1024 * 1024;

/// The request with its body read.
pub async fn take_in(surface: &Surface, request: Request) -> Result<Request, Problem> {
    if request.uri().path().contains("%00") {
        // Nothing is called that, and not every database could be asked for it.
        return Err(Problem::new(Kind::NotFound));
    }
    let limits = &surface.options.limits;
    let (mut parts, body) = request.into_parts();
    if axum::body::HttpBody::is_end_stream(&body) {
        take_for_form(&mut parts);
        return Ok(Request::from_parts(parts, body));
    }
    if is_hopeless(&parts.headers, limits.body as u64) {
        return Err(too_large(limits.body));
    }
    let read = {
        let Ok(_room) = surface.bodies.try_acquire() else {
            METER.count_shed(Shed::Body);
            return Err(Problem::new(Kind::Busy));
        };
        tokio::time::timeout(limits.body_time, read(body, limits.body)).await
    };
    match read {
        Ok(Ok(Some(whole))) => Ok(Request::from_parts(parts, Body::from(whole))),
        Ok(Ok(None)) => Err(too_large(limits.body)),
        Ok(Err(_)) => Err(Problem::new(Kind::BadRequest)
            .detail("본문이 끝까지 오지 않았습니다.", "The body did not arrive whole.")),
        Err(_) => Err(Problem::new(Kind::TooSlow)),
    }
}

/// Who posts nothing and does not say what it is has sent a form without a field: pages then say what is missing.
fn take_for_form(parts: &mut Parts) {
    if parts.method == Method::POST && !parts.headers.contains_key(header::CONTENT_TYPE) {
        parts
            .headers
            .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
    }
}

/// Whether its sender says that it is too large and either waits to be told so, or would send for too long.
fn is_hopeless(headers: &HeaderMap, limit: u64) -> bool {
    let told = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    let most = if headers.contains_key(header::EXPECT) { limit } else { READ_IN_VAIN };
    told.is_some_and(|length| length > most)
}

/// The body; none where it is longer than `limit`.
async fn read(body: Body, limit: usize) -> Result<Option<Bytes>, axum::Error> {
    let mut stream = body.into_data_stream();
    let (mut kept, mut length) = (BytesMut::new(), 0u64);
    while let Some(chunk) = stream.next().await {
        let chunk = chunk?;
        length += chunk.len() as u64;
        if length > READ_IN_VAIN {
            break;
        }
        if length <= limit as u64 {
            kept.extend_from_slice(&chunk);
        } else {
            kept = BytesMut::new();
        }
    }
    Ok((length <= limit as u64).then(|| kept.freeze()))
}

fn too_large(limit: usize) -> Problem {
    let (ko, en) = (format!("본문은 {limit}바이트까지입니다."), format!("A body has at most {limit} bytes."));
    Problem::new(Kind::TooLarge).detail(ko, en)
}
