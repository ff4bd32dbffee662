//! `GET /products`, `GET /products/{slug}`.

use axum::{
    extract::{Path, RawQuery, State},
    response::Response,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use onshelf_app::ssr::Door;
use onshelf_shop::{
    Shop, Viewer,
    catalog::{Facet as Found, Listed, Shown},
};
use onshelf_vocabulary::{
    Lang, StoreCode,
    catalog::{ListingQuery, ProductView, VariantView},
};
use serde::Serialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::{
    public,
    shapes::{Image, Money, Reading},
};
use crate::http::{
    ask::{Asked, Parameters},
    problem::{Kind, Problem},
};

/// A page of products.
#[derive(Serialize, ToSchema)]
pub struct ProductPage {
    products: Vec<ProductItem>,
    /// For the next page, with the same parameters; null on the last.
    next_cursor: Option<String>,
    /// Products in all.
    total: u32,
    facets: Vec<Facet>,
}

#[derive(Serialize, ToSchema)]
struct ProductItem {
    /// The SKU shown when nothing else is chosen.
    sku: String,
    slug: String,
    name: String,
    price: Money,
    image: Option<Image>,
    /// Available to promise of this SKU at the store that was asked for; capped by the operator's setting.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0)]
    available: Option<i64>,
}

/// One way to narrow the list, with how many products each value would leave.
#[derive(Serialize, ToSchema)]
struct Facet {
    name: String,
    label: String,
    values: Vec<FacetValue>,
}

#[derive(Serialize, ToSchema)]
struct FacetValue {
    value: String,
    label: String,
    count: u32,
}

/// A product with all it comes in.
#[derive(Serialize, ToSchema)]
pub struct Product {
    slug: String,
    name: String,
    brand: String,
    description: String,
    /// Whether it is still sold; what is not keeps its address.
    active: bool,
    /// From the top of the tree down.
    category_path: Vec<CategoryStep>,
    attributes: Vec<NameValue>,
    variants: Vec<Variant>,
}

#[derive(Serialize, ToSchema)]
struct CategoryStep {
    slug: String,
    name: String,
}

#[derive(Serialize, ToSchema)]
struct NameValue {
    name: String,
    value: String,
}

#[derive(Serialize, ToSchema)]
struct Variant {
    sku: String,
    gtin: Option<String>,
    options: Vec<VariantOption>,
    price: Money,
    list_price: Option<Money>,
    images: Vec<Image>,
}

/// What makes a variant differ from the others: colour moss, size L.
#[derive(Serialize, ToSchema)]
struct VariantOption {
    name: String,
    value: String,
    /// The same in every language.
    code: String,
}

/// Lists, searches and narrows the catalogue
///
/// Search forgives typing errors and finds Korean by syllable, by initial consonants and by part of a word, and
/// anything by GTIN and SKU.
#[utoipa::path(
    get, path = "/api/v1/products", tag = "catalogue", operation_id = "list_products",
    params(
        ("q" = Option<String>, Query, description = "What to search for.", max_length = 200),
        ("category" = Option<String>, Query, description = "Slug of a category.", min_length = 1, max_length = 120),
        ("store" = Option<String>, Query, description = "Code of a store: its prices, and `available` there.", pattern = r"^[A-Za-z0-9._-]{1,64}$"),
        ("in_stock" = Option<bool>, Query, description = "Only what can be had at `store` now; needs `store`."),
        ("limit" = Option<i64>, Query, description = "24 where it is not given.", minimum = 1, maximum = 100),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before, with the same parameters; `limit` may be another. What stays in the list is met once, whatever comes or goes meanwhile; the order of fit of a search may shift with the catalogue.", pattern = r"^[A-Za-z0-9_-]{1,64}$"),
    ),
    responses((status = 200, description = "A page of products.", body = ProductPage), Reading),
)]
pub async fn list(
    State(door): State<Door>,
    Asked(lang): Asked,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let asked = Listing::read(&door.shop, query.as_deref())?;
    let viewer = Viewer { store: asked.store.clone(), ..Viewer::new(lang) };
    let book = door.shop.book();
    let (listing, next) = door.shop.listing_after(&viewer, &book, &asked.query, asked.shown);
    Ok(public(&ProductPage {
        products: listing
            .products
            .iter()
            .map(|listed| item(&door.shop, asked.store.as_ref(), listed))
            .collect(),
        next_cursor: next.map(|shown| cursor(shown, &asked.mark)),
        total: listing.total,
        facets: listing.facets.iter().map(facet).collect(),
    }))
}

