//! What is there already of a file's products: a row that names no product speaks of its variant where that is at home,
//! and options that are told of some variants leave the others theirs.

use std::collections::{HashMap, HashSet};

use onshelf_db::{
    Db,
    catalog::{self, HomeRow, StandingRow},
};
use onshelf_vocabulary::Text;

use super::{
    super::{
        ImportError,
        options::OptionSet,
        report::{Entry, Ledger},
    },
    draft::{Draft, VariantDraft},
};
use crate::catalog::{NO_VALUE, OptionDef, OptionValue, are_codes_of};

/// A row without a code is of the product its SKU belongs to already. What moves to another product leaves behind what
/// it was chosen by there.
pub(super) async fn bring_home(
    db: &Db,
    drafts: &mut [Draft],
    ledger: &mut Ledger,
) -> Result<(), ImportError> {
    let in_doubt = drafts.iter().filter(|draft| !draft.is_named || !draft.tells_options);
    let skus: Vec<&str> =
        in_doubt.flat_map(|draft| &draft.variants).map(|variant| variant.sku.as_str()).collect();
    if skus.is_empty() {
        return Ok(());
    }
    let rows = {
        let mut reader = db.reader().await?;
        catalog::homes(&mut reader.tx(), &skus).await?
    };
    let homes: HashMap<String, HomeRow> = rows.into_iter().map(|home| (home.sku.clone(), home)).collect();
    let named: HashSet<String> = drafts.iter().map(|draft| draft.code.clone()).collect();
    for draft in drafts {
        if draft.is_named {
            let moves =
                |variant: &VariantDraft| homes.get(&variant.sku).is_some_and(|home| home.code != draft.code);
            draft.tells_options |= !draft.variants.is_empty() && draft.variants.iter().all(moves);
            continue;
        }
        let [variant] = draft.variants.as_slice() else { continue };
        let Some(home) = homes.get(&variant.sku).filter(|home| home.code != draft.code) else { continue };
        draft.code.clone_from(&home.code);
        if home.variants > 1 || named.contains(&home.code) {
            speak_of_the_variant(draft, ledger);
        }
    }
    Ok(())
}

/// What such a row says of the product would be said of its other variants, too.
fn speak_of_the_variant(draft: &mut Draft, ledger: &mut Ledger) {
    let Some(variant) = draft.variants.first_mut() else { return };
    let is_plain = |column: &&str| matches!(*column, "name_ko" | "name_en" | "images");
    if draft.tells_options || !draft.columns.iter().all(is_plain) {
        let why = "missing: of a product with several variants only what is the variant's own is set";
        ledger.warn(Entry::new(draft.line, "code", why, &variant.sku));
    }
    if draft.columns.contains(&"images") && !variant.columns.contains(&"images") {
        variant.images = std::mem::take(&mut draft.images);
        variant.columns.push("images");
    }
    draft.images.clear();
    draft.category.clear();
    draft.columns.clear();
    draft.options = OptionSet::default();
    draft.exported_options = None;
    draft.tells_options = false;
}

/// Where a file tells options and not of all variants, those it does not speak of keep what they are chosen by.
pub(super) async fn join_options(db: &Db, drafts: &mut [Draft]) -> Result<(), ImportError> {
    let telling = drafts.iter().filter(|draft| draft.tells_options);
    let codes: Vec<&str> = telling.map(|draft| draft.code.as_str()).collect();
    if codes.is_empty() {
        return Ok(());
    }
    let rows = {
        let mut reader = db.reader().await?;
        catalog::standing(&mut reader.tx(), &codes).await?
    };
    let mut standing: HashMap<String, Vec<StandingRow>> = HashMap::new();
    for row in rows {
        standing.entry(row.code.clone()).or_default().push(row);
    }
    for draft in drafts.iter_mut().filter(|draft| draft.tells_options) {
        if let Some(rows) = standing.remove(&draft.code) {
            join(draft, rows);
        }
    }
    Ok(())
}

