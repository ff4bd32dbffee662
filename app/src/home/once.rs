//! No product stands twice on the home page: what one shelf shows, the next one leaves out.

use std::collections::HashSet;

use onshelf_vocabulary::catalog::ProductCard;

/// The slugs that have their place already.
#[derive(Debug, Default)]
pub(super) struct Placed(HashSet<String>);

impl Placed {
    /// The first `most` that have no place yet; they have one from then on.
    pub(super) fn place(
        &mut self,
        cards: impl IntoIterator<Item = ProductCard>,
        most: usize,
    ) -> Vec<ProductCard> {
        cards.into_iter().filter(|card| self.0.insert(card.slug.clone())).take(most).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use onshelf_vocabulary::Money;

    fn cards(slugs: &str) -> Vec<ProductCard> {
        let card = |slug: &str| ProductCard {
            sku: slug.to_uppercase(),
            slug: slug.to_owned(),
            asked_for: false,
            name: slug.to_owned(),
            brand: String::new(),
            price: Money::won(1_000),
            list_price: None,
            image: None,
            swatches: Vec::new(),
            shelf: None,
        };
        slugs.split_whitespace().map(card).collect()
    }

    #[test]
    fn what_stands_on_one_shelf_is_left_out_of_the_next() {
        let mut placed = Placed::default();
        let mut place = |slugs: &str, most| {
            let shown = placed.place(cards(slugs), most);
            shown.into_iter().map(|card| card.slug).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(place("cup pot cup pan", 8), "cup pot pan");
        assert_eq!(place("pot lid jar pan bowl", 2), "lid jar");
        // What there was no room for has no place yet.
        assert_eq!(place("bowl", 8), "bowl");
        assert_eq!(place("cup", 8), "");
    }
}
