//! Where a whole order stands, in a title and a sentence: what its page begins with.

use onshelf_vocabulary::{
    Lang,
    fulfilment::{Astray, ReservationStatus, Way},
    orders::{GroupView, OrderStatus, OrderView},
    payments::PaymentStatus,
};

use super::super::words::{by, is_offer};

/// Where the whole order stands, and what to do.
pub(super) fn headline(lang: Lang, view: &OrderView) -> (&'static str, String) {
    if view.groups.iter().any(is_offer) {
        return offered(lang, view);
    }
    if view.groups.iter().any(|group| group.looking) {
        return looking(lang, view);
    }
    match view.status {
        OrderStatus::Placed => placed(lang, view.payment.status, view.can_pay),
        OrderStatus::Completed => completed(lang, view),
        OrderStatus::Cancelled | OrderStatus::Expired => over(lang, view),
        _ => under_way(lang, view),
    }
}

fn offered(lang: Lang, view: &OrderView) -> (&'static str, String) {
    let title = lang.pick("정해 주실 것이 있어요", "There's something for you to decide");
    let what = if view.payment.paid.amount > 0 {
        lang.pick(
            "대신할 것을 잡아 두었어요. 시간 안에 고르지 않으시면 환불해 드려요.",
            "We're holding what could take its place; if you don't choose in time, you get a refund.",
        )
    } else {
        lang.pick(
            "대신할 것을 잡아 두었어요. 하나를 골라 주세요.",
            "We're holding what could take its place; please choose one.",
        )
    };
    (title, format!("{} {what}", mishap(lang, view)))
}

fn looking(lang: Lang, view: &OrderView) -> (&'static str, String) {
    let title = lang.pick("다른 방법을 찾고 있어요", "We are looking for another way");
    let what = lang.pick(
        "대신할 것을 바로 찾고 있어요. 찾으면 이 화면에 보여요.",
        "We're looking for what could take its place; this page will show what we find.",
    );
    (title, format!("{} {what}", mishap(lang, view)))
}

/// What the shop is sorry for: of what is looked for or offered otherwise at the moment.
fn mishap(lang: Lang, view: &OrderView) -> &'static str {
    let is_open = |group: &&GroupView| {
        let id = Some(group.id.as_str());
        group.looking || view.groups.iter().any(|other| is_offer(other) && other.offered_for.as_deref() == id)
    };
    match view.groups.iter().find(is_open).and_then(|group| group.astray) {
        None => lang.pick(
            "죄송합니다. 선반에서 찾지 못한 것이 있어",
            "We are sorry: something was not on the shelf.",
        ),
        Some(Astray::Lost) => lang
            .pick("죄송합니다. 오는 길에 분실된 것이 있어", "We are sorry: something was lost on its way."),
        Some(Astray::CameBack) => lang.pick(
            "죄송합니다. 배송하지 못하고 돌아온 것이 있어",
            "We are sorry: something could not be delivered and came back.",
        ),
    }
}

fn placed(lang: Lang, payment: PaymentStatus, can_pay: bool) -> (&'static str, String) {
    let (title, said) = match (payment, can_pay) {
        (PaymentStatus::Failed, true) => (
            lang.pick("결제가 되지 않았어요", "The payment did not go through"),
            lang.pick(
                "빠져나간 돈은 없어요. 시간이 남아 있는 동안은 그대로 잡아 두니 다시 결제해 보세요.",
                "No money was taken. It stays held until the time runs out: please try again.",
            ),
        ),
        (PaymentStatus::Pending, true) => (
            lang.pick("선반에서 잡아 두었어요", "It is held for you"),
            lang.pick(
                "결제를 마치면 바로 준비를 시작해요. 시간이 지나면 선반으로 돌아가요.",
                "Pay, and we'll start right away. When the time runs out it goes back on the shelf.",
            ),
        ),
        // Another amount came than was asked: it goes back, and what was asked is still owed while the clock runs.
        (PaymentStatus::Paid | PaymentStatus::PartlyRefunded | PaymentStatus::Refunded, true) => (
            lang.pick("결제 금액이 맞지 않았어요", "The amount did not match"),
            lang.pick(
                "주문과 다른 금액이 결제되어 돌려드려요. 시간이 남아 있는 동안은 그대로 잡아 두니 다시 결제해 주세요.",
                "What was paid is not what the order costs, so it goes back to you. It stays held until the time runs out: please pay again.",
            ),
        ),
        (PaymentStatus::Pending | PaymentStatus::Failed, false) => (
            lang.pick("결제를 확인하고 있어요", "We are checking the payment"),
            lang.pick(
                "결제 회사의 답을 기다리고 있어요. 이 화면은 저절로 바뀌어요. 다시 결제하지 마세요.",
                "We are waiting for the provider's answer; this page changes by itself. Please do not pay again.",
            ),
        ),
        _ => (
            lang.pick("맡아두었어요", "It is held for you"),
            lang.pick("계산은 받아 가실 때 매장에서 해요. 준비되면 알려 드릴게요.", "You pay in store when you collect. We'll let you know when it's ready."),
        ),
    };
    (title, said.to_owned())
}

