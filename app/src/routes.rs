//! Every page and every form, in both languages: Korean at the root, English under `/en`.

use axum::{
    Extension, Router,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use onshelf_vocabulary::Lang;

use crate::{
    cart, catalog,
    error::AppError,
    fulfilment, home, orders,
    ssr::{Door, PagesOf, Visit},
    staff, stores,
};

/// All pages, ready to be merged into the server's router.
pub fn pages() -> Router<Door> {
    pages_of(Lang::Ko).nest("/en", pages_of(Lang::En))
}

fn pages_of(lang: Lang) -> Router<Door> {
    Router::new()
        .route("/", get(home::page::home))
        .route("/products", get(catalog::listing::products))
        .route("/search", get(catalog::listing::search))
        .route("/category/{slug}", get(catalog::listing::category))
        .route("/suggest", get(catalog::api::suggest))
        .route("/p/{slug}", get(catalog::product::product))
        .route("/p/{slug}/shelves", get(catalog::api::shelves))
        .route("/stores", get(stores::locator::locator))
        .route("/stores/choose", post(stores::forms::choose))
        .route("/stores/near", post(stores::forms::set_near))
        .route("/stores/{code}", get(stores::page::store))
        .route("/basket", get(cart::page::basket))
        .route("/basket/strip", get(cart::strip::strip))
        .route("/basket/add", post(cart::forms::add))
        .route("/basket/change", post(cart::forms::change))
        .route("/reserve", get(fulfilment::reserve::reserve_form).post(fulfilment::forms::reserve))
        .route("/reservations", get(fulfilment::find::find).post(fulfilment::forms::find))
        .route("/reservations/{number}", get(fulfilment::page::reservation))
        .route("/reservations/{number}/cancel", post(fulfilment::forms::cancel))
        .route("/reservations/{number}/calendar.ics", get(fulfilment::calendar::calendar))
        .route("/checkout", get(orders::checkout::checkout).post(orders::checkout::place))
        .route("/orders/{number}", get(orders::page::order))
        .route("/orders/{number}/return", get(orders::forms::returned))
        .route("/orders/{number}/pay", post(orders::forms::pay))
        .route("/orders/{number}/extend", post(orders::forms::extend))
        .route("/orders/{number}/cancel", post(orders::forms::cancel))
        .route("/orders/{number}/change", get(orders::change::page).post(orders::change::change))
        .route("/orders/{number}/offers/{group}", post(orders::forms::offer))
        .route("/orders/{number}/arrive", post(orders::forms::arrive))
        .route("/orders/{number}/receipt", get(orders::receipt::receipt))
        .route("/orders/{number}/{file}", get(orders::calendar::calendar))
        .route("/pass/{secret}", get(orders::pass::pass))
        .route("/pass/{secret}/arrive", post(orders::pass::arrive))
        .route("/staff", get(staff::home::home))
        .route("/staff/sign-in", get(staff::sign_in::page).post(staff::forms::sign_in))
        .route("/staff/sign-out", post(staff::forms::sign_out))
        .route("/staff/{store}", get(staff::board::board))
        .route("/staff/{store}/board", get(staff::board::columns))
        .route("/staff/{store}/find", post(staff::forms::find))
        .route("/staff/{store}/handovers", post(staff::away::written))
        .route("/staff/{store}/deeds", post(staff::forms::deed))
        .layer(Extension(PagesOf(lang)))
}

/// What answers an address nobody knows.
pub async fn nowhere(mut visit: Visit) -> Response {
    if visit.path == "/en" || visit.path.starts_with("/en/") {
        visit.lang = Lang::En;
        visit.viewer.lang = Lang::En;
    }
    if visit.path.starts_with("/api/") {
        return StatusCode::NOT_FOUND.into_response();
    }
    if let Some(address) = without_slash(&visit.path) {
        return Redirect::permanent(address).into_response();
    }
    visit.failure(&AppError::NotFound)
}

/// A slash at the end is a slip of whoever linked here, and no other address. A second one at the beginning would
/// make a browser read the name of another host.
fn without_slash(path: &str) -> Option<&str> {
    let address = path.strip_suffix('/')?;
    let mut letters = address.chars();
    let is_own =
        letters.next() == Some('/') && letters.next().is_some_and(|second| !matches!(second, '/' | '\\'));
    (is_own && !address.contains('?')).then_some(address)
}

#[cfg(test)]
mod tests {
    use super::without_slash;

    #[test]
    fn only_an_own_address_loses_its_slash() {
        assert_eq!(without_slash("/en/"), Some("/en"));
        assert_eq!(without_slash("/products/"), Some("/products"));
        for other in ["/", "/en", "//elsewhere.example/", "/\\elsewhere.example/", "/search?q=a/", "//"] {
            assert_eq!(without_slash(other), None, "{other}");
        }
    }
}
