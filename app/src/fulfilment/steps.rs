//! Where a reservation stands, as a line of steps on the shelf, and in a sentence.

use leptos::prelude::*;
use onshelf_domain::hangul::with_josa;
use onshelf_vocabulary::{
    Lang,
    fulfilment::{ReservationStatus, ReservationView},
};

use super::summary::until;
use crate::ssr::Visit;

const STEPS: [(ReservationStatus, &str, &str); 4] = [
    (ReservationStatus::Placed, "맡아둠", "Placed"),
    (ReservationStatus::Picking, "준비 중", "Preparing"),
    (ReservationStatus::Ready, "준비됨", "Ready"),
    (ReservationStatus::Collected, "받음", "Collected"),
];

/// The line, for what is on its way or has arrived; what ended otherwise has none.
pub(super) fn steps(visit: &Visit, status: ReservationStatus) -> Option<AnyView> {
    let at = STEPS.iter().position(|(step, _, _)| *step == status)?;
    let one = |(place, (_, ko, en)): (usize, (ReservationStatus, &'static str, &'static str))| {
        let (class, said) = match place.cmp(&at) {
            std::cmp::Ordering::Less => ("station done", visit.say("끝남", "done")),
            std::cmp::Ordering::Equal => ("station now", visit.say("지금", "now")),
            std::cmp::Ordering::Greater => ("station", visit.say("아직", "to come")),
        };
        let current = (place == at).then_some("step");
        view! {
            <li class=class aria-current=current>
                <span>{visit.say(ko, en)}</span>
                <span class="quiet">{format!(" ({said})")}</span>
            </li>
        }
    };
    let line = STEPS.into_iter().enumerate().map(one).collect_view();
    Some(view! { <ol class="stations" aria-label=visit.say("진행 상황", "Progress")>{line}</ol> }.into_any())
}

/// What it means now, and what to do.
pub(super) fn headline(lang: Lang, view: &ReservationView) -> (&'static str, String) {
    let (ready, kept) = (&view.ready_by.label, until(lang, &view.expires_at.label));
    let store = &view.store.name;
    match (view.status, lang) {
        (ReservationStatus::Pending, Lang::Ko) => {
            ("잠시 잡아 두었어요", format!("{kept} 잡아 둘게요. 그 안에 결제하거나 정해 주시면 준비를 시작해요."))
        }
        (ReservationStatus::Pending, Lang::En) => {
            ("It is held for a moment", format!("Held {kept}. Pay or decide by then, and we'll start preparing it."))
        }
        (ReservationStatus::InTransfer, Lang::Ko) => {
            ("매장으로 옮기고 있어요", format!("다른 매장에서 {} 오는 중이에요. {ready}까지 준비돼요.", with_josa(store, "으로/로")))
        }
        (ReservationStatus::InTransfer, Lang::En) => {
            ("It is on its way to the store", format!("It is coming to {store} from another store, ready by {ready}."))
        }
        (ReservationStatus::OutForDelivery, Lang::Ko) => {
            ("배송을 시작했어요", format!("{store}에서 출발했어요. {ready}까지 도착해요."))
        }
        (ReservationStatus::OutForDelivery, Lang::En) => {
            ("It is out for delivery", format!("It has left {store} and will be with you by {ready}."))
        }
        (ReservationStatus::Delivered, Lang::Ko) => ("배송을 마쳤어요", "받으신 상품은 가까운 어느 매장에서나 반품하실 수 있어요.".to_owned()),
        (ReservationStatus::Delivered, Lang::En) => ("Delivered", "If it is not right, bring it back to any of our stores.".to_owned()),
        (ReservationStatus::Placed, Lang::Ko) => {
            ("맡아두었어요", format!("{store}에서 {ready}에 맞춰 준비하고, {kept} 맡아둘게요. 준비되면 알려 드릴게요."))
        }
        (ReservationStatus::Placed, Lang::En) => {
            ("It is held for you", format!("{store} will have it ready by {ready} and keep it {kept}. We'll let you know when it's ready."))
        }
        (ReservationStatus::Picking, Lang::Ko) => ("준비하고 있어요", format!("{ready}까지 준비하고, {kept} 맡아둘게요.")),
        (ReservationStatus::Picking, Lang::En) => ("We are picking it now", format!("Ready by {ready}. Kept {kept}.")),
        (ReservationStatus::Ready, Lang::Ko) if !view.missing.is_empty() => (
            "찾은 것은 준비됐어요",
            format!("모두 찾지는 못해 죄송합니다. 찾은 것은 {store} 계산대에서 코드를 보여 주시면 드려요. {kept} 맡아둘게요."),
        ),
        (ReservationStatus::Ready, Lang::En) if !view.missing.is_empty() => (
            "What we found is ready for you",
            format!("We are sorry: not all of it was there. Show the code at the {store} counter for what we found. Kept {kept}."),
        ),
        (ReservationStatus::Ready, Lang::Ko) => ("준비됐어요. 오시면 돼요", format!("{store} 계산대에서 코드를 보여 주세요. {kept} 맡아둘게요.")),
        (ReservationStatus::Ready, Lang::En) => ("It is ready for you", format!("Show the code at the {store} counter. Kept {kept}.")),
        (ReservationStatus::Collected, Lang::Ko) => {
            ("받아 가셨어요", view.collected_at.as_ref().map_or_else(String::new, |at| format!("{}에 {store}에서 받아 가셨어요. ", at.label)) + "들러 주셔서 고맙습니다.")
        }
        (ReservationStatus::Collected, Lang::En) => {
            ("Collected", view.collected_at.as_ref().map_or_else(String::new, |at| format!("At {store}, {}. ", at.label)) + "Thank you for coming by.")
        }
        (ReservationStatus::Cancelled, Lang::Ko) => ("예약을 취소했어요", "맡아둔 것은 다시 선반에 놓았어요.".to_owned()),
        (ReservationStatus::Cancelled, Lang::En) => ("Reservation cancelled", "What was held is back on the shelf.".to_owned()),
        (ReservationStatus::Expired, Lang::Ko) => {
            ("맡아둔 시간이 지났어요", format!("{kept} 맡아두었다가 다시 선반에 놓았어요. 아직 있으면 다시 맡아두실 수 있어요."))
        }
        (ReservationStatus::Expired, Lang::En) => {
            ("The hold has expired", format!("We kept it {kept}, then put it back on the shelf. If it is still there, you can reserve it again."))
        }
        (ReservationStatus::NotFound, Lang::Ko) => {
            ("선반에서 찾지 못했어요", "죄송합니다. 재고에는 있었지만 매장에서 찾지 못했어요. 가까운 다른 매장을 찾아보세요.".to_owned())
        }
        (ReservationStatus::NotFound, Lang::En) => {
            ("We could not find it", "We are sorry. Our count said it was there, but the store could not find it. Another store nearby may have it.".to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_of_the_line_is_a_state() {
        let live = ReservationStatus::ALL.into_iter().filter(|status| status.is_live());
        let seen = live.filter(|status| *status != ReservationStatus::Pending);
        assert!(seen.into_iter().all(|status| STEPS.iter().any(|(step, _, _)| *step == status)));
    }
}
