//! Why an order was not placed or changed, said where it can be mended, with the ways on.

use axum::http::StatusCode;
use leptos::prelude::*;
use onshelf_domain::hangul::with_josa;
use onshelf_vocabulary::{
    Lang, Money,
    fulfilment::{Elsewhere, Fault, FieldFault, MeasuredFrom, ShortLine, Way},
    orders::OrderRefusal,
};

use super::{draft::Draft, plan::Plan};
use crate::{
    fulfilment::trouble::{fault_words, notice, way_there, what_is_left},
    ssr::Visit,
};

/// What stands in the way.
#[derive(Clone, Debug, Default)]
pub(in crate::orders) enum Trouble {
    #[default]
    None,
    Faults(Vec<FieldFault>),
    Short {
        short: Vec<ShortLine>,
        elsewhere: Vec<Elsewhere>,
    },
    Closed,
    TooMany(u32),
    /// The total is another than was shown.
    Price(Money),
    WindowFull,
    ProviderDown,
    /// The form was sent before, and then changed.
    Sent,
    /// The way that was chosen is no longer offered.
    Gone,
}

impl Trouble {
    /// A refusal that a checkout can show; the others belong to pages of their own.
    pub(super) fn of(refusal: OrderRefusal) -> Option<Trouble> {
        match refusal {
            OrderRefusal::Invalid { faults } => Some(Trouble::Faults(faults)),
            OrderRefusal::OutOfStock { short, elsewhere } => Some(Trouble::Short { short, elsewhere }),
            OrderRefusal::StoreClosed => Some(Trouble::Closed),
            OrderRefusal::TooMany { limit } => Some(Trouble::TooMany(limit)),
            OrderRefusal::PriceChanged { total } => Some(Trouble::Price(total)),
            OrderRefusal::WindowFull => Some(Trouble::WindowFull),
            OrderRefusal::ProviderDown => Some(Trouble::ProviderDown),
            _ => None,
        }
    }

    pub(super) const fn status(&self) -> StatusCode {
        match self {
            Trouble::None => StatusCode::OK,
            Trouble::Faults(_) | Trouble::Sent => StatusCode::UNPROCESSABLE_ENTITY,
            Trouble::ProviderDown => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::CONFLICT,
        }
    }

    pub(super) const fn is_some(&self) -> bool {
        !matches!(self, Trouble::None)
    }

    /// What is wrong with a field, by its JSON pointer.
    pub(super) fn at(&self, lang: Lang, pointer: &str) -> Option<String> {
        let Trouble::Faults(faults) = self else { return None };
        let fault = faults.iter().find(|fault| fault.pointer == pointer)?;
        Some(words(lang, fault).to_owned())
    }

    /// What is wrong with how it is paid.
    pub(super) fn of_payment(&self, lang: Lang) -> Option<String> {
        self.at(lang, "/payment/provider").or_else(|| self.at(lang, "/provider"))
    }

    /// What is wrong with an address field, in whichever group it was found.
    pub(in crate::orders) fn of_address(&self, lang: Lang, field: &str) -> Option<String> {
        let Trouble::Faults(faults) = self else { return None };
        let end = format!("/address{field}");
        let ours =
            |fault: &&FieldFault| fault.pointer.starts_with("/groups/") && fault.pointer.ends_with(&end);
        faults.iter().find(ours).map(|fault| words(lang, fault).to_owned())
    }

    /// What has no field of its own in the form.
    fn of_the_rest(&self, lang: Lang) -> Option<String> {
        let Trouble::Faults(faults) = self else { return None };
        let fielded = |pointer: &str| {
            pointer.starts_with("/contact")
                || pointer.contains("/address")
                || pointer.ends_with("/window")
                || pointer.ends_with("/provider")
        };
        faults.iter().find(|fault| !fielded(&fault.pointer)).map(|fault| words(lang, fault).to_owned())
    }
}

