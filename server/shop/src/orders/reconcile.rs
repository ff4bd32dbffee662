//! Reconciliation: what a provider says it captured and refunded, against our book. Both lists have edges, and both go on
//! while they are read: what does not agree in them is looked at once more by itself before it is called a difference.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use onshelf_db::payments::{self, PaymentRow};
use onshelf_vocabulary::{Money, payments::ProviderCode};

use crate::{Error, PaymentFault, PaymentProvider, Result, Shop, Standing, Statement, money::currency_of};

/// How much further back the provider is asked: it counts from the charge, we from when we heard of it.
const OVERLAP: SignedDuration = SignedDuration::from_hours(1);
/// Money that came and that somebody looks for within this is under way, and no difference yet. Milliseconds.
const SOON: i64 = 60_000;

/// Something the provider and we do not agree on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// They have money of ours that we do not know of.
    Unknown {
        reference: String,
        captured: Money,
    },
    /// We think it was captured, they do not.
    Missing {
        reference: String,
        captured: Money,
    },
    /// Another amount, or another currency.
    Captured {
        reference: String,
        ours: Money,
        theirs: Money,
    },
    Refunded {
        reference: String,
        ours: Money,
        theirs: Money,
    },
}

impl std::fmt::Display for Difference {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Difference::Unknown { reference, captured } => {
                write!(out, "{reference}: the provider captured {}, we know nothing of it", minor(*captured))
            }
            Difference::Missing { reference, captured } => {
                write!(out, "{reference}: we booked {}, the provider does not have it", minor(*captured))
            }
            Difference::Captured { reference, ours, theirs } => {
                let (ours, theirs) = (minor(*ours), minor(*theirs));
                write!(out, "{reference}: captured {theirs} by the provider, {ours} in our book")
            }
            Difference::Refunded { reference, ours, theirs } => {
                let (ours, theirs) = (minor(*ours), minor(*theirs));
                write!(out, "{reference}: refunded {theirs} by the provider, {ours} in our book")
            }
        }
    }
}

/// As both books have it: minor units, and of which currency.
fn minor(money: Money) -> String {
    format!("{} {}", money.amount, money.currency.code())
}

impl Shop {
    /// Every difference since a moment. What went back is followed first, where a refund was given up or the two say
    /// otherwise: what arrived, failed or was made on the provider's own page is written down and no difference any more.
    pub async fn reconcile(&self, code: ProviderCode, since: Timestamp) -> Result<Vec<Difference>> {
        let provider = self.provider(code).ok_or(Error::NotFound)?;
        self.look_at_given_up(code).await?;
        let earlier = since.saturating_sub(OVERLAP).unwrap_or(since);
        let theirs = provider.captured_since(earlier).await.map_err(unanswered)?;
        let ours = {
            let mut reader = self.db().reader().await?;
            payments::captured_since(&mut reader.tx(), code.code(), since.as_millisecond()).await?
        };
        let mut unlisted: HashMap<&str, &PaymentRow> =
            ours.iter().map(|payment| (payment.reference.as_str(), payment)).collect();
        let mut differences = Vec::new();
        for statement in theirs {
            let known = unlisted.remove(statement.reference.as_str());
            if !known.is_some_and(|payment| agree(payment, &statement)) {
                let reference = statement.reference.clone();
                differences.extend(self.look_closely(&*provider, &reference, Some(statement)).await?);
            }
        }
        for payment in ours.iter().filter(|payment| unlisted.contains_key(payment.reference.as_str())) {
            differences.extend(self.look_closely(&*provider, &payment.reference, None).await?);
        }
        Ok(differences)
    }

    /// One payment; `listed` is what the provider's list said of it.
    async fn look_closely(
        &self,
        provider: &dyn PaymentProvider,
        reference: &str,
        listed: Option<Statement>,
    ) -> Result<Option<Difference>> {
        let Some(ours) = self.ours(provider.code(), reference).await? else {
            let unknown = |statement: Statement| Difference::Unknown {
                reference: reference.to_owned(),
                captured: statement.captured,
            };
            return Ok(listed.map(unknown));
        };
        let found = self.compare(provider, &ours, listed.clone()).await?;
        if !matches!(found, Some(Difference::Refunded { .. })) {
            return Ok(found);
        }
        self.look_at_refunds(&ours.payment).await?;
        match self.ours(provider.code(), reference).await? {
            Some(ours) => self.compare(provider, &ours, listed).await,
            None => Ok(found),
        }
    }

