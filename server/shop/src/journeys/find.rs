//! Finding again what was placed, without its link: a reservation, or an order by its own number or by that of
//! a group.

use onshelf_db::{
    Tx,
    fulfilment::{self, ReservationRow},
    orders::{self, OrderRow},
};
use onshelf_domain::fulfilment::{read_code, read_number, read_order_number, read_reach};

use crate::{Error, Result, Shop, fulfilment::Reserved, orders::Placed};

/// What somebody's number and proof opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    Reservation(Reserved),
    Order(Placed),
}

/// What its owner knows of it besides its number. Numbers are drawn by chance, so neither is worth anything alone.
enum Proof {
    Code(String),
    /// Where they are told about it. What is delivered has no code that anybody was shown.
    Reach(String),
}

impl Proof {
    /// A code is too short to be a phone number, so that what was typed is one or the other.
    fn read(typed: &str) -> Option<Proof> {
        read_code(typed).map(Proof::Code).or_else(|| read_reach(typed).map(Proof::Reach))
    }

    async fn reservation(&self, tx: &mut Tx<'_>, number: &str) -> Result<Option<ReservationRow>> {
        Ok(match self {
            Proof::Code(code) => fulfilment::by_number_and_code(tx, number, code).await?,
            Proof::Reach(reach) => fulfilment::by_number_and_reach(tx, number, reach).await?,
        })
    }

    async fn order(&self, tx: &mut Tx<'_>, number: &str) -> Result<Option<OrderRow>> {
        Ok(match self {
            Proof::Code(code) => orders::by_number_and_code(tx, number, code).await?,
            Proof::Reach(reach) => orders::by_number_and_reach(tx, number, reach).await?,
        })
    }
}

impl Shop {
    /// What opens a reservation or an order, for whoever knows its number and with it its code, or the e-mail address
    /// or phone number that was given for it; all as they typed them. An order has the codes of its groups. Whatever is
    /// wrong, the answer is the same.
    #[tracing::instrument(target = "otel", level = "debug", name = "find again", skip_all)]
    pub async fn find_again(&self, number: &str, proof: &str) -> Result<Found> {
        let proof = Proof::read(proof).ok_or(Error::NotFound)?;
        let mut reader = self.db().reader().await?;
        let mut tx = reader.tx();
        let row = match read_number(number) {
            Some(number) => proof.reservation(&mut tx, number.as_str()).await?,
            None => None,
        };
        let order = match row {
            Some(row) => match row.order_id {
                Some(id) => orders::by_id(&mut tx, id).await?,
                None => return Ok(Found::Reservation(self.reservation_again(&row)?)),
            },
            None => match read_order_number(number) {
                Some(number) => proof.order(&mut tx, &number).await?,
                None => None,
            },
        };
        Ok(Found::Order(self.order_again(&order.ok_or(Error::NotFound)?)?))
    }
}
