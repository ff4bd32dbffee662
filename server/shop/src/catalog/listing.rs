//! Lists of products: a category or a search, narrowed by facets, ordered, cut into pages.

use onshelf_vocabulary::catalog::{ListingQuery, Sort};

use super::{Catalogue, Facet, Listed, Product, facets::facets, narrow::Narrowing};
use crate::{Book, Shop, Viewer};

const PER_PAGE: std::ops::RangeInclusive<u32> = 1..=100;

/// How far a list has been shown. Kept by what was shown last, not by how much: whatever comes to the catalogue, leaves
/// it or sells out meanwhile, nothing that stays is shown twice or left out. What a search found is in the order of
/// fit, which an import can change; there it is kept as well as that order lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Where the last product stands in the catalogue's order: its position and its id.
    pub last: (i64, i64),
    /// How many there were, for a search whose last product is no longer found.
    pub count: u32,
}

/// A page of products with the ways to narrow it.
pub struct Listing<'b> {
    pub products: Vec<Listed<'b>>,
    pub total: u32,
    pub page: u32,
    pub pages: u32,
    pub facets: Vec<Facet<'b>>,
    /// What the search understood instead of what was typed, if it differs.
    pub corrected: Option<String>,
}

impl Shop {
    /// A page of a category, of a search, or of everything.
    pub fn listing<'b>(&self, viewer: &Viewer, book: &'b Book, query: &ListingQuery) -> Listing<'b> {
        self.cut(viewer, book, query, None).0
    }

    /// What comes after what has been shown, in the catalogue's order or that of fit, and how far that goes: none at
    /// the end.
    pub fn listing_after<'b>(
        &self,
        viewer: &Viewer,
        book: &'b Book,
        query: &ListingQuery,
        shown: Option<Shown>,
    ) -> (Listing<'b>, Option<Shown>) {
        let query = ListingQuery { page: 1, sort: Sort::Relevance, ..query.clone() };
        self.cut(viewer, book, &query, shown)
    }

    fn cut<'b>(
        &self,
        viewer: &Viewer,
        book: &'b Book,
        query: &ListingQuery,
        shown: Option<Shown>,
    ) -> (Listing<'b>, Option<Shown>) {
        let (catalogue, now) = (&book.catalogue, self.now());
        let (candidates, corrected) = candidates(catalogue, query);
        let currency = viewer.currency(self, book);
        let narrowing = Narrowing::new(query, book, currency, self.shelves(), now);
        let product = |index: &u32| catalogue.products.get(*index as usize);
        let mut found: Vec<u32> =
            candidates.iter().copied().filter(|index| narrowing.accepts(catalogue, *index)).collect();
        self.arrange(viewer, book, &mut found, query.sort, &narrowing);

        let per_page = query.per_page.clamp(*PER_PAGE.start(), *PER_PAGE.end());
        let total = u32::try_from(found.len()).unwrap_or(u32::MAX);
        let pages = total.div_ceil(per_page).max(1);
        let page = query.page.clamp(1, pages);
        let from = match shown {
            Some(shown) => beyond(catalogue, query, &candidates, &found, shown),
            None => ((page - 1) * per_page) as usize,
        };
        let cut: Vec<u32> = found.iter().copied().skip(from).take(per_page as usize).collect();
        let reached = from + cut.len();
        let next = cut
            .last()
            .and_then(product)
            .filter(|_| reached < found.len())
            .map(|last| Shown { last: last.place, count: u32::try_from(reached).unwrap_or(u32::MAX) });
        let products = cut
            .iter()
            .filter_map(product)
            .filter_map(|product| self.listed(viewer, book, product, Some(&narrowing), now))
            .collect();
        let facets = facets(catalogue, &candidates, &found, query, &narrowing, viewer.lang);
        (Listing { products, total, page, pages, facets, corrected }, next)
    }

    fn arrange(
        &self,
        viewer: &Viewer,
        book: &Book,
        found: &mut [u32],
        sort: Sort,
        narrowing: &Narrowing<'_>,
    ) {
        let product = |index: &u32| book.catalogue.products.get(*index as usize);
        let price = |index: &u32| {
            product(index).map_or(i64::MAX, |product| self.listed_price(viewer, book, product, narrowing))
        };
        match sort {
            Sort::Relevance => {}
            Sort::New => found.sort_by_cached_key(|i| std::cmp::Reverse(product(i).map(|p| p.created_at))),
            Sort::PriceUp => found.sort_by_cached_key(price),
            Sort::PriceDown => found.sort_by_cached_key(|i| std::cmp::Reverse(price(i))),
            Sort::Name => {
                found.sort_by_cached_key(|i| product(i).map(|p| p.name.get(viewer.lang).to_lowercase()));
            }
        }
    }

    /// The price its card will show, so that the order is the one that is seen.
    fn listed_price(
        &self,
        viewer: &Viewer,
        book: &Book,
        product: &Product,
        narrowing: &Narrowing<'_>,
    ) -> i64 {
        let currency = viewer.currency(self, book);
        let price = |variant: &super::Variant| variant.shown_price(currency).map(|(money, _)| money.amount);
        let variants = book.catalogue.variants_of(product);
        let shown = match variants {
            [] => None,
            // Which one is shown costs a look at the shelves; mostly all cost the same.
            [first, rest @ ..] if rest.iter().all(|other| price(other) == price(first)) => Some(first),
            _ => self.shown_variant(viewer, book, product, Some(narrowing), narrowing.now),
        };
        shown.and_then(price).unwrap_or(i64::MAX)
    }
}

/// How many of those found come no later than what was shown last.
fn beyond(
    catalogue: &Catalogue,
    query: &ListingQuery,
    candidates: &[u32],
    found: &[u32],
    shown: Shown,
) -> usize {
    let place = |index: u32| catalogue.products.get(index as usize).map(|product| product.place);
    if query.text.trim().is_empty() {
        return found.partition_point(|index| place(*index) <= Some(shown.last));
    }
    // What sold out since is no longer found, but still stands among the hits.
    let Some(last) =
        candidates.iter().position(|index| place(*index).is_some_and(|own| own.1 == shown.last.1))
    else {
        return found.len().min(shown.count as usize);
    };
    let mut found = found.iter().peekable();
    candidates[..=last].iter().filter(|candidate| found.next_if_eq(candidate).is_some()).count()
}

/// What a list starts from: hits in order of fit, or a category in the operator's order.
fn candidates(catalogue: &Catalogue, query: &ListingQuery) -> (Vec<u32>, Option<String>) {
    let category = query.category.as_deref().map(|slug| catalogue.category(slug));
    if query.text.trim().is_empty() {
        let all = match category {
            Some(Some(category)) => category.products.clone(),
            Some(None) => Vec::new(),
            None => (0..u32::try_from(catalogue.products.len()).unwrap_or(u32::MAX))
                .filter(|index| catalogue.products.get(*index as usize).is_some_and(|product| product.active))
                .collect(),
        };
        return (all, None);
    }
    // A category's products stand in the catalogue's order: whether one is among them is found by halving.
    let within = |index: u32| {
        category.is_none_or(|known| known.is_some_and(|own| own.products.binary_search(&index).is_ok()))
    };
    let hits = catalogue.index.search_where(&query.text, catalogue.products.len(), &within);
    (hits.ordinals.into_iter().map(|(ordinal, _)| ordinal).collect(), hits.corrected)
}
