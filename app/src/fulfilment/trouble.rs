//! Why a reservation was not made, said at the place where it can be mended, with the ways on.

use axum::http::StatusCode;
use leptos::prelude::*;
use onshelf_domain::hangul::with_josa;
use onshelf_vocabulary::{
    Lang,
    fulfilment::{Elsewhere, Fault, FieldFault, MeasuredFrom, ReservationRefusal, ShortLine},
};

use super::draft::Draft;
use crate::{
    catalog::shelf::{is_itself, way},
    ssr::Visit,
};

/// What stands in the way.
#[derive(Clone, Debug, Default)]
pub(super) enum Trouble {
    #[default]
    None,
    Faults(Vec<FieldFault>),
    Short {
        short: Vec<ShortLine>,
        elsewhere: Vec<Elsewhere>,
    },
    Closed,
    TooMany(u32),
    /// The form was sent before, and then changed.
    Sent,
}

impl Trouble {
    /// A refusal that the form can show; the others belong to pages of their own.
    pub(super) fn of(refusal: ReservationRefusal) -> Option<Trouble> {
        match refusal {
            ReservationRefusal::Invalid { faults } => Some(Trouble::Faults(faults)),
            ReservationRefusal::OutOfStock { short, elsewhere } => Some(Trouble::Short { short, elsewhere }),
            ReservationRefusal::StoreClosed => Some(Trouble::Closed),
            ReservationRefusal::TooMany { limit } => Some(Trouble::TooMany(limit)),
            ReservationRefusal::WrongState { .. } | ReservationRefusal::NotFound => None,
        }
    }

    pub(super) const fn status(&self) -> StatusCode {
        match self {
            Trouble::None => StatusCode::OK,
            Trouble::Faults(_) | Trouble::Sent => StatusCode::UNPROCESSABLE_ENTITY,
            Trouble::Short { .. } | Trouble::Closed | Trouble::TooMany(_) => StatusCode::CONFLICT,
        }
    }

    /// What is wrong with a field, by its JSON pointer.
    pub(super) fn at(&self, lang: Lang, pointer: &str) -> Option<String> {
        let Trouble::Faults(faults) = self else { return None };
        let fault = faults.iter().find(|fault| fault.pointer == pointer)?;
        Some(fault_words(lang, &fault.pointer, fault.fault).to_owned())
    }

    /// Faults of what is asked for, which have no field of their own in the form.
    pub(super) fn of_the_lines(&self, lang: Lang) -> Option<String> {
        let Trouble::Faults(faults) = self else { return None };
        let elsewhere = |pointer: &str| pointer == "/store" || pointer.starts_with("/lines");
        let fault = faults.iter().find(|fault| elsewhere(&fault.pointer))?;
        Some(fault_words(lang, &fault.pointer, fault.fault).to_owned())
    }
}

