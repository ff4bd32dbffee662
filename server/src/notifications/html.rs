//! A message as HTML: paper and ink, the shelf line, one accent. No tables, no pictures from elsewhere; styles stand
//! in the elements, as mail programs want it, and only the dark colours in a sheet.

use html_escape::{encode_double_quoted_attribute as attribute, encode_text as text};

use super::letter::{Counter, Elsewhere, Letter, Link, Place, Row};

/// By what the picture of the code is called inside the mail.
pub(super) const QR: &str = "qr@onshelf";

const FONT: &str = "font-family:Pretendard,system-ui,-apple-system,'Apple SD Gothic Neo','Noto Sans KR','Segoe UI',sans-serif";
const INK: &str = "color:#1d1b18";
const INK_2: &str = "color:#5d574e";
const SHEET: &str = ":root{color-scheme:light dark;supported-color-schemes:light dark}\
    @media (prefers-color-scheme:dark){\
    .paper{background:#161513!important}.card{background:#1c1a18!important;border-color:#34302b!important}\
    .ink{color:#f3efe8!important}.ink2{color:#b8b0a4!important}.line{border-color:#34302b!important}\
    .shelf{border-color:#f3efe8!important}.act{background:#fb8a4c!important;color:#1a0f08!important}\
    .link{color:#fb8a4c!important}}";

pub(super) fn render(letter: &Letter) -> String {
    let tag = letter.lang.tag();
    let subject = text(&letter.subject);
    let preview = preview(letter);
    let preview = text(&preview);
    let mut body = heading(letter);
    body.push_str(&facts(letter));
    body.push_str(&letter.counter.as_ref().map(counter).unwrap_or_default());
    body.push_str(&button(&letter.action));
    body.push_str(&letter.elsewhere.as_ref().map(elsewhere).unwrap_or_default());
    body.push_str(&lines(letter));
    body.push_str(&place(&letter.store));
    body.push_str(&letter.cancel.as_ref().map(cancel).unwrap_or_default());
    body.push_str(&footer(letter));
    format!(
        "<!DOCTYPE html>\n<html lang=\"{tag}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>{subject}</title><style>{SHEET}</style></head>\n\
         <body class=\"paper\" style=\"margin:0;padding:0;background:#faf8f4\">\n\
         <div style=\"display:none;max-height:0;overflow:hidden\">{preview}</div>\n\
         <div class=\"paper ink\" role=\"article\" lang=\"{tag}\" style=\"{FONT};{INK};background:#faf8f4;\
         font-size:16px;line-height:1.6;word-break:keep-all;overflow-wrap:anywhere\">\n\
         <div style=\"max-width:560px;margin:0 auto;padding:32px 20px 48px\">\n{body}</div></div></body></html>\n"
    )
}

/// What a list of mails shows behind the subject: the facts, which is what one looks for.
fn preview(letter: &Letter) -> String {
    let facts: Vec<String> = letter.facts.iter().map(|(label, value)| format!("{label} {value}")).collect();
    facts.join(" · ")
}

fn heading(letter: &Letter) -> String {
    let mut out = format!(
        "<p style=\"margin:0 0 28px;font-weight:700\"><a class=\"ink\" href=\"{}\" style=\"{INK};\
         text-decoration:none\">{}</a></p>\n<h1 class=\"ink\" style=\"margin:0 0 12px;font-size:26px;line-height:1.3;\
         letter-spacing:-.01em;{INK}\">{}</h1>\n",
        attribute(&letter.home),
        text(&letter.brand),
        text(&letter.heading)
    );
    for paragraph in &letter.lead {
        out.push_str(&format!("<p class=\"ink\" style=\"margin:0 0 10px;{INK}\">{}</p>\n", text(paragraph)));
    }
    out
}

/// The code stands on the shelf line, as the things it stands for do.
fn counter(counter: &Counter) -> String {
    format!(
        "<div class=\"card shelf\" style=\"margin:0 0 24px;padding:24px 20px 20px;background:#ffffff;\
         border-bottom:3px solid #1d1b18;border-radius:14px 14px 0 0;text-align:center\">\n\
         <p class=\"ink2\" style=\"margin:0;font-size:14px;{INK_2}\">{label}</p>\n\
         <p class=\"ink\" style=\"margin:4px 0 16px;font-size:36px;line-height:1.2;font-weight:700;\
         letter-spacing:.12em;font-variant-numeric:tabular-nums;{INK}\">{code}</p>\n\
         <img src=\"cid:{QR}\" width=\"168\" height=\"168\" alt=\"QR {code}\" style=\"display:block;margin:0 auto;\
         border-radius:8px\">\n\
         <p class=\"ink2\" style=\"margin:14px 0 0;font-size:14px;{INK_2}\">{hint}</p></div>\n",
        label = text(counter.label),
        code = text(&counter.code),
        hint = text(counter.hint),
    )
}

