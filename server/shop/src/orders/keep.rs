//! Keeping a basket while its shopper checks out: held from the moment a way is chosen, before anybody has said who
//! they are. What is kept is a pending order without a name and without a payment. Placing the order swaps it for the
//! real one in one transaction, so that nobody comes in between; leaving gives it back; its time does so too.

mod held;

pub(super) use held::{Held, in_order, levels_of};

use std::net::IpAddr;

use jiff::Timestamp;
use onshelf_db::{
    Tx,
    fulfilment::{self, ReservationRow},
    orders::{self, OrderRow},
    passes::ended,
    stock,
};
use onshelf_domain::words;
use onshelf_vocabulary::{
    Lang, Moment, Money, Point, Quantity, Sku,
    cart::Line,
    fulfilment::{Contact, ReservationStatus, Way},
    orders::{Address, GroupInput, OrderRefusal, WayOffer},
};

use super::{
    HOLD, Placed,
    end::close_group,
    moment,
    place::{lock_levels, write_groups},
    plan::{For, Group, Plan},
};
use crate::{
    Book, Error, Result, Shop, Viewer,
    draws::Draws,
    fulfilment::{state_of, way_of},
    money::currency_of,
    secrets::fingerprint,
};

/// What a kept basket's token is for: it opens no order, and no order's token opens a kept basket.
const PURPOSE: &str = "basket";

/// A basket to be kept.
#[derive(Clone, Debug)]
pub struct KeepBasket {
    pub groups: Vec<GroupInput>,
    pub lang: Lang,
    pub near: Option<Point>,
    /// What is kept already and goes back for this.
    pub instead: Option<Placed>,
    /// The network it comes from: its shopper has no name yet whose holds could be counted. None is counted for nobody.
    pub network: Option<IpAddr>,
}

/// A basket that is kept now.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    pub until: Moment,
    pub seconds: i64,
    pub can_extend: bool,
    pub groups: Vec<KeptGroup>,
}

/// How the shopper of a kept basket, who is nobody yet, begins.
pub(super) const KEPT: &str = "basket:";

/// How many groups are kept at a time for one network: a house full of shoppers, and no shelf that somebody empties by
/// forgetting one cookie after the other. Past that a checkout goes on, and nothing is held meanwhile.
const KEPT_AT_ONCE: u32 = 20;

/// What is kept at one place.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptGroup {
    pub lines: Vec<Line>,
    /// What its way costs and when it is there: what is held needs not be offered again.
    pub offer: WayOffer,
}

impl Shop {
    /// Keeps a basket for ten minutes. In place of what was kept before it is kept as long as that one was: choosing
    /// again and again makes the time no longer. Nothing is kept twice.
    pub async fn keep_basket(&self, request: KeepBasket) -> Result<Placed> {
        let mut draws = Draws::default();
        loop {
            match self.keep_once(&request).await {
                Err(error) if draws.again(&error) => {}
                outcome => return outcome,
            }
        }
    }

    async fn keep_once(&self, request: &KeepBasket) -> Result<Placed> {
        let (book, now) = (self.book(), self.now());
        let nobody = Contact { name: String::new(), email: None, phone: None };
        let held = self.held_by(&book, request.instead.as_ref()).await?;
        let own = levels_of(&book, &held);
        let whom = For {
            contact: &nobody,
            lang: request.lang,
            near: request.near,
            online: true,
            now,
            held: &held,
            own: &own,
        };
        let plan = self.plan_groups(&book, &request.groups, &whom)?;
        let (order, plan, placed) = self.kept_rows(plan, request, now);
        let instead = self.mine(request.instead.as_ref());
        let at = now.as_millisecond();
        let written = self
            .db()
            .write(move |mut tx| {
                let (order, mut plan, instead) = (order.clone(), plan.clone(), instead.clone());
                Box::pin(async move {
                    // The turn of whoever comes from the same network is waited for before a level is locked.
                    let id = orders::insert(&mut tx, &order).await?;
                    let before = give_back(&mut tx, instead.as_ref(), &plan.groups, at).await?;
                    if let Some((until, extended)) = before.and_then(|before| time_left(&before, at)) {
                        orders::hold_until(&mut tx, id, until, extended).await?;
                        for group in &mut plan.groups {
                            group.row.expires_at = until;
                        }
                    }
                    if fulfilment::any_has(&mut tx, &[&order.shopper], i64::from(KEPT_AT_ONCE), at).await? {
                        return Err(OrderRefusal::TooMany { limit: KEPT_AT_ONCE }.into());
                    }
                    write_groups(&mut tx, id, &plan.groups, at).await
                })
            })
            .await;
        if let Err(Error::Order(OrderRefusal::OutOfStock { .. })) = written {
            return Err(self.short_of_any(&book, &request.groups, &whom).await);
        }
        written?;
        self.wake_stock();
        Ok(placed)
    }

