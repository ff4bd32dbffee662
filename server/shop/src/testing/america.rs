//! Two stores in the state of New York, where tax is added to the prices, each at a rate of its own.

use onshelf_db::{
    catalog::{self, PriceRow},
    meta,
};
use onshelf_domain::orders::{Delivery, Reach, Tax, TaxRule, TaxTable, Zone};

use super::{TestShop, must};
use crate::{Settings, Shop};

impl TestShop {
    /// A process that sells in dollars, too: at `soho`, where 8.875 % are added, and at `albany`, where it is 4 %. A kettle
    /// (`KETTLE-MO`) is $49.99, a cup $12.50, and bringing them anywhere $5.99.
    pub async fn in_new_york(&self) -> Shop {
        for (code, name, postcode) in [("soho", "SoHo", "10012"), ("albany", "Albany", "12207")] {
            self.with_store(code, |row| {
                row.name_en = name.to_owned();
                row.country = "US".to_owned();
                row.currency = "USD".to_owned();
                row.postcode = postcode.to_owned();
                row.time_zone = "America/New_York".to_owned();
                (row.lat, row.lng) = (Some(40.72), Some(-74.0));
            })
            .await;
        }
        self.price_in_dollars(&[("KETTLE-MO", 4_999), ("CUP", 1_250)]).await;
        let added = |postcode: &str, rate: u32| TaxRule {
            country: "US".to_owned(),
            postcode: postcode.to_owned(),
            tax: Tax { rate, included: false },
        };
        let mut taxes = TaxTable::default();
        taxes.0.extend([added("", 40_000), added("100", 88_750)]);
        let anywhere =
            Zone { reach: Reach::Anywhere, fee: 599, free_from: None, same_day_until: None, days: 2 };
        let delivery = Delivery(vec![anywhere]);
        self.beside_with(Settings { taxes, delivery, ..self.shop.settings().clone() }).await
    }

    /// In cents.
    async fn price_in_dollars(&self, prices: &[(&str, i64)]) {
        let book = self.shop.book();
        let price = |(sku, amount): &(&str, i64)| PriceRow {
            variant_id: book.catalogue.variant(sku).map_or(0, |variant| variant.id),
            currency: "USD".to_owned(),
            amount: *amount,
            list_amount: None,
        };
        let rows: Vec<PriceRow> = prices.iter().map(price).collect();
        let at = self.shop.now_ms();
        must(
            self.shop
                .db()
                .write(move |mut tx| {
                    let rows = rows.clone();
                    Box::pin(async move {
                        catalog::upsert_prices(&mut tx, &rows).await?;
                        meta::touch_catalogue(&mut tx, at).await
                    })
                })
                .await,
        );
        must(self.shop.refresh_book().await);
    }
}
