//! `POST /options`: every way to get a basket, before anything is held: where, by when, for how much, in which quarters
//! of an hour.

use axum::{extract::State, response::Response};
use onshelf_app::ssr::Door;
use onshelf_domain::orders::address_line_fault;
use onshelf_shop::{Shop, Viewer};
use onshelf_vocabulary::{
    StoreCode,
    cart::{CoverView, Line as BasketLine},
    fulfilment::{FieldFault, Way},
    orders::{Address as PlaceOf, CheckoutView, WayOffer, WindowView},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    availability::{Missing, missing},
    orders::Address,
    public,
    shapes::{Changing, Line, Money, Near},
};
use crate::http::{
    ask::{Asked, Body},
    problem::{Problem, field_error},
};

/// A basket to find ways for, and where its shopper is or has it brought to.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OptionsQuestion {
    /// Of one SKU up to 999, all its lines together.
    #[schema(min_items = 1, max_items = 50)]
    lines: Vec<Line>,
    /// Where the shopper is: `LAT,LNG`, or an object of `lat` and `lng`.
    #[serde(default)]
    #[schema(value_type = Option<String>, pattern = r"^-?(90(\.0{1,12})?|[0-8]?[0-9](\.[0-9]{1,12})?),-?(180(\.0{1,12})?|(1[0-7][0-9]|[0-9]{1,2})(\.[0-9]{1,12})?)$", example = "37.5445,127.0560")]
    near: Option<Near>,
    /// The store the shopper chose: it comes first, and is never silently another.
    #[serde(default)]
    #[schema(value_type = Option<String>, pattern = r"^[A-Za-z0-9._-]{1,64}$")]
    store: Option<StoreCode>,
    /// Where it would be brought; none: to where the shopper is.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200, pattern = r"\S")]
    postcode: Option<String>,
    /// The same as an order has it; its postcode counts. Either this or `postcode`.
    #[serde(default)]
    address: Option<Address>,
}

/// Every way to get a basket. Nothing of it is held.
#[derive(Serialize, ToSchema)]
pub struct OptionsAnswer {
    /// All four ways, in the order collect, curbside, transfer, delivery.
    ways: Vec<WayOptions>,
    /// By whom it can be paid online; none: at the counter only, and nothing is sent.
    #[schema(value_type = Vec<String>)]
    providers: Vec<&'static str>,
}

#[derive(Serialize, ToSchema)]
struct WayOptions {
    #[schema(value_type = String, pattern = "^(collect|curbside|transfer|delivery)$")]
    way: &'static str,
    /// The chosen store first, then the best; none where this way is not to be had.
    options: Vec<WayOption>,
}

#[derive(Serialize, ToSchema)]
struct WayOption {
    /// Where it is handed over, or sent from: the `store` of an order's group.
    store: String,
    #[schema(value_type = String, pattern = "^(store|warehouse)$")]
    store_kind: &'static str,
    store_name: String,
    /// Where a transfer comes from.
    source_name: Option<String>,
    /// Metres; null where it is not known where the shopper is.
    distance_m: Option<u32>,
    #[schema(value_type = String, pattern = "^(whole|partial)$")]
    covers: &'static str,
    /// What a partial one lacks.
    missing: Vec<Missing>,
    /// When it is there if it is ordered now.
    #[schema(format = DateTime)]
    ready_by: String,
    /// Of the way, without the goods.
    fee: Money,
    /// Quarters of an hour with free places: the `window` of an order's group. None of them is as soon as it is ready.
    windows: Vec<FreeWindow>,
}

#[derive(Serialize, ToSchema)]
struct FreeWindow {
    #[schema(format = DateTime)]
    starts_at: String,
    #[schema(format = DateTime)]
    ends_at: String,
    /// How many more orders it takes.
    #[schema(minimum = 1)]
    places: i64,
}

/// Lists every way to get a basket
///
/// By store: what it covers and by when, its fee and its free quarters of an hour; what comes from another store or a
/// warehouse, and what is brought home. It only reads: nothing is held and nothing changes, so that it needs no
/// `Idempotency-Key` and heeds none. What is ordered is judged anew.
#[utoipa::path(
    post, path = "/api/v1/options", tag = "orders", operation_id = "list_options",
    request_body = OptionsQuestion,
    responses((status = 200, description = "The ways there are at the moment.", body = OptionsAnswer), Changing),
)]
pub async fn of_basket(
    State(door): State<Door>,
    Asked(lang): Asked,
    Body { value: question, .. }: Body<OptionsQuestion>,
) -> Result<Response, Problem> {
    let OptionsQuestion { lines, near, store, postcode, address } = question;
    let postcode = destination(postcode, address)?;
    let lines: Vec<BasketLine> = lines.into_iter().map(Into::into).collect();
    let lines = door.shop.lines_asked_at(store.as_ref(), &lines)?;
    let viewer = Viewer { store, near: near.map(|near| near.0), ..Viewer::new(lang) };
    let seen = door.shop.checkout(&viewer, &lines, postcode.as_deref()).await?;
    Ok(public(&answer(&door.shop, seen)))
}

/// The postcode it would be brought to.
fn destination(postcode: Option<String>, address: Option<Address>) -> Result<Option<String>, Problem> {
    let (pointer, given) = match (postcode, address.map(|address| PlaceOf::from(address).postcode)) {
        (Some(_), Some(_)) => {
            let (ko, en) = ("postcode와 address 중 하나만 보내 주세요.", "Either this or `address`.");
            return Err(Problem::field("/postcode", ko, en));
        }
        (Some(postcode), None) => ("/postcode", postcode),
        (None, Some(postcode)) => ("/address/postcode", postcode),
        (None, None) => return Ok(None),
    };
    match address_line_fault(&given, true) {
        Some(fault) => {
            Err(Problem::invalid(vec![field_error(FieldFault { pointer: pointer.to_owned(), fault })]))
        }
        None => Ok(Some(given.trim().to_owned())),
    }
}

fn answer(shop: &Shop, seen: CheckoutView) -> OptionsAnswer {
    let CheckoutView { offers, covers, providers } = seen;
    let book = shop.book();
    let mut ways = Way::ALL.map(|way| WayOptions { way: way.code(), options: Vec::new() });
    for offer in offers {
        let Some(store) = book.stores.by_code(&offer.store) else { continue };
        let Some(own) = ways.iter_mut().find(|own| own.way == offer.way.code()) else { continue };
        own.options.push(option(offer, store.kind.code(), &covers));
    }
    OptionsAnswer {
        ways: ways.into(),
        providers: providers.into_iter().map(onshelf_vocabulary::payments::ProviderCode::code).collect(),
    }
}

fn option(offer: WayOffer, store_kind: &'static str, covers: &[CoverView]) -> WayOption {
    let whole = offer.covered_lines == offer.lines;
    let cover = covers.iter().find(|cover| !whole && cover.store == offer.store);
    WayOption {
        store_kind,
        covers: if whole { "whole" } else { "partial" },
        missing: cover.map(|cover| cover.missing.iter().cloned().map(missing).collect()).unwrap_or_default(),
        store: offer.store,
        store_name: offer.store_name,
        source_name: offer.source_name,
        distance_m: offer.distance_m,
        ready_by: offer.ready_by.at,
        fee: offer.fee.into(),
        windows: offer.windows.into_iter().map(window).collect(),
    }
}

fn window(view: WindowView) -> FreeWindow {
    FreeWindow { starts_at: view.starts.at, ends_at: view.ends.at, places: view.left }
}
