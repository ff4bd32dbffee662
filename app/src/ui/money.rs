//! Prices as they stand on a page.

use leptos::prelude::*;
use onshelf_vocabulary::{Lang, Money};

/// A price, with the one it was before it was marked down.
#[component]
pub fn Price(lang: Lang, price: Money, #[prop(optional_no_strip)] before: Option<Money>) -> impl IntoView {
    let before = before.filter(|before| before.amount > price.amount);
    view! {
        <p class="price">
            <span class="quiet">{lang.pick("값 ", "Price ")}</span>
            {price.display()}
            {before.map(|before| view! {
                <s><span class="quiet">{lang.pick("전에는 ", "was ")}</span>{before.display()}</s>
            })}
        </p>
    }
}

/// The amount as machines read it, in whole units with decimals: `38000`, `29.00`.
#[must_use]
pub fn decimal(money: Money) -> String {
    let unit = 10i64.pow(money.currency.decimals());
    match money.currency.decimals() {
        0 => money.amount.to_string(),
        _ => format!("{}.{:02}", money.amount / unit, money.amount.rem_euclid(unit)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use onshelf_vocabulary::Currency;

    #[test]
    fn machines_read_whole_units() {
        assert_eq!(decimal(Money::won(38_000)), "38000");
        assert_eq!(decimal(Money::new(2905, Currency::Usd)), "29.05");
    }
}
