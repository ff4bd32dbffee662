//! A group of an order: what one store does for it, how far that is, and what its owner can do now.

use leptos::prelude::*;
use onshelf_shop::Viewer;
use onshelf_vocabulary::{
    Lang, Moment,
    fulfilment::{Astray, ReservationStatus as Status, Way},
    orders::{Address, ArrivalView, GroupView, OrderView},
};

use super::{
    super::{
        forms::{address, deed, own_fields},
        words::{by, span, step_name, there, way_glyph, way_name},
    },
    stand_ins::{Mending, stand_ins},
    steps::steps,
};
use crate::{
    fulfilment::{
        summary::{Item, items},
        ticket,
    },
    ssr::Visit,
    stores::page::directions,
    ui::{
        icon::{Glyph, Icon},
        qr::qr_code,
    },
};

/// What the card is made of.
pub(super) struct Card<'v> {
    pub(super) visit: &'v Visit,
    pub(super) order: &'v OrderView,
    pub(super) token: &'v str,
    pub(super) group: &'v GroupView,
}

pub(super) fn card(card: &Card<'_>, mending: Option<&Mending>) -> AnyView {
    let Card { visit, group, .. } = card;
    let lang = visit.lang;
    let heading = format!("group-{}", group.id);
    let labelled = heading.clone();
    view! {
        <article class="got-group order-group" data-status=group.status.code() data-way=group.way.code() aria-labelledby=labelled>
            <header class="got-head">
                <Icon glyph=way_glyph(group.way) />
                <span>
                    <h2 id=heading>{title(visit, group)}</h2>
                    <small>{source(lang, group)}</small>
                </span>
                <strong>{when(lang, group)}</strong>
            </header>
            {steps(lang, group.way, group.status)}
            {ended(card)}
            {stand_ins(card, mending)}
            {ticket(visit, group)}
            {curbside(card)}
            {times(lang, group)}
            {items(visit, listed(group), None)}
            {whereabouts(card)}
        </article>
    }
    .into_any()
}

fn title(visit: &Visit, group: &GroupView) -> AnyView {
    let store = visit.href(&format!("/stores/{}", group.store.code));
    match group.way {
        Way::Delivery => view! { {way_name(visit.lang, group.way)} }.into_any(),
        Way::Transfer => view! { <a href=store>{group.store.name.clone()}</a> }.into_any(),
        way => {
            view! { <a href=store>{group.store.name.clone()}</a>" · "{way_name(visit.lang, way)} }.into_any()
        }
    }
}

fn source(lang: Lang, group: &GroupView) -> Option<String> {
    match (&group.source, group.way, lang) {
        (Some(source), _, Lang::Ko) => Some(format!("{source}에서 옮겨 와요")),
        (Some(source), _, Lang::En) => Some(format!("Brought over from {source}")),
        (None, Way::Delivery, Lang::Ko) => Some(format!("{}에서 보내요", group.store.name)),
        (None, Way::Delivery, Lang::En) => Some(format!("Sent from {}", group.store.name)),
        (None, ..) => None,
    }
}

/// The one time that counts now.
fn when(lang: Lang, group: &GroupView) -> String {
    match (group.status, &group.window, &group.ended_at) {
        (status, _, Some(at)) if status.is_over() => at.label.clone(),
        (status, ..) if status.is_over() => String::new(),
        (_, Some(window), _) => span(lang, window),
        (Status::Ready, ..) => step_name(lang, group.way, group.status).to_owned(),
        _ => there(lang, group.way, &group.ready_by),
    }
}