pub(in crate::orders) fn words(lang: Lang, fault: &FieldFault) -> &'static str {
    match (fault.pointer.rsplit('/').next().unwrap_or_default(), fault.fault) {
        ("name", Fault::Missing) => lang.pick("받으시는 분의 이름을 적어 주세요.", "Tell us who it is for."),
        ("line1", Fault::Missing) => lang.pick("도로명 주소를 적어 주세요.", "Enter the street and number."),
        ("address", Fault::Missing) => {
            lang.pick("어디로 가져다드릴지 적어 주세요.", "Tell us where to bring it.")
        }
        ("postcode", Fault::Missing) => lang.pick("우편번호를 적어 주세요.", "Enter the postcode."),
        ("provider", Fault::Missing) => lang.pick("결제 방법을 골라 주세요.", "Choose how to pay."),
        _ => fault_words(lang, &fault.pointer, fault.fault),
    }
}

/// Above the form. Its buttons send the same form, so that nothing is typed twice.
pub(super) fn panel(visit: &Visit, draft: &Draft, trouble: &Trouble) -> AnyView {
    let lang = visit.lang;
    let other_way = || {
        view! { <button class="alt" form="checkout" name="act" value="choose">{lang.pick("다른 방법 고르기", "Choose another way")}</button> }
    };
    match trouble {
        Trouble::None => ().into_any(),
        Trouble::Faults(_) => {
            let said = trouble.of_the_rest(lang);
            let way = said.is_some().then(other_way);
            let text = said.unwrap_or_else(|| {
                lang.pick("아래 표시한 곳만 고치면 돼요.", "You only need to fix what's marked below.")
                    .to_owned()
            });
            notice(lang.pick("아직 주문하지 않았어요", "Not ordered yet"), text, way)
        }
        Trouble::Short { short, elsewhere } => short_of(visit, draft, short, elsewhere),
        Trouble::Closed => notice(
            lang.pick("이 매장은 지금 주문을 받지 않아요", "This store isn't taking orders now"),
            lang.pick("다른 매장이나 배송을 골라 주세요.", "Choose another store, or delivery."),
            other_way(),
        ),
        Trouble::TooMany(limit) => {
            let title = match lang {
                Lang::Ko => format!("한 번에 {limit}건까지 주문해 둘 수 있어요"),
                Lang::En => format!("Up to {limit} open orders at a time"),
            };
            let text = lang.pick(
                "받아 가시거나 취소하시면 다시 주문할 수 있어요.",
                "Collect or cancel one, and you can order again.",
            );
            notice(title, text, ())
        }
        Trouble::Price(total) => {
            let title = match lang {
                Lang::Ko => format!("합계가 {} 되었어요", with_josa(&total.display(), "이/가")),
                Lang::En => format!("The total is {} now", total.display()),
            };
            let brought = draft.plan.as_ref().is_some_and(|plan| plan.has(Way::Delivery));
            let text = if brought {
                lang.pick(
                    "적으신 우편번호에 맞춰 배송비와 도착 시각이 달라졌어요. 아직 결제하지 않았어요. 아래에서 확인하고 다시 눌러 주세요.",
                    "The fee and the time now match your postcode. Nothing has been paid: look below, and press again if it is right.",
                )
            } else {
                lang.pick(
                    "세금이나 가격이 달라졌어요. 아직 결제하지 않았어요. 아래에서 확인하고 다시 눌러 주세요.",
                    "A tax or a price has changed. Nothing has been paid: look below, and press again if it is right.",
                )
            };
            notice(title, text, ())
        }
        Trouble::WindowFull => notice(
            lang.pick("그 시간은 방금 다 찼어요", "That time has just filled up"),
            lang.pick("아래에서 다른 시간을 골라 주세요.", "Choose another one below."),
            (),
        ),
        Trouble::ProviderDown => notice(
            lang.pick("결제 회사가 답하지 않아요", "The payment provider isn't answering"),
            lang.pick(
                "빠져나간 돈은 없어요. 잠시 뒤에 다시 하거나 다른 방법을 골라 주세요.",
                "No money was taken. Try again in a moment, or pay another way.",
            ),
            (),
        ),
        Trouble::Sent => notice(
            lang.pick("이미 보낸 신청이에요", "This form was already sent"),
            lang.pick(
                "먼저 보낸 주문은 그대로 있어요. 한 번 더 주문하려면 아래에서 다시 눌러 주세요.",
                "Your first order stands. To order once more, press the button below again.",
            ),
            (),
        ),
        Trouble::Gone => notice(
            lang.pick("고르신 방법은 지금 되지 않아요", "The way you chose is not possible now"),
            lang.pick(
                "그 사이 선반이나 시간이 달라졌어요. 지금 되는 방법은 아래와 같아요.",
                "The shelf or the time has changed. This is what is possible now.",
            ),
            (),
        ),
    }
}

