//! Sending somebody: the owner of an order names who collects it, which makes a pass for each group with a code and one
//! link for all of them. Naming the same person again renews the link, naming nobody takes it back.

use jiff::Timestamp;
use onshelf_db::{
    Tx, fulfilment,
    fulfilment::ReservationRow,
    orders::{self, OrderRow},
    passes::{self, PassRow, ended},
};
use onshelf_domain::{fulfilment::name_fault, orders::overall, words};
use onshelf_vocabulary::{
    Lang, Moment,
    fulfilment::{FieldFault, ReservationLineView, ReservationStatus, Way},
    orders::{OrderRefusal, PassLine, PassState, PassThing, PassTicket, PassView},
};

use super::{
    arrival_view, moment,
    pass::{of_sent, which},
    window_view,
};
use crate::{
    Book, Error, Result, Shop, Viewer,
    fulfilment::{reservation_lines, standing_of, state_of, way_of},
    secrets::fingerprint,
};

/// What the secret of a pass's link is for.
const PURPOSE: &str = "pass link";
/// Passes the order's page tells of; the newest.
const TOLD: usize = 12;

/// Somebody who is sent: passes of their own, and one link to them.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    name: String,
    which: String,
    link_hash: String,
}

impl Sent {
    /// Takes back what whoever was sent before had, and writes the new passes. The order is one version further.
    pub(super) async fn write(&self, tx: &mut Tx<'_>, order: &mut OrderRow, now: Timestamp) -> Result<()> {
        if !orders::advance(tx, order.id, order.version).await? {
            return Err(onshelf_db::Error::Contended.into());
        }
        order.version += 1;
        let proxy = (!self.name.is_empty()).then_some(self.name.as_str());
        orders::set_proxy(tx, order.id, proxy).await?;
        let rows = fulfilment::of_order(tx, order.id).await?;
        let standing = standing_of(&rows, now)?;
        if standing.iter().all(|status| status.is_over()) {
            let status = overall(order.settled_at.is_some(), &standing);
            return Err(OrderRefusal::WrongState { status }.into());
        }
        for row in rows {
            if way_of(&row)? == Way::Delivery || state_of(&row)?.written_status().is_over() {
                continue;
            }
            passes::revoke_sent(tx, row.id, proxy, now.as_millisecond()).await?;
            if let Some(name) = proxy {
                let pass = of_sent(&row, row.id, &self.which, name, &self.link_hash);
                passes::add(tx, &pass, now.as_millisecond()).await?;
            }
        }
        Ok(())
    }
}

impl Shop {
    /// Who else may collect, to be written; an empty name takes it back.
    pub(super) fn sent(&self, order: &OrderRow, proxy: &str) -> Result<Sent> {
        let name = proxy.trim().to_owned();
        if let Some(fault) = name_fault(&name).filter(|_| !name.is_empty()) {
            let faults = vec![FieldFault { pointer: "/proxy".to_owned(), fault }];
            return Err(OrderRefusal::Invalid { faults }.into());
        }
        let which = (order.version + 1).to_string();
        let link_hash = fingerprint(&self.secrets().token(PURPOSE, &format!("{}/{which}", order.number)));
        Ok(Sent { name, which, link_hash })
    }

    /// The secret in a pass's link, made again whenever the owner looks: only its hash is kept. None for the owner's
    /// own pass, which has no link.
    fn pass_link(&self, order: &OrderRow, pass: &PassRow) -> Option<String> {
        let hash = pass.link_hash.as_deref()?;
        let subject = format!("{}/{}", order.number, which(&pass.serial));
        let secret = self.secrets().token_kept_as(hash, PURPOSE, &subject);
        (fingerprint(&secret) == hash).then_some(secret)
    }

