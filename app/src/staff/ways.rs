//! What a card says and offers beyond collecting: the car outside, the parcel to send, what comes from another store.

use leptos::prelude::*;
use onshelf_vocabulary::{
    Lang,
    fulfilment::{ReservationStatus, Way},
    staff::{BoardCard, BoardDeed},
};

/// The facts an associate must see at once: who stands outside, where it goes, what is paid.
pub(super) fn tags(lang: Lang, card: &BoardCard) -> AnyView {
    let mut tags: Vec<(&'static str, String)> = Vec::new();
    if let Some(arrival) = &card.arrival {
        let place = [&arrival.bay, &arrival.car];
        let place: Vec<&str> =
            place.into_iter().map(String::as_str).filter(|text| !text.is_empty()).collect();
        let said = match (&arrival.arrived_at, &arrival.on_way_at) {
            (Some(at), _) => format!("{} {}", lang.pick("도착", "Here since"), at.label),
            (None, Some(at)) => format!("{} {}", lang.pick("오는 중", "On the way since"), at.label),
            (None, None) => String::new(),
        };
        let class = if arrival.arrived_at.is_some() { "here" } else { "way" };
        // Where it breaks, the dot stays behind: no line begins with one.
        tags.push((class, [vec![said.as_str()], place].concat().join("\u{a0}· ")));
    } else if card.way == Way::Curbside {
        tags.push(("way", lang.pick("차에서 받기", "Curbside").to_owned()));
    }
    match (card.way, &card.destination) {
        (Way::Transfer, Some(other)) => tags.push((
            "way",
            match lang {
                Lang::Ko => format!("{other}에 보낼 것"),
                Lang::En => format!("To send to {other}"),
            },
        )),
        (Way::Transfer, None) => {
            tags.push(("way", lang.pick("다른 매장에서 옴", "From another store").to_owned()));
        }
        _ => {}
    }
    if let Some(address) = &card.address {
        let parts = [&address.line1, &address.line2, &address.city, &address.postcode];
        let parts: Vec<&str> =
            parts.into_iter().map(String::as_str).filter(|text| !text.is_empty()).collect();
        tags.push(("way", format!("{} {}", lang.pick("배송", "Deliver to"), parts.join(" "))));
        if !address.note.is_empty() {
            tags.push(("way", address.note.clone()));
        }
    }
    if let Some(window) = &card.window {
        tags.push(("way", format!("{}–{}", window.starts.label, short(&window.ends.label))));
    }
    if card.paid {
        tags.push(("paid", lang.pick("결제 완료", "Paid online").to_owned()));
    }
    if tags.is_empty() {
        return ().into_any();
    }
    let tags = tags.into_iter().map(|(class, text)| view! { <li class=class>{text}</li> }).collect_view();
    view! { <ul class="staff-tags">{tags}</ul> }.into_any()
}

/// Who stands at the counter instead of the owner, by the pass they showed.
pub(super) fn sent(lang: Lang, card: &BoardCard) -> Option<AnyView> {
    let holder = card.opened.as_ref().map(|pass| pass.holder.as_str()).filter(|holder| !holder.is_empty())?;
    let said = match lang {
        Lang::Ko => format!("{holder} 님이 대신 받으러 오셨어요"),
        Lang::En => format!("{holder} was sent to collect it"),
    };
    Some(view! { <p class="staff-sent">{said}</p> }.into_any())
}

/// The end of a window says its time alone.
fn short(label: &str) -> String {
    label.rsplit(' ').next().unwrap_or(label).to_owned()
}

/// What comes next where it is not simply ready and handed over; none where it is.
pub(super) fn next(lang: Lang, card: &BoardCard) -> Option<(BoardDeed, &'static str)> {
    use ReservationStatus::{InTransfer, OutForDelivery, Picking, Placed};
    match (card.way, card.status) {
        (Way::Transfer, Placed | Picking) if card.sends_here => {
            Some((BoardDeed::Dispatch, lang.pick("보냈어요", "Sent off")))
        }
        (Way::Delivery, Placed | Picking) => {
            Some((BoardDeed::Dispatch, lang.pick("배송 보냈어요", "Out for delivery")))
        }
        (Way::Transfer, InTransfer) if !card.sends_here => {
            Some((BoardDeed::Arrive, lang.pick("도착했어요, 준비 완료", "Arrived, ready")))
        }
        (Way::Delivery, OutForDelivery) => Some((BoardDeed::Deliver, lang.pick("배송 완료", "Delivered"))),
        _ => None,
    }
}

/// Whether it is handed over at this store's counter.
pub(super) fn is_handed_over_here(card: &BoardCard) -> bool {
    card.way != Way::Delivery && !(card.way == Way::Transfer && card.sends_here)
}

/// Whether this store can only wait for it, or has given it to the one where it waits.
pub(super) fn only_waits(card: &BoardCard) -> bool {
    use ReservationStatus::{InTransfer, Picking, Placed, Ready};
    card.way == Way::Transfer
        && (matches!(card.status, Placed | Picking) && !card.sends_here
            || matches!(card.status, InTransfer | Ready) && card.sends_here)
}

#[cfg(test)]
mod tests {
    use onshelf_vocabulary::{Moment, Money};

    use super::*;

    fn card(way: Way, status: ReservationStatus, sends_here: bool) -> BoardCard {
        let moment = || Moment { at: String::new(), label: String::new() };
        BoardCard {
            number: "R-1".to_owned(),
            code: "7K3M01".to_owned(),
            status,
            name: "김".to_owned(),
            phone_tail: String::new(),
            lines: Vec::new(),
            total: Money::won(1),
            placed_at: moment(),
            ready_by: moment(),
            expires_at: moment(),
            ended_at: None,
            late: false,
            way,
            paid: true,
            sends_here,
            destination: None,
            address: None,
            window: None,
            arrival: None,
            pass: String::new(),
            opened: None,
            picker: None,
            place: String::new(),
            others: Vec::new(),
            astray: None,
            can_take_back: false,
        }
    }

    #[test]
    fn each_store_is_offered_only_its_own_part_of_the_journey() {
        use ReservationStatus::{InTransfer, OutForDelivery, Picking, Placed, Ready};
        for (way, status, sends_here, deed, waits) in [
            (Way::Transfer, Picking, true, Some(BoardDeed::Dispatch), false),
            (Way::Transfer, Placed, false, None, true),
            (Way::Transfer, InTransfer, false, Some(BoardDeed::Arrive), false),
            (Way::Transfer, InTransfer, true, None, true),
            (Way::Transfer, Ready, false, None, false),
            (Way::Transfer, Ready, true, None, true),
            (Way::Delivery, Placed, true, Some(BoardDeed::Dispatch), false),
            (Way::Delivery, OutForDelivery, true, Some(BoardDeed::Deliver), false),
            (Way::Collect, Placed, true, None, false),
        ] {
            let card = card(way, status, sends_here);
            let next = next(Lang::En, &card).map(|(deed, _)| deed);
            assert_eq!((next, only_waits(&card)), (deed, waits), "{way:?} {status:?}");
        }
    }

    #[test]
    fn who_picks_is_said_as_each_sees_it() {
        use ReservationStatus::{Picking, Ready};
        let picker = |own| Some(onshelf_vocabulary::staff::Picker { name: "서윤".to_owned(), own });
        for (status, picker, said) in [
            (Picking, picker(true), "내가 담는 중"),
            (Picking, picker(false), "서윤 님이 담는 중"),
            (Picking, None, "담는 중"),
            (Ready, picker(false), "준비됨"),
        ] {
            let card = BoardCard { picker, ..card(Way::Collect, status, true) };
            assert_eq!(crate::staff::words::status_of(Lang::Ko, &card), said);
        }
    }

    #[test]
    fn what_is_ready_is_told_with_its_place() {
        let staged =
            BoardCard { place: "A-3".to_owned(), ..card(Way::Collect, ReservationStatus::Ready, true) };
        assert!(crate::staff::words::standing(Lang::Ko, &staged).starts_with("A-3 자리에"));
        assert!(crate::staff::words::standing(Lang::En, &staged).starts_with("Staged at A-3"));
    }
}
