//! What every request passes before anything is done for it: where it comes from, how much and how often it asks,
//! how long it may take; and the headers every answer leaves with. It knows no product and no store.
//!
//! Two layers of the router for all of them: for each layer everything behind it is copied and put into a box of its own,
//! for every request.

pub mod client;
pub mod headers;
pub mod intake;
pub mod load;
pub mod origin;
pub mod rates;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{
    speak::speak,
    surface::Surface,
    trace::{catch, trace},
};

/// Outside of what makes answers smaller.
pub async fn at_the_gate(State(surface): State<Surface>, mut request: Request, next: Next) -> Response {
    client::know_client(&surface, &mut request);
    let place = headers::Place::of(request.uri());
    let mut response = next.run(request).await;
    headers::add_headers(&surface, place, &mut response);
    response
}

/// Inside of it, in the order in which they stand here.
pub async fn at_the_door(State(surface): State<Surface>, request: Request, next: Next) -> Response {
    let surface = &surface;
    let answer = async |request: Request| match rates::limit_rates(surface, request).await {
        Ok(request) => next.run(request).await,
        Err(problem) => problem.into_response(),
    };
    let admit = async |request: Request| {
        if let Err(problem) = origin::refuse_cross_site(surface, &request) {
            return problem.into_response();
        }
        match intake::take_in(surface, request).await {
            Ok(request) => load::shed(surface, request, answer).await,
            Err(problem) => problem.into_response(),
        }
    };
    trace(request, async |request| speak(surface, request, async |request| catch(request, admit).await).await)
        .await
}
