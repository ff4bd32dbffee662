//! Why a delivery costs what it costs and comes when it comes, and what it would cost elsewhere: in the words of the
//! operator's zones, said beside the price.

use leptos::prelude::*;
use onshelf_vocabulary::{
    Lang,
    orders::{DeliveryTerms, WayOffer, ZoneReach, ZoneTerms},
};

/// Beginnings of postcodes told before the rest is left out.
const TOLD: usize = 4;

/// `동대문구 · 매장에서 40km 안 · ₩50,000부터 무료`, beside a moment that is shown; none for what is not delivered.
pub(super) fn why(lang: Lang, offer: &WayOffer) -> Option<String> {
    reasons(lang, offer, false)
}

/// The same with how long it takes.
pub(super) fn why_then(lang: Lang, offer: &WayOffer) -> Option<String> {
    reasons(lang, offer, true)
}

fn reasons(lang: Lang, offer: &WayOffer, paced: bool) -> Option<String> {
    let terms = offer.terms.as_ref()?;
    let zone = terms.here()?;
    let free = match (zone.free_from, offer.fee.amount, lang) {
        (Some(from), 0, Lang::Ko) if zone.fee.amount > 0 => Some(format!("{} 이상이라 무료", from.display())),
        (Some(from), 0, Lang::En) if zone.fee.amount > 0 => Some(format!("free from {}", from.display())),
        (Some(from), _, Lang::Ko) if zone.fee.amount > 0 => Some(format!("{}부터 무료", from.display())),
        (Some(from), _, Lang::En) if zone.fee.amount > 0 => Some(format!("free from {}", from.display())),
        _ => None,
    };
    let pace = paced.then(|| pace(lang, zone));
    let said = [terms.place.clone(), reach(lang, terms, zone), pace, free];
    Some(said.into_iter().flatten().collect::<Vec<_>>().join(" · ")).filter(|said| !said.is_empty())
}

/// `동대문구 ₩3,000 · 내일 21:00까지`: the fee and the moment that were just found out, in one line.
pub(super) fn quoted(lang: Lang, offer: &WayOffer, postcode: &str) -> Option<String> {
    let terms = offer.terms.as_ref()?;
    let place = terms.place.as_deref().unwrap_or(postcode);
    let fee = fee(lang, offer.fee);
    Some(match lang {
        Lang::Ko => format!("{place}: 배송비 {fee}, {}까지 도착", offer.ready_by.label),
        Lang::En => format!("{place}: delivery {fee}, with you by {}", offer.ready_by.label),
    })
}

/// All zones, folded away: what another postcode would need.
pub(super) fn zones(lang: Lang, offer: &WayOffer) -> Option<AnyView> {
    let terms = offer.terms.as_ref().filter(|terms| terms.zones.len() > 1)?;
    let row = |zone: &ZoneTerms| {
        let here = zone.here.then(|| view! { <em class="mine">{lang.pick("지금 기준", "This quote")}</em> });
        let where_to = reach(lang, terms, zone).unwrap_or_default();
        view! {
            <li>
                <b>{where_to}{here}</b>
                <span>{fee(lang, zone.fee)}</span>
                <small>{conditions(lang, zone)}</small>
            </li>
        }
    };
    let view = view! {
        <details class="zones">
            <summary>{lang.pick("다른 지역은 얼마인가요?", "What does it cost elsewhere?")}</summary>
            <ul>{terms.zones.iter().map(row).collect_view()}</ul>
        </details>
    };
    Some(view.into_any())
}

fn fee(lang: Lang, fee: onshelf_vocabulary::Money) -> String {
    if fee.amount > 0 { fee.display() } else { lang.pick("무료", "free").to_owned() }
}

