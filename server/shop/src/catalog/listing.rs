//! Lists of products: a category or a search, narrowed by facets, ordered, cut into pages.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use onshelf_vocabulary::{
    Currency, Lang,
    catalog::{Facet, FacetValue, Listing, ListingQuery, Sort},
};

use super::{Catalogue, Product};
use crate::{Book, Shop, Viewer};

/// How many hits of a search are ranked and counted for facets.
const RANKED: usize = 10_000;
const PER_PAGE: std::ops::RangeInclusive<u32> = 1..=100;
/// Values one facet shows.
const VALUES: usize = 30;

/// One way to narrow, tested apart from the others, so that each facet can count without itself.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Brand,
    Options,
    Price,
    Stock,
}

struct Narrowing<'a> {
    query: &'a ListingQuery,
    currency: Currency,
    store_id: Option<i64>,
    now: Timestamp,
}

impl Shop {
    /// A page of a category, of a search, or of everything.
    pub fn listing(&self, viewer: &Viewer, query: &ListingQuery) -> Listing {
        let book = self.book();
        let catalogue = &book.catalogue;
        let (candidates, corrected) = candidates(catalogue, query);
        let narrowing = Narrowing {
            query,
            currency: viewer.currency(self, &book),
            store_id: query
                .in_stock_at
                .as_deref()
                .and_then(|code| book.stores.by_code(code))
                .map(|store| store.id),
            now: self.now(),
        };
        let passes = |index: &u32, except: Option<By>| {
            catalogue
                .products
                .get(*index as usize)
                .is_some_and(|product| self.passes(catalogue, product, &narrowing, except))
        };
        let mut found: Vec<u32> = candidates.iter().copied().filter(|index| passes(index, None)).collect();
        order(catalogue, &mut found, query.sort, narrowing.currency, viewer.lang);

        let per_page = query.per_page.clamp(*PER_PAGE.start(), *PER_PAGE.end());
        let total = u32::try_from(found.len()).unwrap_or(u32::MAX);
        let pages = total.div_ceil(per_page).max(1);
        let page = query.page.clamp(1, pages);
        let from = ((page - 1) * per_page) as usize;
        let products = found
            .iter()
            .skip(from)
            .take(per_page as usize)
            .filter_map(|index| catalogue.products.get(*index as usize))
            .map(|product| self.product_card(viewer, &book, product))
            .collect();
        let facets = vec![
            brands(catalogue, candidates.iter().filter(|i| passes(i, Some(By::Brand))), query, viewer.lang),
            categories(catalogue, &found, query, viewer.lang),
        ]
        .into_iter()
        .chain(options(
            catalogue,
            candidates.iter().filter(|i| passes(i, Some(By::Options))),
            query,
            viewer.lang,
        ))
        .filter(|facet| facet.values.len() > 1 || facet.values.iter().any(|value| value.selected))
        .collect();
        Listing { products, total, page, pages, facets, corrected }
    }

    fn passes(
        &self,
        catalogue: &Catalogue,
        product: &Product,
        by: &Narrowing<'_>,
        except: Option<By>,
    ) -> bool {
        let query = by.query;
        let ask = |what: By| except != Some(what);
        let brand =
            || query.brands.is_empty() || query.brands.iter().any(|b| b == product.brand.get(Lang::En));
        let option = || query.options.is_empty() || has_options(catalogue, product, &query.options);
        let price = || {
            (query.price_from.is_none() && query.price_to.is_none())
                || catalogue.variants_of(product).iter().filter_map(|v| v.price(by.currency)).any(
                    |(money, _)| {
                        query.price_from.is_none_or(|from| money.amount >= from)
                            && query.price_to.is_none_or(|to| money.amount <= to)
                    },
                )
        };
        let stock = || {
            query.in_stock_at.is_none()
                || by.store_id.is_some_and(|store| {
                    let variants = catalogue.variants_of(product);
                    variants.iter().any(|v| v.active && self.shelves().available(store, v.id, by.now) > 0)
                })
        };
        (!ask(By::Brand) || brand())
            && (!ask(By::Options) || option())
            && (!ask(By::Price) || price())
            && (!ask(By::Stock) || stock())
    }

    /// The newest things that stand on a store's shelves now.
    pub(crate) fn new_at(
        &self,
        viewer: &Viewer,
        book: &Book,
        store: &crate::stores::Store,
        most: usize,
    ) -> Vec<onshelf_vocabulary::catalog::ProductCard> {
        let now = self.now();
        let mut newest: Vec<&Product> =
            book.catalogue.products.iter().filter(|product| product.active).collect();
        newest.sort_by_key(|product| {
            (
                std::cmp::Reverse(product.tags.iter().any(|tag| tag == "new")),
                std::cmp::Reverse(product.created_at),
            )
        });
        let here = Viewer { store: Some(store.code.clone()), ..viewer.clone() };
        newest
            .into_iter()
            .filter(|product| {
                let variants = book.catalogue.variants_of(product);
                variants.iter().any(|v| v.active && self.shelves().available(store.id, v.id, now) > 0)
            })
            .take(most)
            .map(|product| self.product_card(&here, book, product))
            .collect()
    }
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
    let hits = catalogue.index.search(&query.text, RANKED);
    let mut found: Vec<u32> = hits.ordinals.into_iter().map(|(ordinal, _)| ordinal).collect();
    if let Some(category) = category {
        let within: std::collections::HashSet<u32> =
            category.map(|category| category.products.iter().copied().collect()).unwrap_or_default();
        found.retain(|index| within.contains(index));
    }
    (found, hits.corrected)
}

