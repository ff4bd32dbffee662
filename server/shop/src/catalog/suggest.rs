//! What stands under the search field while somebody types.

use onshelf_vocabulary::catalog::Suggestion;

use super::images_of;
use crate::{Shop, Viewer};

impl Shop {
    /// Products that fit what was typed so far, the best first.
    pub fn suggest(&self, viewer: &Viewer, text: &str, most: usize) -> Vec<Suggestion> {
        if text.trim().is_empty() {
            return Vec::new();
        }
        let book = self.book();
        let catalogue = &book.catalogue;
        let currency = viewer.currency(self, &book);
        let hits = catalogue.index.search(text, most.min(20));
        hits.ordinals
            .into_iter()
            .filter_map(|(ordinal, _)| {
                let product = catalogue.products.get(ordinal as usize)?;
                let variant = catalogue.variants_of(product).iter().find(|variant| variant.active)?;
                Some(Suggestion {
                    label: product.name.get(viewer.lang).to_owned(),
                    slug: product.slug.to_string(),
                    image: images_of(product, variant, viewer.lang).next(),
                    price: variant.shown_price(currency)?.0,
                })
            })
            .collect()
    }
}
