//! Several reservations that may be meant, where somebody has no code at hand: who they are, and what they wait for.

use axum::{http::StatusCode, response::Response};
use leptos::prelude::*;
use onshelf_domain::hangul::is_korean;
use onshelf_shop::staff::Associate;
use onshelf_vocabulary::{Lang, staff::BoardCard};

use super::{
    board::{self, Telling},
    card::Place,
    forms::told,
    lines::count,
    notice::Notice,
    words,
};
use crate::ssr::Visit;

/// Letters; what people type is shorter than what a scanner reads of a QR.
const TYPED: usize = 40;

/// One of those that may be meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Meant {
    href: String,
    name: String,
    code: String,
    what: String,
}

/// What was typed is no code and no number of this store: perhaps it says who it is for.
pub(super) async fn by_name(visit: &Visit, who: &Associate, store: &str, typed: &str) -> Response {
    let found = match typed.len() {
        ..=board::LONGEST_LOOK_UP => visit.shop().look_up_people(who, visit.lang, store, typed).await,
        _ => Ok(Vec::new()),
    };
    let cards = match found {
        Ok(cards) => cards,
        Err(error) => return board::failed(visit, who, &error),
    };
    let (status, notice) = match cards.as_slice() {
        [one] => return visit.see(&opened(store, one)),
        [] => (StatusCode::NOT_FOUND, Notice::Refused(nobody(visit, typed))),
        many => {
            let all = many.iter().map(|card| meant(visit.lang, store, card)).collect();
            (StatusCode::OK, Notice::Several(all))
        }
    };
    let typed = typed.chars().take(60).collect();
    told(visit, who, store, "", Telling { status, notice, tab: Place::Prepare, typed }).await
}

/// A scanner that types on a Korean keyboard loses what is large and what is small: a pass cannot be read so.
fn nobody(visit: &Visit, typed: &str) -> String {
    if is_korean(typed) && typed.chars().count() > TYPED {
        let text = visit.say(
            "키보드가 한글로 되어 있어 QR을 읽지 못했어요. 한/영 키를 누르고 다시 찍어 주세요.",
            "The keyboard is set to Korean, so the QR could not be read. Switch it to English and scan again.",
        );
        return text.to_owned();
    }
    board::unknown(visit)
}

/// Where it is shown; that it was found without a code goes with it.
fn opened(store: &str, card: &BoardCard) -> String {
    format!("/staff/{store}?open={}&by={}", card.number, board::BY_NAME)
}

fn meant(lang: Lang, store: &str, card: &BoardCard) -> Meant {
    let (first, second) = words::halves(&card.code);
    let name = if card.phone_tail.is_empty() {
        card.name.clone()
    } else {
        format!("{} ···{}", card.name, card.phone_tail)
    };
    let mut things =
        card.lines.iter().map(|own| format!("{} {}", own.line.name, count(lang, own.line.quantity)));
    let mut what = vec![words::status_of(lang, card)];
    what.extend(things.next());
    let more = things.count();
    if more > 0 {
        what.push(match lang {
            Lang::Ko => format!("외 {more}가지"),
            Lang::En => format!("and {more} more"),
        });
    }
    Meant {
        href: lang.href(&opened(store, card)),
        name,
        code: format!("{first} {second}"),
        what: what.join(" · "),
    }
}

/// A touch opens the one that is meant.
pub(super) fn several(lang: Lang, all: Vec<Meant>) -> AnyView {
    let said = match lang {
        Lang::Ko => format!("{}건이 있어요. 어느 것인가요?", all.len()),
        Lang::En => format!("There are {}. Which one is it?", all.len()),
    };
    let rows = all
        .into_iter()
        .map(|meant| {
            view! {
                <li>
                    <a href=meant.href>
                        <b>{meant.name}</b>
                        <span translate="no">{meant.code}</span>
                        <small>{meant.what}</small>
                    </a>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="staff-people" aria-label=said.clone()>
            <p>{said.clone()}</p>
            <ul>{rows}</ul>
        </section>
    }
    .into_any()
}
