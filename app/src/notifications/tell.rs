//! The offer to be told in the browser. It shows only where the browser can (`loader.js` says so), and what it needs
//! is fetched when it is about to be pressed (`push.js`). Whoever is not told here has mail or a text.

use leptos::prelude::*;

use crate::ssr::Visit;

/// `path` is the order's or reservation's address in the API. None where no push service may be called.
pub fn tell(visit: &Visit, path: &str, token: &str) -> Option<AnyView> {
    let key = visit.door.site.push_key.clone();
    let (path, token) = (format!("{path}/notifications"), token.to_owned());
    let denied = visit.say(
        "이 브라우저에서 알림이 꺼져 있어요. 브라우저 설정에서 켤 수 있어요.",
        "Notifications are off in this browser. You can turn them on in its settings.",
    );
    let failed = visit.say(
        "지금은 알림을 켤 수 없어요. 소식은 남겨 주신 연락처로 알려 드릴게요.",
        "That didn't work just now. We'll let you know through the contact you gave.",
    );
    let told = visit.say(
        "바뀌는 것이 있으면 이 브라우저로 알려 드려요.",
        "We'll let you know in this browser when something changes.",
    );
    (!key.is_empty()).then(|| {
        view! {
            <div class="tell" data-tell=path data-token=token data-key=key data-denied=denied data-failed=failed data-told=told>
                <p role="status" tabindex="-1"></p>
                <button type="button" class="go-quiet" data-on>
                    {visit.say("이 브라우저로 알림 받기", "Notify me in this browser")}
                </button>
                <button type="button" class="tell-off" data-off>{visit.say("알림 그만 받기", "Stop notifying me")}</button>
            </div>
        }
        .into_any()
    })
}
