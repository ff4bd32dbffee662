//! One reservation on the board: its code, who comes for it, what to pick, and what can be done next.

use std::hash::{DefaultHasher, Hash, Hasher};

use leptos::prelude::*;
use onshelf_vocabulary::{
    Lang,
    fulfilment::ReservationStatus,
    staff::{BoardCard, BoardDeed},
};
use serde::Serialize;

use super::{
    lines::lines,
    place::{stage, stands},
    trouble::{astray, slip, trouble},
    ways, words,
};
use crate::once::key_field;

/// What cards need to know of the board around them.
#[derive(Clone, Copy)]
pub(super) struct Around<'a> {
    pub lang: Lang,
    /// Code of the store.
    pub store: &'a str,
    /// Seconds since 1970.
    pub now: i64,
}

/// Which of the places on the board a card stands in: after a deed one comes back to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Found,
    Prepare,
    Ready,
    Done,
}

impl Place {
    pub(super) const fn code(self) -> &'static str {
        match self {
            Place::Found => "found",
            Place::Prepare => "prepare",
            Place::Ready => "ready",
            Place::Done => "done",
        }
    }

    pub(super) fn from_code(code: &str) -> Place {
        [Place::Found, Place::Ready, Place::Done]
            .into_iter()
            .find(|place| place.code() == code)
            .unwrap_or(Place::Prepare)
    }
}

/// A card of a column.
pub(super) fn card(around: Around<'_>, card: &BoardCard, place: Place) -> AnyView {
    let lang = around.lang;
    let (late, due) = due(around, card);
    let waiting = place == Place::Prepare;
    let say = format!("{}, {}", card.name, by(lang, &card.ready_by.label));
    let heading = format!("code-{}", id(card, place));
    view! {
        <li
            class="staff-card"
            id=id(card, place)
            data-mark=mark(card)
            data-status=card.status.code()
            data-pass=(!card.pass.is_empty()).then(|| card.pass.clone())
            data-say=waiting.then_some(say)
            class:late=late
        >
            <article aria-labelledby=heading.clone()>
                <header>
                    <h3 class="staff-code" id=heading.clone() translate="no">{halves(card)}</h3>
                    <p class="staff-due">{due}</p>
                    {who(lang, card)}
                    {stands(lang, card)}
                    {ways::tags(lang, card)}
                </header>
                {lines(lang, card, waiting && !ways::only_waits(card))}
                {(place != Place::Done && !ways::only_waits(card)).then(|| actions(around, card, place))}
                {card.can_take_back.then(|| slip(around, card, Place::Ready))}
            </article>
        </li>
    }
    .into_any()
}

/// The reservation that was looked up: large, with what is to be paid and the one thing to do.
pub(super) fn found(around: Around<'_>, card: &BoardCard, by_name: bool, close: String) -> AnyView {
    let lang = around.lang;
    let live = card.status.is_live();
    view! {
        <li
            class="staff-found"
            id=id(card, Place::Found)
            data-mark=mark(&(card, by_name))
            data-status=card.status.code()
            class:over=!live
        >
            <article aria-label=lang.pick("찾은 예약", "The reservation you looked up")>
                <header>
                    <h2 class="staff-code" translate="no">{halves(card)}</h2>
                    <p class="staff-number">{card.number.clone()}</p>
                    {who(lang, card)}
                    {stands(lang, card)}
                    {ways::tags(lang, card)}
                    {ways::sent(lang, card)}
                    <p class="staff-standing">{words::standing(lang, card)}</p>
                    {(live && by_name).then(|| view! {
                        <p class="staff-ask">{lang.pick(
                            "코드 없이 찾았어요. 주문 화면이나 전화번호로 본인인지 확인한 뒤 건네 주세요.",
                            "Found without a code. Check the order on their screen, or their phone number, before you hand it over.",
                        )}</p>
                    })}
                    {others(around, card)}
                </header>
                {lines(lang, card, live)}
                <div class="staff-pay">
                    {next_step(around, card)}
                    <a class="staff-alt" data-close href=close>{lang.pick("닫기", "Close")}</a>
                </div>
            </article>
        </li>
    }
    .into_any()
}

/// Whoever comes for one thing goes home with all that waits for them.
fn others(around: Around<'_>, card: &BoardCard) -> Option<AnyView> {
    let lang = around.lang;
    let links = card.others.iter().map(|other| {
        let (first, second) = words::halves(&other.code);
        let href = lang.href(&format!("/staff/{}?open={}", around.store, other.number));
        let place = (!other.place.is_empty()).then(|| format!(" · {}", other.place));
        view! {
            <a href=href>
                <b translate="no">{format!("{first} {second}")}</b>
                " "
                <span>{words::status(lang, other.status)}{place}</span>
            </a>
        }
    });
    (!card.others.is_empty()).then(|| {
        view! {
            <nav class="staff-others" aria-label=lang.pick("이 손님의 다른 것", "More for this customer")>
                <p>{lang.pick("이 손님 것이 더 있어요", "There is more for this customer")}</p>
                {links.collect_view()}
            </nav>
        }
        .into_any()
    })
}