pub(crate) const fn fault_words(lang: Lang, pointer: &str, fault: Fault) -> &'static str {
    let name = matches!(pointer.as_bytes(), b"/contact/name");
    match fault {
        Fault::Missing if name => {
            lang.pick("받으러 오시는 분의 이름을 적어 주세요.", "Tell us the name of the person collecting.")
        }
        Fault::Missing => lang.pick("빈칸을 채워 주세요.", "Please fill this in."),
        Fault::TooLong if name => {
            lang.pick("이름은 80자까지 적을 수 있어요.", "A name can have up to 80 characters.")
        }
        Fault::TooLong => lang.pick("너무 길어요.", "This is too long."),
        Fault::NotAnEmail => lang.pick(
            "이메일 주소가 아니에요. name@example.com처럼 적어 주세요.",
            "That is not an e-mail address. Write it like name@example.com.",
        ),
        Fault::NotAPhone => lang.pick(
            "전화번호가 아니에요. 010-1234-5678처럼 적어 주세요.",
            "That is not a phone number. Write it like 010-1234-5678 or +82 10 1234 5678.",
        ),
        Fault::NoWayToReach => lang.pick(
            "이메일이나 전화번호 중 하나는 필요해요. 준비되면 알려 드릴게요.",
            "We need an e-mail address or a phone number, to tell you when it is ready.",
        ),
        Fault::BadCharacters => {
            lang.pick("쓸 수 없는 글자가 들어 있어요.", "There are characters in it that cannot be used.")
        }
        Fault::NameTheGroups | Fault::NoLines => lang
            .pick("수량은 1에서 999까지의 수로 적어 주세요.", "A quantity is a whole number from 1 to 999."),
        Fault::TooManyLines | Fault::TooManyOfOne => lang.pick(
            "한 번에 50가지까지, 한 가지에 999개까지 맡아둘 수 있어요.",
            "One reservation holds up to 50 different things, up to 999 of each.",
        ),
        Fault::TooManyGroups => lang.pick(
            "한 주문은 받는 방법에 따라 8묶음까지 나눌 수 있어요.",
            "One order can be split into up to 8 groups.",
        ),
        Fault::UnknownSku => lang.pick(
            "더는 없는 상품이 들어 있어요. 장바구니에서 빼 주세요.",
            "Something in it no longer exists. Take it out of your basket.",
        ),
        Fault::UnknownStore => lang.pick(
            "그 매장은 없어요. 다른 매장을 골라 주세요.",
            "There is no such store. Choose another one.",
        ),
        Fault::NotForSale => {
            lang.pick("이 매장에서 팔지 않는 것이 들어 있어요.", "Something in it is not sold at this store.")
        }
        Fault::NotOffered => {
            lang.pick("이 매장에서는 안 되는 방법이에요.", "This store does not offer that.")
        }
        Fault::BadWindow => lang.pick(
            "고를 수 없는 시간이에요. 다른 시간을 골라 주세요.",
            "That time cannot be chosen. Choose another one.",
        ),
        Fault::OutOfZone => lang.pick(
            "이 주소로는 배송하지 못해요. 매장에서 받으실 수 있어요.",
            "We do not deliver to this address. You can collect it at a store.",
        ),
        Fault::NoAddressNeeded => {
            lang.pick("주소는 배송받으실 때만 필요해요.", "An address is needed for a delivery only.")
        }
        Fault::UnknownProvider => {
            lang.pick("쓸 수 없는 결제 방법이에요.", "That way of paying isn't available.")
        }
        Fault::NotInIt => lang.pick("이 예약에 없는 상품이에요.", "That isn't part of this reservation."),
        Fault::OfAnotherStore => {
            lang.pick("다른 매장이 건네는 상품이에요.", "Another store hands that over.")
        }
        Fault::NotThatMany => lang.pick(
            "찾은 수량은 0부터 예약한 수량까지예요.",
            "What was found is between 0 and what was reserved.",
        ),
        Fault::NothingMissing => {
            lang.pick("모두 찾으셨다면 ‘준비 완료’를 눌러 주세요.", "If you found all of it, press “Ready”.")
        }
        Fault::NotAboveZero => lang.pick("0보다 큰 금액을 적어 주세요.", "Enter an amount above 0."),
        Fault::OtherCurrency => lang.pick("이 주문과 통화가 달라요.", "The order is in another currency."),
        Fault::MustPayOnline => lang.pick(
            "배송과 매장 이동은 온라인으로 먼저 결제해 주세요.",
            "Deliveries and transfers to another store are paid online first.",
        ),
    }
}

