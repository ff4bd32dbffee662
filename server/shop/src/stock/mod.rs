//! What is on the shelves: the numbers in memory that pages show, how they are kept fresh, and who is told.
//! They are for showing only. Whether something can be held is decided by the database, in one conditional write.

mod answer;
mod carriers;
mod demand;
mod follow;
mod live;
mod partner;
mod place;
mod reading;
mod seen;
mod shelves;
mod show;

pub use answer::Answer;
pub(crate) use demand::demand;
pub use live::{News, StockEvent, Watch};
pub(crate) use partner::levels_after;
pub use partner::{CountInput, LevelAfter, Movement, SaleInput, SaleLine};
pub(crate) use place::Place;
pub use reading::Reading;
pub use seen::{Around, Seen};
pub use shelves::{Known, Shelves};
pub(crate) use show::{Need, heard_of};
