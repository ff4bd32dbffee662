//! Drafts into the database: pictures kept, categories made, then products, variants and prices in one transaction a
//! batch. Where the database refuses a batch, each product goes by itself, so that only the one at fault stays out.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use futures::FutureExt;
use onshelf_db::{
    Db, Error, Tx,
    catalog::{self, CategoryRow, PriceRow, ProductRow, VariantRow},
};
use onshelf_domain::catalog::slugify;
use sha2::{Digest, Sha256};

use super::{
    super::{
        ImportError,
        intake::is_about_rows,
        media::{self, Picture},
        report::{Entry, Ledger},
    },
    BATCH, Products,
    draft::{Draft, VariantDraft},
    lookalikes,
    reading::hash,
    standing,
};

/// A product as it is written.
#[derive(Clone)]
struct Whole {
    line: u64,
    rows: u64,
    product: ProductRow,
    variants: Vec<VariantRow>,
    /// In the variants' order.
    prices: Vec<Option<PriceRow>>,
    /// What is set where the product exists.
    columns: Vec<&'static str>,
    /// In the variants' order: what is set where the variant exists.
    variant_columns: Vec<Vec<&'static str>>,
}

impl Whole {
    fn has_price(&self) -> bool {
        self.prices.iter().any(Option::is_some)
    }
}

impl Products {
    /// Writes what was read, but for the last product: the next rows may be its own.
    pub(super) async fn flush_read(&mut self, db: &Db, ledger: &mut Ledger) -> Result<(), ImportError> {
        // One alone that fills the room has to go.
        let last = if self.drafts.len() > 1 { self.drafts.pop() } else { None };
        let Some(last) = last else { return self.flush(db, ledger).await };
        let at = self.drafts.len();
        let mut names = std::mem::take(&mut self.open);
        names.retain(|_, own| *own == at);
        self.flush(db, ledger).await?;
        self.variants = last.variants.len();
        self.open = names.into_keys().map(|name| (name, 0)).collect();
        self.drafts.push(last);
        Ok(())
    }

    pub(super) async fn flush(&mut self, db: &Db, ledger: &mut Ledger) -> Result<(), ImportError> {
        let mut drafts = std::mem::take(&mut self.drafts);
        if self.grouped {
            self.closed.extend(drafts.iter().map(|draft| hash(&draft.code)));
        }
        self.open.clear();
        (self.variants, self.weight) = (0, 0);
        standing::bring_home(db, &mut drafts, ledger).await?;
        lookalikes::tell(db, &drafts, ledger).await?;
        standing::join_options(db, &mut drafts).await?;
        let mut batch = Vec::with_capacity(BATCH.min(drafts.len()));
        for draft in drafts {
            if draft.variants.is_empty() {
                // Its variants have been told one by one; with it go the rows of its own and of its pictures.
                let why = "no variant of the product can be taken";
                for _ in 0..draft.rows {
                    ledger.reject(Entry::new(draft.line, "sku", why, &draft.code));
                }
                continue;
            }
            batch.push(self.whole(draft, ledger).await);
            self.media.check()?;
            if batch.len() == BATCH {
                self.write_batch(db, std::mem::take(&mut batch), ledger).await?;
            }
        }
        self.write_batch(db, batch, ledger).await
    }

    async fn write_batch(
        &mut self,
        db: &Db,
        mut batch: Vec<Whole>,
        ledger: &mut Ledger,
    ) -> Result<(), ImportError> {
        settle(db, &mut batch, ledger).await?;
        let made = self.categories.made();
        ledger.wrote("categories", made.len());
        if batch.is_empty() && made.is_empty() {
            return Ok(());
        }
        if self.dry_run {
            batch.iter().for_each(|whole| told(whole, ledger));
            return Ok(());
        }
        let batch = Arc::new(batch);
        match save(db, Arc::new(made.clone()), Arc::clone(&batch)).await {
            Err(error) if is_about_rows(&error) => {
                ledger.changed(save(db, Arc::new(made), Arc::default()).await?);
                for whole in batch.iter() {
                    save_alone(db, whole, ledger).await?;
                }
            }
            Err(error) => return Err(error.into()),
            Ok(changed) => {
                ledger.changed(changed);
                batch.iter().for_each(|whole| told(whole, ledger));
            }
        }
        Ok(())
    }

