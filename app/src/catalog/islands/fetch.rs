//! Asking the server for a finished piece of a page, with the browser's own `fetch` and nothing else.

use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{RequestInit, RequestRedirect, Response};

use crate::ui::browser::window;

/// The text of an address; none where the server or the network refuses.
pub(super) async fn text(address: &str) -> Option<String> {
    let response = JsFuture::from(window().fetch_with_str(address)).await.ok()?;
    let response: Response = response.dyn_into().ok()?;
    if !response.ok() {
        return None;
    }
    JsFuture::from(response.text().ok()?).await.ok()?.as_string()
}

/// Posts a form and does not look where it leads: only its cookies are wanted.
pub(super) async fn tell(address: &str, form: &str) -> bool {
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_redirect(RequestRedirect::Manual);
    init.set_body(&JsValue::from_str(form));
    let headers = js_sys::Object::new();
    let name = JsValue::from_str("content-type");
    let _ = js_sys::Reflect::set(&headers, &name, &JsValue::from_str("application/x-www-form-urlencoded"));
    init.set_headers(&headers);
    let answer = JsFuture::from(window().fetch_with_str_and_init(address, &init)).await;
    // A redirect that is not followed is opaque: its status reads 0.
    answer
        .ok()
        .and_then(|answer| answer.dyn_into::<Response>().ok())
        .is_some_and(|answer| answer.status() < 400)
}
