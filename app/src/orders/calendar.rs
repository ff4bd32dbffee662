//! A group of an order as a calendar file: when to be where, with the code.

use std::collections::HashMap;

use axum::{
    extract::{Path, Query},
    response::Response,
};
use onshelf_vocabulary::{
    Lang,
    fulfilment::Way,
    orders::{GroupView, OrderView},
};

use super::forms::address;
use crate::{
    error::AppError,
    fulfilment::calendar::{Entry, calendar_answer},
    ssr::{Visit, explain},
};

/// `GET /orders/{number}/{group}.ics?t=TOKEN`.
pub async fn calendar(
    visit: Visit,
    Path((number, file)): Path<(String, String)>,
    Query(typed): Query<HashMap<String, String>>,
) -> Response {
    let token = typed.get("t").map(String::as_str).unwrap_or_default();
    let view = match visit.shop().order(visit.lang, &number, token).await {
        Ok(view) => view,
        Err(error) => return visit.failure(&explain(&error)),
    };
    let id = file.strip_suffix(".ics").unwrap_or_default();
    let group = view.groups.iter().find(|group| group.id == id && group.way != Way::Delivery);
    let link = format!("{}{}", visit.door.site.public_url, visit.href(&address(&view.number, token)));
    let entry = group.and_then(|group| entry(visit.lang, &view, group, &link));
    match entry {
        Some(entry) => calendar_answer(id, entry),
        None => visit.failure(&AppError::NotFound),
    }
}

fn entry(lang: Lang, order: &OrderView, group: &GroupView, link: &str) -> Option<String> {
    let store = &group.store.name;
    let code = group.code.clone().unwrap_or_default();
    let things: Vec<String> =
        group.lines.iter().map(|line| format!("{} × {}", line.name, line.quantity)).collect();
    let things = things.join(", ");
    let (title, text) = match lang {
        Lang::Ko => (
            format!("{store}에서 픽업 · 코드 {code}"),
            format!("{things}\n코드 {code} · 주문 {}\n{link}", order.number),
        ),
        Lang::En => (
            format!("Collect at {store} · code {code}"),
            format!("{things}\nCode {code} · order {}\n{link}", order.number),
        ),
    };
    let come = group.window.as_ref().map_or(&group.ready_by, |window| &window.starts);
    let entry = Entry {
        number: group.id.clone(),
        title,
        text,
        place: format!("{store}, {}", group.store.address),
        point: group.store.point,
        link: link.to_owned(),
        from: come.at.parse().ok()?,
        until: group.expires_at.at.parse().ok()?,
        stamp: order.placed_at.at.parse().ok()?,
        status: group.status,
    };
    Some(entry.file())
}