/// What ended otherwise than in its owner's hands.
fn ended(card: &Card<'_>) -> Option<AnyView> {
    let (lang, group) = (card.visit.lang, card.group);
    let others = card.order.groups.iter();
    let part = others.clone().any(|other| other.split_from.as_deref() == Some(group.id.as_str()));
    let of_another = group.split_from.as_deref().and_then(|id| others.clone().find(|other| other.id == id));
    let said = match group.status {
        // What was found of it stands under its own status: only say that it is not all.
        status if part && !status.is_over() => lang.pick(
            "모두 찾지는 못했어요. 찾은 것은 여기 있고, 나머지는 아래에 적어 두었어요.",
            "We did not find all of it. What we found is here; the rest is listed below.",
        ),
        Status::NotFound if group.astray == Some(Astray::Lost) => lang.pick(
            "보내 드렸지만 오는 길에 분실됐어요. 죄송합니다.",
            "We sent it, and it was lost on its way. We are sorry.",
        ),
        Status::NotFound if group.astray == Some(Astray::CameBack) => lang.pick(
            "배송하지 못하고 매장으로 돌아왔어요. 죄송합니다.",
            "It could not be delivered, and came back to the store. We are sorry.",
        ),
        Status::NotFound if of_another.is_some() => lang.pick(
            "함께 주문하신 것 중 매장에서 찾지 못한 것이에요. 죄송합니다.",
            "This is the part the store could not find. We are sorry.",
        ),
        Status::Cancelled => {
            lang.pick("취소했어요. 선반에 다시 놓았어요.", "Cancelled. It is back on the shelf.")
        }
        Status::Expired => {
            lang.pick("시간이 지나 선반에 다시 놓았어요.", "The hold has expired. It is back on the shelf.")
        }
        Status::NotFound => lang.pick(
            "재고에는 있었지만 매장에서 찾지 못했어요. 죄송합니다.",
            "Our count said it was there, but the store could not find it. We are sorry.",
        ),
        _ => return None,
    };
    Some(view! { <p class="group-ended">{said}</p> }.into_any())
}

/// What is said or scanned where it is handed over.
fn ticket(visit: &Visit, group: &GroupView) -> Option<AnyView> {
    let code = group.code.as_ref().filter(|_| !group.status.is_over())?;
    let label = match group.way {
        Way::Curbside => visit.say("가지고 나온 직원에게 보여 주세요", "Show this to whoever brings it out"),
        Way::Delivery => visit.say("받으실 때 코드를 말씀해 주세요", "Say this code at the door"),
        Way::Collect | Way::Transfer => visit.say("계산대에서 보여 주세요", "Show this at the counter"),
    };
    let picture = group
        .pass
        .as_ref()
        .and_then(|pass| qr_code(pass, visit.say("픽업 QR 코드", "QR code for collecting")));
    Some(ticket::ticket(visit.lang, label, code, Some(&group.id), picture))
}

/// "On my way", "I'm here": while the store has it and it was paid, or is paid at the counter.
fn curbside(card: &Card<'_>) -> Option<AnyView> {
    let Card { visit, order, token, group } = card;
    let hidden = view! {
        {own_fields(token)}
        <input type="hidden" name="group" value=group.id.clone() />
    };
    let kerb = Kerb {
        id: &group.id,
        action: visit.href(&deed(order, "arrive")),
        arrival: group.arrival.clone(),
        promised: (group.status != Status::Ready).then_some(&group.ready_by),
    };
    comes_by_car(group.way, group.status).then(|| kerb.view(visit.lang, hidden.into_any()))
}

/// Whether somebody may be waited for at the kerb.
pub(in crate::orders) const fn comes_by_car(way: Way, status: Status) -> bool {
    let there = matches!(status, Status::Placed | Status::Picking | Status::InTransfer | Status::Ready);
    matches!(way, Way::Curbside) && there
}

/// The form by which somebody with a car says where they are: the owner, or whom they sent.
pub(in crate::orders) struct Kerb<'v> {
    pub(in crate::orders) id: &'v str,
    pub(in crate::orders) action: String,
    pub(in crate::orders) arrival: Option<ArrivalView>,
    /// When it is to be ready; none once it is.
    pub(in crate::orders) promised: Option<&'v Moment>,
}

