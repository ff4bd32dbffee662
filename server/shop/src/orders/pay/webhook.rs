//! Webhooks: what a provider sends is kept and hastens the look at its payment; nothing it says is believed.
//!
//! Where a provider signs nothing, whoever has had an order knows its payment's reference for ever, and can tell of it what
//! they like as often as they like. So nothing of that is kept but one small row a payment, and it hastens one look in a
//! while. No news are lost by it: whatever comes in between leads to a look a moment later, and a worker looks anyway.

use onshelf_db::{
    Tx,
    payments::{self, Note},
};
use onshelf_vocabulary::payments::ProviderCode;

use crate::{Hint, Result, Shop, pulse::Deed};

/// How many webhooks of one provider are kept that are about nobody's payment.
const STRANGERS: i64 = 1_000;

/// What nobody signed hastens one look at a payment in so long: as long as a worker pauses at most between two looks at a
/// fresh payment (`super::pause`). So whoever sends many has the provider asked no more often than about any fresh
/// payment, and puts no look off past the moment by which money has to be answered for. Milliseconds.
const INTERVAL: i64 = 20_000;

impl Shop {
    /// Keeps a webhook that was proven to be the provider's, as far as it can be, and looks at what it is about. False: it
    /// came before, leads to no other look than what came before it, or is about a payment that nobody here knows. Those
    /// are counted and logged, and kept for an operator where the provider signs: what anybody can send fills no book.
    #[tracing::instrument(target = "otel", level = "debug", name = "note webhook", skip_all)]
    pub async fn note_webhook(&self, provider: ProviderCode, hint: &Hint, body: &str) -> Result<bool> {
        let signed = self.provider(provider).is_some_and(|own| own.signs());
        let (told, now) = (hint.clone(), self.now_ms());
        let body = if signed { body.to_owned() } else { String::new() };
        let heard = self
            .db()
            .write(move |mut tx| {
                let (told, body) = (told.clone(), body.clone());
                Box::pin(async move {
                    let note = Note {
                        provider: provider.code(),
                        event: &told.event,
                        reference: told.reference.as_deref(),
                        body: &body,
                        known: true,
                        received_at: now,
                    };
                    if signed { note_signed(&mut tx, note).await } else { note_unsigned(&mut tx, note).await }
                })
            })
            .await?;
        match heard {
            Heard::News => self.wake_payments(),
            Heard::Before => {}
            Heard::Stranger => tell_of_stranger(provider, &hint.event, signed),
        }
        Ok(heard == Heard::News)
    }
}

/// What a webhook was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Heard {
    News,
    /// It came before, or a look that is still to come is about it, too.
    Before,
    /// It is about a payment that nobody here knows.
    Stranger,
}

/// Keeps it once, as it came, and hastens the look at its payment.
async fn note_signed(tx: &mut Tx<'_>, note: Note<'_>) -> Result<Heard> {
    let Some(reference) = note.reference else {
        let fresh = payments::note(tx, note).await?;
        return Ok(if fresh { Heard::News } else { Heard::Before });
    };
    if !is_known(tx, note.provider, reference).await? {
        return note_stranger(tx, note).await;
    }
    if !payments::note(tx, note).await? {
        return Ok(Heard::Before);
    }
    payments::hasten(tx, note.provider, reference, note.received_at).await?;
    Ok(Heard::News)
}

/// Keeps that a look was asked for. The first in an interval hastens one to now, and what follows one to when the next
/// interval begins, since who is asked now may not know of it; that one is the next interval's own.
async fn note_unsigned(tx: &mut Tx<'_>, note: Note<'_>) -> Result<Heard> {
    let (provider, now) = (note.provider, note.received_at);
    let Some(reference) = note.reference else { return Ok(Heard::Stranger) };
    if !is_known(tx, provider, reference).await? {
        return Ok(Heard::Stranger);
    }
    let begun = now - now.rem_euclid(INTERVAL);
    if payments::note_asked(tx, provider, reference, begun).await? {
        payments::hasten(tx, provider, reference, now).await?;
        return Ok(Heard::News);
    }
    let next = begun + INTERVAL;
    if payments::hasten_later(tx, provider, reference, now, next).await? {
        payments::note_asked(tx, provider, reference, next).await?;
        return Ok(Heard::News);
    }
    Ok(Heard::Before)
}

/// Whether this provider was asked for a payment of this reference.
async fn is_known(tx: &mut Tx<'_>, provider: &str, reference: &str) -> Result<bool> {
    let payment = payments::by_reference(tx, reference).await?;
    Ok(payment.is_some_and(|payment| payment.provider == provider))
}

/// Keeps that it came, and not what it says: it may be about another shop's customer.
async fn note_stranger(tx: &mut Tx<'_>, note: Note<'_>) -> Result<Heard> {
    if payments::strangers(tx, Some(note.provider)).await? >= STRANGERS {
        return Ok(Heard::Stranger);
    }
    let fresh = payments::note(tx, Note { body: "", known: false, ..note }).await?;
    Ok(if fresh { Heard::Stranger } else { Heard::Before })
}

fn tell_of_stranger(provider: ProviderCode, event: &str, signed: bool) {
    Deed::WebhookUnknown.count();
    let provider = provider.code();
    if signed {
        tracing::warn!(
            provider,
            event = %event,
            "A webhook of {provider} is about a payment nobody here knows; nothing is done."
        );
    } else {
        tracing::info!(
            provider,
            "An unsigned webhook of {provider} is about a payment nobody here knows; nothing is done."
        );
    }
}

#[cfg(test)]
mod tests {
    use super::INTERVAL;
    use crate::orders::pay::pause;

    #[test]
    fn what_nobody_signed_puts_off_no_look_for_longer_than_a_worker_does() {
        assert_eq!(INTERVAL, pause(i64::MAX, 0));
    }
}
