//! What goes wrong with a reservation, below its card.

use leptos::prelude::*;
use onshelf_vocabulary::{
    Lang,
    fulfilment::{ReservationStatus, Way},
    staff::{BoardCard, BoardDeed},
};

use super::{
    card::{Around, Place, deeds},
    counted::partly,
    place::moved,
};
use crate::once::key_field;

/// What went otherwise: where it stands, a slip to undo, and the ways a reservation ends badly, each behind a second
/// touch.
pub(super) fn trouble(around: Around<'_>, card: &BoardCard, place: Place) -> AnyView {
    let lang = around.lang;
    let staged = card.status == ReservationStatus::Ready;
    let units: i64 = card.lines.iter().map(|own| own.line.quantity).sum();
    let said = if staged {
        lang.pick("자리를 바꾸거나 문제가 있어요", "Move it, or something is wrong")
    } else {
        wrong(lang)
    };
    let inside = view! {
        {staged.then(|| moved(around, card, place))}
        {(staged && card.way != Way::Transfer).then(|| ending(
            around,
            card,
            place,
            BoardDeed::Unready,
            lang.pick("아직 준비되지 않았어요", "It is not ready after all"),
            lang.pick(
                "준비할 것으로 돌아가고, 손님 화면에도 다시 준비 중으로 보여요. 손님 것으로 계속 맡아둬요.",
                "Goes back among what is to prepare, and the customer sees that it is being prepared. It stays held for them.",
            ),
            lang.pick("준비할 것으로 되돌리기", "Back to what is to prepare"),
        ))}
        {(!staged && units > 1).then(|| partly(around, card, place))}
        {(!staged).then(|| ending(
            around,
            card,
            place,
            BoardDeed::NotFound,
            lang.pick("선반에 없어요", "Not on the shelf"),
            lang.pick(
                "예약이 끝나고 손님께 알려요. 재고에서도 빠져서, 다시 셀 때까지 아무에게도 팔지 않아요. 되돌릴 수 없어요.",
                "Ends the reservation and tells the customer. It leaves the stock as well, and is sold to nobody until it is counted. This cannot be undone.",
            ),
            lang.pick("없음으로 끝내기", "End as not found"),
        ))}
        {ending(
            around,
            card,
            place,
            BoardDeed::Release,
            lang.pick("예약을 풀어야 해요", "Release the reservation"),
            lang.pick(
                "상품을 선반 재고로 돌리고 예약을 취소해요. 손님께도 알려요.",
                "Puts the goods back into the shelf's stock, cancels the reservation and tells the customer.",
            ),
            lang.pick("예약 풀기", "Release it"),
        )}
    };
    fold(said, inside.into_any())
}

/// What was sent off and does not come: nothing else ends it.
pub(super) fn astray(around: Around<'_>, card: &BoardCard, place: Place) -> AnyView {
    let lang = around.lang;
    let inside = view! {
        {ending(
            around,
            card,
            place,
            BoardDeed::Lost,
            lang.pick("중간에 분실됐어요", "It was lost on its way"),
            lang.pick(
                "재고에서 분실로 빠지고 손님께 알려요. 대신할 것을 찾고, 없으면 돈을 돌려드려요. 되돌릴 수 없어요.",
                "It leaves the stock as lost and the customer is told. Something else is looked for, or their money goes back. This cannot be undone.",
            ),
            lang.pick("분실로 끝내기", "End as lost"),
        )}
        {(card.way == Way::Delivery).then(|| ending(
            around,
            card,
            place,
            BoardDeed::CameBack,
            lang.pick("배송하지 못하고 돌아왔어요", "It could not be delivered and came back"),
            lang.pick(
                "상품이 이 매장 재고로 돌아오고 손님께 알려요. 대신할 것을 찾고, 없으면 돈을 돌려드려요. 되돌릴 수 없어요.",
                "The goods are this store's stock again and the customer is told. Something else is looked for, or their money goes back. This cannot be undone.",
            ),
            lang.pick("돌아온 것으로 끝내기", "End as come back"),
        ))}
    };
    fold(wrong(lang), inside.into_any())
}

/// It was said to be handed over, and was not.
pub(super) fn slip(around: Around<'_>, card: &BoardCard, place: Place) -> AnyView {
    let lang = around.lang;
    let inside = ending(
        around,
        card,
        place,
        BoardDeed::TakeBack,
        lang.pick("건네지 않았어요", "It was not handed over"),
        lang.pick(
            "준비된 것으로 돌아가고, 손님 것으로 계속 맡아둬요. 손님의 코드와 패스도 다시 쓸 수 있어요. 건넨 지 10분 안에만 돼요.",
            "It is ready again and held for the customer, whose code and pass work as before. Only within ten minutes of handing it over.",
        ),
        lang.pick("준비된 것으로 되돌리기", "Back to what is ready"),
    );
    fold(wrong(lang), inside)
}

const fn wrong(lang: Lang) -> &'static str {
    lang.pick("문제가 있어요", "Something is wrong")
}

/// Folded away until somebody needs it.
fn fold(said: &'static str, inside: AnyView) -> AnyView {
    view! {
        <details class="staff-trouble" data-key="trouble">
            <summary>{said}</summary>
            {inside}
        </details>
    }
    .into_any()
}

fn ending(
    around: Around<'_>,
    card: &BoardCard,
    place: Place,
    deed: BoardDeed,
    label: &'static str,
    warning: &'static str,
    action: &'static str,
) -> AnyView {
    view! {
        <details data-key=format!("open-{}", deed.code())>
            <summary>{label}</summary>
            <form method="post" action=deeds(around)>
                <p>{warning}</p>
                {key_field()}
                <input type="hidden" name="number" value=card.number.clone() />
                <input type="hidden" name="tab" value=place.code() />
                <input type="hidden" name="confirm" value="yes" />
                <button class="staff-end" name="deed" value=deed.code() data-key=deed.code()>{action}</button>
            </form>
        </details>
    }
    .into_any()
}