impl Kerb<'_> {
    pub(in crate::orders) fn view(self, lang: Lang, hidden: AnyView) -> AnyView {
        let Kerb { id, action, arrival, promised } = self;
        let said = arrival.as_ref().and_then(|arrival| arrival_said(lang, arrival, promised));
        let arrived = arrival.as_ref().is_some_and(|arrival| arrival.arrived_at.is_some());
        let on_way = arrival.as_ref().is_some_and(|arrival| arrival.on_way_at.is_some());
        let (bay, car) = arrival.map(|arrival| (arrival.bay, arrival.car)).unwrap_or_default();
        let field = |name: &'static str, label: &'static str, value: String, most: &'static str| {
            let id = format!("{name}-{id}");
            view! {
                <div class="field">
                    <label for=id.clone()>{label}</label>
                    <input id=id name=name value=value maxlength=most autocomplete="off" />
                </div>
            }
        };
        view! {
            <section class="kerb" aria-label=lang.pick("차에서 받기", "Bring it to my car")>
                {said.map(|said| view! { <p class="kerb-said" role="status">{said}</p> })}
                <form method="post" action=action>
                    {hidden}
                    <div class="pair">
                        {field("car", lang.pick("차", "Car"), car, "60")}
                        {field("bay", lang.pick("주차 칸", "Parking bay"), bay, "12")}
                    </div>
                    <p class="fine">{lang.pick("예: 흰색 아반떼 1234 · B3", "e.g. white Avante 1234 · B3")}</p>
                    <div class="kerb-ways">
                        {(!arrived).then(|| view! {
                            <button class="alt" name="arrived" value="0">{if on_way { lang.pick("다시 알리기", "Tell them again") } else { lang.pick("지금 출발해요", "I'm on my way") }}</button>
                        })}
                        <button class=if promised.is_some() { "alt" } else { "go" } name="arrived" value="1">{if arrived { lang.pick("차·주차 칸 수정하기", "Change bay or car") } else { lang.pick("도착했어요", "I'm here") }}</button>
                    </div>
                </form>
            </section>
        }
        .into_any()
    }
}

fn arrival_said(lang: Lang, arrival: &ArrivalView, promised: Option<&Moment>) -> Option<String> {
    if let (Some(at), Some(promised)) = (&arrival.arrived_at, promised) {
        return Some(too_early(lang, at, promised));
    }
    match (&arrival.arrived_at, &arrival.on_way_at, lang) {
        (Some(at), _, Lang::Ko) => Some(format!("{}에 도착을 알렸어요. 곧 가지고 나갈게요.", at.label)),
        (Some(at), _, Lang::En) => {
            Some(format!("You told them at {} that you're here. Somebody is coming out.", at.label))
        }
        (None, Some(at), Lang::Ko) => {
            Some(format!("{}에 출발을 알렸어요. 주차하면 도착을 눌러 주세요.", at.label))
        }
        (None, Some(at), Lang::En) => {
            Some(format!("You told them at {} that you're on your way. Press again once parked.", at.label))
        }
        (None, None, _) => None,
    }
}

/// Here before it is ready: nobody comes out yet. Moments of a store are RFC 3339 in one zone, so that their text
/// is in order of time.
fn too_early(lang: Lang, at: &Moment, promised: &Moment) -> String {
    let (told, by) = (&at.label, by(lang, promised));
    match (lang, at.at > promised.at) {
        (Lang::Ko, false) => format!("{told}에 도착을 알렸어요. 아직 준비 중이에요. {by} 준비해요."),
        (Lang::Ko, true) => format!(
            "{told}에 도착을 알렸어요. 아직 준비 중이에요. 늦어서 죄송합니다. 준비되는 대로 가지고 나갈게요."
        ),
        (Lang::En, false) => {
            format!("You told them at {told} that you're here. It's not ready yet: we'll have it ready {by}.")
        }
        (Lang::En, true) => format!(
            "You told them at {told} that you're here. It's not ready yet. Sorry for the wait: we'll bring it out \
             as soon as it is."
        ),
    }
}

fn times(lang: Lang, group: &GroupView) -> Option<AnyView> {
    if group.status.is_over() || group.status == Status::Pending {
        return None;
    }
    let ready = match (&group.ready_at, group.way) {
        (Some(at), _) => (lang.pick("준비된 때", "Ready since"), at.label.clone()),
        (None, Way::Delivery) => (lang.pick("도착", "With you"), by(lang, &group.ready_by)),
        (None, _) => (lang.pick("준비", "Ready"), by(lang, &group.ready_by)),
    };
    let window =
        group.window.as_ref().map(|window| (lang.pick("방문 시간", "Your visit"), span(lang, window)));
    let kept = (group.way != Way::Delivery)
        .then(|| (lang.pick("받아 갈 기한", "Kept until"), group.expires_at.label.clone()));
    let rows = [Some(ready), window, kept].into_iter().flatten();
    let rows = rows.map(|(label, said)| view! { <div><dt>{label}</dt><dd>{said}</dd></div> }).collect_view();
    Some(view! { <dl class="times">{rows}</dl> }.into_any())
}

