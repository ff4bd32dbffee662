//! Choosing a quarter of an hour: as soon as it is ready, or one that is still free.

use leptos::prelude::*;
use onshelf_vocabulary::{Lang, Moment, orders::WindowView};

use super::words::{span, spans};

/// Quarters of an hour shown at once.
const SHOWN: usize = 3;

/// What there is to choose from, and what is chosen.
pub(super) struct Times<'v> {
    /// The field's name in its form.
    pub(super) name: String,
    pub(super) ready_by: &'v Moment,
    pub(super) windows: &'v [WindowView],
    /// The beginning of the chosen one; empty is as soon as it is ready.
    pub(super) chosen: &'v str,
    /// The one that is taken already by whoever chooses: it may be full by now, with themselves in it.
    pub(super) own: Option<&'v WindowView>,
    pub(super) fault: Option<String>,
}

pub(super) fn times(lang: Lang, times: &Times<'_>) -> Option<AnyView> {
    if times.windows.is_empty() {
        return None;
    }
    let (day, labels) = spans(lang, times.windows);
    let soonest = match lang {
        Lang::Ko => format!("준비되는 대로 {}", times.ready_by.label),
        Lang::En => format!("As soon as it is ready, {}", times.ready_by.label),
    };
    let missing = |own: &&WindowView| times.windows.iter().all(|window| window.starts.at != own.starts.at);
    let own = times.own.filter(missing).map(|own| chip(times, &own.starts.at, span(lang, own)));
    let mut chips: Vec<AnyView> = times
        .windows
        .iter()
        .zip(labels)
        .map(|(window, label)| chip(times, &window.starts.at, label))
        .collect();
    let rest = chips.split_off(chips.len().min(SHOWN));
    let later = times.windows.iter().skip(SHOWN).any(|window| window.starts.at == times.chosen);
    let more = (!rest.is_empty()).then(|| {
        view! {
            <details class="times-more" open=later>
                <summary>{lang.pick("더 늦은 시간", "Later")}</summary>
                <div class="time-chips">{rest}</div>
            </details>
        }
    });
    let fault_id = format!("{}-fault", times.name);
    let described = times.fault.as_ref().map(|_| fault_id.clone());
    let fault = times.fault.clone().map(|fault| view! { <p class="fault" id=fault_id>{fault}</p> });
    let view = view! {
        <fieldset class="times-choice" aria-describedby=described>
            <legend>{lang.pick("언제 오시나요?", "When will you come?")}{day.map(|day| view! { " "<small>{day}</small> })}</legend>
            <div class="time-chips">
                {chip(times, "", soonest)}
                {own}
                {chips}
            </div>
            {more}
            {fault}
        </fieldset>
    };
    Some(view.into_any())
}

fn chip(times: &Times<'_>, value: &str, label: String) -> AnyView {
    view! {
        <label class="time-chip">
            <input type="radio" name=times.name.clone() value=value.to_owned() checked={times.chosen == value} />
            <span>{label}</span>
        </label>
    }
    .into_any()
}
