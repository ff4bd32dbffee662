//! Kept baskets in the model: what is chosen at checkout is held before anybody has said who they are. Ten minutes, once
//! longer, until it is given back, chosen anew, or an order.

use super::{
    ledger::{Ledger, Outcome, Piece, pieces_of},
    orders::{HOLD, Wish},
};

/// Groups that are kept for one network at a time; all shoppers here come from the same.
const KEPT_AT_ONCE: usize = 20;
/// Baskets that can still be named.
const REMEMBERED: usize = 40;

/// Deeds about baskets, which are named by their place.
#[derive(Clone, Debug)]
pub enum BasketDeed {
    /// `instead` goes back for it.
    Keep {
        instead: Option<usize>,
        wishes: Vec<Wish>,
    },
    Extend {
        basket: usize,
    },
    /// Its shopper leaves.
    LetGo {
        basket: usize,
    },
}

/// A basket the shop has kept. Its number and token are taken over from the shop.
#[derive(Clone, Debug)]
pub struct Basket {
    pub number: String,
    pub token: String,
    /// With the stores they are kept at.
    pub groups: Vec<Wish>,
    /// Its time goes on where it was given back: whoever chooses again has what is left of it.
    pub until: i64,
    pub extended: bool,
    /// Neither given back nor an order.
    kept: bool,
}

impl Ledger {
    pub fn baskets(&self) -> &[Basket] {
        &self.baskets
    }

    pub fn is_kept(&self, basket: &Basket) -> bool {
        basket.kept && self.now < basket.until
    }

    /// What is held for whoever keeps a basket.
    pub(super) fn kept_in(&self, basket: Option<usize>) -> Vec<Wish> {
        let basket = basket.map(|basket| &self.baskets[basket]).filter(|basket| self.is_kept(basket));
        basket.map_or_else(Vec::new, |basket| basket.groups.clone())
    }

    /// What all baskets hold.
    pub(super) fn held_by_baskets(&self) -> impl Iterator<Item = Piece> {
        let kept = self.baskets.iter().filter(|basket| self.is_kept(basket));
        kept.flat_map(|basket| &basket.groups).flat_map(Wish::pieces)
    }

    pub(super) fn expect_basket(&mut self, deed: &BasketDeed) -> Outcome {
        match deed {
            BasketDeed::Keep { instead, wishes } => self.expect_keep(*instead, wishes),
            BasketDeed::Extend { basket } => self.extend_basket(*basket),
            BasketDeed::LetGo { basket } => {
                self.baskets[*basket].kept = false;
                Outcome::Done
            }
        }
    }

    fn expect_keep(&self, instead: Option<usize>, wishes: &[Wish]) -> Outcome {
        let own = self.kept_in(instead);
        if !self.can_be_sent(wishes, &pieces_of(&own)) {
            return Outcome::Short;
        }
        let others = self.baskets.iter().enumerate().filter(|(index, _)| Some(*index) != instead);
        let kept = others.map(|(_, basket)| basket).filter(|basket| self.is_kept(basket));
        if kept.map(|basket| basket.groups.len()).sum::<usize>() >= KEPT_AT_ONCE {
            return Outcome::TooMany;
        }
        let is_there = self.has(&pieces_of(&self.with_stores(wishes, &own)), &pieces_of(&own));
        if is_there { Outcome::Done } else { Outcome::Short }
    }

    fn extend_basket(&mut self, basket: usize) -> Outcome {
        let now = self.now;
        let own = &mut self.baskets[basket];
        if own.until <= now {
            return Outcome::HoldOver;
        }
        if own.extended {
            return Outcome::ExtendedBefore;
        }
        (own.extended, own.until) = (true, now + HOLD);
        Outcome::Done
    }

    /// A basket the shop keeps now: as long as the one in whose place it is had left, where that is not over.
    pub fn take_over_basket(
        &mut self,
        number: String,
        token: String,
        instead: Option<usize>,
        wishes: &[Wish],
    ) {
        let groups = self.with_stores(wishes, &self.kept_in(instead));
        let before = instead.map(|basket| &self.baskets[basket]).filter(|before| before.until > self.now);
        let (until, extended) =
            before.map_or((self.now + HOLD, false), |before| (before.until, before.extended));
        if let Some(basket) = instead {
            self.baskets[basket].kept = false;
        }
        self.baskets.push(Basket { number, token, groups, until, extended, kept: true });
    }

    /// It is an order now, which can be held longer once where the basket was not. Answers whether it was.
    pub(super) fn becomes_an_order(&mut self, basket: Option<usize>) -> bool {
        let Some(basket) = basket.map(|basket| &mut self.baskets[basket]) else { return false };
        basket.kept = false;
        basket.extended
    }

    /// Forgets what is kept no more, but for the youngest.
    pub(super) fn forget_baskets(&mut self) {
        let (count, now) = (self.baskets.len(), self.now);
        if count > REMEMBERED * 2 {
            let mut index = 0;
            self.baskets.retain(|basket| {
                index += 1;
                basket.kept && now < basket.until || index > count - REMEMBERED
            });
        }
    }
}
