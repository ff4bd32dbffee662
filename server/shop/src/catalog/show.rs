//! What pages show of products and categories.

use jiff::Timestamp;
use onshelf_vocabulary::{
    Lang,
    catalog::{CategoryView, Crumb, Image, OptionValueView, OptionView, ProductView, VariantView},
};

use super::{Catalogue, Category, ImageDef, Listed, OptionDef, Product, Variant, narrow::Narrowing};
use crate::{Book, Error, Result, Shop, Viewer, stock::Need, stores::Store};

const RELATED: usize = 8;

impl Shop {
    /// A product's own page, with the variant that was asked for, or the first that is somewhere on a shelf.
    pub fn product_page(&self, viewer: &Viewer, slug: &str, sku: Option<&str>) -> Result<ProductView> {
        let (book, now) = (self.book(), self.now());
        let catalogue = &book.catalogue;
        let product = catalogue.product(slug).ok_or(Error::NotFound)?;
        let variants = catalogue.variants_of(product);
        let chosen = match sku {
            Some(sku) => variants.iter().position(|v| *v.sku == *sku).ok_or(Error::NotFound)?,
            None => self.first_to_show(viewer, &book, variants, now, &|_| true).unwrap_or(0),
        };
        let currency = viewer.currency(self, &book);
        let shown = variants
            .get(chosen)
            .map(|chosen| options_of(product, variants, chosen, viewer.lang))
            .unwrap_or_default();
        Ok(ProductView {
            slug: str::to_owned(&product.slug),
            name: product.name.get(viewer.lang).to_owned(),
            brand: product.brand.get(viewer.lang).to_owned(),
            description: product.description.get(viewer.lang).to_owned(),
            path: catalogue.crumbs(viewer.lang, product.category),
            attributes: product
                .attributes
                .iter()
                .map(|a| (a.name.get(viewer.lang).to_owned(), a.value.get(viewer.lang).to_owned()))
                .collect(),
            options: shown,
            variants: variants
                .iter()
                .filter_map(|variant| variant_view(catalogue, product, variant, viewer.lang, currency))
                .collect(),
            chosen: u32::try_from(chosen).unwrap_or(0),
            active: product.active,
        })
    }