/// The parameters of a list, found good.
struct Listing {
    query: ListingQuery,
    store: Option<StoreCode>,
    /// How far the list has been read.
    shown: Option<Shown>,
    /// Of everything but that and how much is read at once, so that a cursor fits only the list it came from.
    mark: Mark,
}

impl Listing {
    fn read(shop: &Shop, query: Option<&str>) -> Result<Listing, Problem> {
        let mut asked = Parameters::read(query, &["q", "category", "store", "in_stock", "limit", "cursor"]);
        let text = asked.one("q", 200).unwrap_or_default();
        let category = asked.one("category", 120);
        let store = asked.parsed::<StoreCode>("store", 64);
        let in_stock = asked.flag("in_stock");
        let limit = asked.number("limit", 1, 100, 24);
        let code = store.as_ref().map(StoreCode::as_str);
        let mark =
            mark(&[&text, category.as_deref().unwrap_or("-"), code.unwrap_or("-"), &in_stock.to_string()]);
        let shown = match asked.one("cursor", 64).map(|cursor| shown(&cursor, &mark)) {
            None => None,
            Some(Some(shown)) => Some(shown),
            Some(None) => {
                asked.fault(
                    "cursor",
                    "이 목록의 커서가 아닙니다. 같은 매개변수로 받은 next_cursor를 보내 주세요.",
                    "This cursor is not of this list: send the next_cursor you got, with the same parameters.",
                );
                None
            }
        };
        if in_stock && store.is_none() {
            asked.fault("in_stock", "store와 함께 보내 주세요.", "This needs `store`.");
        }
        asked.finish()?;
        let book = shop.book();
        if category.as_deref().is_some_and(|slug| book.catalogue.category(slug).is_none()) {
            return Err(Problem::unknown("/category", "모르는 분류입니다.", "There is no such category."));
        }
        if code.is_some_and(|code| book.stores.visited(code).is_none()) {
            return Err(Problem::unknown("/store", "모르는 매장입니다.", "There is no such store."));
        }
        let query = ListingQuery {
            text,
            category,
            in_stock_at: store.as_ref().filter(|_| in_stock).map(ToString::to_string),
            per_page: u32::try_from(limit).unwrap_or(24),
            ..ListingQuery::default()
        };
        Ok(Listing { query, store, shown, mark })
    }
}

/// What tells a list from others.
pub type Mark = [u8; 9];

/// Of the parameters a list was asked for with.
#[must_use]
pub fn mark(parts: &[&str]) -> Mark {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    let mut mark = Mark::default();
    mark.copy_from_slice(&hash.finalize()[..9]);
    mark
}

/// How far a list has been read, as its callers are told it.
#[must_use]
pub fn cursor(shown: Shown, mark: &Mark) -> String {
    let (position, id) = shown.last;
    let parts = [&position.to_be_bytes()[..], &id.to_be_bytes(), &shown.count.to_be_bytes(), mark];
    URL_SAFE_NO_PAD.encode(parts.concat())
}

/// None where it is a cursor of another list, or none at all.
#[must_use]
pub fn shown(cursor: &str, mark: &Mark) -> Option<Shown> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    let (position, rest) = bytes.split_first_chunk()?;
    let (id, rest) = rest.split_first_chunk()?;
    let (count, own) = rest.split_first_chunk()?;
    let last = (i64::from_be_bytes(*position), i64::from_be_bytes(*id));
    (own == mark).then_some(Shown { last, count: u32::from_be_bytes(*count) })
}

