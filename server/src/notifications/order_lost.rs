//! What an order's owner is told when something was not found or did not come: all that is held in its place, and what
//! comes of no answer.

use onshelf_shop::orders::OrderNotice;
use onshelf_vocabulary::{
    Lang, Money,
    fulfilment::{Astray, Way},
    orders::GroupView,
};

use super::{order_news::Occasion, order_wording::Said};

/// What is held in place of a group that was not found, until its owner decides.
pub(super) fn offers<'n>(
    notice: &'n OrderNotice,
    lost: &'n GroupView,
) -> impl Iterator<Item = &'n GroupView> {
    let stands_in = move |other: &&GroupView| other.offered_for.as_deref() == Some(lost.id.as_str());
    notice.view.groups.iter().filter(|other| other.status.code() == "pending").filter(stands_in)
}

/// What went wrong, in the words of a heading and within a sentence.
struct Mishap {
    heading: &'static str,
    /// Why something else is held: "… 찾지 못해".
    because: String,
    /// The same where more follows: "… 찾지 못했고". In English it is the same.
    and: String,
}

fn mishap(lang: Lang, group: &GroupView) -> Mishap {
    let store = &group.store.name;
    let said_as = |heading, because: &str, and: &str| Mishap {
        heading,
        because: because.to_owned(),
        and: and.to_owned(),
    };
    match (lang, group.astray) {
        (Lang::Ko, None) => said_as(
            "선반에서 찾지 못했어요",
            &format!("{store}에서 찾지 못해"),
            &format!("{store}에서 찾지 못했고"),
        ),
        (Lang::En, None) => {
            let said = format!("{store} could not find it");
            said_as("We could not find it", &said, &said)
        }
        (Lang::Ko, Some(Astray::Lost)) => {
            said_as("오는 길에 분실됐어요", "보내 드린 것이 분실되어", "보내 드린 것이 분실됐고")
        }
        (Lang::En, Some(Astray::Lost)) => {
            let said = "what we sent was lost on its way";
            said_as("It was lost on its way", said, said)
        }
        (Lang::Ko, Some(Astray::CameBack)) => said_as(
            "배송하지 못하고 돌아왔어요",
            "배송하지 못하고 매장으로 돌아와",
            "배송하지 못하고 매장으로 돌아왔고",
        ),
        (Lang::En, Some(Astray::CameBack)) => {
            let said = "it could not be delivered and came back to the store";
            said_as("It could not be delivered", said, said)
        }
    }
}

/// Something was not found, or did not come: what is held in its place, a line each, and what comes of no answer.
pub(super) fn lost(occasion: &Occasion<'_>) -> Said {
    let (notice, group) = (occasion.notice, occasion.group);
    let lang = notice.lang;
    let paid = occasion.is_paid();
    let held: Vec<&GroupView> = offers(notice, group).collect();
    let mishap = mishap(lang, group);
    if held.is_empty() {
        return given_up(lang, &mishap, paid);
    }
    let Mishap { heading, because, .. } = mishap;
    let (heading, said) = match lang {
        Lang::Ko => (
            format!("{heading}. 하나만 골라 주세요"),
            format!(
                "죄송합니다. {because} 대신할 것을 모두 잡아 두었어요. 주문 페이지에서 하나를 고르시거나 {}. 답이 없으면 {}.",
                if paid { "환불을 받으시면 돼요" } else { "빼시면 돼요" },
                if paid {
                    "결제하신 금액을 돌려드려요"
                } else {
                    "모두 선반에 돌려놓아요"
                },
            ),
        ),
        Lang::En => (
            format!("{heading}: please choose"),
            format!(
                "We are sorry: {because}, so we are holding these for you instead. Choose one on the order's page, or {}. If we hear nothing, {}.",
                if paid { "get your money back" } else { "leave it out" },
                if paid { "your money goes back" } else { "it all goes back on the shelf" },
            ),
        ),
    };
    let lead = std::iter::once(said).chain(held.iter().map(|offer| told(occasion, group, offer))).collect();
    Said { heading, lead }
}

fn given_up(lang: Lang, mishap: &Mishap, paid: bool) -> Said {
    let and = &mishap.and;
    let said = match (lang, paid) {
        (Lang::Ko, true) => {
            format!("죄송합니다. {and} 가까운 매장에도 남은 것이 없어, 결제하신 금액을 돌려드려요.")
        }
        (Lang::Ko, false) => {
            format!("죄송합니다. {and} 가까운 매장에도 남은 것이 없어, 계산에서 뺐어요.")
        }
        (Lang::En, true) => format!(
            "We are sorry: {and}, and no store nearby has it either, so what you paid for it goes back to you."
        ),
        (Lang::En, false) => {
            format!("We are sorry: {and}, and no store nearby has it either. You won't be charged for it.")
        }
    };
    Said { heading: mishap.heading.to_owned(), lead: vec![said] }
}

/// One offer in a line: what it is, where, and by when.
fn told(occasion: &Occasion<'_>, lost: &GroupView, offer: &GroupView) -> String {
    let (lang, store) = (occasion.notice.lang, &offer.store.name);
    let by = occasion.moment(&offer.ready_by);
    let other: Vec<&str> = offer
        .lines
        .iter()
        .filter(|line| lost.lines.iter().all(|own| own.sku != line.sku))
        .map(|line| if line.name.is_empty() { line.sku.as_str() } else { line.name.as_str() })
        .collect();
    let less = Money::new(lost.total.amount - offer.total.amount, lost.total.currency);
    let cheaper = (less.amount > 0).then(|| less.display());
    let what = match (lang, offer.way, other.is_empty()) {
        (Lang::Ko, Way::Delivery, true) => format!("집으로 배송: {by}까지, 배송비 없이"),
        (Lang::En, Way::Delivery, true) => format!("Delivered to you: by {by}, free of charge"),
        (Lang::Ko, _, true) => format!("{store}에서 픽업: {by}까지 준비"),
        (Lang::En, _, true) => format!("Collect at {store}: ready by {by}"),
        (Lang::Ko, _, false) => format!("대신 {}: {store}, {by}까지", other.join(", ")),
        (Lang::En, _, false) => format!("{} instead: {store}, by {by}", other.join(", ")),
    };
    match (cheaper, lang) {
        (Some(less), Lang::Ko) => format!("· {what} (차액 {less})"),
        (Some(less), Lang::En) => format!("· {what} ({less} less)"),
        (None, _) => format!("· {what}"),
    }
}
