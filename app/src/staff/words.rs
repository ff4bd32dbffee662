//! What the staff screens say: where a reservation stands, how long is left, why a deed was refused. Plain
//! functions of language and facts; they know neither requests nor markup.

use onshelf_vocabulary::{
    Lang,
    fulfilment::{Astray, ReservationStatus},
    orders::PassRefusal,
    staff::{BoardCard, BoardDeed},
};

const HOUR: i64 = 60;
const DAY: i64 = 24 * HOUR;
/// Further ahead than this, the time of day says more than a count of minutes.
const COUNTED: i64 = 3 * HOUR;

/// How long until a moment `seconds` ahead: `12분 남음`, `8분 늦음`; none where it is hours away.
#[must_use]
pub fn due(lang: Lang, seconds: i64) -> Option<String> {
    // A begun minute counts: nobody is told "0 minutes left".
    let minutes = (seconds.abs() + 59) / 60;
    if seconds >= 0 {
        return (minutes <= COUNTED).then(|| match lang {
            Lang::Ko => format!("{} 남음", span(lang, minutes.max(1))),
            Lang::En => format!("{} left", span(lang, minutes.max(1))),
        });
    }
    Some(match lang {
        Lang::Ko => format!("{} 늦음", span(lang, minutes)),
        Lang::En => format!("{} late", span(lang, minutes)),
    })
}

fn span(lang: Lang, minutes: i64) -> String {
    let (minute, hour, day) = match lang {
        Lang::Ko => ("분", "시간", "일"),
        Lang::En => (" min", " h", if minutes < 2 * DAY { " day" } else { " days" }),
    };
    match (minutes / HOUR, minutes % HOUR) {
        (0, rest) => format!("{rest}{minute}"),
        (hours, _) if minutes >= DAY => format!("{}{day}", hours / 24),
        (hours, 0) => format!("{hours}{hour}"),
        (hours, rest) => format!("{hours}{hour} {rest}{minute}"),
    }
}

/// Where a reservation stands, in a word.
#[must_use]
pub const fn status(lang: Lang, status: ReservationStatus) -> &'static str {
    match status {
        ReservationStatus::Pending => lang.pick("결제 중", "Being paid"),
        ReservationStatus::Placed => lang.pick("새 예약", "New"),
        ReservationStatus::Picking => lang.pick("담는 중", "Picking"),
        ReservationStatus::Ready => lang.pick("준비됨", "Ready"),
        ReservationStatus::InTransfer => lang.pick("옮기는 중", "In transfer"),
        ReservationStatus::OutForDelivery => lang.pick("배송 중", "Out for delivery"),
        ReservationStatus::Delivered => lang.pick("배송 완료", "Delivered"),
        ReservationStatus::Collected => lang.pick("건넴", "Handed over"),
        ReservationStatus::Cancelled => lang.pick("취소됨", "Cancelled"),
        ReservationStatus::Expired => lang.pick("기한 지남", "Ran out"),
        ReservationStatus::NotFound => lang.pick("상품 없음", "Not found"),
    }
}

/// The same, with who is at it where somebody is.
#[must_use]
pub fn status_of(lang: Lang, card: &BoardCard) -> String {
    let picker = card.picker.as_ref().filter(|_| card.status == ReservationStatus::Picking);
    match (lang, picker) {
        (Lang::Ko, Some(picker)) if picker.own => "내가 담는 중".to_owned(),
        (Lang::En, Some(picker)) if picker.own => "You are picking".to_owned(),
        (Lang::Ko, Some(picker)) => format!("{} 님이 담는 중", picker.name),
        (Lang::En, Some(picker)) => format!("{} is picking", picker.name),
        (_, None) => match card.astray {
            Some(Astray::Lost) => lang.pick("분실", "Lost").to_owned(),
            Some(Astray::CameBack) => lang.pick("돌아옴", "Came back").to_owned(),
            None => status(lang, card.status).to_owned(),
        },
    }
}

