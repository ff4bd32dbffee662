//! What is kept on the shelf while its shopper checks out: until when, counted down, with the ways to keep it longer
//! and to give it back. Without scripts it says the time; nothing moves.

use leptos::prelude::*;
use onshelf_shop::{
    Result,
    orders::{Kept, KeptGroup},
};
use onshelf_vocabulary::{Lang, fulfilment::Way};

use super::{
    super::page::hold::clock,
    draft::Draft,
    plan::{Plan, PlanGroup},
};
use crate::{catalog::shelf::StockTicks, ssr::Visit};

/// The least number of minutes drawn.
const MINUTES: i64 = 10;

/// What is kept for exactly this plan; none where nothing is, or something else.
pub(super) async fn kept_for(visit: &Visit, draft: &Draft, plan: &Plan) -> Result<Option<Kept>> {
    let Some(named) = &visit.kept else { return Ok(None) };
    let kept = visit.shop().kept_basket(&draft.viewer(visit), named).await?;
    Ok(kept.filter(|kept| is_of(kept, plan)))
}

fn is_of(kept: &Kept, plan: &Plan) -> bool {
    let same = |(kept, planned): (&KeptGroup, &PlanGroup)| {
        let store = match &planned.store {
            Some(store) => store.as_str() == kept.offer.store,
            None => planned.way == Way::Delivery,
        };
        store && kept.offer.way == planned.way && kept.lines == planned.lines
    };
    kept.groups.len() == plan.groups().len() && kept.groups.iter().zip(plan.groups()).all(same)
}

/// Above the form's fields. Its buttons send the form, so that nothing is typed twice.
pub(super) fn panel(visit: &Visit, kept: Option<&Kept>) -> AnyView {
    match kept {
        Some(kept) => held(visit, kept),
        None => free(visit),
    }
}

fn held(visit: &Visit, kept: &Kept) -> AnyView {
    let lang = visit.lang;
    let minutes = (kept.seconds.max(0) + 59) / 60;
    let until = match lang {
        Lang::Ko => format!("{}까지 잡아 둘게요", kept.until.label),
        Lang::En => format!("Held until {}", kept.until.label),
    };
    let over = lang.pick(
        "잡아 둔 시간이 지나 선반으로 돌아갔어요. 계속하시면 다시 잡아 둘게요.",
        "The hold has expired and it's back on the shelf. Go on, and we'll hold it again.",
    );
    let extend = kept.can_extend.then(|| {
        view! { <button class="alt" name="act" value="extend">{lang.pick("10분 더", "10 more minutes")}</button> }
    });
    let extends = kept.can_extend.then_some("");
    view! {
        <section
            class="kept"
            data-kept="held"
            data-hold
            data-extend=extends
            data-over=over
            data-level={if minutes <= 2 { "low" } else { "in_stock" }}
            aria-label=lang.pick("잡아 둔 시간", "How long it is held")
        >
            <p class="kept-said">
                <b data-left=kept.seconds.max(0).to_string()>{clock(kept.seconds)}</b>
                // That it is over is read out; the clock beside it would be, every second.
                <span role="status"><time datetime=kept.until.at.clone()>{until}</time></span>
            </p>
            <StockTicks available=minutes room=minutes.max(MINUTES) />
            <p class="kept-ways">
                {extend}
                <button class="alt" name="act" value="leave">{lang.pick("그만두고 돌려놓기", "Give it back")}</button>
            </p>
        </section>
    }
    .into_any()
}

fn free(visit: &Visit) -> AnyView {
    view! {
        <section class="kept" data-kept="none" aria-label=visit.say("잡아 둔 시간", "How long it is held")>
            <p class="kept-said">{visit.say(
                "아직 잡아 두지 않았어요. 적으시는 동안 다른 분이 가져갈 수 있어요.",
                "Not held yet: somebody else may take it while you type.",
            )}</p>
            <p class="kept-ways">
                <button class="alt" name="act" value="keep">{visit.say("10분 잡아 두기", "Hold it for 10 minutes")}</button>
            </p>
        </section>
    }
    .into_any()
}

/// The same clock in the head, which stays in sight on a phone and is the only one there.
pub(super) fn small_clock(visit: &Visit, kept: Option<&Kept>) -> AnyView {
    let said = kept.map(|kept| {
        let left = kept.seconds.max(0).to_string();
        match visit.lang {
            Lang::Ko => view! { <b data-left=left>{clock(kept.seconds)}</b><span class="quiet">" 동안 잡아 둬요"</span> }.into_any(),
            Lang::En => view! { <span class="quiet">"Held for "</span><b data-left=left>{clock(kept.seconds)}</b> }.into_any(),
        }
    });
    view! { <p class="kept-clock" hidden=kept.is_none()>{said}</p> }.into_any()
}
