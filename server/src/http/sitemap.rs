//! `/sitemap.xml`: every page a search engine should know, in both languages. A large catalogue is told in parts.

use std::fmt::Write;

use axum::{
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use onshelf_app::ssr::{Door, encoded};
use onshelf_shop::Book;
use onshelf_vocabulary::Lang;

/// Pages of one part, each in two languages: the protocol's limit is 50,000 addresses.
const PART: usize = 20_000;
const OPEN: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/// The whole of it, or the index of its parts.
pub async fn sitemap(State(door): State<Door>) -> Response {
    let book = door.shop.book();
    let parts = pages(&book).count().div_ceil(PART);
    if parts <= 1 {
        return xml(urls(&book, &door.site.public_url, 0));
    }
    let mut text = format!("{OPEN}<sitemapindex xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n");
    for part in 1..=parts {
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "<sitemap><loc>{}/sitemaps/{part}.xml</loc></sitemap>",
            escaped(&door.site.public_url)
        );
    }
    text.push_str("</sitemapindex>\n");
    xml(text)
}

/// `/sitemaps/1.xml`
pub async fn part(State(door): State<Door>, Path(name): Path<String>) -> Response {
    let book = door.shop.book();
    let number = name.strip_suffix(".xml").and_then(|number| number.parse::<usize>().ok());
    match number {
        Some(number) if number >= 1 && number <= pages(&book).count().div_ceil(PART) => {
            xml(urls(&book, &door.site.public_url, number - 1))
        }
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Paths without the language's prefix.
fn pages(book: &Book) -> impl Iterator<Item = String> {
    let fixed = ["/", "/products", "/stores"].into_iter().map(str::to_owned);
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

fn xml(text: String) -> Response {
    ([(header::CONTENT_TYPE, "application/xml; charset=utf-8")], text).into_response()
}
