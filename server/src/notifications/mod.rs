//! Messages to shoppers: what is said, how a mail looks, and the ports it leaves by. It decides nothing about
//! reservations, and writes nobody's name or address into a log.

pub(crate) mod answers;
mod files;
mod html;
mod letter;
mod mail;
mod order_lost;
mod order_news;
mod order_wording;
mod plain;
mod push;
mod qr;
pub mod sent;
mod smtp;
mod texts;
mod wording;

#[cfg(test)]
mod tests;

use async_trait::async_trait;
use jiff::Timestamp;
use onshelf_shop::{
    Shop, Viewer, fulfilment::Owned, jobs::OrderNews, notifications::PushNews, orders::OrderNotice,
};
use onshelf_vocabulary::{
    Text,
    cart::Line,
    fulfilment::ReservationStatus::{self, Cancelled, Collected, Expired, NotFound, Picking, Placed, Ready},
    orders::GroupView,
};

use crate::{Failure, config::Config};
use files::Folder;
use letter::{Letter, Occasion};
use mail::{Envelope, Mailer};
use push::{Note, Pusher};
use smtp::Relay;

pub use push::public_key;

/// Why something did not leave the house. The text is for the log: it names no person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Undelivered {
    /// May go better later.
    #[error("{0}")]
    Passing(String),
    /// May go better later, and whoever was to take it said when.
    #[error("{why}")]
    Later { why: String, pause: std::time::Duration },
    /// Will never go.
    #[error("{0}")]
    Final(String),
    /// Whoever was to take it wants nothing of ours, ever.
    #[error("{0}")]
    Unwanted(String),
}

impl From<onshelf_shop::Error> for Undelivered {
    fn from(error: onshelf_shop::Error) -> Undelivered {
        match error {
            onshelf_shop::Error::NotFound => Undelivered::Final("the reservation is not there".to_owned()),
            error => Undelivered::Passing(error.to_string()),
        }
    }
}

/// A short message to a telephone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextMessage {
    /// The same in all tries; safe as a file name.
    pub id: String,
    /// `+` and digits (E.164).
    pub to: String,
    pub text: String,
    pub at: Timestamp,
}

/// The way short messages leave the house: an operator's gateway. Without one they are written to files.
#[async_trait]
pub trait TextGateway: Send + Sync + 'static {
    async fn send(&self, message: &TextMessage) -> Result<(), Undelivered>;
}

/// Writes messages in the shopper's language and sends them by the way the shopper gave.
pub struct Notifier {
    shop: Shop,
    name: Text,
    public_url: String,
    mailer: Mailer,
    texts: Box<dyn TextGateway>,
    pusher: Pusher,
}

/// Removes messages that were kept as files about reservations or orders of these numbers; answers how many.
pub fn forget_kept(data_dir: &std::path::Path, numbers: &[String]) -> std::io::Result<usize> {
    files::forget(&sent::folder(data_dir), numbers)
}

/// How many other stores are named when one could not find what it kept.
const ELSEWHERE: usize = 3;

impl Notifier {
    /// An error names the setting that cannot be used.
    pub fn new(shop: Shop, config: &Config, name: Text) -> Result<Notifier, Failure> {
        let folder = Folder::new(sent::folder(&config.data_dir));
        if config.smtp_url.is_none() {
            tracing::info!("There is no smtp_url: mails are written into the data folder.");
        }
        let mailer = match &config.smtp_url {
            Some(url) => Mailer::new(&config.mail_from, &config.public_url(), Box::new(Relay::new(url)?))?,
            None => Mailer::new(&config.mail_from, &config.public_url(), Box::new(folder.clone()))?,
        };
        let texts = texts::gateway(config)?.unwrap_or_else(|| Box::new(folder));
        let pusher = Pusher::new(&shop, config.push_contact())?;
        Ok(Notifier { shop, name, public_url: config.public_url(), mailer, texts, pusher })
    }

    /// Tells a reservation's owner. `job` makes the message's identity: the same in all tries.
    pub async fn tell(&self, job: i64, number: &str, about: ReservationStatus) -> Result<(), Undelivered> {
        let owned = self.shop.reservation_for_job(number).await?;
        if is_stale(about, owned.view.status) {
            return Ok(());
        }
        let Some(letter) = self.compose(&owned, about) else { return Ok(()) };
        let id = format!("{job:010}-{number}-{}", about.code());
        let name = owned.view.name.clone();
        self.post(id, owned.email.as_deref(), owned.phone.as_deref(), name, &letter).await
    }

    /// Tells an order's owner; `group` is the part it is about, where it is about one.
    pub async fn tell_of_order(
        &self,
        job: i64,
        number: &str,
        group: Option<&str>,
        about: OrderNews,
    ) -> Result<(), Undelivered> {
        let notice = self.shop.order_for_job(number).await?;
        let Some((_, letter)) = self.compose_of_order(&notice, group, about) else { return Ok(()) };
        let id = format!("{job:010}-{number}-{}", about.code());
        let name = notice.view.name.clone();
        self.post(id, notice.email.as_deref(), notice.phone.as_deref(), name, &letter).await
    }

    /// Tells one browser that asked; one that is gone is forgotten. `number` is an order's or a reservation's.
    pub async fn push(
        &self,
        subscription: i64,
        number: &str,
        group: Option<&str>,
        about: PushNews,
    ) -> Result<(), Undelivered> {
        let Some(browser) = self.shop.browser_for_job(subscription).await? else { return Ok(()) };
        let Some(note) = self.note(number, group, about).await? else { return Ok(()) };
        match self.pusher.send(&browser, &note, self.shop.now()).await {
            Err(Undelivered::Unwanted(why)) => {
                tracing::info!(
                    subscription,
                    why,
                    "The browser of subscription {subscription} is told no more ({why})."
                );
                Ok(self.shop.forget_browser(&browser.endpoint).await?)
            }
            outcome => outcome,
        }
    }