/// What the counter needs to know of a reservation that was looked up.
#[must_use]
pub fn standing(lang: Lang, card: &BoardCard) -> String {
    let kept = &card.expires_at.label;
    let ended = card.ended_at.as_ref().map_or("", |moment| moment.label.as_str());
    if let Some(astray) = card.astray {
        return went_astray(lang, astray, ended);
    }
    match (lang, card.status) {
        (Lang::Ko, ReservationStatus::Placed) => {
            "아직 담지 않았어요. 손님이 와 계시면 선반에서 바로 꺼내 건네도 돼요.".to_owned()
        }
        (Lang::En, ReservationStatus::Placed) => {
            "Not picked yet. If the customer is here, take it from the shelf and hand it over.".to_owned()
        }
        (Lang::Ko, ReservationStatus::Picking) => {
            "지금 담는 중이에요. 다 담았으면 바로 건네도 돼요.".to_owned()
        }
        (Lang::En, ReservationStatus::Picking) => {
            "Being picked now. Once it is all there you can hand it over.".to_owned()
        }
        (Lang::Ko, ReservationStatus::Ready) if !card.place.is_empty() => {
            format!("{} 자리에 준비돼 있어요. {kept}까지 맡아둬요.", card.place)
        }
        (Lang::En, ReservationStatus::Ready) if !card.place.is_empty() => {
            format!("Staged at {}, kept until {kept}.", card.place)
        }
        (Lang::Ko, ReservationStatus::Ready) => format!("계산대에 준비돼 있어요. {kept}까지 맡아둬요."),
        (Lang::En, ReservationStatus::Ready) => format!("Staged at the counter, kept until {kept}."),
        (Lang::Ko, ReservationStatus::Pending) => "손님이 아직 결제하지 않았어요.".to_owned(),
        (Lang::En, ReservationStatus::Pending) => "The customer has not paid yet.".to_owned(),
        (Lang::Ko, ReservationStatus::InTransfer) => "다른 매장에서 오는 중이에요.".to_owned(),
        (Lang::En, ReservationStatus::InTransfer) => "On its way from another store.".to_owned(),
        (Lang::Ko, ReservationStatus::OutForDelivery) => "배송하러 나갔어요.".to_owned(),
        (Lang::En, ReservationStatus::OutForDelivery) => "Out for delivery.".to_owned(),
        (Lang::Ko, ReservationStatus::Delivered) => format!("{ended}에 배송을 마쳤어요."),
        (Lang::En, ReservationStatus::Delivered) => format!("Delivered, {ended}."),
        (Lang::Ko, ReservationStatus::Collected) => format!("{ended}에 이미 건넨 예약이에요."),
        (Lang::En, ReservationStatus::Collected) => format!("Already handed over, {ended}."),
        (Lang::Ko, ReservationStatus::Cancelled) => {
            format!("{ended}에 취소된 예약이에요. 상품은 선반 재고로 돌아갔어요.")
        }
        (Lang::En, ReservationStatus::Cancelled) => {
            format!("Cancelled {ended}. The goods are back in the shelf's stock.")
        }
        (Lang::Ko, ReservationStatus::Expired) => {
            format!("받아 갈 기한({kept})이 지났어요. 선반에 남아 있으면 일반 판매로 계산해 주세요.")
        }
        (Lang::En, ReservationStatus::Expired) => {
            format!("The hold expired ({kept}). If it is still on the shelf, sell it at the till.")
        }
        (Lang::Ko, ReservationStatus::NotFound) => {
            format!("{ended}에 선반에 없다고 끝낸 예약이에요. 손님께는 알려 드렸어요.")
        }
        (Lang::En, ReservationStatus::NotFound) => {
            format!("Ended {ended} because it was not on the shelf. The customer was told.")
        }
    }
}

fn went_astray(lang: Lang, astray: Astray, ended: &str) -> String {
    match (lang, astray) {
        (Lang::Ko, Astray::Lost) => {
            format!("{ended}에 중간에 분실됐다고 끝낸 예약이에요. 손님께는 알려 드렸어요.")
        }
        (Lang::En, Astray::Lost) => format!("Ended {ended}: it was lost on its way. The customer was told."),
        (Lang::Ko, Astray::CameBack) => {
            format!("{ended}에 배송하지 못하고 돌아온 예약이에요. 상품은 재고로 돌아갔어요.")
        }
        (Lang::En, Astray::CameBack) => {
            format!("It could not be delivered and came back, {ended}. The goods are in stock again.")
        }
    }
}

