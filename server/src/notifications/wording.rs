//! The sentences of each message, written twice: Korean and English say the same, each in its own way.

use onshelf_domain::hangul::with_josa;
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
        Lang::Ko => format!(
            "{brand}에서 예약할 때 이 주소를 남기셔서 보내드리는 안내 메일입니다. 광고는 보내지 않습니다."
        ),
        Lang::En => format!(
            "You get this because this address was given with a reservation at {brand}. We send no advertising."
        ),
    }
}

fn things(lang: Lang, lines: &[ReservationLineView]) -> String {
    let first = lines.first().map_or_else(
        || lang.pick("예약하신 물건", "your things").to_owned(),
        |line| if line.name.is_empty() { line.sku.clone() } else { line.name.clone() },
    );
    match (lines.len().saturating_sub(1), lang) {
        (0, _) => first,
        (more, Lang::Ko) => format!("{first} 외 {more}가지"),
        (more, Lang::En) => format!("{first} and {more} more"),
    }
}

impl Parts<'_> {
    fn placed_ko(&self) -> Wording {
        let Parts { brand, name, store, code, things, ready, until, page, .. } = self;
        Wording {
            subject: format!("[{brand}] {store}에 맡아두었어요 · {ready} 준비"),
            heading: format!("{store}에 맡아두었어요"),
            lead: vec![
                format!(
                    "{name} 님, {} {store}에 맡아두었어요. {ready}까지 준비하고, 준비되면 바로 알려드릴게요.",
                    with_josa(things, "을/를")
                ),
                "계산은 찾으실 때 매장에서 하시면 됩니다.".to_owned(),
            ],
            short: format!(
                "[{brand}] {store}에 {} 맡아두었어요. {ready} 준비, {until}까지 보관. 코드 {code}\n{page}",
                with_josa(things, "을/를")
            ),
        }
    }

    fn placed_en(&self) -> Wording {
        let Parts { brand, name, store, code, things, ready, until, page, .. } = self;
        Wording {
            subject: format!("[{brand}] Set aside at {store} · ready by {ready}"),
            heading: format!("Set aside at {store}"),
            lead: vec![
                format!(
                    "{name}, {store} is keeping {things} for you. It will be ready by {ready}, and we will write \
                     the moment it is."
                ),
                "You pay at the store when you collect.".to_owned(),
            ],
            short: format!(
                "[{brand}] {store} is keeping {things} for you. Ready by {ready}, kept until {until}. \
                 Code {code}\n{page}"
            ),
        }
    }

    fn ready_ko(&self) -> Wording {
        let Parts { brand, name, store, code, things, until, page, .. } = self;
        Wording {
            subject: format!("[{brand}] 준비됐어요 · {store}에서 찾아가세요"),
            heading: "준비됐어요, 찾으러 오세요".to_owned(),
            lead: vec![
                format!(
                    "{name} 님, {} {store} 카운터에 준비해 두었어요. 코드 {} 보여주시면 바로 드립니다.",
                    with_josa(things, "을/를"),
                    with_josa(code, "을/를")
                ),
                format!("{until}까지 맡아둘게요. 계산은 매장에서 하시면 됩니다."),
            ],
            short: format!(
                "[{brand}] {} {store}에 준비됐어요. {until}까지 찾아가세요. 코드 {code}\n{page}",
                with_josa(things, "이/가")
            ),
        }
    }

    fn ready_en(&self) -> Wording {
        let Parts { brand, name, store, code, things, until, page, .. } = self;
        Wording {
            subject: format!("[{brand}] Ready to collect at {store}"),
            heading: format!("Ready for you at {store}"),
            lead: vec![
                format!(
                    "{name}, your reservation ({things}) is waiting at the counter of {store}. Show the code {code} \
                     and it is yours."
                ),
                format!("We keep it until {until}. You pay at the store."),
            ],
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
                "죄송합니다. {} 선반에서 찾지 못해 계산에서 뺐어요. 찾은 것만 준비해 두었습니다.",
                with_josa(missing, "은/는")
            ),
            Lang::En => format!(
                "We are sorry: {missing} could not be found, and you do not pay for it. What is ready is the rest."
            ),
        };
        ready.short = format!("{said} {}", ready.short);
        ready.lead.insert(ready.lead.len().min(1), said);
        ready
    }

    fn collected_ko(&self) -> Wording {
        let Parts { brand, name, store, things, .. } = self;
        Wording {
            subject: format!("[{brand}] {store}에서 찾아가셨어요. 고맙습니다"),
            heading: "찾아가 주셔서 고맙습니다".to_owned(),
            lead: vec![
                format!("{name} 님, {store}에서 {} 건네드렸어요.", with_josa(things, "을/를")),
                "교환이나 반품은 매장에서 받으신 영수증으로 도와드립니다.".to_owned(),
            ],
            short: format!("[{brand}] {store}에서 {} 건네드렸어요. 고맙습니다.", with_josa(things, "을/를")),
        }
    }

    fn collected_en(&self) -> Wording {
        let Parts { brand, name, store, things, .. } = self;
        Wording {
            subject: format!("[{brand}] Collected at {store}. Thank you"),
            heading: "Collected. Thank you for coming by".to_owned(),
            lead: vec![
                format!("{name}, you collected {things} at {store}."),
                "Keep the store’s receipt: it is what an exchange or a return needs.".to_owned(),
            ],
            short: format!("[{brand}] You collected {things} at {store}. Thank you."),
        }
    }

    fn cancelled_ko(&self) -> Wording {
        let Parts { brand, name, store, things, page, .. } = self;
        Wording {
            subject: format!("[{brand}] {store} 예약이 취소됐어요"),
            heading: "예약이 취소됐어요".to_owned(),
            lead: vec![
                format!(
                    "{name} 님, {store}에 맡아두었던 {} 선반으로 돌려놓았어요.",
                    with_josa(things, "을/를")
                ),
                "결제된 금액이 없으니 더 하실 일은 없습니다.".to_owned(),
            ],
            short: format!("[{brand}] {store} 예약({things})이 취소됐어요. 결제된 금액은 없습니다.\n{page}"),
        }
    }

    fn cancelled_en(&self) -> Wording {
        let Parts { brand, name, store, things, page, .. } = self;
        Wording {
            subject: format!("[{brand}] Your reservation at {store} is cancelled"),
            heading: "Your reservation is cancelled".to_owned(),
            lead: vec![
                format!("{name}, what {store} was keeping for you ({things}) is back on the shelf."),
                "Nothing was charged, so there is nothing left to do.".to_owned(),
            ],
            short: format!(
                "[{brand}] Your reservation at {store} ({things}) is cancelled. Nothing was charged.\n{page}"
            ),
        }
    }

    fn expired_ko(&self) -> Wording {
        let Parts { brand, name, store, things, until, page, .. } = self;
        Wording {
            subject: format!("[{brand}] {store} 예약의 보관 기간이 끝났어요"),
            heading: "보관 기간이 끝났어요".to_owned(),
            lead: vec![
                format!(
                    "{name} 님, {store}에서 {until}까지 {} 맡아두었다가 선반으로 돌려놓았어요.",
                    with_josa(things, "을/를")
                ),
                "아직 필요하시면 지금 어느 매장에 있는지 보고 다시 맡아두실 수 있어요.".to_owned(),
            ],
            short: format!(
                "[{brand}] {store} 예약({things})의 보관 기간이 {until}에 끝나 선반으로 돌려놓았어요.\n{page}"
            ),
        }
    }

    fn expired_en(&self) -> Wording {
        let Parts { brand, name, store, things, until, page, .. } = self;
        Wording {
            subject: format!("[{brand}] Your reservation at {store} has run out"),
            heading: "Your reservation has run out".to_owned(),
            lead: vec![
                format!(
                    "{name}, {store} kept {things} for you until {until} and has put it back on the shelf."
                ),
                "Still need it? See which store has it now and reserve it again.".to_owned(),
            ],
            short: format!(
                "[{brand}] {store} kept {things} for you until {until}; it is back on the shelf now.\n{page}"
            ),
        }
    }

    fn not_found_ko(&self) -> Wording {
        let Parts { brand, name, store, things, page, .. } = self;
        let missed = if self.several { "모두 찾지는 못했어요" } else { "찾지 못했어요" };
        Wording {
            subject: format!("[{brand}] 죄송합니다, {store}에서 물건을 찾지 못했어요"),
            heading: "죄송합니다, 찾지 못했어요".to_owned(),
            lead: vec![
                format!(
                    "{name} 님, {store} 직원이 선반을 살펴봤지만 {} {missed}. 헛걸음하지 않으시도록 \
                     예약을 닫고 바로 알려드립니다.",
                    with_josa(things, "을/를")
                ),
                "결제된 금액은 없습니다.".to_owned(),
            ],
            short: format!(
                "[{brand}] 죄송합니다. {store}에서 {} 찾지 못해 예약을 닫았어요. 결제된 금액은 없습니다.\n{page}",
                with_josa(things, "을/를")
            ),
        }
    }

    fn not_found_en(&self) -> Wording {
        let Parts { brand, name, store, things, page, .. } = self;
        let missed = if self.several { format!("all of it ({things})") } else { things.clone() };
        Wording {
            subject: format!("[{brand}] Sorry: {store} could not find what you reserved"),
            heading: "Sorry, we could not find it".to_owned(),
            lead: vec![
                format!(
                    "{name}, the team at {store} went through the shelves but could not find {missed}. \
                     We closed the reservation and tell you now, so that you do not come for nothing."
                ),
                "Nothing was charged.".to_owned(),
            ],
            short: format!(
                "[{brand}] Sorry: {store} could not find {things}, so the reservation is closed. \
                 Nothing was charged.\n{page}"
            ),
        }
    }
}
