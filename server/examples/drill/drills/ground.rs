//! Where a drill takes place: a database of its own with two stores, some SKUs with stock, and partners' tokens.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use onshelf_db::{
    Db,
    catalog::{self, CategoryRow, PriceRow, ProductRow, VariantRow},
    meta,
    stock::{self, Cause, LevelKey},
    stores::{self, StoreRow},
};
use onshelf_shop::{Settings, Shop, SystemChance, SystemClock};
use onshelf_vocabulary::StoreCode;
use tempfile::TempDir;

use super::{Failure, Plan, Tally, cluster::Cluster};

/// The store deeds are done at, and the one that is somebody else's.
pub const STORE: &str = "east";
pub const OTHER_STORE: &str = "west";
pub const SKUS: usize = 10;
const PRICE: i64 = 12_900;
/// When the shelves were filled: before any clock that a drill sets itself. 2026-01-01, in Unix milliseconds.
const FILLED_AT: i64 = 1_767_225_600_000;

/// A furnished database; it goes when this goes out of scope.
pub struct Ground {
    pub url: String,
    pub folder: TempDir,
    /// Units put on each shelf at the beginning.
    pub initial: i64,
    /// A till's token and a warehouse's, for [`STORE`].
    pub till: String,
    pub warehouse: String,
    /// The database to drop at the end, and the server it lies on.
    database: Option<(String, String)>,
    cluster: Option<Cluster>,
}

static NEXT: AtomicU64 = AtomicU64::new(0);

#[must_use]
pub fn sku(index: usize) -> String {
    format!("DRILL-{index}")
}

/// A folder in memory, where the system has such a thing: for drills that are not about the disk.
fn folder_in_memory(prefix: &str) -> Result<TempDir, Failure> {
    let memory = Path::new("/dev/shm");
    let root = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
    Ok(tempfile::Builder::new().prefix(prefix).tempdir_in(root)?)
}

impl Ground {
    pub async fn sqlite(initial: i64) -> Result<Ground, Failure> {
        let folder = tempfile::Builder::new().prefix("onshelf-drill-").tempdir()?;
        Ground::sqlite_in(folder, initial).await
    }

    async fn sqlite_in(folder: TempDir, initial: i64) -> Result<Ground, Failure> {
        let url = format!("sqlite://{}", folder.path().join("shop.db").display());
        Ground::furnish(url, folder, initial, None, None).await
    }

    /// For a drill that takes one engine: PostgreSQL where that was named, else SQLite in memory.
    pub async fn quick(plan: &Plan, initial: i64) -> Result<Ground, Failure> {
        match &plan.database {
            Some(server) if plan.on_postgres() => Ground::on_server(server, initial, None).await,
            _ => Ground::sqlite_in(folder_in_memory("onshelf-drill-")?, initial).await,
        }
    }

    /// On the server that was named, else on a cluster of its own. None where only SQLite is asked for, and where there is
    /// no PostgreSQL or it cannot be furnished, which the tally is told.
    pub async fn postgres(plan: &Plan, initial: i64, tally: &mut Tally) -> Option<Ground> {
        if !plan.on_postgres() {
            return None;
        }
        match Ground::on_some_server(plan, initial).await {
            Ok(Some(ground)) => return Some(ground),
            Ok(None) => tally.skip("PostgreSQL is not installed, and no server was named by --database-url"),
            Err(error) => tally.set_up_failed(&error),
        }
        None
    }

    async fn on_some_server(plan: &Plan, initial: i64) -> Result<Option<Ground>, Failure> {
        let named = plan.database.clone().or_else(|| std::env::var("ONSHELF_TEST_POSTGRES_URL").ok());
        if let Some(server) = named {
            return Ground::on_server(&server, initial, None).await.map(Some);
        }
        let Some(cluster) = Cluster::start().await? else { return Ok(None) };
        let server = cluster.url();
        Ground::on_server(&server, initial, Some(cluster)).await.map(Some)
    }

    pub async fn on_server(server: &str, initial: i64, cluster: Option<Cluster>) -> Result<Ground, Failure> {
        let name = format!("drill_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        onshelf_db::testing::create_database(server, &name).await?;
        let folder = tempfile::Builder::new().prefix("onshelf-drill-").tempdir()?;
        let url = with_database(server, &name)?;
        Ground::furnish(url, folder, initial, Some((server.to_owned(), name)), cluster).await
    }

    async fn furnish(
        url: String,
        folder: TempDir,
        initial: i64,
        database: Option<(String, String)>,
        cluster: Option<Cluster>,
    ) -> Result<Ground, Failure> {
        let db = Db::open(&url).await?;
        furnish(&db).await?;
        let shop = Shop::open(db, Arc::new(SystemClock), Arc::new(SystemChance), Settings::default()).await?;
        stock_up(&shop, initial).await?;
        let store = StoreCode::new(STORE)?;
        let till = shop.create_token("pos", Some(&store)).await?;
        let warehouse = shop.create_token("stock", Some(&store)).await?;
        shop.db().close().await;
        Ok(Ground { url, folder, initial, till, warehouse, database, cluster })
    }

    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    #[must_use]
    pub fn engine(&self) -> &'static str {
        if self.url.starts_with("sqlite:") { "SQLite" } else { "PostgreSQL" }
    }

    /// Name of the database on its server, where there is one.
    #[must_use]
    pub fn database(&self) -> Option<&str> {
        self.database.as_ref().map(|(_, name)| name.as_str())
    }

    pub fn cluster(&mut self) -> Option<&mut Cluster> {
        self.cluster.as_mut()
    }

