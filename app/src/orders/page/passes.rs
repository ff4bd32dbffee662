//! Who may collect an order: its owner, and whom they send. Each pass has a line that says what became of it; the link
//! of whoever is sent can be given, renewed and taken back here.

use leptos::prelude::*;
use onshelf_vocabulary::{
    Lang,
    fulfilment::{ReservationStatus as Status, Way},
    orders::{OrderView, PassLine, PassState},
};

use super::super::forms::{deed, own_fields};
use crate::{
    ssr::{Visit, encoded},
    ui::field::Field,
};

/// Where on the order's page it stands.
pub(in crate::orders) const PLACE: &str = "passes";

/// Whether somebody can be named to collect it. What is brought to a car is among that.
pub(super) fn can_name(view: &OrderView) -> bool {
    view.groups
        .iter()
        .any(|group| !group.status.is_over() && group.way != Way::Delivery && group.status != Status::Pending)
}

pub(super) fn passes(visit: &Visit, view: &OrderView, token: &str) -> Option<AnyView> {
    let live = can_name(view);
    let sent = view.passes.iter().any(|line| line.holder.is_some());
    if !live && !sent {
        return None;
    }
    let several = view.passes.iter().any(|line| line.store != view.passes[0].store);
    let lines = view.passes.iter().map(|line| pass_line(visit.lang, line, several)).collect_view();
    let given = view.passes.iter().rev().find_map(|line| Some((line.holder.as_ref()?, line.link.as_ref()?)));
    let given = given.map(|(holder, link)| give(visit, view, token, holder, link));
    let section = view! {
        <section class="passes" id=PLACE aria-labelledby="passes-head">
            <h2 id="passes-head">{visit.say("받아 갈 수 있는 사람", "Who may collect it")}</h2>
            {given}
            {sent.then(|| view! { <ul class="pass-lines">{lines}</ul> })}
            {live.then(|| name_somebody(visit, view, token))}
        </section>
    };
    Some(section.into_any())
}

fn pass_line(lang: Lang, line: &PassLine, several: bool) -> AnyView {
    let who = match (&line.holder, lang) {
        (None, _) => lang.pick("본인", "You").to_owned(),
        (Some(name), Lang::Ko) => format!("{name} 님"),
        (Some(name), Lang::En) => name.clone(),
    };
    let store = several.then(|| view! { <small>{line.store_name.clone()}</small> });
    view! {
        <li data-state=line.state.code()>
            <b>{who}</b>
            {store}
            <span>{what_became(lang, line)}</span>
        </li>
    }
    .into_any()
}

/// Whether it was used, when; who took it back, when.
fn what_became(lang: Lang, line: &PassLine) -> String {
    let at = line.at.as_ref().map_or("", |at| at.label.as_str());
    match (lang, line.state) {
        (_, PassState::Open) if line.holder.is_none() => {
            lang.pick("이 화면의 코드로 받아 가요", "With the code on this page").to_owned()
        }
        (_, PassState::Open) => lang.pick("아직 쓰지 않았어요", "Not used yet").to_owned(),
        (Lang::Ko, PassState::Used) => format!("{at}에 받아 갔어요"),
        (Lang::En, PassState::Used) => format!("Collected {at}"),
        (Lang::Ko, PassState::Revoked) => format!("{at}에 직접 취소했어요"),
        (Lang::En, PassState::Revoked) => format!("You took it back {at}"),
        (Lang::Ko, PassState::Renewed) => format!("{at}에 새 링크로 바꿨어요"),
        (Lang::En, PassState::Renewed) => format!("You made a new link {at}"),
        (Lang::Ko, PassState::Collected) => format!("{at}에 다른 패스로 받아 가서 끝났어요"),
        (Lang::En, PassState::Collected) => format!("Ended {at}: collected with another pass"),
        (_, PassState::Expired) => lang.pick("기한이 지나 끝났어요", "Expired").to_owned(),
        (Lang::Ko, PassState::Over) => format!("{at}에 주문이 취소되거나 바뀌어 끝났어요"),
        (Lang::En, PassState::Over) => format!("Ended {at}: the order was cancelled or changed"),
    }
}