    /// A product as it stands in a list: of the variants that meet the list's wishes, the first that the shopper can
    /// have. None where there is nothing to show.
    pub(super) fn listed<'b>(
        &self,
        viewer: &Viewer,
        book: &'b Book,
        product: &'b Product,
        narrowing: Option<&Narrowing<'_>>,
        now: Timestamp,
    ) -> Option<Listed<'b>> {
        let variant = self.shown_variant(viewer, book, product, narrowing, now)?;
        let (price, list_price) = variant.shown_price(viewer.currency(self, book))?;
        let several = book.catalogue.variants_of(product).len() > 1;
        Some(Listed {
            book,
            lang: viewer.lang,
            product,
            variant,
            asked_for: several && narrowing.is_some_and(Narrowing::picks_variants),
            price,
            list_price,
            shelf: self.best_shelf(viewer, book, variant, Need::one(now)),
        })
    }

    /// The variant that stands for its product in a list.
    pub(super) fn shown_variant<'b>(
        &self,
        viewer: &Viewer,
        book: &'b Book,
        product: &'b Product,
        narrowing: Option<&Narrowing<'_>>,
        now: Timestamp,
    ) -> Option<&'b Variant> {
        let variants = book.catalogue.variants_of(product);
        let wished = narrowing.filter(|narrowing| narrowing.picks_variants());
        let fits = |variant: &Variant| wished.is_none_or(|wished| wished.fits(variant));
        variants.get(self.first_to_show(viewer, book, variants, now, &fits)?)
    }

    /// Where among these stands the one to show: at my store, else on any shelf, else in a warehouse, else the first that
    /// fits. A product whose every variant is retired shows its first.
    fn first_to_show(
        &self,
        viewer: &Viewer,
        book: &Book,
        variants: &[Variant],
        now: Timestamp,
        fits: &dyn Fn(&Variant) -> bool,
    ) -> Option<usize> {
        if let [only] = variants {
            // Most products come in one way: which of them is on a shelf need not be asked.
            return fits(only).then_some(0);
        }
        let mine = viewer.my_store(book).map(|store| store.id);
        let here = |v: &Variant| mine.is_some_and(|store| self.shelves().available(store, v.id, now) > 0);
        let first =
            |test: &dyn Fn(&Variant) -> bool| variants.iter().position(|v| v.active && fits(v) && test(v));
        first(&here)
            .or_else(|| first(&|v| self.is_on_a_shelf(book, v, Need::one(now))))
            .or_else(|| first(&|v| self.shelves().anywhere(v.id, 1, now, |_| true)))
            .or_else(|| first(&|_| true))
            .or_else(|| variants.iter().position(fits))
    }

    /// What goes well with a product: what the operator named, then what lies beside it.
    pub fn related<'b>(
        &self,
        viewer: &Viewer,
        book: &'b Book,
        slug: &str,
    ) -> impl Iterator<Item = Listed<'b>> {
        let (catalogue, now) = (&book.catalogue, self.now());
        let product = catalogue.product(slug);
        let named =
            product.into_iter().flat_map(|own| &own.related).filter_map(|slug| catalogue.product(slug));
        let category = product.and_then(|own| catalogue.categories.get(own.category? as usize));
        let siblings = category
            .into_iter()
            .flat_map(|category| &category.products)
            .filter_map(|index| catalogue.products.get(*index as usize));
        let mut seen: Vec<&str> = product.iter().map(|own| &*own.slug).collect();
        named
            .chain(siblings)
            .filter(move |other| {
                let fresh = other.active && !seen.contains(&&*other.slug);
                seen.push(&other.slug);
                fresh
            })
            .filter_map(move |other| self.listed(viewer, book, other, None, now))
            .take(RELATED)
    }

    /// Named products, in that order; what no longer exists is left out.
    pub fn products_named<'b>(&self, viewer: &Viewer, book: &'b Book, slugs: &[&str]) -> Vec<Listed<'b>> {
        let now = self.now();
        slugs
            .iter()
            .filter_map(|slug| book.catalogue.product(slug))
            .filter(|product| product.active)
            .filter_map(|product| self.listed(viewer, book, product, None, now))
            .collect()
    }

    /// The newest products.
    pub fn newest<'b>(&self, viewer: &Viewer, book: &'b Book, most: usize) -> Vec<Listed<'b>> {
        let now = self.now();
        let newest = book.catalogue.newest();
        newest.filter_map(|product| self.listed(viewer, book, product, None, now)).take(most).collect()
    }

    /// The newest products of the catalogue that stand on a store's shelves now. When a store got each is known to the
    /// ledger alone, which no page reads: this is no list of what came there last.
    pub fn newest_at<'b>(
        &self,
        viewer: &Viewer,
        book: &'b Book,
        store: &Store,
        most: usize,
    ) -> Vec<Listed<'b>> {
        let now = self.now();
        let here = Viewer { store: Some(store.code.clone()), ..viewer.clone() };
        let stands = |product: &&Product| {
            let variants = book.catalogue.variants_of(product);
            variants.iter().any(|v| v.active && self.shelves().available(store.id, v.id, now) > 0)
        };
        book.catalogue
            .newest()
            .filter(stands)
            .filter_map(|product| self.listed(&here, book, product, None, now))
            .take(most)
            .collect()
    }

    /// The category tree, without the empty ones.
    pub fn categories(&self, lang: Lang) -> Vec<CategoryView> {
        self.book().catalogue.tree(lang, None, 0)
    }

    /// One category with those below it, and the way down to it.
    pub fn category(&self, lang: Lang, slug: &str) -> Result<(CategoryView, Vec<Crumb>)> {
        let book = self.book();
        let catalogue = &book.catalogue;
        let index = *catalogue.category_by_slug.get(slug).ok_or(Error::NotFound)?;
        let category = catalogue.categories.get(index as usize).ok_or(Error::NotFound)?;
        Ok((catalogue.category_view(lang, index, category, 0), catalogue.crumbs(lang, Some(index))))
    }
}

