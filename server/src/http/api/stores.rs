//! `GET /stores`, `GET /stores/{code}`.

use axum::{
    extract::{Path, RawQuery, State},
    response::Response,
};
use onshelf_app::ssr::Door;
use onshelf_shop::{Shop, Viewer};
use onshelf_vocabulary::{
    Lang,
    stores::{StoreCard, StoreQuery},
};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{public, shapes::Reading};
use crate::http::{
    ask::{Asked, Parameters},
    problem::{Kind, Problem},
};

/// Stores, the nearest first.
#[derive(Serialize, ToSchema)]
pub struct StoreList {
    stores: Vec<Store>,
}

/// A store as it can be visited.
#[derive(Serialize, ToSchema)]
pub struct Store {
    code: String,
    /// Always `store`: a `warehouse`, where nobody comes, is told only where something is sent from it.
    #[schema(value_type = String, pattern = "^store$")]
    kind: &'static str,
    name: String,
    address: String,
    /// WGS 84; null where the operator gave no position.
    #[schema(minimum = -90, maximum = 90)]
    lat: Option<f64>,
    #[schema(minimum = -180, maximum = 180)]
    lng: Option<f64>,
    /// Metres from where was asked for.
    distance_m: Option<u32>,
    open_now: bool,
    /// When the present opening ends; null while it is closed.
    #[schema(format = DateTime)]
    closes_at: Option<String>,
    /// When it opens next; null while it is open.
    #[schema(format = DateTime)]
    opens_at: Option<String>,
    /// Codes, as in the parameter `service`.
    services: Vec<String>,
    /// The week's rule in the store's own time: `{"mon": ["10:30-21:00"], …}`. A day without hours is closed.
    #[schema(value_type = std::collections::BTreeMap<String, Vec<String>>)]
    hours: Value,
    /// Dates of the next 90 days on which other hours hold.
    exceptions: Vec<Exception>,
    phone: String,
    /// IANA name.
    time_zone: String,
}

#[derive(Serialize, ToSchema)]
struct Exception {
    #[schema(format = Date)]
    date: String,
    /// None means closed.
    hours: Vec<String>,
    /// Why, for shoppers; may be empty.
    note: String,
}

/// Finds stores by position, place name or postcode
#[utoipa::path(
    get, path = "/api/v1/stores", tag = "stores", operation_id = "list_stores",
    params(
        ("near" = Option<String>, Query, description = "`LAT,LNG` in degrees (WGS 84). One of `near`, `place` and `postcode` says where.", pattern = r"^-?(90(\.0{1,12})?|[0-8]?[0-9](\.[0-9]{1,12})?),-?(180(\.0{1,12})?|(1[0-7][0-9]|[0-9]{1,2})(\.[0-9]{1,12})?)$", example = "37.5445,127.0560"),
        ("place" = Option<String>, Query, description = "A place's name, such as 성수동.", min_length = 1, max_length = 100, pattern = r"\S"),
        ("postcode" = Option<String>, Query, description = "A postcode, such as 04766.", min_length = 1, max_length = 20, pattern = r"\S"),
        ("open_now" = Option<bool>, Query, description = "Only stores that are open."),
        ("service" = Option<String>, Query, description = "Only stores with this service.", min_length = 1, max_length = 64, pattern = r"\S"),
        ("limit" = Option<i64>, Query, description = "20 where it is not given.", minimum = 1, maximum = 100),
    ),
    responses((status = 200, description = "Stores, the nearest first.", body = StoreList), Reading),
)]
pub async fn list(
    State(door): State<Door>,
    Asked(lang): Asked,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let query = read(query.as_deref())?;
    let found = door.shop.find_stores(&Viewer::new(lang), &query);
    if !query.place.is_empty() && found.centre.is_none() {
        return Err(Problem::new(Kind::NotFound).detail(
            "그런 이름이나 우편번호의 장소를 찾지 못했습니다.",
            "No place of that name or postcode was found.",
        ));
    }
    let stores = found.stores.into_iter().filter_map(|card| store(&door.shop, lang, card)).collect();
    Ok(public(&StoreList { stores }))
}

