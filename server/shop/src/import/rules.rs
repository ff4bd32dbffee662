//! Rules at work: from a record to the texts of one field.

use std::{borrow::Cow, collections::BTreeMap};

use sha2::{Digest, Sha256};

use super::{
    ImportError,
    clean::cleaned,
    lookup::Tables,
    mapping::{Made, Otherwise, Rule, Take, Word},
    read::{Header, Record},
    value::Place,
};

/// A rule with its columns found.
#[derive(Clone, Debug, Default)]
pub(super) struct Compiled {
    places: Vec<Place>,
    /// Whether the first place that has something speaks alone.
    is_alone: bool,
    template: Vec<Piece>,
    constant: Option<String>,
    split: Option<String>,
    take: Option<Take>,
    part: Option<Take>,
    prefix: Option<String>,
    word: Option<Word>,
    digest: bool,
    values: BTreeMap<String, String>,
    otherwise: Otherwise,
    table: Option<(usize, Option<String>)>,
    default: Option<String>,
    /// Whether a mapping asked for it; what it names must then be there.
    pub asked: bool,
}

#[derive(Clone, Debug)]
enum Piece {
    Text(String),
    Hole(Place),
}

/// The texts of a field, and whether odd spaces or marks were taken out of them.
#[derive(Debug, Default)]
pub(super) struct Found<'r> {
    pub texts: Vec<Cow<'r, str>>,
    pub mended: bool,
}

impl Compiled {
    /// Any of these columns.
    pub fn any(names: &[&str]) -> Compiled {
        Compiled { places: names.iter().map(|name| Place::new(name)).collect(), ..Compiled::default() }
    }

    /// The first of these columns that has something: together they would say it twice.
    pub fn first_of(names: &[&str]) -> Compiled {
        Compiled { is_alone: true, ..Compiled::any(names) }
    }

    /// One column that must be there.
    pub fn named(column: &str) -> Compiled {
        Compiled { asked: true, ..Compiled::any(&[column]) }
    }

    pub fn from_rule(rule: &Rule, tables: &mut Tables) -> Result<Compiled, ImportError> {
        match rule {
            Rule::Column(column) => Ok(Compiled::named(column)),
            Rule::Made(made) => Compiled::from_made(made, tables),
        }
    }

    fn from_made(made: &Made, tables: &mut Tables) -> Result<Compiled, ImportError> {
        let columns: Vec<&str> =
            made.column.iter().map(String::as_str).chain(made.columns.iter().map(String::as_str)).collect();
        let template = made.template.as_deref().map(pieces).transpose()?.unwrap_or_default();
        let table = match &made.lookup {
            Some(lookup) => {
                Some((tables.open(lookup)?, lookup.split.clone().filter(|split| !split.is_empty())))
            }
            None => None,
        };
        Ok(Compiled {
            template,
            constant: made.constant.clone(),
            split: made.split.clone().filter(|split| !split.is_empty()),
            take: made.take,
            part: made.part,
            prefix: made.prefix.clone(),
            word: made.word,
            digest: made.digest,
            values: made.values.clone(),
            otherwise: made.otherwise,
            table,
            default: made.default.clone(),
            asked: !made.optional,
            ..Compiled::any(&columns)
        })
    }

    /// Finds the columns; answers the names that the file lacks.
    pub fn bind(&mut self, header: &Header) -> Vec<String> {
        let mut missing = Vec::new();
        let mut found = |place: &mut Place| {
            let found = place.bind(header);
            if !found {
                missing.push(place.path.clone());
            }
            found
        };
        self.places.retain_mut(&mut found);
        for piece in &mut self.template {
            if let Piece::Hole(place) = piece {
                found(place);
            }
        }
        if self.is_alone {
            self.keep_first();
        }
        // One of several columns may be missing; a column that stands alone may not.
        if self.places.is_empty() || !self.template.is_empty() { missing } else { Vec::new() }
    }

    /// Where it looks.
    pub fn places(&self) -> impl Iterator<Item = &Place> {
        let holes = self.template.iter().filter_map(|piece| match piece {
            Piece::Hole(place) => Some(place),
            Piece::Text(_) => None,
        });
        self.places.iter().chain(holes)
    }

    /// Looks into the first of its columns alone.
    pub fn keep_first(&mut self) {
        self.places.truncate(1);
    }

    /// Whether it can ever find anything.
    pub fn is_idle(&self) -> bool {
        self.places.is_empty()
            && self.template.is_empty()
            && self.constant.is_none()
            && self.default.is_none()
    }