fn under_way(lang: Lang, view: &OrderView) -> (&'static str, String) {
    let going: Vec<&GroupView> = own(view).filter(|group| !group.status.is_over()).collect();
    let ready = going.iter().filter(|group| group.status == ReservationStatus::Ready).count();
    if ready > 0 && ready < going.len() {
        let title = lang.pick("일부가 먼저 준비됐어요", "Part of it is ready");
        return (
            title,
            lang.pick("나머지도 준비되는 대로 알려 드릴게요.", "We'll let you know when the rest is, too.")
                .to_owned(),
        );
    }
    let Some(first) = going.first() else { return completed(lang, view) };
    let (store, at) = (&first.store.name, by(lang, &first.ready_by));
    let (title, ko, en) = match view.status {
        OrderStatus::Picking => (
            lang.pick("준비하고 있어요", "We are getting it ready"),
            format!("{store} 선반에서 꺼내는 중이에요."),
            format!("{store} is on it."),
        ),
        OrderStatus::InTransfer => (
            lang.pick("매장으로 옮기고 있어요", "It is on its way to the store"),
            format!("{store}에 도착하면 준비를 마치고 알려 드려요."),
            format!("We'll let you know when it's ready at {store}."),
        ),
        OrderStatus::Ready if is_outside(first) => (
            lang.pick("준비됐어요. 곧 나갈게요", "It is ready, and on its way out"),
            "가지고 나온 직원에게 아래 코드를 보여 주세요.".to_owned(),
            "Show the code below to whoever brings it out.".to_owned(),
        ),
        OrderStatus::Ready if first.way == Way::Curbside => (
            lang.pick("준비됐어요. 오시면 돼요", "It is ready for you"),
            format!("{store}에 주차하고 아래에서 ‘도착했어요’를 눌러 주세요. 차로 가지고 나갈게요."),
            format!("Park at {store} and press “I'm here” below. We'll bring it out to your car."),
        ),
        OrderStatus::Ready => (
            lang.pick("준비됐어요. 오시면 돼요", "It is ready for you"),
            format!("{store}에서 아래 코드를 보여 주세요."),
            format!("Show the code below at {store}."),
        ),
        OrderStatus::OutForDelivery => (
            lang.pick("배송을 시작했어요", "It is out for delivery"),
            format!("{store}에서 출발해 {at} 도착해요."),
            format!("It has left {store} and will be with you {at}."),
        ),
        _ if first.way == Way::Delivery => (
            lang.pick("결제됐어요. 준비를 시작할게요", "Paid. We're getting it ready"),
            format!("{store}에서 보내 {at} 도착해요."),
            format!("Sent from {store}, with you {at}."),
        ),
        _ => (
            lang.pick("결제됐어요. 준비를 시작할게요", "Paid. We're getting it ready"),
            format!("{at} 준비해서 알려 드릴게요."),
            format!("Ready {at}; we'll let you know when it is."),
        ),
    };
    (title, if lang == Lang::Ko { ko } else { en })
}

/// Whether its owner has said that they are parked outside.
fn is_outside(group: &GroupView) -> bool {
    group.way == Way::Curbside && group.arrival.as_ref().is_some_and(|arrival| arrival.arrived_at.is_some())
}