fn item(shop: &Shop, store: Option<&StoreCode>, listed: &Listed<'_>) -> ProductItem {
    ProductItem {
        sku: listed.sku().to_owned(),
        slug: listed.slug().to_owned(),
        name: listed.name().to_owned(),
        price: listed.price().into(),
        image: listed.image().map(Image::from),
        available: store.and_then(|code| shop.available_at(code, listed.sku())),
    }
}

fn facet(found: &Found<'_>) -> Facet {
    let values = found.values.iter().map(|value| FacetValue {
        value: value.value.to_owned(),
        label: value.label.to_owned(),
        count: value.count,
    });
    Facet { name: found.name.to_owned(), label: found.label.to_owned(), values: values.collect() }
}

/// Shows one product with its variants
#[utoipa::path(
    get, path = "/api/v1/products/{slug}", tag = "catalogue", operation_id = "show_product",
    params(("slug" = String, Path, description = "As in the lists and in the addresses of pages.", min_length = 1, max_length = 120)),
    responses((status = 200, description = "The product.", body = Product), Reading),
)]
pub async fn show(
    State(door): State<Door>,
    Asked(lang): Asked,
    Path(slug): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    Parameters::read(query.as_deref(), &[]).finish()?;
    let view = door.shop.product_page(&Viewer::new(lang), &slug, None).map_err(|error| match error {
        onshelf_shop::Error::NotFound => {
            Problem::new(Kind::NotFound).detail("모르는 상품입니다.", "There is no such product.")
        }
        other => other.into(),
    })?;
    Ok(public(&product(&door.shop, lang, view)))
}

fn product(shop: &Shop, lang: Lang, view: ProductView) -> Product {
    let variants = view.variants.into_iter().map(|variant| self::variant(shop, lang, variant)).collect();
    Product {
        slug: view.slug,
        name: view.name,
        brand: view.brand,
        description: view.description,
        active: view.active,
        category_path: view
            .path
            .into_iter()
            .map(|step| CategoryStep { slug: step.slug, name: step.name })
            .collect(),
        attributes: view.attributes.into_iter().map(|(name, value)| NameValue { name, value }).collect(),
        variants,
    }
}

fn variant(shop: &Shop, lang: Lang, view: VariantView) -> Variant {
    Variant {
        options: options(shop, lang, &view.sku),
        sku: view.sku,
        gtin: view.gtin,
        price: view.price.into(),
        list_price: view.list_price.map(Money::from),
        images: view.images.into_iter().map(Image::from).collect(),
    }
}

fn options(shop: &Shop, lang: Lang, sku: &str) -> Vec<VariantOption> {
    let book = shop.book();
    let Some(variant) = book.catalogue.variant(sku) else { return Vec::new() };
    let Some(product) = book.catalogue.product_of(variant) else { return Vec::new() };
    let pairs = product.options.iter().zip(&variant.options);
    pairs
        .filter_map(|(option, code)| {
            let value = option.values.iter().find(|value| *value.code == **code)?;
            let label = onshelf_vocabulary::Text::new(value.ko.as_str(), value.en.as_str());
            Some(VariantOption {
                name: option.name.get(lang).to_owned(),
                value: label.get(lang).to_owned(),
                code: code.to_string(),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_fits_only_its_own_list() {
        let (one, other) = (mark(&["pen", "-"]), mark(&["pen-", ""]));
        assert_ne!(one, other);
        let far = Shown { last: (-3, 1 << 40), count: 48 };
        assert!(cursor(far, &one).len() <= 64);
        assert_eq!(shown(&cursor(far, &one), &one), Some(far));
        for bad in [cursor(far, &other), "x".to_owned(), String::new(), "AAAA".to_owned(), "A".repeat(64)] {
            assert_eq!(shown(&bad, &one), None, "{bad}");
        }
    }
}
