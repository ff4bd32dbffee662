//! A product's own page: its picture on the line, its options, the shelf it stands on, and what it is.

mod about;
mod stage;

use std::sync::Arc;

use axum::{
    extract::{Path, Query},
    response::Response,
};
use leptos::prelude::*;
use onshelf_shop::{catalog::Listed, stock::Around};
use onshelf_vocabulary::{
    Lang,
    catalog::{ProductView, VariantView},
};
use serde::Deserialize;
use serde_json::json;

use super::{
    card::cards,
    crumbs::{breadcrumbs, crumbs},
    islands::near::NearMe,
    shelf,
};
use crate::{
    shell::script_json,
    ssr::{Page, Visit, encoded, explain},
    ui::{
        icon::{Glyph, Icon},
        money::{Price, decimal},
        part::{self, part},
    },
};

/// Letters past which a name is a sentence, and set smaller, so that the shelf below it stays in sight.
const LONG: usize = 36;

#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    sku: Option<String>,
}

/// `/p/{slug}?sku=…`.
pub async fn product(visit: Visit, Path(slug): Path<String>, Query(asked): Query<Asked>) -> Response {
    let sku = asked.sku.as_deref().filter(|sku| !sku.is_empty());
    let shop = visit.shop();
    // A variant that no longer exists still has its product.
    let found = shop
        .product_page(&visit.viewer, &slug, sku)
        .or_else(|_| shop.product_page(&visit.viewer, &slug, None));
    let product = match found {
        Ok(product) => product,
        Err(error) => return visit.failure(&explain(&error)),
    };
    let Some(variant) = product.variant().cloned() else {
        return visit.failure(&crate::error::AppError::NotFound);
    };
    let book = shop.book();
    let related: Vec<_> = shop.related(&visit.viewer, &book, &product.slug).collect();
    match shop.shelves_of(&visit.viewer, &book, &variant.sku, 1) {
        Ok(shelves) => visit.page(|| page(&visit, &product, &variant, &shelves, &related)),
        Err(error) => visit.failure(&explain(&error)),
    }
}

