//! Seeding the demo chain into an empty database.

use std::collections::HashMap;

use onshelf_db::{
    Db,
    catalog::{self, CategoryRow, PriceRow, ProductRow, VariantRow},
    meta,
    places::{self, PlaceRow},
    stock::{self, Cause, LevelRow},
    stores::{self, StoreRow},
};
use onshelf_shop::{Clock, SystemClock};
use onshelf_vocabulary::stores::StoreKind;
use serde_json::{Value, json};

use super::{
    DemoError,
    drawings::swatches,
    files::{Category, Closure, Holiday, Place, Product, StockRules, Store, Variant},
    json as file,
};

/// Set once the demo has been seeded; a database that has stores of its own is left alone.
const SEEDED: &str = "demo";

/// Everything to be written, worked out before the transaction.
struct Seed {
    categories: Vec<CategoryRow>,
    stores: Vec<StoreRow>,
    places: Vec<PlaceRow>,
    products: Vec<ProductRow>,
    /// By product code.
    variants: Vec<(String, VariantRow, Vec<PriceRow>)>,
    safety: HashMap<String, i64>,
    rules: StockRules,
}

/// Seeds the demo, unless the database holds a shop already.
pub async fn seed(db: &Db) -> Result<(), DemoError> {
    {
        let mut reader = db.reader().await?;
        let mut tx = reader.tx();
        let seeded = meta::get(&mut tx, SEEDED).await?.is_some();
        if seeded || !stores::stores(&mut tx).await?.is_empty() {
            return Ok(());
        }
    }
    let now = SystemClock.now().as_millisecond();
    let seed = std::sync::Arc::new(Seed::read(now)?);
    db.write(move |mut tx| {
        let seed = seed.clone();
        Box::pin(async move { write(&mut tx, &seed, now).await })
    })
    .await?;
    tracing::info!("The demo chain was seeded.");
    Ok(())
}

async fn write(tx: &mut onshelf_db::Tx<'_>, seed: &Seed, now: i64) -> Result<(), onshelf_db::Error> {
    catalog::upsert_categories(tx, &seed.categories).await?;
    stores::upsert_stores(tx, &seed.stores).await?;
    places::upsert_places(tx, &seed.places).await?;
    let ids: HashMap<String, i64> = catalog::upsert_products(tx, &seed.products).await?.into_iter().collect();
    let rows: Vec<VariantRow> = seed
        .variants
        .iter()
        .map(|(code, row, _)| VariantRow {
            product_id: ids.get(code).copied().unwrap_or_default(),
            ..row.clone()
        })
        .collect();
    let variant_ids: HashMap<String, i64> = catalog::upsert_variants(tx, &rows).await?.into_iter().collect();
    let prices: Vec<PriceRow> = seed
        .variants
        .iter()
        .flat_map(|(_, variant, prices)| {
            let variant_id = variant_ids.get(&variant.sku).copied().unwrap_or_default();
            prices.iter().map(move |price| PriceRow { variant_id, ..price.clone() })
        })
        .collect();
    catalog::upsert_prices(tx, &prices).await?;
    let levels = seed.levels(&stores::stores(tx).await?, &variant_ids, now);
    let cause = Cause { reason: "received", reference: "demo", actor: "demo", at: now };
    stock::stock_up(tx, &levels, cause).await?;
    meta::set(tx, SEEDED, "1").await?;
    meta::touch_catalogue(tx, now).await
}

impl Seed {
    fn read(now: i64) -> Result<Seed, DemoError> {
        let swatches = swatches()?;
        let stores: Vec<Store> = file("stores.json")?;
        let holidays: Vec<Holiday> = file("holidays.json")?;
        let products: Vec<Product> = file("products.json")?;
        Ok(Seed {
            categories: categories(file("categories.json")?),
            safety: stores.iter().map(|store| (store.code.clone(), store.safety_stock)).collect(),
            stores: stores.into_iter().map(|store| store_row(store, &holidays)).collect(),
            places: file::<Vec<Place>>("places.json")?.into_iter().map(place_row).collect(),
            variants: products.iter().flat_map(variant_rows).collect(),
            products: (0i64..)
                .zip(products)
                .map(|(at, product)| product_row(at, product, &swatches, now))
                .collect(),
            rules: file("stock.json")?,
        })
    }

