//! Webhooks: what a provider sends is kept and hastens the look at its payment; nothing it says is believed.

use onshelf_db::{
    Tx,
    payments::{self, Note},
};
use onshelf_vocabulary::payments::ProviderCode;

use crate::{Error, Hint, Result, Shop, pulse::Deed};

/// How many webhooks of one provider are kept that are about nobody's payment.
const STRANGERS: i64 = 1_000;

impl Shop {
    /// Keeps a webhook that was proven to be the provider's, as far as it can be, and looks at what it is about. False: it
    /// came before, or is about a payment that nobody here knows. Those are counted and logged, and kept for an operator
    /// where the provider signs: what anybody can send fills no book.
    #[tracing::instrument(target = "otel", level = "debug", name = "note webhook", skip_all)]
    pub async fn note_webhook(&self, provider: ProviderCode, hint: &Hint, body: &str) -> Result<bool> {
        let (event, signed) = (hint.event.clone(), self.provider(provider).is_some_and(|own| own.signs()));
        let (hint, body, now) = (hint.clone(), body.to_owned(), self.now_ms());
        let heard = self
            .db()
            .write(move |mut tx| {
                let (hint, body) = (hint.clone(), body.clone());
                Box::pin(async move {
                    let reference = hint.reference.as_deref();
                    let (provider, event) = (provider.code(), hint.event.as_str());
                    let note =
                        Note { provider, event, reference, body: &body, known: true, received_at: now };
                    if let Some(reference) = reference {
                        let payment = payments::by_reference(&mut tx, reference).await?;
                        if payment.is_none_or(|payment| payment.provider != provider) {
                            return note_stranger(&mut tx, note, signed).await;
                        }
                    }
                    let fresh = payments::note(&mut tx, note).await?;
                    if let (true, Some(reference)) = (fresh, reference) {
                        payments::hasten(&mut tx, provider, reference, now).await?;
                    }
                    Ok::<_, Error>(if fresh { Heard::News } else { Heard::Before })
                })
            })
            .await?;
        self.wake_payments();
        if heard == Heard::Stranger {
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
        Ok(heard == Heard::News)
    }
}

/// What a webhook was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Heard {
    News,
    /// It came before.
    Before,
    /// It is about a payment that nobody here knows.
    Stranger,
}

/// Keeps that it came, where it was signed, and not what it says: it may be about another shop's customer.
async fn note_stranger(tx: &mut Tx<'_>, note: Note<'_>, signed: bool) -> Result<Heard> {
    if !signed || payments::strangers(tx, Some(note.provider)).await? >= STRANGERS {
        return Ok(Heard::Stranger);
    }
    let fresh = payments::note(tx, Note { body: "", known: false, ..note }).await?;
    Ok(if fresh { Heard::Stranger } else { Heard::Before })
}
