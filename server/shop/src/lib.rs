//! Deeds: what one can do with the shop, one room a capability. A deed loads, lets `onshelf-domain` decide, saves,
//! writes its jobs into the outbox, and commits. This floor knows no HTTP and no screen.

mod draws;
mod error;
mod money;
mod once;
mod ports;
mod secrets;
mod undone;
mod viewer;

pub mod cart;
pub mod catalog;
pub mod export;
pub mod fulfilment;
pub mod import;
pub mod jobs;
pub mod journeys;
pub mod ledger;
pub mod notifications;
pub mod orders;
pub mod partners;
pub mod places;
pub mod pulse;
pub mod shoppers;
pub mod staff;
pub mod stock;
pub mod stores;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use arc_swap::ArcSwap;
use jiff::Timestamp;
use onshelf_db::Db;
use onshelf_vocabulary::Currency;

pub use error::{Error, Result, StockRefusal};
pub use once::Once;
pub use onshelf_db::Error as DatabaseError;
pub use ports::{
    BadWebhook, Basket, Chance, Clock, Discounts, Hint, Intent, Opened, PaymentFault, PaymentProvider,
    RefundCall, RefundStanding, RefundStatement, Standing, Statement, SystemChance, SystemClock,
};
pub use viewer::Viewer;

/// What the operator decides about the shop's behaviour.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Of pages that are not bound to a store.
    pub currency: Currency,
    /// Stock numbers above it are shown as "9+"; none shows them as they are.
    pub shown_cap: Option<i64>,
    /// How many reservations one shopper may have live at a time.
    pub live_reservations: u32,
    /// How long one associate needs for one reservation, for the queue in the promise.
    pub minutes_a_pick: u32,
    /// Where the search index may live; in memory where there is none.
    pub index_dir: Option<std::path::PathBuf>,
    /// Where the shop stands in public, without a slash at the end: shoppers come back there after paying.
    pub public_url: String,
    /// What is delivered where, for how much.
    pub delivery: onshelf_domain::orders::Delivery,
    pub taxes: onshelf_domain::orders::TaxTable,
    /// Orders a store takes for one quarter of an hour.
    pub window_capacity: i64,
    /// From leaving one store to being at another, in hours.
    pub transfer_hours: u32,
    /// Signs tokens; made once and kept in the database where the operator gives none.
    pub secret: Option<String>,
    /// What `secret` was before: passes that were signed under it still open.
    pub previous_secret: Option<String>,
    /// Where notifications for browsers may be sent.
    pub push_services: onshelf_domain::notifications::PushServices,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            currency: Currency::Krw,
            shown_cap: Some(9),
            live_reservations: 5,
            minutes_a_pick: 3,
            index_dir: None,
            public_url: "http://127.0.0.1:3000".to_owned(),
            delivery: onshelf_domain::orders::Delivery::default(),
            taxes: onshelf_domain::orders::TaxTable::default(),
            window_capacity: 6,
            transfer_hours: 20,
            secret: None,
            previous_secret: None,
            push_services: onshelf_domain::notifications::PushServices::default(),
        }
    }
}

/// The shop. Cheap to clone; one a process.
#[derive(Clone)]
pub struct Shop {
    inner: Arc<Inner>,
}

pub(crate) struct Inner {
    db: Db,
    clock: Arc<dyn Clock>,
    chance: Arc<dyn Chance>,
    settings: Settings,
    secrets: secrets::Secrets,
    book: ArcSwap<Book>,
    shelves: stock::Shelves,
    outbox: tokio::sync::Notify,
    tills: std::sync::OnceLock<Vec<Arc<dyn PaymentProvider>>>,
    tills_woken: tokio::sync::Notify,
    refunds_woken: tokio::sync::Notify,
    discounts: std::sync::OnceLock<Arc<dyn Discounts>>,
    looks: staff::Looks,
    gathering: fulfilment::Gathering,
    moment: draws::Moment,
}

/// Everything that changes only by imports, read from memory: catalogue, stores and places of one version.
pub struct Book {
    /// What the database calls what was read; all processes have the same one.
    pub version: String,
    /// Which book of this process it is: no two have the same, so what is made of a book can be kept by it.
    pub edition: u64,
    pub catalogue: catalog::Catalogue,
    pub stores: stores::StoreBook,
    pub places: places::PlaceBook,
}

