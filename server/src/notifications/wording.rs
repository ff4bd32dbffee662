//! The sentences of each message, written twice: Korean and English say the same, each in its own way.

use jiff::civil::{Date, DateTime};
use onshelf_domain::{hangul::with_josa, words::weekday};
use onshelf_vocabulary::{
    Lang,
    fulfilment::{
        ReservationLineView,
        ReservationStatus::{
            Cancelled, Collected, Delivered, Expired, InTransfer, NotFound, OutForDelivery, Pending, Picking,
            Placed, Ready,
        },
    },
};

use super::letter::Occasion;

pub(super) struct Wording {
    pub(super) subject: String,
    pub(super) heading: String,
    pub(super) lead: Vec<String>,
    /// For a telephone.
    pub(super) short: String,
}

/// What the sentences are made of.
struct Parts<'a> {
    brand: &'a str,
    name: &'a str,
    store: &'a str,
    code: &'a str,
    /// "법랑 주전자 외 1가지", "Enamel kettle and 1 more".
    things: String,
    /// The same of what was not found, where that is only part of it.
    missing: Option<String>,
    /// More than one piece.
    several: bool,
    ready: String,
    until: String,
    page: String,
}

/// None where there is nothing to say.
pub(super) fn of(occasion: &Occasion<'_>) -> Option<Wording> {
    let owned = occasion.owned;
    let parts = Parts {
        brand: occasion.brand,
        name: &owned.view.name,
        store: &owned.view.store.name,
        code: &owned.view.code,
        things: things(owned.lang, &owned.view.lines),
        missing: (!owned.view.missing.is_empty()).then(|| things(owned.lang, &owned.view.missing)),
        several: owned.view.lines.iter().map(|line| line.quantity).sum::<i64>() > 1,
        ready: occasion.moment(owned.ready_by),
        until: occasion.moment(owned.expires_at),
        page: occasion.page(),
    };
    let wording = match (occasion.about, owned.lang) {
        (Pending | Picking | InTransfer | OutForDelivery | Delivered, _) => return None,
        (Placed, Lang::Ko) => parts.placed_ko(),
        (Placed, Lang::En) => parts.placed_en(),
        (Ready, Lang::Ko) => parts.part_of_it(parts.ready_ko(), Lang::Ko),
        (Ready, Lang::En) => parts.part_of_it(parts.ready_en(), Lang::En),
        (Collected, Lang::Ko) => parts.collected_ko(),
        (Collected, Lang::En) => parts.collected_en(),
        (Cancelled, Lang::Ko) => parts.cancelled_ko(),
        (Cancelled, Lang::En) => parts.cancelled_en(),
        (Expired, Lang::Ko) => parts.expired_ko(),
        (Expired, Lang::En) => parts.expired_en(),
        (NotFound, Lang::Ko) => parts.not_found_ko(),
        (NotFound, Lang::En) => parts.not_found_en(),
    };
    Some(wording)
}

/// Why this mail came, below everything.
pub(super) fn reason(lang: Lang, brand: &str) -> String {
    match lang {
        Lang::Ko => {
            format!("{brand}에서 예약할 때 이 주소를 남기셔서 보내 드려요. 광고는 보내지 않아요.")
        }
        Lang::En => format!(
            "You're getting this because you gave this address with a reservation at {brand}. We send no advertising."
        ),
    }
}

/// A day with its date, as a message is read on another day than it was written: `11월 23일(월) 17:40`,
/// `Mon 23 Nov, 17:40`.
pub(super) fn moment(lang: Lang, at: DateTime) -> String {
    let comma = lang.pick("", ",");
    format!("{}{comma} {}", day(lang, at.date()), at.strftime("%H:%M"))
}

/// `11월 23일(월)`, `Mon 23 Nov`.
pub(super) fn day(lang: Lang, date: Date) -> String {
    let weekday = weekday(lang, date.weekday());
    match lang {
        Lang::Ko => format!("{}월 {}일({weekday})", date.month(), date.day()),
        Lang::En => format!("{weekday} {} {}", date.day(), date.strftime("%b")),
    }
}

