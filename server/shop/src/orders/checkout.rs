//! What a checkout chooses from: every way to get a basket near the shopper, with its price and its promise. The
//! store the shopper chose comes first; another is only ever offered beside it.

use std::collections::HashMap;

use jiff::Timestamp;
use onshelf_db::{orders, stock::LevelKey};
use onshelf_domain::{orders::windows, words};
use onshelf_vocabulary::{
    Money,
    cart::{CoverView, Line},
    fulfilment::Way,
    orders::{CheckoutView, WayOffer, WindowView},
};

use super::{Placed, keep::levels_of, show::window_view};
use crate::{Book, Result, Shop, Viewer, stores::Store};

/// Stores offered besides the chosen one: as many as a basket shows.
const STORES: usize = 8;
const WINDOWS: usize = 16;

/// What ways are looked for.
#[derive(Clone, Copy)]
struct Asked<'a> {
    viewer: &'a Viewer,
    lines: &'a [Line],
    now: Timestamp,
    /// What of each level is the shopper's already.
    own: &'a HashMap<LevelKey, i64>,
}

impl Shop {
    /// The ways to get these lines. `postcode` is where they would be delivered.
    #[tracing::instrument(target = "otel", level = "debug", name = "checkout", skip_all)]
    pub async fn checkout(
        &self,
        viewer: &Viewer,
        lines: &[Line],
        postcode: Option<&str>,
    ) -> Result<CheckoutView> {
        self.checkout_with(viewer, lines, postcode, &HashMap::new()).await
    }

    /// The same for whoever keeps a basket: it is there for them until it is given back or kept in another way.
    #[tracing::instrument(target = "otel", level = "debug", name = "checkout", skip_all)]
    pub async fn checkout_keeping(
        &self,
        viewer: &Viewer,
        lines: &[Line],
        postcode: Option<&str>,
        kept: Option<&Placed>,
    ) -> Result<CheckoutView> {
        let book = self.book();
        let own = levels_of(&book, &self.held_by(&book, kept).await?);
        self.checkout_with(viewer, lines, postcode, &own).await
    }

    /// The same for whom something is held already: their `own` is there for them, though the shelves show it no more.
    pub(super) async fn checkout_with(
        &self,
        viewer: &Viewer,
        lines: &[Line],
        postcode: Option<&str>,
        own: &HashMap<LevelKey, i64>,
    ) -> Result<CheckoutView> {
        let (book, now) = (self.book(), self.now());
        let mut covers = self.rank_stores_with(viewer, lines, STORES, own);
        if let Some(mine) = &viewer.store
            && !covers.iter().any(|cover| cover.store == mine.as_str())
        {
            // Also where it has none of it: something can be sent there.
            covers.extend(self.basket(viewer, lines).chosen);
        }
        covers.sort_by_key(|cover| !cover.mine);
        let mut offers = Vec::new();
        let asked = Asked { viewer, lines, now, own };
        for cover in &covers {
            let Some(store) = book.stores.by_code(&cover.store) else { continue };
            self.offer_at(&asked, &book, store, cover, &mut offers).await?;
        }
        offers.extend(self.offer_delivery(&asked, &book, postcode));
        Ok(CheckoutView { offers, covers, providers: self.providers() })
    }

    async fn offer_at(
        &self,
        asked: &Asked<'_>,
        book: &Book,
        store: &Store,
        cover: &CoverView,
        offers: &mut Vec<WayOffer>,
    ) -> Result<()> {
        let Asked { viewer, lines, now, own } = *asked;
        let zone = store.schedule.time_zone();
        let full = cover.covered_lines == cover.lines;
        if let Some(ready) = self.promise_told(store, now).filter(|_| cover.covered_lines > 0) {
            let free = self.free_windows(viewer, store, ready, now).await?;
            let offer = |way: Way| WayOffer {
                way,
                store: cover.store.clone(),
                store_name: cover.store_name.clone(),
                source_name: None,
                distance_m: cover.distance_m,
                covered_lines: cover.covered_lines,
                lines: cover.lines,
                ready_by: store.moment_told(ready, now).get(viewer.lang).clone(),
                fee: Money::new(0, store.currency),
                windows: free.clone(),
                terms: None,
            };
            offers.push(offer(Way::Collect));
            if store.offers(Way::Curbside) {
                offers.push(offer(Way::Curbside));
            }
        }
        if full || self.providers().is_empty() {
            return Ok(());
        }
        let source = self.source_for(book, lines, store.point, Some(store), own);
        let Some((source, ready)) = source.and_then(|from| Some((from, self.transfer_by(from, store, now)?)))
        else {
            return Ok(());
        };
        offers.push(WayOffer {
            way: Way::Transfer,
            store: cover.store.clone(),
            store_name: cover.store_name.clone(),
            source_name: Some(source.name.get(viewer.lang).to_owned()),
            distance_m: cover.distance_m,
            covered_lines: cover.lines,
            lines: cover.lines,
            ready_by: words::moment(viewer.lang, ready, now, zone),
            fee: Money::new(0, store.currency),
            windows: self.free_windows(viewer, store, ready, now).await?,
            terms: None,
        });
        Ok(())
    }

    fn offer_delivery(&self, asked: &Asked<'_>, book: &Book, postcode: Option<&str>) -> Option<WayOffer> {
        let Asked { viewer, lines, now, own } = *asked;
        if self.providers().is_empty() {
            return None;
        }
        let to = self.destination(viewer, book, postcode);
        let store = self.source_for(book, lines, to.point.or_else(|| viewer.origin(book)), None, own)?;
        let value = self.value(book, store, lines)?;
        let quote = self.delivery_quote(store, to.point, &to.postcode, value, now)?;
        let count = u32::try_from(lines.len()).unwrap_or(u32::MAX);
        Some(WayOffer {
            way: Way::Delivery,
            store: store.code.to_string(),
            store_name: store.name.get(viewer.lang).to_owned(),
            source_name: None,
            distance_m: None,
            covered_lines: count,
            lines: count,
            ready_by: words::moment(viewer.lang, quote.by, now, store.schedule.time_zone()),
            fee: Money::new(quote.fee, store.currency),
            windows: Vec::new(),
            terms: Some(self.delivery_terms(store, &to)),
        })
    }

    /// Quarters of an hour that take more orders.
    pub(super) async fn free_windows(
        &self,
        viewer: &Viewer,
        store: &Store,
        ready: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<WindowView>> {
        let taken = {
            let mut reader = self.db().reader().await?;
            orders::windows_taken(&mut reader.tx(), store.id, now.as_millisecond()).await?
        };
        let capacity = self.window_capacity(store);
        let left =
            |at: i64| capacity - taken.iter().find(|(start, _)| *start == at).map_or(0, |(_, taken)| *taken);
        windows(&store.schedule, ready, WINDOWS)
            .into_iter()
            .map(jiff::Timestamp::as_millisecond)
            .filter(|at| left(*at) > 0)
            .map(|at| window_view(viewer.lang, store, at, now, left(at)))
            .collect()
    }
}
