//! From rows to drafts: a row is a variant, a further picture, or a product whose variants come in rows of their own.
//! What is wrong with a row rejects that row alone.

use std::hash::BuildHasher;

use onshelf_domain::catalog::slugify;
use onshelf_vocabulary::{Sku, ids::Slug};
use sha2::{Digest, Sha256};

use super::{
    super::{
        Kind,
        canonical::Told,
        plan::Plan,
        read::Record,
        report::{Entry, Ledger},
        row::{MAX_NAME, Row},
        stores::text,
    },
    Products,
    attributes::{attributes, is_options},
    cells::{category, description, gtin, pictures, sku, status, variant_status, words},
    choices::OPTIONS,
    draft::{Draft, VariantDraft},
    telling,
};

pub(super) const MAX_CODE: usize = 128;
/// Of one product.
const MAX_IMAGES: usize = 24;

pub(super) const TWICE: &str = "the same SKU stands twice: the first row counts";

impl Products {
    /// One row, one variant; rows of the same code are one product.
    pub(super) fn take_flat(&mut self, plan: &Plan, record: &Record, ledger: &mut Ledger) {
        let row = Row::new(record, &plan.fields, &plan.tables);
        match self.read_flat(&row, plan) {
            Ok(()) => row.tell(ledger),
            Err(bad) => ledger.reject(bad),
        }
    }

    fn read_flat(&mut self, row: &Row<'_>, plan: &Plan) -> Result<(), Entry> {
        let code = match row.text("code") {
            Some(_) => row.bounded("code", MAX_CODE)?,
            None => sku(row)?,
        };
        if self.grouped && self.closed.contains(&hash(&code)) {
            let why = "rows of one product stand too far apart: sort the file by product";
            return Err(row.bad("code", why, &code));
        }
        let kind = row.text_or_empty("row_kind").to_lowercase();
        if kind.split([',', ' ']).any(|word| word == "variable") {
            return self.read_head(row, plan, code);
        }
        if row.text("sku").is_none() && self.add_picture(row, &code) {
            return Ok(());
        }
        if self.grouped {
            // What is wrong with its first variant takes no product from the others.
            self.opened(row, plan, &code)?;
        }
        let mut variant = self.variant(row, self.sku_of(row, plan, &code)?, row)?;
        if let Some(line) = self.skus.before(&variant.sku, row.line()) {
            return Err(row.bad("sku", TWICE, &format!("{}, first on line {line}", variant.sku)));
        }
        let at = self.opened(row, plan, &code)?;
        self.drafts[at].is_named |= row.text("code").is_some();
        let inherited = self.drafts[at].option_names.clone();
        // Where rows say what they are, a single product's attributes tell no variants apart.
        let is_single = !kind.is_empty() && !kind.contains("variation");
        let values = if is_single { Vec::new() } else { self.values(row, plan, None, &inherited) };
        if is_single {
            // What such a row says of its status is the product's.
            variant.status = "active";
        }
        let told = Told::new(Kind::Products, plan, row.record());
        let draft = &mut self.drafts[at];
        variant.columns = telling::variant(&told, draft.variants.is_empty());
        draft.tells_options |= telling::options(&told, plan, row.record());
        if told.any(&["images"]) {
            draft.renew("images");
        }
        // A further row of a product tells its own pictures; the first row's are the product's. Where variants have a
        // column of their own, all the others are the product's too.
        variant.images = pictures(row, "variant_images");
        if plan.fields.contains_key("variant_images") {
            draft.add_images(pictures(row, "images"), MAX_IMAGES);
        } else if variant.images.is_empty() && !draft.variants.is_empty() {
            variant.images =
                Some(pictures(row, "images")).filter(|images| *images != draft.images).unwrap_or_default();
        }
        variant.options = match draft.exported_options {
            Some(_) => row
                .list("option_codes")
                .iter()
                .flat_map(|codes| codes.split('|'))
                .map(str::to_owned)
                .collect(),
            None => draft.options.add(&values, &plan.mapping),
        };
        draft.variants.push(variant);
        draft.rows += 1;
        self.variants += 1;
        Ok(())
    }

    /// The SKU of a row, or one made of the product's code and the row's options: it is the same in each export.
    fn sku_of(&self, row: &Row<'_>, plan: &Plan, code: &str) -> Result<String, Entry> {
        if !plan.mapping.make_skus || row.text("sku").is_some() {
            return sku(row);
        }
        let draft = self.open.get(code).and_then(|at| self.drafts.get(*at));
        let names = draft.map(|draft| draft.option_names.as_slice()).unwrap_or_default();
        let values = self.values(row, plan, None, names);
        // A further row that chooses nothing is no variant of its own.
        if values.is_empty() && draft.is_some_and(|draft| !draft.variants.is_empty()) {
            return sku(row);
        }
        let made = made_sku(code, values.iter().map(|(.., value)| value.as_str()));
        row.warn("sku", "missing: made of the product and its options", &made);
        Ok(made)
    }

