//! Places that are given out up to a number, in all and to each client, and come back from whoever goes.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

pub(super) struct Places {
    most: usize,
    most_per_client: usize,
    taken: Mutex<Taken>,
}

/// Why there is no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Full {
    ForAll,
    ForThisOne,
}

#[derive(Default)]
struct Taken {
    all: usize,
    by_client: HashMap<IpAddr, usize>,
}

impl Places {
    #[must_use]
    pub(super) fn new(most: usize, most_per_client: usize) -> Arc<Places> {
        Arc::new(Places { most, most_per_client, taken: Mutex::default() })
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Who is nobody in particular counts in all alone.
    pub(super) fn take(self: &Arc<Places>, client: Option<IpAddr>) -> Result<Place, Full> {
        let mut taken = self.taken();
        if taken.all >= self.most {
            return Err(Full::ForAll);
        }
        if let Some(client) = client {
            let own = taken.by_client.get(&client).copied().unwrap_or(0);
            if own >= self.most_per_client {
                return Err(Full::ForThisOne);
            }
            taken.by_client.insert(client, own + 1);
        }
        taken.all += 1;
        Ok(Place { places: self.clone(), client })
    }
}

/// Dropping it gives it back.
pub(super) struct Place {
    places: Arc<Places>,
    client: Option<IpAddr>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken();
        taken.all = taken.all.saturating_sub(1);
        let Some(client) = self.client else { return };
        if let Some(own) = taken.by_client.get_mut(&client) {
            *own = own.saturating_sub(1);
            if *own == 0 {
                taken.by_client.remove(&client);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_bounded_and_come_back() {
        let places = Places::new(3, 2);
        let [one, another] = [1, 2].map(|end| Some(IpAddr::from([192, 0, 2, end])));
        let first = places.take(one).unwrap();
        let second = places.take(one).unwrap();
        assert_eq!(places.take(one).err(), Some(Full::ForThisOne));
        let third = places.take(another).unwrap();
        assert_eq!([another, None].map(|client| places.take(client).err()), [Some(Full::ForAll); 2]);
        drop((first, third));
        let _nobody = places.take(None).unwrap();
        assert!(places.take(one).is_ok());
        drop(second);
        assert!(places.taken().by_client.is_empty(), "nobody is remembered who has none");
        assert_eq!(places.taken().all, 1);
    }
}