/// What travels is sent, received or delivered; the rest is handed over; what another store has can only be waited for.
fn next_step(around: Around<'_>, card: &BoardCard) -> Option<AnyView> {
    if card.can_take_back {
        return Some(slip(around, card, Place::Found));
    }
    if ways::next(around.lang, card).is_some() {
        return Some(actions(around, card, Place::Found));
    }
    let here = card.status.is_live() && ways::is_handed_over_here(card) && !ways::only_waits(card);
    here.then(|| pay(around, card))
}

fn pay(around: Around<'_>, card: &BoardCard) -> AnyView {
    let lang = around.lang;
    let total = card.total.display();
    view! {
        <p class="staff-total">
            <span>{if card.paid { lang.pick("결제 완료", "Paid online") } else { lang.pick("계산", "To pay") }}</span>
            " "
            <b>{total}</b>
        </p>
        <form method="post" action=deeds(around)>
            {key_field()}
            <input type="hidden" name="number" value=card.number.clone() />
            <input type="hidden" name="tab" value=Place::Found.code() />
            {card.opened.as_ref().map(|pass| view! { <input type="hidden" name="pass" value=pass.serial.clone() /> })}
            <button class="staff-go" name="deed" value=BoardDeed::HandOver.code() data-key="hand_over">
                {if card.paid {
                    lang.pick("건네기", "Hand it over")
                } else {
                    lang.pick("계산 확인하고 건네기", "Paid, hand it over")
                }}
            </button>
            {matches!(card.status, ReservationStatus::Placed | ReservationStatus::Picking).then(|| view! {
                <button class="staff-alt" name="deed" value=BoardDeed::MarkReady.code() data-key="mark_ready">
                    {lang.pick("준비 완료로 두기", "Mark ready for later")}
                </button>
            })}
        </form>
        {trouble(around, card, Place::Found)}
    }
    .into_any()
}

fn actions(around: Around<'_>, card: &BoardCard, place: Place) -> AnyView {
    let lang = around.lang;
    let picking = card.status == ReservationStatus::Picking;
    // Whoever is nearer may finish it, but nothing leads them to what is in another's hands.
    let own = card.picker.as_ref().is_none_or(|picker| picker.own);
    let next = ways::next(lang, card);
    if next.is_none() && place == Place::Ready {
        return view! {
            {hand_over(around, card)}
            {card.status.is_live().then(|| trouble(around, card, place))}
        }
        .into_any();
    }
    let buttons = if let Some((deed, label)) = next {
        // Nothing leads to sending off what nobody has picked.
        let placed = card.status == ReservationStatus::Placed;
        view! {
            {placed.then(|| view! {
                <button class="staff-go" name="deed" value=BoardDeed::StartPicking.code() data-key="start_picking">
                    {lang.pick("담기 시작", "Start picking")}
                </button>
            })}
            {(deed == BoardDeed::Arrive).then(|| stage(lang, card))}
            <button
                class=if placed { "staff-alt" } else { "staff-go" }
                name="deed"
                value=deed.code()
                data-key=deed.code()
            >
                {label}
            </button>
        }
        .into_any()
    } else {
        view! {
            {(!picking).then(|| view! {
                <button class="staff-go" name="deed" value=BoardDeed::StartPicking.code() data-key="start_picking">
                    {lang.pick("담기 시작", "Start picking")}
                </button>
            })}
            {picking.then(|| stage(lang, card))}
            <button
                class=if picking && own { "staff-go" } else { "staff-alt" }
                name="deed"
                value=BoardDeed::MarkReady.code()
                data-key="mark_ready"
            >
                {lang.pick("준비 완료", "Ready")}
            </button>
        }
        .into_any()
    };
    view! {
        <form method="post" action=deeds(around) class="staff-deeds">
            {key_field()}
            <input type="hidden" name="number" value=card.number.clone() />
            <input type="hidden" name="tab" value=place.code() />
            {buttons}
        </form>
        {card.status.is_live().then(|| trouble(around, card, place))}
        {card.status.is_travelling().then(|| astray(around, card, place))}
    }
    .into_any()
}