/// Why a deed could not be done: what the reservation already is.
#[must_use]
pub const fn refused(lang: Lang, deed: BoardDeed, status: ReservationStatus) -> &'static str {
    match (deed, status) {
        (BoardDeed::NotFound, ReservationStatus::Ready) => lang.pick(
            "이미 준비해 둔 예약이에요. 돌려놓으려면 예약 풀기를 눌러 주세요.",
            "It is staged already. To put it back, release the reservation.",
        ),
        (BoardDeed::Unready, ReservationStatus::Picking) => {
            lang.pick("이미 준비할 것으로 돌아갔어요.", "It is back among what is to prepare already.")
        }
        (BoardDeed::TakeBack, ReservationStatus::Collected) => lang.pick(
            "이제 되돌릴 수 없어요. 건넨 지 10분이 지났거나, 계산대 판매로 끝냈거나, 그 뒤에 환불한 것이에요.",
            "It can no longer be taken back: ten minutes have passed, the till sold it, or money went back since.",
        ),
        (BoardDeed::TakeBack, ReservationStatus::Ready) => {
            lang.pick("이미 준비된 것으로 돌아갔어요.", "It is ready again already.")
        }
        (BoardDeed::Lost | BoardDeed::CameBack, ReservationStatus::Placed | ReservationStatus::Picking) => {
            lang.pick("아직 보내지 않은 예약이에요.", "It has not been sent yet.")
        }
        (BoardDeed::Lost | BoardDeed::CameBack, ReservationStatus::NotFound) => {
            lang.pick("오지 않았다고 이미 끝낸 예약이에요.", "It was ended already: it did not come.")
        }
        (_, ReservationStatus::Pending) => {
            lang.pick("손님이 아직 결제하지 않았어요.", "The customer has not paid yet.")
        }
        (_, ReservationStatus::InTransfer) => {
            lang.pick("다른 매장에서 아직 오지 않았어요.", "It has not come from the other store yet.")
        }
        (_, ReservationStatus::OutForDelivery) => {
            lang.pick("이미 배송하러 나갔어요.", "It is out for delivery already.")
        }
        (_, ReservationStatus::Delivered) => lang.pick("이미 배송을 마쳤어요.", "It was delivered already."),
        (_, ReservationStatus::Placed) => {
            lang.pick("아직 담지 않은 예약이에요.", "This reservation has not been picked yet.")
        }
        (_, ReservationStatus::Picking) => {
            lang.pick("다른 사람이 이미 담고 있어요.", "Somebody is picking it already.")
        }
        (_, ReservationStatus::Ready) => {
            lang.pick("이미 준비된 예약이에요.", "This reservation is ready already.")
        }
        (_, ReservationStatus::Collected) => lang.pick(
            "이미 건넨 예약이에요. 다시 건네지 마세요.",
            "Already handed over. Do not hand it over again.",
        ),
        (_, ReservationStatus::Cancelled) => {
            lang.pick("취소된 예약이에요. 건네지 마세요.", "It was cancelled. Do not hand it over.")
        }
        (_, ReservationStatus::Expired) => lang.pick(
            "받아 갈 기한이 지나 예약이 끝났어요. 선반에 있으면 일반 판매로 계산해 주세요.",
            "The hold expired. If it is still on the shelf, sell it at the till.",
        ),
        (_, ReservationStatus::NotFound) => {
            lang.pick("선반에 없다고 이미 끝낸 예약이에요.", "It was ended already: not on the shelf.")
        }
    }
}

/// Why a pass opens nothing, as an associate can say it to whoever shows it.
#[must_use]
pub const fn pass_refused(lang: Lang, why: PassRefusal) -> &'static str {
    match why {
        PassRefusal::Forged => lang.pick(
            "우리 가게에서 만든 패스가 아니에요. 건네지 마시고, 손님께 주문 화면을 다시 열어 달라고 해 주세요.",
            "Not a pass of this shop. Hand nothing over; ask the customer to open the order again.",
        ),
        PassRefusal::OtherStore => lang.pick(
            "다른 매장에서 쓸 패스예요. 손님 화면에 적힌 매장을 같이 확인해 주세요.",
            "This pass is for another store. Look together at the store on the customer's screen.",
        ),
        PassRefusal::Expired => lang.pick(
            "기한이 지난 패스예요. 선반에 있으면 일반 판매로 계산해 주세요.",
            "The pass has expired. If it is still on the shelf, sell it at the till.",
        ),
        PassRefusal::Used => lang.pick(
            "이미 쓴 패스예요. 물건은 벌써 건넸으니 다시 건네지 마세요.",
            "This pass was used. The goods were handed over already: do not hand them over again.",
        ),
        PassRefusal::Revoked => lang.pick(
            "주문한 분이 회수했거나 취소된 패스예요. 건네지 마세요.",
            "The customer took this pass back, or it was cancelled. Do not hand anything over.",
        ),
    }
}

/// How long somebody has waited outside, or been on the way: `12분째`.
#[must_use]
pub fn waited(lang: Lang, seconds: i64, here: bool) -> String {
    let minutes = seconds.max(0) / 60;
    match (lang, here, minutes) {
        (Lang::Ko, true, 0) => "방금 도착".to_owned(),
        (Lang::En, true, 0) => "just here".to_owned(),
        (Lang::Ko, true, _) => format!("{}째 기다림", span(lang, minutes)),
        (Lang::En, true, _) => format!("waiting {}", span(lang, minutes)),
        (Lang::Ko, false, 0) => "방금 출발".to_owned(),
        (Lang::En, false, 0) => "just left".to_owned(),
        (Lang::Ko, false, _) => format!("{} 전 출발", span(lang, minutes)),
        (Lang::En, false, _) => format!("left {} ago", span(lang, minutes)),
    }
}

