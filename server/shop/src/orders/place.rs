//! Placing an order: everything is held in one transaction, at the stores that were chosen, or nothing is.

use std::collections::{BTreeSet, HashMap};

use onshelf_db::{
    Tx,
    fulfilment::{self, ReservationRow},
    orders::{self, OrderRow},
    passes,
    payments::{self, PaymentRow},
    stock::{self, LevelKey},
};
use onshelf_domain::fulfilment::check_contact;
use onshelf_vocabulary::{
    Lang, Money, Point,
    cart::Line,
    fulfilment::{Fault, FieldFault, ReservationStatus},
    orders::{GroupInput, OrderInput, OrderRefusal},
    payments::ProviderCode,
};

use super::{
    HOLD, PURPOSE,
    keep::{Held, give_back, levels_of},
    pass,
    plan::{For, Group, Plan, fault_of_all},
};
use crate::{
    Book, Error, Once, Result, Shop,
    draws::Draws,
    fulfilment::{Shortage, Wish, lines_of, shopper_key},
    jobs::{OrderNews, announce_order},
    once::Numbered,
    pulse::Deed,
    stores::Store,
};

/// A request for an order, with who asks in which language.
#[derive(Clone, Debug)]
pub struct PlaceOrder {
    pub input: OrderInput,
    pub lang: Lang,
    /// Where the shopper is, if they told.
    pub near: Option<Point>,
    pub once: Once,
}

/// An order that was placed: what its owner needs to come back to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    pub number: String,
    pub token: String,
}

#[derive(Clone)]
struct Prepared {
    order: OrderRow,
    plan: Plan,
    payment: Option<PaymentRow>,
    placed: Placed,
    live_limit: i64,
}

impl Shop {
    /// Places an order: for the till at once, for a provider held for ten minutes while it is paid. The provider is
    /// asked after the commit; where it does not answer, the order stands and can be paid from its page.
    #[tracing::instrument(target = "otel", level = "debug", name = "place order", skip_all)]
    pub async fn place_order(&self, request: PlaceOrder) -> Result<Placed> {
        self.place_kept(request, None).await
    }

    /// The same of a basket that is kept: its things become the order's in one transaction.
    pub async fn place_kept(&self, request: PlaceOrder, kept: Option<&Placed>) -> Result<Placed> {
        let mut draws = Draws::default();
        loop {
            match self.place_once(&request, kept).await {
                Err(error) if draws.again(&error) => {}
                outcome => return outcome,
            }
        }
    }

    async fn place_once(&self, request: &PlaceOrder, kept: Option<&Placed>) -> Result<Placed> {
        let book = self.book();
        let (own, prepared) = match self.read_and_prepare(&book, request, kept).await {
            Ok(found) => found,
            // What was answered once is answered again, whatever has changed in the shop since.
            Err(error) => return self.placed_before(&request.once).await?.ok_or(error),
        };
        let number = prepared.placed.number.clone();
        let kept = self.mine(kept);
        let (shop, once, now) = (self.clone(), request.once.clone(), self.now_ms());
        let written = self
            .db()
            .write(move |mut tx| {
                let (shop, once) = (shop.clone(), once.clone());
                let (prepared, kept) = (prepared.clone(), kept.clone());
                Box::pin(async move {
                    let own = Numbered { number: prepared.placed.number.clone() };
                    if let Some(before) = once.claim(&mut tx, &own, now).await? {
                        return shop.placed_again(&mut tx, before).await;
                    }
                    write(&mut tx, &prepared, kept.as_ref(), now).await?;
                    Ok(prepared.placed)
                })
            })
            .await;
        let placed = match written {
            Err(Error::Order(OrderRefusal::OutOfStock { .. })) => {
                Deed::HoldRefused.count();
                let contact = &request.input.contact;
                let whom = For {
                    contact,
                    lang: request.lang,
                    near: request.near,
                    online: true,
                    now: self.now(),
                    held: &[],
                    own: &own,
                };
                return Err(self.short_of_any(&book, &request.input.groups, &whom).await);
            }
            outcome => outcome?,
        };
        if placed.number == number {
            Deed::OrderPlaced.count();
        }
        self.wake_stock();
        self.wake_outbox();
        if request.input.provider.is_some() {
            self.open_for(&placed.number).await;
        }
        Ok(placed)
    }

    /// What an earlier call under this key was answered, if there was one.
    async fn placed_before(&self, once: &Once) -> Result<Option<Placed>> {
        let mut reader = self.db().reader().await?;
        let mut tx = reader.tx();
        match once.before(&mut tx).await? {
            Some(before) => self.placed_again(&mut tx, before).await.map(Some),
            None => Ok(None),
        }
    }

    async fn placed_again(&self, tx: &mut Tx<'_>, before: Numbered) -> Result<Placed> {
        let order = orders::by_number(tx, &before.number).await?.ok_or(Error::NotFound)?;
        self.order_again(&order)
    }