pub(super) fn listed(group: &GroupView) -> Vec<Item> {
    group.lines.iter().map(Item::from).collect()
}

/// `(04781) 서울 성동구 왕십리로 83, 3층`; in English `83 Wangsimni-ro, 3F, Seoul 04781`.
fn written(lang: Lang, to: &Address) -> String {
    let joined = |lines: &[&str], between: &str| {
        lines.iter().copied().filter(|line| !line.is_empty()).collect::<Vec<_>>().join(between)
    };
    let street = joined(&[to.line1.as_str(), to.line2.as_str()], ", ");
    match lang {
        Lang::Ko => {
            let postcode = if to.postcode.is_empty() { String::new() } else { format!("({})", to.postcode) };
            joined(&[postcode.as_str(), to.city.as_str(), street.as_str()], " ")
        }
        Lang::En => {
            let town = joined(&[to.city.as_str(), to.postcode.as_str()], " ");
            joined(&[street.as_str(), town.as_str()], ", ")
        }
    }
}

/// Where to go, or where it is brought; a calendar's file.
fn whereabouts(card: &Card<'_>) -> Option<AnyView> {
    let Card { visit, order, token, group } = card;
    let lang = visit.lang;
    if group.status.is_over() {
        return None;
    }
    if let Some(to) = &group.address {
        let whole = written(lang, to);
        let note = (!to.note.is_empty()).then(|| view! { <small>{to.note.clone()}</small> });
        return Some(
            view! { <p class="group-where"><b>{lang.pick("배송지", "To")}</b>" "{whole}{note}</p> }
                .into_any(),
        );
    }
    let viewer = Viewer::new(lang);
    let ways =
        visit.shop().store_page(&viewer, &group.store.code).map(|store| store.directions).unwrap_or_default();
    let calendar = address(&order.number, token).replacen('?', &format!("/{}.ics?", group.id), 1);
    let dated = (group.status != Status::Pending).then(|| {
        view! { <a class="go-quiet group-link" href=visit.href(&calendar)><Icon glyph=Glyph::Clock />{lang.pick("달력에 추가", "Add to calendar")}</a> }
    });
    let view = view! {
        <div class="group-where">
            <p><b>{group.store.address.clone()}</b>" · "{group.store.hours.clone()}</p>
            {directions(lang, &group.store.name, ways)}
            {dated}
        </div>
    };
    Some(view.into_any())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_written_as_it_is_on_an_envelope() {
        let to = Address {
            line1: "왕십리로 83".to_owned(),
            line2: "3층".to_owned(),
            city: "서울 성동구".to_owned(),
            postcode: "04781".to_owned(),
            note: String::new(),
        };
        assert_eq!(written(Lang::Ko, &to), "(04781) 서울 성동구 왕십리로 83, 3층");
        let plain = Address { line2: String::new(), city: String::new(), ..to };
        assert_eq!(written(Lang::Ko, &plain), "(04781) 왕십리로 83");
        assert_eq!(written(Lang::En, &plain), "왕십리로 83, 04781");
    }

    #[test]
    fn who_is_here_before_it_is_ready_is_told_when() {
        let moment =
            |time: &str| Moment { at: format!("2026-11-28T{time}:00+09:00"), label: time.to_owned() };
        let here = |time: &str| ArrivalView {
            on_way_at: None,
            arrived_at: Some(moment(time)),
            bay: String::new(),
            car: String::new(),
        };
        let said = |time: &str, promised: Option<&Moment>| {
            arrival_said(Lang::Ko, &here(time), promised).unwrap_or_default()
        };
        let eleven = moment("11:00");
        assert_eq!(
            said("10:42", Some(&eleven)),
            "10:42에 도착을 알렸어요. 아직 준비 중이에요. 11:00까지 준비해요."
        );
        assert!(said("11:05", Some(&eleven)).contains("늦어서 죄송합니다"));
        assert_eq!(said("11:05", None), "11:05에 도착을 알렸어요. 곧 가지고 나갈게요.");
    }
}
