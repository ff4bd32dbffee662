//! What things are called: ways, steps, who takes the money, and where an order stands, in a title and a sentence.

use jiff::Timestamp;
use onshelf_vocabulary::{
    Lang, Moment,
    fulfilment::{Astray, ReservationStatus, Way},
    orders::{GroupView, OrderStatus, OrderView, WindowView},
    payments::{PaymentStatus, ProviderCode},
};

use crate::ui::icon::Glyph;

/// What a way is called where one chooses it.
pub(super) const fn way_name(lang: Lang, way: Way) -> &'static str {
    match way {
        Way::Collect => lang.pick("매장 픽업", "Collect in store"),
        Way::Curbside => lang.pick("차에서 받기", "Bring it to my car"),
        Way::Transfer => lang.pick("이 매장으로 옮겨 받기", "Send it to this store"),
        Way::Delivery => lang.pick("집으로 배송", "Deliver to me"),
    }
}

/// The same in two or three letters, where there is little room.
pub(super) const fn way_short(lang: Lang, way: Way) -> &'static str {
    match way {
        Way::Collect => lang.pick("매장", "In store"),
        Way::Curbside => lang.pick("차에서", "To my car"),
        Way::Transfer => lang.pick("옮겨 받기", "Sent there"),
        Way::Delivery => lang.pick("배송", "Delivery"),
    }
}

pub(super) const fn way_glyph(way: Way) -> Glyph {
    match way {
        Way::Collect => Glyph::Store,
        Way::Curbside => Glyph::Car,
        Way::Transfer => Glyph::Swap,
        Way::Delivery => Glyph::Truck,
    }
}

/// Who takes the money, and what that is good for.
pub(super) const fn provider_name(lang: Lang, provider: ProviderCode) -> (&'static str, &'static str) {
    match provider {
        ProviderCode::Test => {
            (lang.pick("시험 결제", "Test payment"), lang.pick("돈이 빠져나가지 않아요", "No money moves"))
        }
        ProviderCode::Stripe => {
            (lang.pick("카드", "Card"), lang.pick("해외 카드도 돼요 · Stripe", "Any card, by Stripe"))
        }
        ProviderCode::Toss => (
            lang.pick("카드 · 계좌 · 간편결제", "Korean cards and wallets"),
            lang.pick("토스페이먼츠", "by Toss Payments"),
        ),
    }
}

/// Quarters of an hour in words, with the day they share told apart: `내일`, and `10:30~10:45` of each. Where they
/// share none, each says its own.
pub(super) fn spans(lang: Lang, windows: &[WindowView]) -> (Option<String>, Vec<String>) {
    let days: Vec<Option<String>> =
        windows.iter().map(|window| day_and_time(&window.starts.label).0).collect();
    let shared =
        days.first().cloned().flatten().filter(|day| days.iter().all(|own| own.as_ref() == Some(day)));
    let said = |window: &WindowView| match &shared {
        Some(day) => span(lang, window).replacen(day.as_str(), "", 1).trim_start().to_owned(),
        None => span(lang, window),
    };
    let said = windows.iter().map(said).collect();
    (shared, said)
}

/// `오늘 17:30~17:45`, `today 17:30–17:45`: the end repeats neither day nor half of the day.
pub(super) fn span(lang: Lang, window: &WindowView) -> String {
    let end = window.ends.label.rsplit(' ').next().unwrap_or_default();
    format!("{}{}{end}", window.starts.label, lang.pick("~", "–"))
}

/// The day of a moment's words, where they name one, and its time: `11월 24일(화)` and `11:00`.
pub(super) fn day_and_time(label: &str) -> (Option<String>, String) {
    match label.rsplit_once(' ') {
        Some((day, time)) => (Some(day.to_owned()), time.to_owned()),
        None => (None, label.to_owned()),
    }
}

/// `17:40까지` / `by 17:40`.
pub(super) fn by(lang: Lang, at: &Moment) -> String {
    let at = in_one_piece(&at.label);
    match lang {
        Lang::Ko => format!("{at}까지"),
        Lang::En => format!("by {at}"),
    }
}

/// When it can be had: `17:40 준비` where it is collected, `12월 1일(화) 21:00까지` where it is brought.
pub(super) fn there(lang: Lang, way: Way, at: &Moment) -> String {
    match (lang, way) {
        (Lang::Ko, Way::Collect | Way::Curbside | Way::Transfer) => {
            format!("{} 준비", in_one_piece(&at.label))
        }
        _ => by(lang, at),
    }
}

/// A line may end after a day, and not within it: browsers would put `(화)` on a line of its own.
fn in_one_piece(label: &str) -> String {
    match day_and_time(label) {
        (Some(day), time) => {
            format!("{} {time}", day.replace(' ', "\u{a0}").replace('(', "\u{2060}("))
        }
        (None, time) => time,
    }
}