fn conditions(lang: Lang, zone: &ZoneTerms) -> String {
    let free = zone.free_from.filter(|_| zone.fee.amount > 0).map(|from| match lang {
        Lang::Ko => format!("{}부터 무료", from.display()),
        Lang::En => format!("free from {}", from.display()),
    });
    [Some(pace(lang, zone)), free].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// What a zone covers; the only one covers everything, of which there is nothing to tell.
fn reach(lang: Lang, terms: &DeliveryTerms, zone: &ZoneTerms) -> Option<String> {
    Some(match (&zone.reach, lang) {
        (ZoneReach::Anywhere, _) if terms.zones.len() == 1 => return None,
        (ZoneReach::Anywhere, _) => lang.pick("그 밖의 지역", "anywhere else").to_owned(),
        (ZoneReach::Within(metres), Lang::Ko) => format!("매장에서 {} 안", kilometres(lang, *metres)),
        (ZoneReach::Within(metres), Lang::En) => format!("within {} of the store", kilometres(lang, *metres)),
        (ZoneReach::Postcodes(all), _) => {
            let more = if all.len() > TOLD { " …" } else { "" };
            let told = all.iter().take(TOLD).map(|begin| format!("{begin}…")).collect::<Vec<_>>().join(", ");
            match lang {
                Lang::Ko => format!("우편번호 {told}{more}"),
                Lang::En => format!("postcodes {told}{more}"),
            }
        }
    })
}

fn kilometres(lang: Lang, metres: u32) -> String {
    let space = lang.pick("", " ");
    match (metres / 1_000, metres % 1_000 / 100) {
        (0, _) => format!("{metres}{space}m"),
        (whole, 0) => format!("{whole}{space}km"),
        (whole, tenth) => format!("{whole}.{tenth}{space}km"),
    }
}

/// How long it takes; a store that is shut sends when it opens, so that days count from then.
fn pace(lang: Lang, zone: &ZoneTerms) -> String {
    let later = match (lang, zone.days) {
        (Lang::Ko, 1) => "보낸 다음 영업일 도착".to_owned(),
        (Lang::Ko, days) => format!("보내고 영업일로 {days}일 뒤 도착"),
        (Lang::En, 1) => "the working day after it is sent".to_owned(),
        (Lang::En, days) => format!("{days} working days after it is sent"),
    };
    match (&zone.same_day_until, lang) {
        (Some(until), Lang::Ko) => format!("영업일 {until} 전 주문은 그날 도착, 뒤에는 {later}"),
        (Some(until), Lang::En) => format!("the same day if ordered before {until}, else {later}"),
        (None, _) => later,
    }
}

#[cfg(test)]
mod tests {
    use onshelf_vocabulary::{Moment, Money, fulfilment::Way};

    use super::*;

    fn zone(reach: ZoneReach, same_day_until: Option<&str>, days: u8, here: bool) -> ZoneTerms {
        ZoneTerms {
            reach,
            fee: Money::won(3_000),
            free_from: Some(Money::won(50_000)),
            same_day_until: same_day_until.map(str::to_owned),
            days,
            here,
        }
    }

    fn offer(fee: i64, place: Option<&str>, zones: Vec<ZoneTerms>) -> WayOffer {
        WayOffer {
            way: Way::Delivery,
            store: "seongsu".to_owned(),
            store_name: "성수점".to_owned(),
            source_name: None,
            distance_m: None,
            covered_lines: 1,
            lines: 1,
            ready_by: Moment { at: String::new(), label: "내일 21:00".to_owned() },
            fee: Money::won(fee),
            windows: Vec::new(),
            terms: Some(DeliveryTerms { place: place.map(str::to_owned), zones }),
        }
    }

    #[test]
    fn the_zone_says_why() {
        let zones = |near| {
            vec![
                zone(ZoneReach::Within(7_500), Some("15:00"), 1, near),
                zone(ZoneReach::Anywhere, None, 2, !near),
            ]
        };
        let here = offer(3_000, Some("동대문구"), zones(false));
        assert_eq!(
            why(Lang::Ko, &here).as_deref(),
            Some("동대문구 · 그 밖의 지역 · ₩50,000부터 무료"),
            "when, stands beside it"
        );
        assert_eq!(
            why_then(Lang::Ko, &here).as_deref(),
            Some("동대문구 · 그 밖의 지역 · 보내고 영업일로 2일 뒤 도착 · ₩50,000부터 무료")
        );
        assert_eq!(
            why_then(Lang::En, &offer(0, None, zones(true))).as_deref(),
            Some(
                "within 7.5 km of the store · the same day if ordered before 15:00, else the working day after it is sent · free from ₩50,000"
            )
        );
        assert_eq!(
            quoted(Lang::Ko, &here, "02500").as_deref(),
            Some("동대문구: 배송비 ₩3,000, 내일 21:00까지 도착")
        );
        let unknown = offer(0, None, zones(false));
        assert_eq!(
            quoted(Lang::En, &unknown, "02500").as_deref(),
            Some("02500: delivery free, with you by 내일 21:00")
        );
    }

    #[test]
    fn of_a_single_zone_there_is_nothing_to_tell() {
        let one = zone(ZoneReach::Anywhere, None, 1, true);
        let terms = DeliveryTerms { place: None, zones: vec![one.clone()] };
        assert_eq!(reach(Lang::Ko, &terms, &one), None);
    }

    #[test]
    fn postcodes_are_told_by_their_beginnings() {
        let all = ["01", "02", "03", "04", "05"].map(str::to_owned).to_vec();
        let own = zone(ZoneReach::Postcodes(all), None, 1, true);
        let terms = DeliveryTerms { place: None, zones: vec![own.clone()] };
        assert_eq!(reach(Lang::Ko, &terms, &own).as_deref(), Some("우편번호 01…, 02…, 03…, 04… …"));
    }
}