fn facts(letter: &Letter) -> String {
    let rows: String = letter
        .facts
        .iter()
        .map(|(label, value)| {
            format!(
                "<p class=\"ink\" style=\"margin:0 0 4px;{INK}\"><span class=\"ink2\" style=\"display:inline-block;\
                 min-width:104px;{INK_2}\">{}</span> <strong style=\"font-variant-numeric:tabular-nums\">{}</strong>\
                 </p>\n",
                text(label),
                text(value)
            )
        })
        .collect();
    format!("<div style=\"margin:24px 0\">\n{rows}</div>\n")
}

fn button(link: &Link) -> String {
    format!(
        "<p style=\"margin:0 0 32px\"><a class=\"act\" href=\"{}\" style=\"display:inline-block;padding:12px 22px;\
         border-radius:12px;background:#c2410c;color:#ffffff;font-weight:600;text-decoration:none\">{}</a></p>\n",
        attribute(&link.href),
        text(&link.label)
    )
}

fn lines(letter: &Letter) -> String {
    let rows: String = letter.lines.iter().map(row).collect();
    format!(
        "<div class=\"line\" style=\"border-top:1px solid #e3ddd2\">\n{rows}\
         <p class=\"ink\" style=\"margin:12px 0 32px;font-weight:700;{INK}\"><span style=\"float:right;\
         font-variant-numeric:tabular-nums\">{}</span>{}</p></div>\n",
        text(&letter.total.1),
        text(letter.total.0)
    )
}

fn row(row: &Row) -> String {
    let name = match &row.link {
        Some(href) => format!(
            "<a class=\"ink\" href=\"{}\" style=\"{INK};text-decoration:none\">{}</a>",
            attribute(href),
            text(&row.name)
        ),
        None => text(&row.name).into_owned(),
    };
    format!(
        "<div class=\"line\" style=\"padding:12px 0;border-bottom:1px solid #e3ddd2\">\
         <span class=\"ink\" style=\"float:right;padding-left:16px;font-variant-numeric:tabular-nums;{INK}\">{}</span>\
         <strong class=\"ink\" style=\"{INK}\">{name}</strong><br>\
         <span class=\"ink2\" style=\"font-size:14px;{INK_2}\">{}</span></div>\n",
        text(&row.sum),
        text(&row.note)
    )
}

fn section(title: &str) -> String {
    format!("<h2 class=\"ink\" style=\"margin:0 0 8px;font-size:17px;{INK}\">{}</h2>\n", text(title))
}

fn elsewhere(elsewhere: &Elsewhere) -> String {
    let stores: String = elsewhere
        .stores
        .iter()
        .map(|(link, note)| {
            format!(
                "<div class=\"card line\" style=\"margin:0 0 8px;padding:12px 16px;background:#ffffff;\
                 border:1px solid #e3ddd2;border-radius:12px\"><strong>{}</strong><br>\
                 <span class=\"ink2\" style=\"font-size:14px;{INK_2}\">{}</span></div>\n",
                anchor(link),
                text(note)
            )
        })
        .collect();
    format!("{}{stores}<div style=\"height:24px\"></div>\n", section(elsewhere.heading))
}

fn place(store: &Place) -> String {
    let lines: Vec<_> = store.lines.iter().map(|line| text(line)).collect();
    let ways: Vec<String> = store.directions.iter().map(anchor).collect();
    format!(
        "{}<p class=\"ink2\" style=\"margin:0 0 6px;{INK_2}\">{}</p>\n<p style=\"margin:0 0 28px\">{}</p>\n",
        section(&store.heading),
        lines.join("<br>"),
        ways.join(" <span class=\"ink2\">·</span> ")
    )
}

fn anchor(link: &Link) -> String {
    format!(
        "<a class=\"link\" href=\"{}\" style=\"color:#c2410c\">{}</a>",
        attribute(&link.href),
        text(&link.label)
    )
}

fn cancel(link: &Link) -> String {
    format!("<p style=\"margin:0 0 28px\">{}</p>\n", anchor(link))
}

fn footer(letter: &Letter) -> String {
    format!(
        "<p class=\"ink2 line\" style=\"margin:0;padding-top:16px;border-top:1px solid #e3ddd2;font-size:13px;{INK_2}\">\
         {}</p>\n",
        text(&letter.reason)
    )
}
