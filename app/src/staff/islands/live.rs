//! Keeps an open board up to date: asks every moment whether its columns have changed, and sends the board's
//! forms without leaving the page, so that ticks and places are kept.

use std::time::Duration;

use leptos::{prelude::*, task::spawn_local};
use onshelf_vocabulary::Lang;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Document, FormData, HtmlElement, HtmlFormElement, KeyboardEvent, RequestInit, Response, SubmitEvent,
    UrlSearchParams,
};

use super::patch::take_over;

/// Two devices are never further apart than this and an answer's way.
const PAUSE: Duration = Duration::from_millis(1_500);
/// One lost answer is no lost network.
const LOST: u32 = 2;
const FIELDS: &str = "input:not([type=checkbox]):not([type=radio]), select, textarea";

/// How the page stands to the shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Link {
    /// As the server drew it: without scripts it stays so.
    Still,
    Live,
    Lost,
    SignedOut,
}

/// Says whether the board is live, and makes it so.
#[island]
pub fn BoardLive(lang: Lang) -> impl IntoView {
    let link = RwSignal::new(Link::Still);
    let said = RwSignal::new(String::new());
    Effect::new(move |_| start(Watch { lang, link, said }));
    let words = move || match link.get() {
        Link::Still => "",
        Link::Live => lang.pick("실시간", "Live"),
        Link::Lost => lang.pick("연결이 끊겼어요. 다시 잇는 중입니다", "Connection lost, trying again"),
        Link::SignedOut => {
            lang.pick("로그인이 끝났어요. 새로 고침을 눌러 주세요", "You are signed out. Press reload")
        }
    };
    let state = move || match link.get() {
        Link::Still => "still",
        Link::Live => "live",
        Link::Lost | Link::SignedOut => "lost",
    };
    view! {
        <p class="staff-live" data-link=state role="status">
            <i aria-hidden="true"></i>
            <span>{words}</span>
        </p>
        <p class="quiet" role="status">{move || said.get()}</p>
    }
}

#[derive(Clone, Copy)]
struct Watch {
    lang: Lang,
    link: RwSignal<Link>,
    said: RwSignal<String>,
}

fn start(watch: Watch) {
    let document = document();
    listen(&document, "submit", move |event: SubmitEvent| watch.send(&event));
    listen(&document, "keydown", |event: KeyboardEvent| catch_scanner(&event));
    watch.wait(0);
}

impl Watch {
    fn wait(self, missed: u32) {
        set_timeout(move || spawn_local(self.look(missed)), PAUSE);
    }

    /// Asks once; then waits and asks again.
    async fn look(self, missed: u32) {
        let document = document();
        if document.hidden() {
            return self.wait(missed);
        }
        let address =
            document.get_element_by_id("columns").and_then(|columns| columns.get_attribute("data-address"));
        let Some(address) = address else { return };
        let missed = match ask(&address, None).await {
            Some((401, _)) => return self.link.set(Link::SignedOut),
            Some((204, _)) => 0,
            Some((200, html)) => {
                self.say(&html);
                0
            }
            _ => missed.saturating_add(1),
        };
        let link = if missed >= LOST { Link::Lost } else { Link::Live };
        if self.link.get_untracked() != link {
            self.link.set(link);
        }
        self.wait(missed);
    }

    /// Takes an answer over, and announces reservations that came in. False where it was no board.
    fn say(self, html: &str) -> bool {
        let Some(news) = take_over(&document(), html) else { return false };
        if !news.said.is_empty() {
            let new = self.lang.pick("새 예약", "New reservation");
            self.said.set(format!("{new}: {}", news.said.join("; ")));
        }
        true
    }

    /// Sends a form of the board in the background; where that fails the browser sends it as ever.
    fn send(self, event: &SubmitEvent) {
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
        spawn_local(async move {
            match ask(&address, Some(&body)).await {
                // Another page than the board, such as the one to sign in at: the browser goes there itself.
                Some((status, html)) if status < 500 => {
                    if self.say(&html) {
                        settle();
                    } else {
                        let _ = window().location().reload();
                    }
                }
                _ => self.link.set(Link::Lost),
            }
            if let Some(button) = button {
                let _ = button.remove_attribute("aria-busy");
            }
        });
    }
}

/// Status and text of an answer, with redirects followed; none where there was none.
async fn ask(address: &str, body: Option<&UrlSearchParams>) -> Option<(u16, String)> {
    let init = RequestInit::new();
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

/// For as long as the page lives: the island does.
fn listen<E: JsCast + 'static>(document: &Document, name: &str, heard: impl Fn(E) + 'static) {
    let closure = Closure::<dyn Fn(JsValue)>::new(move |event: JsValue| heard(event.unchecked_into()));
    let _ = document.add_event_listener_with_callback(name, closure.as_ref().unchecked_ref());
    closure.forget();
}
