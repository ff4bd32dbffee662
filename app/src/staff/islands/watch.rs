//! The board in the browser: what keeps it live.

use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    AbortController, AbortSignal, CustomEvent, Document, Element, FormData, HtmlElement, HtmlFormElement,
    KeyboardEvent, RequestInit, Response, SubmitEvent, UrlSearchParams,
};

use super::patch::take_over;
use crate::ui::browser::{document, listen, window};

/// Milliseconds: two devices are never further apart than this and an answer's way.
const PAUSE: i32 = 1_500;
/// Milliseconds. A network may be there and lead nowhere: what nobody answers would be waited for without an end.
const LIMIT: i32 = 4_000;
/// Milliseconds of a deed, which a busy shop may take its time for: given up, nobody would say whether it was done.
const LIMIT_OF_A_DEED: i32 = 15_000;
/// One lost answer is no lost network.
const LOST: u32 = 2;
const FIELDS: &str = "input:not([type=checkbox]):not([type=radio]), select, textarea";

/// How the page stands to the shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Link {
    Live,
    Lost,
    SignedOut,
}

/// Where the board says how it is, and what is new.
#[derive(Clone)]
struct Watch {
    state: Element,
    said: Element,
}

pub(super) fn start() {
    let document = document();
    let find = |selector: &str| document.query_selector(selector).ok().flatten();
    let (Some(state), Some(said)) = (find(".staff-live"), find(".staff-live + [role=status]")) else {
        return;
    };
    let watch = Watch { state, said };
    let own = watch.clone();
    listen(&document, "submit", move |event: SubmitEvent| own.send(&event));
    let own = watch.clone();
    listen(&document, "board", move |event: CustomEvent| own.find(&event));
    listen(&document, "keydown", |event: KeyboardEvent| catch_scanner(&event));
    watch.wait(0);
}

impl Watch {
    fn wait(self, missed: u32) {
        later(PAUSE, &Closure::once_into_js(move || spawn_local(self.look(missed))));
    }

    /// Shows how the page stands to the shop, in words that came with it.
    fn link(&self, link: Link) {
        let (state, words) = match link {
            Link::Live => ("live", "data-live"),
            Link::Lost => ("lost", "data-lost"),
            Link::SignedOut => ("lost", "data-signed-out"),
        };
        let words = self.state.get_attribute(words);
        if let Some(span) = self.state.last_element_child().filter(|span| span.text_content() != words) {
            let _ = self.state.set_attribute("data-link", state);
            span.set_text_content(words.as_deref());
        }
    }

    /// Asks once; then waits and asks again.
    async fn look(self, missed: u32) {
        let document = document();
        if document.hidden() {
            return self.wait(missed);
        }
        let Some(address) = address_now() else { return };
        let missed = match ask(&address, None).await {
            Some((401, _)) => return self.link(Link::SignedOut),
            Some((204, _)) => 0,
            Some((200, html)) => {
                // Something else may have been looked up meanwhile: then this is an answer about the board before.
                if address_now() == Some(address) {
                    self.say(&html);
                }
                0
            }
            _ => missed.saturating_add(1),
        };
        self.link(if missed >= LOST { Link::Lost } else { Link::Live });
        self.wait(missed);
    }

    /// Takes over what the counter's script looked up, which replaces the board itself where nobody says that it did.
    fn find(&self, event: &CustomEvent) {
        if event.detail().as_string().is_some_and(|html| self.say(&html)) {
            event.prevent_default();
        }
    }

    /// Takes an answer over, and announces reservations that came in. False where it was no board.
    fn say(&self, html: &str) -> bool {
        let Some(news) = take_over(&document(), html) else { return false };
        let mut said = news.called;
        if !news.said.is_empty() {
            let new = self.state.get_attribute("data-new").unwrap_or_default();
            said.push([&new, ": ", &news.said.join("; ")].concat());
        }
        if !said.is_empty() {
            self.said.set_text_content(Some(&said.join(". ")));
        }
        true
    }