    async fn whole(&mut self, draft: Draft, ledger: &mut Ledger) -> Whole {
        let images = self.pictures(draft.line, &draft.images, ledger).await;
        let mut variants = Vec::with_capacity(draft.variants.len());
        let mut prices = Vec::with_capacity(draft.variants.len());
        let mut variant_columns = Vec::with_capacity(draft.variants.len());
        let has_position = draft.columns.contains(&"position");
        for (position, variant) in (draft.beside..).zip(draft.variants) {
            prices.push(price_row(&variant));
            let images = self.pictures(variant.line, &variant.images, ledger).await;
            let mut options = variant.options;
            if draft.exported_options.is_none() {
                options.resize(draft.options.len(), "-".to_owned());
            }
            let mut columns = variant.columns;
            if draft.tells_options {
                columns.push("options");
            }
            // Where others stand beside it, it stays where it stands among them.
            if (draft.tells_options && draft.beside == 0) || has_position {
                columns.push("position");
            }
            variant_columns.push(columns);
            variants.push(VariantRow {
                sku: variant.sku,
                gtin: variant.gtin,
                options: json(&options),
                images,
                position,
                status: variant.status.to_owned(),
                ..VariantRow::default()
            });
        }
        let mut columns = draft.columns;
        if draft.tells_options {
            columns.push("options");
        }
        let product = ProductRow {
            slug: draft.slug.unwrap_or_else(|| address(&draft.name, &draft.code)),
            code: draft.code,
            name_ko: draft.name.ko,
            name_en: draft.name.en,
            brand_ko: draft.brand.ko,
            brand_en: draft.brand.en,
            category: self.categories.slug(&draft.category),
            description_ko: draft.description.ko,
            description_en: draft.description.en,
            attributes: draft.attributes,
            options: draft.exported_options.unwrap_or_else(|| draft.options.to_json()),
            images,
            tags: json(&draft.tags),
            related: json(&draft.related),
            status: draft.status.to_owned(),
            position: draft.position,
            created_at: self.now,
            id: 0,
        };
        Whole { line: draft.line, rows: draft.rows, product, variants, prices, columns, variant_columns }
    }

    /// `[{"src","width","height"}]`; a picture that cannot be had is told and left out.
    async fn pictures(&mut self, line: u64, named: &[String], ledger: &mut Ledger) -> String {
        let mut pictures: Vec<Picture> = Vec::with_capacity(named.len());
        for name in named {
            if let Some(exported) = media::exported(name) {
                pictures.extend(exported);
                continue;
            }
            match self.media.find(name).await {
                Ok(picture) if pictures.contains(&picture) => {}
                Ok(picture) => pictures.push(picture),
                Err(reason) => ledger.warn(Entry::new(line, "images", reason, name)),
            }
        }
        json(&pictures)
    }
}

/// What has no price cannot be sold, so it is a draft; the price may come later, and opens it then.
async fn settle(db: &Db, batch: &mut [Whole], ledger: &mut Ledger) -> Result<(), ImportError> {
    let (mut unpriced, mut unsaid) = (Vec::new(), Vec::new());
    for whole in batch.iter() {
        if !whole.has_price() {
            unpriced.push(whole.product.code.as_str());
        } else if !whole.columns.contains(&"status") {
            unsaid.push(whole.product.code.as_str());
        }
    }
    if unpriced.is_empty() && unsaid.is_empty() {
        return Ok(());
    }
    let (priced, waiting) = {
        let mut reader = db.reader().await?;
        let priced = catalog::priced(&mut reader.tx(), &unpriced).await?;
        (priced, catalog::unpriced_drafts(&mut reader.tx(), &unsaid).await?)
    };
    let names = |rows: Vec<(String, i64)>| rows.into_iter().map(|(code, _)| code).collect::<HashSet<_>>();
    let (priced, mut waiting) = (names(priced), names(waiting));
    for whole in batch {
        let code = &whole.product.code;
        if !whole.has_price() && !priced.contains(code) {
            ledger.wrote("drafts without a price", 1);
            if whole.product.status == "active" {
                "draft".clone_into(&mut whole.product.status);
            }
        } else if waiting.remove(code) {
            whole.columns.push("status");
        }
    }
    Ok(())
}

fn json<T: serde::Serialize>(list: &[T]) -> String {
    serde_json::to_string(list).unwrap_or_else(|_| "[]".to_owned())
}

