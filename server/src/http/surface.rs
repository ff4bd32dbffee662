//! What all handlers and guards share: the options, and the counts that bound them.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};

use onshelf_app::ssr::Door;
use onshelf_shop::Once;
use tokio::sync::Semaphore;

use super::{
    Options,
    api::live::Streams,
    guard::{headers::of_site, rates::Limiters},
    problem::{Kind, Problem},
};
use crate::worn::Worn;

/// Cheap to clone; one a router.
#[derive(Clone)]
pub struct Surface(Arc<Inside>);

/// What a [`Surface`] holds.
pub struct Inside {
    pub door: Door,
    pub options: Options,
    /// What every answer wears that is no exception.
    pub worn: Worn,
    /// One for each request that may be answered at the same time.
    pub places: Semaphore,
    /// One for each body that may be on its way at the same time.
    pub bodies: Semaphore,
    pub limiters: Limiters,
    pub streams: Arc<Streams>,
    under_way: UnderWay,
}

impl std::ops::Deref for Surface {
    type Target = Inside;

    fn deref(&self) -> &Inside {
        &self.0
    }
}

impl Surface {
    #[must_use]
    pub fn new(door: Door, options: Options) -> Surface {
        Surface(Arc::new(Inside {
            door,
            worn: of_site(&options),
            places: Semaphore::new(options.limits.concurrent),
            bodies: Semaphore::new(options.limits.bodies),
            limiters: Limiters::new(&options.limits.rates),
            streams: Arc::new(Streams::new(&options.limits)),
            under_way: UnderWay::default(),
            options,
        }))
    }

    /// Begins a deed that is done once: takes its key for as long as the first of what is answered lives, refused while
    /// somebody else has it. The second finds what an earlier call was told. `actor` is whose key it is, `body` all
    /// that was asked.
    pub fn once(&self, actor: &str, route: &str, key: &str, body: &str) -> Result<(Begun, Once), Problem> {
        let begun = self.under_way.begin(actor, route, key)?;
        Ok((begun, Once::new(actor, route, key, body)))
    }
}

/// Idempotency keys of calls that are being answered by this process at the moment.
#[derive(Clone, Default)]
struct UnderWay(Arc<Mutex<HashSet<String>>>);

impl UnderWay {
    fn keys(&self) -> std::sync::MutexGuard<'_, HashSet<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&self, actor: &str, route: &str, key: &str) -> Result<Begun, Problem> {
        let name = format!("{actor}\n{route}\n{key}");
        if self.keys().insert(name.clone()) {
            Ok(Begun { keys: self.clone(), name })
        } else {
            Err(Problem::new(Kind::InFlight))
        }
    }
}

/// A call under way; dropping it gives the key free.
pub struct Begun {
    keys: UnderWay,
    name: String,
}

impl Drop for Begun {
    fn drop(&mut self) {
        self.keys.keys().remove(&self.name);
    }
}