    /// Drops what was made on somebody else's server. That it stays there is told, and no fault of the subject.
    pub async fn clear(self) {
        if let (Some((server, name)), None) = (&self.database, &self.cluster)
            && let Err(error) = drop_database(server, name).await
        {
            println!("the database {name} stays on its server: {error}");
        }
    }
}

/// A part of a drill on each engine that is asked for, and on a ground of its own.
pub async fn on_each_engine(
    plan: &Plan,
    initial: i64,
    on_sqlite: impl AsyncFnOnce(&Plan, Ground) -> Result<Tally, Failure>,
    on_postgres: impl AsyncFnOnce(&Plan, Ground) -> Result<Tally, Failure>,
) -> Result<Tally, Failure> {
    let mut tally = Tally::default();
    if plan.on_sqlite() {
        let ground = Ground::sqlite(initial).await?;
        tally.add_part(on_sqlite(plan, ground).await);
    }
    if let Some(ground) = Ground::postgres(plan, initial, &mut tally).await {
        tally.add_part(on_postgres(plan, ground).await);
    }
    Ok(tally)
}

/// Drops a database of this name, whoever is in it.
pub async fn drop_database(server: &str, name: &str) -> Result<(), Failure> {
    use sqlx::Connection;
    let mut connection = sqlx::PgConnection::connect(server).await?;
    let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
    sqlx::query(sqlx::AssertSqlSafe(drop)).execute(&mut connection).await?;
    connection.close().await?;
    Ok(())
}

fn with_database(server: &str, name: &str) -> Result<String, Failure> {
    let mut url = url::Url::parse(server)?;
    url.set_path(name);
    Ok(url.to_string())
}

async fn stock_up(shop: &Shop, initial: i64) -> Result<(), Failure> {
    let book = shop.book();
    let store_id = book.stores.by_code(STORE).map_or(0, |store| store.id);
    let keys: Vec<LevelKey> = (0..SKUS)
        .filter_map(|index| book.catalogue.variant(&sku(index)))
        .map(|variant| LevelKey { store_id, variant_id: variant.id })
        .collect();
    let at = FILLED_AT;
    shop.db()
        .write(move |mut tx| {
            let keys = keys.clone();
            Box::pin(async move {
                let cause = Cause { reason: "received", reference: "drill", actor: "drill", at };
                for key in keys {
                    stock::open_level(&mut tx, key, 0, at).await?;
                    stock::shift(&mut tx, key, initial, cause).await?;
                }
                Ok::<_, onshelf_db::Error>(())
            })
        })
        .await?;
    Ok(())
}

/// Two stores that never close, one category, one product with as many variants as there are SKUs.
async fn furnish(db: &Db) -> Result<(), onshelf_db::Error> {
    db.write(|mut tx| {
        Box::pin(async move {
            stores::upsert_stores(&mut tx, &[store(STORE, 37.54), store(OTHER_STORE, 37.49)]).await?;
            let shelf = CategoryRow {
                slug: "drill".to_owned(),
                name_ko: "훈련".to_owned(),
                name_en: "Drill".to_owned(),
                ..CategoryRow::default()
            };
            catalog::upsert_categories(&mut tx, &[shelf]).await?;
            for (index, position) in (0..SKUS).zip(0i64..) {
                product(&mut tx, index, position).await?;
            }
            meta::touch_catalogue(&mut tx, 1).await
        })
    })
    .await
}

fn store(code: &str, lat: f64) -> StoreRow {
    let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let week: Vec<String> = days.iter().map(|day| format!(r#""{day}":["00:00-24:00"]"#)).collect();
    StoreRow {
        code: code.to_owned(),
        name_ko: format!("{code}점"),
        name_en: code.to_owned(),
        country: "KR".to_owned(),
        lat: Some(lat),
        lng: Some(127.05),
        time_zone: "Asia/Seoul".to_owned(),
        services: r#"["collect","curbside"]"#.to_owned(),
        hours: format!("{{{}}}", week.join(",")),
        exceptions: "[]".to_owned(),
        lead_minutes: 30,
        cutoff_minutes: 30,
        keep_days: 2,
        currency: "KRW".to_owned(),
        status: "open".to_owned(),
        kind: "store".to_owned(),
        ..StoreRow::default()
    }
}

async fn product(tx: &mut onshelf_db::Tx<'_>, index: usize, position: i64) -> Result<(), onshelf_db::Error> {
    let name = sku(index);
    let slug = name.to_lowercase();
    let row = ProductRow {
        code: slug.clone(),
        slug,
        name_ko: format!("훈련 {index}"),
        name_en: format!("Drill {index}"),
        category: Some("drill".to_owned()),
        attributes: "[]".to_owned(),
        options: "[]".to_owned(),
        images: "[]".to_owned(),
        tags: "[]".to_owned(),
        related: "[]".to_owned(),
        status: "active".to_owned(),
        position,
        ..ProductRow::default()
    };
    let written = catalog::upsert_products(tx, &[row]).await?;
    let row = VariantRow {
        product_id: written.first().map_or(0, |(_, id)| *id),
        sku: name,
        options: "[]".to_owned(),
        images: "[]".to_owned(),
        status: "active".to_owned(),
        ..VariantRow::default()
    };
    let written = catalog::upsert_variants(tx, &[row]).await?;
    let variant_id = written.first().map_or(0, |(_, id)| *id);
    let price = PriceRow { variant_id, currency: "KRW".to_owned(), amount: PRICE, list_amount: None };
    catalog::upsert_prices(tx, &[price]).await
}
