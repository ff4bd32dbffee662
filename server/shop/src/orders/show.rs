//! What an order's owner sees, and what a message to them is made of.

use jiff::Timestamp;
use onshelf_db::{
    Tx,
    fulfilment::{self, ReservationLineRow, ReservationRow},
    orders::{self, OrderRow},
    passes::{self, PassRow},
    payments::{self, PaymentRow, RefundRow},
};
use onshelf_domain::{
    orders::{QUARTER, overall},
    words,
};
use onshelf_vocabulary::{
    Lang, Moment, Money,
    fulfilment::{ReservationStatus, Way},
    orders::{Address, ArrivalView, GroupView, OrderView, WindowView},
    payments::{PaymentStatus, PaymentView, ProviderCode},
};

use super::{PURPOSE, Placed, keep::KEPT, moment, pay::is_open, refund::standing_in_books};
use crate::{
    Book, Error, RefundStanding, Result, Shop, Viewer,
    fulfilment::{astray_of, line_views, standing_of, state_of, way_of},
    money::currency_of,
    secrets::fingerprint,
    stores::Store,
};

/// An order with the way to reach its owner: for messages, never for pages.
#[derive(Clone, Debug)]
pub struct OrderNotice {
    pub view: OrderView,
    pub lang: Lang,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub token: String,
}

impl Shop {
    /// For whoever shows the token; without the right one it does not exist.
    #[tracing::instrument(target = "otel", level = "debug", name = "show order", skip_all)]
    pub async fn order(&self, lang: Lang, number: &str, token: &str) -> Result<OrderView> {
        let order = self.owned_order(number, token).await?;
        let mut reader = self.db().reader().await?;
        self.order_view(&mut reader.tx(), lang, &order).await
    }

    /// For a job that was written together with the order.
    pub async fn order_for_job(&self, number: &str) -> Result<OrderNotice> {
        let mut reader = self.db().reader().await?;
        let mut tx = reader.tx();
        let order = orders::by_number(&mut tx, number).await?.ok_or(Error::NotFound)?;
        let lang = Lang::from_tag(&order.lang);
        Ok(OrderNotice {
            view: self.order_view(&mut tx, lang, &order).await?,
            lang,
            token: self.secrets().token_kept_as(&order.token_hash, PURPOSE, &order.number),
            email: order.email,
            phone: order.phone,
        })
    }

    /// What opens an order, for an owner who proved to be it. A basket that is only kept is no order yet, and a
    /// token made under another secret opens nothing.
    pub(crate) fn order_again(&self, order: &OrderRow) -> Result<Placed> {
        let token = self.secrets().token_kept_as(&order.token_hash, PURPOSE, &order.number);
        if order.shopper.starts_with(KEPT) || order.token_hash != fingerprint(&token) {
            return Err(Error::NotFound);
        }
        Ok(Placed { number: order.number.clone(), token })
    }

    pub(super) async fn order_view(
        &self,
        tx: &mut Tx<'_>,
        lang: Lang,
        order: &OrderRow,
    ) -> Result<OrderView> {
        let now = self.now();
        let book = self.book();
        let currency = currency_of(&order.currency)?;
        let money = |amount: i64| Money::new(amount, currency);
        let rows = fulfilment::of_order(tx, order.id).await?;
        let lines = fulfilment::lines_of_order(tx, order.id).await?;
        let standing = standing_of(&rows, now)?;
        // What waits for its money shows none.
        let all_wait = standing.iter().all(|status| *status == ReservationStatus::Pending);
        let passes = if all_wait { Vec::new() } else { passes::of_order(tx, order.id).await? };
        let group = |row: &ReservationRow| self.group_view(&book, lang, order, row, (&lines, &passes), now);
        let groups = rows.iter().map(group).collect::<Result<_>>()?;
        let paid = payments::of_order(tx, order.id).await?;
        let back = if paid.iter().any(|payment| payment.refunded > 0) {
            payments::refunds_of(tx, order.id).await?
        } else {
            Vec::new()
        };
        let held =
            order.held_until.filter(|until| *until > now.as_millisecond() && order.settled_at.is_none());
        let waits = standing.contains(&ReservationStatus::Pending) && order.settled_at.is_none();
        let held = held.filter(|_| waits);
        let changeable = |status: &ReservationStatus| {
            matches!(status, ReservationStatus::Pending | ReservationStatus::Placed)
        };
        let zone = groups_zone(&book, &rows);
        let said = |at: i64| moment(at).map(|at| words::moment(lang, at, now, &zone));
        Ok(OrderView {
            number: order.number.clone(),
            status: overall(order.settled_at.is_some(), &standing),
            name: order.name.clone(),
            email: order.email.clone(),
            phone: order.phone.clone(),
            payment: payment_view(order, &paid, &back, held.is_some(), currency),
            subtotal: money(order.subtotal),
            fees: money(order.fees),
            tax: money(order.tax),
            tax_included: order.tax_included == 1,
            total: money(order.total),
            placed_at: said(order.placed_at)?,
            held_until: held.map(said).transpose()?,
            held_seconds: held.map_or(0, |until| (until - now.as_millisecond()).max(0) / 1_000),
            can_extend: held.is_some() && order.extended == 0,
            can_pay: held.is_some() && order.provider.is_some(),
            can_cancel: standing.iter().any(|status| status.is_live()),
            can_change: !standing.is_empty()
                && standing.iter().all(changeable)
                && (order.settled_at.is_some() || order.provider.is_none() || held.is_some()),
            proxy: order.proxy.clone(),
            passes: self.pass_lines(&book, lang, order, &rows, &passes)?,
            groups,
        })
    }