/// One variant must meet all the options at once; values of the same option are alternatives.
fn has_options(catalogue: &Catalogue, product: &Product, wanted: &[String]) -> bool {
    let mut groups: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, code) in wanted.iter().filter_map(|option| option.split_once(':')) {
        groups.entry(name).or_default().push(code);
    }
    let places: Option<Vec<(usize, &Vec<&str>)>> = groups
        .iter()
        .map(|(name, codes)| {
            product.options.iter().position(|option| option.key() == *name).map(|place| (place, codes))
        })
        .collect();
    let Some(places) = places else { return false };
    catalogue.variants_of(product).iter().filter(|variant| variant.active).any(|variant| {
        places
            .iter()
            .all(|(place, codes)| variant.options.get(*place).is_some_and(|code| codes.contains(&&**code)))
    })
}

fn order(catalogue: &Catalogue, found: &mut [u32], sort: Sort, currency: Currency, lang: Lang) {
    let product = |index: &u32| catalogue.products.get(*index as usize);
    let lowest = |index: &u32| {
        product(index)
            .into_iter()
            .flat_map(|product| catalogue.variants_of(product))
            .filter_map(|variant| variant.shown_price(currency))
            .map(|(money, _)| money.amount)
            .min()
            .unwrap_or(i64::MAX)
    };
    match sort {
        Sort::Relevance => {}
        Sort::New => found.sort_by_cached_key(|i| std::cmp::Reverse(product(i).map(|p| p.created_at))),
        Sort::PriceUp => found.sort_by_cached_key(lowest),
        Sort::PriceDown => found.sort_by_cached_key(|i| std::cmp::Reverse(lowest(i))),
        Sort::Name => found.sort_by_cached_key(|i| product(i).map(|p| p.name.get(lang).to_lowercase())),
    }
}

fn brands<'a>(
    catalogue: &Catalogue,
    found: impl Iterator<Item = &'a u32>,
    query: &ListingQuery,
    lang: Lang,
) -> Facet {
    let mut counts: HashMap<&str, (u32, &str)> = HashMap::new();
    for product in found.filter_map(|index| catalogue.products.get(*index as usize)) {
        let key = product.brand.get(Lang::En);
        if !key.is_empty() {
            counts.entry(key).or_insert((0, product.brand.get(lang))).0 += 1;
        }
    }
    let values = counts
        .into_iter()
        .map(|(value, (count, label))| FacetValue {
            selected: query.brands.iter().any(|brand| brand == value),
            value: value.to_owned(),
            label: label.to_owned(),
            count,
            swatch: None,
        })
        .collect();
    Facet { name: "brand".to_owned(), label: lang.pick("브랜드", "Brand").to_owned(), values: top(values) }
}

/// Categories one step below the chosen one (or at the top), for what is in the list.
fn categories(catalogue: &Catalogue, found: &[u32], query: &ListingQuery, lang: Lang) -> Facet {
    let chosen = query.category.as_deref().and_then(|slug| catalogue.category_by_slug.get(slug)).copied();
    let mut counts: HashMap<u32, u32> = HashMap::new();
    for product in found.iter().filter_map(|index| catalogue.products.get(*index as usize)) {
        let mut next = product.category;
        for _ in 0..12 {
            let Some(category) = next.and_then(|index| catalogue.categories.get(index as usize)) else {
                break;
            };
            if category.parent == chosen {
                if let Some(index) = next {
                    *counts.entry(index).or_default() += 1;
                }
                break;
            }
            next = category.parent;
        }
    }
    let values = counts
        .into_iter()
        .filter_map(|(index, count)| {
            let category = catalogue.categories.get(index as usize)?;
            Some(FacetValue {
                value: category.slug.to_string(),
                label: category.name.get(lang).to_owned(),
                count,
                selected: false,
                swatch: None,
            })
        })
        .collect();
    Facet {
        name: "category".to_owned(),
        label: lang.pick("분류", "Category").to_owned(),
        values: top(values),
    }
}

fn options<'a>(
    catalogue: &Catalogue,
    found: impl Iterator<Item = &'a u32>,
    query: &ListingQuery,
    lang: Lang,
) -> Vec<Facet> {
    let mut facets: BTreeMap<String, (String, HashMap<String, FacetValue>)> = BTreeMap::new();
    for product in found.filter_map(|index| catalogue.products.get(*index as usize)) {
        for (place, option) in product.options.iter().enumerate() {
            let key = option.key();
            let (_, values) = facets
                .entry(key.clone())
                .or_insert_with(|| (option.name.get(lang).to_owned(), HashMap::new()));
            for value in &option.values {
                let sold = catalogue.variants_of(product).iter().any(|variant| {
                    variant.active && variant.options.get(place).is_some_and(|code| **code == *value.code)
                });
                if !sold {
                    continue;
                }
                let entry = values.entry(value.code.clone()).or_insert_with(|| {
                    let name = format!("{key}:{}", value.code);
                    FacetValue {
                        selected: query.options.contains(&name),
                        value: name,
                        label: value.label(lang).to_owned(),
                        count: 0,
                        swatch: value.swatch.clone(),
                    }
                });
                entry.count += 1;
            }
        }
    }
    facets
        .into_values()
        .map(|(label, values)| Facet {
            name: "option".to_owned(),
            label,
            values: top(values.into_values().collect()),
        })
        .take(6)
        .collect()
}

/// The chosen ones and the commonest, in an order that does not jump.
fn top(mut values: Vec<FacetValue>) -> Vec<FacetValue> {
    values.sort_by(|a, b| {
        b.selected.cmp(&a.selected).then(b.count.cmp(&a.count)).then_with(|| a.label.cmp(&b.label))
    });
    values.truncate(VALUES);
    values
}
