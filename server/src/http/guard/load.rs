//! Shedding: past what it can answer in time the server says so at once, instead of letting everybody wait.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::{
    http::{
        problem::{Kind, Problem},
        surface::Surface,
    },
    metrics::{METER, Shed},
};

pub async fn shed(State(surface): State<Surface>, request: Request, next: Next) -> Response {
    // Whoever watches over the process must get an answer above all when it is busy.
    if request.uri().path().starts_with("/health/") {
        return next.run(request).await;
    }
    let Ok(_place) = surface.places.try_acquire() else {
        METER.count_shed(Shed::Request);
        return Problem::new(Kind::Busy).into_response();
    };
    match tokio::time::timeout(surface.options.limits.request_time, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            METER.count_shed(Shed::Time);
            tracing::warn!("A request took too long and was given up.");
            Problem::new(Kind::Busy).into_response()
        }
    }
}
