//! The ways to narrow a list further, with how many products each would leave.

use std::collections::{BTreeMap, HashMap};

use onshelf_vocabulary::{
    Lang,
    catalog::{Facet, FacetValue, ListingQuery},
};

use super::{Catalogue, Product, narrow::Narrowing};

/// Values one facet shows.
const VALUES: usize = 30;
/// Options that make a facet.
const OPTIONS: usize = 6;

/// Every facet with a choice in it.
pub(super) fn facets(
    catalogue: &Catalogue,
    candidates: &[u32],
    found: &[u32],
    query: &ListingQuery,
    narrowing: &Narrowing<'_>,
    lang: Lang,
) -> Vec<Facet> {
    let product = |index: &u32| catalogue.products.get(*index as usize);
    // Each counts what the others leave, without itself.
    let of_any_brand =
        candidates.iter().filter_map(product).filter(|product| narrowing.has_variant(catalogue, product));
    let with_any_option = candidates.iter().filter_map(product).filter(|own| narrowing.has_brand(own));
    [brands(of_any_brand, query, lang), categories(catalogue, found, query, lang)]
        .into_iter()
        .chain(options(catalogue, with_any_option, query, narrowing, lang))
        .filter(|facet| facet.values.len() > 1 || facet.values.iter().any(|value| value.selected))
        .collect()
}

fn brands<'a>(products: impl Iterator<Item = &'a Product>, query: &ListingQuery, lang: Lang) -> Facet {
    let mut counts: HashMap<&str, (u32, &str)> = HashMap::new();
    for product in products {
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

/// Values of each option, counted over the variants that meet the other wishes.
fn options<'a>(
    catalogue: &'a Catalogue,
    products: impl Iterator<Item = &'a Product>,
    query: &ListingQuery,
    narrowing: &Narrowing<'_>,
    lang: Lang,
) -> Vec<Facet> {
    let mut facets: BTreeMap<String, (&str, HashMap<&str, FacetValue>)> = BTreeMap::new();
    for product in products {
        for (place, option) in product.options.iter().enumerate() {
            let key = option.key();
            let mut sold: Vec<&str> = catalogue
                .variants_of(product)
                .iter()
                .filter(|variant| narrowing.fits(product, variant, Some(&key)))
                .filter_map(|variant| variant.options.get(place).map(|code| &**code))
                .collect();
            sold.sort_unstable();
            sold.dedup();
            let (_, values) =
                facets.entry(key.clone()).or_insert_with(|| (option.name.get(lang), HashMap::new()));
            for value in &option.values {
                let name = format!("{key}:{}", value.code);
                let (is_sold, selected) =
                    (sold.binary_search(&value.code.as_str()).is_ok(), query.options.contains(&name));
                // What was chosen stays to be let go of, also where nothing is left of it.
                if !is_sold && !selected {
                    continue;
                }
                let entry = values.entry(&value.code).or_insert_with(|| FacetValue {
                    selected,
                    value: name,
                    label: value.label(lang).to_owned(),
                    count: 0,
                    swatch: value.swatch.clone(),
                });
                entry.count += u32::from(is_sold);
            }
        }
    }
    facets
        .into_values()
        .map(|(label, values)| Facet {
            name: "option".to_owned(),
            label: label.to_owned(),
            values: top(values.into_values().collect()),
        })
        .take(OPTIONS)
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
