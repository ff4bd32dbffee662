//! One shopper: orders, pays or leaves, comes back or does not, cancels, is given something back.

use std::{sync::Arc, time::Duration};

use onshelf_server::payments::sign;
use onshelf_shop::{Error, Once, orders::PlaceOrder};
use onshelf_vocabulary::{
    Currency, Lang, Money, Quantity, Sku, StoreCode,
    cart::Line,
    fulfilment::{Contact, Way},
    orders::{GroupInput, OrderInput, OrderRefusal},
    payments::ProviderCode,
};
use rand::{Rng, SeedableRng, rngs::StdRng};
use serde_json::json;

use super::{Failure, SECRET, World};
use crate::drills::ground::{SKUS, STORE, sku};

/// How often somebody tries to get to the provider's page.
const TRIES: u32 = 8;

/// What a shopper was told.
#[derive(Clone, Debug, Default)]
pub struct Told {
    pub number: String,
    token: String,
    /// How often the provider took money.
    pub paid: u64,
    /// Paid less than was asked, sent webhooks, cancelled, was given something back.
    pub wrong: u64,
    pub webhooks: u64,
    pub cancelled: u64,
    pub given: u64,
    /// Left without paying.
    pub left: bool,
    /// Webhooks that are still to come.
    pub late: Vec<String>,
    pub acknowledged: u64,
    pub strange: Vec<String>,
}

/// Somebody who has ordered.
pub struct Shopper {
    told: Told,
    number: u64,
    chance: StdRng,
    /// Whether the provider's page lies before them.
    pub has_page: bool,
}