    fn kept_rows(&self, mut plan: Plan, request: &KeepBasket, now: Timestamp) -> (OrderRow, Plan, Placed) {
        let until = now.as_millisecond() + HOLD;
        let placed = self.draw_order(PURPOSE);
        // Nobody's yet: it counts for no shopper's limit, and the real order does. An address is not readable at rest.
        let network = request.network.map(|network| self.secrets().token("network", &network.to_string()));
        let shopper = format!("{KEPT}{}", network.as_deref().unwrap_or(&placed.number));
        for group in &mut plan.groups {
            group.row.expires_at = until;
            group.row.shopper.clone_from(&shopper);
        }
        let row = plan.order_row(&placed, request.lang, now);
        (OrderRow { shopper, held_until: Some(until), ..row }, plan, placed)
    }

    /// What is kept under this number and token; none once it ran out, was given back or became an order.
    pub async fn kept_basket(&self, viewer: &Viewer, of: &Placed) -> Result<Option<Kept>> {
        let Some((order, rows)) = self.live_basket(of).await? else { return Ok(None) };
        let (book, now) = (self.book(), self.now());
        let mut groups = Vec::with_capacity(rows.len());
        for row in &rows {
            groups.push(self.kept_group(viewer, &book, &order, row, now).await?);
        }
        let until = order.held_until.unwrap_or_default();
        let store = rows.first().and_then(|row| book.stores.by_id(row.store_id));
        let store = store.ok_or(Error::NotFound)?;
        Ok(Some(Kept {
            until: words::moment(viewer.lang, moment(until)?, now, store.schedule.time_zone()),
            seconds: (until - now.as_millisecond()).max(0) / 1_000,
            can_extend: order.extended == 0,
            groups,
        }))
    }

    async fn kept_group(
        &self,
        viewer: &Viewer,
        book: &Book,
        order: &OrderRow,
        row: &ReservationRow,
        now: Timestamp,
    ) -> Result<KeptGroup> {
        let store = book.stores.by_id(row.store_id).ok_or(Error::NotFound)?;
        let way = way_of(row)?;
        let mut reader = self.db().reader().await?;
        let lines = self.lines_in(&mut reader.tx(), book, row).await?;
        drop(reader);
        let count = u32::try_from(lines.len()).unwrap_or(u32::MAX);
        let ready = moment(row.ready_by)?;
        let windows = match way {
            Way::Delivery => Vec::new(),
            _ => self.free_windows(viewer, store, ready, now).await?,
        };
        let source = row.source_id.and_then(|id| book.stores.by_id(id));
        let address: Option<Address> = row.address.as_deref().map(serde_json::from_str).transpose()?;
        let offer = WayOffer {
            way,
            store: store.code.to_string(),
            store_name: store.name.get(viewer.lang).to_owned(),
            source_name: source.map(|source| source.name.get(viewer.lang).to_owned()),
            distance_m: None,
            covered_lines: count,
            lines: count,
            ready_by: words::moment(viewer.lang, ready, now, store.schedule.time_zone()),
            fee: Money::new(row.fee, currency_of(&order.currency)?),
            windows,
            terms: (way == Way::Delivery).then(|| self.kept_terms(viewer, book, store, address.as_ref())),
        };
        Ok(KeptGroup { lines, offer })
    }