fn completed(lang: Lang, view: &OrderView) -> (&'static str, String) {
    if own(view).all(|group| is_had(view, group)) {
        let said = lang.pick(
            "받으신 상품은 가까운 어느 매장에서나 반품하실 수 있어요.",
            "If something is not right, bring it back to any of our stores.",
        );
        return (lang.pick("모두 받으셨어요", "You have everything"), said.to_owned());
    }
    let said = if view.payment.paid.amount > 0 {
        lang.pick(
            "받지 못하신 상품은 환불해 드려요. 들러 주셔서 고맙습니다.",
            "What you didn't get is refunded. Thank you for coming by.",
        )
    } else {
        lang.pick("들러 주셔서 고맙습니다.", "Thank you for coming by.")
    };
    (lang.pick("일부를 받으셨어요", "You have part of it"), said.to_owned())
}

/// Whether a group was had, itself or by what was taken in its place. What was offered and not taken is nothing to have.
fn is_had(view: &OrderView, group: &GroupView) -> bool {
    let had = |group: &GroupView| {
        matches!(group.status, ReservationStatus::Collected | ReservationStatus::Delivered)
    };
    let stands_in = |other: &GroupView| other.offered_for.as_deref() == Some(&*group.id) && had(other);
    group.offered_for.is_some() || had(group) || view.groups.iter().any(stands_in)
}

fn over(lang: Lang, view: &OrderView) -> (&'static str, String) {
    let lost = own(view).find(|group| group.status == ReservationStatus::NotFound);
    let title = match (view.status, lost.map(|group| group.astray)) {
        (OrderStatus::Expired, _) => lang.pick("시간이 지나 선반으로 돌아갔어요", "The hold has expired"),
        (_, Some(None)) => lang.pick("찾지 못해 취소했어요", "We could not find it, so it's cancelled"),
        (_, Some(Some(Astray::Lost))) => {
            lang.pick("오는 길에 분실되어 취소했어요", "It was lost on its way, so it's cancelled")
        }
        (_, Some(Some(Astray::CameBack))) => {
            lang.pick("배송하지 못해 취소했어요", "We could not deliver it, so it's cancelled")
        }
        _ => lang.pick("주문을 취소했어요", "The order is cancelled"),
    };
    let on_its_way = view.payment.returning.amount > 0;
    let is_owed = view.payment.owed.amount > 0;
    let money = match view.payment.status {
        _ if is_owed => lang.pick(
            "죄송합니다. 결제 회사에서 환불이 되지 않아 아직 돌려드리지 못한 돈이 있어요. 저희가 확인해서 연락드릴게요.",
            "We are sorry: the payment provider could not return some of your money. We are looking into it and will be in touch.",
        ),
        PaymentStatus::Refunded if !on_its_way => {
            lang.pick("결제하신 돈은 모두 돌려드렸어요.", "Everything you paid was refunded.")
        }
        PaymentStatus::PartlyRefunded if !on_its_way => lang
            .pick("일부를 돌려드렸어요. 아래에 적어 두었어요.", "Part of it was refunded, as shown below."),
        PaymentStatus::Paid | PaymentStatus::PartlyRefunded | PaymentStatus::Refunded => lang.pick(
            "결제된 돈은 지금 돌려드리고 있어요. 카드에 보이기까지 며칠 걸릴 수 있어요.",
            "Your money is on its way back. It may take a few days to show on your card.",
        ),
        _ => lang.pick("빠져나간 돈은 없어요.", "No money was taken."),
    };
    (title, money.to_owned())
}

/// Groups that are no mere offers.
fn own(view: &OrderView) -> impl Iterator<Item = &GroupView> {
    view.groups.iter().filter(|group| !is_offer(group))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_can_still_pay_online_is_not_sent_to_the_till() {
        for lang in [Lang::Ko, Lang::En] {
            let (held, at_the_till) = placed(lang, PaymentStatus::AtStore, false);
            for payment in [
                PaymentStatus::Pending,
                PaymentStatus::Failed,
                PaymentStatus::Paid,
                PaymentStatus::PartlyRefunded,
                PaymentStatus::Refunded,
            ] {
                assert_ne!(placed(lang, payment, true).1, at_the_till, "{payment:?}");
            }
            assert_ne!(placed(lang, PaymentStatus::Refunded, true).0, held, "it is not simply held");
        }
    }
}
