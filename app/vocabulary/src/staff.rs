//! What associates see and do: the board of a store's reservations.

use serde::{Deserialize, Serialize};

use crate::{
    Moment, Money,
    fulfilment::{Astray, ReservationLineView, ReservationStatus, Way},
    orders::{Address, ArrivalView, WindowView},
};

/// What a member of staff may do. Each includes what the one before may, for their own stores;
/// head office for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Associate,
    Manager,
    HeadOffice,
}

impl Role {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Role::Associate => "associate",
            Role::Manager => "manager",
            Role::HeadOffice => "head_office",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Role> {
        [Role::Associate, Role::Manager, Role::HeadOffice].into_iter().find(|role| role.code() == code)
    }
}

/// Who is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffView {
    pub name: String,
    pub login: String,
    pub role: Role,
    /// Codes and names of the stores they work for; all of them for head office.
    pub stores: Vec<(String, String)>,
}

/// The working screen of one store.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BoardView {
    pub store: String,
    pub store_name: String,
    pub to_prepare: Vec<BoardCard>,
    pub ready: Vec<BoardCard>,
    /// On its way: from another store, or to an address.
    pub coming: Vec<BoardCard>,
    /// Who has come with a car, the one who waits longest first; then who is on the way. They stand in their columns,
    /// too.
    pub arrivals: Vec<BoardCard>,
    /// Ended, and still off the shelf: somebody has to put it back. Not among those that are done.
    pub put_back: Vec<BoardCard>,
    /// The last ones that ended, newest first.
    pub done: Vec<BoardCard>,
    /// Grows with every change of the board, so that a page knows whether it is behind.
    pub version: i64,
}

/// One reservation on a store's board.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BoardCard {
    pub number: String,
    pub code: String,
    pub status: ReservationStatus,
    pub name: String,
    /// Last four digits, for the counter's question "what is your number?".
    pub phone_tail: String,
    /// In the order of the store's aisles.
    pub lines: Vec<BoardLine>,
    pub total: Money,
    pub placed_at: Moment,
    pub ready_by: Moment,
    pub expires_at: Moment,
    /// When it was collected, cancelled, ran out or was not found.
    pub ended_at: Option<Moment>,
    /// Past its promise and not ready yet.
    pub late: bool,
    pub way: Way,
    /// Paid online: nothing is asked for at the counter.
    pub paid: bool,
    /// Whether this store picks it; else it comes from another.
    pub sends_here: bool,
    /// The store this one sends it to.
    pub destination: Option<String>,
    pub address: Option<Address>,
    pub window: Option<WindowView>,
    pub arrival: Option<ArrivalView>,
    /// What its passes begin with; empty where it has none.
    pub pass: String,
    /// The pass it was looked up with.
    pub opened: Option<OpenedPass>,
    /// Who began to pick it.
    pub picker: Option<Picker>,
    /// Where it stands, as the store calls its places; empty where nobody said.
    pub place: String,
    /// What else is there for the same customer; told of what was looked up.
    pub others: Vec<OtherCard>,
    /// What became of it where it was sent off and did not come.
    pub astray: Option<Astray>,
    /// It was handed over a moment ago, and that can still be taken back.
    pub can_take_back: bool,
}

/// Something else a customer may take along.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherCard {
    pub number: String,
    pub code: String,
    pub status: ReservationStatus,
    pub place: String,
}

/// What to take from the shelf, and in which aisle it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BoardLine {
    pub line: ReservationLineView,
    /// The way down to its category; empty where it has none.
    pub aisle: String,
}

/// Who picks a reservation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picker {
    pub name: String,
    /// Whether it is who looks at the board.
    pub own: bool,
}

/// A pass somebody showed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenedPass {
    pub serial: String,
    /// Whom the owner sent; empty: the owner.
    pub holder: String,
}

/// How promises were kept, of those that fell due in a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptView {
    pub promised: i64,
    pub kept: i64,
    /// How many in a hundred, rounded down; none where nothing was promised.
    pub percent: Option<i64>,
    /// How many days were looked at.
    pub days: i64,
}

/// What an associate does to a reservation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BoardDeed {
    StartPicking,
    MarkReady,
    /// It was said to be ready by mistake.
    Unready,
    /// Sends it off: to the store that hands it over, or to the address.
    Dispatch,
    /// It has come from the other store and is staged at the counter.
    Arrive,
    HandOver,
    /// It was said to be handed over by mistake, a moment ago.
    TakeBack,
    /// It was given over at the address.
    Deliver,
    /// It was sent off, and nobody has it any more.
    Lost,
    /// It could not be given over at the address, and is at the store again.
    CameBack,
    NotFound,
    Release,
}

impl BoardDeed {
    pub const ALL: [BoardDeed; 12] = [
        BoardDeed::StartPicking,
        BoardDeed::MarkReady,
        BoardDeed::Unready,
        BoardDeed::Dispatch,
        BoardDeed::Arrive,
        BoardDeed::HandOver,
        BoardDeed::TakeBack,
        BoardDeed::Deliver,
        BoardDeed::Lost,
        BoardDeed::CameBack,
        BoardDeed::NotFound,
        BoardDeed::Release,
    ];

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            BoardDeed::StartPicking => "start_picking",
            BoardDeed::MarkReady => "mark_ready",
            BoardDeed::Unready => "unready",
            BoardDeed::Dispatch => "dispatch",
            BoardDeed::Arrive => "arrive",
            BoardDeed::HandOver => "hand_over",
            BoardDeed::TakeBack => "take_back",
            BoardDeed::Deliver => "deliver",
            BoardDeed::Lost => "lost",
            BoardDeed::CameBack => "came_back",
            BoardDeed::NotFound => "not_found",
            BoardDeed::Release => "release",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<BoardDeed> {
        BoardDeed::ALL.into_iter().find(|deed| deed.code() == code)
    }
}

/// Why a sign-in or a deed of staff was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum StaffRefusal {
    #[error("name or password is not right")]
    BadCredentials,
    #[error("too many tries; wait a little")]
    TooManyTries,
    #[error("not signed in")]
    SignedOut,
    #[error("not for your role or store")]
    NotYours,
}
