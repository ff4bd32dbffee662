//! What a checkout holds between its screens: all of it lies in the form's own fields, and nothing is lost by a
//! refusal or by going back.

use std::collections::HashMap;

use onshelf_shop::Viewer;
use onshelf_vocabulary::{
    Currency, Money, Quantity, Sku, StoreCode,
    cart::Line,
    fulfilment::{Contact, Way},
    orders::{Address, MAX_GROUPS, OrderInput},
    payments::ProviderCode,
};

use super::plan::Plan;
use crate::{
    fulfilment::reserve::trading_store,
    ssr::{Visit, read_basket, write_basket},
    stores::with_query,
};

/// Longer than anything a person types into these fields.
const TYPED_CHARS: usize = 400;

/// What stands for a total that no page of ours has shown: the form was tampered with, and the real one is said.
const NEVER_SHOWN: Money = Money::won(-1);

/// An order being asked for.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    /// The store the shopper began with: its ways come first, and it is never silently another.
    pub(super) store: Option<StoreCode>,
    pub(super) lines: Vec<Line>,
    /// Whether the lines are the basket's, which they then leave.
    pub(super) from_basket: bool,
    /// Asked for by an address: straight to this way, if the store has it.
    pub(super) way: Option<Way>,
    pub(super) plan: Option<Plan>,
    pub(super) contact: Contact,
    pub(super) address: Address,
    pub(super) pay: Pay,
    /// Beginnings of quarters of an hour, one for each group; empty is as soon as it is ready.
    pub(super) windows: Vec<String>,
    /// The total that was shown, in the form's words.
    pub(super) shown: Option<Money>,
}

/// How it is paid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Pay {
    /// Nothing was chosen yet: the first way that is offered.
    #[default]
    Unsaid,
    Counter,
    Online(ProviderCode),
}

impl Pay {
    fn read(text: &str) -> Pay {
        match text {
            "counter" => Pay::Counter,
            code => ProviderCode::from_code(code).map_or(Pay::Unsaid, Pay::Online),
        }
    }

    pub(super) const fn code(self) -> &'static str {
        match self {
            Pay::Unsaid => "",
            Pay::Counter => "counter",
            Pay::Online(provider) => provider.code(),
        }
    }

    pub(super) const fn provider(self) -> Option<ProviderCode> {
        match self {
            Pay::Online(provider) => Some(provider),
            Pay::Unsaid | Pay::Counter => None,
        }
    }
}

/// Why there is nothing to check out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nothing {
    /// Neither a basket nor a thing.
    Empty,
    /// The address or form names what does not exist.
    Unknown,
}

impl Draft {
    /// From an address or a form.
    pub(super) fn read(visit: &Visit, typed: &HashMap<String, String>) -> Result<Draft, Nothing> {
        let text = |name: &str| typed.get(name).map(|text| text.trim()).filter(|text| !text.is_empty());
        let field = |name: &str| text(name).map(|text| text.chars().take(TYPED_CHARS).collect::<String>());
        // What was just pressed counts more than what the form held.
        let plan = match text("pick").or_else(|| text("plan")) {
            Some(plan) => Some(Plan::read(plan).ok_or(Nothing::Unknown)?),
            None => None,
        };
        let (lines, from_basket) = lines(visit, &text, plan.as_ref())?;
        let store = match text("store") {
            Some(code) => Some(trading_store(visit, code).ok_or(Nothing::Unknown)?),
            None => None,
        };
        let plain = |name: &str| field(name).unwrap_or_default();
        Ok(Draft {
            store: store.or_else(|| visit.viewer.store.clone()),
            lines,
            from_basket,
            way: text("way").and_then(Way::from_code),
            plan,
            contact: Contact { name: plain("name"), email: field("email"), phone: field("phone") },
            address: Address {
                line1: plain("line1"),
                line2: plain("line2"),
                city: plain("city"),
                postcode: plain("postcode"),
                note: plain("note"),
            },
            pay: Pay::read(text("pay").unwrap_or_default()),
            windows: (0..MAX_GROUPS).map(|place| plain(&format!("w{place}"))).collect(),
            shown: text("shown").map(|text| read_money(text).unwrap_or(NEVER_SHOWN)),
        })
    }

    /// Whether something was typed that belongs into no address.
    pub(super) fn is_typed(&self) -> bool {
        let Contact { name, email, phone } = &self.contact;
        let Address { line1, line2, city, note, .. } = &self.address;
        email.is_some()
            || phone.is_some()
            || [name, line1, line2, city, note].iter().any(|text| !text.is_empty())
    }

