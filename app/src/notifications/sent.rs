//! What would have been sent, for whoever develops: the list, and one message with all that is in it.

use axum::{
    http::{HeaderValue, header},
    response::Response,
};
use leptos::prelude::*;
use onshelf_domain::hangul::is_korean;
use onshelf_vocabulary::Lang;

use crate::ssr::{Page, Visit};

/// A message in the list.
#[derive(Clone, Debug)]
pub struct SentEntry {
    pub name: String,
    pub subject: String,
    pub to: String,
    /// When, in words.
    pub at: String,
    pub is_text: bool,
}

/// One message.
#[derive(Clone, Debug)]
pub struct SentMessage {
    pub entry: SentEntry,
    pub headers: Vec<(String, String)>,
    pub text: String,
    pub has_html: bool,
    /// Name, kind and bytes of what travels with it.
    pub parts: Vec<(String, String, usize)>,
}

const PATH: &str = "/dev/messages";

/// `GET /dev/messages`.
pub fn list_page(visit: &Visit, entries: &[SentEntry]) -> Response {
    private(visit.page(|| {
        let title = title(visit);
        let rows = entries.iter().map(|entry| row(visit, entry)).collect_view();
        let view = view! {
            <section class="sent">
                <h1>{title}</h1>
                <p class="sent-lead">{visit.say(
                    "보내는 곳이 정해지지 않아 폴더에 쌓인 메일과 문자예요. 이 컴퓨터에서만 보여요.",
                    "E-mails and texts kept in a folder, as nothing is set up to send them. They are seen on this machine only.",
                )}</p>
                {if entries.is_empty() {
                    view! { <p class="sent-none">{visit.say("아직 아무것도 보내지 않았어요. 주문을 하나 해 보세요.", "Nothing has been sent yet. Try placing an order.")}</p> }.into_any()
                } else {
                    view! { <ol class="sent-list">{rows}</ol> }.into_any()
                }}
            </section>
        };
        Page::of_order(title, PATH, view)
    }))
}

fn title(visit: &Visit) -> &'static str {
    visit.say("보낸 메시지", "Sent messages")
}

fn row(visit: &Visit, entry: &SentEntry) -> impl IntoView + use<> {
    let href = visit.href(&format!("{PATH}/{}", entry.name));
    view! {
        <li>
            <a href=href>
                <span class="sent-kind" data-kind=if entry.is_text { "text" } else { "mail" }>{kind(visit, entry)}</span>
                <b lang=language(&entry.subject)>{entry.subject.clone()}</b>
                <small><span>{entry.to.clone()}</span><time>{entry.at.clone()}</time></small>
            </a>
        </li>
    }
}

/// A message is in its shopper's language, whoever looks at it.
fn language(text: &str) -> &'static str {
    if is_korean(text) { Lang::Ko.tag() } else { Lang::En.tag() }
}

fn kind(visit: &Visit, entry: &SentEntry) -> &'static str {
    if entry.is_text { visit.say("문자", "Text") } else { visit.say("메일", "E-mail") }
}

/// `GET /dev/messages/{name}`.
pub fn message_page(visit: &Visit, message: &SentMessage) -> Response {
    private(visit.page(|| {
        let entry = &message.entry;
        let path = format!("{PATH}/{}", entry.name);
        let links = links(&message.text);
        let frame = message.has_html.then(|| {
            let title = visit.say("메일 본문", "The e-mail as it is seen");
            view! {
                <iframe
                    class="sent-frame"
                    title=title
                    src=format!("{path}/html")
                    sandbox="allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"
                ></iframe>
            }
        });
        let view = view! {
            <article class="sent">
                <p><a class="checkout-back" href=visit.href(PATH)>{visit.say("모든 메시지", "All messages")}</a></p>
                <h1 lang=language(&entry.subject)>{entry.subject.clone()}</h1>
                <p class="sent-lead"><span>{kind(visit, entry)}</span>" · "<span>{entry.to.clone()}</span>" · "<time>{entry.at.clone()}</time></p>
                <div class="sent-body">
                    {frame}
                    <div class="sent-rest">
                        {section(visit.say("링크", "Links"), links.into_iter().map(link).collect_view())}
                        {(!message.parts.is_empty()).then(|| section(visit.say("함께 보낸 것", "What comes with it"), parts(&path, message)))}
                        <section>
                            <h2>{visit.say("글", "Text")}</h2>
                            <pre class="sent-text" lang=language(&message.text)>{message.text.clone()}</pre>
                        </section>
                        <details>
                            <summary>{visit.say("머리글", "Headers")}</summary>
                            <dl class="sent-headers">{message.headers.iter().map(|(name, value)| view! { <div><dt>{name.clone()}</dt><dd>{value.clone()}</dd></div> }).collect_view()}</dl>
                        </details>
                    </div>
                </div>
            </article>
        };
        Page::of_order(entry.subject.clone(), path, view)
    }))
}

fn section(title: &'static str, rows: impl IntoView + 'static) -> impl IntoView {
    view! { <section><h2>{title}</h2><ul class="sent-links">{rows}</ul></section> }
}

fn link((label, href): (String, String)) -> impl IntoView {
    let words = if label.is_empty() { href.clone() } else { label };
    view! { <li><a href=href>{words}</a></li> }
}

fn parts(path: &str, message: &SentMessage) -> impl IntoView + use<> {
    let rows = message.parts.iter().enumerate().map(|(place, (name, kind, bytes))| {
        let href = format!("{path}/parts/{place}");
        let about = format!("{kind}, {bytes} B");
        view! { <li><a href=href download=name.clone()>{name.clone()}</a>" "<small>{about}</small></li> }
    });
    rows.collect_view()
}

/// The addresses a text holds, each with the words before it: `주문 보기: https://…`.
fn links(text: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        for (place, word) in line.split_whitespace().enumerate() {
            let known = found.iter().any(|(_, href)| href == word);
            if known || !(word.starts_with("http://") || word.starts_with("https://")) {
                continue;
            }
            let before = line.split(word).next().unwrap_or_default().trim();
            let label = before.strip_suffix(':').unwrap_or_default();
            let label = if place == 0 { "" } else { label };
            found.push((label.to_owned(), word.to_owned()));
        }
    }
    found
}

/// Messages name people: kept by no cache.
fn private(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::links;

    #[test]
    fn links_are_found_with_their_labels() {
        let text = "주문 보기: http://h/orders/O-1?t=a\n\n- 성수점 (5분)\n  http://h/stores/a\n[제자리] 준비. http://h/orders/O-1?t=a";
        let found = links(text);
        assert_eq!(found[0], ("주문 보기".to_owned(), "http://h/orders/O-1?t=a".to_owned()));
        assert_eq!((found.len(), found[1].0.as_str()), (2, ""));
    }
}
