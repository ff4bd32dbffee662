//! Keeps an open board up to date: asks every moment whether its columns have changed, and sends the board's
//! forms without leaving the page, so that ticks and places are kept.

use leptos::prelude::*;
use onshelf_vocabulary::Lang;

/// Says whether the board is live, and makes it so. Without scripts it stays as the server drew it; all that it may
/// come to say stands on the page.
#[component]
pub fn BoardLive(lang: Lang) -> impl IntoView {
    view! {
        <Watching>
            <p
                class="staff-live"
                data-link="still"
                role="status"
                data-live=lang.pick("실시간", "Live")
                data-lost=lang.pick("연결이 끊겼어요. 다시 잇는 중이에요", "Connection lost, trying again")
                data-signed-out=lang.pick(
                    "로그인이 끝났어요. 새로 고침을 눌러 주세요",
                    "You are signed out. Press reload",
                )
                data-new=lang.pick("새 예약", "New reservation")
            >
                <i aria-hidden="true"></i>
                <span></span>
            </p>
            <p class="quiet" role="status"></p>
        </Watching>
    }
}

/// Watches over the board it stands on.
#[island]
pub fn Watching(children: Children) -> impl IntoView {
    #[cfg(feature = "hydrate")]
    super::watch::start();
    children()
}
