//! When an order's owner is told what, and the letter it becomes.

use jiff::Timestamp;
use onshelf_app::fulfilment::calendar::Entry;
use onshelf_domain::hangul::with_josa;
use onshelf_shop::{jobs::OrderNews, orders::OrderNotice};
use onshelf_vocabulary::{
    Lang, Moment, Money,
    fulfilment::{ReservationStatus, Way},
    orders::{GroupView, OrderView},
    payments::PaymentView,
    stores::DirectionView,
};

use super::{
    letter::{Counter, Letter, Link, Place, code_word, counter_hint, row},
    order_lost::offers,
    order_wording::{Said, said},
    wording::{self, things},
};

/// Everything a letter about an order is written from.
pub(super) struct Occasion<'a> {
    pub(super) notice: &'a OrderNotice,
    pub(super) about: OrderNews,
    /// The part it is about; the first one where it is about all.
    pub(super) group: &'a GroupView,
    pub(super) brand: &'a str,
    /// Without a slash at the end.
    pub(super) public_url: &'a str,
    pub(super) now: Timestamp,
    /// The ways to the store.
    pub(super) directions: Vec<DirectionView>,
}

/// Whether what was to be told has been overtaken: nobody is sent to a counter that keeps nothing for them.
pub(super) fn is_stale(about: OrderNews, notice: &OrderNotice, group: &GroupView) -> bool {
    // What was not found is offered otherwise or refunded: that it was paid stays worth telling.
    let is_given_up =
        |group: &GroupView| matches!(group.status, ReservationStatus::Cancelled | ReservationStatus::Expired);
    let over = notice.view.groups.iter().all(is_given_up);
    match about {
        OrderNews::Placed | OrderNews::Paid | OrderNews::Delayed | OrderNews::Changed => over,
        // That it is ready may have been said by mistake: then it is being picked again.
        OrderNews::Ready | OrderNews::Reminder => {
            group.status.is_over() || group.status == ReservationStatus::Picking
        }
        OrderNews::Offered => offers(notice, group).next().is_none(),
        // It was said by mistake, and waits at the counter again.
        OrderNews::Collected => group.status == ReservationStatus::Ready,
        // Lost, or come back, before anybody was told that it left.
        OrderNews::OutForDelivery => group.status == ReservationStatus::NotFound,
        // It could not be delivered, and has come back.
        OrderNews::Refunded => arrived(&notice.view).amount <= 0,
        _ => false,
    }
}

/// What went back and is there: what is under way, or owed again, is not told as given back.
const fn arrived(view: &OrderView) -> Money {
    let PaymentView { refunded, returning, owed, .. } = &view.payment;
    Money::new(
        refunded.amount.saturating_sub(returning.amount).saturating_sub(owed.amount),
        refunded.currency,
    )
}

/// Whether news about the whole order are about this group: what ended otherwise, or was swapped for another, has had
/// its own.
pub(super) fn concerns(about: OrderNews, group: &GroupView) -> bool {
    match (about, group.status) {
        (OrderNews::Cancelled, status) => status == ReservationStatus::Cancelled,
        (OrderNews::Expired, status) => status == ReservationStatus::Expired,
        (OrderNews::Placed | OrderNews::Paid | OrderNews::Changed, status) => {
            status != ReservationStatus::Cancelled
        }
        _ => true,
    }
}

pub(super) fn compose(occasion: &Occasion<'_>) -> Letter {
    let (view, lang, group) = (&occasion.notice.view, occasion.notice.lang, occasion.group);
    let Said { heading, lead } = said(occasion);
    let page = occasion.page();
    let groups: Vec<&GroupView> = match occasion.about {
        OrderNews::Ready
        | OrderNews::Reminder
        | OrderNews::Delayed
        | OrderNews::OutForDelivery
        | OrderNews::Delivered
        | OrderNews::Collected
        | OrderNews::Offered
        | OrderNews::NotFound => vec![group],
        about => view.groups.iter().filter(|group| concerns(about, group)).collect(),
    };
    let total = groups.iter().map(|group| group.total.amount).sum();
    // Only a part of it, with what it costs: the whole order's sum would not be the sum of what stands there.
    let total =
        if groups.len() < view.groups.len() { Money::new(total, view.total.currency) } else { view.total };
    let mut facts = facts(occasion, &groups);
    let counter = counter(occasion);
    let short = short(occasion, &heading, &lead, &facts, counter.as_ref());
    facts.push((lang.pick("주문 번호", "Order"), view.number.clone()));
    Letter {
        lang,
        brand: occasion.brand.to_owned(),
        home: occasion.address("/"),
        subject: format!("[{}] {heading} ({})", occasion.brand, view.number),
        heading,
        lead,
        counter,
        facts,
        lines: groups
            .iter()
            .flat_map(|group| &group.lines)
            .map(|line| row(lang, line, |path| occasion.address(path)))
            .collect(),
        total: (lang.pick("합계", "Total"), total.display()),
        action: Link { label: action(occasion).to_owned(), href: page.clone() },
        cancel: aside(occasion, &page),
        store: place(occasion),
        elsewhere: None,
        reason: reason(occasion),
        short,
    }
}