    /// Everything decided before the transaction, and what of each level the basket that is kept holds already.
    async fn read_and_prepare(
        &self,
        book: &Book,
        request: &PlaceOrder,
        kept: Option<&Placed>,
    ) -> Result<(HashMap<LevelKey, i64>, Prepared)> {
        let held = self.held_by(book, kept).await?;
        let own = levels_of(book, &held);
        let prepared = self.prepare(book, request, &held, &own)?;
        Ok((own, prepared))
    }

    /// What is wrong with a provider that was named: nobody set it up here.
    pub(super) fn not_offered(&self, provider: Option<ProviderCode>, pointer: &str) -> Option<FieldFault> {
        let unknown = provider.is_some_and(|code| self.provider(code).is_none());
        unknown.then(|| FieldFault { pointer: pointer.to_owned(), fault: Fault::UnknownProvider })
    }

    fn prepare(
        &self,
        book: &Book,
        request: &PlaceOrder,
        held: &[Held],
        own: &HashMap<LevelKey, i64>,
    ) -> Result<Prepared> {
        let now = self.now();
        let input = &request.input;
        let (contact, mut faults) = check_contact(&input.contact);
        faults.extend(self.not_offered(input.provider, "/payment/provider"));
        let whom = For {
            contact: &contact,
            lang: request.lang,
            near: request.near,
            online: input.provider.is_some(),
            now,
            held,
            own,
        };
        let mut plan = match self.plan_groups(book, &input.groups, &whom) {
            Err(Error::Order(OrderRefusal::Invalid { faults: more })) => {
                faults.extend(more);
                return Err(OrderRefusal::Invalid { faults }.into());
            }
            _ if !faults.is_empty() => return Err(OrderRefusal::Invalid { faults }.into()),
            plan => plan?,
        };
        let total = Money::new(plan.sums.total, plan.currency);
        if input.expected_total.is_some_and(|expected| expected != total) {
            return Err(OrderRefusal::PriceChanged { total }.into());
        }
        // Nothing to pay needs no provider.
        let provider = input.provider.filter(|_| total.amount > 0);
        let held_until = provider.map(|_| now.as_millisecond() + HOLD);
        for group in &mut plan.groups {
            match held_until {
                Some(until) => group.row.expires_at = until,
                None => group.row.status = ReservationStatus::Placed.code().to_owned(),
            }
        }
        let placed = self.draw_order(PURPOSE);
        let order = OrderRow {
            shopper: shopper_key(&contact),
            name: contact.name,
            email: contact.email,
            phone: contact.phone,
            provider: provider.map(|provider| provider.code().to_owned()),
            held_until,
            ..plan.order_row(&placed, request.lang, now)
        };
        let payment = provider.map(|provider| self.payment_row(&order, provider, plan.sums.total, None));
        Ok(Prepared {
            order,
            plan,
            payment,
            placed,
            live_limit: i64::from(self.settings().live_reservations),
        })
    }

    /// The number of a new order, and its token for this purpose.
    pub(super) fn draw_order(&self, purpose: &str) -> Placed {
        let number = self.draw_order_number();
        Placed { token: self.secrets().token(purpose, &number), number }
    }

    /// A payment to be opened; its order's id is filled in where that is known.
    pub(super) fn payment_row(
        &self,
        order: &OrderRow,
        provider: ProviderCode,
        amount: i64,
        change: Option<String>,
    ) -> PaymentRow {
        let tail: String = self.random::<10>().iter().map(|byte| format!("{byte:02x}")).collect();
        let now = self.now_ms();
        PaymentRow {
            order_id: order.id,
            provider: provider.code().to_owned(),
            reference: format!("{}-{tail}", order.number),
            amount,
            currency: order.currency.clone(),
            change,
            // Opened right after the commit; if this process dies before that, another one does it.
            check_at: Some(now + 5_000),
            created_at: now,
            expires_at: order.held_until.unwrap_or(now + HOLD),
            ..PaymentRow::default()
        }
    }

    /// Which store was short of what all groups want of it, with where else to get it.
    pub(super) async fn short_of_any(&self, book: &Book, groups: &[GroupInput], whom: &For<'_>) -> Error {
        self.catch_up_to_explain().await;
        let mut wanted: Vec<(&Store, Vec<Line>)> = Vec::new();
        for group in groups {
            let store = group.store.as_ref().and_then(|code| book.stores.by_code(code.as_str()));
            let Some(store) = store else { continue };
            match wanted.iter_mut().find(|(known, _)| known.id == store.id) {
                Some((_, lines)) => lines.extend_from_slice(&group.lines),
                None => wanted.push((store, group.lines.clone())),
            }
        }
        for (store, lines) in wanted {
            let refusal = self.short(book, store, &lines, whom);
            if let Error::Order(OrderRefusal::OutOfStock { short, .. }) = &refusal
                && !short.is_empty()
            {
                return refusal;
            }
        }
        OrderRefusal::OutOfStock { short: Vec::new(), elsewhere: Vec::new() }.into()
    }