fn join(draft: &mut Draft, rows: Vec<StandingRow>) {
    let own: HashSet<&str> = draft.variants.iter().map(|variant| variant.sku.as_str()).collect();
    let others: Vec<StandingRow> = rows.into_iter().filter(|row| !own.contains(row.sku.as_str())).collect();
    let Some(first) = others.first() else { return };
    let read = |json: &str| serde_json::from_str::<Vec<OptionDef>>(json);
    let told = draft.exported_options.clone().unwrap_or_else(|| draft.options.to_json());
    let (Ok(known), Ok(told)) = (read(&first.known), read(&told)) else { return };
    let codes = |row: &StandingRow| serde_json::from_str::<Vec<String>>(&row.chosen).unwrap_or_default();
    draft.beside = i64::try_from(others.len()).unwrap_or(i64::MAX);
    let stays = |row: &StandingRow| {
        let codes = codes(row);
        codes.len() == told.len() && are_codes_of(&codes, &told)
    };
    if others.iter().all(stays) {
        return;
    }
    let (mut all, places) = united(known, &told);
    for variant in &mut draft.variants {
        variant.options = placed(&variant.options, &places, all.len());
    }
    let short = others.iter().map(|row| (row, codes(row))).filter(|(_, codes)| codes.len() < all.len());
    for (row, mut codes) in short {
        codes.resize(all.len(), NO_VALUE.to_owned());
        draft.variants.push(untold(draft.line, &row.sku, codes));
    }
    for (place, option) in all.iter_mut().enumerate() {
        let has_none =
            |variant: &VariantDraft| variant.options.get(place).is_some_and(|code| code == NO_VALUE);
        if draft.variants.iter().any(has_none) && option.values.iter().all(|value| value.code != NO_VALUE) {
            option.values.push(no_value());
        }
    }
    draft.exported_options = serde_json::to_string(&all).ok();
}

/// A variant of which only the options are set, because its product has more of them now.
fn untold(line: u64, sku: &str, options: Vec<String>) -> VariantDraft {
    VariantDraft {
        line,
        sku: sku.to_owned(),
        gtin: None,
        options,
        images: Vec::new(),
        status: "active",
        price: None,
        list_amount: None,
        columns: Vec::new(),
    }
}

fn no_value() -> OptionValue {
    OptionValue { code: NO_VALUE.to_owned(), ko: String::new(), en: NO_VALUE.to_owned(), swatch: None }
}

/// Where an option stands among the united ones, and which code each of its own is there.
type Place = (usize, HashMap<String, String>);

/// The options that are known, with what is told of them or beyond them; and where each that was told stands now.
fn united(known: Vec<OptionDef>, told: &[OptionDef]) -> (Vec<OptionDef>, Vec<Place>) {
    let mut all = known;
    let mut places = Vec::with_capacity(told.len());
    for option in told {
        let at = all.iter().position(|known| is_same(&known.name, &option.name)).unwrap_or_else(|| {
            all.push(OptionDef { name: option.name.clone(), values: Vec::new() });
            all.len() - 1
        });
        let Some(into) = all.get_mut(at) else { continue };
        let codes = option.values.iter().map(|value| (value.code.clone(), code_in(into, value))).collect();
        places.push((at, codes));
    }
    (all, places)
}

/// The code of a value, which becomes one of the option's if it was none yet.
fn code_in(option: &mut OptionDef, value: &OptionValue) -> String {
    let text = |value: &OptionValue| Text::new(value.ko.as_str(), value.en.as_str());
    let by_text = option.values.iter().find(|known| is_same(&text(known), &text(value)));
    if let Some(known) = by_text.or_else(|| option.values.iter().find(|known| known.code == value.code)) {
        return known.code.clone();
    }
    option.values.push(value.clone());
    value.code.clone()
}

/// Whether they say the same in one of the languages.
fn is_same(one: &Text, other: &Text) -> bool {
    let same = |a: &str, b: &str| !a.is_empty() && a.to_lowercase() == b.to_lowercase();
    same(&one.ko, &other.ko) || same(&one.en, &other.en)
}

/// A variant's codes among all options.
fn placed(codes: &[String], places: &[Place], count: usize) -> Vec<String> {
    let mut all = vec![NO_VALUE.to_owned(); count];
    for (code, (at, names)) in codes.iter().zip(places) {
        if let (Some(own), Some(name)) = (all.get_mut(*at), names.get(code)) {
            own.clone_from(name);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(json: &str) -> Vec<OptionDef> {
        serde_json::from_str(json).unwrap()
    }

    const KNOWN: &str =
        r#"[{"name":{"ko":"","en":"Size"},"values":[{"code":"s","en":"S"},{"code":"l","en":"L"}]}]"#;

    #[test]
    fn what_is_told_comes_to_what_is_known() {
        let told = options(
            r#"[{"name":{"ko":"색상","en":""},"values":[{"code":"red","en":"Red"}]},
                {"name":{"ko":"","en":"size"},"values":[{"code":"large","en":"l"},{"code":"m","en":"M"}]}]"#,
        );
        let (all, places) = united(options(KNOWN), &told);
        let codes = |at: usize| all[at].values.iter().map(|value| value.code.as_str()).collect::<Vec<_>>();
        assert_eq!((codes(0), codes(1)), (vec!["s", "l", "m"], vec!["red"]));
        let own = ["red".to_owned(), "large".to_owned()];
        assert_eq!(placed(&own, &places, all.len()), ["l", "red"]);
        assert_eq!(placed(&own[..1], &places, all.len()), ["-", "red"]);
    }

    #[test]
    fn the_same_again_changes_nothing() {
        let (all, _) = united(options(KNOWN), &options(KNOWN));
        assert_eq!(all, options(KNOWN));
    }
}
