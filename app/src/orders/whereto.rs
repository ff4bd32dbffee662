//! The fields of an address, at checkout and where an order is changed.

use leptos::prelude::*;
use onshelf_vocabulary::{Lang, orders::Address};

use crate::ui::field::Field;

/// Where something is delivered to, in the order the language writes addresses in.
pub(super) fn address_fields(
    lang: Lang,
    address: &Address,
    fault: impl Fn(&str) -> Option<String>,
) -> AnyView {
    let postcode = view! {
        <Field
            name="postcode"
            label=lang.pick("우편번호", "Postcode")
            value=address.postcode.clone()
            fault=fault("/postcode")
            required=true
            autocomplete="shipping postal-code"
            maxlength=12
        />
    };
    let city = view! {
        <Field
            name="city"
            label=lang.pick("시 · 군 · 구", "City or district")
            value=address.city.clone()
            fault=fault("/city")
            autocomplete="shipping address-level2"
            maxlength=200
        />
    };
    let line1 = view! {
        <Field
            name="line1"
            label=lang.pick("도로명 주소", "Street and number")
            value=address.line1.clone()
            fault=fault("/line1").or_else(|| fault(""))
            required=true
            autocomplete="shipping address-line1"
        />
    };
    let rest = view! {
        <Field
            name="line2"
            label=lang.pick("상세 주소", "Flat, floor, company")
            value=address.line2.clone()
            fault=fault("/line2")
            autocomplete="shipping address-line2"
        />
        <Field
            name="note"
            label=lang.pick("배송하는 분께", "For the courier")
            hint=lang.pick("공동 현관이나 맡길 곳", "The door, or where to leave it")
            value=address.note.clone()
            fault=fault("/note")
        />
    };
    match lang {
        Lang::Ko => view! { <div class="pair">{postcode}{city}</div>{line1}{rest} }.into_any(),
        Lang::En => view! { {line1}<div class="pair">{city}{postcode}</div>{rest} }.into_any(),
    }
}
