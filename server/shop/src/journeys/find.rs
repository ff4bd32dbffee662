//! Finding again what was placed, without its link: a reservation, or an order by its own number or by that of
//! a group.

use onshelf_db::{fulfilment, orders};
use onshelf_domain::fulfilment::{read_code, read_number, read_order_number};

use crate::{Error, Result, Shop, fulfilment::Reserved, orders::Placed};

/// What somebody's number and code opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    Reservation(Reserved),
    Order(Placed),
}

impl Shop {
    /// What opens a reservation or an order, for whoever knows both its number and its code, as they typed them;
    /// an order has the codes of its groups. Whatever is wrong, the answer is the same.
    #[tracing::instrument(target = "otel", level = "debug", name = "find again", skip_all)]
    pub async fn find_again(&self, number: &str, code: &str) -> Result<Found> {
        let code = read_code(code).ok_or(Error::NotFound)?;
        let mut reader = self.db().reader().await?;
        let mut tx = reader.tx();
        let row = match read_number(number) {
            Some(number) => fulfilment::by_number_and_code(&mut tx, number.as_str(), &code).await?,
            None => None,
        };
        let order = match row {
            Some(row) => match row.order_id {
                Some(id) => orders::by_id(&mut tx, id).await?,
                None => return Ok(Found::Reservation(self.reservation_again(&row)?)),
            },
            None => match read_order_number(number) {
                Some(number) => orders::by_number_and_code(&mut tx, &number, &code).await?,
                None => None,
            },
        };
        Ok(Found::Order(self.order_again(&order.ok_or(Error::NotFound)?)?))
    }
}
