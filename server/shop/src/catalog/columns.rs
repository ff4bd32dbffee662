//! What lists are counted by, of all products side by side. A product is a large thing in a place of its own: visiting
//! ten thousand of them for two numbers each costs a hundred times what the numbers cost.

use super::{Product, Variant, choices::UNTOLD};

/// Stands for no brand.
const NONE: u32 = u32::MAX;

/// By the product's position in the catalogue.
#[derive(Default)]
pub(super) struct Columns {
    brands: Vec<u32>,
    /// Where the values of each product end; the next one's begin there.
    ends: Vec<usize>,
    values: Vec<u32>,
}

impl Columns {
    /// Of products in the catalogue's order.
    pub fn of<'a>(products: impl Iterator<Item = (&'a Product, &'a [Variant])>) -> Columns {
        let mut columns = Columns::default();
        for (product, variants) in products {
            columns.brands.push(product.brand_number.unwrap_or(NONE));
            let active = variants.iter().filter(|variant| variant.active);
            let mut values: Vec<u32> = active.flat_map(|variant| variant.values.iter().copied()).collect();
            values.retain(|value| *value != UNTOLD);
            values.sort_unstable();
            values.dedup();
            columns.values.append(&mut values);
            columns.ends.push(columns.values.len());
        }
        columns
    }

    /// Number of the brand of a product, which is named by its place in the catalogue; none without a brand.
    pub fn brand(&self, product: u32) -> Option<u32> {
        self.brands.get(product as usize).copied().filter(|brand| *brand != NONE)
    }

    /// The values that its active variants have, each once.
    pub fn values(&self, product: u32) -> &[u32] {
        let at = product as usize;
        let start = at.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        let end = self.ends.get(at).copied().unwrap_or(start);
        self.values.get(start..end).unwrap_or_default()
    }
}