    pub fn find<'r>(&'r self, record: &'r Record, tables: &'r Tables) -> Found<'r> {
        let mut found = Found::default();
        if let Some(constant) = &self.constant {
            found.texts.extend((!constant.is_empty()).then_some(Cow::Borrowed(constant.as_str())));
            return found;
        }
        if self.template.is_empty() {
            self.gather(record, &mut found);
        } else {
            found.texts.extend(self.fill(record, &mut found.mended).map(Cow::Owned));
        }
        self.narrow(&mut found.texts);
        self.translate(&mut found.texts, tables);
        if found.texts.is_empty()
            && let Some(default) = &self.default
        {
            found.texts.push(Cow::Borrowed(default));
        }
        found
    }

    fn gather<'r>(&'r self, record: &'r Record, found: &mut Found<'r>) {
        let mut raw = Vec::new();
        for place in &self.places {
            place.texts(record, &mut raw);
            if self.is_alone && !raw.is_empty() {
                break;
            }
        }
        for text in raw {
            let (text, mended) = clean_cow(text);
            found.mended |= mended;
            if !text.is_empty() {
                found.texts.push(text);
            }
        }
    }

    fn narrow<'r>(&'r self, texts: &mut Vec<Cow<'r, str>>) {
        match self.take {
            Some(Take::First) => texts.truncate(1),
            Some(Take::Last) => drop(texts.drain(..texts.len().saturating_sub(1))),
            None => {}
        }
        if let Some(split) = &self.split {
            let parts = |text: &Cow<'r, str>| -> Vec<Cow<'r, str>> {
                text.split(split.as_str()).map(|part| Cow::Owned(part.trim().to_owned())).collect()
            };
            *texts = texts.iter().flat_map(parts).filter(|part| !part.is_empty()).collect();
        }
        match self.part {
            Some(Take::First) => texts.truncate(1),
            Some(Take::Last) => drop(texts.drain(..texts.len().saturating_sub(1))),
            None => {}
        }
        if let Some(word) = self.word {
            for text in texts.iter_mut() {
                let (rest, last) = text.rsplit_once(char::is_whitespace).unwrap_or(("", text));
                *text = Cow::Owned(if word == Word::Last { last.to_owned() } else { rest.trim().to_owned() });
            }
            texts.retain(|text| !text.is_empty());
        }
        if self.digest {
            for text in texts.iter_mut() {
                let digest = Sha256::digest(text.as_bytes());
                *text = Cow::Owned(digest.iter().take(5).map(|byte| format!("{byte:02x}")).collect());
            }
        }
        if let Some(prefix) = &self.prefix {
            texts.retain(|text| text.starts_with(prefix.as_str()));
            for text in texts {
                *text = Cow::Owned(text[prefix.len()..].trim().to_owned());
            }
        }
    }

    fn translate<'r>(&'r self, texts: &mut Vec<Cow<'r, str>>, tables: &'r Tables) {
        if let Some((table, split)) = &self.table {
            let known = texts.iter().filter_map(|text| tables.get(*table, text));
            *texts = match split {
                Some(split) => known.flat_map(|text| text.split(split.as_str())).map(Cow::Borrowed).collect(),
                None => known.map(Cow::Borrowed).collect(),
            };
        }
        if self.values.is_empty() {
            return;
        }
        let meant = |text: &Cow<'r, str>| match self.values.get(text.as_ref()) {
            Some(meaning) => Some(Cow::Borrowed(meaning.as_str())),
            None if self.otherwise == Otherwise::Keep => Some(text.clone()),
            None => None,
        };
        *texts = texts.iter().filter_map(meant).filter(|text| !text.is_empty()).collect();
    }

    /// The template filled; none where nothing but its own words would stand there.
    fn fill(&self, record: &Record, mended: &mut bool) -> Option<String> {
        let mut out = String::new();
        let mut any = false;
        for piece in &self.template {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Hole(place) => {
                    let mut texts = Vec::new();
                    place.texts(record, &mut texts);
                    let (text, odd) = texts.into_iter().next().map_or((Cow::Borrowed(""), false), clean_cow);
                    *mended |= odd;
                    any |= !text.is_empty();
                    out.push_str(&text);
                }
            }
        }
        any.then(|| tidy(&out))
    }
}

fn clean_cow(text: Cow<'_, str>) -> (Cow<'_, str>, bool) {
    match text {
        Cow::Borrowed(text) => cleaned(text),
        Cow::Owned(text) => {
            let (kept, mended) = cleaned(&text);
            (Cow::Owned(kept.into_owned()), mended)
        }
    }
}

/// Without the commas and spaces that empty pieces leave.
fn tidy(text: &str) -> String {
    let parts = text.split(',').map(|part| part.split_whitespace().collect::<Vec<_>>().join(" "));
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

fn pieces(template: &str) -> Result<Vec<Piece>, ImportError> {
    let mut pieces = Vec::new();
    let mut rest = template;
    while let Some((text, after)) = rest.split_once('{') {
        let Some((hole, after)) = after.split_once('}') else {
            return Err(ImportError::Mapping(format!("`{template}` has a brace that is not closed")));
        };
        pieces.push(Piece::Text(text.to_owned()));
        pieces.push(Piece::Hole(Place::new(hole.trim())));
        rest = after;
    }
    pieces.push(Piece::Text(rest.to_owned()));
    Ok(pieces)
}
