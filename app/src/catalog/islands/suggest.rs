//! The search field with suggestions under it: a combobox by the book (ARIA authoring practices), and a plain
//! field of a plain form until the browser has it. The words are the server's; the island only moves them.

use leptos::prelude::*;
use onshelf_vocabulary::Lang;

const LIST: &str = "suggestions";

/// `text` is what the page was searched for; `from` answers with the options as HTML.
#[component]
pub fn SearchField(lang: Lang, text: String, from: String) -> impl IntoView {
    view! {
        <Suggesting>
            <div class="seek-field">
                <input
                    type="search"
                    name="q"
                    value=text
                    maxlength="200"
                    autocomplete="off"
                    enterkeyhint="search"
                    placeholder=lang.pick("무엇을 찾으세요?", "What are you looking for?")
                    aria-label=lang.pick("상품 검색", "Search products")
                    role="combobox"
                    aria-autocomplete="list"
                    aria-controls=LIST
                    aria-expanded="false"
                    data-from=from
                />
                <ul id=LIST role="listbox" aria-label=lang.pick("검색 제안", "Suggestions") hidden></ul>
            </div>
        </Suggesting>
    }
}

/// Brings suggestions to the field inside it.
#[island]
pub fn Suggesting(children: Children) -> impl IntoView {
    #[cfg(feature = "hydrate")]
    browser::start();
    children()
}

#[cfg(feature = "hydrate")]
mod browser {
    use std::{cell::Cell, rc::Rc};

    use wasm_bindgen::{JsCast, closure::Closure};
    use wasm_bindgen_futures::spawn_local;
    use web_sys::{Element, Event, HtmlInputElement, KeyboardEvent};

    use crate::catalog::islands::fetch;
    use crate::ui::browser::{document, listen, window};

    /// Milliseconds after the last key.
    const PAUSE: i32 = 90;

    /// The field, its list, and where it stands.
    #[derive(Clone)]
    struct Typing {
        field: HtmlInputElement,
        list: Element,
        /// Counts the questions: only the answer to the last one is shown.
        asked: Rc<Cell<u32>>,
        waiting: Rc<Cell<Option<i32>>>,
        active: Rc<Cell<Option<u32>>>,
    }

    pub(super) fn start() {
        let field = document().query_selector(".seek-field input").ok().flatten();
        let field = field.and_then(|field| field.dyn_into::<HtmlInputElement>().ok());
        let (Some(field), Some(list)) = (field, document().get_element_by_id(super::LIST)) else { return };
        let typing = Typing {
            field: field.clone(),
            list: list.clone(),
            asked: Rc::default(),
            waiting: Rc::default(),
            active: Rc::default(),
        };
        let own = typing.clone();
        listen(&field, "input", move |_: Event| own.typed());
        let own = typing.clone();
        listen(&field, "keydown", move |event: KeyboardEvent| own.pressed(&event));
        listen(&field, "blur", move |_: Event| typing.leave());
        // The pointer must not take the focus away before its click arrives.
        listen(&list, "mousedown", |event: Event| event.prevent_default());
        listen(&list, "click", |event: Event| {
            let element = event.target().and_then(|target| target.dyn_into::<Element>().ok());
            if let Some(option) = element.and_then(|element| element.closest("[data-href]").ok().flatten()) {
                go(&option);
            }
        });
    }

    impl Typing {
        fn show(&self, options: &str) {
            self.list.set_inner_html(options);
            let _ = self.list.toggle_attribute_with_force("hidden", options.is_empty());
            let expanded = if options.is_empty() { "false" } else { "true" };
            let _ = self.field.set_attribute("aria-expanded", expanded);
            self.choose(None);
        }

        fn choose(&self, place: Option<u32>) {
            self.active.set(place);
            let options = self.list.children();
            let _ = self.field.remove_attribute("aria-activedescendant");
            for other in 0..options.length() {
                let Some(option) = options.item(other) else { continue };
                let chosen = place == Some(other);
                let _ = option.set_attribute("aria-selected", if chosen { "true" } else { "false" });
                if chosen {
                    let _ = self.field.set_attribute("aria-activedescendant", &option.id());
                }
            }
        }

        /// What was asked before is shown no more. Answers the number of the next question.
        fn forget(&self) -> u32 {
            if let Some(waiting) = self.waiting.take() {
                window().clear_timeout_with_handle(waiting);
            }
            let question = self.asked.get().wrapping_add(1);
            self.asked.set(question);
            question
        }

        /// The list is closed and stays so, whatever is still on its way to it.
        fn leave(&self) {
            self.forget();
            self.show("");
        }

        /// Asks a moment after the last key.
        fn typed(&self) {
            let question = self.forget();
            let text = self.field.value();
            if text.trim().is_empty() {
                return self.show("");
            }
            let typing = self.clone();
            let ask = Closure::once_into_js(move || {
                spawn_local(async move {
                    let from = typing.field.get_attribute("data-from").unwrap_or_default();
                    let query = String::from(js_sys::encode_uri_component(&text));
                    let html = fetch::text(&[&from, "?q=", &query].concat()).await.unwrap_or_default();
                    let is_here = typing.field.matches(":focus").unwrap_or(false);
                    if typing.asked.get() == question && is_here {
                        typing.show(&html);
                    }
                });
            });
            let ask = ask.unchecked_ref();
            let handle = window().set_timeout_with_callback_and_timeout_and_arguments_0(ask, PAUSE);
            self.waiting.set(handle.ok());
        }

        /// Up and down through the list, Enter to go there; everything else stays the field's.
        fn pressed(&self, event: &KeyboardEvent) {
            let options = self.list.children();
            let count = options.length();
            // While a syllable is being composed, the keys are the input method's.
            if event.is_composing() {
                return;
            }
            let key = event.key();
            if key == "Escape" {
                // Where no list is open yet, it empties the field as it always does.
                if count > 0 {
                    event.prevent_default();
                }
                return self.leave();
            }
            if count == 0 {
                return;
            }
            let here = self.active.get();
            let next = match key.as_str() {
                "ArrowDown" => here.map_or(Some(0), |place| (place + 1 < count).then_some(place + 1)),
                "ArrowUp" => here.map_or(Some(count - 1), |place| place.checked_sub(1)),
                "Enter" => {
                    if let Some(option) = here.and_then(|place| options.item(place)) {
                        event.prevent_default();
                        go(&option);
                    }
                    return;
                }
                _ => return,
            };
            event.prevent_default();
            self.choose(next);
        }
    }

    fn go(option: &Element) {
        if let Some(href) = option.get_attribute("data-href") {
            let _ = window().location().set_href(&href);
        }
    }
}
