//! Members of JSON and XML records by their usual names, however they are spelt, and the shapes that records come in:
//! `storeNumber` is `store_number`, and what stands in the properties of a GeoJSON feature stands in the record.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::{
    super::{Kind, read::Fields},
    fields,
};

/// The usual names of one kind of file, to find members that are spelt otherwise.
pub(in crate::import) struct Spelling {
    kind: Kind,
    /// Names of members, and of the objects that hold some.
    names: HashSet<&'static str>,
    /// `address.city`: objects, and the members that are looked for in them.
    inner: Vec<(&'static str, &'static str)>,
}

impl Spelling {
    pub fn new(kind: Kind) -> Spelling {
        let paths: Vec<&'static str> =
            fields(kind).iter().flat_map(|(_, usual)| usual.iter().copied()).collect();
        let inner: Vec<_> = paths.iter().filter_map(|path| path.split_once('.')).collect();
        let names =
            paths.iter().map(|path| path.split_once('.').map_or(*path, |(object, _)| object)).collect();
        Spelling { kind, names, inner }
    }

    /// Puts beside each member that is spelt otherwise one of the usual name. Nothing is taken away or replaced, so
    /// that the paths of a mapping lead where they led.
    pub fn mend(&self, fields: &mut Fields) {
        let Fields::Tree(Value::Object(record)) = fields else { return };
        if matches!(self.kind, Kind::Stores | Kind::Places) {
            hoist_feature(record);
        }
        respell(record, |name| self.names.contains(name));
        for (object, _) in &self.inner {
            if let Some(Value::Object(members)) = record.get_mut(*object) {
                respell(members, |name| {
                    self.inner.iter().any(|(around, own)| around == object && *own == name)
                });
            }
        }
    }
}

fn respell(members: &mut Map<String, Value>, is_usual: impl Fn(&str) -> bool) {
    let mut found: Vec<(String, Value)> = Vec::new();
    for (name, value) in members.iter().filter(|(name, _)| !is_plain(name)) {
        let usual = snake(name);
        if usual != *name && is_usual(&usual) && !members.contains_key(&usual) {
            found.push((usual, value.clone()));
        }
    }
    for (name, value) in found {
        members.entry(name).or_insert(value);
    }
}

/// Most names are: nothing has to be made for them.
fn is_plain(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

/// `storeNumber`, `Store Number`, `store-number` and `addr:city` in the way that the usual names are written.
pub(in crate::import) fn snake(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    let mut was_small = false;
    for letter in name.trim().chars() {
        if matches!(letter, ' ' | '-' | ':') {
            out.push('_');
        } else {
            if letter.is_uppercase() && was_small {
                out.push('_');
            }
            out.extend(letter.to_lowercase());
        }
        was_small = letter.is_lowercase() || letter.is_ascii_digit();
    }
    out
}

/// A GeoJSON feature: its properties and its point, as members of the record itself.
fn hoist_feature(record: &mut Map<String, Value>) {
    if record.get("type").and_then(Value::as_str) != Some("Feature") {
        return;
    }
    let point =
        record.get("geometry").filter(|geometry| geometry.get("type").is_some_and(|kind| kind == "Point"));
    let ends = point.and_then(|point| point.get("coordinates")).and_then(Value::as_array);
    let place = ends.and_then(|ends| Some((ends.first()?.clone(), ends.get(1)?.clone())));
    let properties = record.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
    for (name, value) in properties {
        record.insert(name, value);
    }
    if let Some((lng, lat)) = place {
        record.entry("lng").or_insert(lng);
        record.entry("lat").or_insert(lat);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_spelt_one_way() {
        for (name, usual) in [
            ("storeNumber", "store_number"),
            ("StoreID", "store_id"),
            ("Postal Code", "postal_code"),
            ("addressLine1", "address_line1"),
            ("addr:city", "addr_city"),
            ("sku", "sku"),
            ("SKU", "sku"),
            ("매장명", "매장명"),
        ] {
            assert_eq!(snake(name), usual);
        }
    }

    fn mended(kind: Kind, json: &str) -> Value {
        let mut fields = Fields::Tree(serde_json::from_str(json).unwrap());
        Spelling::new(kind).mend(&mut fields);
        let Fields::Tree(tree) = fields else { panic!("a tree stays one") };
        tree
    }

    #[test]
    fn usual_names_stand_beside_those_of_the_file() {
        let store = mended(
            Kind::Stores,
            r#"{"storeNumber":"7","city":"Jeju","City":"Busan","Address":{"postalCode":"63122"}}"#,
        );
        assert_eq!((store["store_number"].as_str(), store["storeNumber"].as_str()), (Some("7"), Some("7")));
        assert_eq!(store["city"], "Jeju", "what is there already is not replaced");
        assert_eq!(store["address"]["postal_code"], "63122");
    }

    #[test]
    fn a_feature_is_a_record_of_its_properties() {
        let json = r#"{"type":"Feature","id":"f1","properties":{"ref":"7","addr:city":"Jeju"},
            "geometry":{"type":"Point","coordinates":[126.53,33.5]}}"#;
        let store = mended(Kind::Stores, json);
        assert_eq!((store["ref"].as_str(), store["addr_city"].as_str()), (Some("7"), Some("Jeju")));
        assert_eq!((store["lat"].as_f64(), store["lng"].as_f64()), (Some(33.5), Some(126.53)));
        assert!(mended(Kind::Products, json).get("lat").is_none());
    }
}