    /// What a store lacks of these lines, and the nearest others that have them all.
    pub(super) fn short(&self, book: &Book, store: &Store, lines: &[Line], whom: &For<'_>) -> Error {
        let wish = Wish { store, lines, lang: whom.lang, near: whom.near, own: whom.own };
        match self.shortage(book, &wish) {
            Ok(Shortage { short, elsewhere }) => OrderRefusal::OutOfStock { short, elsewhere }.into(),
            Err(fault) => fault_of_all(fault).into(),
        }
    }
}

async fn write(tx: &mut Tx<'_>, prepared: &Prepared, kept: Option<&Placed>, now: i64) -> Result<()> {
    // Its shopper's turn is waited for before a level is locked: what is kept goes back after it.
    let id = orders::insert(tx, &prepared.order).await?;
    let extended =
        give_back(tx, kept, &prepared.plan.groups, now).await?.is_some_and(|kept| kept.extended == 1);
    if fulfilment::any_has(tx, &[&prepared.order.shopper], prepared.live_limit, now).await? {
        let limit = u32::try_from(prepared.live_limit).unwrap_or(u32::MAX);
        return Err(OrderRefusal::TooMany { limit }.into());
    }
    // Longer once is once, also where it was while the basket was kept.
    if let Some(until) = prepared.order.held_until.filter(|_| extended) {
        orders::extend(tx, id, until).await?;
    }
    write_groups(tx, id, &prepared.plan.groups, now).await?;
    match &prepared.payment {
        Some(payment) => {
            payments::insert(tx, &PaymentRow { order_id: id, ..payment.clone() }).await?;
        }
        None => announce_order(tx, &prepared.order.number, None, OrderNews::Placed, now).await?,
    }
    Ok(())
}

/// Locks what these groups hold and what others take in their place, in one order over all of them: groups give back one
/// after the other. What one gives back, or what new ones take, is in that order by itself.
pub(crate) async fn lock_levels(tx: &mut Tx<'_>, groups: &[ReservationRow], next: &[Group]) -> Result<()> {
    if groups.is_empty() || groups.len() == 1 && next.is_empty() {
        return Ok(());
    }
    let levels: Vec<LevelKey> = next.iter().flat_map(|group| &group.demand).map(|(key, _)| *key).collect();
    let windows: BTreeSet<Window> = next.iter().filter_map(|group| window_of(&group.row)).collect();
    lock_in_order(tx, groups, &levels, windows).await
}

/// A quarter of an hour at a store: its id and the beginning.
type Window = (i64, i64);

fn window_of(row: &ReservationRow) -> Option<Window> {
    Some((row.store_id, row.window_at?))
}

/// Locks what these groups hold, and these levels, in key order; then their quarters of an hour, and these, in theirs.
/// Everybody comes to the levels first: a place is taken and left after what it is taken for.
pub(super) async fn lock_in_order(
    tx: &mut Tx<'_>,
    groups: &[ReservationRow],
    levels: &[LevelKey],
    mut windows: BTreeSet<Window>,
) -> Result<()> {
    let ids: Vec<i64> = groups.iter().map(|row| row.id).collect();
    stock::lock_in_order(tx, &ids, levels).await?;
    windows.extend(groups.iter().filter_map(window_of));
    if windows.len() > 1 {
        let windows: Vec<Window> = windows.into_iter().collect();
        orders::lock_windows(tx, &windows).await?;
    }
    Ok(())
}

/// Writes groups with their holds, windows and passes. Over all groups levels are locked in key order, and after them
/// quarters of an hour in theirs. An error undoes them all.
pub(crate) async fn write_groups(tx: &mut Tx<'_>, order_id: i64, groups: &[Group], now: i64) -> Result<()> {
    // Whoever is sent for the order is sent for what takes a group's place, too, under the link they have.
    let sent = passes::sent(tx, order_id).await?;
    let mut wanted: Vec<(LevelKey, i64, i64, i64)> = Vec::new();
    let mut places: Vec<(Window, i64)> = Vec::new();
    for group in groups {
        let row = ReservationRow { order_id: Some(order_id), ..group.row.clone() };
        let id = fulfilment::insert(tx, &row).await?;
        fulfilment::insert_lines(tx, &lines_of(&group.lines, id)).await?;
        wanted.extend(group.demand.iter().map(|(key, quantity)| (*key, id, *quantity, row.expires_at)));
        places.extend(window_of(&row).zip(group.places));
        if row.way != "delivery" {
            passes::add(tx, &pass::own(&row, id), now).await?;
            if let Some(sent) = &sent {
                let link = sent.link_hash.as_deref().unwrap_or_default();
                let again = pass::of_sent(&row, id, pass::which(&sent.serial), &sent.holder, link);
                passes::add(tx, &again, now).await?;
            }
        }
    }
    wanted.sort_unstable();
    for (key, id, quantity, expires_at) in wanted {
        if !stock::hold(tx, key, id, quantity, expires_at, now).await? {
            return Err(OrderRefusal::OutOfStock { short: Vec::new(), elsewhere: Vec::new() }.into());
        }
    }
    places.sort_unstable();
    for ((store_id, at), capacity) in places {
        if !orders::take_window(tx, store_id, at, capacity).await? {
            return Err(OrderRefusal::WindowFull.into());
        }
    }
    Ok(())
}
