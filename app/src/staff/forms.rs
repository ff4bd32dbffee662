//! What staff send: sign-in, sign-out, a look-up, a deed on the board. Each does one thing and leads on, or shows
//! the same page again with what is to mend.

use std::collections::{BTreeMap, HashMap};

use axum::{
    extract::{Form, Path, rejection::FormRejection},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use onshelf_domain::fulfilment::read_number;
use onshelf_shop::{Error, Once, journeys::PickReport, staff::Associate};
use onshelf_vocabulary::{
    Sku,
    fulfilment::{Fault, ReservationRefusal},
    orders::OrderRefusal,
    staff::{BoardDeed, StaffRefusal},
};
use serde::Deserialize;

use super::{
    back::PUT_BACK,
    board::{self, Telling},
    card::Place,
    columns::opened_as,
    counted::PARTLY,
    courier::{self, COURIER, MOST, PARCEL},
    gate,
    notice::Notice,
    people::by_name,
    place::PLACE,
    sign_in::{Refused, sign_in_page},
    words,
};
use crate::{
    error::AppError,
    fulfilment::trouble::fault_words,
    once::once,
    ssr::{Visit, explain, set_cookie, with_cookie},
};

/// A working day, as long as the session itself. Seconds.
const SESSION: i64 = 12 * 3_600;
const LONGEST_LOGIN: usize = 100;

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct SignIn {
    login: String,
    password: String,
    next: String,
}

pub async fn sign_in(visit: Visit, form: Result<Form<SignIn>, FormRejection>) -> Response {
    let form = form.map(|Form(form)| form).unwrap_or_default();
    let refused = |why| sign_in_page(&visit, &form.login, &form.next, Some(why));
    if form.login.trim().is_empty() || form.password.is_empty() {
        return refused(Refused::Missing);
    }
    if form.login.len() > LONGEST_LOGIN || form.login.chars().any(char::is_control) {
        return refused(Refused::Wrong);
    }
    match visit.shop().sign_in(&form.login, &form.password).await {
        Ok(token) => {
            let next = gate::next_path(&form.next).map_or_else(|| visit.href("/staff"), str::to_owned);
            let site = &visit.door.site;
            let cookie = set_cookie(site, "staff", &token, SESSION);
            with_cookie(Redirect::to(&next).into_response(), cookie)
        }
        Err(Error::Staff(StaffRefusal::BadCredentials)) => refused(Refused::Wrong),
        Err(Error::Staff(StaffRefusal::TooManyTries)) => refused(Refused::TooOften),
        Err(error) => visit.failure(&explain(&error)),
    }
}

/// Ends the session, here and wherever its token may have got to.
pub async fn sign_out(visit: Visit) -> Response {
    if let Some(token) = &visit.staff_token
        && let Err(error) = visit.shop().sign_out(token).await
    {
        return visit.failure(&explain(&error));
    }
    let site = &visit.door.site;
    with_cookie(visit.see("/staff/sign-in"), set_cookie(site, "staff", "", 0))
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct LookUp {
    typed: String,
}

/// Posted and not asked for by address: a scanned QR holds the shopper's own token, which belongs in no log.
pub async fn find(
    visit: Visit,
    Path(store): Path<String>,
    form: Result<Form<LookUp>, FormRejection>,
) -> Response {
    let typed = form.map(|Form(form)| form.typed).unwrap_or_default();
    let board = format!("/staff/{store}");
    let who = match visit.associate().await {
        Ok(who) => who,
        Err(AppError::SignedOut) => return gate::to_sign_in(&visit, &visit.href(&board)),
        Err(error) => return visit.failure(&error),
    };
    // An address that somebody made up leads nowhere.
    if typed.trim().is_empty() && who.store(&visit.shop().book(), &store).is_ok() {
        return visit.see(&board);
    }
    let found = match typed.len() {
        ..=board::LONGEST_LOOK_UP => visit.shop().look_up(&who, visit.lang, &store, &typed).await,
        _ => Err(Error::NotFound),
    };
    match found {
        Ok(card) => visit.see(&format!("{board}?open={}", opened_as(&card))),
        Err(Error::NotFound) => by_name(&visit, &who, &store, &typed).await,
        Err(Error::Order(OrderRefusal::Pass(why))) => {
            let text = words::pass_refused(visit.lang, why).to_owned();
            refused(&visit, &who, &store, "", StatusCode::CONFLICT, Place::Prepare, text).await
        }
        Err(error) => board::failed(&visit, &who, &error),
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Deed {
    number: String,
    deed: String,
    /// The name of the pass it was looked up with.
    pass: String,
    /// Needed to end a reservation badly.
    confirm: String,
    /// Where it stands from now on.
    place: String,
    tab: String,
    /// Of the form itself: pressed twice it is one deed.
    key: String,
    /// `found:SKU` with how many were found; `parcel:NUMBER` of what a courier takes.
    #[serde(flatten)]
    counts: HashMap<String, String>,
}

impl Deed {
    fn once(&self, who: &Associate, store: &str) -> Option<Once> {
        let counts: BTreeMap<&String, &String> = self.counts.iter().collect();
        let body = format!("{:?}", (&self.number, &self.deed, &self.pass, &self.place, counts));
        once(&who.actor(), &format!("/staff/{store}/deeds"), &self.key, &body)
    }

    /// None where something is no count.
    fn report(&self) -> Option<PickReport> {
        let counted =
            self.counts.iter().filter_map(|(name, count)| Some((name.strip_prefix("found:")?, count)));
        let read = |(sku, count): (&str, &String)| Some((Sku::new(sku).ok()?, count.trim().parse().ok()?));
        let mut found = counted.map(read).collect::<Option<Vec<(Sku, i64)>>>()?;
        found.sort();
        Some(PickReport::Found(found))
    }

    /// Numbers of what a courier takes; what is none is left out.
    fn parcels(&self) -> Vec<String> {
        let ticked = self.counts.keys().filter_map(|name| name.strip_prefix(PARCEL));
        let mut numbers: Vec<String> =
            ticked.filter_map(read_number).map(|number| number.to_string()).collect();
        numbers.sort();
        numbers.dedup();
        numbers.truncate(MOST);
        numbers
    }
}

pub async fn deed(
    visit: Visit,
    Path(store): Path<String>,
    form: Result<Form<Deed>, FormRejection>,
) -> Response {
    let form = form.map(|Form(form)| form).unwrap_or_default();
    let who = match visit.associate().await {
        Ok(who) => who,
        Err(AppError::SignedOut) => return gate::to_sign_in(&visit, &visit.href(&format!("/staff/{store}"))),
        Err(error) => return visit.failure(&error),
    };
    if form.deed == COURIER {
        let once = form.once(&who, &store);
        return courier::hand_over(&visit, &who, &store, &form.parcels(), once.as_ref()).await;
    }
    let tab = Place::from_code(&form.tab);
    let told_more = matches!(form.deed.as_str(), PARTLY | PUT_BACK | PLACE);
    let deed = BoardDeed::from_code(&form.deed);
    if deed.is_none() && !told_more {
        return refused(&visit, &who, &store, "", StatusCode::UNPROCESSABLE_ENTITY, tab, no_deed(&visit))
            .await;
    }
    let Some(number) = read_number(&form.number).map(|number| number.to_string()) else {
        return refused(&visit, &who, &store, "", StatusCode::NOT_FOUND, tab, board::unknown(&visit)).await;
    };
    let Some(deed) = deed else {
        return match form.deed.as_str() {
            PARTLY => report(&visit, &who, &store, &number, &form, tab).await,
            _ => noted(&visit, &who, &store, &number, &form, tab).await,
        };
    };
    if ends_badly(deed) && form.confirm != "yes" {
        let text = no_confirmation(&visit);
        return refused(&visit, &who, &store, &number, StatusCode::UNPROCESSABLE_ENTITY, tab, text).await;
    }
    let once = form.once(&who, &store);
    let done = match deed {
        BoardDeed::HandOver if !form.pass.is_empty() => {
            visit.shop().hand_over_by_pass(&who, &store, &form.pass, once.as_ref()).await
        }
        deed => visit.shop().stage_on_board(&who, &store, &number, deed, &form.place, once.as_ref()).await,
    };
    match done {
        Ok(()) => visit.see(&after(&store, &number, &form.pass, deed, tab)),
        Err(error) => could_not(&visit, &who, &store, &number, deed, tab, &error).await,
    }
}

/// Only part was found: what is there goes on.
async fn report(
    visit: &Visit,
    who: &Associate,
    store: &str,
    number: &str,
    form: &Deed,
    tab: Place,
) -> Response {
    let Some(report) = form.report() else {
        let text = fault_words(visit.lang, "", Fault::NotThatMany).to_owned();
        return refused(visit, who, store, number, StatusCode::UNPROCESSABLE_ENTITY, tab, text).await;
    };
    let once = form.once(who, store);
    match visit.shop().report_on_board(who, store, number, &report, once.as_ref()).await {
        Ok(()) => visit.see(&format!("/staff/{store}?tab={}&did={PARTLY}&number={number}", tab.code())),
        Err(error) => could_not(visit, who, store, number, BoardDeed::NotFound, tab, &error).await,
    }
}

/// What people of a store tell each other: that it is back on the shelf, where it stands.
async fn noted(
    visit: &Visit,
    who: &Associate,
    store: &str,
    number: &str,
    form: &Deed,
    tab: Place,
) -> Response {
    let is_back = form.deed == PUT_BACK;
    let done = if is_back {
        visit.shop().put_back(who, store, number).await
    } else {
        visit.shop().place_on_board(who, store, number, &form.place).await
    };
    let did = if is_back { PUT_BACK } else { PLACE };
    // What was looked up stays open: whoever wrote down its place goes on with it.
    let open = if tab == Place::Found { format!("&open={number}") } else { String::new() };
    match done {
        Ok(()) => visit.see(&format!("/staff/{store}?tab={}&did={did}&number={number}{open}", tab.code())),
        Err(error) => could_not(visit, who, store, number, BoardDeed::MarkReady, tab, &error).await,
    }
}

async fn could_not(
    visit: &Visit,
    who: &Associate,
    store: &str,
    number: &str,
    deed: BoardDeed,
    tab: Place,
    error: &Error,
) -> Response {
    match error {
        Error::Order(OrderRefusal::Pass(why)) => {
            let text = words::pass_refused(visit.lang, *why).to_owned();
            refused(visit, who, store, "", StatusCode::CONFLICT, tab, text).await
        }
        Error::Reservation(ReservationRefusal::WrongState { status }) => {
            let text = words::refused(visit.lang, deed, *status).to_owned();
            refused(visit, who, store, number, StatusCode::CONFLICT, tab, text).await
        }
        Error::Reservation(ReservationRefusal::Invalid { faults }) => {
            let fault = faults.first().map_or(Fault::NotThatMany, |fault| fault.fault);
            let text = fault_words(visit.lang, "", fault).to_owned();
            refused(visit, who, store, number, StatusCode::UNPROCESSABLE_ENTITY, tab, text).await
        }
        Error::NotFound => {
            refused(visit, who, store, "", StatusCode::NOT_FOUND, tab, board::unknown(visit)).await
        }
        error => board::failed(visit, who, error),
    }
}

const fn ends_badly(deed: BoardDeed) -> bool {
    matches!(deed, BoardDeed::Lost | BoardDeed::CameBack | BoardDeed::NotFound | BoardDeed::Release)
}

/// Back to the column one worked in; what was looked up stays open until it is handed over or ended.
fn after(store: &str, number: &str, pass: &str, deed: BoardDeed, tab: Place) -> String {
    let goes_on = tab == Place::Found
        && matches!(
            deed,
            BoardDeed::StartPicking | BoardDeed::MarkReady | BoardDeed::Unready | BoardDeed::TakeBack
        );
    let opened = if pass.is_empty() || !pass.bytes().all(is_plain) { number } else { pass };
    let open = if goes_on { format!("&open={opened}") } else { String::new() };
    format!("/staff/{store}?tab={}&did={}&number={number}{open}", tab.code(), deed.code())
}

/// A letter of a pass's name: what came in a form goes into no address unread.
const fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

fn no_deed(visit: &Visit) -> String {
    visit
        .say(
            "무엇을 할지 알 수 없었어요. 단추를 다시 눌러 주세요.",
            "It was not clear what to do. Press the button again.",
        )
        .to_owned()
}

fn no_confirmation(visit: &Visit) -> String {
    visit
        .say(
            "되돌릴 수 없는 일이라 한 번 더 확인해요. 아래 카드의 ‘문제가 있어요’에서 다시 눌러 주세요.",
            "There is no way back from this. Confirm it under “Something is wrong” on the card below.",
        )
        .to_owned()
}

async fn refused(
    visit: &Visit,
    who: &Associate,
    store: &str,
    open: &str,
    status: StatusCode,
    tab: Place,
    text: String,
) -> Response {
    let telling = Telling { status, notice: Notice::Refused(text), tab, typed: String::new() };
    told(visit, who, store, open, telling).await
}

pub(super) async fn told(
    visit: &Visit,
    who: &Associate,
    store: &str,
    open: &str,
    telling: Telling,
) -> Response {
    match board::scene(visit, who, store, open).await {
        Ok(scene) => board::page(visit, who, &scene, telling).await,
        Err(error) => board::failed(visit, who, &error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_a_deed_one_is_where_one_worked() {
        for (deed, tab, address) in [
            (BoardDeed::StartPicking, Place::Prepare, "/staff/a?tab=prepare&did=start_picking&number=R-1"),
            (BoardDeed::HandOver, Place::Ready, "/staff/a?tab=ready&did=hand_over&number=R-1"),
            (BoardDeed::MarkReady, Place::Found, "/staff/a?tab=found&did=mark_ready&number=R-1&open=R-1"),
            (BoardDeed::Unready, Place::Found, "/staff/a?tab=found&did=unready&number=R-1&open=R-1"),
            (BoardDeed::HandOver, Place::Found, "/staff/a?tab=found&did=hand_over&number=R-1"),
            (BoardDeed::TakeBack, Place::Ready, "/staff/a?tab=ready&did=take_back&number=R-1"),
        ] {
            assert_eq!(after("a", "R-1", "", deed, tab), address);
        }
        let by_pass = |pass| after("a", "R-1", pass, BoardDeed::MarkReady, Place::Found);
        assert!(by_pass("x-Y_3").ends_with("&open=x-Y_3"));
        assert!(by_pass("x&did=release").ends_with("&open=R-1"));
    }
}
