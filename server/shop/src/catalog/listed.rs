//! A product as it stands in a list: what its card shows, before it is put into words. Most cards are at hand already.

use std::hash::{Hash, Hasher};

use onshelf_vocabulary::{
    Lang, Money,
    catalog::{Image, ProductCard},
};

use super::{Product, Variant, show::images_of};
use crate::{Book, stock::Seen};

/// Colours of option values that a card is told.
const SWATCHES: usize = 8;

/// One product, by the variant that stands for it. Two that hash alike have the same card: whatever
/// [`Listed::in_words`] comes to read has to be hashed, too.
#[derive(Clone)]
pub struct Listed<'b> {
    pub(super) book: &'b Book,
    pub(super) lang: Lang,
    pub(super) product: &'b Product,
    pub(super) variant: &'b Variant,
    pub(super) asked_for: bool,
    pub(super) price: Money,
    pub(super) list_price: Option<Money>,
    /// Where it stands: at my store, or the nearest that has it.
    pub shelf: Option<Seen<'b>>,
}

impl<'b> Listed<'b> {
    #[must_use]
    pub const fn slug(&self) -> &'b str {
        &self.product.slug
    }

    #[must_use]
    pub const fn sku(&self) -> &'b str {
        &self.variant.sku
    }

    #[must_use]
    pub fn name(&self) -> &'b str {
        self.product.name.get(self.lang)
    }

    #[must_use]
    pub const fn price(&self) -> Money {
        self.price
    }

    #[must_use]
    pub fn image(&self) -> Option<Image> {
        images_of(self.product, self.variant, self.lang).next()
    }

    #[must_use]
    pub fn in_words(&self) -> ProductCard {
        let values = self.product.options.iter().flat_map(|option| &option.values);
        ProductCard {
            sku: self.sku().to_owned(),
            slug: self.slug().to_owned(),
            asked_for: self.asked_for,
            name: self.name().to_owned(),
            price: self.price,
            list_price: self.list_price,
            image: self.image(),
            swatches: values.filter_map(|value| value.swatch.clone()).take(SWATCHES).collect(),
            shelf: self.shelf.as_ref().map(Seen::in_words),
        }
    }
}

impl Hash for Listed<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // What a product is called and looks like follows from the book.
        (self.book.edition, self.lang, self.variant.id).hash(state);
        (self.asked_for, self.price, self.list_price).hash(state);
        self.shelf.hash(state);
    }
}
