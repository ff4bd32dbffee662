//! "내 위치로": asks the browser where it is, tells the server once (rounded to the neighbourhood, and never in an
//! address), and puts the shelves of there in place of those on the page.

use leptos::prelude::*;
use onshelf_vocabulary::Lang;

use crate::ui::icon::{Glyph, Icon};

/// `tell` is where a position is posted, `fragment` where the panel for it comes from. All that the island may have to
/// say stands on the page already.
#[component]
pub fn NearMe(lang: Lang, tell: String, fragment: String) -> impl IntoView {
    view! {
        <Locating>
            <div
                class="near-me"
                data-tell=tell
                data-fragment=fragment
                data-asking=lang.pick("위치를 묻고 있어요…", "Asking for your location…")
                data-shown=lang.pick("지금 계신 곳에서 가까운 선반이에요.", "These are the shelves nearest to you.")
                data-no-position=lang.pick(
                    "위치를 알 수 없었어요. 동네 이름으로 찾아보세요.",
                    "Your location isn't available. Try the name of a neighbourhood.",
                )
                data-no-answer=lang.pick(
                    "연결이 고르지 않아요. 다시 눌러 주세요.",
                    "The connection failed. Please try again.",
                )
            >
                <button type="button" class="alt" aria-busy="false">
                    <Icon glyph=Glyph::Locate />
                    {lang.pick("내 위치에서 찾기", "Use my location")}
                </button>
                <p role="status"></p>
            </div>
        </Locating>
    }
}

/// Makes the button inside it work.
#[island]
pub fn Locating(children: Children) -> impl IntoView {
    #[cfg(feature = "hydrate")]
    browser::start();
    children()
}

#[cfg(feature = "hydrate")]
mod browser {
    use wasm_bindgen::{JsCast, JsValue, closure::Closure};
    use wasm_bindgen_futures::spawn_local;
    use web_sys::{Element, Event, Position};

    use crate::{
        catalog::islands::fetch,
        ui::browser::{document, listen, window},
    };

    /// The page's part that is replaced, and the heading that says where its order is from.
    const PANEL: &str = "shelf-panel";
    const HEADING: &str = ".nearby h2";

    /// The button, and where it says how it goes.
    #[derive(Clone)]
    struct Place {
        root: Element,
        button: Element,
        status: Element,
    }

    pub(super) fn start() {
        let within = |root: &Element, selector: &str| root.query_selector(selector).ok().flatten();
        let Some(root) = document().query_selector(".near-me").ok().flatten() else { return };
        let (Some(button), Some(status)) = (within(&root, "button"), within(&root, "[role=status]")) else {
            return;
        };
        let place = Place { root, button: button.clone(), status };
        listen(&button, "click", move |_: Event| place.locate());
    }

    impl Place {
        fn is_busy(&self) -> bool {
            self.button.get_attribute("aria-busy").as_deref() == Some("true")
        }

        /// Says one of the page's own sentences; busy until the last.
        fn say(&self, which: &str, busy: bool) {
            let _ = self.button.set_attribute("aria-busy", if busy { "true" } else { "false" });
            self.status.set_text_content(self.root.get_attribute(which).as_deref());
        }

        fn locate(&self) {
            if self.is_busy() {
                return;
            }
            self.say("data-asking", true);
            let own = self.clone();
            let found = Closure::once_into_js(move |position: JsValue| {
                let form = form_of(&position.unchecked_into());
                spawn_local(async move { own.say(own.show(&form).await, false) });
            });
            let own = self.clone();
            let refused = Closure::once_into_js(move |_: JsValue| own.say("data-no-position", false));
            let asked = window().navigator().geolocation().and_then(|places| {
                places.get_current_position_with_error_callback(
                    found.unchecked_ref(),
                    Some(refused.unchecked_ref()),
                )
            });
            if asked.is_err() {
                self.say("data-no-position", false);
            }
        }

        /// Which sentence tells how it went.
        async fn show(&self, form: &str) -> &'static str {
            let address = |name| self.root.get_attribute(name).unwrap_or_default();
            if !fetch::tell(&address("data-tell"), form).await {
                return "data-no-answer";
            }
            let Some(html) = fetch::text(&address("data-fragment")).await else { return "data-no-answer" };
            if let Some(panel) = document().get_element_by_id(PANEL) {
                panel.set_inner_html(&html);
                rename(&panel);
            }
            // The loader watches other numbers now.
            if let Ok(event) = Event::new("shelves") {
                let _ = document().dispatch_event(&event);
            }
            "data-shown"
        }
    }

    /// The words of the heading come with the panel.
    fn rename(panel: &Element) {
        let words = panel.query_selector("[data-near]").ok().flatten();
        let heading = document().query_selector(HEADING).ok().flatten();
        if let (Some(words), Some(heading)) = (words, heading) {
            heading.set_text_content(words.text_content().as_deref());
        }
    }

    /// Three decimals are some hundred metres: the neighbourhood, not the door.
    fn form_of(position: &Position) -> String {
        let at = position.coords();
        let rounded = |degrees: f64| {
            let text = js_sys::Number::from(degrees).to_fixed(3);
            text.map(String::from).unwrap_or_default()
        };
        ["lat=", &rounded(at.latitude()), "&lng=", &rounded(at.longitude())].concat()
    }
}
