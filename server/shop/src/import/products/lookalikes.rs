//! Variants of one product that nothing tells apart: nobody could choose among them.

use std::collections::HashSet;

use onshelf_db::{Db, catalog};

use super::{
    super::{
        ImportError,
        report::{Entry, Ledger},
    },
    draft::Draft,
};

/// Warns of products whose variants look alike. One that is there already may have its options from another file.
pub(super) async fn tell(db: &Db, drafts: &[Draft], ledger: &mut Ledger) -> Result<(), ImportError> {
    for draft in drafts.iter().filter(|draft| has_twins(draft)) {
        let why = "variants with the same options: only one of them can be chosen";
        ledger.warn(Entry::new(draft.line, "options", why, &draft.code));
    }
    let plain: Vec<&Draft> = drafts.iter().filter(|draft| has_no_options(draft)).collect();
    if plain.is_empty() {
        return Ok(());
    }
    let codes: Vec<&str> = plain.iter().map(|draft| draft.code.as_str()).collect();
    let rows = {
        let mut reader = db.reader().await?;
        catalog::standing(&mut reader.tx(), &codes).await?
    };
    let standing: HashSet<&str> = rows.iter().map(|row| row.code.as_str()).collect();
    for draft in plain.into_iter().filter(|draft| !standing.contains(draft.code.as_str())) {
        let why = "several variants, and nothing tells them apart";
        ledger.warn(Entry::new(draft.line, "options", why, &draft.code));
    }
    Ok(())
}

fn has_no_options(draft: &Draft) -> bool {
    draft.variants.len() > 1 && draft.options.len() == 0 && draft.exported_options.is_none()
}

fn has_twins(draft: &Draft) -> bool {
    let mut seen = HashSet::new();
    draft.variants.iter().any(|variant| !variant.options.is_empty() && !seen.insert(&variant.options))
}
