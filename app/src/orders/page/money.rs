//! The money of an order: what it costs, what was paid, what came back.

use leptos::prelude::*;
use onshelf_vocabulary::{
    Lang, Money,
    orders::OrderView,
    payments::{PaymentStatus, ProviderCode},
};

use super::super::{forms::address, words::provider_name};
use crate::ssr::Visit;

/// The lines of the sum, each with its label; the same on the page and on the receipt.
pub(in crate::orders) fn sum_lines(lang: Lang, view: &OrderView) -> AnyView {
    let fees = (view.fees.amount > 0).then(|| line(lang.pick("배송비", "Delivery"), view.fees.display()));
    let added = (!view.tax_included && view.tax.amount > 0)
        .then(|| line(lang.pick("세금", "Tax"), view.tax.display()));
    let within = (view.tax_included && view.tax.amount > 0).then(|| match lang {
        Lang::Ko => format!("부가세 {} 포함", view.tax.display()),
        Lang::En => format!("incl. VAT {}", view.tax.display()),
    });
    view! {
        <dl class="sum-lines">
            {line(lang.pick("상품", "Items"), view.subtotal.display())}
            {fees}
            {added}
        </dl>
        <p class="sum-total">
            <span>{lang.pick("합계", "Total")}{within.map(|within| view! { <small>{within}</small> })}</span>
            <b>{view.total.display()}</b>
        </p>
    }
    .into_any()
}

fn line(label: &'static str, amount: String) -> AnyView {
    view! { <div><dt>{label}</dt><dd>{amount}</dd></div> }.into_any()
}

/// What was paid, what came back, and what could not be given back yet; nothing before anything was.
pub(super) fn paid_lines(lang: Lang, view: &OrderView) -> Option<AnyView> {
    let payment = &view.payment;
    if payment.paid.amount == 0 {
        return None;
    }
    let with = payment.provider.map(|provider| provider_name(lang, provider).0).unwrap_or_default();
    let paid = match lang {
        Lang::Ko => format!("{with}로 결제"),
        Lang::En => format!("Paid by {with}"),
    };
    let went = payment.refunded.amount - payment.owed.amount;
    let back = (went > 0).then(|| {
        let minus = Money::new(-went, payment.refunded.currency);
        view! { <div class="sum-back"><dt>{lang.pick("환불", "Refunded")}</dt><dd>{minus.display()}</dd></div> }
    });
    let owed = (payment.owed.amount > 0)
        .then(|| line(lang.pick("아직 못 돌려드린 돈", "Still owed to you"), payment.owed.display()));
    let view = view! {
        <dl class="sum-lines sum-paid">
            <div><dt>{paid}</dt><dd>{payment.paid.display()}</dd></div>
            {back}
            {owed}
        </dl>
    };
    Some(view.into_any())
}

/// How the money stands, in a sentence.
pub(super) fn standing(lang: Lang, view: &OrderView) -> &'static str {
    match view.payment.status {
        PaymentStatus::AtStore => {
            lang.pick("받아 가실 때 매장에서 계산해요.", "You pay in store, when you collect.")
        }
        PaymentStatus::Pending => lang.pick("아직 결제하지 않았어요.", "Not paid yet."),
        PaymentStatus::Failed => {
            lang.pick("결제가 되지 않았고, 빠져나간 돈은 없어요.", "The payment failed; no money was taken.")
        }
        PaymentStatus::Paid => lang.pick("결제가 끝났어요.", "It's paid."),
        _ if view.payment.owed.amount > 0 => lang.pick(
            "결제 회사에서 환불이 되지 않아 아직 돌려드리지 못한 돈이 있어요. 저희가 확인해서 연락드릴 테니 따로 하실 일은 없어요.",
            "The payment provider could not return some of your money. We are looking into it and will be in touch; there is nothing you need to do.",
        ),
        PaymentStatus::PartlyRefunded | PaymentStatus::Refunded if view.payment.returning.amount > 0 => lang
            .pick(
                "돌려드리고 있어요. 카드에 보이기까지 며칠 걸릴 수 있어요.",
                "Your money is on its way back. It may take a few days to show on your card.",
            ),
        PaymentStatus::PartlyRefunded => lang.pick(
            "일부를 돌려드렸어요. 카드에 보이기까지 며칠 걸릴 수 있어요.",
            "Part was refunded. It may take a few days to show on your card.",
        ),
        PaymentStatus::Refunded => lang.pick(
            "모두 돌려드렸어요. 카드에 보이기까지 며칠 걸릴 수 있어요.",
            "All was refunded. It may take a few days to show on your card.",
        ),
        PaymentStatus::Void => lang.pick("결제하지 않고 끝난 주문이에요.", "It ended without a payment."),
    }
}

/// The panel beside the groups.
pub(super) fn panel(visit: &Visit, view: &OrderView, token: &str) -> AnyView {
    let lang = visit.lang;
    let receipt = (view.payment.paid.amount > 0).then(|| {
        let href = visit.href(&address(&view.number, token).replacen('?', "/receipt?", 1));
        view! { <a class="go-quiet" href=href>{visit.say("영수증", "Receipt")}</a> }
    });
    let test = (view.payment.provider == Some(ProviderCode::Test)).then(|| {
        view! { <p class="fine">{visit.say("시험 결제라 실제로 오간 돈은 없어요.", "This is a test payment: no money moved.")}</p> }
    });
    view! {
        <section class="sum" aria-labelledby="money">
            <h2 id="money">{visit.say("결제", "Payment")}</h2>
            {sum_lines(lang, view)}
            {paid_lines(lang, view)}
            <p class="sum-said">{standing(lang, view)}</p>
            {test}
            {receipt}
        </section>
    }
    .into_any()
}
