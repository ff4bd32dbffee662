//! The one door to the server: who visits, with which cookies, what a page is, and how a piece of one becomes a response.
//! A whole page does in [`crate::shell`], which knows what stands around it.

mod cookies;
mod page;

use std::{convert::Infallible, net::IpAddr, sync::Arc};

use axum::{
    extract::{FromRef, FromRequestParts, OriginalUri},
    http::{HeaderMap, HeaderValue, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use leptos::prelude::*;
use onshelf_shop::{Shop, Viewer, orders::Placed, staff::Associate};
use onshelf_vocabulary::{Lang, StoreCode, cart::Line};

use self::cookies::{read_kept, staff_cookie};
use crate::{error::AppError, shared::Items, ui};

pub(crate) use self::cookies::{Jar, percent_decoded};
pub use self::{
    cookies::{KEPT, Near, REMEMBERED, read_basket, read_cookie, set_cookie, with_cookie, write_basket},
    page::{Chrome, Page, Styles},
};

/// What the pages need of the server, made once at the start.
#[derive(Clone, FromRef)]
pub struct Door {
    pub shop: Shop,
    pub site: Arc<Site>,
}

/// The site's own facts: addresses of built assets, and where it stands in public.
#[derive(Clone, Debug, Default)]
pub struct Site {
    /// Such as `https://shop.example`, without a slash at the end; canonical addresses begin with it.
    pub public_url: String,
    pub assets: Assets,
    /// What the chain is called.
    pub name: onshelf_vocabulary::Text,
    /// Who sells by law, as it has to stand on a receipt and at the foot of every page; may be empty.
    pub seller: String,
    /// Addresses of the operator's terms of use and of what becomes of one's data; may be empty.
    pub terms: String,
    pub privacy: String,
    /// Whether cookies may only travel encrypted.
    pub secure: bool,
    /// The operator's drawn map, if there is one.
    pub basemap: Option<Arc<onshelf_domain::basemap::Basemap>>,
    /// The ground of the live map, which takes the drawn one's place where it was built; none where the operator set no
    /// tiles.
    pub tiles: Option<ui::live_map::Ground>,
    /// Home page texts of the operator, as JSON; none shows categories and what is new.
    pub home: Option<serde_json::Value>,
    /// A demo says so, and shows how to sign in.
    pub demo: bool,
    /// What a browser subscribes to notifications with; empty where nobody is told in a browser.
    pub push_key: String,
    /// Whether what would have been sent may be looked at.
    pub shows_messages: bool,
}

/// Addresses of the built files that pages name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Assets {
    pub css: String,
    /// What the pages of orders, and the staff's, need beside it; empty where one sheet has all.
    pub orders_css: String,
    pub staff_css: String,
    pub loader: String,
    /// What a board's page does while its network is away; empty where it was not built.
    pub counter: String,
    pub client_js: String,
    pub client_wasm: String,
    /// None in a build without it.
    pub live_map: Option<ui::live_map::LiveMap>,
}

/// One request for a page: who asks, in which language, with what in the basket.
#[derive(Clone)]
pub struct Visit {
    pub door: Door,
    pub lang: Lang,
    pub viewer: Viewer,
    pub basket: Vec<Line>,
    /// How many things the basket holds. A shared page is told this much and no more.
    pub items: i64,
    /// The whole path and query as asked, with the language's prefix.
    pub path: String,
    /// What is kept on a shelf while they check out, as their cookie names it; not yet verified.
    pub kept: Option<Placed>,
    /// The session token of a member of staff, not yet verified.
    pub staff_token: Option<String>,
    /// Where they come from, as far as that is known.
    pub network: Option<IpAddr>,
}

/// The network a request comes from; whoever takes requests in puts it there.
#[derive(Clone, Copy)]
pub struct Network(pub IpAddr);

/// Which language a part of the routes is in.
#[derive(Clone, Copy)]
pub struct PagesOf(pub Lang);

impl FromRequestParts<Door> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, door: &Door) -> Result<Visit, Infallible> {
        let lang = parts.extensions.get::<PagesOf>().map_or(Lang::Ko, |pages| pages.0);
        let uri =
            parts.extensions.get::<OriginalUri>().map_or_else(|| parts.uri.clone(), |uri| uri.0.clone());
        let path = uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        let jar = Jar(&parts.headers);
        let near = jar.get("near").and_then(|text| Near::read(&text));
        let store = jar.get("store").and_then(|code| StoreCode::new(code).ok());
        let basket = jar.get("basket").map(|text| read_basket(&text)).unwrap_or_default();
        let counted = || basket.iter().map(|line| line.quantity.get()).sum();
        let items = parts.extensions.get::<Items>().map_or_else(counted, |items| items.0);
        Ok(Visit {
            door: door.clone(),
            lang,
            viewer: Viewer {
                lang,
                store: store.filter(|code| door.shop.book().stores.visited(code.as_str()).is_some()),
                near: near.as_ref().map(|near| near.point),
                near_name: near.map(|near| near.name).filter(|name| !name.is_empty()),
            },
            items,
            basket,
            path,
            kept: jar.get(KEPT).and_then(|text| read_kept(&text)),
            staff_token: jar.get(staff_cookie(door.site.secure)),
            network: parts.extensions.get::<Network>().map(|network| network.0),
        })
    }
}

