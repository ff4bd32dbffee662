//! The search field with suggestions under it: a combobox by the book (ARIA authoring practices), and a plain
//! field of a plain form until the browser has it.

use leptos::{ev, html, prelude::*};
use onshelf_vocabulary::Lang;

const LIST: &str = "suggestions";

/// `text` is what the page was searched for; `from` answers with the options as HTML.
#[island]
pub fn SearchField(lang: Lang, text: String, from: String) -> impl IntoView {
    let (options, set_options) = signal(String::new());
    let (active, set_active) = signal(None::<u32>);
    let field = NodeRef::<html::Input>::new();
    let list = NodeRef::<html::Ul>::new();
    let close = move || {
        set_options.set(String::new());
        set_active.set(None);
    };
    #[cfg(feature = "hydrate")]
    let typing = browser::Typing::new(from, set_options, set_active);
    #[cfg(not(feature = "hydrate"))]
    let _ = (from, list);

    let typed = move |_: ev::Event| {
        #[cfg(feature = "hydrate")]
        if let Some(field) = field.get_untracked() {
            typing.ask(field.value());
        }
    };
    let pressed = move |event: ev::KeyboardEvent| {
        #[cfg(feature = "hydrate")]
        if event.key() == "Escape" && !options.get_untracked().is_empty() {
            event.prevent_default();
            close();
        } else {
            browser::press(&event, list, active, set_active);
        }
        #[cfg(not(feature = "hydrate"))]
        let _ = event;
    };
    // The pointer must not take the focus away before its click arrives.
    let held = move |event: ev::MouseEvent| event.prevent_default();
    let clicked = move |event: ev::MouseEvent| {
        #[cfg(feature = "hydrate")]
        browser::click(&event);
        #[cfg(not(feature = "hydrate"))]
        let _ = event;
    };
    let open = move || !options.get().is_empty();
    view! {
        <div class="seek-field">
            <input
                node_ref=field
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
                aria-expanded=move || open().to_string()
                aria-activedescendant=move || active.get().and_then(|place| option_id(list, place))
                on:input=typed
                on:keydown=pressed
                on:blur=move |_| close()
            />
            <ul
                node_ref=list
                id=LIST
                role="listbox"
                aria-label=lang.pick("검색 제안", "Suggestions")
                hidden=move || !open()
                inner_html=move || options.get()
                on:mousedown=held
                on:click=clicked
            ></ul>
        </div>
    }
}

fn option_id(list: NodeRef<html::Ul>, place: u32) -> Option<String> {
    #[cfg(feature = "hydrate")]
    return list.get_untracked()?.children().item(place).map(|option| option.id());
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = (list, place);
        None
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    use std::{cell::Cell, rc::Rc, time::Duration};

    use leptos::{ev, html, leptos_dom::helpers::TimeoutHandle, prelude::*, task::spawn_local};
    use wasm_bindgen::JsCast;
    use web_sys::Element;

    use crate::catalog::islands::fetch;

    const PAUSE: Duration = Duration::from_millis(90);

    /// Asks a moment after the last key, and shows only the answer to the last question.
    #[derive(Clone)]
    pub(super) struct Typing {
        from: Rc<str>,
        asked: Rc<Cell<u32>>,
        waiting: Rc<Cell<Option<TimeoutHandle>>>,
        options: WriteSignal<String>,
        active: WriteSignal<Option<u32>>,
    }

    impl Typing {
        pub(super) fn new(
            from: String,
            options: WriteSignal<String>,
            active: WriteSignal<Option<u32>>,
        ) -> Typing {
            Typing { from: from.into(), asked: Rc::default(), waiting: Rc::default(), options, active }
        }

        pub(super) fn ask(&self, text: String) {
            if let Some(waiting) = self.waiting.take() {
                waiting.clear();
            }
            let question = self.asked.get().wrapping_add(1);
            self.asked.set(question);
            if text.trim().is_empty() {
                self.options.set(String::new());
                self.active.set(None);
                return;
            }
            let typing = self.clone();
            let handle = set_timeout_with_handle(
                move || {
                    spawn_local(async move {
                        let query = String::from(js_sys::encode_uri_component(&text));
                        let html =
                            fetch::text(&format!("{}?q={query}", typing.from)).await.unwrap_or_default();
                        if typing.asked.get() == question {
                            typing.active.set(None);
                            typing.options.set(html);
                        }
                    });
                },
                PAUSE,
            );
            self.waiting.set(handle.ok());
        }
    }

    /// Up and down through the list, Enter to go there; everything else stays the field's.
    pub(super) fn press(
        event: &ev::KeyboardEvent,
        list: NodeRef<html::Ul>,
        active: ReadSignal<Option<u32>>,
        set_active: WriteSignal<Option<u32>>,
    ) {
        // While a syllable is being composed, the keys are the input method's.
        if event.is_composing() {
            return;
        }
        let Some(list) = list.get_untracked() else { return };
        let options = list.children();
        let count = options.length();
        if count == 0 {
            return;
        }
        let here = active.get_untracked();
        let next = match event.key().as_str() {
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
        for place in 0..count {
            if let Some(option) = options.item(place) {
                let chosen = Some(place) == next;
                let _ = option.set_attribute("aria-selected", if chosen { "true" } else { "false" });
            }
        }
        set_active.set(next);
    }

    pub(super) fn click(event: &ev::MouseEvent) {
        let element = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        if let Some(option) = element.and_then(|element| element.closest("[data-href]").ok().flatten()) {
            go(&option);
        }
    }

    fn go(option: &Element) {
        if let Some(href) = option.get_attribute("data-href") {
            let _ = window().location().set_href(&href);
        }
    }
}
