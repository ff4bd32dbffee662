//! Parcels that wait for the courier: ticked, and handed over in one press, in a form that needs no script. Each is sent
//! off by itself; whoever pressed is told which were not.

use axum::{http::StatusCode, response::Response};
use leptos::prelude::*;
use onshelf_shop::{
    Error, Once,
    staff::{Associate, Unsent},
};
use onshelf_vocabulary::{
    Lang,
    fulfilment::{ReservationRefusal, ReservationStatus, Way},
    staff::{BoardCard, BoardDeed, BoardView},
};

use super::{
    board::{self, Telling},
    card::{Around, Place, deeds, mark},
    notice::Notice,
    words,
};
use crate::{once::key_field, ssr::Visit};

/// What the form calls it.
pub(super) const COURIER: &str = "courier";
/// What the boxes are called, with the number after it.
pub(super) const PARCEL: &str = "parcel:";
/// More than these go in two presses.
pub(super) const MOST: usize = 50;

/// A list even while there is nothing: an open page matches lists by their order. One alone is sent from its card.
pub(super) fn parcels(around: Around<'_>, cards: &[BoardCard]) -> AnyView {
    let lang = around.lang;
    let waiting: Vec<&BoardCard> = cards.iter().filter(|card| is_parcel(card)).take(MOST).collect();
    let all = (waiting.len() > 1).then(|| {
        let rows = waiting.iter().map(|card| row(lang, card)).collect_view();
        view! {
            <li id="parcels" data-mark=mark(&waiting)>
                <details data-key="parcels">
                    <summary>
                        {lang.pick("배송 여러 건 한꺼번에 보내기", "Hand several parcels to the courier")}
                        " "
                        <b>{waiting.len()}</b>
                    </summary>
                    <form method="post" action=deeds(around)>
                        {key_field()}
                        <input type="hidden" name="tab" value=Place::Prepare.code() />
                        <ul>{rows}</ul>
                        <button class="staff-go" name="deed" value=COURIER data-key=COURIER>
                            {lang.pick("고른 것 배송 보냈어요", "Those ticked are out for delivery")}
                        </button>
                    </form>
                </details>
            </li>
        }
    });
    view! { <ul class="staff-backs staff-parcels" data-list>{all}</ul> }.into_any()
}

/// Somebody has picked it, or is about to have: nothing leads to sending off what nobody has begun.
fn is_parcel(card: &BoardCard) -> bool {
    card.way == Way::Delivery && card.status == ReservationStatus::Picking
}

fn row(lang: Lang, card: &BoardCard) -> AnyView {
    let to = card.address.as_ref().map(|address| format!(" · {}", address.line1));
    view! {
        <li>
            <label>
                <input
                    type="checkbox"
                    name=format!("{PARCEL}{}", card.number)
                    value="1"
                    autocomplete="off"
                    data-key=format!("parcel-{}", card.number)
                />
                <span>
                    <b>{named(card)}</b>
                    <small>{words::status_of(lang, card)}{to}</small>
                </span>
            </label>
        </li>
    }
    .into_any()
}

/// By its code and its customer.
fn named(card: &BoardCard) -> String {
    let (first, second) = words::halves(&card.code);
    format!("{first} {second} · {}", card.name)
}

/// Sends off what was ticked.
pub(super) async fn hand_over(
    visit: &Visit,
    who: &Associate,
    store: &str,
    ticked: &[String],
    once: Option<&Once>,
) -> Response {
    if ticked.is_empty() {
        let text = visit.say(
            "배송 보낼 것을 하나도 고르지 않았어요.",
            "None was ticked. Tick the parcels the courier takes.",
        );
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return answer(visit, who, store, status, |_| text.to_owned()).await;
    }
    match visit.shop().send_parcels_off(who, store, ticked, once).await {
        Ok(unsent) if unsent.is_empty() => {
            visit.see(&format!("/staff/{store}?tab=prepare&did={COURIER}&number={}", ticked.len()))
        }
        Ok(unsent) => {
            let sent = ticked.len() - unsent.len();
            let said = |board: &BoardView| left(visit.lang, board, sent, &unsent);
            answer(visit, who, store, StatusCode::CONFLICT, said).await
        }
        Err(error) => board::failed(visit, who, &error),
    }
}

async fn answer(
    visit: &Visit,
    who: &Associate,
    store: &str,
    status: StatusCode,
    said: impl FnOnce(&BoardView) -> String,
) -> Response {
    match board::scene(visit, who, store, "").await {
        Ok(scene) => {
            let notice = Notice::Refused(said(&scene.board));
            let telling = Telling { status, notice, tab: Place::Prepare, typed: String::new() };
            board::page(visit, who, &scene, telling).await
        }
        Err(error) => board::failed(visit, who, &error),
    }
}

/// After all of them went: only as many as the board has on their way.
pub(super) fn sent(visit: &Visit, board: &BoardView, count: &str) -> Option<String> {
    let count: usize = count.parse().ok().filter(|count| *count > 0)?;
    let on_their_way = board.coming.iter().filter(|card| card.status == ReservationStatus::OutForDelivery);
    (on_their_way.count() >= count).then(|| went(visit.lang, count))
}

fn went(lang: Lang, count: usize) -> String {
    match (lang, count) {
        (Lang::Ko, _) => format!("배송 {count}건을 보냈어요"),
        (Lang::En, 1) => "1 parcel is out for delivery".to_owned(),
        (Lang::En, _) => format!("{count} parcels are out for delivery"),
    }
}

/// Which stay, each with its reason; and how many went all the same.
fn left(lang: Lang, board: &BoardView, sent: usize, unsent: &[Unsent]) -> String {
    let columns = [&board.to_prepare, &board.ready, &board.coming, &board.put_back, &board.done];
    let told: Vec<String> = unsent
        .iter()
        .map(|Unsent { number, why }| {
            let card = columns.into_iter().flatten().find(|card| card.number == *number);
            format!("{} ({})", card.map_or_else(|| number.clone(), named), reason(lang, why))
        })
        .collect();
    let stay = match lang {
        Lang::Ko => format!("보내지 못한 것: {}", told.join(", ")),
        Lang::En => format!("Not sent: {}", told.join(", ")),
    };
    if sent == 0 { stay } else { format!("{}. {stay}", went(lang, sent)) }
}

fn reason(lang: Lang, why: &Error) -> &'static str {
    match why {
        Error::Reservation(ReservationRefusal::WrongState { status }) => {
            words::refused(lang, BoardDeed::Dispatch, *status)
        }
        Error::NotFound | Error::Staff(_) => {
            lang.pick("이 매장에서 보낼 것이 아니에요.", "Not this store's to send.")
        }
        _ => lang.pick("지금은 안 돼요. 다시 눌러 주세요.", "Not now. Press again."),
    }
}