/// "법랑 주전자 외 1가지", "Enamel kettle and 1 more".
pub(super) fn things<'l>(lang: Lang, lines: impl IntoIterator<Item = &'l ReservationLineView>) -> String {
    let mut lines = lines.into_iter();
    let first = lines.next().map_or_else(
        || lang.pick("고르신 상품", "your things").to_owned(),
        |line| if line.name.is_empty() { line.sku.clone() } else { line.name.clone() },
    );
    match (lines.count(), lang) {
        (0, _) => first,
        (more, Lang::Ko) => format!("{first} 외 {more}가지"),
        (more, Lang::En) => format!("{first} and {more} more"),
    }
}

/// What, where, by when and the number stand below as facts: the paragraphs say what is new and what to do. A message to
/// a telephone has no more than its one paragraph, so there all of it is said in the same order.
impl Parts<'_> {
    fn placed_ko(&self) -> Wording {
        let Parts { brand, name, store, code, things, ready, until, page, .. } = self;
        Wording {
            subject: format!("[{brand}] {store}에 맡아두었어요"),
            heading: "맡아두었어요".to_owned(),
            lead: vec![format!("{name} 님, 준비되면 바로 알려 드릴게요. 계산은 매장에서 하시면 돼요.")],
            short: format!(
                "[{brand}] {} {store}에 맡아두었어요. {ready}까지 준비하고 {until}까지 맡아둘게요. 코드 {code}\n{page}",
                with_josa(things, "을/를")
            ),
        }
    }

    fn placed_en(&self) -> Wording {
        let Parts { brand, name, store, code, things, ready, until, page, .. } = self;
        Wording {
            subject: format!("[{brand}] Held for you at {store}"),
            heading: "It is held for you".to_owned(),
            lead: vec![format!(
                "{name}, we will let you know the moment it is ready. You pay in store, when you collect."
            )],
            short: format!(
                "[{brand}] {things}: held for you at {store}. Ready by {ready}, kept until {until}. Code {code}\n{page}"
            ),
        }
    }

    fn ready_ko(&self) -> Wording {
        let Parts { brand, name, store, code, things, until, page, .. } = self;
        Wording {
            subject: format!("[{brand}] 준비됐어요 · {store}에서 받아 가세요"),
            heading: "준비됐어요. 오시면 돼요".to_owned(),
            lead: vec![format!(
                "{name} 님, 계산대에 준비해 두었어요. 계산은 받아 가실 때 매장에서 하시면 돼요."
            )],
            short: format!(
                "[{brand}] {} {store}에 준비됐어요. {until}까지 받아 가세요. 코드 {code}\n{page}",
                with_josa(things, "이/가")
            ),
        }
    }

    fn ready_en(&self) -> Wording {
        let Parts { brand, name, store, code, things, until, page, .. } = self;
        Wording {
            subject: format!("[{brand}] Ready to collect at {store}"),
            heading: "It is ready for you".to_owned(),
            lead: vec![format!("{name}, it is waiting at the counter. You pay in store, when you collect.")],
            short: format!(
                "[{brand}] {things}: ready to collect at {store}, kept until {until}. Code {code}\n{page}"
            ),
        }
    }

    /// Says what is missing of what is ready, before anybody comes for it.
    fn part_of_it(&self, mut ready: Wording, lang: Lang) -> Wording {
        let Some(missing) = &self.missing else { return ready };
        let said = match lang {
            Lang::Ko => format!(
                "죄송합니다. {} 선반에서 찾지 못해 계산에서 뺐어요. 나머지는 준비해 두었어요.",
                with_josa(missing, "은/는")
            ),
            Lang::En => format!(
                "We are sorry: we could not find {missing}, so you won't be charged for it. The rest is ready."
            ),
        };
        // Who writes stands first in a message to a telephone, whatever it has to say.
        let sender = format!("[{}] ", self.brand);
        let news = ready.short.strip_prefix(&sender).unwrap_or(&ready.short);
        ready.short = format!("{sender}{said} {news}");
        ready.lead.insert(ready.lead.len().min(1), said);
        ready
    }

    fn collected_ko(&self) -> Wording {
        let Parts { brand, name, store, things, .. } = self;
        Wording {
            subject: format!("[{brand}] {store}에서 받아 가셨어요"),
            heading: "받아 가셨어요".to_owned(),
            lead: vec![
                format!("{name} 님, 들러 주셔서 고맙습니다."),
                "교환이나 반품은 매장에서 받으신 영수증으로 도와드려요.".to_owned(),
            ],
            short: format!("[{brand}] {} {store}에서 받아 가셨어요. 고맙습니다.", with_josa(things, "을/를")),
        }
    }

    fn collected_en(&self) -> Wording {
        let Parts { brand, name, store, things, .. } = self;
        Wording {
            subject: format!("[{brand}] Collected at {store}"),
            heading: "Collected".to_owned(),
            lead: vec![
                format!("{name}, thank you for coming by."),
                "Keep the store’s receipt: you need it for an exchange or a return.".to_owned(),
            ],
            short: format!("[{brand}] You collected {things} at {store}. Thank you."),
        }
    }

    fn cancelled_ko(&self) -> Wording {
        let Parts { brand, name, store, things, page, .. } = self;
        Wording {
            subject: format!("[{brand}] {store} 예약이 취소됐어요"),
            heading: "예약이 취소됐어요".to_owned(),
            lead: vec![format!(
                "{name} 님, 맡아두었던 것은 선반에 돌려놓았어요. 결제된 금액이 없으니 더 하실 일은 없어요."
            )],
            short: format!("[{brand}] {store} 예약({things})이 취소됐어요. 결제된 금액은 없어요.\n{page}"),
        }
    }

    fn cancelled_en(&self) -> Wording {
        let Parts { brand, name, store, things, page, .. } = self;
        Wording {
            subject: format!("[{brand}] Your reservation at {store} is cancelled"),
            heading: "Your reservation is cancelled".to_owned(),
            lead: vec![format!(
                "{name}, what we held is back on the shelf. Nothing was charged, and there is nothing left to do."
            )],
            short: format!(
                "[{brand}] Your reservation at {store} ({things}) is cancelled. Nothing was charged.\n{page}"
            ),
        }
    }

    fn expired_ko(&self) -> Wording {
        let Parts { brand, name, store, things, until, page, .. } = self;
        Wording {
            subject: format!("[{brand}] {store}에 맡아둔 시간이 지났어요"),
            heading: "맡아둔 시간이 지났어요".to_owned(),
            lead: vec![
                format!("{name} 님, 받아 갈 기한이 지나 선반에 돌려놓았어요."),
                "아직 필요하시면 지금 어느 매장에 있는지 보고 다시 맡아두실 수 있어요.".to_owned(),
            ],
            short: format!(
                "[{brand}] {store}에 {until}까지 맡아두었던 {} 선반에 돌려놓았어요.\n{page}",
                with_josa(things, "을/를")
            ),
        }
    }

    fn expired_en(&self) -> Wording {
        let Parts { brand, name, store, things, until, page, .. } = self;
        Wording {
            subject: format!("[{brand}] Your reservation at {store} has expired"),
            heading: "Your reservation has expired".to_owned(),
            lead: vec![
                format!("{name}, the time to collect it has passed, and it is back on the shelf."),
                "Still need it? See which store has it now and reserve it again.".to_owned(),
            ],
            short: format!(
                "[{brand}] {store} kept {things} for you until {until}; it is back on the shelf now.\n{page}"
            ),
        }
    }

    fn not_found_ko(&self) -> Wording {
        let Parts { brand, name, store, things, page, .. } = self;
        let missed = if self.several { "모두 있지는 않았어요" } else { "없었어요" };
        Wording {
            subject: format!("[{brand}] 죄송합니다, {store}에서 찾지 못했어요"),
            heading: "죄송합니다, 찾지 못했어요".to_owned(),
            lead: vec![format!(
                "{name} 님, 직원이 선반을 살펴봤지만 {missed}. 헛걸음하지 않으시도록 예약을 취소하고 바로 알려 드려요. \
                 결제된 금액은 없어요."
            )],
            short: format!(
                "[{brand}] 죄송합니다. {store}에서 {} 찾지 못해 예약을 취소했어요. 결제된 금액은 없어요.\n{page}",
                with_josa(things, "을/를")
            ),
        }
    }

    fn not_found_en(&self) -> Wording {
        let Parts { brand, name, store, things, page, .. } = self;
        let missed = if self.several { "not all of it was there" } else { "it was not there" };
        Wording {
            subject: format!("[{brand}] Sorry: {store} could not find it"),
            heading: "Sorry, we could not find it".to_owned(),
            lead: vec![format!(
                "{name}, the team went through the shelves, but {missed}. We cancelled the reservation and are telling \
                 you now, to save you the trip. Nothing was charged."
            )],
            short: format!(
                "[{brand}] Sorry: {store} could not find {things}, so the reservation is cancelled. \
                 Nothing was charged.\n{page}"
            ),
        }
    }
}