/// The link, and the ways to pass it on that a phone has without any script.
fn give(visit: &Visit, view: &OrderView, token: &str, holder: &str, link: &str) -> AnyView {
    let path = visit.href(link);
    let url = format!("{}{path}", visit.door.site.public_url);
    let (may, text) = match visit.lang {
        Lang::Ko => {
            (format!("{holder} 님도 받아 갈 수 있어요"), format!("{holder} 님, 대신 받아 주세요. {url}"))
        }
        Lang::En => {
            (format!("{holder} may collect it too"), format!("{holder}, please collect this for me: {url}"))
        }
    };
    // No form reads these: a plus would stay one.
    let part = |text: &str| encoded(text).replace('+', "%20");
    let subject = visit.say("대신 받아 주세요", "Please collect this for me");
    let message = format!("sms:?&body={}", part(&text));
    let mail = format!("mailto:?subject={}&body={}", part(subject), part(&text));
    view! {
        <div class="pass-give">
            <p class="pass-may">{may}</p>
            <div class="field">
                <label for="pass-link">{visit.say("이 링크를 보내 주세요", "Send them this link")}</label>
                <input id="pass-link" value=url readonly aria-describedby="pass-link-hint" />
                <small id="pass-link-hint">{visit.say(
                    "무엇을 어디서 언제까지 받아 가는지만 보여요. 가격과 연락처는 보이지 않고, 한 번 받아 가면 끝나요.",
                    "It shows what, where and until when: no prices, nothing about you. It works once.",
                )}</small>
            </div>
            <p class="pass-ways">
                <a class="alt" href=message>{visit.say("문자로", "By text")}</a>
                <a class="alt" href=mail>{visit.say("메일로", "By e-mail")}</a>
                <a class="alt" href=path>{visit.say("열어 보기", "See it")}</a>
            </p>
            <form method="post" action=visit.href(&deed(view, "change"))>
                {own_fields(token)}
                <input type="hidden" name="proxy" value=holder.to_owned() />
                <button class="pass-quiet">{visit.say("새 링크로 바꾸기", "Make a new link")}</button>
                <button class="pass-quiet" name="proxy_none" value="1">{visit.say("링크 취소하기", "Take it back")}</button>
            </form>
        </div>
    }
    .into_any()
}

fn name_somebody(visit: &Visit, view: &OrderView, token: &str) -> AnyView {
    view! {
        <details class="cancel">
            <summary>{visit.say("다른 분이 대신 받아 가요", "Somebody else collects it")}</summary>
            <form method="post" action=visit.href(&deed(view, "change"))>
                {own_fields(token)}
                <Field
                    name="proxy"
                    label=visit.say("대신 오시는 분의 이름", "Name of the person collecting")
                    hint=visit.say("그분만의 링크를 만들어 드려요. 언제든 취소할 수 있어요.", "You'll get a link for them, which you can take back at any time.")
                    autocomplete="off"
                    maxlength=80
                    required=true
                />
                <button class="cancel-go">{visit.say("이 분도 받아 갈 수 있게 하기", "Let them collect it")}</button>
            </form>
        </details>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use onshelf_vocabulary::Moment;

    use super::*;

    #[test]
    fn each_pass_says_what_became_of_it_in_both_languages() {
        use PassState::{Collected, Expired, Open, Over, Renewed, Revoked, Used};
        let mut said = std::collections::HashSet::new();
        for state in [Open, Used, Revoked, Renewed, Collected, Expired, Over] {
            let line = PassLine {
                group: "R-1".to_owned(),
                store: "seongsu".to_owned(),
                store_name: "성수점".to_owned(),
                holder: Some("이모".to_owned()),
                state,
                at: Some(Moment { at: String::new(), label: "14:02".to_owned() }),
                link: None,
            };
            assert!(said.insert(what_became(Lang::Ko, &line)) && said.insert(what_became(Lang::En, &line)));
        }
    }
}
