//! What a product is: maker, options as links, description, attributes, numbers.

use leptos::prelude::*;
use onshelf_vocabulary::{
    Lang,
    catalog::{OptionValueView, OptionView, ProductView, VariantView},
};

use crate::{
    catalog::card::Dot,
    ssr::{Visit, encoded},
};

/// Values of an option that stand above the shelf; where there are clearly more, the rest is folded away.
const SHOWN: usize = 12;
/// So many more are not worth a fold.
const SLACK: usize = 3;

pub(super) fn maker(product: &ProductView) -> Option<impl IntoView + use<>> {
    (!product.brand.is_empty()).then(|| view! { <p class="maker">{product.brand.clone()}</p> })
}

/// Options are links: each leads to the variant one gets by taking it and keeping the rest.
pub(super) fn options(visit: &Visit, product: &ProductView) -> Option<impl IntoView + use<>> {
    let choices = product.options.iter().filter(|option| option.values.len() > 1);
    let groups = choices.map(|option| group(visit, product, option)).collect::<Vec<_>>();
    (!groups.is_empty()).then(|| view! { <div class="options">{groups}</div> })
}

fn group(visit: &Visit, product: &ProductView, option: &OptionView) -> impl IntoView + use<> {
    let chosen = option.values.iter().find(|value| value.selected).map(|value| value.label.clone());
    let (shown, folded) = parted(&option.values);
    let list = |values: Vec<&OptionValueView>| {
        let values =
            values.into_iter().map(|value| view! { <li>{one(visit, product, value)}</li> }).collect_view();
        view! { <ul>{values}</ul> }
    };
    let more = (!folded.is_empty()).then(|| {
        let label = match visit.lang {
            Lang::Ko => format!("{}가지 더", folded.len()),
            Lang::En => format!("{} more", folded.len()),
        };
        view! { <details><summary>{label}</summary>{list(folded)}</details> }
    });
    view! {
        <nav class="option" aria-label=option.name.clone()>
            <p><span>{option.name.clone()}</span> <b>{chosen}</b></p>
            {list(shown)}
            {more}
        </nav>
    }
}

/// The first values and the chosen one, and those that are folded away.
fn parted(values: &[OptionValueView]) -> (Vec<&OptionValueView>, Vec<&OptionValueView>) {
    let most = if values.len() > SHOWN + SLACK { SHOWN } else { values.len() };
    let (shown, folded): (Vec<_>, Vec<_>) =
        values.iter().enumerate().partition(|(place, value)| *place < most || value.selected);
    let plain = |values: Vec<(usize, _)>| values.into_iter().map(|(_, value)| value).collect();
    (plain(shown), plain(folded))
}

fn one(visit: &Visit, product: &ProductView, value: &OptionValueView) -> AnyView {
    let coloured = value.swatch.is_some();
    let inside = match value.swatch.clone() {
        Some(colour) => view! { <Dot colour /><span class="quiet">{value.label.clone()}</span> }.into_any(),
        None => value.label.clone().into_any(),
    };
    let class = if coloured { "swatch" } else { "size" };
    match &value.sku {
        Some(sku) => {
            let href = visit.href(&format!("/p/{}?sku={}", product.slug, encoded(sku)));
            let here = value.selected.then_some("true");
            let label = value.label.clone();
            view! { <a class=class href=href aria-current=here title=label>{inside}</a> }.into_any()
        }
        None => {
            let gone = visit.say(" (없음)", " (not made)");
            view! { <span class=format!("{class} gone")>{inside}<span class="quiet">{gone}</span></span> }
                .into_any()
        }
    }
}

pub(super) fn about(visit: &Visit, product: &ProductView, variant: &VariantView) -> impl IntoView + use<> {
    let paragraphs = product
        .description
        .split('\n')
        .map(str::trim)
        .filter(|paragraph| !paragraph.is_empty())
        .map(|paragraph| view! { <p>{paragraph.to_owned()}</p> })
        .collect_view();
    let facts = product
        .attributes
        .iter()
        .cloned()
        .chain([(visit.say("상품 번호", "Item number").to_owned(), variant.sku.clone())])
        .chain(variant.gtin.clone().map(|gtin| (visit.say("바코드", "Barcode").to_owned(), gtin)))
        .map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> })
        .collect_view();
    view! {
        <section class="about">
            <h2 class="quiet">{visit.say("상품 설명", "About this product")}</h2>
            {paragraphs}
            <dl>{facts}</dl>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(many: usize, selected: usize) -> Vec<OptionValueView> {
        let value = |place: usize| OptionValueView {
            label: place.to_string(),
            swatch: None,
            selected: place == selected,
            sku: None,
        };
        (0..many).map(value).collect()
    }

    #[test]
    fn many_values_are_folded_away_but_never_the_chosen_one() {
        for (many, selected, shown, last) in
            [(3, 0, 3, "2"), (15, 14, 15, "14"), (16, 0, 12, "11"), (40, 30, 13, "30")]
        {
            let values = values(many, selected);
            let (first, folded) = parted(&values);
            assert_eq!((first.len(), first.len() + folded.len()), (shown, many));
            assert_eq!(first.last().map(|value| value.label.as_str()), Some(last));
        }
    }
}
