//! The part of the board that changes: what was looked up, what is to prepare, what is ready, what is done. It is
//! rendered by itself, so that an open page can fetch it again and take over what differs.

use std::hash::{DefaultHasher, Hash, Hasher};

use leptos::prelude::*;
use onshelf_vocabulary::{
    Lang,
    orders::PassRefusal,
    staff::{BoardCard, BoardView},
};

use super::{
    arrivals::arrivals,
    back::put_back,
    board::BY_NAME,
    card::{Around, Place, card, found},
    courier::parcels,
};

/// How a form's key begins, as it is drawn (`once::key_field`).
const KEY: &str = " name=\"key\" value=\"";

/// Everything the board shows at one moment.
pub(super) struct Scene {
    pub board: BoardView,
    pub found: Option<BoardCard>,
    /// Why the pass that was asked for opens nothing.
    pub refused: Option<PassRefusal>,
    /// It was looked up by whom it is for: nothing was shown that only they have.
    pub by_name: bool,
    /// Seconds since 1970.
    pub now: i64,
    pub lang: Lang,
}

/// The columns as HTML, and the mark by which a page knows that it has just these.
pub(super) struct Columns {
    pub html: String,
    pub seen: String,
}

impl Scene {
    pub(super) fn around(&self) -> Around<'_> {
        Around { lang: self.lang, store: &self.board.store, now: self.now }
    }

    pub(super) fn columns(&self) -> Columns {
        let inner = Owner::new().with(|| self.inner().to_html());
        let mut hasher = DefaultHasher::new();
        keyless(&inner).hash(&mut hasher);
        let seen = format!("{:x}", hasher.finish());
        let open = self.found.as_ref().map(|card| format!("&open={}", opened_as(card))).unwrap_or_default();
        let by = if self.by_name { format!("&by={BY_NAME}") } else { String::new() };
        let address = self.lang.href(&format!("/staff/{}/board?seen={seen}{open}{by}", self.board.store));
        let wrapper = Owner::new().with(|| {
            view! { <div class="staff-columns" id="columns" data-address=address inner_html=inner></div> }
                .to_html()
        });
        Columns { html: wrapper, seen }
    }

    fn inner(&self) -> AnyView {
        let lang = self.lang;
        let close = lang.href(&format!("/staff/{}", self.board.store));
        let around = self.around();
        view! {
            <ul class="staff-finding" data-list>
                {self.found.as_ref().map(|card| found(around, card, self.by_name, close))}
            </ul>
            {arrivals(lang, &self.board.store, &self.board.arrivals, self.now)}
            {put_back(around, &self.board.put_back)}
            {self.column(Place::Prepare, &self.board.to_prepare, &self.coming(false))}
            {self.column(Place::Ready, &self.board.ready, &self.coming(true))}
            {self.column(Place::Done, &self.board.done, &[])}
        }
        .into_any()
    }

    /// What is on its way stands below what is here, and is not counted with it: with what is to prepare where it comes
    /// to this store, with what is ready where this store has sent it.
    fn coming(&self, sent: bool) -> Vec<&BoardCard> {
        self.board.coming.iter().filter(|card| card.sends_here == sent).collect()
    }

    fn column(&self, place: Place, cards: &[BoardCard], coming: &[&BoardCard]) -> AnyView {
        let heading = format!("head-{}", place.code());
        let around = self.around();
        let late = cards.iter().filter(|card| card.late).count();
        let late = (late > 0).then(|| match self.lang {
            Lang::Ko => format!("늦음 {late}"),
            Lang::En => format!("{late} late"),
        });
        let list = if cards.is_empty() && coming.is_empty() {
            empty(self.lang, place)
        } else {
            let all = cards.iter().chain(coming.iter().copied());
            all.map(|own| card(around, own, place)).collect_view().into_any()
        };
        view! {
            <section class="staff-column" data-place=place.code() aria-labelledby=heading.clone()>
                <h2 id=heading.clone()>
                    {title(self.lang, place)}
                    " "
                    <b data-count=place.code()>{cards.len()}</b>
                    <em data-late=place.code()>{late}</em>
                </h2>
                {(place == Place::Prepare).then(|| parcels(around, cards))}
                <ul class="staff-cards" data-list>{list}</ul>
            </section>
        }
        .into_any()
    }
}

/// Without the keys of its forms, which are other ones each time: by them no page would ever have what there is.
fn keyless(html: &str) -> Vec<&str> {
    let mut parts = html.split(KEY);
    let first = parts.next();
    let rest = parts.map(|part| part.split_once('"').map_or(part, |(_, rest)| rest));
    first.into_iter().chain(rest).collect()
}

/// By what a card was looked up, for an address that shows it again: whoever came with a pass goes on being it.
pub(super) fn opened_as(card: &BoardCard) -> &str {
    card.opened.as_ref().map_or(&card.number, |pass| &pass.serial)
}

pub(super) const fn title(lang: Lang, place: Place) -> &'static str {
    match place {
        Place::Prepare => lang.pick("준비할 것", "To prepare"),
        Place::Ready => lang.pick("준비됨", "Ready"),
        Place::Done | Place::Found => lang.pick("끝난 것", "Done"),
    }
}

fn empty(lang: Lang, place: Place) -> AnyView {
    let (title, text) = match place {
        Place::Prepare => (
            lang.pick("준비할 예약이 없어요", "Nothing to prepare"),
            lang.pick("새 예약이 오면 여기에 바로 나타나요.", "A new reservation shows up here by itself."),
        ),
        Place::Ready => (
            lang.pick("기다리는 손님이 없어요", "Nobody to wait for"),
            lang.pick(
                "준비를 마친 예약이 여기서 손님을 기다려요.",
                "What you have staged waits here for its customer.",
            ),
        ),
        Place::Done | Place::Found => (
            lang.pick("아직 끝난 예약이 없어요", "Nothing done yet"),
            lang.pick(
                "건네거나 취소된 예약이 여기에 남아요.",
                "What was handed over or cancelled stays here.",
            ),
        ),
    };
    view! {
        <li class="staff-empty" id=format!("empty-{}", place.code()) data-mark="empty">
            <span class="staff-gaps" aria-hidden="true"><i></i><i></i><i></i></span>
            <b>{title}</b>
            <p>{text}</p>
        </li>
    }
    .into_any()
}
