//! The fields of an address, at checkout and where an order is changed.

use leptos::prelude::*;
use onshelf_vocabulary::{Lang, orders::Address};

use crate::ui::field::Field;

/// Where something is delivered to, in the order the language writes addresses in. `within` names the form where a page
/// has several.
pub(super) fn address_fields(
    lang: Lang,
    within: &str,
    address: &Address,
    fault: impl Fn(&str) -> Option<String>,
) -> AnyView {
    let postcode = view! {
        <Field
            name="postcode"
            within
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
            within
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
            within
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
            within
            label=lang.pick("상세 주소", "Flat, floor, company")
            value=address.line2.clone()
            fault=fault("/line2")
            autocomplete="shipping address-line2"
        />
        <Field
            name="note"
            within
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_forms_of_one_page_have_ids_of_their_own() {
        let html = |within: &str| {
            Owner::new().with(|| address_fields(Lang::Ko, within, &Address::default(), |_| None).to_html())
        };
        for name in ["line1", "line2", "city", "postcode", "note"] {
            assert!(html("").contains(&format!("id=\"field-{name}\"")), "{name}");
            let own = html("R-7K3M-9QXD");
            let id = format!("\"field-{name}-R-7K3M-9QXD\"");
            assert!(own.contains(&format!("id={id}")) && own.contains(&format!("for={id}")), "{name}: {own}");
        }
    }
}
