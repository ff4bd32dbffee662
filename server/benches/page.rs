//! Pages: rendered, and kept, against axum that returns the same bytes and axum with maud that writes the same page.
//! `cargo xtask bench page [--quick]`

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::print_stdout,
    reason = "it prints what it measured"
)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a benchmark that cannot go on ends"
)]

mod common;

use std::{path::Path, time::Duration};

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, HeaderName, Response},
};
use common::{
    Called,
    host::{self, Host},
    load::{self, Line, Load},
    machine, median, quantile,
    report::{self, Better, Column, Row},
    shop,
};
use maud::{PreEscaped, html};
use onshelf_server::http::Limits;

/// Name and address of each page.
const PAGES: [(&str, &str); 3] = [
    ("product", "/p/enamel-kettle"),
    ("category", "/category/kitchen"),
    ("search", "/search?q=%EC%A3%BC%EC%A0%84%EC%9E%90"),
];
const CONNECTIONS: usize = 8;
const BYTES: &str = "axum, the same bytes";
const MAUD: &str = "axum + maud, the same page";
/// Where whoever measures leaves the pages for the floors.
const FOLDER: &str = "ONSHELF_BENCH_FOLDER";

fn main() {
    match host::role().as_deref() {
        Some("kept") => serve(shop::unlimited()),
        Some("rendered") => serve(Limits { kept_pages: 0, ..shop::unlimited() }),
        Some("bytes") => floor("br"),
        Some("maud") => floor("html"),
        _ => measure(Called::now()),
    }
}

fn serve(limits: Limits) {
    host::runtime().block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let shop = shop::demo_shop(&shop::sqlite(folder.path())).await;
        shop::serve(&shop, limits).await;
    });
}

/// The floors: `br` returns bytes, `html` writes the page with maud each time.
fn floor(kind: &'static str) {
    host::runtime().block_on(async {
        let folder = std::env::var(FOLDER).unwrap();
        let mut router = Router::new();
        for (name, path) in PAGES {
            let file = Path::new(&folder).join(format!("{name}.{kind}"));
            let bytes = std::fs::read(file).unwrap();
            let path = path.split('?').next().unwrap();
            let file = Path::new(&folder).join(format!("{name}.{kind}.head"));
            let head = std::sync::Arc::new(head(&std::fs::read_to_string(file).unwrap()));
            let service = if kind == "br" {
                let bytes = bytes::Bytes::from(bytes);
                axum::routing::get(move || std::future::ready(answer(&head, Body::from(bytes.clone()))))
            } else {
                let pieces = std::sync::Arc::new(pieces(&String::from_utf8(bytes).unwrap()));
                axum::routing::get(move || std::future::ready(answer(&head, Body::from(written(&pieces)))))
            };
            router = router.route(path, service);
        }
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        host::say(listener.local_addr().unwrap().port());
        axum::serve(
            axum::serve::ListenerExt::tap_io(listener, |stream| stream.set_nodelay(true).unwrap()),
            router,
        )
        .await
        .unwrap();
    });
}

fn answer(head: &HeaderMap, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.headers_mut() = head.clone();
    response
}

/// The head the page was sent with, but for what hyper adds itself.
fn head(text: &str) -> HeaderMap {
    let fields = text.lines().skip(1).filter_map(|line| line.split_once(": "));
    let own = fields.filter(|(name, _)| !["content-length", "date"].contains(name));
    own.map(|(name, value)| (name.parse::<HeaderName>().unwrap(), value.parse().unwrap())).collect()
}

/// A page as a maud template sees it: markup that stands in the template, and values that come into it.
enum Piece {
    Markup(String),
    Value(String),
}

/// Takes a page apart. Texts between tags and the attributes that come from data are values; tags, classes and the
/// other attributes are markup, as they would be in a template written by hand.
fn pieces(page: &str) -> Vec<Piece> {
    const FROM_DATA: [&str; 9] =
        ["href", "src", "alt", "value", "content", "aria-label", "data-stock", "datetime", "fill"];
    let (mut pieces, mut markup, mut rest) = (Vec::new(), String::new(), page);
    let mut value = |markup: &mut String, text: &str| {
        pieces.push(Piece::Markup(std::mem::take(markup)));
        pieces.push(Piece::Value(html_escape::decode_html_entities(text).into_owned()));
    };
    while let Some(open) = rest.find('<') {
        let (text, tag) = rest.split_at(open);
        if text.trim().is_empty() {
            markup.push_str(text);
        } else {
            value(&mut markup, text);
        }
        let close = tag.find('>').unwrap() + 1;
        let (tag, after) = tag.split_at(close);
        let mut left = tag;
        while let Some(at) = left.find("=\"") {
            let name = left[..at].rsplit([' ', '\n']).next().unwrap_or_default();
            let (before, quoted) = left.split_at(at + 2);
            let end = quoted.find('"').unwrap();
            markup.push_str(before);
            if FROM_DATA.contains(&name) && end > 0 {
                value(&mut markup, &quoted[..end]);
            } else {
                markup.push_str(&quoted[..end]);
            }
            left = &quoted[end..];
        }
        markup.push_str(left);
        rest = after;
        if tag.starts_with("<script") {
            let end = rest.find("</script>").unwrap();
            markup.push_str(&rest[..end]);
            rest = &rest[end..];
        }
    }
    markup.push_str(rest);
    pieces.push(Piece::Markup(markup));
    pieces
}

