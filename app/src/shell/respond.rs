//! A page becomes a response: with everything that stands around it.

use std::sync::Arc;

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use leptos::{
    prelude::*,
    tachys::{html::doctype, view::Position},
};

use super::{failure::failure_page, shell};
use crate::{
    error::AppError,
    ssr::{Page, Visit},
};

/// Bytes that most pages fit into. A view does not know how long it is, and a page that outgrows its room is copied.
const ROOM: usize = 64 * 1024;

impl Visit {
    /// Renders a page; `build` runs inside the reactive owner that islands need.
    pub fn page(&self, build: impl FnOnce() -> Page) -> Response {
        let context = Arc::new(hydration_context::SsrSharedContext::new_islands());
        let owner = Owner::new_root(Some(context));
        let (status, html) = owner.with(|| {
            let page = build();
            let status = page.status;
            let mut html = String::with_capacity(ROOM);
            let document = (doctype("html"), shell(self, page));
            document.to_html_with_buf(&mut html, &mut Position::FirstChild, true, false, Vec::new());
            (status, html)
        });
        owner.unset_with_forced_cleanup();
        let mut response = (status, html).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        // Pages differ by cookie, and their stock numbers by the second.
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
        response
    }

    /// The page that tells what went wrong, with a way on.
    pub fn failure(&self, error: &AppError) -> Response {
        let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = self.page(|| failure_page(self, error, status));
        if *error == AppError::Busy {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
        }
        response
    }
}