/// For a telephone: what is new and what to do, then the facts and the code, and the link on a line of its own.
fn short(
    occasion: &Occasion<'_>,
    heading: &str,
    lead: &[String],
    facts: &[(&'static str, String)],
    counter: Option<&Counter>,
) -> String {
    let told = lead.first().map_or("", String::as_str);
    let facts: Vec<String> = facts.iter().map(|(label, value)| format!("{label}: {value}")).collect();
    let code = counter.map(|counter| format!(" · {}: {}", counter.label, counter.code)).unwrap_or_default();
    format!("[{}] {heading}. {told} {}{code}\n{}", occasion.brand, facts.join(" · "), occasion.page())
}

/// Why this mail came, below everything.
fn reason(occasion: &Occasion<'_>) -> String {
    let brand = occasion.brand;
    match occasion.notice.lang {
        Lang::Ko => {
            format!("{brand}에서 주문할 때 이 주소를 남기셔서 보내 드려요. 광고는 보내지 않아요.")
        }
        Lang::En => format!(
            "You're getting this because you gave this address with an order at {brand}. We send no advertising."
        ),
    }
}

/// What else one may want of it: to give it up while that is possible, the receipt once it is had or paid back.
fn aside(occasion: &Occasion<'_>, page: &str) -> Option<Link> {
    let (view, lang) = (&occasion.notice.view, occasion.notice.lang);
    let link = |label: &str, href: String| Some(Link { label: label.to_owned(), href });
    match occasion.about {
        OrderNews::Placed | OrderNews::Paid if view.can_cancel => {
            link(lang.pick("주문 취소하기", "Cancel the order"), format!("{page}#cancel"))
        }
        OrderNews::Collected | OrderNews::Delivered | OrderNews::Refunded if view.payment.paid.amount > 0 => {
            link(lang.pick("영수증 (PDF)", "Receipt (PDF)"), page.replacen('?', "/receipt.pdf?", 1))
        }
        _ => None,
    }
}

impl Occasion<'_> {
    fn address(&self, path: &str) -> String {
        format!("{}{}", self.public_url, self.notice.lang.href(path))
    }

    /// In the store's own time.
    pub(super) fn moment(&self, at: &Moment) -> String {
        let Ok(local) = at.at.parse::<jiff::civil::DateTime>() else { return at.label.clone() };
        wording::moment(self.notice.lang, local)
    }

    /// Whether any of it was paid online: only then is there anything to give back, and else it is paid in store.
    pub(super) fn is_paid(&self) -> bool {
        self.notice.view.payment.paid.amount > 0
    }

    /// Whether there is something to come for.
    fn is_live(&self) -> bool {
        matches!(self.about, OrderNews::Placed | OrderNews::Paid | OrderNews::Ready | OrderNews::Reminder)
    }

    fn page(&self) -> String {
        let path = format!("/orders/{}", self.notice.view.number);
        format!("{}?t={}", self.address(&path), self.notice.token)
    }
}

fn action(occasion: &Occasion<'_>) -> &'static str {
    let lang = occasion.notice.lang;
    match occasion.about {
        OrderNews::Offered => lang.pick("하나 고르기", "Choose"),
        OrderNews::WrongAmount if occasion.notice.view.can_pay => lang.pick("다시 결제하기", "Pay again"),
        _ => lang.pick("주문 보기", "View the order"),
    }
}

/// What, where and by when; the number comes last, where there is room for it.
fn facts(occasion: &Occasion<'_>, groups: &[&GroupView]) -> Vec<(&'static str, String)> {
    let (view, lang) = (&occasion.notice.view, occasion.notice.lang);
    let lines = groups.iter().flat_map(|group| &group.lines);
    let mut facts = vec![(lang.pick("상품", "What"), things(lang, lines))];
    for group in groups {
        facts.push(match (group.way, &group.address) {
            (Way::Delivery, Some(address)) => (lang.pick("배송지", "Going to"), address.line1.clone()),
            _ => (lang.pick("매장", "Where"), group.store.name.clone()),
        });
        facts.extend(times(occasion, group));
    }
    match occasion.about {
        OrderNews::Offered => {
            let offer = offers(occasion.notice, occasion.group).next();
            let by = |offer: &GroupView| {
                (lang.pick("고르실 기한", "Choose by"), occasion.moment(&offer.expires_at))
            };
            facts.extend(offer.map(by));
        }
        OrderNews::PaidTooLate | OrderNews::WrongAmount => {
            facts.push((lang.pick("결제한 금액", "Paid"), view.payment.paid.display()));
        }
        OrderNews::Refunded => {
            facts.push((lang.pick("돌려드린 금액", "Refunded"), arrived(view).display()));
        }
        _ => {}
    }
    facts
}

/// By when it is there and how long it is kept, as far as the news are about it.
fn times(occasion: &Occasion<'_>, group: &GroupView) -> Vec<(&'static str, String)> {
    let lang = occasion.notice.lang;
    let arrives = || (lang.pick("도착", "With you by"), occasion.moment(&group.ready_by));
    let ready = || (lang.pick("준비", "Ready by"), occasion.moment(&group.ready_by));
    let until = || (lang.pick("받아 갈 기한", "Kept until"), occasion.moment(&group.expires_at));
    let ended = |label: &'static str| -> Vec<(&'static str, String)> {
        group.ended_at.iter().map(|at| (label, occasion.moment(at))).collect()
    };
    match occasion.about {
        OrderNews::Placed | OrderNews::Paid | OrderNews::Changed if group.way == Way::Delivery => {
            vec![arrives()]
        }
        OrderNews::OutForDelivery => vec![arrives()],
        OrderNews::Placed | OrderNews::Paid | OrderNews::Changed => vec![ready(), until()],
        OrderNews::Ready | OrderNews::Reminder | OrderNews::Expired => vec![until()],
        OrderNews::Collected => ended(lang.pick("받아 가신 때", "Collected")),
        OrderNews::Delivered => ended(lang.pick("도착한 때", "Delivered")),
        _ => Vec::new(),
    }
}

/// What is shown at the counter or the car, where there is something to collect.
fn counter(occasion: &Occasion<'_>) -> Option<Counter> {
    let (group, lang) = (occasion.group, occasion.notice.lang);
    let code = group.code.clone().filter(|_| occasion.is_live())?;
    let (from, until) = (group.ready_by.at.parse().ok()?, group.expires_at.at.parse().ok()?);
    let link = occasion.page();
    let (store, kept) = (&group.store, occasion.moment(&group.expires_at));
    let curbside = group.way == Way::Curbside;
    let (brand, name) = (occasion.brand, &store.name);
    let (title, text) = match (lang, curbside) {
        (Lang::Ko, true) => (
            format!("{brand} {name} 차에서 받기 (코드 {code})"),
            format!("주차하고 주문 페이지에서 ‘도착했어요’를 눌러 주세요. {kept}까지 맡아둘게요.\n{link}"),
        ),
        (Lang::En, true) => (
            format!("To your car at {brand} {name} (code {code})"),
            format!("Once parked, press “I'm here” on the order page. Kept until {kept}.\n{link}"),
        ),
        (Lang::Ko, false) => (
            format!("{brand} {name}에서 픽업 (코드 {code})"),
            format!(
                "계산대에서 코드 {} 보여 주세요. {kept}까지 맡아둘게요.\n{link}",
                with_josa(&code, "을/를")
            ),
        ),
        (Lang::En, false) => (
            format!("Collect at {brand} {name} (code {code})"),
            format!("Show the code {code} at the counter. Kept until {kept}.\n{link}"),
        ),
    };
    // Nobody in a car comes to a counter.
    let hint = if curbside {
        lang.pick("가지고 나온 직원에게 보여 주세요.", "Show it to whoever brings it out to your car.")
    } else {
        counter_hint(lang)
    };
    Some(Counter {
        label: code_word(lang),
        hint,
        scan: group.pass.clone().unwrap_or_else(|| code.clone()),
        event: Entry {
            number: group.id.clone(),
            title,
            text,
            place: format!("{brand} {name}, {}", store.address),
            point: store.point,
            link,
            from,
            until,
            stamp: occasion.now,
            status: group.status,
        },
        code,
    })
}

/// Where it is got: the store and the way there, or the door it is brought to.
fn place(occasion: &Occasion<'_>) -> Place {
    let (lang, group) = (occasion.notice.lang, occasion.group);
    if let (Way::Delivery, Some(address)) = (group.way, &group.address) {
        let town = format!("{} {}", address.city, address.postcode);
        let name = occasion.notice.view.name.clone();
        let lines = [name, address.line1.clone(), address.line2.clone(), town.trim().to_owned()];
        return Place {
            heading: lang.pick("배송지", "Going to").to_owned(),
            lines: lines.into_iter().filter(|line| !line.is_empty()).collect(),
            directions: Vec::new(),
        };
    }
    let store = &group.store;
    let lines = [store.address.clone(), store.phone.clone()];
    Place {
        heading: store.name.clone(),
        lines: lines.into_iter().filter(|line| !line.is_empty()).collect(),
        // Nobody is sent where nothing waits for them; and mail programs do not open `geo:` links.
        directions: occasion
            .directions
            .iter()
            .filter(|way| occasion.is_live() && way.href.starts_with("https://"))
            .map(|way| Link { label: way.label.clone(), href: way.href.clone() })
            .collect(),
    }
}