fn page(
    visit: &Visit,
    product: &ProductView,
    variant: &VariantView,
    shelves: &Around<'_>,
    others: &[Listed<'_>],
) -> Page {
    let lang = visit.lang;
    let data = structured(visit, product, variant, shelves);
    let what = (lang, &product.name, &product.slug, variant);
    let similar = similar(lang, product, !others.is_empty());
    let panel = || shelf::panel(lang, shelves, &variant.sku, product.active, similar.clone());
    let view = view! {
        <div class="product">
            {part("stage", what, || stage::stage(visit, product, variant))}
            <section class="facts">
                {part("facts", (what, &product.brand, &product.path, &product.options), || facts(visit, product, variant))}
                {retired(visit, product, shelves)}
                <div id="shelf-panel">{part("panel", (lang, shelves, &variant.sku, product.active, &similar), panel)}</div>
                {product.active.then(|| part("basket", (lang, &variant.sku), || basket(visit, variant)))}
                {(shelves.stores > 0).then(|| nearby(visit, shelves, product, variant))}
                {part("about", (what, &product.description, &product.attributes), || about::about(visit, product, variant))}
            </section>
        </div>
        {related(lang, others)}
    };
    let description = product.description.chars().take(160).collect();
    Page {
        description,
        json_ld: Some(data),
        image: variant.images.first().map(|image| image.src.clone()),
        sku: Some(variant.sku.clone()),
        category: product.path.first().map(|top| top.slug.clone()),
        ..Page::new(product.name.clone(), format!("/p/{}", product.slug), view)
    }
}

fn facts(visit: &Visit, product: &ProductView, variant: &VariantView) -> impl IntoView + use<> {
    view! {
        {crumbs(visit, &product.path, false)}
        <h1 class:long={product.name.chars().count() > LONG}>{product.name.clone()}</h1>
        {about::maker(product)}
        <Price lang=visit.lang price=variant.price before=variant.list_price />
        {about::options(visit, product)}
    }
}

fn retired(visit: &Visit, product: &ProductView, shelves: &Around<'_>) -> Option<impl IntoView + use<>> {
    (!product.active && shelves.has_any()).then(|| {
        view! {
            <p class="notice">{visit.say(
                "더는 들여오지 않는 상품이에요. 맡아둘 수 없고, 남은 것은 매장에서만 살 수 있어요.",
                "We no longer stock this. It can't be reserved; what's left is sold in store only.",
            )}</p>
        }
    })
}

fn basket(visit: &Visit, variant: &VariantView) -> impl IntoView + use<> {
    view! {
        <form class="into-basket" action=visit.href("/basket/add") method="post">
            <input type="hidden" name="sku" value=variant.sku.clone() />
            <input type="hidden" name="quantity" value="1" />
            <button class="alt"><Icon glyph=Glyph::Basket />{visit.say("장바구니에 담기", "Add to basket")}</button>
            <small>{visit.say("여러 가지를 한 매장에서 한 번에 받으려면", "To pick up several things at one store")}</small>
        </form>
    }
}

/// Where the shelves are counted from: the heading of where one says where one is.
pub(super) fn order_of(lang: Lang, near: &str) -> String {
    match (near, lang) {
        ("", _) => lang.pick("가까운 곳에서 찾기", "Find it near you").to_owned(),
        (near, Lang::Ko) => format!("{near}에서 가까운 순서예요"),
        (near, Lang::En) => format!("Nearest to {near} first"),
    }
}

/// Where the shopper is: by name, or by the browser.
fn nearby(
    visit: &Visit,
    shelves: &Around<'_>,
    product: &ProductView,
    variant: &VariantView,
) -> impl IntoView + use<> {
    let lang = visit.lang;
    let known = order_of(lang, &shelves.near);
    let shown = (lang, &shelves.near, &product.slug, &variant.sku);
    part("nearby", shown, || {
        let fragment = visit.href(&format!("/p/{}/shelves?sku={}", product.slug, encoded(&variant.sku)));
        view! {
        <section class="nearby">
            <h2>{known}</h2>
            <form class="find" action=visit.href("/stores/near") method="post">
                <input
                    name="place"
                    maxlength="60"
                    required=true
                    autocomplete="off"
                    enterkeyhint="search"
                    aria-label=visit.say("동네, 역, 우편번호", "Neighbourhood, station or postcode")
                    placeholder=visit.say("동네, 역, 우편번호", "Neighbourhood, station, postcode")
                />
                <button>{visit.say("찾기", "Find")}</button>
            </form>
            <NearMe lang tell=visit.href("/stores/near") fragment=fragment />
        </section>
        }
    })
}

/// Where something like it stands: below on its page where something related is shown there, else in its category.
pub(super) fn similar(lang: Lang, product: &ProductView, below: bool) -> Option<String> {
    if below {
        return Some("#related".to_owned());
    }
    product.path.last().map(|category| lang.href(&format!("/category/{}", category.slug)))
}

fn related(lang: Lang, others: &[Listed<'_>]) -> Option<impl IntoView + use<>> {
    (!others.is_empty()).then(|| {
        view! {
            <section class="band gathered" id="related">
                <h2>{lang.pick("곁에 두면 좋은 것", "Goes well with it")}</h2>
                {cards(lang, others, 0)}
            </section>
        }
    })
}

/// schema.org: the product as it can be bought, and where it lies in the shop.
fn structured(visit: &Visit, product: &ProductView, variant: &VariantView, shelves: &Around<'_>) -> Arc<str> {
    let base = &visit.door.site.public_url;
    let (available, sent) = (shelves.has_any(), shelves.sent_from.is_some());
    let shown = (visit.lang, base, product.active, available, sent);
    let about = (&product.name, &product.slug, &product.brand, &product.description, &product.path, variant);
    part::text("product data", (shown, about), || {
        let address = format!("{base}{}", visit.href(&format!("/p/{}", product.slug)));
        let absolute = |src: &str| if src.starts_with('/') { format!("{base}{src}") } else { src.to_owned() };
        let availability = match (product.active, available) {
            (false, _) => "https://schema.org/Discontinued",
            (true, true) => "https://schema.org/InStoreOnly",
            (true, false) if sent => "https://schema.org/OnlineOnly",
            (true, false) => "https://schema.org/OutOfStock",
        };
        let mut thing = json!({
            "@context": "https://schema.org",
            "@type": "Product",
            "name": product.name,
            "sku": variant.sku,
            "url": address,
            "image": variant.images.iter().map(|image| absolute(&image.src)).collect::<Vec<_>>(),
            "offers": {
                "@type": "Offer",
                "url": format!("{address}?sku={}", encoded(&variant.sku)),
                "price": decimal(variant.price),
                "priceCurrency": variant.price.currency.code(),
                "availability": availability,
                "itemCondition": "https://schema.org/NewCondition",
                "availableDeliveryMethod": "https://schema.org/OnSitePickup",
            },
        });
        let optional = [
            ("description", product.description.clone()),
            ("gtin", variant.gtin.clone().unwrap_or_default()),
        ];
        for (name, value) in optional.into_iter().filter(|(_, value)| !value.is_empty()) {
            thing[name] = value.into();
        }
        if !product.brand.is_empty() {
            thing["brand"] = json!({ "@type": "Brand", "name": product.brand });
        }
        script_json(&json!([thing, breadcrumbs(visit, &product.path)]))
    })
}

#[cfg(test)]
mod tests {
    use onshelf_vocabulary::catalog::Crumb;

    use super::*;

    #[test]
    fn where_nothing_is_related_something_like_it_is_in_its_category() {
        let product = |path: &[&str]| ProductView {
            slug: "cup".to_owned(),
            name: "Tea cup".to_owned(),
            brand: String::new(),
            description: String::new(),
            path: path.iter().map(|slug| Crumb { slug: (*slug).to_owned(), name: String::new() }).collect(),
            attributes: Vec::new(),
            options: Vec::new(),
            variants: Vec::new(),
            chosen: 0,
            active: true,
        };
        let like = |path: &[&str], below| similar(Lang::En, &product(path), below);
        assert_eq!(like(&["kitchen", "cups"], false).as_deref(), Some("/en/category/cups"));
        assert_eq!(like(&["kitchen", "cups"], true).as_deref(), Some("#related"));
        assert_eq!(like(&[], false), None);
    }
}
