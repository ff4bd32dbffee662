//! What an order's owner is told, in their language, and the letter it becomes.

use jiff::Timestamp;
use onshelf_domain::{hangul::with_josa, words};
use onshelf_shop::{jobs::OrderNews, orders::OrderNotice};
use onshelf_vocabulary::{
    Lang, Moment, Money,
    fulfilment::{ReservationLineView, ReservationStatus, Way},
    orders::GroupView,
    stores::DirectionView,
};

use super::{
    letter::{Counter, Event, Letter, Link, Place, Row, encode},
    order_lost::{lost, offers},
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

/// Subject and heading, the paragraphs, and what a telephone shows.
pub(super) struct Said {
    pub(super) heading: String,
    pub(super) lead: Vec<String>,
}

/// Whether what was to be told has been overtaken: nobody is sent to a counter that keeps nothing for them.
pub(super) fn is_stale(about: OrderNews, notice: &OrderNotice, group: &GroupView) -> bool {
    // What was not found is offered otherwise or refunded: that it was paid stays worth telling.
    let is_given_up =
        |group: &GroupView| matches!(group.status, ReservationStatus::Cancelled | ReservationStatus::Expired);
    let over = notice.view.groups.iter().all(is_given_up);
    match about {
        OrderNews::Placed | OrderNews::Paid | OrderNews::Delayed | OrderNews::Changed => over,
        OrderNews::Ready | OrderNews::Reminder => group.status.is_over(),
        OrderNews::Offered => offers(notice, group).next().is_none(),
        _ => false,
    }
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
    let subject = format!("[{}] {heading} ({})", occasion.brand, view.number);
    let short = format!("[{}] {heading}. {} {page}", occasion.brand, lead.first().map_or("", String::as_str));
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
    Letter {
        lang,
        brand: occasion.brand.to_owned(),
        home: occasion.address("/"),
        subject,
        heading,
        lead,
        counter: counter(occasion),
        facts: facts(occasion),
        lines: groups.iter().flat_map(|group| &group.lines).map(|line| row(occasion, line)).collect(),
        total: (lang.pick("합계", "Total"), total.display(lang)),
        action: Link { label: action(occasion).to_owned(), href: page.clone() },
        cancel: aside(occasion, &page),
        store: place(occasion),
        elsewhere: None,
        reason: match lang {
            Lang::Ko => format!(
                "{}에서 주문할 때 이 주소를 남기셔서 보내드리는 안내 메일입니다. 광고는 보내지 않습니다.",
                occasion.brand
            ),
            Lang::En => format!(
                "You get this because this address was given with an order at {}. We send no advertising.",
                occasion.brand
            ),
        },
        short,
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

    /// A day with its date, as a message is read on another day than it was written; in the store's own time.
    pub(super) fn moment(&self, moment: &Moment) -> String {
        let Ok(at) = moment.at.parse::<jiff::civil::DateTime>() else { return moment.label.clone() };
        let (lang, time) = (self.notice.lang, at.strftime("%H:%M"));
        let day = words::weekday(lang, at.weekday());
        match lang {
            Lang::Ko => format!("{}월 {}일({day}) {time}", at.month(), at.day()),
            Lang::En => format!("{day} {} {}, {time}", at.day(), at.strftime("%b")),
        }
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

fn said(occasion: &Occasion<'_>) -> Said {
    let view = &occasion.notice.view;
    let group = occasion.group;
    let (ready, kept) = (occasion.moment(&group.ready_by), occasion.moment(&group.expires_at));
    let store = &group.store.name;
    let refunded = view.payment.refunded.display(occasion.notice.lang);
    let paid = view.payment.paid.display(occasion.notice.lang);
    let delivered = group.way == Way::Delivery;
    let (heading, lead) = match (occasion.about, occasion.notice.lang) {
        (OrderNews::Placed, Lang::Ko) => (
            "주문을 받았어요".to_owned(),
            format!(
                "{store}에서 {ready}까지 준비하고 {kept}까지 맡아 둡니다. 계산은 매장에서 하시면 됩니다."
            ),
        ),
        (OrderNews::Placed, Lang::En) => (
            "We have your order".to_owned(),
            format!("{store} has it ready by {ready} and keeps it until {kept}. You pay at the store."),
        ),
        (OrderNews::Paid, Lang::Ko) if delivered => (
            "결제가 끝났어요".to_owned(),
            format!("{paid}을 결제했습니다. {ready}까지 댁으로 보내 드릴게요."),
        ),
        (OrderNews::Paid, Lang::En) if delivered => {
            ("Payment received".to_owned(), format!("You paid {paid}. It will be with you by {ready}."))
        }
        (OrderNews::Paid, Lang::Ko) => (
            "결제가 끝났어요".to_owned(),
            format!("{paid}을 결제했습니다. {store}에서 {ready}까지 준비하고, 준비되면 알려 드릴게요."),
        ),
        (OrderNews::Paid, Lang::En) => (
            "Payment received".to_owned(),
            format!("You paid {paid}. {store} has it ready by {ready}, and we tell you when it is."),
        ),
        (OrderNews::PaidTooLate, Lang::Ko) => (
            "결제한 돈을 돌려드려요".to_owned(),
            format!(
                "맡아 둔 시간이 지난 뒤에 결제되어 남은 상품이 없었습니다. {paid} 전액을 바로 돌려드립니다."
            ),
        ),
        (OrderNews::PaidTooLate, Lang::En) => (
            "Your payment goes back".to_owned(),
            format!(
                "It was paid after the hold had run out and nothing was left. All of {paid} goes back at once."
            ),
        ),
        (OrderNews::WrongAmount, Lang::Ko) => (
            "결제 금액이 맞지 않았어요".to_owned(),
            format!(
                "주문과 다른 금액이 결제되어 {paid}을 바로 돌려드립니다. 주문 페이지에서 다시 결제해 주세요."
            ),
        ),
        (OrderNews::WrongAmount, Lang::En) => (
            "The amount did not match".to_owned(),
            format!(
                "Another amount was paid than ordered: {paid} goes back at once. You can pay again on the order's page."
            ),
        ),
        (OrderNews::Delayed, Lang::Ko) => (
            "조금 늦어지고 있어요".to_owned(),
            format!(
                "{store}에서 아직 준비하고 있습니다. 약속한 시간을 지키지 못해 죄송합니다. 준비되는 대로 알려 드릴게요."
            ),
        ),
        (OrderNews::Delayed, Lang::En) => (
            "It takes a little longer".to_owned(),
            format!(
                "{store} is still preparing it. We are sorry for missing the time we promised, and tell you the moment it is ready."
            ),
        ),
        (OrderNews::Ready, _) => ready_said(occasion, store, &kept),
        (OrderNews::Reminder, Lang::Ko) => (
            "곧 맡아 둔 시간이 끝나요".to_owned(),
            format!(
                "{store}에서 {kept}까지만 맡아 둡니다. 그 뒤에는 선반에 돌려놓고, 결제한 돈은 돌려드립니다."
            ),
        ),
        (OrderNews::Reminder, Lang::En) => (
            "We can keep it only a little longer".to_owned(),
            format!(
                "{store} keeps it until {kept}. After that it goes back on the shelf, and what you paid goes back to you."
            ),
        ),
        (OrderNews::OutForDelivery, Lang::Ko) => {
            ("배송을 시작했어요".to_owned(), format!("{store}에서 출발했습니다. {ready}까지 도착합니다."))
        }
        (OrderNews::OutForDelivery, Lang::En) => {
            ("It is out for delivery".to_owned(), format!("It has left {store} and is with you by {ready}."))
        }
        (OrderNews::Delivered, Lang::Ko) => (
            "배송을 마쳤어요".to_owned(),
            "마음에 들지 않으면 가까운 어느 매장에서나 반품하실 수 있어요.".to_owned(),
        ),
        (OrderNews::Delivered, Lang::En) => (
            "It was delivered".to_owned(),
            "If it is not right, bring it back to any of our stores.".to_owned(),
        ),
        (OrderNews::Collected, Lang::Ko) => {
            ("찾아가셨어요".to_owned(), format!("{store}에 들러 주셔서 고맙습니다."))
        }
        (OrderNews::Collected, Lang::En) => {
            ("Collected".to_owned(), format!("Thank you for coming by {store}."))
        }
        (OrderNews::Offered | OrderNews::NotFound, _) => return lost(occasion),
        (OrderNews::Changed, Lang::Ko) if delivered => {
            ("주문을 바꿨어요".to_owned(), format!("{store}에서 보내 {ready}까지 댁에 도착합니다."))
        }
        (OrderNews::Changed, Lang::En) if delivered => {
            ("Your order was changed".to_owned(), format!("{store} sends it, and it is with you by {ready}."))
        }
        (OrderNews::Changed, Lang::Ko) => {
            ("주문을 바꿨어요".to_owned(), format!("{store}에서 {ready}까지 준비합니다."))
        }
        (OrderNews::Changed, Lang::En) => {
            ("Your order was changed".to_owned(), format!("{store} has it ready by {ready}."))
        }
        (OrderNews::Refunded, Lang::Ko) => (
            "돈을 돌려드렸어요".to_owned(),
            format!(
                "지금까지 {} 돌려드렸습니다. 카드사에 따라 며칠 뒤에 보일 수 있어요.",
                with_josa(&refunded, "을/를")
            ),
        ),
        (OrderNews::Refunded, Lang::En) => (
            "We have refunded you".to_owned(),
            format!("{refunded} has been refunded so far. Your bank may show it some days later."),
        ),
        (OrderNews::Cancelled, Lang::Ko) => (
            "주문을 취소했어요".to_owned(),
            "맡아 둔 것은 다시 선반에 놓였고, 결제하신 금액은 돌려드립니다.".to_owned(),
        ),
        (OrderNews::Cancelled, Lang::En) => (
            "Your order was cancelled".to_owned(),
            "What was held is back on the shelf, and what you paid goes back to you.".to_owned(),
        ),
        (OrderNews::Expired, Lang::Ko) => (
            "맡아 둔 시간이 지났어요".to_owned(),
            format!("{kept}까지 맡아 두었다가 다시 선반에 놓았습니다. 결제하신 금액은 돌려드립니다."),
        ),
        (OrderNews::Expired, Lang::En) => (
            "The time ran out".to_owned(),
            format!(
                "We kept it until {kept}, then put it back on the shelf. What you paid goes back to you."
            ),
        ),
    };
    Said { heading, lead: vec![lead] }
}

/// What to do where it stands ready: at the counter, or in the car.
fn ready_said(occasion: &Occasion<'_>, store: &str, kept: &str) -> (String, String) {
    let (lang, curbside) = (occasion.notice.lang, occasion.group.way == Way::Curbside);
    let (heading, sorry) = match (lang, is_part(occasion)) {
        (Lang::Ko, true) => ("찾은 것은 준비됐어요", "모두 찾지는 못해 죄송합니다. "),
        (Lang::En, true) => ("What we found is ready for you", "We are sorry: not all of it was there. "),
        (Lang::Ko, false) => ("준비됐어요. 오시면 됩니다", ""),
        (Lang::En, false) => ("It is ready for you", ""),
    };
    let todo = match (lang, curbside, is_part(occasion)) {
        (Lang::Ko, true, _) => {
            format!("{store}에 주차하고 주문 페이지에서 ‘도착했어요’를 눌러 주세요. 차로 가지고 나갈게요.")
        }
        (Lang::En, true, _) => {
            format!("Park at {store} and press “I'm here” on the order page: we bring it out to your car.")
        }
        (Lang::Ko, false, true) => format!("찾은 것은 {store}에서 코드를 보여 주시면 드려요."),
        (Lang::En, false, true) => format!("Show the code at {store} for what we found."),
        (Lang::Ko, false, false) => format!("{store}에서 코드를 보여 주세요."),
        (Lang::En, false, false) => format!("Show the code at {store}."),
    };
    let until = match lang {
        Lang::Ko => format!("{kept}까지 맡아 둡니다."),
        Lang::En => format!("We keep it until {kept}."),
    };
    (heading.to_owned(), format!("{sorry}{todo} {until}"))
}

/// Whether some of it was not found, which is told by itself.
fn is_part(occasion: &Occasion<'_>) -> bool {
    let own = Some(occasion.group.id.as_str());
    occasion.notice.view.groups.iter().any(|other| other.split_from.as_deref() == own)
}

fn action(occasion: &Occasion<'_>) -> &'static str {
    let lang = occasion.notice.lang;
    match occasion.about {
        OrderNews::Offered => lang.pick("하나 고르기", "Choose"),
        OrderNews::WrongAmount => lang.pick("다시 결제하기", "Pay again"),
        _ => lang.pick("주문 보기", "View the order"),
    }
}

fn facts(occasion: &Occasion<'_>) -> Vec<(&'static str, String)> {
    let (view, lang, group) = (&occasion.notice.view, occasion.notice.lang, occasion.group);
    let mut facts = vec![(lang.pick("주문 번호", "Order"), view.number.clone())];
    match occasion.about {
        OrderNews::Offered => {
            if let Some(offer) = offers(occasion.notice, group).next() {
                facts.push((lang.pick("고르실 때까지", "Choose by"), occasion.moment(&offer.expires_at)));
            }
        }
        OrderNews::Placed | OrderNews::Paid | OrderNews::Changed => {
            facts.push((lang.pick("준비", "Ready by"), occasion.moment(&group.ready_by)));
        }
        OrderNews::Ready | OrderNews::Reminder => {
            facts.push((lang.pick("보관", "Kept until"), occasion.moment(&group.expires_at)));
        }
        OrderNews::Refunded => {
            facts.push((lang.pick("돌려드린 금액", "Refunded"), view.payment.refunded.display(lang)));
        }
        _ => {}
    }
    facts
}

fn row(occasion: &Occasion<'_>, line: &ReservationLineView) -> Row {
    let lang = occasion.notice.lang;
    let price = line.price.display(lang);
    let count = match lang {
        Lang::Ko => format!("{}개 × {price}", line.quantity),
        Lang::En => format!("{} × {price}", line.quantity),
    };
    Row {
        // A product that was taken out of the catalogue since is still called something.
        name: if line.name.is_empty() { line.sku.clone() } else { line.name.clone() },
        note: if line.options.is_empty() { count } else { format!("{} · {count}", line.options) },
        sum: line.price.checked_mul(line.quantity).map(|sum| sum.display(lang)).unwrap_or_default(),
        link: (!line.slug.is_empty()).then(|| occasion.address(&format!("/p/{}", encode(&line.slug)))),
    }
}

const fn counter_words(lang: Lang) -> (&'static str, &'static str) {
    (
        lang.pick("찾을 때 보여줄 코드", "Your code for the counter"),
        lang.pick(
            "카운터에서 코드를 말하거나 QR을 보여주세요.",
            "Say the code or show the QR at the counter.",
        ),
    )
}

/// Nobody in a car comes to a counter: the button that calls somebody out is on the order's page.
const fn kerb_words(lang: Lang) -> (&'static str, &'static str) {
    (
        lang.pick("차에서 보여줄 코드", "Your code at the car"),
        lang.pick(
            "주차하면 ‘주문 보기’에서 ‘도착했어요’를 누르고, 가지고 나온 직원에게 코드를 보여주세요.",
            "Once parked, open “View the order” and press “I'm here”. Show the code to who brings it out.",
        ),
    )
}

/// What is shown at the counter or the car, where there is something to collect.
fn counter(occasion: &Occasion<'_>) -> Option<Counter> {
    let (group, lang) = (occasion.group, occasion.notice.lang);
    let code = group.code.clone().filter(|_| occasion.is_live())?;
    let from = group.ready_by.at.parse().ok()?;
    let (store, kept) = (&group.store, occasion.moment(&group.expires_at));
    let curbside = group.way == Way::Curbside;
    let (brand, name) = (occasion.brand, &store.name);
    let (summary, description) = match (lang, curbside) {
        (Lang::Ko, true) => (
            format!("{brand} {name}에서 차로 받기 (코드 {code})"),
            format!("주차하고 주문 페이지에서 ‘도착했어요’를 눌러 주세요. {kept}까지 맡아둡니다."),
        ),
        (Lang::En, true) => (
            format!("To your car at {brand} {name} (code {code})"),
            format!("Once parked, press “I'm here” on the order page. Kept until {kept}."),
        ),
        (Lang::Ko, false) => (
            format!("{brand} {name}에서 찾기 (코드 {code})"),
            format!("카운터에서 코드 {} 보여주세요. {kept}까지 맡아둡니다.", with_josa(&code, "을/를")),
        ),
        (Lang::En, false) => (
            format!("Collect at {brand} {name} (code {code})"),
            format!("Show the code {code} at the counter. Kept until {kept}."),
        ),
    };
    let (label, hint) = if curbside { kerb_words(lang) } else { counter_words(lang) };
    Some(Counter {
        label,
        hint,
        scan: group.pass.clone().unwrap_or_else(|| code.clone()),
        event: Event {
            number: group.id.clone(),
            summary,
            description,
            place: format!("{} {}, {}", occasion.brand, store.name, store.address),
            link: occasion.page(),
            from,
            stamp: occasion.now,
        },
        code,
    })
}

/// Where it is got: the store and the way there, or the door it is brought to.
fn place(occasion: &Occasion<'_>) -> Place {
    let (lang, group) = (occasion.notice.lang, occasion.group);
    if let (Way::Delivery, Some(address)) = (group.way, &group.address) {
        let town = format!("{} {}", address.city, address.postcode);
        let lines = [address.line1.clone(), address.line2.clone(), town.trim().to_owned()];
        return Place {
            heading: lang.pick("받는 곳", "Going to"),
            name: occasion.notice.view.name.clone(),
            lines: lines.into_iter().filter(|line| !line.is_empty()).collect(),
            directions: Vec::new(),
        };
    }
    let store = &group.store;
    let lines = [store.address.clone(), store.phone.clone()];
    Place {
        heading: lang.pick("매장", "The store"),
        name: store.name.clone(),
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