fn written(pieces: &[Piece]) -> String {
    let page = html! {
        @for piece in pieces {
            @match piece {
                Piece::Markup(markup) => (PreEscaped(markup)),
                Piece::Value(value) => (value),
            }
        }
    };
    page.into_string()
}

/// One of the four, with what its rounds showed: CPU-µs a request.
struct Contender {
    name: &'static str,
    coding: &'static str,
    host: Host,
    cpu: Vec<f64>,
    load: Load,
}

fn measure(called: Called) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let settings = [(FOLDER, folder.path().to_str().unwrap())];
    let kept = Host::start("kept", &[]);
    let rendered = Host::start("rendered", &[]);
    runtime.block_on(save_pages(kept.port(), folder.path()));
    let contender = |name, coding, host| Contender { name, coding, host, cpu: vec![], load: Load::default() };
    let mut contenders = [
        contender("kept", "br", kept),
        contender("bytes", "br", Host::start("bytes", &settings)),
        contender("rendered", "identity", rendered),
        contender("maud", "identity", Host::start("maud", &settings)),
    ];
    let rounds = called.pick(9, 3);
    let during = Duration::from_millis(called.pick(800, 250));
    let mut rows = Vec::new();
    for (name, path) in PAGES {
        for contender in &mut contenders {
            contender.cpu.clear();
            contender.load = Load::default();
            let (port, request) = (contender.host.port(), load::get(path, contender.coding));
            runtime.block_on(load::drive(port, CONNECTIONS, during / 4, move |_| request.clone()));
        }
        for _ in 0..rounds {
            for contender in &mut contenders {
                round(&runtime, contender, path, during);
            }
        }
        rows.extend(compared(name, &contenders));
    }
    let memory = |contender: &Contender| machine::memory(contender.host.id()) as f64 / 1e6;
    let [kept, bytes, rendered, maud] = &contenders;
    for (subject, floor, name) in [(kept, bytes, BYTES), (rendered, maud, MAUD)] {
        rows.push(
            Row::new(format!("memory with the demo chain, {}", subject.name), "MB", memory(subject)).beside(
                name,
                memory(floor),
                Better::Less,
                None,
            ),
        );
    }
    report::publish(called, "page", &rows);
}

fn round(runtime: &tokio::runtime::Runtime, contender: &mut Contender, path: &str, during: Duration) {
    let (port, request) = (contender.host.port(), load::get(path, contender.coding));
    let before = machine::cpu_ns(contender.host.id());
    let load = runtime.block_on(load::drive(port, CONNECTIONS, during, move |_| request.clone()));
    let used = machine::cpu_ns(contender.host.id()) - before;
    assert_eq!(load.refused, 0, "{} refuses {path}", contender.name);
    contender.cpu.push(used as f64 / 1e3 / load.answers as f64);
    contender.load.answers += load.answers;
    contender.load.seconds += load.seconds;
    contender.load.times.extend(load.times);
}

fn compared(page: &str, [kept, bytes, rendered, maud]: &[Contender; 4]) -> Vec<Row> {
    [beside(page, kept, bytes, BYTES, 0.8), beside(page, rendered, maud, MAUD, 0.5)].concat()
}

/// The target is about the processor's time; rates and times say what that means for whoever waits.
fn beside(page: &str, subject: &Contender, floor: &Contender, name: &str, target: f64) -> Vec<Row> {
    let line = format!("{page} page, {}", subject.name);
    let of = |column: Column, value: fn(&Contender) -> f64| {
        Row::of(&line, column, value(subject)).next_to(name, value(floor), None)
    };
    let ratios: Vec<f64> = floor.cpu.iter().zip(&subject.cpu).map(|(floor, own)| floor / own).collect();
    let processor = of(Column::Cpu, |one| median(&one.cpu));
    vec![
        Row { ratio: Some(median(&ratios)), ..processor }.ratio_at_least(target),
        of(Column::Rate, |one| one.load.answers as f64 / one.load.seconds),
        of(Column::Half, |one| quantile(&one.load.times, 0.5)),
        of(Column::Most, |one| quantile(&one.load.times, 0.99)),
    ]
}

/// Leaves each page as it is sent, compressed and plain.
async fn save_pages(port: u16, folder: &Path) {
    for (name, path) in PAGES {
        for (coding, ending) in [("br", "br"), ("identity", "html")] {
            let answer = Line::to(port).await.ask(&load::get(path, coding)).await;
            assert_eq!(answer.status, 200, "{path}: {}", answer.head);
            std::fs::write(folder.join(format!("{name}.{ending}")), answer.body).unwrap();
            std::fs::write(folder.join(format!("{name}.{ending}.head")), answer.head).unwrap();
        }
        let page = std::fs::read_to_string(folder.join(format!("{name}.html"))).unwrap();
        assert_eq!(written(&pieces(&page)).len(), page.len(), "maud writes {name} as it is");
    }
}
