//! What is typed at a form of the page that changes an order, and what it asks for.

use std::collections::HashMap;

use onshelf_vocabulary::{
    Quantity, Sku, StoreCode,
    cart::Line,
    fulfilment::{ReservationStatus as Status, Way},
    orders::{Address, GroupInput, GroupView, OrderChange, OrderView},
};

use super::{super::words::is_offer, ways::Wanted};

pub(super) type Typed = HashMap<String, String>;

pub(super) fn text<'t>(typed: &'t Typed, name: &str) -> &'t str {
    typed.get(name).map(|text| text.trim()).unwrap_or_default()
}

/// A button beside a quantity carries the field and the number it leads to: the page is shown with it, and saves nothing.
pub(super) fn step(typed: &mut Typed) -> bool {
    let Some(step) = typed.remove("step") else { return false };
    if let Some((field, number)) = step.split_once(':').filter(|(field, _)| field.starts_with('q')) {
        typed.insert(field.to_owned(), number.chars().take(3).collect());
    }
    true
}

/// Who else may collect; a button takes it back.
pub(super) fn named(typed: &Typed) -> Option<OrderChange> {
    let proxy = if typed.contains_key("proxy_none") { "" } else { text(typed, "proxy") };
    typed
        .contains_key("proxy")
        .then(|| OrderChange { proxy: Some(proxy.chars().take(400).collect()), ..OrderChange::default() })
}

/// Whether a group can still be another.
pub(super) fn is_open(group: &GroupView) -> bool {
    !is_offer(group) && matches!(group.status, Status::Pending | Status::Placed)
}

/// All groups as they are, but the one that was changed. None where nothing would be left, or a number is none.
pub(super) fn regrouped(view: &OrderView, typed: &Typed) -> Option<OrderChange> {
    let changed = text(typed, "group");
    let open = view.groups.iter().filter(|group| is_open(group));
    let mut groups = Vec::new();
    for group in open {
        let input = if group.id == changed { anew(group, typed)? } else { as_it_is(group)? };
        if !input.lines.is_empty() {
            groups.push(input);
        }
    }
    (!groups.is_empty()).then_some(OrderChange { groups: Some(groups), ..OrderChange::default() })
}

pub(super) fn as_it_is(group: &GroupView) -> Option<GroupInput> {
    Some(GroupInput {
        way: group.way,
        store: Some(StoreCode::new(group.store.code.clone()).ok()?),
        address: group.address.clone().filter(|_| group.way == Way::Delivery),
        window: group.window.as_ref().map(|window| window.starts.at.clone()),
        lines: lines_of(group)?,
    })
}

fn lines_of(group: &GroupView) -> Option<Vec<Line>> {
    let line = |line: &onshelf_vocabulary::fulfilment::ReservationLineView| {
        Some(Line {
            sku: Sku::new(line.sku.clone()).ok()?,
            quantity: Quantity::try_from(line.quantity).ok()?,
        })
    };
    group.lines.iter().map(line).collect()
}

/// Whether nothing of the whole order would be left: that is no change but giving it up.
pub(super) fn takes_all_out(view: &OrderView, typed: &Typed) -> bool {
    let mut open = view.groups.iter().filter(|group| is_open(group));
    let (Some(only), None) = (open.next(), open.next()) else { return false };
    let mut places = 0..only.lines.len();
    text(typed, "group") == only.id && places.all(|place| text(typed, &format!("q{place}")) == "0")
}

fn anew(group: &GroupView, typed: &Typed) -> Option<GroupInput> {
    let mut input = as_it_is(group)?;
    input.lines = typed_lines(input.lines, typed)?;
    match text(typed, "pick") {
        "" | "keep" => input.window = typed_window(input.window, typed),
        pick => {
            let (way, store) = pick.split_once('@')?;
            input.way = Way::from_code(way)?;
            input.store = if store.is_empty() { None } else { Some(StoreCode::new(store).ok()?) };
            input.window = None;
        }
    }
    input.address = (input.way == Way::Delivery).then(|| typed_address(typed));
    Some(input)
}

/// Whether a quantity's field can be read. Nothing in it leaves the line as it is.
pub(super) fn is_readable(number: &str) -> bool {
    matches!(number, "" | "0") || number.parse::<Quantity>().is_ok()
}