/// The panel above the form. Once the form was `sent`, its buttons send the same form, so that nothing is typed
/// twice; before that they are links to the form for another store.
pub(super) fn panel(visit: &Visit, trouble: &Trouble, store: &str, draft: &Draft, sent: bool) -> AnyView {
    let lang = visit.lang;
    match trouble {
        Trouble::None => ().into_any(),
        Trouble::Faults(_) => {
            let lines = trouble.of_the_lines(lang);
            let said = lines.unwrap_or_else(|| {
                lang.pick("아래 표시한 곳만 고치면 돼요.", "You only need to fix what's marked below.")
                    .to_owned()
            });
            notice(lang.pick("아직 맡아두지 못했어요", "Not reserved yet"), said, ())
        }
        Trouble::Closed => {
            let (title, text) = match lang {
                Lang::Ko => (
                    format!("{} 지금 예약을 받지 않아요", with_josa(store, "은/는")),
                    "언제 여는지 알 수 없는 매장이에요. 다른 매장을 골라 주세요.",
                ),
                Lang::En => (
                    format!("{store} isn't taking reservations now"),
                    "We cannot tell when it opens. Choose another store.",
                ),
            };
            notice(
                title,
                text,
                view! { <a class="go-quiet" href=visit.href("/stores")>{lang.pick("다른 매장 보기", "See other stores")}</a> },
            )
        }
        Trouble::TooMany(limit) => {
            let (title, text) = match lang {
                Lang::Ko => (
                    format!("한 번에 {limit}건까지 맡아둘 수 있어요"),
                    "맡아둔 것을 받아 가시거나 취소하시면 다시 맡아둘 수 있어요.",
                ),
                Lang::En => (
                    format!("Up to {limit} reservations at a time"),
                    "Collect or cancel one, and you can reserve again.",
                ),
            };
            notice(
                title,
                text,
                view! { <a class="go-quiet" href=visit.href("/reservations")>{lang.pick("주문·예약 찾기", "Find my order")}</a> },
            )
        }
        Trouble::Sent => notice(
            lang.pick("이미 보낸 신청이에요", "This form was already sent"),
            lang.pick(
                "먼저 보낸 예약은 그대로 있어요. 하나 더 맡아두려면 아래에서 다시 눌러 주세요.",
                "Your first reservation stands. To make another one, press the button below again.",
            ),
            (),
        ),
        Trouble::Short { short, elsewhere } => {
            let ways = if sent { Ways::Buttons } else { Ways::Links(draft) };
            short_of(visit, short, elsewhere, store, ways)
        }
    }
}

/// What stands above a form and is read out: a title, a sentence, a way on.
pub(crate) fn notice(
    title: impl Into<String>,
    text: impl Into<String>,
    way: impl IntoView + 'static,
) -> AnyView {
    let (title, text) = (title.into(), text.into());
    view! {
        <div class="notice heads-up" role="alert">
            <b>{title}</b>
            <p>{text}</p>
            {way}
        </div>
    }
    .into_any()
}

/// `법랑 주전자: 1개 남음 (3개 필요)` / `Kettle: 1 left, you asked for 3`.
pub(crate) fn what_is_left(lang: Lang, line: &ShortLine) -> String {
    let ShortLine { name, wanted, available, .. } = line;
    match (lang, *available) {
        (Lang::Ko, 0) => format!("{name}: 지금 없음 ({wanted}개 필요)"),
        (Lang::Ko, left) => format!("{name}: {left}개 남음 ({wanted}개 필요)"),
        (Lang::En, 0) => format!("{name}: none left, you asked for {wanted}"),
        (Lang::En, left) => format!("{name}: {left} left, you asked for {wanted}"),
    }
}

/// How the panel leads on.
#[derive(Clone, Copy)]
enum Ways<'a> {
    Buttons,
    Links(&'a Draft),
}

fn short_of(
    visit: &Visit,
    short: &[ShortLine],
    elsewhere: &[Elsewhere],
    store: &str,
    ways: Ways<'_>,
) -> AnyView {
    let lang = visit.lang;
    let title = match lang {
        Lang::Ko => format!("{store} 선반에 그만큼은 없어요"),
        Lang::En => format!("{store} does not have that many"),
    };
    let line = |line: &ShortLine| view! { <li>{what_is_left(lang, line)}</li> };
    let some = short.iter().any(|line| line.available > 0) || short.is_empty();
    let part = some.then(|| {
        let label = lang.pick("있는 만큼만 맡아두기", "Reserve what is there");
        match ways {
            Ways::Buttons => {
                view! { <button class="alt" form="reserve" name="part" value="1">{label}</button> }.into_any()
            }
            Ways::Links(draft) => {
                let href = visit.href(&format!("{}&part=1", draft.path()));
                view! { <a class="alt" href=href>{label}</a> }.into_any()
            }
        }
    });
    let others = (!elsewhere.is_empty()).then(|| {
        view! {
            <p class="elsewhere-lead">{lang.pick("가까운 다른 매장에는 모두 있어요", "These stores nearby have all of it")}</p>
            <ul class="elsewhere">{elsewhere.iter().map(|other| alternative(visit, other, store, ways)).collect_view()}</ul>
        }
    });
    let none = (elsewhere.is_empty() && !some).then(|| {
        view! { <p>{lang.pick("지금은 다른 매장에도 없어요.", "No other store has it right now.")}</p> }
    });
    view! {
        <div class="notice heads-up short" role="alert">
            <b>{title}</b>
            <ul class="short-lines">{short.iter().map(line).collect_view()}</ul>
            {others}
            {none}
            {part}
        </div>
    }
    .into_any()
}

