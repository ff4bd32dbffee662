//! What of a file nobody reads: columns, or members of its records. It is told once, so that nothing is lost in
//! silence because it has another name here.

use std::collections::HashSet;

use super::{
    Kind,
    canonical::snake,
    mapping::OptionsFrom,
    plan::Plan,
    read::{Fields, Header, Record},
    stores::HOURS,
    value::Place,
};

/// Names that are told.
const MOST: usize = 60;

pub(super) struct Unread {
    pub names: Vec<String>,
    /// Members that are read, or have been told; none where the file has columns.
    known: Option<HashSet<String>>,
}

impl Unread {
    /// `own` are the columns that are read beside those of the plan.
    pub fn of_columns(plan: &Plan, header: &Header, own: &[usize]) -> Unread {
        let read: HashSet<usize> =
            plan.places().filter_map(Place::column).chain(own.iter().copied()).collect();
        let unread = header.names.iter().enumerate().filter(|(column, name)| {
            // Of two columns of one name the second is told, too.
            !name.is_empty() && !read.contains(column)
        });
        Unread { names: unread.map(|(_, name)| name.clone()).take(MOST).collect(), known: None }
    }

    pub fn of_members(kind: Kind, plan: &Plan) -> Unread {
        let mapping = &plan.mapping;
        let options = mapping.options_from.iter().flat_map(|from| match from {
            OptionsFrom::Object { object } => [object.as_str(), ""],
            OptionsFrom::Lists { names, values } => [names.as_str(), values.as_str()],
        });
        let said = mapping.variants.iter().chain(&mapping.attributes_from).map(String::as_str);
        let own: &[&str] = match kind {
            // The shapes of hours, and what is around a feature of GeoJSON.
            Kind::Stores | Kind::Places => &["type", "geometry", "properties", "bbox"],
            Kind::Products => &["variants"],
            Kind::Stock => &[],
        };
        let paths = plan.places().map(|place| place.path.as_str()).chain(options).chain(said);
        let paths =
            paths.chain(HOURS.into_iter().filter(|_| kind == Kind::Stores)).chain(own.iter().copied());
        let mut known = HashSet::new();
        for path in paths {
            // A key with a dot in it is a key first.
            known.insert(path.to_owned());
            known.extend(path.split_once('.').map(|(object, _)| object.to_owned()));
        }
        Unread { names: Vec::new(), known: Some(known) }
    }

    /// Notes what a record has that nobody reads.
    pub fn look(&mut self, record: &Record) {
        let (Some(known), Fields::Tree(tree)) = (&mut self.known, &record.fields) else { return };
        for (name, value) in tree.as_object().into_iter().flatten() {
            // `@type` and the like are about the record and not of it.
            if self.names.len() >= MOST || name.starts_with('@') || known.contains(name) || value.is_null() {
                continue;
            }
            if !known.contains(&snake(name)) {
                self.names.push(name.clone());
            }
            known.insert(name.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{Mapping, lookup::Tables},
        *,
    };

    fn plan(mapping: &str) -> Plan {
        Plan::new(Kind::Stock, Mapping::parse(mapping).unwrap(), Tables::default()).unwrap()
    }

    #[test]
    fn columns_that_nothing_is_taken_from_are_told() {
        let names = ["SKU", "Store Code", "qty", "Aisle", "", "qty", "Bin", "매대"].map(str::to_owned);
        let header = Header::new(names.to_vec());
        let mut plan = plan("[fields]\nreason = 'Bin'");
        plan.bind(&header).unwrap();
        assert_eq!(Unread::of_columns(&plan, &header, &[7]).names, ["Aisle", "qty"]);
    }

    #[test]
    fn members_that_nothing_is_taken_from_are_told_once() {
        let mut unread = Unread::of_members(Kind::Stock, &plan("[fields]\nreason = 'why.text'"));
        for json in
            [r#"{"@id":"x","sku":"A","storeCode":"s","why":{},"aisle":1,"bin":null}"#, r#"{"aisle":2}"#]
        {
            let fields = Fields::Tree(serde_json::from_str(json).unwrap());
            unread.look(&Record { line: 1, fields });
        }
        assert_eq!(unread.names, ["aisle"]);
    }
}
