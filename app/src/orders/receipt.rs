//! The receipt: a page made for paper, with everything a receipt must say and nothing else.

use std::collections::HashMap;

use axum::{
    extract::{Path, Query},
    response::Response,
};
use leptos::prelude::*;
use onshelf_vocabulary::{
    Lang, Money,
    fulfilment::ReservationStatus as Status,
    orders::{GroupView, OrderView},
};

use super::{
    forms::address,
    money::{paid_lines, sum_lines},
    page::private,
    words::{is_offer, way_name},
};
use crate::{
    error::AppError,
    ssr::{Chrome, Page, Visit, explain},
};

/// `GET /orders/{number}/receipt?t=TOKEN`. There is one once something was paid.
pub async fn receipt(
    visit: Visit,
    Path(number): Path<String>,
    Query(typed): Query<HashMap<String, String>>,
) -> Response {
    let token = typed.get("t").map(String::as_str).unwrap_or_default();
    let view = match visit.shop().order(visit.lang, &number, token).await {
        Ok(view) => view,
        Err(error) => return visit.failure(&explain(&error)),
    };
    if view.payment.paid.amount == 0 {
        return visit.failure(&AppError::NotFound);
    }
    private(visit.page(|| {
        let title = match visit.lang {
            Lang::Ko => format!("영수증 {}", view.number),
            Lang::En => format!("Receipt {}", view.number),
        };
        let path = address(&view.number, token).replacen('?', "/receipt?", 1);
        Page { indexed: false, chrome: Chrome::Bare, ..Page::new(title, path, sheet(&visit, &view, token)) }
    }))
}

fn sheet(visit: &Visit, view: &OrderView, token: &str) -> AnyView {
    let lang = visit.lang;
    let groups = view.groups.iter().filter(|group| !is_offer(group)).map(|group| lines(lang, group));
    let net = Money::new(view.payment.paid.amount - view.payment.refunded.amount, view.payment.paid.currency);
    let left = (view.payment.refunded.amount > 0).then(|| {
        view! { <p class="sum-total"><span>{lang.pick("받은 돈", "Kept")}</span><b>{net.display(lang)}</b></p> }
    });
    view! {
        <article class="receipt">
            <header>
                <p class="mark">{visit.door.site.name.get(lang).to_owned()}<i aria-hidden="true"></i></p>
                <h1>{lang.pick("영수증", "Receipt")}</h1>
                <dl>
                    <div><dt>{lang.pick("주문", "Order")}</dt><dd>{view.number.clone()}</dd></div>
                    <div><dt>{lang.pick("주문한 때", "Ordered")}</dt><dd><time datetime=view.placed_at.at.clone()>{dated(lang, &view.placed_at.at)}</time></dd></div>
                    <div><dt>{lang.pick("주문한 분", "For")}</dt><dd>{view.name.clone()}</dd></div>
                </dl>
            </header>
            {groups.collect_view()}
            {sum_lines(lang, view)}
            {paid_lines(lang, view)}
            {left}
            <p class="fine">{lang.pick(
                "값은 준비한 매장의 값이고, 세금은 매장마다 한 번 반올림했습니다.",
                "Prices are those of the store that fulfils; tax is rounded once per store.",
            )}</p>
            <p class="receipt-ways">
                <button type="button" class="alt" data-print hidden>{lang.pick("인쇄하기", "Print")}</button>
                <a class="alt" href=visit.href(&address(&view.number, token))>{lang.pick("주문으로", "To the order")}</a>
            </p>
        </article>
    }
    .into_any()
}

/// What one store sold.
fn lines(lang: Lang, group: &GroupView) -> AnyView {
    let void = matches!(group.status, Status::Cancelled | Status::Expired | Status::NotFound);
    let row = |line: &onshelf_vocabulary::fulfilment::ReservationLineView| {
        let sum = line.price.checked_mul(line.quantity).map(|sum| sum.display(lang));
        view! {
            <tr>
                <td>{line.name.clone()}<small>{line.options.clone()}</small></td>
                <td>{line.quantity}</td>
                <td>{line.price.display(lang)}</td>
                <td>{sum}</td>
            </tr>
        }
    };
    let state = void.then(|| view! { <em>{lang.pick("주지 못한 것", "not handed over")}</em> });
    let phone = (!group.store.phone.is_empty()).then(|| format!(" · {}", group.store.phone));
    view! {
        <section class:void=void>
            <h2>{group.store.name.clone()}<small>{way_name(lang, group.way)}</small>{state}</h2>
            <p class="receipt-store">{group.store.address.clone()}{phone}</p>
            <table>
                <thead>
                    <tr>
                        <th scope="col">{lang.pick("상품", "Thing")}</th>
                        <th scope="col">{lang.pick("수량", "Qty")}</th>
                        <th scope="col">{lang.pick("값", "Price")}</th>
                        <th scope="col">{lang.pick("금액", "Sum")}</th>
                    </tr>
                </thead>
                <tbody>{group.lines.iter().map(row).collect_view()}</tbody>
            </table>
        </section>
    }
    .into_any()
}

/// A receipt is read in other years: `2026-11-22 17:40`, as the store's clock showed it.
fn dated(lang: Lang, at: &str) -> String {
    let Some((date, time)) = at.split_once('T') else { return at.to_owned() };
    let time = time.get(..5).unwrap_or(time);
    let mut parts = date.splitn(3, '-');
    match (lang, parts.next(), parts.next(), parts.next()) {
        (Lang::Ko, Some(year), Some(month), Some(day)) => {
            format!("{year}년 {}월 {}일 {time}", month.trim_start_matches('0'), day.trim_start_matches('0'))
        }
        _ => format!("{date} {time}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_says_the_year() {
        assert_eq!(dated(Lang::Ko, "2026-01-02T07:40:11+09:00"), "2026년 1월 2일 07:40");
        assert_eq!(dated(Lang::En, "2026-01-02T07:40:11+09:00"), "2026-01-02 07:40");
        assert_eq!(dated(Lang::En, "soon"), "soon");
    }
}