impl Visit {
    #[must_use]
    pub fn shop(&self) -> &Shop {
        &self.door.shop
    }

    /// One of two texts, by the visit's language.
    #[must_use]
    pub fn say(&self, ko: &'static str, en: &'static str) -> &'static str {
        self.lang.pick(ko, en)
    }

    /// The address of a page in the visit's language.
    #[must_use]
    pub fn href(&self, path: &str) -> String {
        self.lang.href(path)
    }

    /// Who is signed in.
    pub async fn associate(&self) -> Result<Associate, AppError> {
        let token = self.staff_token.as_deref().ok_or(AppError::SignedOut)?;
        self.shop().associate(token).await.map_err(|error| explain(&error))
    }

    /// A piece of a page, HTML without a document around it: for whoever puts it in place in the browser.
    pub fn fragment<V: IntoView>(&self, build: impl FnOnce() -> V) -> Response {
        let owner = Owner::new();
        let html = owner.with(|| build().into_view().to_html());
        owner.unset_with_forced_cleanup();
        let mut response = html.into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
        headers.insert("x-robots-tag", HeaderValue::from_static("noindex"));
        response
    }

    /// After a deed: look at `path` (without the language's prefix).
    pub fn see(&self, path: &str) -> Response {
        Redirect::to(&self.href(path)).into_response()
    }

    /// After a deed: back to the page it was asked from, if that is one of ours.
    pub fn back(&self, headers: &HeaderMap, otherwise: &str) -> Response {
        let referer = headers.get(header::REFERER).and_then(|value| value.to_str().ok());
        let path = referer
            .and_then(|referer| referer.parse::<http::Uri>().ok())
            .and_then(|uri| uri.path_and_query().map(|path| path.as_str().to_owned()))
            .filter(|path| path.starts_with('/') && !path.starts_with("//"));
        Redirect::to(&path.unwrap_or_else(|| self.href(otherwise))).into_response()
    }
}

/// A failure of the shop in words for people; the fault itself goes to the log under a reference.
#[must_use]
pub fn explain(error: &onshelf_shop::Error) -> AppError {
    use onshelf_shop::Error as E;
    use onshelf_vocabulary::staff::StaffRefusal;
    match error {
        E::NotFound
        | E::Database(onshelf_shop::DatabaseError::Unwritable)
        | E::Reservation(onshelf_vocabulary::fulfilment::ReservationRefusal::NotFound)
        | E::Order(onshelf_vocabulary::orders::OrderRefusal::NotFound) => AppError::NotFound,
        E::Order(onshelf_vocabulary::orders::OrderRefusal::ProviderDown) => AppError::Busy,
        E::Staff(StaffRefusal::SignedOut | StaffRefusal::BadCredentials) => AppError::SignedOut,
        E::Staff(_) | E::Stock(_) => AppError::NotYours,
        E::Database(onshelf_db_error) if is_passing(onshelf_db_error) => {
            tracing::warn!(%error, "The database did not answer ({error}); whoever asked is to come back.");
            AppError::Busy
        }
        _ => {
            let reference = uuid::Uuid::now_v7().simple().to_string()[20..].to_owned();
            tracing::error!(
                %error,
                reference,
                "A request could not be answered ({error}); whoever asked was told the reference {reference}."
            );
            AppError::Broken { reference }
        }
    }
}

fn is_passing(error: &onshelf_shop::DatabaseError) -> bool {
    matches!(error, onshelf_shop::DatabaseError::Unavailable(_) | onshelf_shop::DatabaseError::Contended)
}

/// A text inside an address of ours: as a value of its query, or as a part of its path that holds no space.
#[must_use]
pub fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
