//! Several parcels to a courier at once. Each is a step of its own, as if it was sent off by itself.

use onshelf_vocabulary::staff::BoardDeed;

use super::Associate;
use crate::{Error, Once, Result, Shop};

/// A parcel that could not be sent off, and why.
#[derive(Debug)]
pub struct Unsent {
    pub number: String,
    pub why: Error,
}

impl Shop {
    /// Sends off each of these by itself; answers those that stay. One that cannot be sent holds up none beside it; only
    /// without a database there is no use in trying the next.
    #[tracing::instrument(target = "otel", level = "debug", name = "send parcels off", skip_all)]
    pub async fn send_parcels_off(
        &self,
        who: &Associate,
        store: &str,
        numbers: &[String],
        once: Option<&Once>,
    ) -> Result<Vec<Unsent>> {
        who.store(&self.book(), store)?;
        let mut unsent = Vec::new();
        for number in numbers {
            let once = once.map(|once| once.part(number));
            match self.stage_on_board(who, store, number, BoardDeed::Dispatch, "", once.as_ref()).await {
                Ok(()) => {}
                Err(why @ Error::Database(onshelf_db::Error::Unavailable(_))) => return Err(why),
                Err(why) => {
                    if matches!(why, Error::Database(_) | Error::Internal(_)) {
                        tracing::error!(
                            number,
                            %why,
                            "A parcel could not be sent off ({why}); it stays on the board."
                        );
                    }
                    unsent.push(Unsent { number: number.clone(), why });
                }
            }
        }
        Ok(unsent)
    }
}
