//! The bar above every staff page: the store and the way to another one, who is signed in, the language.

use leptos::prelude::*;
use onshelf_vocabulary::{Lang, staff::StaffView};

use crate::ssr::Visit;

/// With more stores than this, choosing takes a page with a search and not a list that drops down.
const IN_A_LIST: usize = 8;

/// `here` is the store's code; `path` is the page's own path, for the other language; `state` says what only the
/// board knows of itself.
pub(super) fn bar(
    visit: &Visit,
    staff: &StaffView,
    here: Option<&str>,
    path: &str,
    state: AnyView,
) -> AnyView {
    let other = match visit.lang {
        Lang::Ko => Lang::En,
        Lang::En => Lang::Ko,
    };
    view! {
        <a class="skip" href="#work">{visit.say("본문으로", "Skip to content")}</a>
        <div class="staff-bar">
            <a class="mark" href=visit.href("/staff")>
                {visit.door.site.name.get(visit.lang).to_owned()}
                <i aria-hidden="true"></i>
            </a>
            {switcher(visit, staff, here)}
            <span class="staff-side">{state}<span class="staff-who">{staff.name.clone()}</span></span>
            <a class="staff-quiet" href=other.href(path) lang=other.tag() hreflang=other.tag()>
                {match other {
                    Lang::Ko => "한국어",
                    Lang::En => "English",
                }}
            </a>
            <form method="post" action=visit.href("/staff/sign-out")>
                <button class="staff-quiet">{visit.say("로그아웃", "Sign out")}</button>
            </form>
        </div>
    }
    .into_any()
}

fn switcher(visit: &Visit, staff: &StaffView, here: Option<&str>) -> AnyView {
    let Some(here) = here else { return ().into_any() };
    let name = staff.stores.iter().find(|(code, _)| code == here).map(|(_, name)| name.clone());
    let name = name.unwrap_or_else(|| here.to_owned());
    match staff.stores.len() {
        ..=1 => view! { <b class="staff-here">{name}</b> }.into_any(),
        2..=IN_A_LIST => view! {
            <details class="staff-switch">
                // The store's name is what one sees of it: it comes first for those who listen or speak, too.
                <summary>{name}" "<span class="quiet">{visit.say("매장 바꾸기", "Change store")}</span></summary>
                <nav aria-label=visit.say("담당 매장", "Your stores")>{store_links(visit, staff, here)}</nav>
            </details>
        }
        .into_any(),
        _ => view! {
            <a class="staff-switch" href=visit.href("/staff")>
                {name}
                <small>{visit.say("매장 바꾸기", "Change store")}</small>
            </a>
        }
        .into_any(),
    }
}

fn store_links(visit: &Visit, staff: &StaffView, here: &str) -> impl IntoView + use<> {
    staff
        .stores
        .iter()
        .map(|(code, name)| {
            let current = (code == here).then_some("page");
            view! {
                <a href=visit.href(&format!("/staff/{code}")) aria-current=current>
                    {name.clone()}
                </a>
            }
        })
        .collect_view()
}
