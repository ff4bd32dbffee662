//! Staff: signing in, and the board of a store's reservations. Every question carries who asks, and is answered
//! for their stores only.

mod board;
mod card;
mod counter;
mod look_up;
mod parcels;
mod sign_in;
mod trail;

pub use counter::Away;
pub use parcels::Unsent;
pub use sign_in::NewStaff;
pub(crate) use trail::Looks;

use onshelf_vocabulary::staff::{Role, StaffRefusal};

use crate::{Book, stores::Store};

/// A member of staff who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Associate {
    pub(crate) id: i64,
    pub login: String,
    pub name: String,
    pub role: Role,
    stores: Vec<String>,
}

impl Associate {
    /// As written in the ledger and the trail.
    #[must_use]
    pub fn actor(&self) -> String {
        format!("staff:{}", self.id)
    }

    /// Whether they work at this store; head office works at all there are.
    #[must_use]
    pub fn works_at(&self, store: &Store) -> bool {
        self.role == Role::HeadOffice || self.stores.iter().any(|own| own == store.code.as_str())
    }

    /// The store of this code, where they work at it.
    pub fn store<'b>(&self, book: &'b Book, code: &str) -> Result<&'b Store, StaffRefusal> {
        let store = book.stores.by_code(code).filter(|store| self.works_at(store));
        store.ok_or(StaffRefusal::NotYours)
    }
}