/// `걸어서 14분 · 1.1km`; where nobody knows where the shopper is, the store it is measured from is named,
/// and nothing is said of that store itself.
pub(crate) fn way_there(lang: Lang, other: &Elsewhere, store: &str) -> Option<String> {
    let itself = |metres: &u32| other.from == MeasuredFrom::Store && is_itself(*metres);
    let way = way(lang, other.distance_m.filter(|metres| !itself(metres)));
    if way.is_empty() {
        return None;
    }
    Some(match (other.from, lang) {
        (MeasuredFrom::Shopper, _) => way,
        (MeasuredFrom::Store, Lang::Ko) => format!("{store}에서 {way}"),
        (MeasuredFrom::Store, Lang::En) => format!("{way} from {store}"),
    })
}

/// One tap reserves there instead, with everything typed.
fn alternative(visit: &Visit, other: &Elsewhere, store: &str, ways: Ways<'_>) -> AnyView {
    let lang = visit.lang;
    let label = match lang {
        Lang::Ko => format!("{}에 맡아두기", other.name),
        Lang::En => format!("Reserve at {}", other.name),
    };
    let ready = other.ready_by.as_ref().map(|ready| match lang {
        Lang::Ko => format!("{} 준비", ready.label),
        Lang::En => format!("ready {}", ready.label),
    });
    let about = [way_there(lang, other, store), ready];
    let about = about.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    match ways {
        Ways::Buttons => view! {
            <li>
                <button class="elsewhere-go" form="reserve" name="at" value=other.store.clone()>
                    <b>{label}</b>
                    <span>{about}</span>
                </button>
            </li>
        }
        .into_any(),
        Ways::Links(draft) => {
            let href = visit.href(&draft.path_at(&other.store));
            view! { <li><a class="elsewhere-go" href=href><b>{label}</b><span>{about}</span></a></li> }
                .into_any()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_distance_says_what_it_is_measured_from() {
        let other = |from| Elsewhere {
            store: "b".to_owned(),
            name: "강남점".to_owned(),
            distance_m: Some(5_200),
            from,
            available: 1,
            ready_by: None,
        };
        let said = |lang, from| way_there(lang, &other(from), "성수점").unwrap();
        assert_eq!(said(Lang::Ko, MeasuredFrom::Shopper), way(Lang::Ko, Some(5_200)));
        assert!(said(Lang::Ko, MeasuredFrom::Store).starts_with("성수점에서 "));
        assert!(said(Lang::En, MeasuredFrom::Store).ends_with(" from 성수점"));
        let nowhere = Elsewhere { distance_m: None, ..other(MeasuredFrom::Store) };
        assert_eq!(way_there(Lang::Ko, &nowhere, "성수점"), None);
        let itself = |from| Elsewhere { distance_m: Some(0), ..other(from) };
        assert_eq!(way_there(Lang::Ko, &itself(MeasuredFrom::Store), "성수점"), None);
        assert!(way_there(Lang::Ko, &itself(MeasuredFrom::Shopper), "성수점").is_some());
    }

    #[test]
    fn a_fault_is_said_at_its_field_only() {
        let fault = |pointer: &str, fault| FieldFault { pointer: pointer.to_owned(), fault };
        let trouble = Trouble::Faults(vec![
            fault("/contact/email", Fault::NotAnEmail),
            fault("/lines/0/sku", Fault::UnknownSku),
        ]);
        assert!(trouble.at(Lang::Ko, "/contact/email").is_some_and(|said| said.contains("이메일")));
        assert_eq!(trouble.at(Lang::Ko, "/contact/name"), None);
        assert!(trouble.of_the_lines(Lang::En).is_some());
        assert_eq!(trouble.status(), 422);
    }
}