fn read(query: Option<&str>) -> Result<StoreQuery, Problem> {
    let mut asked = Parameters::read(query, &["near", "place", "postcode", "open_now", "service", "limit"]);
    let near = asked.point("near");
    let (place, postcode) = (asked.one("place", 100), asked.one("postcode", 20));
    let service = asked.one("service", 64);
    for (name, value) in [("place", &place), ("postcode", &postcode), ("service", &service)] {
        if value.as_ref().is_some_and(|text| text.trim().is_empty()) {
            asked.fault(name, "비어 있습니다.", "This is empty.");
        }
    }
    let wheres = [("near", near.is_some()), ("place", place.is_some()), ("postcode", postcode.is_some())];
    let given: Vec<&str> = wheres.into_iter().filter(|(_, given)| *given).map(|(name, _)| name).collect();
    if given.len() > 1 {
        for name in given {
            let (ko, en) =
                ("near, place, postcode 중 하나만 보내 주세요.", "Send one of near, place and postcode.");
            asked.fault(name, ko, en);
        }
    }
    let open_now = asked.flag("open_now");
    let limit = asked.number("limit", 1, 100, 20);
    asked.finish()?;
    Ok(StoreQuery {
        near,
        place: postcode.or(place).unwrap_or_default(),
        open_now,
        service,
        limit: u32::try_from(limit).unwrap_or(20),
        ..StoreQuery::default()
    })
}

/// Shows one store
#[utoipa::path(
    get, path = "/api/v1/stores/{code}", tag = "stores", operation_id = "show_store",
    params(("code" = String, Path, description = "The store's code.", pattern = r"^[A-Za-z0-9._-]{1,64}$")),
    responses((status = 200, description = "The store.", body = Store), Reading),
)]
pub async fn show(
    State(door): State<Door>,
    Asked(lang): Asked,
    Path(code): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    Parameters::read(query.as_deref(), &[]).finish()?;
    let unknown = || Problem::new(Kind::NotFound).detail("모르는 매장입니다.", "There is no such store.");
    let view = door.shop.store_page(&Viewer::new(lang), &code).map_err(|error| match error {
        onshelf_shop::Error::NotFound => unknown(),
        other => other.into(),
    })?;
    store(&door.shop, lang, view.card).map(|store| public(&store)).ok_or_else(unknown)
}

/// None where an import has taken the store away in the meantime.
fn store(shop: &Shop, lang: Lang, card: StoreCard) -> Option<Store> {
    let book = shop.book();
    let own = book.stores.by_code(&card.code)?;
    let schedule = &own.schedule;
    let today = schedule.date_of(shop.now());
    let last = today.saturating_add(jiff::Span::new().days(90));
    let exceptions = schedule
        .exceptions_between(today, last)
        .map(|exception| Exception {
            date: exception.date.to_string(),
            hours: exception.hours.iter().map(ToString::to_string).collect(),
            note: exception.note.get(lang).to_owned(),
        })
        .collect();
    Some(Store {
        lat: card.point.map(onshelf_vocabulary::Point::lat),
        lng: card.point.map(onshelf_vocabulary::Point::lng),
        distance_m: card.distance_m,
        open_now: card.open_now,
        closes_at: card.closes_at.map(|moment| moment.at),
        opens_at: card.opens_at.map(|moment| moment.at),
        services: own.services.clone(),
        hours: serde_json::from_str(&schedule.week_json())
            .unwrap_or_else(|_| Value::Object(serde_json::Map::new())),
        exceptions,
        time_zone: schedule.time_zone().iana_name().unwrap_or("UTC").to_owned(),
        code: card.code,
        kind: own.kind.code(),
        name: card.name,
        address: card.address,
        phone: card.phone,
    })
}