impl Catalogue {
    pub(crate) fn crumbs(&self, lang: Lang, category: Option<u32>) -> Vec<Crumb> {
        self.path(category)
            .into_iter()
            .map(|category| Crumb {
                slug: str::to_owned(&category.slug),
                name: category.name.get(lang).to_owned(),
            })
            .collect()
    }

    fn tree(&self, lang: Lang, below: Option<u32>, depth: u32) -> Vec<CategoryView> {
        if depth > 6 {
            return Vec::new();
        }
        (0u32..)
            .zip(&self.categories)
            .filter(|(_, category)| category.parent == below && !category.products.is_empty())
            .map(|(index, category)| self.category_view(lang, index, category, depth))
            .collect()
    }

    fn category_view(&self, lang: Lang, index: u32, category: &Category, depth: u32) -> CategoryView {
        let first = category.products.first().and_then(|index| self.products.get(*index as usize));
        CategoryView {
            slug: str::to_owned(&category.slug),
            name: category.name.get(lang).to_owned(),
            note: category.note.get(lang).to_owned(),
            children: self.tree(lang, Some(index), depth + 1),
            products: u32::try_from(category.products.len()).unwrap_or(u32::MAX),
            image: first.and_then(|product| {
                let variant = self.variants_of(product).first()?;
                images_of(product, variant, lang).next()
            }),
        }
    }
}

fn variant_view(
    catalogue: &Catalogue,
    product: &Product,
    variant: &Variant,
    lang: Lang,
    currency: onshelf_vocabulary::Currency,
) -> Option<VariantView> {
    let (price, list_price) =
        variant.shown_price(currency).or(Some((onshelf_vocabulary::Money::new(0, currency), None)))?;
    let label = catalogue.options_label(lang, variant);
    Some(VariantView {
        sku: str::to_owned(&variant.sku),
        gtin: variant.gtin.as_deref().map(str::to_owned),
        options: if label.is_empty() { Vec::new() } else { label.split(" · ").map(str::to_owned).collect() },
        price,
        list_price,
        images: images_of(product, variant, lang).collect(),
    })
}

/// A variant's own pictures, else its product's.
pub(crate) fn images_of<'b>(
    product: &'b Product,
    variant: &'b Variant,
    lang: Lang,
) -> impl Iterator<Item = Image> + use<'b> {
    let images: &[ImageDef] = if variant.images.is_empty() { &product.images } else { &variant.images };
    images.iter().map(move |image| Image {
        src: image.src.clone(),
        alt: product.name.get(lang).to_owned(),
        width: image.width,
        height: image.height,
    })
}

/// The options with, for each value, the variant one gets by taking it and keeping the others.
fn options_of(product: &Product, variants: &[Variant], chosen: &Variant, lang: Lang) -> Vec<OptionView> {
    let view = |place: usize, option: &OptionDef| OptionView {
        name: option.name.get(lang).to_owned(),
        values: option
            .values
            .iter()
            .map(|value| OptionValueView {
                label: value.label(lang).to_owned(),
                swatch: value.swatch.clone(),
                selected: chosen.options.get(place).is_some_and(|code| **code == *value.code),
                sku: nearest_variant(variants, chosen, place, &value.code).map(|v| str::to_owned(&v.sku)),
            })
            .collect(),
    };
    product.options.iter().enumerate().map(|(place, option)| view(place, option)).collect()
}

fn nearest_variant<'v>(
    variants: &'v [Variant],
    chosen: &Variant,
    place: usize,
    code: &str,
) -> Option<&'v Variant> {
    let alike = |v: &Variant| v.options.iter().zip(&chosen.options).filter(|(a, b)| a == b).count();
    variants
        .iter()
        .filter(|v| v.active && v.options.get(place).is_some_and(|own| **own == *code))
        .max_by_key(|v| alike(v))
}
