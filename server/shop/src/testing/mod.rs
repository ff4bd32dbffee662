//! Fakes and builders for tests: a shop on a database of its own, a clock that stands still until told, and an
//! audit of the books when a test is over.

mod america;
mod orders;
mod passes;
mod payments;
mod rounds;

pub use orders::{bought, carry, collect, delivery, lines, order, paid, with_payments};
pub use passes::{read_pass, sign_pass};
pub use payments::{FakePayments, Mood, won};

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use jiff::Timestamp;
use onshelf_db::{
    Db,
    catalog::{self, CategoryRow, PriceRow, ProductRow, VariantRow},
    meta,
    stock::{self, Cause, LevelKey},
    stores::{self, StoreRow},
};
use onshelf_domain::notifications::PushServices;
use onshelf_vocabulary::{
    Lang, StoreCode,
    fulfilment::{Contact, ReserveInput},
};

use crate::{
    Chance, Clock, Once, Result, Settings, Shop,
    fulfilment::{Reserve, Reserved},
};

/// Where a PostgreSQL for tests listens; without it tests run on SQLite alone and say so.
const POSTGRES: &str = "ONSHELF_TEST_POSTGRES_URL";

/// Tells the time it was set to. Unix milliseconds inside.
pub struct MockClock(AtomicI64);

impl MockClock {
    /// A Monday noon in Seoul: 2026-11-23 12:00 KST.
    fn noon() -> MockClock {
        MockClock(AtomicI64::new(1_795_402_800_000))
    }

    pub fn advance(&self, by: Duration) {
        self.0.fetch_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX), Ordering::SeqCst);
    }

    pub fn set(&self, to: Timestamp) {
        self.0.store(to.as_millisecond(), Ordering::SeqCst);
    }
}

impl Clock for MockClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.0.load(Ordering::SeqCst)).unwrap_or(Timestamp::MAX)
    }
}

/// Counts up: different each time, the same in each run (SplitMix64).
pub struct MockChance(AtomicU64);

impl Chance for MockChance {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let mut z = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::SeqCst);
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            chunk.copy_from_slice(&(z ^ (z >> 31)).to_le_bytes()[..chunk.len()]);
        }
    }
}

/// Which engine a test shop runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// A shop for one test.
pub struct TestShop {
    pub shop: Shop,
    pub clock: Arc<MockClock>,
    pub url: String,
    folder: Option<PathBuf>,
}

/// Runs a test on SQLite, and on PostgreSQL where there is one; afterwards the books must balance.
pub async fn on_each_engine(test: impl AsyncFn(&TestShop)) {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        on(engine, &test).await;
    }
}

/// The same of what only happens where several write at a time: SQLite has one writer.
pub async fn on_postgres(test: impl AsyncFn(&TestShop)) {
    on(Engine::Postgres, &test).await;
}

async fn on(engine: Engine, test: &impl AsyncFn(&TestShop)) {
    let Some(shop) = TestShop::on(engine).await else {
        eprintln!("skipped on PostgreSQL: {POSTGRES} is not set");
        return;
    };
    test(&shop).await;
    shop.close().await;
}

