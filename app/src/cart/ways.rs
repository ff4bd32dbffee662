//! Beside what a store covers: the ways to have it from there, each with its time and one tap away.

use leptos::prelude::*;
use onshelf_shop::{Result, Viewer};
use onshelf_vocabulary::{
    Lang,
    cart::{BasketView, CoverView},
    fulfilment::Way,
    orders::WayOffer,
};

use crate::{
    ssr::Visit,
    ui::icon::{Glyph, Icon},
};

/// What is offered for the whole basket, or for the part a store has.
pub(super) struct Ways(Vec<WayOffer>);

impl Ways {
    /// Seen from the chosen store, else from the best.
    pub(super) async fn of(visit: &Visit, basket: &BasketView) -> Result<Ways> {
        if basket.lines.is_empty() {
            return Ok(Ways(Vec::new()));
        }
        let best = basket.stores.first().and_then(|cover| cover.store.parse().ok());
        let viewer = Viewer { store: visit.viewer.store.clone().or(best), ..visit.viewer.clone() };
        let lines = sold(visit, basket);
        Ok(Ways(visit.shop().checkout(&viewer, &lines, None).await?.offers))
    }

    pub(super) fn any(&self) -> bool {
        !self.0.is_empty()
    }

    /// Chips under a store: what it has now, brought to the car, sent there.
    pub(super) fn at(&self, visit: &Visit, cover: &CoverView) -> Option<AnyView> {
        let lang = visit.lang;
        let chips: Vec<AnyView> = self
            .0
            .iter()
            .filter(|offer| offer.store == cover.store && offer.way != Way::Delivery)
            .map(|offer| chip(visit, offer))
            .collect();
        let label = match lang {
            Lang::Ko => format!("{}에서 받는 방법", cover.store_name),
            Lang::En => format!("Ways to get it at {}", cover.store_name),
        };
        (!chips.is_empty()).then(|| view! { <ul class="way-chips" aria-label=label>{chips}</ul> }.into_any())
    }

    /// Brought home, from wherever it can be sent.
    pub(super) fn home(&self, visit: &Visit) -> Option<AnyView> {
        let offer = self.0.iter().find(|offer| offer.way == Way::Delivery)?;
        let lang = visit.lang;
        let by = match lang {
            Lang::Ko => format!("{}까지", offer.ready_by.label),
            Lang::En => format!("by {}", offer.ready_by.label),
        };
        let fee = if offer.fee.amount > 0 {
            offer.fee.display()
        } else {
            lang.pick("배송비 무료", "free delivery").to_owned()
        };
        let about = [Some(fee), where_to(lang, offer)].into_iter().flatten().collect::<Vec<_>>().join(" · ");
        let view = view! {
            <form method="post" action=visit.href("/checkout")>
                <button class="cover-home" name="way" value="delivery">
                    <Icon glyph=Glyph::Truck />
                    <span><b>{lang.pick("집으로 배송", "Deliver to me")}</b><small>{about}</small></span>
                    <strong>{by}</strong>
                    <Icon glyph=Glyph::Next />
                </button>
            </form>
        };
        Some(view.into_any())
    }
}

/// Where the fee is one for, or that it depends on that.
fn where_to(lang: Lang, offer: &WayOffer) -> Option<String> {
    let terms = offer.terms.as_ref()?;
    match (&terms.place, lang) {
        (Some(place), Lang::Ko) => Some(format!("{place} 기준")),
        (Some(place), Lang::En) => Some(format!("to {place}")),
        (None, _) => (terms.zones.len() > 1)
            .then(|| lang.pick("우편번호에 따라 달라져요", "depends on your postcode").to_owned()),
    }
}

/// What of the basket can be had at all.
fn sold(visit: &Visit, basket: &BasketView) -> Vec<onshelf_vocabulary::cart::Line> {
    let known = |sku: &str| basket.lines.iter().any(|line| line.sku == sku);
    visit.basket.iter().filter(|line| known(line.sku.as_str())).cloned().collect()
}

/// What is chosen is kept on its shelf, so it is posted; of a part, the rest stays in the basket.
fn chip(visit: &Visit, offer: &WayOffer) -> AnyView {
    let lang = visit.lang;
    let (glyph, name) = match offer.way {
        Way::Curbside => (Glyph::Car, lang.pick("차에서", "To my car")),
        Way::Transfer => (Glyph::Swap, lang.pick("옮겨 받기", "Sent there")),
        _ => (Glyph::Store, lang.pick("매장", "In store")),
    };
    let whole = offer.covered_lines == offer.lines;
    let part = (!whole).then(|| match lang {
        Lang::Ko => format!("{}가지", offer.covered_lines),
        Lang::En => format!("{} of {}", offer.covered_lines, offer.lines),
    });
    let inside = view! {
        <Icon glyph=glyph />
        {name}
        {part.map(|part| view! { <small>{part}</small> })}
        <b>{offer.ready_by.label.clone()}</b>
    };
    view! {
        <li>
            <form method="post" action=visit.href("/checkout")>
                <input type="hidden" name="store" value=offer.store.clone() />
                {(!whole).then(|| view! { <input type="hidden" name="part" value="1" /> })}
                <button class="way-chip" name="way" value=offer.way.code()>{inside}</button>
            </form>
        </li>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use onshelf_vocabulary::{
        Moment, Money,
        orders::{DeliveryTerms, ZoneReach, ZoneTerms},
    };

    use super::*;

    #[test]
    fn a_fee_says_where_it_is_for_or_that_it_depends() {
        let zone = |here| ZoneTerms {
            reach: ZoneReach::Anywhere,
            fee: Money::won(3_000),
            free_from: None,
            same_day_until: None,
            days: 1,
            here,
        };
        let offer = |place: Option<&str>, zones| WayOffer {
            way: Way::Delivery,
            store: "seongsu".to_owned(),
            store_name: "성수점".to_owned(),
            source_name: None,
            distance_m: None,
            covered_lines: 1,
            lines: 1,
            ready_by: Moment { at: String::new(), label: String::new() },
            fee: Money::won(3_000),
            windows: Vec::new(),
            terms: Some(DeliveryTerms { place: place.map(str::to_owned), zones }),
        };
        let two = || vec![zone(true), zone(false)];
        assert_eq!(where_to(Lang::Ko, &offer(Some("성수동"), two())).as_deref(), Some("성수동 기준"));
        assert_eq!(where_to(Lang::En, &offer(None, two())).as_deref(), Some("depends on your postcode"));
        assert_eq!(where_to(Lang::Ko, &offer(None, vec![zone(true)])), None);
    }
}
