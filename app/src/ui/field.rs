//! A labelled field with its hint and its fault beside it, so that no form tells what is wrong from afar.

use leptos::prelude::*;

/// One line of input. `fault` says what to mend and is bound to the field; what was typed stays in it.
#[component]
pub fn Field(
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    #[prop(into, optional)] value: String,
    /// The input's type: `text`, `email`, `tel`, `number`, `password`, `search`.
    #[prop(default = "text")]
    kind: &'static str,
    #[prop(optional_no_strip)] fault: Option<String>,
    #[prop(into, optional)] hint: String,
    #[prop(optional)] required: bool,
    /// The browser's autofill token, such as `email` or `off`.
    #[prop(default = "off")]
    autocomplete: &'static str,
    #[prop(optional_no_strip)] inputmode: Option<&'static str>,
    #[prop(default = 200)] maxlength: u32,
    /// Tells it from a field of the same name in another form of the page.
    #[prop(into, optional)]
    within: String,
) -> impl IntoView {
    let id = if within.is_empty() { format!("field-{name}") } else { format!("field-{name}-{within}") };
    let (hint_id, fault_id) = (format!("{id}-hint"), format!("{id}-fault"));
    let described: Vec<&str> = [(!hint.is_empty()).then_some(&*hint_id), fault.as_ref().map(|_| &*fault_id)]
        .into_iter()
        .flatten()
        .collect();
    let described = (!described.is_empty()).then(|| described.join(" "));
    let wrong = fault.is_some();
    let invalid = wrong.then_some("true");
    view! {
        <div class="field" class:wrong=wrong>
            <label for=id.clone()>{label}</label>
            <input
                id=id
                name=name
                type=kind
                value=value
                required=required
                autocomplete=autocomplete
                inputmode=inputmode
                maxlength=maxlength.to_string()
                aria-invalid=invalid
                aria-describedby=described
            />
            {(!hint.is_empty()).then(|| view! { <small id=hint_id>{hint}</small> })}
            {fault.map(|fault| view! { <p class="fault" id=fault_id>{fault}</p> })}
        </div>
    }
}
