//! The shop under test, in process, with a clock that moves when told and a chance that comes from the seed.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::Timestamp;
use onshelf_db::{Db, stock::LevelKey};
use onshelf_shop::{
    Error, Once, Settings, Shop, StockRefusal,
    partners::Partner,
    staff::{Associate, NewStaff},
    stock::{CountInput, Movement, SaleInput, SaleLine},
    testing::{FakePayments, request},
};
use onshelf_vocabulary::{
    Lang, Quantity, Sku, StoreCode,
    fulfilment::ReservationRefusal,
    orders::OrderRefusal,
    staff::{BoardDeed, Role, StaffRefusal},
};

use super::{
    Deed, Failure,
    ledger::{Ledger, Outcome, placed, summed},
    orders::{Of, price_of},
    words::{lines_in, told},
};
use crate::drills::{
    clock::{SeededChance, ToldClock},
    ground::{OTHER_STORE, STORE, sku},
};

pub const STORES: [&str; 2] = [STORE, OTHER_STORE];

pub struct Subject {
    pub(super) shop: Shop,
    pub(super) clock: Arc<ToldClock>,
    pub(super) payments: Arc<FakePayments>,
    /// Orders the provider took money for, which the shop does not know yet.
    pub(super) taken: BTreeSet<usize>,
    pub(super) office: Associate,
    /// The serial of the owner's pass as it was shown last, by the group's number.
    pub(super) passes: BTreeMap<String, String>,
    pub(super) till: Partner,
    warehouse: Partner,
    /// Of the second store alone.
    stranger: Partner,
    pub(super) deeds: u64,
}

impl Subject {
    pub async fn open(url: &str, seed: u64) -> Result<Subject, Failure> {
        let clock = Arc::new(ToldClock::new());
        let chance = Arc::new(SeededChance::new(seed ^ 0x5eed));
        let db = Db::open(url).await?;
        let shop = Shop::open(db, clock.clone(), chance, Settings::default()).await?;
        let payments = Arc::new(FakePayments::default());
        shop.take_payments(vec![payments.clone()]);
        shop.add_staff(NewStaff {
            login: "office".to_owned(),
            name: "본사".to_owned(),
            password: "a long password".to_owned(),
            role: Role::HeadOffice,
            stores: Vec::new(),
        })
        .await?;
        let session = shop.sign_in("office", "a long password").await?;
        let office = shop.associate(&session).await?;
        let till = partner(&shop, "pos", None).await?;
        let warehouse = partner(&shop, "stock", None).await?;
        let stranger = partner(&shop, "stock", Some(OTHER_STORE)).await?;
        let (taken, passes) = (BTreeSet::new(), BTreeMap::new());
        Ok(Subject { shop, clock, payments, taken, office, passes, till, warehouse, stranger, deeds: 0 })
    }

    pub fn now(&self) -> i64 {
        self.clock.ms()
    }

    pub async fn close(self) {
        self.shop.db().close().await;
    }