    /// Who may collect the groups of an order, and what became of their passes. The newest last.
    pub(super) fn pass_lines(
        &self,
        book: &Book,
        lang: Lang,
        order: &OrderRow,
        rows: &[ReservationRow],
        passes: &[PassRow],
    ) -> Result<Vec<PassLine>> {
        let now = self.now();
        let mut lines = Vec::new();
        for row in rows {
            let status = state_of(row)?.status_at(now);
            if way_of(row)? == Way::Delivery || status == ReservationStatus::Pending {
                continue;
            }
            let store = book.stores.by_id(row.store_id).ok_or(Error::NotFound)?;
            let zone = store.schedule.time_zone();
            for pass in passes.iter().filter(|pass| pass.reservation_id == row.id) {
                let state = state(pass, status);
                let at = ended_at(pass).map(|at| said(lang, at, now, zone)).transpose()?;
                let link = self.pass_link(order, pass).filter(|_| state == PassState::Open);
                lines.push(PassLine {
                    group: row.number.clone(),
                    store: store.code.to_string(),
                    store_name: store.name.get(lang).to_owned(),
                    state,
                    at,
                    link: link.map(|secret| format!("/pass/{secret}")),
                    holder: Some(pass.holder.clone()).filter(|holder| !holder.is_empty()),
                });
            }
        }
        lines.drain(..lines.len().saturating_sub(TOLD));
        Ok(lines)
    }

    /// What whoever was sent sees: what to collect, where, until when. Nothing else of the order, and of a pass that
    /// was taken back nothing at all.
    pub async fn pass_page(&self, lang: Lang, secret: &str) -> Result<PassView> {
        let mut reader = self.db().reader().await?;
        let mut tx = reader.tx();
        let found = passes::by_link(&mut tx, &fingerprint(secret)).await?;
        let holder = found.first().ok_or(Error::NotFound)?.holder.clone();
        let book = self.book();
        let mut tickets = Vec::with_capacity(found.len());
        for pass in &found {
            tickets.push(self.pass_ticket(&mut tx, &book, lang, pass).await?);
        }
        Ok(PassView { holder, tickets })
    }

    async fn pass_ticket(
        &self,
        tx: &mut Tx<'_>,
        book: &Book,
        lang: Lang,
        pass: &PassRow,
    ) -> Result<PassTicket> {
        let now = self.now();
        let row = fulfilment::of_pass(tx, pass.reservation_id).await?.ok_or(Error::NotFound)?;
        let store = book.stores.by_id(row.store_id).ok_or(Error::NotFound)?;
        let zone = store.schedule.time_zone();
        let status = state_of(&row)?.status_at(now);
        let state = state(pass, status);
        let opens = state == PassState::Open && status != ReservationStatus::Pending;
        let order = match row.order_id {
            Some(id) => orders::by_id(tx, id).await?,
            None => None,
        };
        let lines = if opens { reservation_lines(tx, book, lang, &row).await? } else { Vec::new() };
        Ok(PassTicket {
            state,
            status,
            at: ended_at(pass).map(|at| said(lang, at, now, zone)).transpose()?,
            way: way_of(&row)?,
            store: self.store_card(&Viewer::new(lang), store, None, None, now),
            code: pass.code.clone().filter(|_| opens),
            pass: opens.then(|| self.sign_pass(&pass.serial, store, row.expires_at)),
            things: lines.into_iter().map(thing).collect(),
            paid: order.is_some_and(|order| order.settled_at.is_some()),
            window: row.window_at.map(|at| window_view(lang, store, at, now, 0)).transpose()?,
            ready_by: said(lang, row.ready_by, now, zone)?,
            expires_at: said(lang, row.expires_at, now, zone)?,
            arrival: if opens { arrival_view(&row, |at| said(lang, at, now, zone))? } else { None },
        })
    }
}

fn thing(line: ReservationLineView) -> PassThing {
    PassThing { name: line.name, options: line.options, quantity: line.quantity, image: line.image }
}

fn said(lang: Lang, at: i64, now: Timestamp, zone: &jiff::tz::TimeZone) -> Result<Moment> {
    moment(at).map(|at| words::moment(lang, at, now, zone))
}

fn ended_at(pass: &PassRow) -> Option<i64> {
    pass.used_at.or(pass.revoked_at)
}

fn state(pass: &PassRow, status: ReservationStatus) -> PassState {
    match (pass.used_at, pass.revoked_at, pass.revoked_by.as_str()) {
        (Some(_), ..) => PassState::Used,
        (_, Some(_), ended::OWNER) => PassState::Revoked,
        (_, Some(_), ended::RENEWED) => PassState::Renewed,
        (_, Some(_), ended::COLLECTED) => PassState::Collected,
        (_, Some(_), ended::EXPIRED) => PassState::Expired,
        (_, Some(_), _) => PassState::Over,
        (None, None, _) if status == ReservationStatus::Expired => PassState::Expired,
        (None, None, _) => PassState::Open,
    }
}
