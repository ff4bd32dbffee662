//! `POST /reservations`, `GET /reservations/{number}`, `POST /reservations/{number}/cancel`.

use axum::{
    Extension, Json,
    extract::{RawQuery, State},
    response::{IntoResponse, Response},
};
use onshelf_app::ssr::Door;
use onshelf_shop::fulfilment::Reserve;
use onshelf_vocabulary::{
    Lang, StoreCode, fulfilment as views,
    fulfilment::{ReservationStatus, ReservationView, ReserveInput},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    ANYBODY, created,
    owned::Owned,
    shapes::{Changing, Holding, Image, Line, Money, Problem as ProblemShape, Reading},
};
use crate::http::{
    ask::{Asked, Body, Key, NoBody, Parameters},
    problem::Problem,
    surface::Surface,
};

const CREATE: &str = "POST /api/v1/reservations";
const CANCEL: &str = "POST /api/v1/reservations/{number}/cancel";

/// What is to be held, where and for whom.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReservationRequest {
    /// Code of the store.
    #[schema(value_type = String, pattern = r"^[A-Za-z0-9._-]{1,64}$")]
    store: StoreCode,
    /// Of one SKU up to 999, all its lines together.
    #[schema(min_items = 1, max_items = 50)]
    lines: Vec<Line>,
    contact: Contact,
}

/// Who collects: a name, and an e-mail address or a phone number.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    #[schema(min_length = 1, max_length = 80)]
    pub(super) name: String,
    #[serde(default)]
    #[schema(max_length = 254, example = "minji@example.com")]
    pub(super) email: Option<String>,
    /// E.164, or as it is dialled in Korea.
    #[serde(default)]
    #[schema(max_length = 40, example = "010-1234-5678")]
    pub(super) phone: Option<String>,
}

/// A reservation as its owner sees it.
#[derive(Serialize, ToSchema)]
pub struct Reservation {
    number: String,
    /// Shown once, in the answer that made the reservation: keep it, it is the only way back.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    token: Option<String>,
    /// What is said or scanned at the counter.
    code: String,
    #[schema(value_type = String, pattern = "^(placed|picking|ready|collected|cancelled|expired|not_found)$")]
    status: &'static str,
    store: ReservationStore,
    #[schema(format = DateTime)]
    placed_at: String,
    #[schema(format = DateTime)]
    ready_by: String,
    /// Until when it is kept.
    #[schema(format = DateTime)]
    expires_at: String,
    #[schema(format = DateTime)]
    ready_at: Option<String>,
    #[schema(format = DateTime)]
    collected_at: Option<String>,
    lines: Vec<ReservationLine>,
    /// What was reserved too and not found: it is neither in the lines nor in the total.
    missing: Vec<ReservationLine>,
    total: Money,
    can_cancel: bool,
    links: ReservationLinks,
}

#[derive(Serialize, ToSchema)]
struct ReservationStore {
    code: String,
    name: String,
    address: String,
    phone: String,
    lat: Option<f64>,
    lng: Option<f64>,
}

#[derive(Serialize, ToSchema)]
struct ReservationLine {
    sku: String,
    slug: String,
    name: String,
    /// "이끼색 · 대"
    options: String,
    #[schema(minimum = 1, maximum = 999)]
    quantity: i64,
    price: Money,
    image: Option<Image>,
}

/// Whole addresses.
#[derive(Serialize, ToSchema)]
struct ReservationLinks {
    #[serde(rename = "self")]
    #[schema(format = "uri")]
    own: String,
    /// For people.
    #[schema(format = "uri")]
    page: String,
    /// To be posted to, with the token.
    #[schema(format = "uri")]
    cancel: String,
    /// iCalendar.
    #[schema(format = "uri")]
    calendar: String,
}

/// A refusal for want of stock.
#[derive(Serialize, ToSchema)]
pub struct OutOfStock {
    #[serde(flatten)]
    problem: ProblemShape,
    /// What there was too little of.
    short: Vec<ShortLine>,
    /// The nearest stores that have all of it.
    elsewhere: Vec<Elsewhere>,
}

#[derive(Serialize, ToSchema)]
pub struct ShortLine {
    sku: String,
    name: String,
    wanted: i64,
    available: i64,
}

/// A store that has all of what was asked for.
#[derive(Serialize, ToSchema)]
pub struct Elsewhere {
    store: String,
    name: String,
    distance_m: Option<u32>,
    /// What `distance_m` is measured from: the store that was asked, here always.
    #[schema(value_type = String, pattern = "^(shopper|store)$")]
    distance_from: &'static str,
    available: i64,
    #[schema(format = DateTime)]
    ready_by: Option<String>,
}

/// The shop's suggestion in this contract's shape.
#[must_use]
pub fn elsewhere(stores: Vec<views::Elsewhere>) -> Vec<Elsewhere> {
    let shape = |store: views::Elsewhere| Elsewhere {
        store: store.store,
        name: store.name,
        distance_m: store.distance_m,
        distance_from: store.from.code(),
        available: store.available,
        ready_by: store.ready_by.map(|moment| moment.at),
    };
    stores.into_iter().map(shape).collect()
}