/// What moments are put in order by: stores of one chain lie in more than one zone. What cannot be read comes last.
pub(super) fn instant(at: &Moment) -> Timestamp {
    at.at.parse().unwrap_or(Timestamp::MAX)
}

/// How many things of how many.
pub(super) fn pieces(lang: Lang, count: usize) -> String {
    match (lang, count) {
        (Lang::Ko, count) => format!("{count}가지"),
        (Lang::En, 1) => "1 thing".to_owned(),
        (Lang::En, count) => format!("{count} things"),
    }
}

/// A status of a group in a word, for its place on the line.
pub(super) const fn step_name(lang: Lang, way: Way, status: ReservationStatus) -> &'static str {
    match (status, way) {
        (ReservationStatus::Pending, _) => lang.pick("잡아 둠", "Held"),
        (ReservationStatus::Placed, _) => lang.pick("주문", "Ordered"),
        (ReservationStatus::Picking, _) => lang.pick("준비 중", "Preparing"),
        (ReservationStatus::InTransfer, _) => lang.pick("옮기는 중", "On its way"),
        (ReservationStatus::Ready, _) => lang.pick("준비됨", "Ready"),
        (ReservationStatus::OutForDelivery, _) => lang.pick("배송 중", "Out for delivery"),
        (ReservationStatus::Collected, _) => lang.pick("받음", "Collected"),
        (ReservationStatus::Delivered, _) => lang.pick("도착", "Delivered"),
        (ReservationStatus::Cancelled, _) => lang.pick("취소됨", "Cancelled"),
        (ReservationStatus::Expired, _) => lang.pick("시간이 지남", "Expired"),
        (ReservationStatus::NotFound, _) => lang.pick("찾지 못함", "Not found"),
    }
}

/// Groups that are no mere offers.
pub(super) fn own(view: &OrderView) -> impl Iterator<Item = &GroupView> {
    view.groups.iter().filter(|group| !is_offer(group))
}

/// Held in place of something that was not found, until its owner says yes.
pub(super) fn is_offer(group: &GroupView) -> bool {
    group.offered_for.is_some() && group.status == ReservationStatus::Pending
}

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
    let title = lang.pick("정해 주실 것이 있어요", "One thing is yours to decide");
    let what = if view.payment.paid.amount > 0 {
        lang.pick(
            "대신할 것을 잡아 두었어요. 시간 안에 고르지 않으시면 환불됩니다.",
            "We hold what could take its place; what you do not choose in time is refunded.",
        )
    } else {
        lang.pick(
            "대신할 것을 잡아 두었어요. 하나를 골라 주세요.",
            "We hold what could take its place; choose one.",
        )
    };
    (title, format!("{} {what}", mishap(lang, view)))
}

