//! A simulated till, so that a visitor of the demo sees numbers move: small sales all day, a delivery now and then.

use std::time::Duration;

use onshelf_db::stock::{self, Cause, LevelKey};
use onshelf_shop::{Chance, Shop, SystemChance};
use tokio_util::sync::CancellationToken;

/// Sells and restocks something every few seconds until told to stop.
pub async fn run_till(shop: Shop, stop: CancellationToken) {
    loop {
        let pause = Duration::from_millis(1_200 + u64::from(roll(1_800)));
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
        if let Err(error) = ring_up(&shop).await {
            tracing::warn!(%error, "The demo's till could not ring something up ({error}).");
        }
    }
}

fn roll(sides: u32) -> u32 {
    let mut bytes = [0u8; 4];
    SystemChance.fill(&mut bytes);
    u32::from_le_bytes(bytes) % sides
}

async fn ring_up(shop: &Shop) -> Result<(), onshelf_db::Error> {
    let book = shop.book();
    let stores: Vec<i64> = book.stores.stores().map(|store| store.id).collect();
    let variants = book.catalogue.variants();
    let (Ok(store_count), Ok(variant_count)) = (u32::try_from(stores.len()), u32::try_from(variants.len()))
    else {
        return Ok(());
    };
    if store_count == 0 || variant_count == 0 {
        return Ok(());
    }
    // The first products are those a visitor looks at first: they sell better.
    let popular = roll(3) > 0;
    let variant = &variants[roll(if popular { variant_count.min(12) } else { variant_count }) as usize];
    let store_id = stores[roll(store_count) as usize];
    let now = shop.now();
    let left = shop.shelves().available(store_id, variant.id, now);
    // Never the last two: somebody may be on their way for them.
    let delta = match left {
        0..=2 => i64::from(1 + roll(6)),
        3..=14 => -i64::from(1 + roll(2)),
        _ => -i64::from(1 + roll(4)),
    };
    let at = now.as_millisecond();
    let key = LevelKey { store_id, variant_id: variant.id };
    shop.db()
        .write(move |mut tx| {
            Box::pin(async move {
                let reason = if delta > 0 { "received" } else { "sale" };
                let cause = Cause { reason, reference: "demo till", actor: "demo", at };
                stock::shift(&mut tx, key, delta, cause).await.map(drop)
            })
        })
        .await
}
