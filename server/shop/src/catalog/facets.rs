//! The ways to narrow a list further, with how many products each would leave.

use std::{
    borrow::Cow,
    hash::{Hash, Hasher},
};

use onshelf_vocabulary::{Lang, catalog::ListingQuery};

use super::{Catalogue, choices::UNTOLD, narrow::Narrowing};

/// Values one facet shows.
const VALUES: usize = 30;
/// Options that make a facet.
const OPTIONS: usize = 6;

/// One way to narrow a list.
#[derive(Hash)]
pub struct Facet<'b> {
    /// The parameter in the address: `brand`, `option`, `category`.
    pub name: &'static str,
    pub label: &'b str,
    pub values: Vec<FacetValue<'b>>,
}

/// One value to narrow by, and how many products would be left.
pub struct FacetValue<'b> {
    /// Which it is of all that its facet has in this book.
    number: u32,
    pub value: &'b str,
    pub label: &'b str,
    pub count: u32,
    pub selected: bool,
    /// CSS colour where the value is a colour.
    pub swatch: Option<&'b str>,
}

/// Within one book and one language, what it is called follows from its number.
impl Hash for FacetValue<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.number, self.count, self.selected).hash(state);
    }
}

/// Every facet with a choice in it.
pub(super) fn facets<'b>(
    catalogue: &'b Catalogue,
    candidates: &[u32],
    found: &[u32],
    query: &ListingQuery,
    narrowing: &Narrowing<'_>,
    lang: Lang,
) -> Vec<Facet<'b>> {
    // Only how many there are counts here, and what stands side by side is quickly read one after the other.
    let (candidates, found) = (in_order(candidates), in_order(found));
    // Each counts what the others leave, without itself.
    let of_any_brand =
        candidates.iter().copied().filter(|product| narrowing.has_variant(catalogue, *product));
    let with_any_option =
        candidates.iter().copied().filter(|product| narrowing.has_brand(catalogue, *product));
    let counts = if narrowing.picks_variants() {
        values_that_fit(catalogue, with_any_option, narrowing)
    } else {
        values(catalogue, with_any_option)
    };
    [brands(catalogue, of_any_brand, narrowing, lang), categories(catalogue, &found, query, lang)]
        .into_iter()
        .chain(options(catalogue, &counts, narrowing, lang))
        .filter(|facet| facet.values.len() > 1 || facet.values.iter().any(|value| value.selected))
        .collect()
}

fn in_order(products: &[u32]) -> Cow<'_, [u32]> {
    if products.is_sorted() {
        return Cow::Borrowed(products);
    }
    let mut products = products.to_vec();
    products.sort_unstable();
    Cow::Owned(products)
}

fn brands<'b>(
    catalogue: &'b Catalogue,
    products: impl Iterator<Item = u32>,
    narrowing: &Narrowing<'_>,
    lang: Lang,
) -> Facet<'b> {
    let brands = &catalogue.choices.brands;
    let mut counts = Counts::of(brands.len());
    products.filter_map(|product| catalogue.columns.brand(product)).for_each(|brand| counts.add(brand));
    let counted = counts.with(narrowing.brands()).filter_map(|(number, count)| {
        let brand = brands.get(number as usize)?;
        let (value, label) = (brand.get(Lang::En), brand.get(lang));
        let selected = narrowing.wants_brand(number);
        Some(FacetValue { number, value, label, count, selected, swatch: None })
    });
    Facet { name: "brand", label: lang.pick("브랜드", "Brand"), values: top(counted) }
}

/// Categories one step below the chosen one (or at the top), for what is in the list.
fn categories<'b>(catalogue: &'b Catalogue, found: &[u32], query: &ListingQuery, lang: Lang) -> Facet<'b> {
    let chosen = query.category.as_deref().and_then(|slug| catalogue.category_by_slug.get(slug)).copied();
    let categories = &catalogue.categories;
    let mut counts = Counts::of(categories.len());
    for product in found.iter().filter_map(|index| catalogue.products.get(*index as usize)) {
        let mut next = product.category;
        for _ in 0..12 {
            let Some((index, category)) =
                next.and_then(|index| Some((index, categories.get(index as usize)?)))
            else {
                break;
            };
            if category.parent == chosen {
                counts.add(index);
                break;
            }
            next = category.parent;
        }
    }
    let counted = counts.with([].into_iter()).filter_map(|(number, count)| {
        let own = categories.get(number as usize)?;
        let (value, label) = (&*own.slug, own.name.get(lang));
        Some(FacetValue { number, value, label, count, selected: false, swatch: None })
    });
    Facet { name: "category", label: lang.pick("분류", "Category"), values: top(counted) }
}

