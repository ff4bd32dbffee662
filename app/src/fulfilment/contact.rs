//! Where somebody is told of what they asked for: the same two ways on the form of a reservation and of an order.

use leptos::prelude::*;
use onshelf_vocabulary::fulfilment::Contact;

use crate::{ssr::Visit, ui::field::Field};

/// E-mail and phone as they were typed, under what they are for. `at` says what is wrong at a JSON pointer. In a `pair`
/// they stand beside each other where there is room.
pub(crate) fn reach(
    visit: &Visit,
    told: &'static str,
    contact: &Contact,
    at: impl Fn(&str) -> Option<String>,
    pair: bool,
) -> AnyView {
    let fault = at("/contact");
    let described = fault.is_some().then_some("reach-fault");
    let fields = view! {
        <Field
            name="email"
            label=visit.say("이메일", "E-mail")
            kind="email"
            value=contact.email.clone().unwrap_or_default()
            fault=at("/contact/email")
            autocomplete="email"
            inputmode=Some("email")
            maxlength=254
        />
        <Field
            name="phone"
            label=visit.say("휴대전화", "Mobile phone")
            kind="tel"
            value=contact.phone.clone().unwrap_or_default()
            fault=at("/contact/phone")
            autocomplete="tel"
            inputmode=Some("tel")
            maxlength=40
        />
    };
    let fields = if pair { view! { <div class="pair">{fields}</div> }.into_any() } else { fields.into_any() };
    view! {
        <fieldset class="reach" aria-describedby=described>
            <legend>{told}<small>{visit.say("둘 중 하나면 돼요", "E-mail or phone, one is enough")}</small></legend>
            {fault.map(|said| view! { <p class="fault" id="reach-fault">{said}</p> })}
            {fields}
        </fieldset>
    }
    .into_any()
}