    /// What one looks at the shelves with: the store that was begun with is theirs here.
    pub(super) fn viewer(&self, visit: &Visit) -> Viewer {
        Viewer { store: self.store.clone().or_else(|| visit.viewer.store.clone()), ..visit.viewer.clone() }
    }

    pub(super) fn postcode(&self) -> Option<&str> {
        Some(self.address.postcode.as_str()).filter(|code| !code.is_empty())
    }

    /// What the form carries unseen, whatever screen it is.
    pub(super) fn hidden(&self) -> Vec<(String, String)> {
        let name = if self.from_basket { "basket" } else { "lines" };
        let mut fields = vec![(name.to_owned(), write_basket(&self.lines))];
        if let Some(store) = &self.store {
            fields.push(("store".to_owned(), store.to_string()));
        }
        fields
    }

    /// What was typed on the second screen, to be carried over the first one.
    pub(super) fn carried(&self) -> Vec<(String, String)> {
        let (contact, address) = (&self.contact, &self.address);
        let optional = |text: &Option<String>| text.clone().unwrap_or_default();
        let fields = [
            ("name", contact.name.clone()),
            ("email", optional(&contact.email)),
            ("phone", optional(&contact.phone)),
            ("line1", address.line1.clone()),
            ("line2", address.line2.clone()),
            ("city", address.city.clone()),
            ("note", address.note.clone()),
            ("pay", self.pay.code().to_owned()),
        ];
        let filled = fields.into_iter().filter(|(_, text)| !text.is_empty());
        filled.map(|(name, text)| (name.to_owned(), text)).collect()
    }

    /// Where the same is asked for with another plan, or none; without what is typed about people.
    pub(super) fn path(&self, plan: Option<&Plan>) -> String {
        let mut pairs = Vec::new();
        let mut put = |name: &str, text: String| pairs.push((name.to_owned(), text));
        if let Some(store) = &self.store {
            put("store", store.to_string());
        }
        if !self.from_basket {
            put("lines", write_basket(&self.lines));
        }
        if let Some(postcode) = self.postcode() {
            put("postcode", postcode.to_owned());
        }
        if let Some(plan) = plan {
            put("plan", plan.write());
        }
        with_query("/checkout", &pairs)
    }

    /// As it is placed.
    pub(super) fn input(&self, plan: &Plan) -> OrderInput {
        OrderInput {
            groups: plan.inputs(&self.address, &self.windows),
            contact: self.contact.clone(),
            provider: self.pay.provider(),
            expected_total: self.shown,
        }
    }
}

/// What is bought: of the form, of the address, else the basket.
fn lines<'t>(
    visit: &Visit,
    text: &impl Fn(&str) -> Option<&'t str>,
    plan: Option<&Plan>,
) -> Result<(Vec<Line>, bool), Nothing> {
    if let Some(sku) = text("sku") {
        let sku = Sku::new(sku).map_err(|_| Nothing::Unknown)?;
        visit.shop().book().catalogue.variant(sku.as_str()).ok_or(Nothing::Unknown)?;
        let quantity = text("quantity").unwrap_or("1").parse::<Quantity>().map_err(|_| Nothing::Unknown)?;
        return Ok((vec![Line { sku, quantity }], false));
    }
    let (lines, from_basket) = match (text("lines"), text("basket")) {
        (Some(lines), _) => (read_basket(lines), false),
        (None, Some(lines)) => (read_basket(lines), true),
        (None, None) => (visit.basket.clone(), true),
    };
    // A plan that was kept outlives the basket it was made from.
    let lines = if lines.is_empty() { plan.map(Plan::lines).unwrap_or_default() } else { lines };
    if lines.is_empty() { Err(Nothing::Empty) } else { Ok((lines, from_basket)) }
}

/// `38000 KRW`: minor units and the currency.
pub(super) fn write_money(money: Money) -> String {
    format!("{} {}", money.amount, money.currency.code())
}

fn read_money(text: &str) -> Option<Money> {
    let (amount, currency) = text.split_once(' ')?;
    Some(Money::new(amount.parse().ok()?, Currency::from_code(currency)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_survives_its_field() {
        for money in [Money::won(38_000), Money::new(-1, Currency::Usd)] {
            assert_eq!(read_money(&write_money(money)), Some(money));
        }
        for bad in ["", "38000", "38,000 KRW", "1 XYZ", "1.5 USD"] {
            assert_eq!(read_money(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_way_to_pay_survives_its_field() {
        for pay in [Pay::Unsaid, Pay::Counter, Pay::Online(ProviderCode::Toss)] {
            assert_eq!(Pay::read(pay.code()), pay);
        }
    }
}