impl Shop {
    /// Reads the books and the shelves from the database and is ready to serve.
    pub async fn open(
        db: Db,
        clock: Arc<dyn Clock>,
        chance: Arc<dyn Chance>,
        settings: Settings,
    ) -> Result<Shop> {
        let secrets = secrets::Secrets::load(&db, chance.as_ref(), &settings).await?;
        let book = Book::read(&db, &settings, None).await?;
        let shelves = stock::Shelves::read(&db, clock.now().as_millisecond()).await?;
        let outbox = tokio::sync::Notify::new();
        let book = ArcSwap::from_pointee(book);
        let tills = std::sync::OnceLock::new();
        let (tills_woken, refunds_woken) = (tokio::sync::Notify::new(), tokio::sync::Notify::new());
        let (looks, gathering) = (staff::Looks::default(), fulfilment::Gathering::default());
        let inner = Inner {
            db,
            clock,
            chance,
            settings,
            secrets,
            book,
            shelves,
            outbox,
            tills,
            tills_woken,
            refunds_woken,
            discounts: std::sync::OnceLock::new(),
            looks,
            gathering,
            moment: draws::Moment::default(),
        };
        Ok(Shop { inner: Arc::new(inner) })
    }

    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    /// Unix milliseconds, as the database keeps times.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        self.now().as_millisecond()
    }

    #[must_use]
    pub fn db(&self) -> &Db {
        &self.inner.db
    }

    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    /// Catalogue, stores and places as they are now.
    #[must_use]
    pub fn book(&self) -> Arc<Book> {
        self.inner.book.load_full()
    }

    #[must_use]
    pub fn shelves(&self) -> &stock::Shelves {
        &self.inner.shelves
    }

    pub(crate) fn gathering(&self) -> &fulfilment::Gathering {
        &self.inner.gathering
    }

    pub(crate) fn moment(&self) -> &draws::Moment {
        &self.inner.moment
    }

    pub(crate) fn secrets(&self) -> &secrets::Secrets {
        &self.inner.secrets
    }

    /// So many bytes that nobody can foresee.
    pub(crate) fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.inner.chance.fill(&mut bytes);
        bytes
    }

    /// Wakes whoever sends the outbox; jobs would be found a moment later anyway.
    pub(crate) fn wake_outbox(&self) {
        self.inner.outbox.notify_one();
    }

    /// Waits until jobs may have been written.
    pub async fn outbox_woken(&self) {
        self.inner.outbox.notified().await;
    }

    /// Reads the book anew if an import has changed it since; answers whether it had.
    pub async fn refresh_book(&self) -> Result<bool> {
        let current = self.book();
        let version = Book::version_of(self.db()).await?;
        if version == current.version {
            return Ok(false);
        }
        let book = Book::read(self.db(), self.settings(), Some(&current)).await?;
        self.inner.book.store(Arc::new(book));
        Ok(true)
    }
}

/// Books this process has read.
static EDITIONS: AtomicU64 = AtomicU64::new(0);

impl Book {
    async fn version_of(db: &Db) -> Result<String> {
        let mut reader = db.reader().await?;
        let key = onshelf_db::meta::CATALOGUE_VERSION;
        Ok(onshelf_db::meta::get(&mut reader.tx(), key).await?.unwrap_or_default())
    }

    /// `before` lends what has not changed and is dear to build anew.
    async fn read(db: &Db, settings: &Settings, before: Option<&Book>) -> Result<Book> {
        // The version first: a change that lands while we read is then seen as newer.
        let version = Book::version_of(db).await?;
        let mut reader = db.reader().await?;
        let mut tx = reader.tx();
        let stores = stores::StoreBook::read(&mut tx).await?;
        let places = places::PlaceBook::read(&mut tx, before.map(|book| &book.places)).await?;
        let rows = catalog::Rows::read(&mut tx).await?;
        let index_dir = settings.index_dir.clone();
        let catalogue =
            tokio::task::spawn_blocking(move || catalog::Catalogue::build(rows, index_dir.as_deref()))
                .await
                .map_err(Error::internal)??;
        let edition = EDITIONS.fetch_add(1, Ordering::Relaxed);
        Ok(Book { version, edition, catalogue, stores, places })
    }
}
