//! From rows to the snapshot.

use std::{collections::HashMap, path::Path};

use onshelf_db::{
    Tx,
    catalog::{CategoryRow, PriceRow, ProductRow, VariantRow},
};
use onshelf_vocabulary::{Currency, Text};
use serde::de::DeserializeOwned;

use super::{
    Catalogue, Category, ImageDef, Price, Product, Variant,
    choices::{Choices, UNTOLD},
    columns::Columns,
    search::{Document, SearchIndex},
};
use crate::{Error, Result};

/// All rows of the catalogue, read in one go.
pub struct Rows {
    products: Vec<ProductRow>,
    variants: Vec<VariantRow>,
    prices: Vec<PriceRow>,
    categories: Vec<CategoryRow>,
}

impl Rows {
    pub(crate) async fn read(tx: &mut Tx<'_>) -> Result<Rows> {
        use onshelf_db::catalog;
        Ok(Rows {
            products: catalog::products(tx).await?,
            variants: catalog::variants(tx).await?,
            prices: catalog::prices(tx).await?,
            categories: catalog::categories(tx).await?,
        })
    }
}

/// Positions in the snapshot are 32 bits wide: four thousand million products are enough.
fn position(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

fn parsed<T: DeserializeOwned + Default>(json: &str) -> Result<T> {
    if json.is_empty() || json == "[]" { Ok(T::default()) } else { Ok(serde_json::from_str(json)?) }
}

impl Catalogue {
    /// Builds the snapshot and its index. Drafts stay out: nobody but the operator knows them.
    pub(crate) fn build(rows: Rows, index_dir: Option<&Path>) -> Result<Catalogue> {
        let mut categories = categories(rows.categories);
        let category_by_slug: HashMap<Box<str>, u32> =
            categories.iter().enumerate().map(|(i, c)| (c.slug.clone(), position(i))).collect();
        let mut prices = grouped(rows.prices, |price| price.variant_id);
        let mut variants_of = grouped(rows.variants, |variant| variant.product_id);

        let mut products = Vec::with_capacity(rows.products.len());
        let mut variants: Vec<Variant> = Vec::new();
        let mut choices = Choices::default();
        for row in rows.products {
            if row.status == "draft" {
                continue;
            }
            let own = variants_of.remove(&row.id).unwrap_or_default();
            let index = position(products.len());
            let category = row.category.as_deref().and_then(|slug| category_by_slug.get(slug)).copied();
            let mut product = product(row, category)?;
            product.brand_number = choices.number_brand(&product.brand);
            let numbers = choices.number_values(&product.options);
            product.first_variant = position(variants.len());
            for variant in own {
                let prices = prices.remove(&variant.id).unwrap_or_default();
                // What has no price cannot be shown with one.
                if prices.is_empty() {
                    continue;
                }
                variants.push(self::variant(variant, index, &numbers, &prices)?);
            }
            product.variant_count = position(variants.len()) - product.first_variant;
            if product.variant_count == 0 {
                continue;
            }
            products.push(product);
        }
        place(&mut categories, &products);

        let told = told(&products, &variants, &categories);
        let index =
            SearchIndex::build(index_dir, told.iter().map(Told::document)).map_err(Error::internal)?;
        drop(told);
        Ok(Catalogue {
            by_slug: products.iter().enumerate().map(|(i, p)| (p.slug.clone(), position(i))).collect(),
            by_sku: variants.iter().enumerate().map(|(i, v)| (v.sku.clone(), position(i))).collect(),
            by_variant_id: variants.iter().enumerate().map(|(i, v)| (v.id, position(i))).collect(),
            category_by_slug,
            newest: newest(&products, &variants),
            columns: Columns::of(products.iter().map(|product| (product, product.own(&variants)))),
            products,
            variants,
            categories,
            choices,
            index,
        })
    }
}

fn grouped<T>(rows: Vec<T>, key: impl Fn(&T) -> i64) -> HashMap<i64, Vec<T>> {
    let mut groups: HashMap<i64, Vec<T>> = HashMap::new();
    for row in rows {
        groups.entry(key(&row)).or_default().push(row);
    }
    groups
}

fn categories(rows: Vec<CategoryRow>) -> Vec<Category> {
    let slugs: HashMap<String, u32> =
        rows.iter().enumerate().map(|(i, row)| (row.slug.clone(), position(i))).collect();
    rows.into_iter()
        .map(|row| Category {
            parent: row.parent.as_ref().and_then(|slug| slugs.get(slug)).copied(),
            slug: row.slug.into(),
            name: Text::new(row.name_ko, row.name_en),
            note: Text::new(row.note_ko, row.note_en),
            products: Vec::new(),
        })
        .collect()
}

fn product(row: ProductRow, category: Option<u32>) -> Result<Product> {
    Ok(Product {
        attributes: parsed(&row.attributes)?,
        options: parsed(&row.options)?,
        images: parsed(&row.images)?,
        tags: parsed(&row.tags)?,
        related: parsed(&row.related)?,
        slug: row.slug.into(),
        name: Text::new(row.name_ko, row.name_en),
        brand: Text::new(row.brand_ko, row.brand_en),
        description: Text::new(row.description_ko, row.description_en),
        brand_number: None,
        category,
        active: row.status == "active",
        created_at: row.created_at,
        place: (row.position, row.id),
        first_variant: 0,
        variant_count: 0,
    })
}

fn variant(
    row: VariantRow,
    product: u32,
    numbers: &[HashMap<String, u32>],
    prices: &[PriceRow],
) -> Result<Variant> {
    let options: Vec<String> = parsed(&row.options)?;
    let number = |(code, of): (&String, &HashMap<String, u32>)| of.get(code).copied().unwrap_or(UNTOLD);
    let images: Vec<ImageDef> = parsed(&row.images)?;
    Ok(Variant {
        id: row.id,
        product,
        sku: row.sku.into(),
        gtin: row.gtin.map(String::into),
        values: options.iter().zip(numbers).map(number).collect(),
        options: options.into_iter().map(String::into).collect(),
        images,
        active: row.status == "active",
        prices: prices
            .iter()
            .filter_map(|price| {
                let currency = Currency::from_code(&price.currency)?;
                Some(Price { currency, amount: price.amount, list_amount: price.list_amount })
            })
            .collect(),
    })
}

/// Enters every active product in its category and in all above it.
fn place(categories: &mut [Category], products: &[Product]) {
    for (index, product) in products.iter().enumerate().filter(|(_, product)| product.active) {
        let mut next = product.category;
        for _ in 0..12 {
            let Some(category) = next.and_then(|i| categories.get_mut(i as usize)) else { break };
            category.products.push(position(index));
            next = category.parent;
        }
    }
}

/// What stands in front is looked at: things without a picture come after all that have one.
fn newest(products: &[Product], variants: &[Variant]) -> Vec<u32> {
    let active = products.iter().enumerate().filter(|(_, product)| product.active);
    let mut newest: Vec<(bool, bool, i64, u32)> = active
        .map(|(index, product)| {
            let own = product.own(variants);
            let bare = product.images.is_empty() && own.iter().all(|variant| variant.images.is_empty());
            let plain = !product.tags.iter().any(|tag| tag == "new");
            (bare, plain, -product.created_at, position(index))
        })
        .collect();
    newest.sort_unstable();
    newest.into_iter().map(|(_, _, _, index)| index).collect()
}

/// What the index is told of one product, kept while it is told.
struct Told<'a> {
    ordinal: u32,
    names: Vec<&'a str>,
    brands: Vec<&'a str>,
    categories: Vec<&'a str>,
    skus: Vec<&'a str>,
    gtins: Vec<&'a str>,
    keywords: Vec<&'a str>,
}

