//! The plan of one import: for each of our fields, the rule that fills it, with its columns found.

use std::collections::{BTreeMap, HashMap};

use super::{
    ImportError, Kind,
    canonical::{self, Field},
    lookup::Tables,
    mapping::{Label, Mapping, Rule},
    read::{Header, Record},
    rules::Compiled,
    value::Place,
};

pub(super) type Rules = HashMap<&'static str, Compiled>;

/// What to take from each record.
#[derive(Debug)]
pub(super) struct Plan {
    pub fields: Rules,
    /// For the records of variants inside a product's.
    pub variant: Rules,
    pub attributes: Vec<(Label, Compiled)>,
    pub options: Vec<(Label, Compiled)>,
    only: Vec<(Place, Vec<String>)>,
    pub tables: Tables,
    pub mapping: Mapping,
}

impl Plan {
    pub fn new(kind: Kind, mapping: Mapping, mut tables: Tables) -> Result<Plan, ImportError> {
        let known = canonical::fields(kind);
        let fields = rules(known, &mapping.fields, true, &mut tables)?;
        let variant = rules(known, &mapping.variant, mapping.variants.is_some(), &mut tables)?;
        let attributes = mapping
            .attributes
            .iter()
            .map(|(name, rule)| {
                let label = mapping.names.get(name).cloned().unwrap_or_else(|| Label::One(name.clone()));
                Ok((label, Compiled::from_rule(rule, &mut tables)?))
            })
            .collect::<Result<_, ImportError>>()?;
        let options = mapping
            .options
            .iter()
            .map(|option| (option.name.clone(), Compiled::any(&[&option.column])))
            .collect();
        let only = mapping.only.iter().map(|(column, values)| (Place::new(column), values.clone())).collect();
        Ok(Plan { fields, variant, attributes, options, only, tables, mapping })
    }

    /// Finds the columns of a file that has some. A column that the mapping names must be there.
    pub fn bind(&mut self, header: &Header) -> Result<(), ImportError> {
        let mut missing = Vec::new();
        let asked = self.attributes.iter_mut().map(|(_, rule)| rule);
        for rule in self.fields.values_mut().chain(asked) {
            let lacking = rule.bind(header);
            if rule.asked {
                missing.extend(lacking);
            }
        }
        // A feed has only those of its option columns that it needs.
        for (_, rule) in &mut self.options {
            rule.bind(header);
        }
        self.options.retain(|(_, rule)| !rule.is_idle());
        for (place, _) in &mut self.only {
            if !place.bind(header) {
                missing.push(place.path.clone());
            }
        }
        self.fields.retain(|_, rule| !rule.is_idle());
        if missing.is_empty() {
            return Ok(());
        }
        missing.sort_unstable();
        missing.dedup();
        let has: Vec<&str> = header.names.iter().take(40).map(String::as_str).collect();
        Err(ImportError::Mapping(format!(
            "the file has no column {}; it has {}",
            missing.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "),
            has.join(", ")
        )))
    }

    /// Refuses a file whose columns cannot fill what every row needs.
    pub fn require(&self, any_of: &[&str], header: &Header) -> Result<(), ImportError> {
        if any_of.iter().any(|field| self.fields.contains_key(field)) {
            return Ok(());
        }
        let has: Vec<&str> = header.names.iter().take(40).map(String::as_str).collect();
        Err(ImportError::Unusable(format!(
            "no column gives the {}: name it so, or say which it is in a mapping file; the file has {}",
            any_of.join(" or "),
            has.join(", ")
        )))
    }

    pub fn wants(&self, record: &Record) -> bool {
        self.only.iter().all(|(place, values)| {
            let mut texts = Vec::new();
            place.texts(record, &mut texts);
            texts.iter().any(|text| values.iter().any(|value| value == text.trim()))
        })
    }
}

fn rules(
    known: &'static [Field],
    mapped: &BTreeMap<String, Rule>,
    with_usual_names: bool,
    tables: &mut Tables,
) -> Result<Rules, ImportError> {
    if let Some(stranger) = mapped.keys().find(|name| known.iter().all(|(field, _)| field != name)) {
        let names: Vec<&str> = known.iter().map(|(field, _)| *field).collect();
        return Err(ImportError::Mapping(format!(
            "there is no field `{stranger}`; the fields are {}",
            names.join(", ")
        )));
    }
    let mut rules = Rules::new();
    for (field, usual) in known {
        match mapped.get(*field) {
            Some(Rule::Made(made)) if !made.days.is_empty() => days(known, &made.days, &mut rules)?,
            Some(rule) => drop(rules.insert(field, Compiled::from_rule(rule, tables)?)),
            None if with_usual_names && !rules.contains_key(field) => {
                rules.insert(field, Compiled::any(usual));
            }
            None => {}
        }
    }
    Ok(rules)
}

/// Hours by day: `hours = { days = { mon = "Mon Hours", … } }` fills the fields of the days.
fn days(
    known: &'static [Field],
    days: &BTreeMap<String, String>,
    rules: &mut Rules,
) -> Result<(), ImportError> {
    for (day, column) in days {
        let Some((field, _)) = known.iter().find(|(field, _)| field == day && field.len() == 3) else {
            return Err(ImportError::Mapping(format!(
                "`{day}` is none of mon, tue, wed, thu, fri, sat, sun"
            )));
        };
        rules.insert(field, Compiled::named(column));
    }
    Ok(())
}
