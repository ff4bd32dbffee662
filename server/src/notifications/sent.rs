//! What was written to the folder in place of being sent, read again: for whoever develops, on this machine alone.

use std::{
    io,
    path::{Path, PathBuf},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use mail_parser::{Address, Message, MessageParser, MimeHeaders};

/// Where mails and texts lie.
#[must_use]
pub fn folder(data_dir: &Path) -> PathBuf {
    data_dir.join("mail")
}

/// A message in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Of its file; opens it.
    pub name: String,
    /// Of a text: how it begins.
    pub subject: String,
    pub to: String,
    pub at: Timestamp,
    pub is_text: bool,
}

/// One message, whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    pub entry: Entry,
    /// As they stand in the mail, unfolded.
    pub headers: Vec<(String, String)>,
    pub text: String,
    /// Its pictures inside of it.
    pub html: Option<String>,
    pub parts: Vec<Part>,
}

/// What travels with a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    pub name: String,
    pub kind: String,
    pub content: Vec<u8>,
}

/// The newest messages, the newest first.
#[must_use]
pub fn list(data_dir: &Path, most: usize) -> Vec<Entry> {
    let folder = folder(data_dir);
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| is_message(name))
        .collect();
    // Names begin with the job's number, so their order is that of time.
    names.sort_unstable_by(|a, b| b.cmp(a));
    names.into_iter().take(most).filter_map(|name| Some(open(data_dir, &name).ok()??.entry)).collect()
}

/// One of them; none where there is no message of that name.
pub fn open(data_dir: &Path, name: &str) -> io::Result<Option<Letter>> {
    if !is_message(name) {
        return Ok(None);
    }
    let path = folder(data_dir).join(name);
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let written = std::fs::metadata(&path)?.modified()?;
    let at = Timestamp::try_from(written).unwrap_or_default();
    if name.ends_with(".txt") {
        return Ok(Some(read_text(name, at, &String::from_utf8_lossy(&bytes))));
    }
    Ok(MessageParser::default().parse(&bytes).map(|mail| read_mail(name, at, &mail)))
}

/// The names the folder writes, and no path.
fn is_message(name: &str) -> bool {
    let stem = name.strip_suffix(".eml").or_else(|| name.strip_suffix(".txt"));
    stem.is_some_and(|stem| {
        !stem.is_empty()
            && stem.len() <= 200
            && stem.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    })
}

fn read_text(name: &str, at: Timestamp, content: &str) -> Letter {
    let (head, text) = content.split_once("\n\n").unwrap_or(("", content));
    let to = head.strip_prefix("To: ").unwrap_or_default().to_owned();
    let subject: String = text.lines().next().unwrap_or_default().chars().take(120).collect();
    Letter {
        entry: Entry { name: name.to_owned(), subject, to: to.clone(), at, is_text: true },
        headers: vec![("To".to_owned(), to)],
        text: text.trim_end().to_owned(),
        html: None,
        parts: Vec::new(),
    }
}

fn read_mail(name: &str, at: Timestamp, mail: &Message<'_>) -> Letter {
    let subject = mail.subject().unwrap_or_default().to_owned();
    let to = mail.to().and_then(Address::first).and_then(mail_parser::Addr::address);
    let to = to.unwrap_or_default().to_owned();
    let headers = mail.headers_raw().map(|(name, value)| (name.to_owned(), unfolded(value))).collect();
    Letter {
        entry: Entry { name: name.to_owned(), subject, to, at, is_text: false },
        headers,
        text: mail.body_text(0).unwrap_or_default().into_owned(),
        html: mail.html_bodies().next().is_some().then(|| pictured(mail)),
        parts: mail.attachments().map(part).collect(),
    }
}

fn unfolded(value: &str) -> String {
    value.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn kind(part: &mail_parser::MessagePart<'_>) -> String {
    let kind = part.content_type();
    kind.map(|kind| format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or_default())).unwrap_or_default()
}

fn part(part: &mail_parser::MessagePart<'_>) -> Part {
    Part {
        name: part.attachment_name().unwrap_or("?").to_owned(),
        kind: kind(part),
        content: part.contents().to_vec(),
    }
}

/// The HTML part with its pictures in it: nothing is asked for from elsewhere. Its links leave the frame it is in.
fn pictured(mail: &Message<'_>) -> String {
    let mut html = mail.body_html(0).unwrap_or_default().into_owned();
    for part in mail.attachments() {
        let Some(id) = part.content_id() else { continue };
        let picture = format!("data:{};base64,{}", kind(part), STANDARD.encode(part.contents()));
        html = html.replace(&format!("cid:{id}"), &picture);
    }
    html.replacen("<head>", "<head><base target=\"_top\">", 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_messages_are_opened() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("mail")).unwrap();
        std::fs::write(folder.path().join("secret.txt"), "x").unwrap();
        for (name, content) in [
            ("0000000001-R-1-placed.txt", "To: +821012345678\n\n[제자리] 하나\nhttp://127.0.0.1/a\n"),
            ("0000000002-R-1-ready.txt", "To: +821012345678\n\n[제자리] 둘\n"),
            ("notes.md", "x"),
        ] {
            std::fs::write(folder.path().join("mail").join(name), content).unwrap();
        }
        let subjects: Vec<String> = list(folder.path(), 10).into_iter().map(|entry| entry.subject).collect();
        assert_eq!(subjects, ["[제자리] 둘", "[제자리] 하나"], "the newest first");
        for name in
            ["../secret.txt", "..", "", ".txt", "notes.md", "0000000009-R-1.eml", "a/b.txt", "a%2fb.txt"]
        {
            assert_eq!(open(folder.path(), name).unwrap(), None, "{name}");
        }
        let first = open(folder.path(), "0000000001-R-1-placed.txt").unwrap().unwrap();
        assert_eq!((first.entry.to.as_str(), first.text.lines().count()), ("+821012345678", 2));
    }
}
