//! How promises were kept, for those who answer for them: one line above the work.

use leptos::prelude::*;
use onshelf_shop::{
    fulfilment::{Kept, together},
    staff::Associate,
};
use onshelf_vocabulary::{
    Lang,
    fulfilment::Way,
    staff::{KeptView, Role},
};

use crate::ssr::Visit;

/// The promises of the stores somebody answers for; none for those who answer for none, and where they cannot be read:
/// a board without its rate is still a board.
pub(super) async fn kept(visit: &Visit, who: &Associate) -> Vec<Kept> {
    if who.role < Role::Manager {
        return Vec::new();
    }
    let all = visit.shop().promises().await.unwrap_or_default();
    let book = visit.shop().book();
    all.into_iter().filter(|one| who.store(&book, &one.store).is_ok()).collect()
}

/// Of these, those of one store.
pub(super) fn at<'k>(all: &'k [Kept], store: &str) -> Vec<&'k Kept> {
    all.iter().filter(|one| one.store == store).collect()
}

/// `최근 28일 약속 212건 중 94%를 지켰어요`, with each way beside it where there are several.
pub(super) fn line(lang: Lang, all: &[&Kept]) -> Option<AnyView> {
    let whole = together(all.iter().copied());
    let said = sentence(lang, whole)?;
    let ways: Vec<(Way, KeptView)> = Way::ALL
        .into_iter()
        .map(|way| (way, together(all.iter().copied().filter(|one| one.way == way))))
        .filter(|(_, view)| view.promised > 0)
        .collect();
    let several = (ways.len() > 1).then(|| {
        let one = |(way, view): &(Way, KeptView)| {
            let percent = view.percent.unwrap_or(0);
            view! { <li>{way_word(lang, *way)}" "<b>{percent}"%"</b>" "<small>{view.promised}</small></li> }
        };
        view! { <ul>{ways.iter().map(one).collect_view()}</ul> }
    });
    Some(view! { <div class="staff-kept"><p>{said}</p>{several}</div> }.into_any())
}

fn sentence(lang: Lang, view: KeptView) -> Option<String> {
    let KeptView { promised, percent, days, .. } = view;
    let percent = percent?;
    Some(match lang {
        Lang::Ko => format!("최근 {days}일 약속 {promised}건 중 {percent}%를 지켰어요"),
        Lang::En if promised == 1 => format!("{percent}% of 1 promise kept in {days} days"),
        Lang::En => format!("{percent}% of {promised} promises kept in {days} days"),
    })
}

/// The rate alone, for a list of stores.
pub(super) fn percent(all: &[&Kept]) -> Option<i64> {
    together(all.iter().copied()).percent
}

const fn way_word(lang: Lang, way: Way) -> &'static str {
    match way {
        Way::Collect => lang.pick("픽업", "collect"),
        Way::Curbside => lang.pick("차에서 받기", "curbside"),
        Way::Transfer => lang.pick("옮겨 받기", "transfer"),
        Way::Delivery => lang.pick("배송", "delivery"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_said_in_both_languages_and_not_where_nothing_was_promised() {
        let view = KeptView { promised: 212, kept: 200, percent: Some(94), days: 28 };
        assert_eq!(sentence(Lang::Ko, view).as_deref(), Some("최근 28일 약속 212건 중 94%를 지켰어요"));
        assert_eq!(sentence(Lang::En, view).as_deref(), Some("94% of 212 promises kept in 28 days"));
        assert_eq!(sentence(Lang::En, KeptView::default()), None);
    }
}