/// `q0`, `q1` and so on; 0 takes the line out.
fn typed_lines(lines: Vec<Line>, typed: &Typed) -> Option<Vec<Line>> {
    let mut left = Vec::new();
    for (place, line) in lines.into_iter().enumerate() {
        match text(typed, &format!("q{place}")) {
            "" => left.push(line),
            "0" => {}
            number => left.push(Line { quantity: number.parse().ok()?, ..line }),
        }
    }
    Some(left)
}

/// The time that was chosen. Where there was none to choose it stays what it was: a shelf that this order itself has emptied
/// offers no times.
fn typed_window(was: Option<String>, typed: &Typed) -> Option<String> {
    if !typed.contains_key("window") {
        return was;
    }
    Some(text(typed, "window")).filter(|window| !window.is_empty()).map(str::to_owned)
}

fn typed_address(typed: &Typed) -> Address {
    let field = |name: &str| text(typed, name).chars().take(400).collect();
    Address {
        line1: field("line1"),
        line2: field("line2"),
        city: field("city"),
        postcode: field("postcode"),
        note: field("note"),
    }
}

/// Where it is brought: what was typed at this group, else what is known.
pub(super) fn whereto(group: &GroupView, typed: &Typed) -> Address {
    if text(typed, "group") == group.id && typed.contains_key("line1") {
        typed_address(typed)
    } else {
        group.address.clone().unwrap_or_default()
    }
}

/// What the group would be with what was typed at it: its things, and where they are brought.
pub(super) fn wanted(group: &GroupView, typed: &Typed) -> Wanted {
    let was = lines_of(group).unwrap_or_default();
    let own = text(typed, "group") == group.id;
    let lines = if own { typed_lines(was.clone(), typed) } else { None };
    let lines = lines.filter(|lines| !lines.is_empty()).unwrap_or(was);
    Wanted { lines, to: whereto(group, typed) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ssr::{read_basket, write_basket};

    fn typed(pairs: &[(&str, &str)]) -> Typed {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn quantities_change_and_nought_takes_out() {
        let lines = || read_basket("A:2,B:1,C:3");
        let left = typed_lines(lines(), &typed(&[("q0", "5"), ("q1", "0")])).unwrap();
        assert_eq!(write_basket(&left), "A:5,C:3");
        for bad in ["-1", "x", "1000", "1.5"] {
            assert!(typed_lines(lines(), &typed(&[("q2", bad)])).is_none() && !is_readable(bad), "{bad}");
        }
        for good in ["", "0", "1", "999"] {
            assert!(typed_lines(lines(), &typed(&[("q2", good)])).is_some() && is_readable(good), "{good}");
        }
    }

    #[test]
    fn a_time_stays_unless_another_was_to_be_chosen() {
        let window = |pairs: &[(&str, &str)]| typed_window(Some("five".to_owned()), &typed(pairs));
        assert_eq!(window(&[]).as_deref(), Some("five"));
        assert_eq!(window(&[("window", "six")]).as_deref(), Some("six"));
        assert_eq!(window(&[("window", "")]), None, "as soon as it is ready");
    }

    #[test]
    fn a_step_is_the_number_that_is_shown_next() {
        let mut stepped = typed(&[("q0", "1"), ("q1", "4"), ("step", "q1:5")]);
        assert!(step(&mut stepped));
        assert_eq!((stepped["q0"].as_str(), stepped["q1"].as_str()), ("1", "5"));
        assert!(!step(&mut stepped), "once");
        let mut odd = typed(&[("t", "token"), ("step", "t:x")]);
        assert!(step(&mut odd));
        assert_eq!(odd["t"], "token", "only a quantity is stepped");
    }

    #[test]
    fn a_proxy_is_named_or_taken_back() {
        let proxy = |pairs: &[(&str, &str)]| named(&typed(pairs)).and_then(|change| change.proxy);
        assert_eq!(proxy(&[("proxy", " 이서준 ")]).as_deref(), Some("이서준"));
        assert_eq!(proxy(&[("proxy", "이서준"), ("proxy_none", "1")]).as_deref(), Some(""));
        assert_eq!(proxy(&[]), None);
    }
}