    /// What a browser shows; none where it has been overtaken.
    async fn note(
        &self,
        number: &str,
        group: Option<&str>,
        about: PushNews,
    ) -> Result<Option<Note>, Undelivered> {
        let (lang, title, store, page) = match about {
            PushNews::Order(about) => {
                let notice = self.shop.order_for_job(number).await?;
                let Some((part, letter)) = self.compose_of_order(&notice, group, about) else {
                    return Ok(None);
                };
                let page = format!("/orders/{number}?t={}", notice.token);
                (notice.lang, letter.heading, part.store.name.clone(), page)
            }
            PushNews::Reservation(about) => {
                let owned = self.shop.reservation_for_job(number).await?;
                let letter = self.compose(&owned, about).filter(|_| !is_stale(about, owned.view.status));
                let Some(letter) = letter else { return Ok(None) };
                let page = format!("/reservations/{number}?t={}", owned.token);
                (owned.lang, letter.heading, owned.view.store.name.clone(), page)
            }
        };
        Ok(Some(Note {
            title,
            body: format!("{store} · {number}"),
            url: lang.href(&page),
            tag: number.to_owned(),
            lang: lang.tag(),
        }))
    }

    /// The part it is about, and what is said of it; none where that has been overtaken.
    fn compose_of_order<'n>(
        &self,
        notice: &'n OrderNotice,
        group: Option<&str>,
        about: OrderNews,
    ) -> Option<(&'n GroupView, Letter)> {
        let groups = &notice.view.groups;
        let part = match group {
            // What was replaced by a change is told with the change.
            Some(group) => groups.iter().find(|part| part.id == group)?,
            None => groups.iter().find(|part| order_news::concerns(about, part))?,
        };
        if order_news::is_stale(about, notice, part) {
            return None;
        }
        let letter = order_news::compose(&order_news::Occasion {
            notice,
            about,
            group: part,
            brand: self.name.get(notice.lang),
            public_url: &self.public_url,
            now: self.shop.now(),
            directions: self.shop.directions(notice.lang, &part.store.code),
        });
        Some((part, letter))
    }

    /// By the way the shopper gave: a mail, or a short message.
    async fn post(
        &self,
        id: String,
        email: Option<&str>,
        phone: Option<&str>,
        name: String,
        letter: &Letter,
    ) -> Result<(), Undelivered> {
        match (email, phone) {
            (Some(to), _) => {
                let envelope = Envelope { id, to: to.to_owned(), name, at: self.shop.now() };
                self.mailer.send(&envelope, letter).await
            }
            (None, Some(phone)) => {
                let (to, text) = (phone.to_owned(), letter.short.clone());
                let message = TextMessage { id, to, text, at: self.shop.now() };
                self.texts.send(&message).await
            }
            (None, None) => Ok(()),
        }
    }

    fn compose(&self, owned: &Owned, about: ReservationStatus) -> Option<Letter> {
        let book = self.shop.book();
        let store = book.stores.by_code(&owned.view.store.code)?;
        let viewer = Viewer { near: store.point, ..Viewer::new(owned.lang) };
        let zone = store.schedule.time_zone();
        let ready_on = zone.to_datetime(owned.ready_by).date().to_string();
        // A store that has closed for good still has reservations, but no page, and neither a way there nor hours.
        let week = self.shop.week_ahead(owned.lang, store.code.as_str());
        let hours = week.into_iter().find(|day| day.date == ready_on).map(|day| day.hours);
        letter::compose(&Occasion {
            owned,
            about,
            brand: self.name.get(owned.lang),
            public_url: &self.public_url,
            zone,
            now: self.shop.now(),
            directions: self.shop.directions(owned.lang, store.code.as_str()),
            hours,
            elsewhere: if about == NotFound { self.elsewhere(&viewer, owned) } else { Vec::new() },
        })
    }

    /// The nearest other stores that have all of it.
    fn elsewhere(&self, viewer: &Viewer, owned: &Owned) -> Vec<onshelf_vocabulary::cart::CoverView> {
        let lines: Vec<Line> = owned
            .view
            .lines
            .iter()
            .filter_map(|line| {
                Some(Line { sku: line.sku.parse().ok()?, quantity: line.quantity.try_into().ok()? })
            })
            .collect();
        self.shop
            .rank_stores(viewer, &lines, viewer.near, ELSEWHERE + 1)
            .into_iter()
            .filter(|cover| cover.store != owned.view.store.code && cover.covered_lines == cover.lines)
            .take(ELSEWHERE)
            .collect()
    }
}

/// Whether what was to be told has been overtaken: nobody should be sent to a counter that keeps nothing for them.
const fn is_stale(about: ReservationStatus, now: ReservationStatus) -> bool {
    match about {
        Placed => matches!(now, Collected | Cancelled | Expired | NotFound),
        // It was said by mistake, and is being picked again.
        Ready => matches!(now, Picking | Collected | Cancelled | Expired | NotFound),
        // It was said by mistake, and waits at the counter again.
        Collected => matches!(now, Ready),
        Cancelled | Expired | NotFound => false,
        // Nobody is written to about these.
        _ => true,
    }
}
