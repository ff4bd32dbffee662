//! "내 위치로": asks the browser where it is, tells the server once (rounded to the neighbourhood, and never in an
//! address), and puts the shelves of there in place of those on the page.

use leptos::prelude::*;
use onshelf_vocabulary::Lang;

use crate::ui::icon::{Glyph, Icon};

/// `tell` is where a position is posted, `fragment` where the panel for it comes from.
#[island]
pub fn NearMe(lang: Lang, tell: String, fragment: String) -> impl IntoView {
    let (said, say) = signal("");
    let (busy, set_busy) = signal(false);
    let ask = move |_| {
        if busy.get_untracked() {
            return;
        }
        set_busy.set(true);
        say.set(lang.pick("위치를 묻고 있어요…", "Asking for your position…"));
        #[cfg(feature = "hydrate")]
        browser::locate(tell.clone(), fragment.clone(), move |outcome| {
            set_busy.set(false);
            say.set(match outcome {
                browser::Outcome::Shown => {
                    lang.pick("지금 계신 곳에서 가까운 선반이에요.", "These are the shelves nearest to you.")
                }
                browser::Outcome::NoPosition => lang.pick(
                    "위치를 알 수 없었어요. 동네 이름으로 찾아보세요.",
                    "Your position is not available. Try the name of a neighbourhood.",
                ),
                browser::Outcome::NoAnswer => lang.pick(
                    "연결이 고르지 않아요. 다시 눌러 주세요.",
                    "The connection failed. Please try again.",
                ),
            });
        });
        #[cfg(not(feature = "hydrate"))]
        let _ = (&tell, &fragment);
    };
    view! {
        <div class="near-me">
            <button type="button" class="alt" on:click=ask aria-busy=move || busy.get().to_string()>
                <Icon glyph=Glyph::Locate />
                {lang.pick("내 위치에서 찾기", "Use my position")}
            </button>
            <p role="status">{said}</p>
        </div>
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::{prelude::*, task::spawn_local};
    use wasm_bindgen::{JsCast, JsValue, closure::Closure};
    use web_sys::{Event, Position};

    use crate::catalog::islands::fetch;

    /// The page's part that is replaced.
    const PANEL: &str = "shelf-panel";

    #[derive(Clone, Copy)]
    pub(super) enum Outcome {
        Shown,
        NoPosition,
        NoAnswer,
    }

    pub(super) fn locate(tell: String, fragment: String, done: impl Fn(Outcome) + Copy + 'static) {
        let found = Closure::once_into_js(move |position: JsValue| {
            let position: Position = position.unchecked_into();
            let form = form_of(&position);
            spawn_local(async move { done(show(&tell, &form, &fragment).await) });
        });
        let refused = Closure::once_into_js(move |_: JsValue| done(Outcome::NoPosition));
        let asked = window().navigator().geolocation().and_then(|places| {
            places.get_current_position_with_error_callback(
                found.unchecked_ref(),
                Some(refused.unchecked_ref()),
            )
        });
        if asked.is_err() {
            done(Outcome::NoPosition);
        }
    }

    /// Three decimals are some hundred metres: the neighbourhood, not the door.
    fn form_of(position: &Position) -> String {
        let at = position.coords();
        let rounded = |degrees: f64| {
            let text = js_sys::Number::from(degrees).to_fixed(3);
            text.map(String::from).unwrap_or_default()
        };
        format!("lat={}&lng={}", rounded(at.latitude()), rounded(at.longitude()))
    }

    async fn show(tell: &str, form: &str, fragment: &str) -> Outcome {
        if !fetch::tell(tell, form).await {
            return Outcome::NoAnswer;
        }
        let Some(html) = fetch::text(fragment).await else { return Outcome::NoAnswer };
        if let Some(panel) = document().get_element_by_id(PANEL) {
            panel.set_inner_html(&html);
        }
        // The loader watches other numbers now.
        if let Ok(event) = Event::new("shelves") {
            let _ = document().dispatch_event(&event);
        }
        Outcome::Shown
    }
}
