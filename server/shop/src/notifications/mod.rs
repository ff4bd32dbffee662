//! Being told in the browser: who asked, bound to the token of their order or reservation, and the jobs that tell
//! them, written in the transaction of what there is to tell. It knows no push service and encrypts nothing.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use onshelf_db::{
    Tx, fulfilment,
    notifications::{self, SubscriptionRow},
    orders,
};
use onshelf_vocabulary::{
    fulfilment::ReservationStatus,
    notifications::{PushRefusal, PushSubscription},
};
use serde::{Deserialize, Serialize};

use crate::{
    Error, Once, Result, Shop,
    jobs::{Job, OrderNews, enqueue, enqueue_news},
    secrets::fingerprint,
};

/// Browsers that are told about one order; the newest stay.
const MOST: i64 = 5;
const PUBLIC_KEY: usize = 65;
/// How an uncompressed point begins (SEC 1).
const UNCOMPRESSED: u8 = 4;
const AUTH: usize = 16;

/// What a browser is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PushNews {
    Order(OrderNews),
    Reservation(ReservationStatus),
}

impl PushNews {
    /// Whether somebody wants to be called away from what they do: not for what they have just done themselves.
    const fn is_worth_it(self) -> bool {
        match self {
            PushNews::Order(about) => !matches!(
                about,
                OrderNews::Placed | OrderNews::Paid | OrderNews::Changed | OrderNews::Collected
            ),
            PushNews::Reservation(about) => matches!(
                about,
                ReservationStatus::Ready
                    | ReservationStatus::Cancelled
                    | ReservationStatus::Expired
                    | ReservationStatus::NotFound
            ),
        }
    }
}

/// One job for each browser that asked about this number.
pub(crate) async fn enqueue_pushes(
    tx: &mut Tx<'_>,
    number: &str,
    group: Option<&str>,
    about: PushNews,
    now: i64,
) -> Result<()> {
    if !about.is_worth_it() {
        return Ok(());
    }
    for subscription in notifications::of(tx, number).await? {
        let group = group.map(ToOwned::to_owned);
        let job = Job::Push { subscription, number: number.to_owned(), group, about };
        match about {
            PushNews::Order(about) => enqueue_news(tx, &job, about, now).await?,
            PushNews::Reservation(_) => enqueue(tx, &job, now).await?,
        }
    }
    Ok(())
}

impl Shop {
    /// From now on this browser is told about the order or reservation whose token was shown. Asking again changes
    /// nothing but its keys.
    pub async fn subscribe(
        &self,
        number: &str,
        token: &str,
        browser: PushSubscription,
        once: Option<&Once>,
    ) -> Result<()> {
        if !self.settings().push_services.allow(&browser.endpoint) {
            return Err(PushRefusal::UnknownService.into());
        }
        if !has_keys(&browser) {
            return Err(PushRefusal::BadKeys.into());
        }
        let PushSubscription { endpoint, p256dh, auth } = browser;
        let (number, created_at) = (number.to_owned(), self.now_ms());
        let row = SubscriptionRow { id: 0, number, endpoint, p256dh, auth, created_at };
        let (hash, once) = (fingerprint(token), once.cloned());
        self.db()
            .write(move |mut tx| {
                let (row, hash, once) = (row.clone(), hash.clone(), once.clone());
                Box::pin(async move {
                    is_owner(&mut tx, &row.number, &hash).await?;
                    if Once::was_asked(&mut tx, once.as_ref(), row.created_at).await? {
                        return Ok(());
                    }
                    notifications::subscribe(&mut tx, &row).await?;
                    notifications::keep_newest(&mut tx, &row.number, MOST).await?;
                    Ok::<_, Error>(())
                })
            })
            .await
    }

    /// This browser is told no more. No error where it never was.
    pub async fn unsubscribe(
        &self,
        number: &str,
        token: &str,
        endpoint: &str,
        once: Option<&Once>,
    ) -> Result<()> {
        let (number, endpoint, hash) = (number.to_owned(), endpoint.to_owned(), fingerprint(token));
        let (once, now) = (once.cloned(), self.now_ms());
        self.db()
            .write(move |mut tx| {
                let (number, endpoint) = (number.clone(), endpoint.clone());
                let (hash, once) = (hash.clone(), once.clone());
                Box::pin(async move {
                    is_owner(&mut tx, &number, &hash).await?;
                    if Once::was_asked(&mut tx, once.as_ref(), now).await? {
                        return Ok(());
                    }
                    notifications::unsubscribe(&mut tx, &number, &endpoint).await?;
                    Ok::<_, Error>(())
                })
            })
            .await
    }

    /// For a job that was written for it; none where it was taken back since, or its service is no longer called.
    pub async fn browser_for_job(&self, subscription: i64) -> Result<Option<PushSubscription>> {
        let mut reader = self.db().reader().await?;
        let row = notifications::for_job(&mut reader.tx(), subscription).await?;
        Ok(row
            .map(|row| PushSubscription { endpoint: row.endpoint, p256dh: row.p256dh, auth: row.auth })
            .filter(|browser| self.settings().push_services.allow(&browser.endpoint)))
    }

    /// Its push service says that this browser is gone, or it cannot be encrypted for.
    pub async fn forget_browser(&self, endpoint: &str) -> Result<()> {
        let endpoint = endpoint.to_owned();
        self.db()
            .write(move |mut tx| {
                let endpoint = endpoint.clone();
                Box::pin(
                    async move { Ok::<_, Error>(notifications::forget_endpoint(&mut tx, &endpoint).await?) },
                )
            })
            .await
    }

    /// 32 bytes that the key hangs on by which push services know this shop (RFC 8292): of the shop's secret, so that
    /// all its processes have the same. `place` is counted up in the case that the bytes make no key.
    #[must_use]
    pub fn push_seed(&self, place: u8) -> Vec<u8> {
        URL_SAFE_NO_PAD.decode(self.secrets().token("push", &place.to_string())).unwrap_or_default()
    }
}

/// Whoever shows the right token of an order or a reservation; for all others neither is there.
async fn is_owner(tx: &mut Tx<'_>, number: &str, hash: &str) -> Result<()> {
    let order = orders::by_token(tx, number, hash).await?.is_some();
    let known = order || fulfilment::by_token(tx, number, hash).await?.is_some();
    if known { Ok(()) } else { Err(Error::NotFound) }
}

fn has_keys(browser: &PushSubscription) -> bool {
    let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).unwrap_or_default();
    let key = bytes(&browser.p256dh);
    key.len() == PUBLIC_KEY && key.first() == Some(&UNCOMPRESSED) && bytes(&browser.auth).len() == AUTH
}
