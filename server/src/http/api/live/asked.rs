//! What a stream is asked for: SKUs, at one store or at all, or single shelves.

use std::sync::Arc;

use onshelf_shop::{Book, Shop};
use onshelf_vocabulary::{Sku, StoreCode};

use super::seat::Shelf;
use crate::http::{ask::Parameters, problem::Problem};

const MOST_SKUS: usize = 50;
/// More than any page shows; the loader asks for no more.
const MOST_SHELVES: usize = 256;

// A list of stores with a product shows a shelf of each, and so does the map beside it, which may show other stores.
const _: () = assert!(MOST_SHELVES > 2 * onshelf_shop::stores::MOST as usize);

/// Whose numbers a stream tells.
#[derive(Clone)]
pub(super) struct Asked {
    /// Sorted, each once.
    pub(super) variants: Arc<[i64]>,
    pub(super) where_from: WhereFrom,
}

/// At which stores.
#[derive(Clone)]
pub(super) enum WhereFrom {
    Everywhere,
    Store(i64),
    /// Sorted: each shelf by itself. A page with forty products has no use for the shelves of a thousand stores.
    Shelves(Arc<[Shelf]>),
}

impl Asked {
    pub(super) fn read(shop: &Shop, query: Option<&str>) -> Result<Asked, Problem> {
        let mut asked = Parameters::read(query, &["sku", "store", "shelf"]);
        let shelves = asked.all("shelf");
        if shelves.is_empty() { by_sku(&shop.book(), asked) } else { by_shelf(&shop.book(), asked, &shelves) }
    }

    /// How many shelves the snapshot has at most.
    pub(super) fn shelves(&self, shop: &Shop) -> usize {
        match &self.where_from {
            WhereFrom::Store(_) => self.variants.len(),
            WhereFrom::Shelves(shelves) => shelves.len(),
            WhereFrom::Everywhere => {
                self.variants.iter().map(|variant| shop.shelves().carriers(*variant)).sum()
            }
        }
    }
}

impl WhereFrom {
    /// Whether a stream with this variant tells of it on that shelf.
    pub(super) fn has(&self, shelf: Shelf) -> bool {
        match self {
            WhereFrom::Everywhere => true,
            WhereFrom::Store(store) => *store == shelf.0,
            WhereFrom::Shelves(shelves) => shelves.binary_search(&shelf).is_ok(),
        }
    }

    /// The one store it is about, where it is about one.
    pub(super) fn store(&self) -> Option<i64> {
        match self {
            WhereFrom::Store(store) => Some(*store),
            WhereFrom::Everywhere | WhereFrom::Shelves(_) => None,
        }
    }
}

fn by_sku(book: &Book, mut asked: Parameters) -> Result<Asked, Problem> {
    let skus = asked.all("sku");
    let store = asked.parsed::<StoreCode>("store", 64);
    if skus.is_empty() || skus.len() > MOST_SKUS {
        asked.fault("sku", "SKU를 1개에서 50개까지 보내 주세요.", "Send 1 to 50 SKUs.");
    }
    if skus.iter().any(|sku| Sku::new(sku.as_str()).is_err()) {
        asked.fault("sku", "올바른 SKU가 아닙니다.", "This is not a SKU.");
    }
    asked.finish()?;
    let variants =
        skus.iter().map(|sku| variant(book, "/sku", sku)).collect::<Result<Vec<i64>, Problem>>()?;
    let at = store.map(|code| store_id(book, "/store", code.as_str())).transpose()?;
    Ok(Asked {
        variants: each_once(variants),
        where_from: at.map_or(WhereFrom::Everywhere, WhereFrom::Store),
    })
}

fn by_shelf(book: &Book, mut asked: Parameters, shelves: &[String]) -> Result<Asked, Problem> {
    if shelves.len() > MOST_SHELVES {
        asked.fault("shelf", "선반을 1개에서 256개까지 보내 주세요.", "Send 1 to 256 shelves.");
    }
    if !asked.all("sku").is_empty() || !asked.all("store").is_empty() {
        asked.fault(
            "shelf",
            "선반은 SKU나 매장과 함께 물을 수 없습니다.",
            "Ask for shelves alone, without SKUs and a store.",
        );
    }
    let pairs: Vec<(&str, &str)> = shelves.iter().filter_map(|shelf| shelf.rsplit_once('@')).collect();
    let is_pair = |(sku, store): &(&str, &str)| Sku::new(*sku).is_ok() && StoreCode::new(*store).is_ok();
    if pairs.len() != shelves.len() || !pairs.iter().all(is_pair) {
        asked.fault("shelf", "선반은 SKU@매장으로 적습니다.", "A shelf is written SKU@STORE.");
    }
    asked.finish()?;
    let shelf =
        |(sku, code): &(&str, &str)| Ok((store_id(book, "/shelf", code)?, variant(book, "/shelf", sku)?));
    let found = each_once(pairs.iter().map(shelf).collect::<Result<Vec<Shelf>, Problem>>()?);
    Ok(Asked {
        variants: each_once(found.iter().map(|shelf| shelf.1).collect()),
        where_from: WhereFrom::Shelves(found),
    })
}

fn each_once<T: Ord>(mut all: Vec<T>) -> Arc<[T]> {
    all.sort_unstable();
    all.dedup();
    all.into()
}

fn variant(book: &Book, pointer: &str, sku: &str) -> Result<i64, Problem> {
    let known = book.catalogue.variant(sku).map(|variant| variant.id);
    known.ok_or_else(|| {
        let (ko, en) = (format!("{sku}: 모르는 SKU입니다."), format!("{sku}: there is no such SKU."));
        Problem::unknown(pointer, &ko, &en)
    })
}

fn store_id(book: &Book, pointer: &str, code: &str) -> Result<i64, Problem> {
    let known = book.stores.visited(code).map(|store| store.id);
    known.ok_or_else(|| Problem::unknown(pointer, "모르는 매장입니다.", "There is no such store."))
}