    /// What is in a group, as it was asked for.
    pub(super) async fn lines_in(
        &self,
        tx: &mut Tx<'_>,
        book: &Book,
        row: &ReservationRow,
    ) -> Result<Vec<Line>> {
        let rows = fulfilment::lines(tx, row.id).await?;
        let line = |row: &onshelf_db::fulfilment::ReservationLineRow| {
            let sku = &book.catalogue.variant_by_id(row.variant_id)?.sku;
            Some(Line { sku: Sku::new(&**sku).ok()?, quantity: Quantity::try_from(row.quantity).ok()? })
        };
        Ok(rows.iter().filter_map(line).collect())
    }

    /// Keeps it ten minutes more, once.
    pub async fn extend_basket(&self, of: &Placed) -> Result<()> {
        let of = self.mine(Some(of)).ok_or(Error::NotFound)?;
        self.extend_order(&of.number, &of.token).await
    }

    /// Gives back what is kept; what is not kept any more is no error.
    pub async fn let_go(&self, of: &Placed) -> Result<()> {
        let Some(of) = self.mine(Some(of)) else { return Ok(()) };
        let at = self.now_ms();
        self.db()
            .write(move |mut tx| {
                let of = of.clone();
                Box::pin(async move { give_back(&mut tx, Some(&of), &[], at).await.map(drop) })
            })
            .await?;
        self.wake_stock();
        Ok(())
    }

    /// A kept basket's name, where the token is one of a basket: with an order's token nothing is given back.
    pub(super) fn mine(&self, of: Option<&Placed>) -> Option<Placed> {
        of.filter(|of| fingerprint(&self.secrets().token(PURPOSE, &of.number)) == fingerprint(&of.token))
            .cloned()
    }

    async fn live_basket(&self, of: &Placed) -> Result<Option<(OrderRow, Vec<ReservationRow>)>> {
        let Some(of) = self.mine(Some(of)) else { return Ok(None) };
        let now = self.now();
        let mut reader = self.db().reader().await?;
        let mut tx = reader.tx();
        let order = orders::by_token(&mut tx, &of.number, &fingerprint(&of.token)).await?;
        let Some(order) = order else { return Ok(None) };
        let rows = fulfilment::of_order(&mut tx, order.id).await?;
        let live = !rows.is_empty() && order.held_until.is_some_and(|until| until > now.as_millisecond());
        for row in &rows {
            if state_of(row)?.status_at(now) != ReservationStatus::Pending {
                return Ok(None);
            }
        }
        Ok(live.then_some((order, rows)))
    }
}

/// Until when what is kept is held, and whether that was made longer before; none where its time is over. It lasts also
/// where its things were given back, by another tab or to choose again: whoever names it goes on with its time.
fn time_left(kept: &OrderRow, at: i64) -> Option<(i64, bool)> {
    kept.held_until.filter(|until| *until > at).map(|until| (until, kept.extended == 1))
}

/// Puts what is kept back on its shelves, of which `next` is taken then; answers what it was. Its order is waited for
/// before its levels, as by whoever ends it when its time is over.
pub(super) async fn give_back(
    tx: &mut Tx<'_>,
    of: Option<&Placed>,
    next: &[Group],
    at: i64,
) -> Result<Option<OrderRow>> {
    let Some(of) = of else { return Ok(None) };
    let order = orders::lock_by_token(tx, &of.number, &fingerprint(&of.token)).await?;
    let Some(order) = order else { return Ok(None) };
    let kept = fulfilment::of_order(tx, order.id).await?;
    lock_levels(tx, &kept, next).await?;
    for row in kept {
        let (pending, cancelled) = (ReservationStatus::Pending.code(), ReservationStatus::Cancelled.code());
        // What ran out, or was taken back by another tab, is on its shelf already.
        if !fulfilment::set_status(tx, row.id, pending, cancelled, None, at).await? {
            continue;
        }
        stock::release(tx, row.id, at).await?;
        fulfilment::replace(tx, row.id).await?;
        close_group(tx, &row, ended::OVER, at).await?;
    }
    Ok(Some(order))
}