fn price_row(variant: &VariantDraft) -> Option<PriceRow> {
    variant.price.map(|price| PriceRow {
        variant_id: 0,
        currency: price.currency.code().to_owned(),
        amount: price.amount,
        list_amount: variant.list_amount,
    })
}

fn told(whole: &Whole, ledger: &mut Ledger) {
    ledger.accept(whole.rows);
    if !whole.columns.is_empty() {
        ledger.wrote("products", 1);
    }
    ledger.wrote("variants", whole.variants.len());
}

/// Named after the product and ended by its code, so that namesakes keep addresses of their own in any order of files.
fn address(name: &onshelf_vocabulary::Text, code: &str) -> String {
    let name = name.get(onshelf_vocabulary::Lang::Ko);
    let stem: String = slugify(name).map(String::from).unwrap_or_default().chars().take(80).collect();
    let is_plain =
        code.len() <= 40 && code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    let tail = if is_plain { code.to_owned() } else { digest(code) };
    [stem.trim_end_matches('-'), tail.as_str()]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("-")
}

fn digest(code: &str) -> String {
    Sha256::digest(code).iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}

/// Answers how many rows were not so before.
async fn save(db: &Db, categories: Arc<Vec<CategoryRow>>, batch: Arc<Vec<Whole>>) -> Result<u64, Error> {
    db.write::<u64, Error, _>(move |mut tx| {
        let (categories, batch) = (categories.clone(), batch.clone());
        async move { save_in(&mut tx, &categories, &batch).await }.boxed()
    })
    .await
}

async fn save_in(tx: &mut Tx<'_>, categories: &[CategoryRow], batch: &[Whole]) -> Result<u64, Error> {
    let mut changed = catalog::renew_categories(tx, categories).await?;
    if batch.is_empty() {
        return Ok(changed);
    }
    let mut products: BTreeMap<&[&'static str], Vec<ProductRow>> = BTreeMap::new();
    for whole in batch {
        products.entry(&whole.columns).or_default().push(whole.product.clone());
    }
    let mut ids: HashMap<String, i64> = HashMap::with_capacity(batch.len());
    for (columns, rows) in &products {
        let renewed = catalog::renew_products_in(tx, rows, columns).await?;
        changed += renewed.changed;
        ids.extend(renewed.ids);
    }
    let mut variants: BTreeMap<&[&'static str], Vec<VariantRow>> = BTreeMap::new();
    for whole in batch {
        let product_id = *ids
            .get(&whole.product.code)
            .ok_or_else(|| Error::inconsistent("a product that was just written has no id"))?;
        for (variant, columns) in whole.variants.iter().zip(&whole.variant_columns) {
            let row = VariantRow { product_id, ..variant.clone() };
            variants.entry(columns).or_default().push(row);
        }
    }
    let mut ids: HashMap<String, i64> = HashMap::new();
    for (columns, rows) in &variants {
        let renewed = catalog::renew_variants_in(tx, rows, columns).await?;
        changed += renewed.changed;
        ids.extend(renewed.ids);
    }
    let mut prices = Vec::new();
    for (variant, price) in batch.iter().flat_map(|whole| whole.variants.iter().zip(&whole.prices)) {
        if let (Some(price), Some(variant_id)) = (price, ids.get(&variant.sku)) {
            prices.push(PriceRow { variant_id: *variant_id, ..price.clone() });
        }
    }
    Ok(changed + catalog::renew_prices(tx, &prices).await?)
}

async fn save_alone(db: &Db, whole: &Whole, ledger: &mut Ledger) -> Result<(), ImportError> {
    let mut last = None;
    // The address may be another product's: then it is told apart by more of its code.
    for slug in
        [whole.product.slug.clone(), format!("{}-{}", whole.product.slug, digest(&whole.product.code))]
    {
        let product = ProductRow { slug, ..whole.product.clone() };
        match save(db, Arc::default(), Arc::new(vec![Whole { product, ..whole.clone() }])).await {
            Err(error) if is_about_rows(&error) => last = Some(error),
            Err(error) => return Err(error.into()),
            Ok(changed) => {
                ledger.changed(changed);
                told(whole, ledger);
                return Ok(());
            }
        }
    }
    let value =
        format!("{}: {}", whole.product.code, last.map(|error| error.to_string()).unwrap_or_default());
    for _ in 0..whole.rows {
        ledger.reject(Entry::new(whole.line, "code", "the database refuses this product", &value));
    }
    Ok(())
}