    /// Where the product of this row stands, begun with it if it is the first.
    fn opened(&mut self, row: &Row<'_>, plan: &Plan, code: &str) -> Result<usize, Entry> {
        if let Some(at) = self.open.get(code) {
            return Ok(*at);
        }
        let draft = self.product(row, plan, code.to_owned())?;
        self.drafts.push(draft);
        let at = self.drafts.len() - 1;
        self.open.insert(code.to_owned(), at);
        Ok(at)
    }

    /// A row that tells a product and is none of its variants: they come in rows of their own.
    fn read_head(&mut self, row: &Row<'_>, plan: &Plan, code: String) -> Result<(), Entry> {
        if self.open.contains_key(&code) {
            return Err(row.bad("code", "the same product stands twice: the first row counts", &code));
        }
        let mut draft = self.product(row, plan, code.clone())?;
        draft.rows = 1;
        draft.is_named = true;
        self.drafts.push(draft);
        let at = self.drafts.len() - 1;
        self.open.insert(code, at);
        if let Some(record) = row.text("record") {
            self.open.insert(format!("id:{record}"), at);
        }
        Ok(())
    }

    /// A row without a SKU or a price that only tells a further picture of a product.
    fn add_picture(&mut self, row: &Row<'_>, code: &str) -> bool {
        let images = pictures(row, "images");
        let Some(at) = self.open.get(code).copied().filter(|_| self.grouped) else { return false };
        if images.is_empty() || row.text("price").is_some() {
            return false;
        }
        let draft = &mut self.drafts[at];
        draft.add_images(images, MAX_IMAGES);
        draft.renew("images");
        draft.rows += 1;
        true
    }

    pub(super) fn product(&mut self, row: &Row<'_>, plan: &Plan, code: String) -> Result<Draft, Entry> {
        let name = text(row, ["name", "name_ko", "name_en"], MAX_NAME)?;
        if name.is_empty() {
            return Err(row.bad("name", "missing", ""));
        }
        let slug = row.text("slug").and_then(|slug| match Slug::new(slug.as_ref()) {
            Ok(slug) => Some(slug.to_string()),
            Err(_) => {
                row.warn("slug", "not fit for an address: made from the name", &slug);
                None
            }
        });
        let description = description(row);
        let columns = telling::product(&Told::new(Kind::Products, plan, row.record()), plan, row.record());
        self.position += 1;
        Ok(Draft {
            line: row.line(),
            slug,
            brand: text(row, ["brand", "brand_ko", "brand_en"], MAX_NAME)?,
            name,
            description,
            category: category(row),
            attributes: attributes(row, plan),
            images: pictures(row, "images").into_iter().take(MAX_IMAGES).collect(),
            tags: words(row, "tags"),
            related: words(row, "related"),
            status: status(row),
            position: row.whole("position", 0, i64::from(i32::MAX))?.unwrap_or(self.position),
            code,
            option_names: OPTIONS.iter().map(|(name, _)| row.text_or_empty(name)).collect(),
            exported_options: row.text("options").filter(|text| is_options(text)).map(String::from),
            columns,
            ..Draft::default()
        })
    }

    /// What a row says of a variant; what it does not say, the product's row may.
    pub(super) fn variant(
        &mut self,
        row: &Row<'_>,
        sku: String,
        outer: &Row<'_>,
    ) -> Result<VariantDraft, Entry> {
        let (price, list_amount) = self.prices(row, outer)?;
        Ok(VariantDraft {
            line: row.line(),
            sku,
            gtin: gtin(row),
            options: Vec::new(),
            images: Vec::new(),
            status: variant_status(row),
            price,
            list_amount,
            columns: Vec::new(),
        })
    }
}

/// `wool-scarf-grey-m`; of what is too long or has other letters than a SKU, a digest.
fn made_sku<'v>(code: &'v str, values: impl Iterator<Item = &'v str>) -> String {
    let slugs: Vec<String> = [code].into_iter().chain(values).filter_map(slugify).map(String::from).collect();
    let made = slugs.join("-");
    match Sku::new(made.as_str()) {
        Ok(sku) => sku.into(),
        Err(_) => Sha256::digest(&made).iter().take(8).map(|byte| format!("{byte:02x}")).collect(),
    }
}

pub(super) fn hash(code: &str) -> u64 {
    std::hash::BuildHasherDefault::<std::hash::DefaultHasher>::default().hash_one(code)
}

#[cfg(test)]
mod tests {
    use super::made_sku;

    #[test]
    fn a_sku_that_is_made_is_fit_to_be_one() {
        assert_eq!(made_sku("wool-scarf", ["Grey", "M / L"].into_iter()), "wool-scarf-grey-m-l");
        assert_eq!(made_sku("mug", [].into_iter()), "mug");
        let (korean, other) =
            (made_sku("목도리", ["회색"].into_iter()), made_sku("목도리", ["먹"].into_iter()));
        assert!(korean.len() == 16 && korean.is_ascii() && korean != other, "{korean} {other}");
    }
}
