//! Questions about stores that the shop answers from memory, each for as many as its API tells where nobody asks for
//! more or fewer.

use std::hint::black_box;

use onshelf_shop::{Shop, Viewer};
use onshelf_vocabulary::{Lang, Point, Quantity, Sku, cart::Line, stores::StoreQuery};

use super::{
    shop::{self, Size},
    took,
};

/// `GET /stores?near=`.
pub const LOCATOR: &str = "locator";
/// `GET /products/{sku}/availability?near=`.
pub const AVAILABILITY: &str = "availability of one SKU";
/// `POST /availability`.
pub const BASKET: &str = "basket ranked";

const LOCATED: u32 = 20;
const AVAILABLE: usize = 10;
const RANKED: usize = 20;
/// Lines of a basket, and how far its SKUs stand from each other.
const LINES: usize = 5;
const STEP: usize = 7;

/// Microseconds of one of these, asked from somewhere between the stores; none where a deed is another.
pub fn answered(deed: &str, number: usize, size: Size, shop: &Shop) -> Option<f64> {
    let near = Some(shop::place(size.stores + number, shop::LAND));
    match deed {
        LOCATOR => Some(located(shop, near)),
        AVAILABILITY => Some(available(shop, &shop::sku(number), near, AVAILABLE)),
        BASKET => Some(ranked(shop, &basket(number, size.skus), near)),
        _ => None,
    }
}

fn located(shop: &Shop, near: Option<Point>) -> f64 {
    let (viewer, query) =
        (Viewer::new(Lang::En), StoreQuery { near, limit: LOCATED, ..StoreQuery::default() });
    took(|| drop(black_box(shop.find_stores(&viewer, &query))))
}

/// Microseconds of naming the nearest stores that have a SKU.
pub fn available(shop: &Shop, sku: &str, near: Option<Point>, most: usize) -> f64 {
    took(|| drop(black_box(shop.stores_with(Lang::En, sku, near, 1, most).unwrap())))
}

fn ranked(shop: &Shop, lines: &[Line], near: Option<Point>) -> f64 {
    let viewer = Viewer::new(Lang::En);
    took(|| drop(black_box(shop.rank_stores(&viewer, lines, near, RANKED))))
}

fn basket(number: usize, skus: usize) -> Vec<Line> {
    let line = |step: usize| {
        let sku = Sku::new(shop::sku((number + step * STEP) % skus)).unwrap();
        Line { sku, quantity: Quantity::ONE }
    };
    (0..LINES).map(line).collect()
}