    /// Deterministic numbers that look like a shop's: big stores have more, some have none, some the last one.
    fn levels(&self, stores: &[StoreRow], variants: &HashMap<String, i64>, now: i64) -> Vec<LevelRow> {
        let mut levels = Vec::new();
        for store in stores {
            let size = self.rules.stores.get(&store.code).copied().unwrap_or(1.0);
            for (slug, variant, _) in &self.variants {
                let Some(variant_id) = variants.get(&variant.sku).copied() else { continue };
                let roll = dice(&store.code, &variant.sku);
                let in_store = store.kind == StoreKind::Store.code();
                if in_store && self.rules.warehouse.contains(slug) {
                    continue;
                }
                if self.rules.never.contains(slug) || (size < 0.7 && roll.is_multiple_of(5)) {
                    continue;
                }
                let base = if !in_store {
                    // Of everything, and more than any store: what no store has is sent from here.
                    12 + roll % 30
                } else if self.rules.plenty.contains(slug) {
                    8 + roll % 30
                } else if self.rules.scarce.contains(slug) {
                    (roll % 5).saturating_sub(3)
                } else {
                    (roll % 11).saturating_sub(2)
                };
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_precision_loss,
                    reason = "a few dozen"
                )]
                let drawn = (base as f64 * size).round() as i64;
                let fixed = self.rules.fixed.get(&variant.sku).and_then(|stores| stores.get(&store.code));
                let on_hand = fixed.copied().unwrap_or(drawn);
                levels.push(LevelRow {
                    store_id: store.id,
                    variant_id,
                    on_hand,
                    held: 0,
                    safety_stock: if self.rules.plenty.contains(slug) { self.safety[&store.code] } else { 0 },
                    checked_at: now - i64::try_from(roll % 50).unwrap_or(0) * 60_000,
                });
            }
        }
        levels
    }
}

/// FNV-1a: the same shelf gets the same number in every seeding.
fn dice(store: &str, sku: &str) -> u64 {
    let bytes = store.bytes().chain([b'/']).chain(sku.bytes());
    let hash = bytes
        .fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    hash >> 17
}

fn categories(categories: Vec<Category>) -> Vec<CategoryRow> {
    (0i64..)
        .zip(categories)
        .map(|(position, category)| CategoryRow {
            id: 0,
            slug: category.slug,
            name_ko: category.name.ko,
            name_en: category.name.en,
            note_ko: category.note.ko,
            note_en: category.note.en,
            parent: category.parent,
            position,
        })
        .collect()
}

fn store_row(store: Store, holidays: &[Holiday]) -> StoreRow {
    let mut exceptions = store.exceptions;
    for holiday in holidays.iter().filter(|holiday| holiday.closed) {
        if !exceptions.iter().any(|own| own.date == holiday.date) {
            exceptions.push(Closure {
                date: holiday.date.clone(),
                hours: Vec::new(),
                note: holiday.name.clone(),
            });
        }
    }
    StoreRow {
        id: 0,
        code: store.code,
        name_ko: store.name.ko,
        name_en: store.name.en,
        address_ko: store.address.ko,
        address_en: store.address.en,
        postcode: store.postcode,
        region_ko: store.region.ko,
        region_en: store.region.en,
        country: "KR".to_owned(),
        lat: Some(store.lat),
        lng: Some(store.lng),
        phone: store.phone,
        time_zone: store.time_zone,
        services: json!(store.services).to_string(),
        hours: store.hours.to_string(),
        exceptions: json!(exceptions).to_string(),
        lead_minutes: store.lead_minutes,
        cutoff_minutes: store.cutoff_minutes,
        keep_days: 2,
        currency: "KRW".to_owned(),
        note_ko: store.note.ko,
        note_en: store.note.en,
        status: "open".to_owned(),
        kind: store.kind.code().to_owned(),
        window_capacity: None,
    }
}

