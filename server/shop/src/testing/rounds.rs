//! What workers do about money without end, a round at a time: for tests and drills, which say when.

use crate::{Result, Shop};

/// How many are taken at a time: each is known to have ended before the next are.
const LOOKS: usize = 20;
const REFUNDS: usize = 10;

impl Shop {
    /// Looks at some of the payments that are due; answers how many were taken.
    pub async fn look_at_payments(&self) -> Result<usize> {
        let due = self.due_payments(LOOKS).await?;
        let taken = due.len();
        let looks = due.into_iter().map(|payment| self.look_at(payment));
        for outcome in futures::future::join_all(looks).await {
            outcome?;
        }
        Ok(taken)
    }

    /// Carries out some of the refunds that are due; answers how many were taken.
    pub async fn send_refunds(&self) -> Result<usize> {
        let due = self.due_refunds(REFUNDS).await?;
        let taken = due.len();
        // All at once: one after the other a slow provider would outlast the claim.
        let sent = due.into_iter().map(|refund| self.send_refund(refund));
        for outcome in futures::future::join_all(sent).await {
            outcome?;
        }
        Ok(taken)
    }
}