    /// Does it, and hands a booking that was made over to the ledger. An error is a fault and no refusal.
    pub async fn carry_out(&mut self, deed: &Deed, ledger: &mut Ledger) -> Result<Outcome, Failure> {
        self.deeds += 1;
        self.clock.set(ledger.now);
        let once = |route: &str| Once::new("model", route, &format!("k{}", self.deeds), "");
        let done = match deed {
            Deed::Reserve { phone, store, lines } => {
                return self.reserve(*phone, *store, lines, ledger).await;
            }
            Deed::Repeat { booking, changed } => {
                let booking = &ledger.bookings()[*booking];
                let first = (&booking.number, &booking.token);
                let mut asked = ask(booking.phone, booking.store, &booking.lines, &booking.key);
                asked.once = Once::new("model", "reserve", &booking.key, &booking.key);
                if *changed {
                    asked.once = Once::new("model", "reserve", &booking.key, "another");
                }
                match self.shop.reserve(asked).await {
                    Ok(again) if (&again.number, &again.token) != first => return Ok(Outcome::Another),
                    again => again.map(drop),
                }
            }
            Deed::Cancel { booking, right_token } => {
                let booking = &ledger.bookings()[*booking];
                let token = if *right_token { booking.token.as_str() } else { "no such token" };
                self.shop.cancel_reservation(Lang::Ko, &booking.number, token, None).await.map(drop)
            }
            Deed::Board { booking, store, deed } => {
                let number = ledger.bookings()[*booking].number.clone();
                let done = self.shop.do_on_board(&self.office, STORES[*store], &number, *deed).await;
                let waits = matches!(deed, BoardDeed::MarkReady | BoardDeed::TakeBack | BoardDeed::Arrive);
                if done.is_ok() && waits {
                    self.see_how_long(*booking, ledger).await?;
                }
                done
            }
            Deed::Pick { booking, store, pick } => {
                let number = ledger.bookings()[*booking].number.clone();
                let (store, told) = (STORES[*store], told(pick)?);
                let done = self.shop.report_on_board(&self.office, store, &number, &told, None).await;
                if done.is_ok() {
                    self.see_how_long(*booking, ledger).await?;
                }
                done
            }
            Deed::Sell { store, lines } => {
                let sale = sale(*store, lines, None)?;
                self.shop.record_sale(&self.till, &once("sell"), sale).await.map(drop)
            }
            Deed::Collect { booking, store } => {
                let number = ledger.bookings()[*booking].number.clone();
                let sale = sale(*store, &[], Some(number))?;
                self.shop.record_sale(&self.till, &once("sell"), sale).await.map(drop)
            }
            Deed::ByPass { booking, store } => return self.show_pass(*booking, *store, ledger).await,
            Deed::Count { store, sku: index, on_hand, minutes_ago } => {
                let (store, sku) = (StoreCode::new(STORES[*store])?, Sku::new(sku(*index))?);
                let counted_at = ledger.now - minutes_ago * 60_000;
                let input = CountInput { store, sku, on_hand: *on_hand, counted_at };
                self.shop.count_stock(&self.warehouse, &once("count"), input).await.map(drop)
            }
            Deed::Move { store, lines } => {
                let lines = movements(*store, lines)?;
                self.shop.move_stock(&self.warehouse, &once("move"), lines).await.map(drop)
            }
            Deed::Trespass { sku } => {
                let lines = movements(0, &[(*sku, 1)])?;
                self.shop.move_stock(&self.stranger, &once("move"), lines).await.map(drop)
            }
            Deed::Expire => self.shop.expire_reservations().await.map(drop),
            Deed::Wait { .. } => Ok(()),
            Deed::OfOrder(deed) => return self.carry_out_order(deed, ledger).await,
            Deed::OfBasket(deed) => return self.carry_out_basket(deed, ledger).await,
            Deed::KeepHouse => {
                self.shop.catch_up().await?;
                self.shop.keep_house().await.map(drop)
            }
        };
        outcome(done)
    }

    async fn reserve(
        &self,
        phone: usize,
        store: usize,
        lines: &[(usize, i64)],
        ledger: &mut Ledger,
    ) -> Result<Outcome, Failure> {
        let key = format!("booking-{}", self.deeds);
        let mut asked = ask(phone, store, lines, &key);
        asked.once = Once::new("model", "reserve", &key, &key);
        match self.shop.reserve(asked).await {
            Ok(made) => {
                let view = self.shop.reservation(Lang::Ko, &made.number, &made.token).await?;
                let expires_at = view.expires_at.at.parse::<Timestamp>()?.as_millisecond();
                let times = (ledger.now, expires_at);
                ledger.take_over(placed(made.number, made.token, key, (phone, store), lines.to_vec(), times));
                Ok(Outcome::Done)
            }
            Err(error) => outcome(Err(error)),
        }
    }

    /// Until when something is kept that was made ready: longer where that was late, never shorter.
    async fn see_how_long(&self, booking: usize, ledger: &mut Ledger) -> Result<(), Failure> {
        let own = &ledger.bookings()[booking];
        let (number, token, before) = (own.number.clone(), own.token.clone(), own.expires_at);
        if ledger.owner_of(booking).is_some() {
            self.see_owner_of(booking, ledger).await?;
        } else {
            let view = self.shop.reservation(Lang::Ko, &number, &token).await?;
            ledger.keep(booking, view.expires_at.at.parse::<Timestamp>()?.as_millisecond());
        }
        if ledger.bookings()[booking].expires_at < before {
            return Err(format!("{number} is kept shorter than it was to be").into());
        }
        Ok(())
    }

    /// Where shelves and reservations are not what the ledger says.
    pub async fn differences(&self, ledger: &Ledger) -> Result<Vec<String>, Failure> {
        self.clock.set(ledger.now);
        self.shop.catch_up().await?;
        let (book, mut wrong) = (self.shop.book(), Vec::new());
        for (store, index, available) in ledger.levels() {
            let store_id = book.stores.by_code(STORES[store]).map_or(0, |store| store.id);
            let variant_id = book.catalogue.variant(&sku(index)).map_or(0, |variant| variant.id);
            let shown = self.shop.shelves().available(store_id, variant_id, self.shop.now());
            let mut reader = self.shop.db().reader().await?;
            let key = LevelKey { store_id, variant_id };
            let level = onshelf_db::stock::level(&mut reader.tx(), key).await?;
            let (on_hand, expected) = (level.map_or(0, |level| level.on_hand), ledger.on_hand(store, index));
            if (shown, on_hand) != (available, expected) {
                wrong.push(format!(
                    "{} at {}: {on_hand} on hand and {shown} available; the model has {expected} and {available}",
                    sku(index),
                    STORES[store]
                ));
            }
        }
        let alone = ledger.bookings().iter().rev().filter(|booking| booking.of == Of::Itself);
        for booking in alone.take(8) {
            let view = self.shop.reservation(Lang::Ko, &booking.number, &booking.token).await?;
            let (lines, missing) = (lines_in(&view.lines)?, lines_in(&view.missing)?);
            let shown = (view.status.code(), lines, missing, view.total.amount);
            let (lines, missing) = (booking.lines.clone(), summed(&booking.missing));
            let total = price_of(&lines);
            let expected = (ledger.status(booking).code(), lines, missing, total);
            if shown != expected {
                wrong.push(format!("{} is {shown:?}, the model has {expected:?}", booking.number));
            }
        }
        wrong.extend(self.order_differences(ledger).await?);
        wrong.extend(self.basket_differences(ledger).await?);
        Ok(wrong)
    }

