//! Opening a payment with its provider, under its own reference: as often as it is called, it is opened once.

use std::sync::Arc;

use jiff::Timestamp;
use onshelf_db::{
    fulfilment,
    orders::{self, OrderRow},
    payments::{self, Look, PaymentRow},
};
use onshelf_vocabulary::Lang;

use super::{is_open, money};
use crate::{Error, Intent, PaymentFault, PaymentProvider, Result, Shop, orders::PURPOSE};

impl Shop {
    /// Opens what was just placed; a provider that does not answer is no reason to lose the order.
    pub(in crate::orders) async fn open_for(&self, number: &str) {
        let outcome = async {
            let (order, payment) = {
                let mut reader = self.db().reader().await?;
                let mut tx = reader.tx();
                let order = orders::by_number(&mut tx, number).await?.ok_or(Error::NotFound)?;
                let all = payments::of_order(&mut tx, order.id).await?;
                (order, all.into_iter().find(|payment| is_open(payment) && payment.redirect_url.is_none()))
            };
            match payment {
                Some(payment) => self.open_payment(&order, &payment).await.map(drop),
                None => Ok(()),
            }
        };
        if let Err(error) = outcome.await {
            tracing::warn!(%error, "A payment could not be opened yet ({error}); it is tried again.");
        }
    }

    /// Opens a payment with its provider; answers where it is paid, or none where the provider does not answer now.
    #[tracing::instrument(target = "otel", level = "debug", name = "open payment", skip_all)]
    pub(super) async fn open_payment(
        &self,
        order: &OrderRow,
        payment: &PaymentRow,
    ) -> Result<Option<String>> {
        let Some(provider) = self.provider_of(payment) else { return Ok(None) };
        match provider.open(&self.intent(order, payment).await?).await {
            Ok(opened) => {
                self.write_opened(payment, &opened.provider_id, &opened.redirect_url).await?;
                Ok(Some(opened.redirect_url))
            }
            Err(PaymentFault::Refused(why)) => {
                let (id, provider) = (payment.id, &payment.provider);
                tracing::error!(
                    payment = id,
                    provider,
                    why,
                    "{provider} refuses to open payment {id} ({why}); it has ended unpaid."
                );
                self.end(payment, &why, None).await?;
                Ok(None)
            }
            Err(PaymentFault::Passing(why)) => {
                let (id, provider) = (payment.id, &payment.provider);
                tracing::warn!(
                    payment = id,
                    provider,
                    why,
                    "{provider} did not open payment {id} ({why}); it is tried again."
                );
                self.ask_again(payment, &why).await?;
                Ok(None)
            }
        }
    }

    async fn write_opened(&self, payment: &PaymentRow, provider_id: &str, redirect_url: &str) -> Result<()> {
        let (id, provider_id, url) = (payment.id, provider_id.to_owned(), redirect_url.to_owned());
        let look = Look { seen: payment.check_at, next: Some(self.now_ms() + 10_000) };
        self.db()
            .write(move |mut tx| {
                let (provider_id, url) = (provider_id.clone(), url.clone());
                Box::pin(async move {
                    Ok::<_, Error>(payments::opened(&mut tx, id, &provider_id, &url, look).await?)
                })
            })
            .await
    }

    async fn intent(&self, order: &OrderRow, payment: &PaymentRow) -> Result<Intent> {
        let lang = Lang::from_tag(&order.lang);
        let token = self.secrets().token_kept_as(&order.token_hash, PURPOSE, &order.number);
        let page =
            format!("{}{}", self.settings().public_url, lang.href(&format!("/orders/{}", order.number)));
        Ok(Intent {
            reference: payment.reference.clone(),
            order: order.number.clone(),
            title: self.title(order, lang).await?,
            amount: money(payment)?,
            lang,
            email: order.email.clone(),
            return_url: format!("{page}/return?t={token}"),
            cancel_url: format!("{page}/return?t={token}&left=1"),
            expires_at: Timestamp::from_millisecond(payment.expires_at).map_err(Error::internal)?,
        })
    }

    /// "법랑 주전자 외 1가지", "Enamel kettle and 1 more".
    async fn title(&self, order: &OrderRow, lang: Lang) -> Result<String> {
        let mut reader = self.db().reader().await?;
        let book = self.book();
        let (mut first, mut count) = (None, 0usize);
        for line in fulfilment::lines_of_order(&mut reader.tx(), order.id).await? {
            count += 1;
            let variant = book.catalogue.variant_by_id(line.variant_id);
            let product = variant.and_then(|variant| book.catalogue.product_of(variant));
            first = first.or_else(|| product.map(|product| product.name.get(lang).to_owned()));
        }
        let first = first.unwrap_or_else(|| order.number.clone());
        Ok(match (lang, count) {
            (_, 0 | 1) => first,
            (Lang::Ko, more) => format!("{first} 외 {}가지", more - 1),
            (Lang::En, more) => format!("{first} and {} more", more - 1),
        })
    }

    /// Nobody wants it any more and we do not know whether the provider ever heard of it: opening it again finds it.
    pub(super) async fn never_opened(
        &self,
        order: &OrderRow,
        payment: &PaymentRow,
        provider: Arc<dyn PaymentProvider>,
    ) -> Result<()> {
        let opened = match provider.open(&self.intent(order, payment).await?).await {
            Ok(opened) => opened,
            Err(PaymentFault::Refused(why)) => return self.end(payment, &why, None).await,
            Err(fault) => return self.ask_again(payment, &fault.to_string()).await,
        };
        self.write_opened(payment, &opened.provider_id, &opened.redirect_url).await?;
        match provider.close(&payment.reference, &opened.provider_id).await {
            Ok(statement) => self.take_note(payment, &statement).await,
            Err(fault) => self.ask_again(payment, &fault.to_string()).await,
        }
    }
}
