//! The sentences of each message about an order, in both languages: what is new, and what to do.

use onshelf_shop::jobs::OrderNews;
use onshelf_vocabulary::{Lang, fulfilment::Way};

use super::{
    order_lost::lost,
    order_news::{Occasion, concerns},
};

/// The heading, and the paragraphs below it.
pub(super) struct Said {
    pub(super) heading: String,
    pub(super) lead: Vec<String>,
}

/// What is new and what to do. What, where and by when stand below as facts.
pub(super) fn said(occasion: &Occasion<'_>) -> Said {
    let lang = occasion.notice.lang;
    let paid = occasion.is_paid();
    let (heading, lead) = match occasion.about {
        OrderNews::Placed => (
            lang.pick("주문을 받았어요", "We have your order"),
            lang.pick(
                "준비되면 알려 드릴게요. 계산은 매장에서 하시면 돼요.",
                "We will let you know the moment it is ready. You pay in store.",
            ),
        ),
        OrderNews::Paid => (lang.pick("결제가 끝났어요", "Payment received"), next_news(occasion)),
        OrderNews::PaidTooLate => paid_too_late(occasion),
        OrderNews::WrongAmount => wrong_amount(occasion),
        OrderNews::Delayed => (
            lang.pick("조금 늦어지고 있어요", "It is taking a little longer"),
            lang.pick(
                "약속한 시간을 지키지 못해 죄송합니다. 아직 준비하고 있고, 준비되는 대로 알려 드릴게요.",
                "We are sorry to miss the time we promised. It is still being prepared, and we will let you know the moment it is ready.",
            ),
        ),
        OrderNews::Ready => return ready_said(occasion),
        OrderNews::Reminder => (
            lang.pick("곧 맡아둔 시간이 끝나요", "We can keep it only a little longer"),
            if paid {
                lang.pick(
                    "기한이 지나면 선반에 돌려놓고, 결제하신 금액은 돌려드려요.",
                    "After that it goes back on the shelf, and what you paid goes back to you.",
                )
            } else {
                lang.pick(
                    "기한이 지나면 선반에 돌려놓아요.",
                    "After that it goes back on the shelf.",
                )
            },
        ),
        OrderNews::OutForDelivery => (
            lang.pick("배송을 시작했어요", "It is out for delivery"),
            lang.pick("매장에서 출발했어요.", "It has left the store."),
        ),
        OrderNews::Delivered => (
            lang.pick("배송을 마쳤어요", "It was delivered"),
            lang.pick(
                "마음에 들지 않으면 가까운 어느 매장에서나 반품하실 수 있어요.",
                "If it is not right for you, bring it back to any of our stores.",
            ),
        ),
        OrderNews::Collected => (
            lang.pick("받아 가셨어요", "Collected"),
            lang.pick("들러 주셔서 고맙습니다.", "Thank you for coming by."),
        ),
        OrderNews::Offered | OrderNews::NotFound => return lost(occasion),
        OrderNews::Changed => (
            lang.pick("주문을 바꿨어요", "Your order was changed"),
            lang.pick("이제 이렇게 준비할게요.", "This is how it stands now."),
        ),
        OrderNews::Refunded => (
            lang.pick("환불해 드렸어요", "We have refunded you"),
            lang.pick(
                "카드사에 따라 며칠 뒤에 보일 수 있어요.",
                "Your bank may take a few days to show it.",
            ),
        ),
        OrderNews::Cancelled => (
            lang.pick("주문을 취소했어요", "Your order was cancelled"),
            if paid {
                lang.pick(
                    "맡아둔 것은 다시 선반에 놓았고, 결제하신 금액은 돌려드려요.",
                    "What was held is back on the shelf, and what you paid goes back to you.",
                )
            } else {
                lang.pick("맡아둔 것은 다시 선반에 놓았어요.", "What was held is back on the shelf.")
            },
        ),
        OrderNews::Expired => (
            lang.pick("맡아둔 시간이 지났어요", "The hold has expired"),
            if paid {
                lang.pick(
                    "다시 선반에 놓았어요. 결제하신 금액은 돌려드려요.",
                    "It is back on the shelf, and what you paid goes back to you.",
                )
            } else {
                lang.pick("다시 선반에 놓았어요.", "It is back on the shelf.")
            },
        ),
    };
    Said { heading: heading.to_owned(), lead: vec![lead.to_owned()] }
}