    pub async fn audit(&self) -> Result<Vec<String>, Failure> {
        Ok(onshelf_shop::ledger::faults(self.shop.db(), self.shop.now()).await?)
    }
}

async fn partner(shop: &Shop, scope: &str, store: Option<&str>) -> Result<Partner, Failure> {
    let store = store.map(StoreCode::new).transpose()?;
    let token = shop.create_token(scope, store.as_ref()).await?;
    shop.partner(&token).await?.ok_or_else(|| "a token just made is not known".into())
}

fn ask(phone: usize, store: usize, lines: &[(usize, i64)], key: &str) -> onshelf_shop::fulfilment::Reserve {
    let names: Vec<(String, i64)> = lines.iter().map(|(index, units)| (sku(*index), *units)).collect();
    let lines: Vec<(&str, i64)> = names.iter().map(|(sku, units)| (sku.as_str(), *units)).collect();
    request(&phone_of(phone), STORES[store], &lines, key)
}

pub fn phone_of(phone: usize) -> String {
    format!("0101234{phone:04}")
}

fn sale(store: usize, lines: &[(usize, i64)], reservation: Option<String>) -> Result<SaleInput, Failure> {
    let lines = lines
        .iter()
        .map(|(index, units)| {
            Ok(SaleLine { sku: Sku::new(sku(*index))?, quantity: Quantity::try_from(*units)? })
        })
        .collect::<Result<Vec<_>, Failure>>()?;
    let store = StoreCode::new(STORES[store])?;
    Ok(SaleInput { store, receipt: "model".to_owned(), lines, reservation })
}

fn movements(store: usize, lines: &[(usize, i64)]) -> Result<Vec<Movement>, Failure> {
    lines
        .iter()
        .map(|(index, delta)| {
            let (store, sku) = (StoreCode::new(STORES[store])?, Sku::new(sku(*index))?);
            let (reason, reference) = ("transfer".to_owned(), "model".to_owned());
            Ok(Movement { store, sku, delta: *delta, reason, reference })
        })
        .collect()
}

pub fn outcome(done: Result<(), Error>) -> Result<Outcome, Failure> {
    Ok(match done {
        Ok(()) => Outcome::Done,
        Err(Error::NotFound) => Outcome::NotFound,
        Err(Error::KeyReused) => Outcome::KeyReused,
        Err(Error::Reservation(ReservationRefusal::OutOfStock { .. })) => Outcome::Short,
        Err(Error::Reservation(ReservationRefusal::TooMany { .. })) => Outcome::TooMany,
        Err(Error::Reservation(ReservationRefusal::WrongState { .. })) => Outcome::WrongState,
        Err(Error::Reservation(ReservationRefusal::Invalid { .. })) => Outcome::Miscounted,
        Err(Error::Order(OrderRefusal::OutOfStock { .. })) => Outcome::Short,
        Err(Error::Order(OrderRefusal::TooMany { .. })) => Outcome::TooMany,
        Err(Error::Order(OrderRefusal::WrongState { .. })) => Outcome::WrongState,
        Err(Error::Order(OrderRefusal::HoldOver)) => Outcome::HoldOver,
        Err(Error::Order(OrderRefusal::ExtendedBefore)) => Outcome::ExtendedBefore,
        Err(Error::Order(OrderRefusal::PickingBegun)) => Outcome::PickingBegun,
        Err(Error::Order(OrderRefusal::RefundTooMuch { .. })) => Outcome::RefundTooMuch,
        Err(Error::Order(OrderRefusal::Pass(_))) => Outcome::Closed,
        Err(Error::Stock(StockRefusal::NotEnough { .. })) => Outcome::NotEnough,
        Err(Error::Stock(StockRefusal::BadLines)) => Outcome::NoLines,
        Err(Error::Stock(StockRefusal::NotYours) | Error::Staff(StaffRefusal::NotYours)) => Outcome::NotYours,
        Err(other) => return Err(other.into()),
    })
}