fn looking(lang: Lang, view: &OrderView) -> (&'static str, String) {
    let title = lang.pick("다른 방법을 찾고 있어요", "We are looking for another way");
    let what = lang.pick(
        "대신할 것을 바로 찾고 있어요. 이 화면은 저절로 바뀝니다.",
        "We look for what could take its place; this page changes by itself.",
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
                "No money was taken. It stays held while the time lasts: try again.",
            ),
        ),
        (PaymentStatus::Pending, true) => (
            lang.pick("선반에서 잡아 두었어요", "It is held for you"),
            lang.pick(
                "결제를 마치면 바로 준비를 시작해요. 시간이 지나면 선반으로 돌아갑니다.",
                "Pay, and we begin at once. When the time is over it goes back on the shelf.",
            ),
        ),
        // Another amount came than was asked: it goes back, and what was asked is still owed while the clock runs.
        (PaymentStatus::Paid | PaymentStatus::PartlyRefunded | PaymentStatus::Refunded, true) => (
            lang.pick("결제 금액이 맞지 않았어요", "The amount did not match"),
            lang.pick(
                "주문과 다른 금액이 결제되어 돌려드립니다. 시간이 남아 있는 동안은 그대로 잡아 두니 다시 결제해 주세요.",
                "What was paid is not what the order costs, so it goes back. It stays held while the time lasts: please pay again.",
            ),
        ),
        (PaymentStatus::Pending | PaymentStatus::Failed, false) => (
            lang.pick("결제를 확인하고 있어요", "We are checking the payment"),
            lang.pick(
                "결제 회사의 답을 기다리고 있어요. 이 화면은 저절로 바뀝니다. 다시 결제하지 마세요.",
                "We are waiting for the provider's answer; this page changes by itself. Please do not pay again.",
            ),
        ),
        _ => (
            lang.pick("맡아두었어요", "It is held for you"),
            lang.pick("계산은 받아 가실 때 매장에서 합니다. 준비되면 알려 드릴게요.", "You pay in store when you collect. We tell you when it is ready."),
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
            lang.pick("나머지도 준비되는 대로 알려 드릴게요.", "We tell you when the rest is, too.")
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
            format!("We tell you when it is ready at {store}."),
        ),
        OrderStatus::Ready if is_outside(first) => (
            lang.pick("준비됐어요. 곧 나갈게요", "It is ready, and on its way out"),
            "가지고 나온 직원에게 아래 코드를 보여 주세요.".to_owned(),
            "Show the code below to who brings it out.".to_owned(),
        ),
        OrderStatus::Ready if first.way == Way::Curbside => (
            lang.pick("준비됐어요. 오시면 됩니다", "It is ready for you"),
            format!("{store}에 주차하고 아래에서 ‘도착했어요’를 눌러 주세요. 차로 가지고 나갈게요."),
            format!("Park at {store} and press “I'm here” below. We bring it out to your car."),
        ),
        OrderStatus::Ready => (
            lang.pick("준비됐어요. 오시면 됩니다", "It is ready for you"),
            format!("{store}에서 아래 코드를 보여 주세요."),
            format!("Show the code below at {store}."),
        ),
        OrderStatus::OutForDelivery => (
            lang.pick("배송을 시작했어요", "It is out for delivery"),
            format!("{store}에서 출발해 {at} 도착해요."),
            format!("It has left {store} and is with you {at}."),
        ),
        _ if first.way == Way::Delivery => (
            lang.pick("결제됐어요. 준비를 시작할게요", "Paid. We're getting it ready"),
            format!("{store}에서 보내 {at} 도착해요."),
            format!("Sent from {store}, with you {at}."),
        ),
        _ => (
            lang.pick("결제됐어요. 준비를 시작할게요", "Paid. We're getting it ready"),
            format!("{at} 준비해서 알려 드릴게요."),
            format!("Ready {at}; we tell you when it is."),
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
            "받지 못하신 것의 돈은 돌려드려요. 들러 주셔서 고맙습니다.",
            "What you did not get is refunded. Thank you for coming by.",
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
        (OrderStatus::Expired, _) => lang.pick("시간이 지나 선반으로 돌아갔어요", "The time ran out"),
        (_, Some(None)) => lang.pick("찾지 못해 취소했어요", "We could not find it, and cancelled"),
        (_, Some(Some(Astray::Lost))) => {
            lang.pick("오는 길에 분실되어 취소했어요", "It was lost on its way, and we cancelled")
        }
        (_, Some(Some(Astray::CameBack))) => {
            lang.pick("배송하지 못해 취소했어요", "We could not deliver it, and cancelled")
        }
        _ => lang.pick("주문을 취소했어요", "The order is cancelled"),
    };
    let on_its_way = view.payment.returning.amount > 0;
    let money = match view.payment.status {
        PaymentStatus::Refunded if !on_its_way => {
            lang.pick("결제하신 돈은 모두 돌려드렸어요.", "All you paid was refunded.")
        }
        PaymentStatus::PartlyRefunded if !on_its_way => lang
            .pick("일부를 돌려드렸어요. 아래에 적어 두었습니다.", "Part of it was refunded, as told below."),
        PaymentStatus::Paid | PaymentStatus::PartlyRefunded | PaymentStatus::Refunded => lang.pick(
            "결제된 돈은 지금 돌려드리고 있어요. 카드에 보이기까지 며칠 걸릴 수 있습니다.",
            "Your money is on its way back. It may take some days to show on your card.",
        ),
        _ => lang.pick("빠져나간 돈은 없어요.", "No money was taken."),
    };
    (title, money.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_stays_in_one_piece_and_a_pickup_is_ready_rather_than_over() {
        let moment = |label: &str| Moment { at: String::new(), label: label.to_owned() };
        let far = moment("12월 1일(화) 21:00");
        assert_eq!(there(Lang::Ko, Way::Delivery, &far), "12월\u{a0}1일\u{2060}(화) 21:00까지");
        assert_eq!(there(Lang::Ko, Way::Collect, &moment("17:40")), "17:40 준비");
        assert_eq!(there(Lang::En, Way::Collect, &moment("Tue 1 Dec 21:00")), "by Tue\u{a0}1\u{a0}Dec 21:00");
    }

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

    #[test]
    fn a_window_says_its_day_once() {
        let moment = |label: &str| Moment { at: String::new(), label: label.to_owned() };
        let window = WindowView { starts: moment("내일 10:30"), ends: moment("내일 10:45"), left: 3 };
        assert_eq!(span(Lang::Ko, &window), "내일 10:30~10:45");
        assert_eq!(span(Lang::En, &window), "내일 10:30–10:45");
        let today = WindowView { starts: moment("17:30"), ends: moment("17:45"), left: 3 };
        let one_day = [window.clone(), window.clone()];
        assert_eq!(spans(Lang::Ko, &one_day), (Some("내일".to_owned()), vec!["10:30~10:45".to_owned(); 2]));
        let two_days = spans(Lang::Ko, &[today, window]);
        assert_eq!(two_days, (None, vec!["17:30~17:45".to_owned(), "내일 10:30~10:45".to_owned()]));
    }
}
