//! The look-up field on top of the board, and what a device needs to go on while its network is away: the keys that
//! check passes, and every text it may come to say. What it does with them is `public/counter.js`.

use leptos::prelude::*;
use onshelf_vocabulary::{Lang, orders::PassRefusal};

use super::{board::LONGEST_LOOK_UP, words};
use crate::{
    ssr::Visit,
    ui::icon::{Glyph, Icon},
};

/// A scanner types what it reads and ends with Enter: the field has the focus, and its form needs no button.
/// The hand-over button never has it, or a second Enter would hand over unseen. A camera is offered by the script,
/// where the browser can read codes with it.
pub(super) fn look_up(visit: &Visit, path: &str, typed: &str) -> AnyView {
    view! {
        <form class="staff-seek" method="post" action=visit.href(&format!("{path}/find")) role="search">
            <label for="find" class="quiet">{visit.say("픽업 코드나 예약 번호, 이름, 전화 끝 네 자리", "Pickup code or reservation number, name, last four digits of a phone")}</label>
            <input
                id="find"
                name="typed"
                value=typed.to_owned()
                maxlength=LONGEST_LOOK_UP.to_string()
                autocomplete="off"
                autocapitalize="characters"
                spellcheck="false"
                enterkeyhint="search"
                autofocus
                placeholder=visit.say("코드, 이름, 전화 끝자리", "Code, name or phone")
            />
            <button type="button" class="staff-scan" hidden aria-label=visit.say("카메라로 QR 찍기", "Scan a QR with the camera")>
                <Icon glyph=Glyph::Scan />
            </button>
            <button aria-label=visit.say("찾기", "Find")><Icon glyph=Glyph::Search /><span>{visit.say("찾기", "Find")}</span></button>
        </form>
    }
    .into_any()
}

/// Where the device itself answers. `store` is the code and the name of the board's.
pub(super) fn counter(visit: &Visit, path: &str, store: (&str, &str)) -> AnyView {
    let shop = visit.shop();
    let book = shop.book();
    let zone = book
        .stores
        .by_code(store.0)
        .and_then(|store| store.schedule.time_zone().iana_name().map(str::to_owned));
    let script = visit.door.site.assets.counter.clone();
    view! {
        <section
            id="counter"
            class="counter"
            aria-label=visit.say("이 기기에서 확인하고 건넨 것", "Checked and handed over on this device")
            data-store=store.0.to_owned()
            data-zone=zone.unwrap_or_else(|| "UTC".to_owned())
            data-keys=shop.pass_keys().join(" ")
            data-now=shop.now_ms().to_string()
            data-send=visit.href(&format!("{path}/handovers"))
            data-words=texts(visit.lang, store.1).to_string()
        >
            <div role="status"></div>
            <ul></ul>
        </section>
        {(!script.is_empty()).then(|| view! { <script type="module" src=script></script> })}
    }
    .into_any()
}

/// What the script may say, by its own names. `{at}` and the like are filled in there.
fn texts(lang: Lang, store: &str) -> serde_json::Value {
    let genuine = match lang {
        Lang::Ko => format!("진짜 패스예요. {store}, {{until}}까지."),
        Lang::En => format!("Genuine, for {store}, valid until {{until}}."),
    };
    serde_json::json!({
        "genuine": genuine,
        "now": lang.pick("지금 건네세요. 네트워크가 돌아오면 기록돼요.", "Hand it over now. It will be recorded when the network is back."),
        "unlisted": lang.pick("이 화면에는 없는 주문이에요. 준비해 둔 것에서 찾아 주세요.", "It is not on this screen. Look among what is staged."),
        "give": lang.pick("건넸어요", "Handed over"),
        "not": lang.pick("아직이요", "Not yet"),
        "queued": lang.pick("건넨 것으로 적어 두었어요.", "Noted on this device."),
        "waiting": lang.pick("{at}에 건넴 · 기록을 기다려요", "Handed over {at} · waiting to be recorded"),
        "written": lang.pick("{at}에 건넴 · 기록했어요", "Handed over {at} · recorded"),
        "conflict": lang.pick("{at}에 건넸지만 기록하지 못했어요", "Handed over {at}, but not recorded"),
        "seen": lang.pick("확인했어요", "Understood"),
        "handed": lang.pick("이 기기에서 {at}에 이미 건넨 패스예요. 다시 건네지 마세요.", "Handed over on this device at {at} already. Do not hand it over again."),
        "code": lang.pick("네트워크가 끊겨 코드는 확인할 수 없어요. 손님의 QR을 찍어 주세요.", "There is no network, so a code cannot be checked. Scan the customer's QR."),
        "unable": lang.pick("이 기기는 네트워크 없이 패스를 확인할 수 없어요.", "This device cannot check a pass without a network."),
        "full": lang.pick("기록을 기다리는 것이 너무 많거나 이 기기에 적어 둘 수 없어요. 네트워크가 돌아온 뒤 건네세요.", "Too many are waiting to be recorded, or this device cannot keep them. Hand nothing over until the network is back."),
        "unreadable": lang.pick("기록을 받지 않았어요.", "It was not recorded."),
        "aim": lang.pick("QR을 화면 가운데에 맞춰 주세요", "Hold the QR in the middle"),
        "close": lang.pick("닫기", "Close"),
        "denied": lang.pick("카메라를 쓸 수 없어요. 코드를 입력해 주세요.", "The camera cannot be used. Type the code."),
        "forged": words::pass_refused(lang, PassRefusal::Forged),
        "other_store": words::pass_refused(lang, PassRefusal::OtherStore),
        "expired": words::pass_refused(lang, PassRefusal::Expired),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A name that the script asks for and nobody wrote would be an empty line on somebody's counter.
    #[test]
    fn every_text_the_script_asks_for_is_written() {
        let script = include_str!("../../../public/counter.js");
        let texts = texts(Lang::En, "Seongsu");
        let asked = script.split("words.").skip(1).map(|rest| {
            rest.split(|letter: char| !letter.is_ascii_lowercase() && letter != '_')
                .next()
                .unwrap_or_default()
        });
        let asked: Vec<&str> = asked.collect();
        assert!(asked.len() > 10, "{asked:?}");
        for name in asked.into_iter().chain(["forged", "other_store", "expired", "handed", "code", "unable"])
        {
            assert!(texts[name].is_string(), "{name}");
        }
    }
}