/// What is told next: that it is ready, or on its way, or the one of some of it and the other of the rest.
fn next_news(occasion: &Occasion<'_>) -> &'static str {
    let lang = occasion.notice.lang;
    let groups = occasion.notice.view.groups.iter().filter(|group| concerns(occasion.about, group));
    let (brought, collected): (Vec<Way>, Vec<Way>) =
        groups.map(|group| group.way).partition(|way| *way == Way::Delivery);
    match (brought.is_empty(), collected.is_empty()) {
        (false, true) => lang.pick("출발하면 알려 드릴게요.", "We will let you know when it is on its way."),
        (false, false) => lang.pick(
            "준비되거나 출발하는 대로 알려 드릴게요.",
            "We will let you know when each part is ready or on its way.",
        ),
        (true, _) => lang.pick("준비되면 알려 드릴게요.", "We will let you know the moment it is ready."),
    }
}

/// Of an order that goes on it is a change that could not be made any more; else the order itself was over.
fn paid_too_late(occasion: &Occasion<'_>) -> (&'static str, &'static str) {
    let lang = occasion.notice.lang;
    if occasion.notice.view.groups.iter().any(|group| !group.status.is_over()) {
        return (
            lang.pick("주문을 바꾸지 못했어요", "Your order could not be changed"),
            lang.pick(
                "결제하셨을 때는 고르신 시간이 지났거나 더 바꿀 수 없었어요. 이번에 결제하신 금액은 바로 돌려드리고, 주문은 그대로 준비할게요.",
                "When you paid for the change, the time you chose had passed or it could no longer be made. That payment goes back right away, and your order stays as it was.",
            ),
        );
    }
    (
        lang.pick("결제하신 금액을 돌려드려요", "Your payment is going back to you"),
        lang.pick(
            "결제하셨을 때는 맡아둔 시간이 지났거나 주문이 끝난 뒤였어요. 이 결제는 바로 돌려드려요.",
            "When it came, the hold had expired or the order was over. It goes back right away.",
        ),
    )
}

/// Nobody is asked to pay again for what is paid, as by whoever paid twice, or is over.
fn wrong_amount(occasion: &Occasion<'_>) -> (&'static str, &'static str) {
    let lang = occasion.notice.lang;
    if occasion.notice.view.can_pay {
        return (
            lang.pick("결제 금액이 맞지 않았어요", "The amount did not match"),
            lang.pick(
                "주문과 다른 금액이 결제되어 바로 돌려드려요. 주문 페이지에서 다시 결제해 주세요.",
                "What was paid is not what the order costs, so it goes back right away. You can pay again on the order's page.",
            ),
        );
    }
    (
        lang.pick("결제하신 금액을 돌려드려요", "Your payment is going back to you"),
        lang.pick(
            "내실 금액이 아니어서 바로 돌려드려요. 주문이 지금 어떤지는 주문 페이지에 있어요.",
            "It was not what there was to pay, so it goes back right away. The order's page says where the order stands.",
        ),
    )
}

/// What to do where it stands ready: at the counter, or in the car.
fn ready_said(occasion: &Occasion<'_>) -> Said {
    let (lang, group) = (occasion.notice.lang, occasion.group);
    let store = &group.store.name;
    let (heading, sorry) = if is_part(occasion) {
        (
            lang.pick("찾은 것은 준비됐어요", "What we found is ready for you"),
            lang.pick("모두 찾지는 못해 죄송합니다. ", "We are sorry: not all of it was there. "),
        )
    } else {
        (lang.pick("준비됐어요. 오시면 돼요", "It is ready for you"), "")
    };
    let todo = match (lang, group.way == Way::Curbside) {
        (Lang::Ko, true) => {
            format!("{store}에 주차하고 주문 페이지에서 ‘도착했어요’를 눌러 주세요. 차로 가지고 나갈게요.")
        }
        (Lang::En, true) => {
            format!("Park at {store} and press “I'm here” on the order page: we'll bring it out to your car.")
        }
        (Lang::Ko, false) => "계산대에 준비해 두었어요.".to_owned(),
        (Lang::En, false) => "It is waiting at the counter.".to_owned(),
    };
    let pay = if occasion.is_paid() {
        ""
    } else {
        lang.pick(" 계산은 매장에서 하시면 돼요.", " You pay in store.")
    };
    Said { heading: heading.to_owned(), lead: vec![format!("{sorry}{todo}{pay}")] }
}

/// Whether some of it was not found, which is told by itself.
fn is_part(occasion: &Occasion<'_>) -> bool {
    let own = Some(occasion.group.id.as_str());
    occasion.notice.view.groups.iter().any(|other| other.split_from.as_deref() == own)
}
