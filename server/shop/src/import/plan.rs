//! The plan of one import: for each of our fields, the rule that fills it, with its columns found.

use std::collections::{BTreeMap, HashMap};

use super::{
    ImportError, Kind,
    canonical::{self, Field},
    lookup::Tables,
    mapping::{Label, Mapping, OptionRule, Rule},
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
    options: Vec<(Label, Compiled)>,
    /// Whether nobody said which columns the options are.
    are_options_usual: bool,
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
        let are_options_usual =
            kind == Kind::Products && mapping.is_blank() && mapping.options_from.is_none();
        let options = if are_options_usual {
            usual_options()
        } else {
            let one = |option: &OptionRule| (option.name.clone(), Compiled::any(&[&option.column]));
            mapping.options.iter().map(one).collect()
        };
        let only = mapping.only.iter().map(|(column, values)| (Place::new(column), values.clone())).collect();
        Ok(Plan { fields, variant, attributes, options, are_options_usual, only, tables, mapping })
    }

    /// The columns that tell the variants of a product apart; the usual ones only where a record says which product
    /// it is a variant of.
    pub fn options_of(&self, record: &Record) -> &[(Label, Compiled)] {
        let is_alone = || {
            let code = self.fields.get("code").map(|rule| rule.find(record, &self.tables).texts);
            code.is_none_or(|texts| texts.is_empty())
        };
        if self.are_options_usual && is_alone() { &[] } else { &self.options }
    }

    /// Where it looks for anything.
    pub fn places(&self) -> impl Iterator<Item = &Place> {
        let labelled = self.attributes.iter().chain(&self.options).map(|(_, rule)| rule);
        let rules = self.fields.values().chain(self.variant.values()).chain(labelled);
        rules.flat_map(Compiled::places).chain(self.only.iter().map(|(place, _)| place))
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
        self.tell_sku_from_code();
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

    /// One column says the SKU in every row, lest the number of a product stand in for one that is missing. Where it
    /// is the column of the code as well, rows are products by themselves.
    fn tell_sku_from_code(&mut self) {
        if !self.mapping.fields.contains_key("sku")
            && let Some(sku) = self.fields.get_mut("sku")
        {
            sku.keep_first();
        }
        let first = |field: &str| self.fields.get(field)?.places().next()?.column();
        if !self.mapping.fields.contains_key("code")
            && first("code").is_some()
            && first("code") == first("sku")
        {
            self.fields.remove("code");
        }
    }

    /// Refuses a file whose columns cannot fill what every row needs.
    pub fn require(&self, any_of: &[&str], header: &Header) -> Result<(), ImportError> {
        if any_of.iter().any(|field| self.fields.contains_key(field)) {
            return Ok(());
        }
        let has: Vec<&str> = header.names.iter().take(40).map(String::as_str).collect();
        let field = any_of.first().copied().unwrap_or_default();
        let made = if field == "code" {
            ", or have it made of another: code = { column = \"…\", digest = true }"
        } else {
            ""
        };
        let unnamed = header.names.iter().filter(|name| name.is_empty()).count();
        let hint = if header.names.len() == 1 || unnamed * 2 > header.names.len() {
            " (the first line has to be the names of the columns: take away what stands above them)"
        } else {
            ""
        };
        Err(ImportError::Unusable(format!(
            "no column gives the {}: name it so, or say which it is in a mapping file, as in [fields] \
             {field} = \"…\"{made}; the file has {}{hint}",
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

fn usual_options() -> Vec<(Label, Compiled)> {
    let label = |[ko, en]: [&str; 2]| Label::Both { ko: ko.to_owned(), en: en.to_owned() };
    canonical::OPTIONS.into_iter().map(|(name, columns)| (label(name), Compiled::any(columns))).collect()
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
                // A category and a department in two columns are no path, and hours in two are said twice.
                let is_said_once = matches!(*field, "category" | "hours");
                let rule = if is_said_once { Compiled::first_of(usual) } else { Compiled::any(usual) };
                rules.insert(field, rule);
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
