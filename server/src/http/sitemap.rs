//! `/sitemap.xml`: every page a search engine should know, in both languages. A large catalogue is told in parts.

use std::{
    fmt::Write,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use axum::{
    Extension, Router,
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use bytes::Bytes;
use onshelf_app::ssr::{Door, encoded};
use onshelf_shop::Book;
use onshelf_vocabulary::Lang;

/// Pages of one part, each in two languages: the protocol's limit is 50,000 addresses.
const PART: usize = 20_000;
/// Pages of every shop.
const FIXED: [&str; 3] = ["/", "/products", "/stores"];
const OPEN: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

pub fn routes() -> Router<Door> {
    Router::new()
        .route("/sitemap.xml", get(sitemap))
        .route("/sitemaps/{name}", get(part))
        .layer(Extension(Latest::default()))
}

/// What is told of one book. A part is megabytes: it is written for whoever asks first, is the same for all who ask while
/// somebody still reads it, and goes with the last of them.
struct Parts {
    edition: u64,
    texts: Vec<Mutex<Weak<String>>>,
}

impl Parts {
    fn of(book: &Book) -> Parts {
        // Counted without a word of them written: there may be a million.
        let catalogue = &book.catalogue;
        let pages = FIXED.len() + catalogue.categories().len() + book.stores.stores().count();
        let count = (pages + catalogue.active_products()).div_ceil(PART);
        Parts { edition: book.edition, texts: (0..count).map(|_| Mutex::default()).collect() }
    }

    /// Counted from 0; none past the last.
    fn text(&self, number: usize, book: &Book, public_url: &str) -> Option<Bytes> {
        let mut text = self.texts.get(number)?.lock().unwrap_or_else(PoisonError::into_inner);
        let part = text.upgrade().unwrap_or_else(|| {
            let mut own = urls(book, public_url, number);
            own.shrink_to_fit();
            Arc::new(own)
        });
        *text = Arc::downgrade(&part);
        Some(Bytes::from_owner(Shared(part)))
    }
}

/// A part in somebody's hands.
struct Shared(Arc<String>);

impl AsRef<[u8]> for Shared {
    fn as_ref(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

/// Of the book that was last asked for.
#[derive(Clone, Default)]
struct Latest(Arc<Mutex<Option<Arc<Parts>>>>);

impl Latest {
    fn of(&self, book: &Book) -> Arc<Parts> {
        let mut latest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &*latest {
            Some(parts) if parts.edition == book.edition => parts.clone(),
            _ => latest.insert(Arc::new(Parts::of(book))).clone(),
        }
    }
}

/// The whole of it, or the index of its parts.
async fn sitemap(State(door): State<Door>, Extension(latest): Extension<Latest>) -> Response {
    let book = door.shop.book();
    let parts = latest.of(&book);
    if parts.texts.len() > 1 {
        return xml(index(parts.texts.len(), &door.site.public_url));
    }
    xml(parts.text(0, &book, &door.site.public_url).unwrap_or_default())
}

/// `/sitemaps/1.xml`
async fn part(
    State(door): State<Door>,
    Extension(latest): Extension<Latest>,
    Path(name): Path<String>,
) -> Response {
    let book = door.shop.book();
    let number = name.strip_suffix(".xml").and_then(|number| number.parse::<usize>().ok());
    let text = number
        .and_then(|number| number.checked_sub(1))
        .and_then(|number| latest.of(&book).text(number, &book, &door.site.public_url));
    text.map_or_else(|| StatusCode::NOT_FOUND.into_response(), xml)
}

fn index(parts: usize, public_url: &str) -> String {
    let mut text = format!("{OPEN}<sitemapindex xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n");
    for part in 1..=parts {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "<sitemap><loc>{}/sitemaps/{part}.xml</loc></sitemap>", escaped(public_url));
    }
    text.push_str("</sitemapindex>\n");
    text
}

/// Paths without the language's prefix.
fn pages(book: &Book) -> impl Iterator<Item = String> {
    let fixed = FIXED.into_iter().map(str::to_owned);
    let categories =
        book.catalogue.categories().iter().map(|category| format!("/category/{}", encoded(&category.slug)));
    let stores = book.stores.stores().map(|store| format!("/stores/{}", encoded(store.code.as_str())));
    let products = book.catalogue.products().iter().filter(|product| product.active);
    fixed
        .chain(categories)
        .chain(stores)
        .chain(products.map(|product| format!("/p/{}", encoded(&product.slug))))
}

fn urls(book: &Book, public_url: &str, part: usize) -> String {
    let mut text = format!(
        "{OPEN}<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\" xmlns:xhtml=\"http://www.w3.org/1999/xhtml\">\n"
    );
    for path in pages(book).skip(part * PART).take(PART) {
        let address = |lang: Lang| escaped(&format!("{public_url}{}", lang.href(&path)));
        let (ko, en) = (address(Lang::Ko), address(Lang::En));
        for own in [&ko, &en] {
            let _ = writeln!(
                text,
                "<url><loc>{own}</loc><xhtml:link rel=\"alternate\" hreflang=\"ko\" href=\"{ko}\"/>\
                 <xhtml:link rel=\"alternate\" hreflang=\"en\" href=\"{en}\"/></url>"
            );
        }
    }
    text.push_str("</urlset>\n");
    text
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn xml(text: impl Into<Bytes>) -> Response {
    ([(header::CONTENT_TYPE, "application/xml; charset=utf-8")], text.into()).into_response()
}