    /// Sends a form of the board in the background. Where no answer comes the board says that it is lost; the same press
    /// again has the same key.
    fn send(&self, event: &SubmitEvent) {
        let form = event.target().and_then(|target| target.dyn_into::<HtmlFormElement>().ok());
        let Some(form) = form.filter(|form| form.closest("#columns").is_ok_and(|found| found.is_some()))
        else {
            return;
        };
        let button = event.submitter().and_then(|button| button.dyn_into::<HtmlElement>().ok());
        let body = FormData::new_with_form(&form)
            .and_then(|data| UrlSearchParams::new_with_str_sequence_sequence(&data));
        let Ok(body) = body else { return };
        let pressed = |name| button.as_ref().and_then(|button| button.get_attribute(name));
        if let (Some(name), Some(value)) = (pressed("name"), pressed("value")) {
            body.append(&name, &value);
        }
        event.prevent_default();
        if let Some(button) = &button {
            let _ = button.set_attribute("aria-busy", "true");
        }
        let address = form.action();
        let own = self.clone();
        spawn_local(async move {
            match ask(&address, Some(&body)).await {
                // Another page than the board, such as the one to sign in at: the browser goes there itself.
                Some((status, html)) if status < 500 => {
                    if own.say(&html) {
                        settle();
                    } else {
                        let _ = window().location().reload();
                    }
                }
                _ => own.link(Link::Lost),
            }
            if let Some(button) = button {
                let _ = button.remove_attribute("aria-busy");
            }
        });
    }
}

/// Where the board asks for what it shows.
fn address_now() -> Option<String> {
    document().get_element_by_id("columns").and_then(|columns| columns.get_attribute("data-address"))
}

/// Calls a function once these milliseconds are over.
fn later(pause: i32, deed: &JsValue) {
    let deed = deed.unchecked_ref();
    let _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(deed, pause);
}

/// Gives up what is not answered in time. By a timer of its own: older tablets have no `AbortSignal.timeout`.
fn in_time(limit: i32) -> Option<AbortSignal> {
    let controller = AbortController::new().ok()?;
    let signal = controller.signal();
    later(limit, &Closure::once_into_js(move || controller.abort()));
    Some(signal)
}

/// Status and text of an answer, with redirects followed; none where there was none in time.
async fn ask(address: &str, body: Option<&UrlSearchParams>) -> Option<(u16, String)> {
    let init = RequestInit::new();
    init.set_signal(in_time(if body.is_some() { LIMIT_OF_A_DEED } else { LIMIT }).as_ref());
    if let Some(body) = body {
        init.set_method("POST");
        init.set_body(body);
    }
    let answer = JsFuture::from(window().fetch_with_str_and_init(address, &init)).await.ok()?;
    let answer: Response = answer.dyn_into().ok()?;
    let text = JsFuture::from(answer.text().ok()?).await.ok()?;
    Some((answer.status(), text.as_string()?))
}

/// After a deed: the address asks for what the page shows, and where there are keys they go to the look-up field.
fn settle() {
    let (window, document) = (window(), document());
    if document.query_selector(".staff-found").ok().flatten().is_none()
        && let (Ok(path), Ok(history)) = (window.location().pathname(), window.history())
    {
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&path));
    }
    let lost = document.active_element().is_none_or(|focused| focused.tag_name() == "BODY");
    // A handheld would open its keyboard over the board.
    let keys = window.match_media("(pointer: fine)").ok().flatten().is_some_and(|media| media.matches());
    if lost && keys {
        to_field(&document);
    }
}

fn to_field(document: &Document) {
    let field = document.get_element_by_id("find");
    if let Some(field) = field.and_then(|field| field.dyn_into::<HtmlElement>().ok()) {
        let _ = field.focus();
    }
}

/// A scanner types wherever the focus is. Unless that is a field, what it types goes to the look-up field, and
/// its Enter presses no button that happened to have the focus.
fn catch_scanner(event: &KeyboardEvent) {
    let document = document();
    let typing = document.active_element().is_some_and(|focused| focused.matches(FIELDS).unwrap_or_default());
    let letter = event.key().chars().count() == 1 && event.key() != " ";
    if letter && !typing && !event.ctrl_key() && !event.meta_key() && !event.alt_key() {
        to_field(&document);
    }
}