impl TestShop {
    /// A shop with two stores (`seongsu`, `gangnam`) and three SKUs (`KETTLE-MO`, `KETTLE-MI`, `CUP`), no stock.
    /// None where the engine is not there.
    pub async fn on(engine: Engine) -> Option<TestShop> {
        let unique = format!("{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::SeqCst));
        let (url, folder) = match engine {
            Engine::Sqlite => {
                let folder = std::env::temp_dir().join(format!("onshelf_test_{unique}"));
                (format!("sqlite://{}/shop.db", folder.display()), Some(folder))
            }
            Engine::Postgres => (fresh_database(&std::env::var(POSTGRES).ok()?, &unique).await, None),
        };
        // A stand-in of a push service can only be on this machine.
        let push_services = must(PushServices::parse("fcm.googleapis.com, 127.0.0.1"));
        Some(TestShop::open(url, folder, Settings { push_services, ..Settings::default() }).await)
    }

    /// A second process on the same database.
    pub async fn beside(&self) -> Shop {
        self.beside_with(self.shop.settings().clone()).await
    }

    /// The same, set up in another way.
    pub async fn beside_with(&self, settings: Settings) -> Shop {
        let db = must(Db::open(&self.url).await);
        let chance = Arc::new(MockChance(AtomicU64::new(0x0b51_de00)));
        must(Shop::open(db, self.clock.clone(), chance, settings).await)
    }

    async fn open(url: String, folder: Option<PathBuf>, settings: Settings) -> TestShop {
        let db = must(Db::open(&url).await);
        must(furnish(&db).await);
        let clock = Arc::new(MockClock::noon());
        let chance = Arc::new(MockChance(AtomicU64::new(7)));
        let shop = must(Shop::open(db, clock.clone(), chance, settings).await);
        TestShop { shop, clock, url, folder }
    }

    /// Puts this many on a store's shelf.
    pub async fn with_stock(&self, store: &str, sku: &str, on_hand: i64) -> &TestShop {
        let key = self.key(store, sku);
        let at = self.shop.now_ms();
        must(
            self.shop
                .db()
                .write(move |mut tx| {
                    Box::pin(async move {
                        let cause = Cause { reason: "received", reference: "test", actor: "test", at };
                        stock::open_level(&mut tx, key, 0, at).await?;
                        stock::shift(&mut tx, key, on_hand, cause).await
                    })
                })
                .await,
        );
        must(self.shop.catch_up().await);
        self
    }

    /// A store like `seongsu` under another code, with something changed.
    pub async fn with_store(&self, code: &str, change: impl Fn(&mut StoreRow)) -> &TestShop {
        let mut row = {
            let mut reader = must(self.shop.db().reader().await);
            let rows = must(stores::stores(&mut reader.tx()).await);
            rows.into_iter().find(|row| row.code == "seongsu").unwrap_or_default()
        };
        row.code = code.to_owned();
        change(&mut row);
        let at = self.shop.now_ms();
        must(
            self.shop
                .db()
                .write(move |mut tx| {
                    let row = row.clone();
                    Box::pin(async move {
                        stores::upsert_stores(&mut tx, &[row]).await?;
                        meta::touch_catalogue(&mut tx, at).await
                    })
                })
                .await,
        );
        must(self.shop.refresh_book().await);
        self
    }

    /// A warehouse near the stores, where nobody comes.
    pub async fn with_warehouse(&self, code: &str) -> &TestShop {
        self.with_store(code, |row| {
            row.kind = "warehouse".to_owned();
            row.name_ko = "물류센터".to_owned();
            row.name_en = "Warehouse".to_owned();
            (row.lat, row.lng) = (Some(37.545), Some(127.056));
        })
        .await
    }

    /// From now on it costs so much.
    pub async fn with_price(&self, sku: &str, amount: i64) -> &TestShop {
        let (key, at) = (self.key("", sku), self.shop.now_ms());
        let (variant_id, currency) = (key.variant_id, "KRW".to_owned());
        let price = PriceRow { variant_id, currency, amount, list_amount: None };
        must(
            self.shop
                .db()
                .write(move |mut tx| {
                    let price = price.clone();
                    Box::pin(async move {
                        catalog::upsert_prices(&mut tx, &[price]).await?;
                        meta::touch_catalogue(&mut tx, at).await
                    })
                })
                .await,
        );
        must(self.shop.refresh_book().await);
        self
    }

    #[must_use]
    pub fn key(&self, store: &str, sku: &str) -> LevelKey {
        let book = self.shop.book();
        let store_id = book.stores.by_code(store).map_or(0, |store| store.id);
        let variant_id = book.catalogue.variant(sku).map_or(0, |variant| variant.id);
        LevelKey { store_id, variant_id }
    }

    /// Available to promise, as pages show it after they have caught up.
    pub async fn available(&self, store: &str, sku: &str) -> i64 {
        must(self.shop.catch_up().await);
        let key = self.key(store, sku);
        self.shop.shelves().available(key.store_id, key.variant_id, self.shop.now())
    }

    /// Reserves as a shopper of this phone number would.
    pub async fn reserve(&self, phone: &str, store: &str, lines: &[(&str, i64)]) -> Result<Reserved> {
        self.shop
            .reserve(request(phone, store, lines, &format!("key-{}", NEXT.fetch_add(1, Ordering::SeqCst))))
            .await
    }

    /// Takes the database away under everybody, or brings it back. False on SQLite, which nobody can take away.
    pub async fn reachable(&self, yes: bool) -> bool {
        let (Ok(server), Some(name)) = (std::env::var(POSTGRES), self.url.rsplit('/').next()) else {
            return false;
        };
        if self.folder.is_some() {
            return false;
        }
        let name = name.split('?').next().unwrap_or(name);
        must(onshelf_db::testing::open_database(&server, name, yes).await);
        true
    }

    /// Proves that the books balance, and clears up.
    pub async fn close(self) {
        let faults = must(crate::ledger::faults(self.shop.db(), self.shop.now()).await);
        assert_eq!(faults, Vec::<String>::new(), "the books do not balance");
        self.shop.db().close().await;
        if let Some(folder) = self.folder {
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

/// A request for a reservation under an idempotency key.
#[must_use]
pub fn request(phone: &str, store: &str, lines: &[(&str, i64)], key: &str) -> Reserve {
    let contact = Contact { name: "김제자리".to_owned(), email: None, phone: Some(phone.to_owned()) };
    let input = ReserveInput { store: must(StoreCode::new(store)), lines: self::lines(lines), contact };
    let body = format!("{input:?}");
    Reserve { input, lang: Lang::Ko, near: None, once: Once::new("test", "reserve", key, &body) }
}

static NEXT: AtomicU64 = AtomicU64::new(1);

#[expect(clippy::panic, reason = "a fixture that cannot be built ends its test")]
fn must<T, E: std::fmt::Display>(outcome: std::result::Result<T, E>) -> T {
    outcome.unwrap_or_else(|error| panic!("test fixture: {error}"))
}

async fn fresh_database(server: &str, unique: &str) -> String {
    let name = format!("test_{unique}");
    must(onshelf_db::testing::create_ready_database(server, &name).await);
    let (base, rest) = server.split_once('?').map_or((server, ""), |(base, rest)| (base, rest));
    let slash = base.rfind('/').unwrap_or(base.len());
    let question = if rest.is_empty() { "" } else { "?" };
    format!("{}/{name}{question}{rest}", &base[..slash])
}

/// Two stores, two products.
async fn furnish(db: &Db) -> Result<()> {
    db.write(move |mut tx| {
        Box::pin(async move {
            let store = |code: &str, ko: &str, en: &str, lat: f64, lng: f64| StoreRow {
                code: code.to_owned(),
                name_ko: ko.to_owned(),
                name_en: en.to_owned(),
                country: "KR".to_owned(),
                lat: Some(lat),
                lng: Some(lng),
                time_zone: "Asia/Seoul".to_owned(),
                // One of them also brings things to a car.
                services: if code == "seongsu" { r#"["collect","curbside"]"# } else { r#"["collect"]"# }
                    .to_owned(),
                hours: r#"{"mon":["10:30-21:00"],"tue":["10:30-21:00"],"wed":["10:30-21:00"],
                           "thu":["10:30-21:00"],"fri":["10:30-21:00"],"sat":["10:30-21:00"],"sun":[]}"#
                    .to_owned(),
                exceptions: "[]".to_owned(),
                lead_minutes: 30,
                cutoff_minutes: 30,
                keep_days: 2,
                currency: "KRW".to_owned(),
                status: "open".to_owned(),
                kind: "store".to_owned(),
                ..StoreRow::default()
            };
            let rows = [
                store("seongsu", "성수점", "Seongsu", 37.5446, 127.0559),
                store("gangnam", "강남점", "Gangnam", 37.4979, 127.0276),
            ];
            stores::upsert_stores(&mut tx, &rows).await?;
            let kitchen = CategoryRow {
                slug: "kitchen".to_owned(),
                name_ko: "부엌".to_owned(),
                name_en: "Kitchen".to_owned(),
                ..CategoryRow::default()
            };
            catalog::upsert_categories(&mut tx, &[kitchen]).await?;
            let colour = r##"[{"name":{"ko":"색","en":"Colour"},"values":[
                {"code":"moss","ko":"이끼색","en":"Moss","swatch":"#5f7f5c"},
                {"code":"milk","ko":"우유색","en":"Milk","swatch":"#efe7d8"}]}]"##;
            product(
                &mut tx,
                "kettle",
                "법랑 주전자",
                "Enamel kettle",
                colour,
                &[("KETTLE-MO", r#"["moss"]"#, 38_000), ("KETTLE-MI", r#"["milk"]"#, 38_000)],
                r#"["cup"]"#,
            )
            .await?;
            product(&mut tx, "cup", "찻잔", "Tea cup", "[]", &[("CUP", "[]", 9_000)], "[]").await?;
            meta::touch_catalogue(&mut tx, 1).await?;
            Ok(())
        })
    })
    .await
}

async fn product(
    tx: &mut onshelf_db::Tx<'_>,
    slug: &str,
    ko: &str,
    en: &str,
    options: &str,
    variants: &[(&str, &str, i64)],
    related: &str,
) -> Result<()> {
    let row = ProductRow {
        code: slug.to_owned(),
        slug: slug.to_owned(),
        name_ko: ko.to_owned(),
        name_en: en.to_owned(),
        category: Some("kitchen".to_owned()),
        attributes: "[]".to_owned(),
        options: options.to_owned(),
        images: "[]".to_owned(),
        tags: "[]".to_owned(),
        related: related.to_owned(),
        status: "active".to_owned(),
        ..ProductRow::default()
    };
    let written = catalog::upsert_products(tx, &[row]).await?;
    let product_id = written.first().map_or(0, |(_, id)| *id);
    for (position, (sku, options, price)) in (0i64..).zip(variants) {
        let row = VariantRow {
            product_id,
            sku: (*sku).to_owned(),
            options: (*options).to_owned(),
            images: "[]".to_owned(),
            position,
            status: "active".to_owned(),
            ..VariantRow::default()
        };
        let written = catalog::upsert_variants(tx, &[row]).await?;
        let variant_id = written.first().map_or(0, |(_, id)| *id);
        let price = PriceRow { variant_id, currency: "KRW".to_owned(), amount: *price, list_amount: None };
        catalog::upsert_prices(tx, &[price]).await?;
    }
    Ok(())
}
