//! What a reservation's owner sees.

use jiff::Timestamp;
use onshelf_db::{
    Tx,
    fulfilment::{ReservationLineRow, ReservationRow},
};
use onshelf_domain::{
    fulfilment::{Off, keep_until},
    words,
};
use onshelf_vocabulary::{
    Currency, Lang, Moment, Money,
    fulfilment::{DiscountView, ReservationLineView, ReservationView},
};

use super::{PURPOSE, Reserved, state_of};
use crate::{
    Book, Error, Result, Shop, Viewer, catalog::images_of, money::currency_of, secrets::fingerprint,
};

/// A reservation with the way to reach its owner: for messages, never for pages.
#[derive(Clone, Debug)]
pub struct Owned {
    pub view: ReservationView,
    pub lang: Lang,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub token: String,
    pub ready_by: Timestamp,
    pub expires_at: Timestamp,
}

/// What a store promises for something held there now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    pub ready_by: Moment,
    pub kept_until: Moment,
}

impl Shop {
    /// What would be promised now; none where the store is unknown or does not open in sight.
    #[must_use]
    pub fn offer(&self, lang: Lang, store: &str) -> Option<Offer> {
        let (book, now) = (self.book(), self.now());
        let store = book.stores.visited(store)?;
        let ready_by = self.promise(store, now)?;
        let kept_until = keep_until(&store.schedule, &store.rules, ready_by);
        let moment = |at| words::moment(lang, at, now, store.schedule.time_zone());
        Some(Offer { ready_by: moment(ready_by), kept_until: moment(kept_until) })
    }

    /// What opens a reservation, for an owner who proved to be it. A token made under another secret opens
    /// nothing.
    pub(crate) fn reservation_again(&self, row: &ReservationRow) -> Result<Reserved> {
        let token = self.secrets().token_kept_as(&row.token_hash, PURPOSE, &row.number);
        if row.token_hash != fingerprint(&token) {
            return Err(Error::NotFound);
        }
        Ok(Reserved { number: row.number.clone(), token })
    }

    /// For whoever shows the token; without the right one it does not exist.
    #[tracing::instrument(target = "otel", level = "debug", name = "show reservation", skip_all)]
    pub async fn reservation(&self, lang: Lang, number: &str, token: &str) -> Result<ReservationView> {
        let mut reader = self.db().reader().await?;
        let mut tx = reader.tx();
        let row = onshelf_db::fulfilment::by_token(&mut tx, number, &fingerprint(token))
            .await?
            .ok_or(Error::NotFound)?;
        self.read_view(&mut tx, lang, &row).await
    }

    /// For a job that was written together with the reservation: a message to its owner, in their language.
    pub async fn reservation_for_job(&self, number: &str) -> Result<Owned> {
        let mut reader = self.db().reader().await?;
        let mut tx = reader.tx();
        let row = onshelf_db::fulfilment::for_job(&mut tx, number).await?.ok_or(Error::NotFound)?;
        let lang = Lang::from_tag(&row.lang);
        let moment = |at: i64| Timestamp::from_millisecond(at).map_err(Error::internal);
        Ok(Owned {
            view: self.read_view(&mut tx, lang, &row).await?,
            lang,
            token: self.secrets().token_kept_as(&row.token_hash, PURPOSE, &row.number),
            ready_by: moment(row.ready_by)?,
            expires_at: moment(row.expires_at)?,
            email: row.email,
            phone: row.phone,
        })
    }

    async fn read_view(&self, tx: &mut Tx<'_>, lang: Lang, row: &ReservationRow) -> Result<ReservationView> {
        let lines = onshelf_db::fulfilment::lines(tx, row.id).await?;
        let mut missing = Vec::new();
        for part in onshelf_db::fulfilment::split_off(tx, &row.number).await? {
            missing.extend(onshelf_db::fulfilment::lines(tx, part.id).await?);
        }
        self.reservation_view(lang, row, &lines, &missing)
    }

    /// Of a row with its lines and those that were not found.
    pub(super) fn reservation_view(
        &self,
        lang: Lang,
        row: &ReservationRow,
        lines: &[ReservationLineRow],
        missing: &[ReservationLineRow],
    ) -> Result<ReservationView> {
        let now = self.now();
        let book = self.book();
        let store = book.stores.by_id(row.store_id).ok_or(Error::NotFound)?;
        let state = state_of(row)?;
        let zone = store.schedule.time_zone();
        let moment = |at: i64| {
            Timestamp::from_millisecond(at)
                .map(|at| words::moment(lang, at, now, zone))
                .map_err(Error::internal)
        };
        let status = state.status_at(now);
        let ended = row.ended_at.map(moment).transpose()?;
        let currency = currency_of(&row.currency)?;
        let seen = |lines: &[ReservationLineRow]| {
            lines.iter().map(|line| line_view(&book, lang, currency, line)).collect::<Result<Vec<_>>>()
        };
        Ok(ReservationView {
            number: row.number.clone(),
            code: row.code.clone(),
            status,
            name: row.name.clone(),
            store: self.store_card(&Viewer::new(lang), store, None, None, now),
            lines: seen(lines)?,
            missing: seen(missing)?,
            total: Money::new(row.total, currency),
            placed_at: moment(row.placed_at)?,
            ready_by: moment(row.ready_by)?,
            expires_at: moment(row.expires_at)?,
            ready_at: row.ready_at.map(moment).transpose()?,
            collected_at: ended.filter(|_| status.code() == "collected"),
            can_cancel: state.can_cancel(now),
        })
    }
}

/// What is in a reservation, as its lines are shown.
pub(crate) async fn reservation_lines(
    tx: &mut Tx<'_>,
    book: &Book,
    lang: Lang,
    row: &ReservationRow,
) -> Result<Vec<ReservationLineView>> {
    let lines = onshelf_db::fulfilment::lines(tx, row.id).await?;
    line_views(book, lang, row, &lines)
}

/// The same of lines that were read with others.
pub(crate) fn line_views(
    book: &Book,
    lang: Lang,
    row: &ReservationRow,
    lines: &[ReservationLineRow],
) -> Result<Vec<ReservationLineView>> {
    let currency = currency_of(&row.currency)?;
    let own = lines.iter().filter(|line| line.reservation_id == row.id);
    own.map(|line| line_view(book, lang, currency, line)).collect()
}

fn line_view(
    book: &Book,
    lang: Lang,
    currency: Currency,
    line: &ReservationLineRow,
) -> Result<ReservationLineView> {
    let variant = book.catalogue.variant_by_id(line.variant_id);
    let product = variant.and_then(|variant| book.catalogue.product_of(variant));
    let image = variant.zip(product).and_then(|(v, p)| images_of(p, v, lang).next());
    let off: Vec<Off> = serde_json::from_str(&line.discounts)?;
    let discount = |off: Off| DiscountView {
        name: off.name.get(lang).to_owned(),
        amount: Money::new(off.amount, currency),
    };
    Ok(ReservationLineView {
        sku: variant.map(|variant| variant.sku.to_string()).unwrap_or_default(),
        slug: product.map(|product| product.slug.to_string()).unwrap_or_default(),
        name: product.map(|product| product.name.get(lang).to_owned()).unwrap_or_default(),
        options: variant.map(|v| book.catalogue.options_label(lang, v)).unwrap_or_default(),
        quantity: line.quantity,
        price: Money::new(line.price, currency),
        discounts: off.into_iter().map(discount).collect(),
        image,
    })
}
