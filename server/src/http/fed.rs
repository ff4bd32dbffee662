//! Readers of this floor that are not to be called from elsewhere, for whoever feeds them with anything
//! (`fuzz/targets.rs`): of bodies, and of the cursors of lists.

use serde::de::DeserializeOwned;

use super::{
    api::{
        availability::BasketQuestion,
        carrying::{NotFoundRequest, RefundRequest},
        notifications::{Subscription, Unsubscription},
        options::OptionsQuestion,
        orders::{Arrival, OfferAnswer, OrderPatch, OrderRequest, PaymentRequest},
        pos::Sale,
        reservations::ReservationRequest,
        stock::{Count, Movements},
    },
    problem::Problem,
};

pub use super::{
    api::products::{cursor, mark, shown},
    ask::{read_json, says_nothing},
};

/// Reads a body as a route does, and forgets it.
pub type Reader = fn(&str) -> Result<(), Problem>;

/// Every kind of body that the API takes.
pub const BODIES: [Reader; 15] = [
    forgotten::<ReservationRequest>,
    forgotten::<OrderRequest>,
    forgotten::<OrderPatch>,
    forgotten::<PaymentRequest>,
    forgotten::<Arrival>,
    forgotten::<OfferAnswer>,
    forgotten::<RefundRequest>,
    forgotten::<NotFoundRequest>,
    forgotten::<Subscription>,
    forgotten::<Unsubscription>,
    forgotten::<BasketQuestion>,
    forgotten::<OptionsQuestion>,
    forgotten::<Count>,
    forgotten::<Movements>,
    forgotten::<Sale>,
];

fn forgotten<T: DeserializeOwned>(raw: &str) -> Result<(), Problem> {
    read_json::<T>(raw).map(drop)
}
