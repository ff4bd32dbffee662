//! Shedding: past what it can answer in time the server says so at once, instead of letting everybody wait.

use axum::{
    extract::Request,
    response::{IntoResponse, Response},
};

use crate::{
    http::{
        doors::{BySideDoor, RETRY_AFTER},
        problem::{Kind, Problem},
        surface::Surface,
        trace::Asked,
    },
    metrics::{METER, Shed},
};

pub async fn shed(
    surface: &Surface,
    request: Request,
    next: impl AsyncFnOnce(Request) -> Response,
) -> Response {
    // Whoever watches over the process must get an answer above all when it is busy.
    if request.uri().path().starts_with("/health/") {
        return next(request).await;
    }
    if request.extensions().get::<BySideDoor>().is_some() {
        METER.count_shed(Shed::Connection);
        return Problem { retry_after: Some(RETRY_AFTER), ..Problem::new(Kind::Busy) }.into_response();
    }
    let Ok(_place) = surface.places.try_acquire() else {
        METER.count_shed(Shed::Request);
        return Problem::new(Kind::Busy).into_response();
    };
    let (asked, limit) = (Asked::of(&request), surface.options.limits.request_time);
    if let Ok(response) = tokio::time::timeout(limit, next(request)).await {
        return response;
    }
    METER.count_shed(Shed::Time);
    let (route, seconds) = (asked.route(), limit.as_secs());
    tracing::warn!(
        method = %asked.method,
        route,
        seconds,
        "{asked} was not answered within {seconds} s and was given up; its sender was asked to come back."
    );
    Problem::new(Kind::Busy).into_response()
}