/// How many products have each value, where nothing is wished of their variants.
fn values(catalogue: &Catalogue, products: impl Iterator<Item = u32>) -> Counts {
    let mut counts = Counts::of(catalogue.choices.values.len());
    products
        .for_each(|product| catalogue.columns.values(product).iter().for_each(|value| counts.add(*value)));
    counts
}

/// The same, of products of which a variant has the value and meets every wish about other options.
fn values_that_fit(
    catalogue: &Catalogue,
    products: impl Iterator<Item = u32>,
    narrowing: &Narrowing<'_>,
) -> Counts {
    let known = &catalogue.choices.values;
    let mut counts = Counts::of(known.len());
    let mut counted_for = vec![0u32; known.len()];
    let products = products.filter_map(|index| catalogue.products.get(index as usize));
    for (turn, product) in (1u32..).zip(products) {
        for variant in catalogue.variants_of(product).iter().filter(|own| narrowing.fits_but_options(own)) {
            let unmet = narrowing.unmet(variant);
            for value in variant.values.iter().filter(|value| **value != UNTOLD) {
                let option = known.get(*value as usize).map(|known| known.option);
                let counts_here = option.is_some_and(|option| unmet.allows(option));
                // A product counts once, however many of its variants have the value.
                if let Some(last) =
                    counted_for.get_mut(*value as usize).filter(|last| counts_here && **last != turn)
                {
                    *last = turn;
                    counts.add(*value);
                }
            }
        }
    }
    counts
}

/// A facet of each option of which a value was counted.
fn options<'b>(
    catalogue: &'b Catalogue,
    counts: &Counts,
    narrowing: &Narrowing<'_>,
    lang: Lang,
) -> Vec<Facet<'b>> {
    let choices = &catalogue.choices;
    let mut of_option: Vec<Vec<FacetValue<'_>>> = choices.options.iter().map(|_| Vec::new()).collect();
    for (number, count) in counts.with(narrowing.values()) {
        let Some(value) = choices.values.get(number as usize) else { continue };
        if let Some(counted) = of_option.get_mut(value.option as usize) {
            let (name, label, swatch) = (&value.name, value.told.label(lang), value.told.swatch.as_deref());
            let selected = narrowing.wants_value(number);
            counted.push(FacetValue { number, value: name, label, count, selected, swatch });
        }
    }
    let mut facets: Vec<_> =
        choices.options.iter().zip(of_option).filter(|(_, counted)| !counted.is_empty()).collect();
    facets.sort_by(|(a, _), (b, _)| a.key.cmp(&b.key));
    facets.truncate(OPTIONS);
    facets
        .into_iter()
        .map(|(option, counted)| Facet {
            name: "option",
            label: option.name.get(lang),
            values: top(counted.into_iter()),
        })
        .collect()
}

/// How often each number was counted. What a catalogue has beside what was counted is not walked through.
struct Counts {
    of: Vec<u32>,
    counted: Vec<u32>,
}

impl Counts {
    fn of(numbers: usize) -> Counts {
        Counts { of: vec![0; numbers], counted: Vec::new() }
    }

    fn add(&mut self, number: u32) {
        if let Some(count) = self.of.get_mut(number as usize) {
            if *count == 0 {
                self.counted.push(number);
            }
            *count += 1;
        }
    }

    fn get(&self, number: u32) -> u32 {
        self.of.get(number as usize).copied().unwrap_or(0)
    }

    /// What was counted at all and what was chosen, which stays to be let go of also where nothing is left of it.
    fn with(&self, chosen: impl Iterator<Item = u32>) -> impl Iterator<Item = (u32, u32)> {
        let left = chosen.filter(|number| self.get(*number) == 0);
        self.counted.iter().copied().chain(left).map(|number| (number, self.get(number)))
    }
}

/// The chosen ones and the commonest, in an order that does not jump.
fn top<'b>(counted: impl Iterator<Item = FacetValue<'b>>) -> Vec<FacetValue<'b>> {
    let mut values: Vec<FacetValue<'_>> = counted.collect();
    values.sort_by(|a, b| {
        (b.selected, b.count)
            .cmp(&(a.selected, a.count))
            .then_with(|| (a.label, a.number).cmp(&(b.label, b.number)))
    });
    values.truncate(VALUES);
    values
}
