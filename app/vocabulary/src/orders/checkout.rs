//! What is offered at checkout: the ways to get a basket, and what a delivery costs.

use serde::{Deserialize, Serialize};

use super::WindowView;
use crate::{Moment, Money, cart::CoverView, fulfilment::Way, payments::ProviderCode};

/// A way to get a basket, as it is offered at checkout.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WayOffer {
    pub way: Way,
    /// Where it is collected or sent from.
    pub store: String,
    pub store_name: String,
    /// Where it comes from, for a transfer.
    pub source_name: Option<String>,
    pub distance_m: Option<u32>,
    pub covered_lines: u32,
    pub lines: u32,
    pub ready_by: Moment,
    pub fee: Money,
    pub windows: Vec<WindowView>,
    /// Why a delivery costs this and comes then; none for the other ways.
    pub terms: Option<DeliveryTerms>,
}

/// What a delivery costs and how long it takes, by where it goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryTerms {
    /// The district or place it is quoted for; none where nobody said where, or nobody knows that postcode.
    pub place: Option<String>,
    /// The first that fits counts.
    pub zones: Vec<ZoneTerms>,
}

impl DeliveryTerms {
    /// The zone the quote is of.
    #[must_use]
    pub fn here(&self) -> Option<&ZoneTerms> {
        self.zones.iter().find(|zone| zone.here)
    }
}

/// One of the operator's zones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ZoneTerms {
    pub reach: ZoneReach,
    pub fee: Money,
    /// From this much on it is free.
    pub free_from: Option<Money>,
    /// `15:00`: what is ordered before then of an open day comes the same day.
    pub same_day_until: Option<String>,
    /// Open days it takes otherwise, from the day it is sent.
    pub days: u8,
    /// The one the quote is of.
    pub here: bool,
}

/// What a zone covers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ZoneReach {
    /// Metres from the store that sends it.
    Within(u32),
    /// Postcodes that begin with one of these.
    Postcodes(Vec<String>),
    /// Every address there is.
    Anywhere,
}

/// What the checkout page chooses from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CheckoutView {
    /// At the chosen store first: it is never silently another.
    pub offers: Vec<WayOffer>,
    /// What each of these stores has of it itself.
    pub covers: Vec<CoverView>,
    pub providers: Vec<ProviderCode>,
}
