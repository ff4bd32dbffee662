//! The built-in test provider: pays nothing and behaves like one that does, with every trouble a real one can make.
//! Its books are tables of their own, so that it outlives a killed process; its webhooks travel by real HTTP.

mod books;
mod messenger;
mod page;

use std::time::Duration;

use async_trait::async_trait;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use onshelf_db::meta;
use onshelf_shop::{
    BadWebhook, Chance, Hint, Intent, Opened, PaymentFault, PaymentProvider, RefundCall, RefundStatement,
    Shop, Statement, SystemChance,
};
use onshelf_vocabulary::payments::ProviderCode;

use super::signed;
use books::{Books, Call};

pub use messenger::Messenger;
pub use page::routes;

/// The header that carries the signature.
pub const SIGNATURE: &str = "onshelf-test-signature";
/// Where the secret of the webhooks is kept, so that all processes of one database share it.
const SECRET: &str = "test_provider_secret";
/// How long a call that gets no answer is waited for. A real one takes longer, and teaches nothing more by it.
const SILENCE: Duration = Duration::from_secs(1);

pub struct TestProvider {
    books: Books,
    public_url: String,
    secret: String,
}

impl TestProvider {
    /// `public_url` is where the shop stands, without a slash at the end: its page is there, too.
    pub async fn new(shop: Shop, public_url: &str) -> Result<TestProvider, onshelf_shop::Error> {
        let secret = secret(&shop).await?;
        Ok(TestProvider { books: Books::new(shop), public_url: public_url.to_owned(), secret })
    }

    /// Loses the answer of a call that was done, if this payment is to go so.
    async fn answer<T>(&self, provider_id: &str, answer: T) -> Result<T, PaymentFault> {
        if self.books.leaves_unanswered(provider_id).await? {
            tokio::time::sleep(SILENCE).await;
            return Err(PaymentFault::Passing("the test provider did not answer in time".to_owned()));
        }
        Ok(answer)
    }
}

#[async_trait]
impl PaymentProvider for TestProvider {
    fn code(&self) -> ProviderCode {
        ProviderCode::Test
    }

    async fn open(&self, intent: &Intent) -> Result<Opened, PaymentFault> {
        let provider_id = self.books.open(intent).await?;
        let path = intent.lang.href(&format!("/pay/test/{provider_id}"));
        let opened = Opened { redirect_url: format!("{}{path}", self.public_url), provider_id };
        self.answer(&opened.provider_id.clone(), opened).await
    }

    async fn statement(&self, _reference: &str, provider_id: &str) -> Result<Statement, PaymentFault> {
        let statement = self.books.statement(provider_id).await?;
        self.answer(provider_id, statement).await
    }

    async fn close(&self, _reference: &str, provider_id: &str) -> Result<Statement, PaymentFault> {
        self.books.end(provider_id, Call::Close).await?;
        self.books.statement(provider_id).await
    }

    async fn refund(&self, call: &RefundCall) -> Result<RefundStatement, PaymentFault> {
        let refund = self.books.refund(call).await?;
        self.answer(&call.provider_id, refund).await
    }

    async fn refunds(
        &self,
        _reference: &str,
        provider_id: &str,
    ) -> Result<Vec<RefundStatement>, PaymentFault> {
        let refunds = self.books.refunds(provider_id).await?;
        self.answer(provider_id, refunds).await
    }

    fn hint(
        &self,
        header: &dyn Fn(&str) -> Option<String>,
        body: &[u8],
        now: Timestamp,
    ) -> Result<Hint, BadWebhook> {
        signed::verify(&self.secret, header(SIGNATURE).as_deref(), body, now)?;
        let event: serde_json::Value = serde_json::from_slice(body).map_err(|_| BadWebhook::Unreadable)?;
        let text = |pointer| event.pointer(pointer).and_then(serde_json::Value::as_str).map(str::to_owned);
        let name = text("/id").ok_or(BadWebhook::Unreadable)?;
        Ok(Hint { event: name, reference: text("/data/reference") })
    }

    fn signs(&self) -> bool {
        true
    }

    async fn captured_since(&self, since: Timestamp) -> Result<Vec<Statement>, PaymentFault> {
        self.books.captured_since(since).await
    }
}

/// The secret of the webhooks, made at the first start.
async fn secret(shop: &Shop) -> Result<String, onshelf_shop::Error> {
    let mut fresh = [0u8; 32];
    SystemChance.fill(&mut fresh);
    let fresh = format!("whsec_{}", URL_SAFE_NO_PAD.encode(fresh));
    shop.db()
        .write(move |mut tx| {
            let fresh = fresh.clone();
            Box::pin(async move {
                if let Some(kept) = meta::get(&mut tx, SECRET).await? {
                    return Ok::<_, onshelf_shop::Error>(kept);
                }
                Ok(meta::keep(&mut tx, SECRET, &fresh).await?)
            })
        })
        .await
}
