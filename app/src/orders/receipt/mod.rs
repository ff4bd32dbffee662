//! The receipt: a page made for paper, with everything a receipt must say and nothing else.

pub mod paper;

use std::collections::HashMap;

use axum::{
    extract::{Path, Query},
    response::Response,
};
use leptos::prelude::*;
use onshelf_shop::orders::{MoneyLine, Receipt, TaxLine};
use onshelf_vocabulary::{Lang, Money, fulfilment::ReservationLineView, orders::GroupView};

use super::{
    forms::address,
    page::{money::sum_lines, private},
};
use crate::{
    ssr::{Chrome, Page, Visit, explain},
    ui::seller::seller,
};

/// `GET /orders/{number}/receipt?t=TOKEN`. There is one once something was paid.
pub async fn receipt(
    visit: Visit,
    Path(number): Path<String>,
    Query(typed): Query<HashMap<String, String>>,
) -> Response {
    let token = typed.get("t").map(String::as_str).unwrap_or_default();
    let receipt = match visit.shop().receipt(visit.lang, &number, token).await {
        Ok(receipt) => receipt,
        Err(error) => return visit.failure(&explain(&error)),
    };
    private(visit.page(|| {
        let path = address(&receipt.order.number, token).replacen('?', "/receipt?", 1);
        let title = paper::title(visit.lang, &receipt);
        Page { chrome: Chrome::Bare, ..Page::of_order(title, path, sheet(&visit, &receipt, token)) }
    }))
}

fn sheet(visit: &Visit, receipt: &Receipt, token: &str) -> AnyView {
    let (lang, view) = (visit.lang, &receipt.order);
    let groups = paper::groups(receipt).map(|group| lines(lang, group));
    let notes = paper::notes(lang, receipt).into_iter().map(|note| view! { <p class="fine">{note}</p> });
    let seller = seller(&visit.door.site.seller);
    let on_paper = visit.href(&address(&view.number, token).replacen('?', "/receipt.pdf?", 1));
    view! {
        <article class="receipt">
            <header>
                <p class="mark">{visit.door.site.name.get(lang).to_owned()}<i aria-hidden="true"></i></p>
                <h1>{lang.pick("영수증", "Receipt")}</h1>
                <dl>
                    <div><dt>{lang.pick("주문", "Order")}</dt><dd>{view.number.clone()}</dd></div>
                    <div><dt>{lang.pick("주문 일시", "Ordered")}</dt><dd><time datetime=view.placed_at.at.clone()>{paper::dated_with_zone(lang, &view.placed_at.at)}</time></dd></div>
                    <div><dt>{lang.pick("주문자", "For")}</dt><dd>{view.name.clone()}</dd></div>
                </dl>
            </header>
            {groups.collect_view()}
            {sum_lines(lang, view)}
            {taxes(lang, receipt)}
            {money(lang, receipt)}
            {notes.collect_view()}
            {seller}
            <p class="receipt-ways">
                <a class="alt" href=on_paper>{lang.pick("PDF로 받기", "Get it as a PDF")}</a>
                <button type="button" class="alt" data-print hidden>{lang.pick("인쇄하기", "Print")}</button>
                <a class="alt" href=visit.href(&address(&view.number, token))>{lang.pick("주문 보기", "See the order")}</a>
            </p>
        </article>
    }
    .into_any()
}

/// What one store sold.
fn lines(lang: Lang, group: &GroupView) -> AnyView {
    let void = paper::is_void(group);
    let row = |line: &ReservationLineView| {
        let sum = line.price.checked_mul(line.quantity).map(Money::display);
        view! {
            <tr>
                <td>{line.name.clone()}<small>{paper::beside(lang, line)}</small></td>
                <td>{line.quantity}</td>
                <td>{line.price.display()}</td>
                <td>{sum}</td>
            </tr>
        }
    };
    let state = void.then(|| view! { <em>{paper::void(lang)}</em> });
    let phone = (!group.store.phone.is_empty()).then(|| format!(" · {}", group.store.phone));
    view! {
        <section class:void=void>
            <h2>{group.store.name.clone()}<small>{paper::way(lang, group.way)}</small>{state}</h2>
            <p class="receipt-store">{group.store.address.clone()}{phone}</p>
            <table>
                <thead><tr>{heads(&paper::heads(lang))}</tr></thead>
                <tbody>{group.lines.iter().map(row).collect_view()}</tbody>
            </table>
        </section>
    }
    .into_any()
}

fn heads(heads: &[&'static str]) -> AnyView {
    heads.iter().map(|head| view! { <th scope="col">{*head}</th> }).collect_view().into_any()
}

/// The tax, by whom it is owed and at which rate.
fn taxes(lang: Lang, receipt: &Receipt) -> Option<AnyView> {
    if !paper::is_taxed(receipt) {
        return None;
    }
    let included = receipt.order.tax_included;
    // On a phone there are no columns: what a number is stands beside it.
    let [_, of_rate, net, tax, gross] = paper::tax_heads(lang, included);
    let row = |name: String, rate: String, line: &TaxLine| {
        let of_rate = (!rate.is_empty()).then_some(of_rate);
        view! {
            <tr>
                <td>{name}</td>
                <td data-head=of_rate>{rate}</td>
                <td data-head=net>{line.net.display()}</td>
                <td data-head=tax>{line.tax.display()}</td>
                <td data-head=gross>{line.gross.display()}</td>
            </tr>
        }
    };
    let rows = receipt.taxes.iter().map(|line| row(paper::sold_by(lang, line), paper::rate(line), line));
    let sum = paper::tax_sum(receipt);
    let sum = sum.map(|sum| row(lang.pick("합계", "Total").to_owned(), String::new(), &sum));
    let view = view! {
        <section class="receipt-tax">
            <h2>{paper::tax_title(lang, included)}</h2>
            <table>
                <thead><tr>{heads(&paper::tax_heads(lang, included))}</tr></thead>
                <tbody>{rows.collect_view()}</tbody>
                <tfoot>{sum}</tfoot>
            </table>
        </section>
    };
    Some(view.into_any())
}

/// Every movement of money with its day, and what is left of it.
fn money(lang: Lang, receipt: &Receipt) -> AnyView {
    let line = |line: &MoneyLine| {
        let class = (line.amount.amount < 0).then_some("sum-back");
        view! {
            <div class=class>
                <dt>{paper::moved(lang, line)}<small>{paper::dated(lang, &line.at.at)}</small></dt>
                <dd>{line.amount.display()}</dd>
            </div>
        }
    };
    let kept = (receipt.order.payment.refunded.amount > 0).then(|| {
        let kept = receipt.kept().display();
        view! { <p class="sum-total"><span>{lang.pick("실결제 금액", "Net paid")}</span><b>{kept}</b></p> }
    });
    view! {
        <dl class="sum-lines sum-paid">{receipt.money.iter().map(line).collect_view()}</dl>
        {kept}
    }
    .into_any()
}
