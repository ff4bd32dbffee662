//! A message as a mail: text and HTML, the QR inside, the calendar file beside; handed to whoever carries it.

use std::time::SystemTime;

use async_trait::async_trait;
use jiff::Timestamp;
use lettre::{
    Address, Message,
    message::{
        Attachment, Mailbox, MultiPart, SinglePart,
        header::{ContentType, HeaderName, HeaderValue},
    },
};

use super::{
    Undelivered, html,
    letter::{Counter, Letter},
    plain, qr,
};
use crate::Failure;

/// A way mails leave the house. `id` names the mail, the same in all tries; it is safe as a file name.
#[async_trait]
pub(super) trait Carrier: Send + Sync + 'static {
    async fn carry(&self, id: &str, mail: Message) -> Result<(), Undelivered>;
}

/// To whom, and which mail it is.
pub(super) struct Envelope {
    pub(super) id: String,
    pub(super) to: String,
    pub(super) name: String,
    pub(super) at: Timestamp,
}

pub(super) struct Mailer {
    from: Mailbox,
    /// What message ids end in.
    host: String,
    carrier: Box<dyn Carrier>,
}

impl Mailer {
    pub(super) fn new(from: &str, public_url: &str, carrier: Box<dyn Carrier>) -> Result<Mailer, Failure> {
        let from = from.parse().map_err(|_| "mail_from: must be like Name <name@example.com>")?;
        let url = url::Url::parse(public_url)?;
        let host = url.host_str().unwrap_or("localhost").trim_matches(['[', ']']).to_owned();
        Ok(Mailer { from, host, carrier })
    }

    pub(super) async fn send(&self, envelope: &Envelope, letter: &Letter) -> Result<(), Undelivered> {
        let mail = self.write(envelope, letter)?;
        self.carrier.carry(&envelope.id, mail).await
    }

    fn write(&self, envelope: &Envelope, letter: &Letter) -> Result<Message, Undelivered> {
        // What lettre says of an address may repeat it: the reasons are ours.
        let address: Address = envelope
            .to
            .parse()
            .map_err(|_| Undelivered::Final("the address cannot be written to".to_owned()))?;
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(Some(envelope.name.clone()), address))
            .subject(letter.subject.as_str())
            .date(SystemTime::from(envelope.at))
            .message_id(Some(format!("<{}@{}>", envelope.id, self.host)))
            .raw_header(raw("Auto-Submitted", "auto-generated"))
            .raw_header(raw("Content-Language", letter.lang.tag()))
            .multipart(parts(letter))
            .map_err(|_| Undelivered::Final("the mail could not be written".to_owned()))
    }
}

fn parts(letter: &Letter) -> MultiPart {
    let text = SinglePart::plain(plain::render(letter));
    let html = SinglePart::html(html::render(letter));
    let Some(counter) = &letter.counter else {
        return MultiPart::alternative().singlepart(text).singlepart(html);
    };
    let mut pictured = MultiPart::related().singlepart(html);
    if let Some(picture) = qr_part(counter) {
        pictured = pictured.singlepart(picture);
    }
    let body = MultiPart::alternative().singlepart(text).multipart(pictured);
    MultiPart::mixed().multipart(body).singlepart(calendar_part(counter))
}

fn calendar_part(counter: &Counter) -> SinglePart {
    let name = format!("{}.ics", counter.event.number);
    let kind = ContentType::parse("text/calendar; charset=utf-8; method=PUBLISH");
    Attachment::new(name).body(counter.event.file(), kind.unwrap_or(ContentType::TEXT_PLAIN))
}

fn qr_part(counter: &Counter) -> Option<SinglePart> {
    let png = qr::png(&counter.scan)?;
    let kind = ContentType::parse("image/png").ok()?;
    Some(Attachment::new_inline_with_name(html::QR.to_owned(), "qr.png".to_owned()).body(png, kind))
}

fn raw(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}