fn place_row(place: Place) -> PlaceRow {
    let weight = match place.kind.as_str() {
        "district" => 90,
        "dong" => 80,
        "station" => 70,
        _ => 50,
    };
    let region = format!("서울 {}", place.region.ko);
    let english =
        std::iter::once(place.name.en).chain(place.aliases.into_iter().filter(|alias| alias.is_ascii()));
    PlaceRow {
        id: 0,
        source_key: format!("demo:{}:{}", place.kind, place.name.ko),
        name_ko: place.name.ko,
        name_en: english.into_iter().next().unwrap_or_default(),
        kind: place.kind,
        region,
        lat: place.lat,
        lng: place.lng,
        postcode: place.postcode,
        weight,
    }
}

fn image(drawing: &str, tone: Option<&str>) -> Value {
    let src = match tone {
        Some(tone) => format!("/drawings/{drawing}/{tone}.svg"),
        None => format!("/drawings/{drawing}.svg"),
    };
    json!([{ "src": src, "width": 400, "height": 400 }])
}

fn product_row(position: i64, product: Product, swatches: &HashMap<String, String>, now: i64) -> ProductRow {
    let options: Vec<Value> = product
        .options
        .iter()
        .map(|option| {
            let values: Vec<Value> = option
                .values
                .iter()
                .map(|value| {
                    let swatch = value.tone.as_ref().and_then(|tone| swatches.get(tone));
                    json!({ "code": value.code, "ko": value.ko, "en": value.en, "swatch": swatch })
                })
                .collect();
            json!({ "name": option.name, "values": values })
        })
        .collect();
    ProductRow {
        id: 0,
        code: product.slug.clone(),
        images: image(&product.drawing, product.tone.as_deref()).to_string(),
        slug: product.slug,
        name_ko: product.name.ko,
        name_en: product.name.en,
        brand_ko: product.brand.ko,
        brand_en: product.brand.en,
        category: Some(product.category),
        description_ko: product.description.ko,
        description_en: product.description.en,
        attributes: product.attributes.to_string(),
        options: json!(options).to_string(),
        tags: json!(product.tags).to_string(),
        related: json!(product.related).to_string(),
        status: product.status,
        position,
        // A new thing a day, so that "new" has an order.
        created_at: now - position * 86_400_000,
    }
}

fn variant_rows(product: &Product) -> Vec<(String, VariantRow, Vec<PriceRow>)> {
    let tone_of = |variant: &Variant| {
        product.options.iter().zip(&variant.options).find_map(|(option, code)| {
            option.values.iter().find(|value| value.code == *code).and_then(|value| value.tone.clone())
        })
    };
    let row = |(position, variant): (i64, &Variant)| {
        let images = tone_of(variant).map_or(json!([]), |tone| image(&product.drawing, Some(&tone)));
        let row = VariantRow {
            id: 0,
            product_id: 0,
            sku: variant.sku.clone(),
            gtin: Some(variant.gtin.clone()),
            options: json!(variant.options).to_string(),
            images: images.to_string(),
            position,
            status: "active".to_owned(),
        };
        let price = |currency: &str, amount: i64, list_amount: Option<i64>| PriceRow {
            variant_id: 0,
            currency: currency.to_owned(),
            amount,
            list_amount,
        };
        let prices = vec![
            price("KRW", variant.price, variant.list_price),
            price("USD", variant.price_usd, variant.list_price_usd),
        ];
        (product.slug.clone(), row, prices)
    };
    (0i64..).zip(&product.variants).map(row).collect()
}
