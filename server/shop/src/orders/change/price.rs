//! What a change would come to: priced as an order is, with what the order itself holds, and with what went back of it.

use std::collections::HashMap;

use onshelf_db::{
    Tx,
    fulfilment::{self, ReservationRow},
    orders::OrderRow,
    stock::LevelKey,
};
use onshelf_vocabulary::{
    Lang, Money,
    cart::Line,
    fulfilment::{Contact, Way},
    orders::{CheckoutView, GroupChange, GroupInput, OrderRefusal},
};

use super::ambiguous;
use crate::{
    Error, Result, Shop, Viewer,
    fulfilment::way_of,
    money::currency_of,
    orders::{
        keep::{Held, levels_of},
        moment,
        plan::{For, Plan},
        refund::Charges,
    },
};

/// What an order has of its own while a change of it is priced.
pub(super) struct Own {
    /// From where what travels of it is sent: what it holds there itself, the shelf does not show.
    held: Vec<Held>,
    /// What it would give back.
    levels: HashMap<LevelKey, i64>,
    charges: Charges,
}

impl Own {
    /// What the order costs more with this plan than it does, below nought where it costs less. What went back for lines
    /// that are given up does not go back again.
    pub(super) fn dearer(&self, order: &OrderRow, plan: &Plan) -> i64 {
        plan.sums.total - order.total + self.charges.given_up(&plan.groups)
    }
}

/// An order as it was read when its owner began to look at what could be changed.
pub struct Changing {
    order: OrderRow,
    own: Own,
}

/// A group as its owner looks at it while the order is changed: from where, with which lines, and where it would be
/// brought.
#[derive(Clone, Debug)]
pub struct Looked<'a> {
    /// The group's id.
    pub group: &'a str,
    pub viewer: Viewer,
    pub lines: &'a [Line],
    pub postcode: Option<&'a str>,
}

impl Shop {
    /// An order with what it holds, read once for all that is asked of a change of it.
    pub async fn changing(&self, number: &str, token: &str) -> Result<Changing> {
        let order = self.owned_order(number, token).await?;
        let own = self.own_of(&order).await?;
        Ok(Changing { order, own })
    }

    /// What each of these would cost more than the order does, below nought where it costs less: priced as a change is,
    /// at this moment, with nothing written; or why it would be refused.
    pub fn change_costs(
        &self,
        lang: Lang,
        changing: &Changing,
        wishes: &[Vec<GroupInput>],
    ) -> Result<Vec<Result<Money, OrderRefusal>>> {
        let Changing { order, own } = changing;
        let currency = currency_of(&order.currency)?;
        let cost = |groups: &Vec<GroupInput>| match self.plan_change(order, lang, groups, own) {
            Ok(plan) => Ok(Ok(Money::new(own.dearer(order, &plan), currency))),
            Err(Error::Order(refusal)) => Ok(Err(refusal)),
            Err(Error::Reservation(_) | Error::NotFound) => Ok(Err(OrderRefusal::NotFound)),
            Err(error) => Err(error),
        };
        wishes.iter().map(cost).collect()
    }

    /// The ways there are for each of these groups, as a checkout shows them; what a group holds itself is there for it.
    pub async fn change_offers(
        &self,
        changing: &Changing,
        looked: &[Looked<'_>],
    ) -> Result<Vec<CheckoutView>> {
        let book = self.book();
        let mut views = Vec::with_capacity(looked.len());
        for one in looked {
            let held = changing.own.held.iter().find(|held| held.number == one.group);
            let own = levels_of(&book, held.map(std::slice::from_ref).unwrap_or_default());
            views.push(self.checkout_with(&one.viewer, one.lines, one.postcode, &own).await?);
        }
        Ok(views)
    }

    /// The order's only group, with what is changed of it.
    pub(super) async fn whole_group(&self, order: &OrderRow, change: GroupChange) -> Result<GroupInput> {
        let mut reader = self.db().reader().await?;
        let mut tx = reader.tx();
        let rows = fulfilment::of_order(&mut tx, order.id).await?;
        let [row] = rows.as_slice() else { return Err(ambiguous()) };
        let book = self.book();
        let (was, store) = (way_of(row)?, book.stores.by_id(row.store_id));
        let way = change.way.unwrap_or(was);
        let travels = |way: Way| way == Way::Delivery;
        // A delivery is sent from wherever the shop chose or chooses, and a time is one of its store.
        let stays = change.store.is_none() && travels(way) == travels(was);
        let kept = store.filter(|_| stays && !travels(way)).map(|store| store.code.clone());
        let window =
            row.window_at.filter(|_| stays && way == was).map(|at| moment(at).map(|at| at.to_string()));
        let address = row.address.as_deref().map(serde_json::from_str).transpose()?;
        Ok(GroupInput {
            way,
            store: change.store.or(kept),
            // One that is sent for what is collected is refused, as it is in an order.
            address: change.address.or_else(|| address.filter(|_| travels(way))),
            window: change.window.map_or_else(|| window.transpose(), |window| Ok(Some(window)))?,
            lines: match change.lines {
                Some(lines) => lines,
                None => self.lines_in(&mut tx, &book, row).await?,
            },
        })
    }

    /// What there is too little of, counting what this order itself would give back.
    pub(super) async fn short_for_change(
        &self,
        order: &OrderRow,
        lang: Lang,
        groups: &[GroupInput],
        own: &Own,
    ) -> Error {
        let contact = contact_of(order);
        let whom = self.whom_of(order, &contact, lang, &[], &own.levels);
        self.short_of_any(&self.book(), groups, &whom).await
    }

    fn whom_of<'a>(
        &self,
        order: &OrderRow,
        contact: &'a Contact,
        lang: Lang,
        held: &'a [Held],
        own: &'a HashMap<LevelKey, i64>,
    ) -> For<'a> {
        For { contact, lang, near: None, online: order.provider.is_some(), now: self.now(), held, own }
    }

    pub(super) async fn own_of(&self, order: &OrderRow) -> Result<Own> {
        let mut reader = self.db().reader().await?;
        let mut tx = reader.tx();
        let rows = fulfilment::of_order(&mut tx, order.id).await?;
        self.own_in(&mut tx, order, rows).await
    }

    pub(super) async fn own_in(
        &self,
        tx: &mut Tx<'_>,
        order: &OrderRow,
        rows: Vec<ReservationRow>,
    ) -> Result<Own> {
        let (book, charges) = (self.book(), Charges::of(tx, order, &rows).await?);
        let held = self.held_for(tx, &book, rows).await?;
        Ok(Own { levels: levels_of(&book, &held), held, charges })
    }

    pub(super) fn plan_change(
        &self,
        order: &OrderRow,
        lang: Lang,
        groups: &[GroupInput],
        own: &Own,
    ) -> Result<Plan> {
        let contact = contact_of(order);
        // To another address it is sent from wherever is best for that one.
        let stays =
            |held: &&Held| held.address.is_none() || groups.iter().any(|group| group.address == held.address);
        let held: Vec<Held> = own.held.iter().filter(stays).cloned().collect();
        let whom = self.whom_of(order, &contact, lang, &held, &own.levels);
        let plan = self.plan_groups(&self.book(), groups, &whom)?;
        if plan.currency.code() != order.currency {
            return Err(OrderRefusal::StoreClosed.into());
        }
        Ok(plan)
    }
}

fn contact_of(order: &OrderRow) -> Contact {
    Contact { name: order.name.clone(), email: order.email.clone(), phone: order.phone.clone() }
}
