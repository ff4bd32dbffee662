//! The browser as islands use it: its own interfaces, and nothing that keeps a state of its own. What an island shows
//! is written by the server; so it needs no reactive graph, which is most of what a client would weigh.

use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{Document, EventTarget, Window};

thread_local! {
    static WINDOW: Option<Window> = web_sys::window();
    static DOCUMENT: Option<Document> = WINDOW.with(|window| window.as_ref().and_then(Window::document));
}

/// The page's window. A worker has none, and islands do not run there.
pub(crate) fn window() -> Window {
    WINDOW.with(Clone::clone).unwrap_or_else(|| JsValue::UNDEFINED.unchecked_into())
}

pub(crate) fn document() -> Document {
    DOCUMENT.with(Clone::clone).unwrap_or_else(|| JsValue::UNDEFINED.unchecked_into())
}

/// Hears an event for as long as the page lives: islands do.
pub(crate) fn listen<E: JsCast + 'static>(on: &EventTarget, name: &str, heard: impl Fn(E) + 'static) {
    let closure = Closure::<dyn Fn(JsValue)>::new(move |event: JsValue| heard(event.unchecked_into()));
    let _ = on.add_event_listener_with_callback(name, closure.as_ref().unchecked_ref());
    closure.forget();
}
