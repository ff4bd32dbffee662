//! An order as a whole: where it stands, what tax it bears, what a delivery costs and how long it takes, which
//! quarters of an hour it can be collected in, what may stand in for what is missing. It must not know how it is stored or who takes the money.

mod charge;
mod delivery;
mod standing;
mod substitute;
mod tax;
mod windows;

pub use charge::Charge;
pub use delivery::{Delivery, Quote, Reach, Zone, address_line_fault};
pub use standing::overall;
pub use substitute::{Candidate, Kinship, substitute};
pub use tax::{Tax, TaxRule, TaxTable};
pub use windows::{QUARTER, is_window, windows};