/// Behind a second touch, as it can be taken back only for a moment and the list may move under one's thumb. A card
/// that was looked up by its code needs none.
fn hand_over(around: Around<'_>, card: &BoardCard) -> AnyView {
    let lang = around.lang;
    let total = card.total.display();
    let name = &card.name;
    let (due, asked, done) = match (lang, card.paid) {
        (Lang::Ko, true) => (
            "결제 완료".to_owned(),
            format!("{name} 님의 코드를 확인했나요? 잘못 건넸으면 10분 안에 되돌릴 수 있어요."),
            "네, 건넸어요",
        ),
        (Lang::Ko, false) => (
            format!("계산 {total}"),
            format!(
                "{name} 님의 코드를 확인하고 {total} 계산을 마쳤나요? 잘못 건넸으면 10분 안에 되돌릴 수 있어요."
            ),
            "네, 계산하고 건넸어요",
        ),
        (Lang::En, true) => (
            "paid online".to_owned(),
            format!("Have you checked the code of {name}? A slip can be taken back within ten minutes."),
            "Yes, handed over",
        ),
        (Lang::En, false) => (
            format!("to pay {total}"),
            format!(
                "Have you checked the code of {name} and taken {total}? A slip can be taken back within ten minutes."
            ),
            "Yes, paid and handed over",
        ),
    };
    view! {
        <details class="staff-hand" data-key="hand">
            <summary class="staff-go">{lang.pick("건네기", "Hand over")}" "<em>{due}</em></summary>
            <form method="post" action=deeds(around) class="staff-deeds">
                <p>{asked}</p>
                {key_field()}
                <input type="hidden" name="number" value=card.number.clone() />
                <input type="hidden" name="tab" value=Place::Ready.code() />
                <button class="staff-go" name="deed" value=BoardDeed::HandOver.code() data-key="hand_over">{done}</button>
            </form>
        </details>
    }
    .into_any()
}

fn halves(card: &BoardCard) -> AnyView {
    let (first, second) = words::halves(&card.code);
    view! {
        <span>{first.to_owned()}</span>
        " "
        <span>{second.to_owned()}</span>
    }
    .into_any()
}

fn who(lang: Lang, card: &BoardCard) -> AnyView {
    let tail = card.phone_tail.clone();
    // The columns say the rest.
    let told = !matches!(card.status, ReservationStatus::Placed | ReservationStatus::Ready);
    let phone = (!tail.is_empty()).then(|| {
        view! {
            <span class="staff-tail">
                <span class="quiet">{lang.pick("전화 끝자리", "phone ending in")}" "</span>
                {tail}
            </span>
        }
    });
    view! {
        <p class="staff-name">
            <b>{card.name.clone()}</b>
            {phone}
            {told.then(|| view! { <span class="staff-status">{words::status_of(lang, card)}</span> })}
        </p>
    }
    .into_any()
}

/// Whether it is late, and what its corner says.
fn due(around: Around<'_>, card: &BoardCard) -> (bool, AnyView) {
    let lang = around.lang;
    match card.status {
        ReservationStatus::Placed | ReservationStatus::Picking => {
            let promised = by(lang, &card.ready_by.label);
            let left = words::due(lang, seconds_until(&card.ready_by.at, around.now));
            (card.late, view! { <b data-due>{left}</b><span>{promised}</span> }.into_any())
        }
        ReservationStatus::Ready => {
            let kept = match lang {
                Lang::Ko => format!("{}까지 맡아둠", card.expires_at.label),
                Lang::En => format!("kept until {}", card.expires_at.label),
            };
            let left = seconds_until(&card.expires_at.at, around.now);
            let soon = (left < 3_600).then(|| words::due(lang, left));
            (false, view! { <b data-due>{soon}</b><span>{kept}</span> }.into_any())
        }
        status if !status.is_over() => {
            (false, view! { <span>{by(lang, &card.ready_by.label)}</span> }.into_any())
        }
        _ => {
            let ended = card.ended_at.as_ref().unwrap_or(&card.expires_at).label.clone();
            (false, view! { <span>{ended}</span> }.into_any())
        }
    }
}

fn by(lang: Lang, label: &str) -> String {
    match lang {
        Lang::Ko => format!("{label}까지"),
        Lang::En => format!("by {label}"),
    }
}

/// Seconds from `now` to a moment as RFC 3339; one that cannot be read is now.
fn seconds_until(at: &str, now: i64) -> i64 {
    at.parse().map_or(0, |at: jiff::Timestamp| at.as_second() - now)
}

fn id(card: &BoardCard, place: Place) -> String {
    format!("{}-{}", place.code(), card.number)
}

pub(super) fn deeds(around: Around<'_>) -> String {
    around.lang.href(&format!("/staff/{}/deeds", around.store))
}

/// Changes when anything of it does but the minutes that pass: a page keeps the cards it has.
pub(super) fn mark(shown: &impl Serialize) -> String {
    let mut hasher = DefaultHasher::new();
    serde_json::to_string(shown).unwrap_or_default().hash(&mut hasher);
    format!("{:x}", hasher.finish())
}