    /// A payment as our book has it.
    async fn ours(&self, code: ProviderCode, reference: &str) -> Result<Option<Ours>> {
        let mut reader = self.db().reader().await?;
        let mut tx = reader.tx();
        let payment = payments::by_reference(&mut tx, reference).await?;
        let Some(payment) = payment.filter(|payment| payment.provider == code.code()) else {
            return Ok(None);
        };
        let requested = payments::requested(&mut tx, &payment).await?;
        Ok(Some(Ours { payment, requested }))
    }

    /// Our book was read before the provider is asked: what happens in between is known here as something that is under
    /// way.
    async fn compare(
        &self,
        provider: &dyn PaymentProvider,
        ours: &Ours,
        listed: Option<Statement>,
    ) -> Result<Option<Difference>> {
        let Ours { payment, requested } = ours;
        let said = match &payment.provider_id {
            Some(id) => statement_of(provider, &payment.reference, id).await?,
            None => listed,
        };
        verdict(payment, *requested, said, self.now_ms())
    }

    /// A person may have given back on the provider's page what was refused or given up here, however long ago.
    async fn look_at_given_up(&self, code: ProviderCode) -> Result<()> {
        let given_up = {
            let mut reader = self.db().reader().await?;
            payments::given_up(&mut reader.tx(), code.code()).await?
        };
        for payment in given_up {
            self.look_at_refunds(&payment).await?;
        }
        Ok(())
    }
}

/// A payment, and how much of it is set apart to go back and may have gone already or not.
struct Ours {
    payment: PaymentRow,
    requested: i64,
}

/// What a provider says of one payment; none where it has none of that name.
async fn statement_of(
    provider: &dyn PaymentProvider,
    reference: &str,
    id: &str,
) -> Result<Option<Statement>> {
    match provider.statement(reference, id).await {
        Ok(statement) => Ok(Some(statement).filter(|statement| statement.reference == reference)),
        Err(PaymentFault::Refused(_)) => Ok(None),
        Err(fault @ PaymentFault::Passing(_)) => Err(unanswered(fault)),
    }
}

fn unanswered(fault: PaymentFault) -> Error {
    Error::internal(format!("the provider could not be asked: {fault}"))
}

/// Whether both books have the same of a payment, to the last refund.
fn agree(payment: &PaymentRow, statement: &Statement) -> bool {
    is_same_capture(payment, statement) && payment.refunded == statement.refunded
}

fn is_same_capture(payment: &PaymentRow, statement: &Statement) -> bool {
    (payment.captured, payment.currency.as_str())
        == (statement.captured.amount, statement.captured.currency.code())
}

/// What differs, where so much of our refunds is `requested` and may have been given back already or not.
fn verdict(
    payment: &PaymentRow,
    requested: i64,
    said: Option<Statement>,
    now: i64,
) -> Result<Option<Difference>> {
    let reference = payment.reference.clone();
    let unreadable = |error: Error| Error::internal(format!("{}: {error}", payment.reference));
    let currency = currency_of(&payment.currency).map_err(unreadable)?;
    let ours = Money::new(payment.captured, currency);
    let is_booked = payment.status == "captured";
    let Some(statement) = said.filter(|statement| statement.standing == Standing::Captured) else {
        return Ok(is_booked.then_some(Difference::Missing { reference, captured: ours }));
    };
    if !is_booked && payment.check_at.is_some_and(|at| (at - now).abs() <= SOON) {
        return Ok(None);
    }
    let theirs = statement.captured;
    if !is_same_capture(payment, &statement) {
        return Ok(Some(Difference::Captured { reference, ours, theirs }));
    }
    if !(payment.refunded - requested..=payment.refunded).contains(&statement.refunded) {
        let (ours, theirs) =
            (Money::new(payment.refunded, currency), Money::new(statement.refunded, theirs.currency));
        return Ok(Some(Difference::Refunded { reference, ours, theirs }));
    }
    Ok(None)
}