/// What was done, after the code it was done to.
#[must_use]
pub const fn done(lang: Lang, deed: BoardDeed) -> &'static str {
    match deed {
        BoardDeed::StartPicking => lang.pick("담기 시작했어요", "is being picked"),
        BoardDeed::MarkReady => {
            lang.pick("준비 완료, 손님께 알렸어요", "is ready, and the customer has been told")
        }
        BoardDeed::Unready => lang.pick("준비할 것으로 되돌렸어요", "is back among what is to prepare"),
        BoardDeed::Dispatch => lang.pick("보냈어요", "is on its way"),
        BoardDeed::Arrive => {
            lang.pick("도착했어요, 손님께 알렸어요", "has arrived, and the customer has been told")
        }
        BoardDeed::HandOver => lang.pick("건넸어요", "is handed over"),
        BoardDeed::TakeBack => lang.pick(
            "준비된 것으로 되돌렸어요, 손님께 알려 드려요",
            "is ready again, and the customer is being told",
        ),
        BoardDeed::Deliver => lang.pick("배송을 마쳤어요", "is delivered"),
        BoardDeed::Lost => lang
            .pick("분실로 끝냈어요, 손님께 알려 드려요", "is ended as lost, and the customer is being told"),
        BoardDeed::CameBack => lang.pick(
            "돌아온 것으로 끝냈어요. 선반에 되돌려 놓아 주세요",
            "has come back: put it on the shelf again",
        ),
        BoardDeed::NotFound => {
            lang.pick("상품 없음으로 끝냈어요", "ended as not found, and the customer has been told")
        }
        BoardDeed::Release => lang.pick("예약을 풀었어요", "is released, and the customer has been told"),
    }
}

/// What was done where only part was found.
#[must_use]
pub const fn partly(lang: Lang) -> &'static str {
    lang.pick(
        "찾은 것만 두었어요. 없는 것은 재고에서 빼고 손님께 알렸어요",
        "goes on with what is there. The rest has left the stock, and the customer has been told",
    )
}

/// A pickup code as it is read out: in two halves.
#[must_use]
pub fn halves(code: &str) -> (&str, &str) {
    code.split_at_checked(code.len() / 2).unwrap_or((code, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_said_in_begun_minutes() {
        for (seconds, ko, en) in [
            (0, Some("1분 남음"), Some("1 min left")),
            (61, Some("2분 남음"), Some("2 min left")),
            (3_600, Some("1시간 남음"), Some("1 h left")),
            (5_400, Some("1시간 30분 남음"), Some("1 h 30 min left")),
            (10_801, None, None),
            (-1, Some("1분 늦음"), Some("1 min late")),
            (-4_800, Some("1시간 20분 늦음"), Some("1 h 20 min late")),
            (-86_400, Some("1일 늦음"), Some("1 day late")),
            (-200_000, Some("2일 늦음"), Some("2 days late")),
        ] {
            assert_eq!(due(Lang::Ko, seconds).as_deref(), ko, "{seconds}");
            assert_eq!(due(Lang::En, seconds).as_deref(), en, "{seconds}");
        }
    }

    #[test]
    fn who_waits_outside_is_told_in_whole_minutes() {
        for (seconds, here, ko, en) in [
            (-5, true, "방금 도착", "just here"),
            (59, true, "방금 도착", "just here"),
            (60, true, "1분째 기다림", "waiting 1 min"),
            (4_200, true, "1시간 10분째 기다림", "waiting 1 h 10 min"),
            (300, false, "5분 전 출발", "left 5 min ago"),
        ] {
            assert_eq!(waited(Lang::Ko, seconds, here), ko);
            assert_eq!(waited(Lang::En, seconds, here), en);
        }
    }

    #[test]
    fn every_refused_pass_has_a_reason_of_its_own() {
        let mut said = std::collections::HashSet::new();
        for why in PassRefusal::ALL {
            assert!(said.insert(pass_refused(Lang::Ko, why)) && said.insert(pass_refused(Lang::En, why)));
        }
    }

    #[test]
    fn a_code_is_read_in_halves_whatever_it_is() {
        assert_eq!(halves("7K3M01"), ("7K3", "M01"));
        assert_eq!(halves(""), ("", ""));
        assert_eq!(halves("가나다"), ("가나다", ""));
    }

    #[test]
    fn every_refusal_says_something_in_both_languages() {
        for deed in BoardDeed::ALL {
            for status in ReservationStatus::ALL {
                assert_ne!(refused(Lang::Ko, deed, status), refused(Lang::En, deed, status));
            }
        }
    }
}
