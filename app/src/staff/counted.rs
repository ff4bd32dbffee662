//! Part of it is there: an associate counts what they found, in a form that needs no script.

use leptos::prelude::*;
use onshelf_vocabulary::{
    Lang,
    fulfilment::{ReservationLineView, Way},
    staff::BoardCard,
};

use super::card::{Around, Place, deeds};
use crate::once::key_field;

/// What the form calls it; the counts go with it.
pub(super) const PARTLY: &str = "partly_found";
/// Up to so many are touched; more are typed.
const TOUCHED: i64 = 4;

/// How many of each were found: what is there goes on, what is missing leaves the stock.
pub(super) fn partly(around: Around<'_>, card: &BoardCard, place: Place) -> AnyView {
    let lang = around.lang;
    let mut asked: Vec<(&ReservationLineView, i64)> = Vec::new();
    // What the catalogue has no more has no name to be counted by.
    for line in card.lines.iter().map(|own| &own.line).filter(|line| !line.sku.is_empty()) {
        match asked.iter_mut().find(|(own, _)| own.sku == line.sku) {
            Some((_, sum)) => *sum += line.quantity,
            None => asked.push((line, line.quantity)),
        }
    }
    let one = |(index, (line, all)): (usize, (&ReservationLineView, i64))| {
        let what = if line.options.is_empty() {
            line.name.clone()
        } else {
            format!("{} · {}", line.name, line.options)
        };
        let name = format!("found:{}", line.sku);
        let said = what.clone();
        let count = if all <= TOUCHED { touched(&name, index, all) } else { typed(lang, name, index, all) };
        view! {
            <div class="staff-counted" role="group" aria-label=said>
                <span>{what}" "<small translate="no">{line.sku.clone()}</small></span>
                {count}
            </div>
        }
    };
    let travels = matches!(card.way, Way::Transfer | Way::Delivery);
    view! {
        <details data-key="open-partly">
            <summary>{lang.pick("일부만 찾았어요", "Only part of it is there")}</summary>
            <form method="post" action=deeds(around)>
                <p>{lang.pick(
                    "찾은 수량을 적어 주세요. 없는 것은 손님께 알리고, 재고에서 빼서 다시 셀 때까지 팔지 않아요.",
                    "Say how many you found. The customer is told what is missing, and it is sold to nobody until it is counted.",
                )}</p>
                {asked.into_iter().enumerate().map(one).collect_view()}
                {key_field()}
                <input type="hidden" name="number" value=card.number.clone() />
                <input type="hidden" name="tab" value=place.code() />
                <button class="staff-end" name="deed" value=PARTLY data-key=PARTLY>
                    {if travels { lang.pick("찾은 것만 담기", "Go on with what is there") } else { lang.pick("찾은 것만 준비 완료", "Ready with what is there") }}
                </button>
            </form>
        </details>
    }
    .into_any()
}

/// Each number is one touch, and no keyboard covers the card.
fn touched(name: &str, index: usize, all: i64) -> AnyView {
    let choices = (0..=all)
        .map(|count| {
            view! {
                <label>
                    <input
                        type="radio"
                        name=name.to_owned()
                        value=count.to_string()
                        checked=count == all
                        autocomplete="off"
                        data-key=format!("found-{index}-{count}")
                    />
                    <span>{count}</span>
                </label>
            }
        })
        .collect_view();
    view! { <span class="staff-touched">{choices}</span> }.into_any()
}

fn typed(lang: Lang, name: String, index: usize, all: i64) -> AnyView {
    let of = match lang {
        Lang::Ko => format!("/ {all}개"),
        Lang::En => format!("of {all}"),
    };
    view! {
        <label>
            <input
                type="number"
                name=name
                value=all.to_string()
                min="0"
                max=all.to_string()
                step="1"
                required
                inputmode="numeric"
                autocomplete="off"
                data-key=format!("found-{index}")
            />
            <em>{of}</em>
        </label>
    }
    .into_any()
}
