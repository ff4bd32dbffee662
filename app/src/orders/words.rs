//! What things are called: ways, steps, who takes the money, and moments in the words of a sentence. Where a whole order
//! stands is said by `page::headline`.

use jiff::Timestamp;
use onshelf_vocabulary::{
    Lang, Moment,
    fulfilment::{ReservationStatus, Way},
    orders::{GroupView, WindowView},
    payments::ProviderCode,
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

/// Held in place of something that was not found, until its owner says yes.
pub(super) fn is_offer(group: &GroupView) -> bool {
    group.offered_for.is_some() && group.status == ReservationStatus::Pending
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
