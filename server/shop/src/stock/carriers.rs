//! Who carries a SKU, the nearest first.

use onshelf_vocabulary::Point;

use super::{Known, Need};
use crate::{Book, Shop, catalog::Variant, stores::Store};

/// A store that shoppers can come to, what is known of its shelf, and how far away it is in metres.
pub(crate) type Carrier<'b> = (&'b Store, Known, Option<f64>);

impl Shop {
    /// Every store that shoppers can come to and that carries it, with stock or without, in the order of
    /// [`StoreBook::from`](crate::stores::StoreBook::from). Whoever asks looks for `wanted` of them.
    pub(crate) fn carriers<'s, 'b: 's>(
        &'s self,
        book: &'b Book,
        variant: &Variant,
        origin: Option<Point>,
        need: Need,
        wanted: usize,
    ) -> Box<dyn Iterator<Item = Carrier<'b>> + 's> {
        let (id, now) = (variant.id, need.now);
        let (carriers, stores) = (self.shelves().carriers(id), book.stores.len());
        // Few among many stores are sooner found one by one than met on the way outward.
        if carriers.saturating_mul(carriers) < stores.saturating_mul(wanted) {
            return Box::new(book.stores.in_order(origin, self.shelves().everywhere(id, now)).into_iter());
        }
        let known = move |(store, metres): (&'b Store, Option<f64>)| {
            Some((store, self.shelves().known(store.id, id, now)?, metres))
        };
        Box::new(book.stores.from(origin).filter_map(known))
    }

    /// Whether any store that shoppers can come to has as many. What lies in a warehouse is on no shelf.
    pub(crate) fn is_on_a_shelf(&self, book: &Book, variant: &Variant, need: Need) -> bool {
        let visited = |id: i64| book.stores.by_id(id).is_some_and(Store::is_visited);
        self.shelves().anywhere(variant.id, need.quantity, need.now, visited)
    }
}