    /// With the lines and passes of all groups.
    fn group_view(
        &self,
        book: &Book,
        lang: Lang,
        order: &OrderRow,
        row: &ReservationRow,
        (lines, passes): (&[ReservationLineRow], &[PassRow]),
        now: Timestamp,
    ) -> Result<GroupView> {
        let store = book.stores.by_id(row.store_id).ok_or(Error::NotFound)?;
        let zone = store.schedule.time_zone();
        let said = |at: i64| moment(at).map(|at| words::moment(lang, at, now, zone));
        let status = state_of(row)?.status_at(now);
        let way = way_of(row)?;
        let currency = currency_of(&order.currency)?;
        let to_collect = way != Way::Delivery && !status.is_over() && status != ReservationStatus::Pending;
        let pass = to_collect.then(|| self.pass_of(store, row, passes)).flatten();
        let source = row.source_id.and_then(|id| book.stores.by_id(id));
        // What is only offered is not begun: it would be ready as if it was asked for now.
        let offered = row.offered_for.is_some() && status == ReservationStatus::Pending;
        let address: Option<Address> = row.address.as_deref().map(serde_json::from_str).transpose()?;
        let anew = if offered { self.ready_anew(book, row, address.as_ref(), now) } else { None };
        let ready_by = anew.map_or(row.ready_by, |anew| anew.as_millisecond().max(row.ready_by));
        Ok(GroupView {
            id: row.number.clone(),
            way,
            status,
            store: self.store_card(&Viewer::new(lang), store, None, None, now),
            source: source.map(|store| store.name.get(lang).to_owned()),
            address,
            window: row.window_at.map(|at| window_view(lang, store, at, now, 0)).transpose()?,
            code: to_collect.then(|| row.code.clone()),
            lines: line_views(book, lang, row, lines)?,
            fee: Money::new(row.fee, currency),
            total: Money::new(row.asked, currency),
            ready_by: said(ready_by)?,
            expires_at: said(row.expires_at)?,
            ready_at: row.ready_at.map(said).transpose()?,
            ended_at: row.ended_at.map(said).transpose()?,
            arrival: arrival_view(row, said)?,
            pass,
            offered_for: row.offered_for.clone(),
            split_from: row.split_from.clone(),
            looking: status == ReservationStatus::NotFound && row.healed_at.is_none(),
            astray: astray_of(row),
        })
    }

    /// The owner's pass, signed.
    fn pass_of(&self, store: &Store, row: &ReservationRow, passes: &[PassRow]) -> Option<String> {
        let mut own = passes.iter().filter(|pass| pass.reservation_id == row.id);
        let pass = own.find(|pass| pass.holder.is_empty() && pass.revoked_at.is_none())?;
        Some(self.sign_pass(&pass.serial, store, row.expires_at))
    }
}

pub(crate) fn arrival_view(
    row: &ReservationRow,
    said: impl Fn(i64) -> Result<Moment>,
) -> Result<Option<ArrivalView>> {
    if row.on_way_at.is_none() && row.arrived_at.is_none() {
        return Ok(None);
    }
    Ok(Some(ArrivalView {
        on_way_at: row.on_way_at.map(&said).transpose()?,
        arrived_at: row.arrived_at.map(&said).transpose()?,
        bay: row.bay.clone(),
        car: row.car.clone(),
    }))
}

/// A quarter of an hour in words; `left` is how many more it takes.
pub(crate) fn window_view(
    lang: Lang,
    store: &Store,
    at: i64,
    now: Timestamp,
    left: i64,
) -> Result<WindowView> {
    let zone = store.schedule.time_zone();
    let starts = moment(at)?;
    let ends = starts.checked_add(QUARTER).map_err(Error::internal)?;
    Ok(WindowView {
        starts: words::moment(lang, starts, now, zone),
        ends: words::moment(lang, ends, now, zone),
        left,
    })
}

/// The order's own moments are said in the time of its first store.
pub(super) fn groups_zone(book: &Book, rows: &[ReservationRow]) -> jiff::tz::TimeZone {
    let store = rows.first().and_then(|row| book.stores.by_id(row.store_id));
    store.map_or(jiff::tz::TimeZone::UTC, |store| store.schedule.time_zone().clone())
}

fn payment_view(
    order: &OrderRow,
    payments: &[PaymentRow],
    refunds: &[RefundRow],
    held: bool,
    currency: onshelf_vocabulary::Currency,
) -> PaymentView {
    let captured: i64 = payments.iter().map(|payment| payment.captured).sum();
    let refunded: i64 = payments.iter().map(|payment| payment.refunded).sum();
    let standing = |wanted: RefundStanding| {
        let those = refunds.iter().filter(|refund| standing_in_books(refund) == wanted);
        Money::new(those.map(|refund| refund.amount).sum(), currency)
    };
    let open = payments.iter().find(|payment| is_open(payment));
    let status = match (&order.provider, captured) {
        (None, _) => PaymentStatus::AtStore,
        (Some(_), 0) if held && (open.is_some() || payments.is_empty()) => PaymentStatus::Pending,
        (Some(_), 0) if held => PaymentStatus::Failed,
        (Some(_), 0) => PaymentStatus::Void,
        (Some(_), all) if refunded == all => PaymentStatus::Refunded,
        (Some(_), _) if refunded > 0 => PaymentStatus::PartlyRefunded,
        (Some(_), _) => PaymentStatus::Paid,
    };
    PaymentView {
        status,
        provider: order.provider.as_deref().and_then(ProviderCode::from_code),
        paid: Money::new(captured, currency),
        refunded: Money::new(refunded, currency),
        returning: standing(RefundStanding::Pending),
        owed: standing(RefundStanding::Failed),
        redirect_url: open.and_then(|payment| payment.redirect_url.clone()).filter(|_| held),
    }
}