impl Told<'_> {
    fn document(&self) -> Document<'_> {
        Document {
            ordinal: self.ordinal,
            names: &self.names,
            brands: &self.brands,
            categories: &self.categories,
            skus: &self.skus,
            gtins: &self.gtins,
            keywords: &self.keywords,
            popularity: 0,
        }
    }
}

/// Both languages where they differ, without empty ones.
fn both(text: &Text) -> Vec<&str> {
    let mut texts = vec![text.ko.as_str()];
    if text.en != text.ko {
        texts.push(&text.en);
    }
    texts.retain(|text| !text.is_empty());
    texts
}

/// Every product that can be found.
fn told<'a>(products: &'a [Product], variants: &'a [Variant], categories: &'a [Category]) -> Vec<Told<'a>> {
    let tell = |(index, product): (usize, &'a Product)| {
        let own = product.own(variants);
        let category = product.category.and_then(|index| categories.get(index as usize));
        Told {
            ordinal: position(index),
            names: both(&product.name),
            brands: both(&product.brand),
            categories: category.map(|category| both(&category.name)).unwrap_or_default(),
            skus: own.iter().map(|variant| &*variant.sku).collect(),
            gtins: own.iter().filter_map(|variant| variant.gtin.as_deref()).collect(),
            keywords: product
                .options
                .iter()
                .flat_map(|option| &option.values)
                .flat_map(|value| [value.ko.as_str(), value.en.as_str()])
                .filter(|word| !word.is_empty())
                .collect(),
        }
    };
    products.iter().enumerate().filter(|(_, product)| product.active).map(tell).collect()
}
