//! The foot of a page: where else one can go, and who sells. Korean law wants the seller and what becomes of one's
//! data told on the first page; shoppers arrive on any.

use leptos::prelude::*;
use onshelf_vocabulary::Lang;

use super::other_language;
use crate::{
    ssr::{Site, Visit},
    ui::{part::part, seller::seller},
};

pub(super) fn foot(visit: &Visit, path: &str) -> impl IntoView + use<> {
    let site = &visit.door.site;
    let law = (&site.seller, &site.terms, &site.privacy);
    let shown = (visit.lang, path, site.name.get(visit.lang), law, site.demo, site.shows_messages);
    part("foot", shown, || footer(visit, path))
}

fn footer(visit: &Visit, path: &str) -> impl IntoView + use<> {
    let site = &visit.door.site;
    view! {
        <footer class="foot" id="foot">
            <p class="mark">{site.name.get(visit.lang).to_owned()}<i aria-hidden="true"></i></p>
            <nav aria-label=visit.say("아래 메뉴", "Footer")>
                <a href=visit.href("/stores")>{visit.say("매장 찾기", "Find a store")}</a>
                <a href=visit.href("/products")>{visit.say("모든 상품", "All products")}</a>
                <a href=visit.href("/reservations")>{visit.say("주문·예약 찾기", "Find an order")}</a>
                {terms(visit.lang, site)}
                {other_language(visit, path)}
            </nav>
            {seller(&site.seller)}
            {site.demo.then(|| view! {
                <p class="fine">{visit.say(
                    "데모예요. 제자리는 꾸며낸 가게이고, 재고는 가상의 계산대가 움직여요.",
                    "This is a demo. Jejari is made up; a simulated till moves its stock.",
                )}</p>
            })}
            {site.shows_messages.then(|| view! {
                <p class="fine"><a href=visit.href("/dev/messages")>{visit.say("보낸 메일과 문자 보기", "E-mails and texts that were sent")}</a></p>
            })}
        </footer>
    }
}

/// The operator's own pages, where there are such. The one about data is set apart, as is the custom.
fn terms(lang: Lang, site: &Site) -> impl IntoView + use<> {
    let link = |address: &str, name: &'static str, class: Option<&'static str>| {
        let href = address.to_owned();
        (!address.is_empty()).then(|| view! { <a href=href class=class>{name}</a> })
    };
    view! {
        {link(&site.terms, lang.pick("이용약관", "Terms of use"), None)}
        {link(&site.privacy, lang.pick("개인정보처리방침", "Privacy policy"), Some("foot-privacy"))}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_law_wants_stands_there_once_it_is_set() {
        let mut site = Site::default();
        assert!(!terms(Lang::Ko, &site).to_html().contains("<a"));
        site.privacy = "https://shop.example/privacy".to_owned();
        let links = terms(Lang::En, &site).to_html();
        assert!(links.contains("Privacy policy") && !links.contains("Terms of use"), "{links}");
    }
}