fn short_of(visit: &Visit, draft: &Draft, short: &[ShortLine], elsewhere: &[Elsewhere]) -> AnyView {
    let lang = visit.lang;
    let line = |line: &ShortLine| view! { <li>{what_is_left(lang, line)}</li> };
    let from = begun_at(visit, draft);
    let others = elsewhere.iter().filter_map(|other| alternative(lang, draft, other, &from)).collect_view();
    view! {
        <div class="notice heads-up short" role="alert">
            <b>{lang.pick("그 사이 수량이 모자라졌어요", "There are no longer enough")}</b>
            <ul class="short-lines">{short.iter().map(line).collect_view()}</ul>
            <ul class="elsewhere">{others}</ul>
            <button class="alt" form="checkout" name="act" value="choose">{lang.pick("되는 방법 모두 보기", "See every way that works")}</button>
        </div>
    }
    .into_any()
}

/// The store it was to be had at, which distances are measured from where nobody said where they are.
fn begun_at(visit: &Visit, draft: &Draft) -> String {
    let planned = draft.plan.as_ref().and_then(|plan| plan.groups().first()?.store.clone());
    let book = visit.shop().book();
    let store = planned.or_else(|| draft.store.clone()).and_then(|code| book.stores.by_code(code.as_str()));
    store.map(|store| store.name.get(visit.lang).to_owned()).unwrap_or_default()
}

/// Everything at a store that has all of it, in one tap.
fn alternative(lang: Lang, draft: &Draft, other: &Elsewhere, from: &str) -> Option<AnyView> {
    let lines = draft.plan.as_ref().map_or_else(|| draft.lines.clone(), Plan::lines);
    let store = other.store.parse().ok()?;
    let pick = Plan::one(Way::Collect, Some(store), lines)?.write();
    let label = match lang {
        Lang::Ko => format!("{}에서 픽업", other.name),
        Lang::En => format!("Collect at {}", other.name),
    };
    let ready = other.ready_by.as_ref().map(|ready| match lang {
        Lang::Ko => format!("{} 준비", ready.label),
        Lang::En => format!("ready {}", ready.label),
    });
    // From a store without a name a distance says nothing.
    let there =
        way_there(lang, other, from).filter(|_| other.from == MeasuredFrom::Shopper || !from.is_empty());
    let about = [there, ready];
    let about = about.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let view = view! {
        <li><button class="elsewhere-go" form="checkout" name="pick" value=pick><b>{label}</b><span>{about}</span></button></li>
    };
    Some(view.into_any())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(pointer: &str, fault: Fault) -> FieldFault {
        FieldFault { pointer: pointer.to_owned(), fault }
    }

    #[test]
    fn a_fault_is_said_at_its_field_only() {
        let trouble = Trouble::Faults(vec![
            fault("/contact/name", Fault::Missing),
            fault("/groups/1/address/postcode", Fault::OutOfZone),
        ]);
        assert!(trouble.at(Lang::Ko, "/contact/name").is_some_and(|said| said.contains("이름")));
        assert!(trouble.of_address(Lang::Ko, "/postcode").is_some());
        assert_eq!(trouble.of_address(Lang::Ko, "/line1"), None);
        assert_eq!(trouble.of_the_rest(Lang::Ko), None);
        assert_eq!(trouble.status(), 422);
    }

    #[test]
    fn what_has_no_field_is_said_above() {
        let trouble = Trouble::Faults(vec![fault("/groups/0/lines/0/sku", Fault::UnknownSku)]);
        assert!(trouble.of_the_rest(Lang::En).is_some());
    }
}
