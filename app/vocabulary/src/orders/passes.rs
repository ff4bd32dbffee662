//! Passes: what their owner and whoever was sent see of them, and why one opens nothing.

use serde::{Deserialize, Serialize};

use super::{ArrivalView, WindowView};
use crate::{
    Moment,
    catalog::Image,
    fulfilment::{ReservationStatus, Way},
    stores::StoreCard,
};

/// Who may collect a group of an order, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PassLine {
    /// The group's id.
    pub group: String,
    /// Code and name of the store.
    pub store: String,
    pub store_name: String,
    /// Whom the owner named; none for the owner.
    pub holder: Option<String>,
    pub state: PassState,
    /// When it was used or taken back.
    pub at: Option<Moment>,
    /// Path of the page to be given to whoever was named, while it opens something.
    pub link: Option<String>,
}

/// What has become of a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PassState {
    Open,
    Used,
    /// The owner took it back.
    Revoked,
    /// The owner made another link for the same person.
    Renewed,
    /// It was collected with another pass.
    Collected,
    Expired,
    /// What it opened was changed, cancelled or not found.
    Over,
}

impl PassState {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            PassState::Open => "open",
            PassState::Used => "used",
            PassState::Revoked => "revoked",
            PassState::Renewed => "renewed",
            PassState::Collected => "collected",
            PassState::Expired => "expired",
            PassState::Over => "over",
        }
    }
}

/// What somebody sees who was sent to collect: what, where and until when; no price, nothing of the owner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PassView {
    /// Their own name.
    pub holder: String,
    /// One for each group of the order.
    pub tickets: Vec<PassTicket>,
}

/// One group of the order, as far as whoever is sent may know it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PassTicket {
    pub state: PassState,
    pub status: ReservationStatus,
    /// When it was used or taken back.
    pub at: Option<Moment>,
    pub way: Way,
    pub store: StoreCard,
    /// Said at the counter, 7 characters; none where it opens nothing, or nothing yet.
    pub code: Option<String>,
    /// Signed, to be shown as a QR.
    pub pass: Option<String>,
    pub things: Vec<PassThing>,
    /// Whether nothing is to be paid at the counter.
    pub paid: bool,
    pub window: Option<WindowView>,
    pub ready_by: Moment,
    pub expires_at: Moment,
    /// Whoever is sent comes by car.
    pub arrival: Option<ArrivalView>,
}

/// A thing to collect, without its price.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PassThing {
    pub name: String,
    pub options: String,
    pub quantity: i64,
    pub image: Option<Image>,
}

/// Why a pass opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum PassRefusal {
    #[error("not a pass of this shop")]
    Forged,
    #[error("the pass is for another store")]
    OtherStore,
    #[error("the pass has run out")]
    Expired,
    #[error("the pass was used")]
    Used,
    #[error("the pass was taken back")]
    Revoked,
}

impl PassRefusal {
    pub const ALL: [PassRefusal; 5] = [
        PassRefusal::Forged,
        PassRefusal::OtherStore,
        PassRefusal::Expired,
        PassRefusal::Used,
        PassRefusal::Revoked,
    ];
}
