//! How far a group is, drawn as its parcel standing on the shelf line.

use leptos::prelude::*;
use onshelf_vocabulary::{
    Lang,
    fulfilment::{ReservationStatus as Status, Way},
};

use super::super::words::step_name;

/// What a way goes through, in order.
const fn line(way: Way) -> &'static [Status] {
    match way {
        Way::Collect | Way::Curbside => &[Status::Placed, Status::Picking, Status::Ready, Status::Collected],
        Way::Transfer => {
            &[Status::Placed, Status::Picking, Status::InTransfer, Status::Ready, Status::Collected]
        }
        Way::Delivery => &[Status::Placed, Status::Picking, Status::OutForDelivery, Status::Delivered],
    }
}

/// Where a status stands on its way's line; none for what ended otherwise, or stands on no such line.
fn place(way: Way, status: Status) -> Option<usize> {
    match status {
        Status::Pending => Some(0),
        status => line(way).iter().position(|step| *step == status),
    }
}

/// The line, for what is under way or has arrived.
pub(super) fn steps(lang: Lang, way: Way, status: Status) -> Option<AnyView> {
    let at = place(way, status)?;
    let one = |(place, step): (usize, &Status)| {
        let (class, said) = match place.cmp(&at) {
            std::cmp::Ordering::Less => ("done", lang.pick("끝남", "done")),
            std::cmp::Ordering::Equal => ("now", lang.pick("지금", "now")),
            std::cmp::Ordering::Greater => ("", lang.pick("아직", "to come")),
        };
        // What is only held stands where it will begin, under its own name.
        let named = if place == at { status } else { *step };
        view! {
            <li class=class aria-current=(place == at).then_some("step")>
                <span>{step_name(lang, way, named)}</span>
                <span class="quiet">{format!(" ({said})")}</span>
            </li>
        }
    };
    let steps = line(way).iter().enumerate().map(one).collect_view();
    let view = view! {
        <ol class="line-steps" class:five={line(way).len() == 5} data-held={status == Status::Pending} aria-label=lang.pick("진행 상황", "Progress")>{steps}</ol>
    };
    Some(view.into_any())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_ends_with_its_owner() {
        for way in Way::ALL {
            let last = line(way).last().copied();
            assert!(matches!(last, Some(Status::Collected | Status::Delivered)), "{way:?}");
            assert_eq!(place(way, Status::Pending), Some(0));
            assert_eq!(place(way, Status::NotFound), None);
        }
        assert_eq!(place(Way::Transfer, Status::Ready), Some(3));
    }
}
