//! No product stands twice on the home page: what one shelf shows, the next one leaves out.

use std::collections::HashSet;

/// The slugs that have their place already.
#[derive(Debug, Default)]
pub(super) struct Placed<'b>(HashSet<&'b str>);

impl<'b> Placed<'b> {
    /// The first `most` products whose slugs have no place yet; they have one from then on.
    pub(super) fn place<P>(
        &mut self,
        products: impl IntoIterator<Item = P>,
        slug: impl Fn(&P) -> &'b str,
        most: usize,
    ) -> Vec<P> {
        let fresh = |product: &P| self.0.insert(slug(product));
        products.into_iter().filter(fresh).take(most).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_on_one_shelf_is_left_out_of_the_next() {
        let mut placed = Placed::default();
        let mut place =
            |slugs: &'static str, most| placed.place(slugs.split(' '), |slug| slug, most).join(" ");
        assert_eq!(place("cup pot cup pan", 8), "cup pot pan");
        assert_eq!(place("pot lid jar pan bowl", 2), "lid jar");
        // What there was no room for has no place yet.
        assert_eq!(place("bowl", 8), "bowl");
        assert_eq!(place("cup", 8), "");
    }
}