/// Holds stock at a store, all lines or none
#[utoipa::path(
    post, path = "/api/v1/reservations", tag = "reservations", operation_id = "create_reservation",
    params(("Idempotency-Key" = String, Header, description = "Fresh and random for each reservation; sent again with the same body, it gets the same answer.", pattern = r"^[!-~]{1,255}$")),
    request_body = ReservationRequest,
    responses(
        (status = 201, description = "Held.", body = Reservation, headers(("Location" = String, description = "Address of the reservation."))),
        Changing, Holding,
    ),
)]
pub async fn create(
    State(door): State<Door>,
    Extension(surface): Extension<Surface>,
    Asked(lang): Asked,
    Key(key): Key,
    Body { value: request, raw }: Body<ReservationRequest>,
) -> Result<Response, Problem> {
    let (_begun, once) = surface.once(ANYBODY, CREATE, &key, &raw)?;
    let request = Reserve { input: input(request), lang, near: None, once };
    let (reserved, view) = door.shop.reserve_and_show(request).await?;
    let mut body = reservation(view, lang, &surface.options.public_url, &reserved.token);
    body.token = Some(reserved.token);
    // A replay says what the first answer said, whatever has become of the reservation since.
    body.status = ReservationStatus::Placed.code();
    (body.ready_at, body.collected_at, body.can_cancel) = (None, None, true);
    Ok(created(&format!("/api/v1/reservations/{}", body.number), &body))
}

fn input(request: ReservationRequest) -> ReserveInput {
    let Contact { name, email, phone } = request.contact;
    ReserveInput {
        store: request.store,
        lines: request.lines.into_iter().map(Into::into).collect(),
        contact: views::Contact { name, email, phone },
    }
}

/// Shows a reservation to whoever has its token
#[utoipa::path(
    get, path = "/api/v1/reservations/{number}", tag = "reservations", operation_id = "show_reservation",
    params(("number" = String, Path, description = "The reservation's number.", min_length = 1, max_length = 32)),
    security(("reservation" = [])),
    responses((status = 200, description = "The reservation.", body = Reservation), Reading),
)]
pub async fn show(owned: Owned, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    Parameters::read(query.as_deref(), &[]).finish()?;
    let view = owned.shop().reservation(owned.lang, &owned.number, &owned.token).await?;
    Ok(Json(reservation(view, owned.lang, owned.public_url(), &owned.token)).into_response())
}

/// Cancels a reservation and gives its stock back
#[utoipa::path(
    post, path = "/api/v1/reservations/{number}/cancel", tag = "reservations", operation_id = "cancel_reservation",
    params(
        ("number" = String, Path, description = "The reservation's number.", min_length = 1, max_length = 32),
        ("Idempotency-Key" = String, Header, description = "Fresh for each deed.", pattern = r"^[!-~]{1,255}$"),
    ),
    security(("reservation" = [])),
    responses((status = 200, description = "Cancelled, now or before.", body = Reservation), Changing),
)]
pub async fn cancel(owned: Owned, Key(key): Key, NoBody: NoBody) -> Result<Response, Problem> {
    let (_begun, once) = owned.once("reservation", CANCEL, &key, "")?;
    let Owned { lang, number, token, .. } = &owned;
    let view = owned.shop().cancel_reservation(*lang, number, token, Some(&once)).await?;
    Ok(Json(reservation(view, *lang, owned.public_url(), token)).into_response())
}

fn reservation(view: ReservationView, lang: Lang, public_url: &str, token: &str) -> Reservation {
    let api = format!("{public_url}/api/v1/reservations/{}", view.number);
    let page = format!("{public_url}{}", lang.href(&format!("/reservations/{}", view.number)));
    Reservation {
        links: ReservationLinks {
            cancel: format!("{api}/cancel"),
            own: api,
            calendar: format!("{page}/calendar.ics?t={token}"),
            page: format!("{page}?t={token}"),
        },
        token: None,
        code: view.code,
        status: view.status.code(),
        placed_at: view.placed_at.at,
        ready_by: view.ready_by.at,
        expires_at: view.expires_at.at,
        ready_at: view.ready_at.map(|moment| moment.at),
        collected_at: view.collected_at.map(|moment| moment.at),
        lines: view.lines.into_iter().map(line).collect(),
        missing: view.missing.into_iter().map(line).collect(),
        total: view.total.into(),
        can_cancel: view.can_cancel,
        store: ReservationStore {
            code: view.store.code,
            name: view.store.name,
            address: view.store.address,
            phone: view.store.phone,
            lat: view.store.point.map(onshelf_vocabulary::Point::lat),
            lng: view.store.point.map(onshelf_vocabulary::Point::lng),
        },
        number: view.number,
    }
}

fn line(view: views::ReservationLineView) -> ReservationLine {
    ReservationLine {
        sku: view.sku,
        slug: view.slug,
        name: view.name,
        options: view.options,
        quantity: view.quantity,
        price: view.price.into(),
        image: view.image.map(Image::from),
    }
}