impl Shopper {
    /// Orders, and tries to get to the provider's page.
    pub async fn come(world: Arc<World>, seed: u64, number: u64) -> Result<Shopper, Failure> {
        let mut chance = StdRng::seed_from_u64(seed ^ (number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let placed = world.shop.place_order(wish(number, &mut chance)?).await?;
        let told = Told { number: placed.number, token: placed.token, acknowledged: 1, ..Told::default() };
        let has_page = reaches_the_page(&world, &told).await?;
        Ok(Shopper { told, number, chance, has_page })
    }

    /// Pays or leaves, comes back or does not; and what follows. Whatever it fails at, what was told by then stays.
    pub async fn go_on(mut self, world: Arc<World>) -> Told {
        if let Err(error) = self.pay_or_leave(&world).await {
            self.told.strange.push(format!("{}: {error}", self.told.number));
        }
        self.told
    }

    /// At the provider's own page nobody notices that the provider and the shop do not hear each other.
    async fn pay_or_leave(&mut self, world: &World) -> Result<(), Failure> {
        let Shopper { told, number, chance, has_page } = self;
        if !*has_page {
            // Still down: the order stands, and whoever waits may pay later.
            told.left = chance.random_bool(0.5);
            return Ok(());
        }
        match chance.random_range(0..100) {
            0..15 => told.left = true,
            roll => {
                let missing = if roll < 27 { 1_000 } else { 0 };
                if let Some(reference) = world.bank.pay(&told.number, missing) {
                    told.paid += 1;
                    told.acknowledged += 1;
                    told.wrong += u64::from(missing > 0);
                    send_webhooks(world, told, &reference, chance).await?;
                }
                // The other tab.
                if chance.random_bool(0.2) && world.bank.pay(&told.number, 0).is_some() {
                    told.paid += 1;
                }
            }
        }
        if chance.random_bool(0.5) {
            world.shop.payment_returned(&told.number, &told.token, Default::default()).await?;
        }
        afterwards(world, told, *number, chance).await
    }
}

fn wish(number: u64, chance: &mut StdRng) -> Result<PlaceOrder, Failure> {
    let line = Line {
        sku: Sku::new(sku(chance.random_range(0..SKUS)))?,
        quantity: Quantity::try_from(chance.random_range(1..=2i64))?,
    };
    let group = GroupInput {
        way: Way::Collect,
        store: Some(StoreCode::new(STORE)?),
        address: None,
        window: None,
        lines: vec![line],
    };
    let phone = Some(format!("010{:08}", number % 100_000_000));
    let input = OrderInput {
        groups: vec![group],
        contact: Contact { name: "김훈련".to_owned(), email: None, phone },
        provider: Some(ProviderCode::Stripe),
        expected_total: None,
    };
    let once = Once::new("drill", "order", &format!("shopper-{number}"), "");
    Ok(PlaceOrder { input, lang: Lang::Ko, near: None, once })
}

/// Asks where to pay, again and again while the provider does not answer.
async fn reaches_the_page(world: &World, told: &Told) -> Result<bool, Failure> {
    for _ in 0..TRIES {
        match world.shop.pay_order(Lang::Ko, &told.number, &told.token, None).await {
            Ok(_) => return Ok(true),
            Err(Error::Order(OrderRefusal::ProviderDown)) => {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            // Whoever was put off for ten minutes has no order any more.
            Err(Error::Order(OrderRefusal::HoldOver)) => return Ok(false),
            Err(error) => return Err(error.into()),
        }
    }
    // A session whose answer got lost is there all the same, but its shopper does not know where.
    Ok(false)
}

async fn send_webhooks(
    world: &World,
    told: &mut Told,
    reference: &str,
    chance: &mut StdRng,
) -> Result<(), Failure> {
    let event = |kind: &str| {
        json!({ "id": format!("evt_{kind}_{reference}"), "type": format!("checkout.session.{kind}"),
                "data": { "object": { "object": "checkout.session", "client_reference_id": reference } } })
        .to_string()
    };
    let (opened, completed) = (event("opened"), event("completed"));
    let now: Vec<&String> = match chance.random_range(0..5) {
        0 => vec![&opened, &completed],
        1 => vec![&opened, &completed, &completed, &opened],
        2 => vec![&completed, &opened],
        3 => {
            told.late.push(completed.clone());
            Vec::new()
        }
        _ => Vec::new(),
    };
    told.webhooks += (now.len() + told.late.len()) as u64;
    for event in now {
        tell(world, event).await?;
    }
    Ok(())
}

/// A webhook comes: proven, kept, and hastening a look.
pub async fn tell(world: &World, body: &str) -> Result<(), Failure> {
    let provider = world.shop.payment_provider(ProviderCode::Stripe).ok_or("there is no provider")?;
    let now = world.shop.now();
    let signature = sign(SECRET, body.as_bytes(), now);
    let header = |name: &str| (name == "stripe-signature").then(|| signature.clone());
    let hint = provider.hint(&header, body.as_bytes(), now)?;
    world.shop.note_webhook(ProviderCode::Stripe, &hint, body).await?;
    Ok(())
}

/// Some cancel, also while it is being paid; some are given something back.
async fn afterwards(world: &World, told: &mut Told, number: u64, chance: &mut StdRng) -> Result<(), Failure> {
    match chance.random_range(0..10) {
        0..3 => match world.shop.cancel_order(Lang::Ko, &told.number, &told.token, None).await {
            Ok(_) => {
                told.acknowledged += 1;
                told.cancelled += 1;
            }
            Err(Error::Order(OrderRefusal::WrongState { .. })) => {}
            Err(error) => return Err(error.into()),
        },
        3..5 => {
            let once = Once::new("drill", "refund", &format!("refund-{number}"), "");
            let amount = Money::new(500, Currency::Krw);
            match world.shop.refund(&world.till, &once, &told.number, amount, "drill").await {
                Ok(_) => {
                    told.acknowledged += 1;
                    told.given += 1;
                }
                Err(Error::Order(OrderRefusal::RefundTooMuch { .. })) => {}
                Err(error) => return Err(error.into()),
            }
        }
        _ => {}
    }
    Ok(())
}
