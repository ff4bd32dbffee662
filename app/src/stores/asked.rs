//! What the locator's address asks, and addresses that ask something else.

use std::collections::HashMap;

use onshelf_domain::basemap::{View, clicked};
pub(super) use onshelf_shop::stores::MOST;
use onshelf_vocabulary::{Lang, Point, stores::StoreQuery};

/// Stores on the first page of the list.
pub(super) const FIRST: u32 = 12;
/// A place's name longer than this is none.
const PLACE_CHARS: usize = 100;

/// The locator's question, as it stands in the address.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Asked {
    pub(super) near: Option<Point>,
    /// A position was given that is none on the earth.
    pub(super) lost: bool,
    pub(super) place: String,
    pub(super) open_now: bool,
    pub(super) service: Option<String>,
    pub(super) sku: Option<String>,
    pub(super) in_stock: bool,
    pub(super) view: Option<View>,
    pub(super) limit: u32,
}

impl Asked {
    /// Reads what was typed; what cannot be read does not narrow.
    pub(super) fn read(typed: &HashMap<String, String>) -> Asked {
        let text = |name: &str| typed.get(name).map(|text| text.trim()).filter(|text| !text.is_empty());
        let on = |name: &str| text(name).is_some_and(|value| !matches!(value, "0" | "false" | "off"));
        let near = text("near").map(str::parse::<Point>);
        let place = text("place").or_else(|| text("postcode")).unwrap_or_default();
        Asked {
            lost: matches!(near, Some(Err(_))),
            near: near.and_then(Result::ok),
            place: place.chars().filter(|c| !c.is_control()).take(PLACE_CHARS).collect(),
            open_now: on("open_now"),
            service: text("service").map(|code| code.chars().take(64).collect()),
            sku: text("sku").map(|sku| sku.chars().take(64).collect()),
            in_stock: on("in_stock"),
            view: text("view").and_then(|view| view.parse().ok()),
            limit: text("limit").and_then(|limit| limit.parse().ok()).unwrap_or(FIRST).clamp(1, MOST),
        }
    }

    /// The point that a click on a map names, if that is what came.
    pub(super) fn click(typed: &HashMap<String, String>) -> Option<Point> {
        let pixel = |name: &str| typed.get(name)?.parse::<f64>().ok();
        clicked(typed.get("view")?, typed.get("sheet")?, pixel("at.x")?, pixel("at.y")?)
    }

    pub(super) fn query(&self, limit: u32) -> StoreQuery {
        StoreQuery {
            near: self.near,
            place: self.place.clone(),
            open_now: self.open_now,
            service: self.service.clone(),
            sku: self.sku.clone(),
            in_stock: self.in_stock && self.sku.is_some(),
            limit,
        }
    }

    /// Whether anything narrows the list.
    pub(super) fn is_narrow(&self) -> bool {
        self.open_now || self.service.is_some() || self.in_stock
    }

    /// The same question without anything that narrows.
    pub(super) fn widened(&self) -> Asked {
        Asked { open_now: false, service: None, in_stock: false, ..self.clone() }
    }

    /// Asked about another point: a place's name and a map's view no longer hold.
    pub(super) fn at(&self, point: Point) -> Asked {
        Asked { near: Some(point), place: String::new(), view: None, lost: false, ..self.clone() }
    }

    /// Where the question is about, as names and values.
    pub(super) fn whereabouts(&self) -> Vec<(String, String)> {
        let near = self.near.map(|point| ("near".to_owned(), point.to_string()));
        let place = (!self.place.is_empty()).then(|| ("place".to_owned(), self.place.clone()));
        place.or(near).into_iter().collect()
    }

    /// What is wanted there, as names and values.
    pub(super) fn wishes(&self) -> Vec<(String, String)> {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let mut pairs = Vec::new();
        pairs.extend(self.sku.as_deref().map(|sku| pair("sku", sku)));
        pairs.extend(self.in_stock.then(|| pair("in_stock", "1")));
        pairs.extend(self.open_now.then(|| pair("open_now", "1")));
        pairs.extend(self.service.as_deref().map(|code| pair("service", code)));
        pairs
    }

    /// The path and query of this question, without the language's prefix.
    pub(super) fn path(&self) -> String {
        let mut pairs = self.whereabouts();
        pairs.extend(self.wishes());
        pairs.extend(self.view.map(|view| ("view".to_owned(), view.to_string())));
        pairs.extend((self.limit > FIRST).then(|| ("limit".to_owned(), self.limit.to_string())));
        with_query("/stores", &pairs)
    }

    /// The address that a map's view is appended to.
    pub(super) fn view_href(&self, lang: Lang) -> String {
        let path = Asked { view: None, ..self.clone() }.path();
        let joint = if path.contains('?') { '&' } else { '?' };
        format!("{}{joint}view=", lang.href(&path))
    }
}

/// A path with these names and values behind it.
pub(crate) fn with_query(path: &str, pairs: &[(String, String)]) -> String {
    if pairs.is_empty() {
        return path.to_owned();
    }
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    format!("{path}?{query}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(pairs: &[(&str, &str)]) -> Asked {
        Asked::read(&pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn an_address_reads_as_it_was_written() {
        let all = asked(&[
            ("place", "성수동"),
            ("open_now", "1"),
            ("service", "curbside"),
            ("sku", "JJ-1"),
            ("limit", "40"),
        ]);
        let path = all.path();
        let pairs: HashMap<String, String> =
            url::form_urlencoded::parse(path.split_once('?').unwrap().1.as_bytes()).into_owned().collect();
        assert_eq!(Asked::read(&pairs), all);
    }

    /// The form sends the point it was shown around along.
    #[test]
    fn a_place_that_was_typed_replaces_the_point() {
        let typed = asked(&[("near", "37.5,127"), ("place", "seongsu")]);
        assert_eq!(typed.path(), "/stores?place=seongsu");
        let left_empty = asked(&[("near", "37.5,127"), ("place", "")]);
        assert_eq!(left_empty.path(), "/stores?near=37.50000%2C127.00000");
    }

    #[test]
    fn what_cannot_be_read_does_not_narrow() {
        let odd = asked(&[("near", "NaN,181"), ("limit", "9999999999"), ("view", "x"), ("open_now", "0")]);
        assert_eq!(
            (odd.near, odd.lost, odd.limit, odd.view, odd.is_narrow()),
            (None, true, FIRST, None, false)
        );
    }
}
