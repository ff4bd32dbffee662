//! Kept baskets in the shop under test.

use std::net::{IpAddr, Ipv4Addr};

use onshelf_shop::{
    Viewer,
    orders::{KeepBasket, Kept, Placed},
};
use onshelf_vocabulary::{Lang, fulfilment::Way};

use super::{
    Failure,
    baskets::{Basket, BasketDeed},
    ledger::{Ledger, Outcome, summed},
    orders::Wish,
    shop::{Subject, outcome},
    words::{groups_of, place_of, sku_of},
};

/// Where all shoppers come from.
const NETWORK: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 9));
/// Baskets looked at when the books are compared.
const LOOKED_AT: usize = 4;

/// A group: how it is got, at which store, what is in it.
type Group = (Way, usize, Vec<(usize, i64)>);

impl Subject {
    pub(super) async fn carry_out_basket(
        &mut self,
        deed: &BasketDeed,
        ledger: &mut Ledger,
    ) -> Result<Outcome, Failure> {
        match deed {
            BasketDeed::Keep { instead, wishes } => self.keep(*instead, wishes, ledger).await,
            BasketDeed::Extend { basket } => {
                let of = named(&ledger.baskets()[*basket]);
                outcome(self.shop.extend_basket(&of).await)
            }
            BasketDeed::LetGo { basket } => {
                let of = named(&ledger.baskets()[*basket]);
                outcome(self.shop.let_go(&of).await)
            }
        }
    }

    async fn keep(
        &self,
        instead: Option<usize>,
        wishes: &[Wish],
        ledger: &mut Ledger,
    ) -> Result<Outcome, Failure> {
        let request = KeepBasket {
            groups: groups_of(wishes)?,
            lang: Lang::Ko,
            near: None,
            instead: instead.map(|basket| named(&ledger.baskets()[basket])),
            network: Some(NETWORK),
        };
        // What is brought is planned by what the shelves show.
        self.shop.catch_up().await?;
        match Box::pin(self.shop.keep_basket(request)).await {
            Ok(Placed { number, token }) => {
                ledger.take_over_basket(number, token, instead, wishes);
                Ok(Outcome::Done)
            }
            Err(error) => outcome(Err(error)),
        }
    }

    /// Where a basket is not kept as the ledger says, or is kept no more.
    pub(super) async fn basket_differences(&self, ledger: &Ledger) -> Result<Vec<String>, Failure> {
        let mut wrong = Vec::new();
        for basket in ledger.baskets().iter().rev().take(LOOKED_AT) {
            let kept = self.shop.kept_basket(&Viewer::new(Lang::Ko), &named(basket)).await?;
            let shown = kept.map(shown).transpose()?;
            let expected = ledger.is_kept(basket).then(|| {
                let group = |group: &Wish| (group.way, group.store, summed(&group.lines));
                let groups: Vec<Group> = basket.groups.iter().map(group).collect();
                ((basket.until - ledger.now) / 1_000, !basket.extended, groups)
            });
            if shown != expected {
                wrong.push(format!("{}: {shown:?}, the model has {expected:?}", basket.number));
            }
        }
        Ok(wrong)
    }
}

/// What opens a basket.
pub(super) fn named(basket: &Basket) -> Placed {
    Placed { number: basket.number.clone(), token: basket.token.clone() }
}

/// Seconds it is kept, whether it can be made longer, and its groups.
fn shown(kept: Kept) -> Result<(i64, bool, Vec<Group>), Failure> {
    let mut groups = Vec::new();
    for group in kept.groups {
        let mut lines = Vec::new();
        for line in &group.lines {
            lines.push((sku_of(line.sku.as_str())?, line.quantity.get()));
        }
        groups.push((group.offer.way, place_of(&group.offer.store)?, summed(&lines)));
    }
    Ok((kept.seconds, kept.can_extend, groups))
}
