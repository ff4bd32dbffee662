//! Small tables beside an imported file that say what its codes mean.

use std::{collections::HashMap, path::PathBuf};

use super::{
    ImportError, Source,
    mapping::Lookup,
    read::{self, Fields, Format, Wish},
    source,
};

/// Rows of one table.
const MAX_ROWS: usize = 200_000;

/// Tables that have been read.
#[derive(Debug, Default)]
pub(super) struct Tables {
    folder: Option<PathBuf>,
    tables: Vec<HashMap<String, String>>,
}

impl Tables {
    pub fn beside(folder: Option<PathBuf>) -> Tables {
        Tables { folder, tables: Vec::new() }
    }

    pub fn get(&self, table: usize, key: &str) -> Option<&str> {
        self.tables.get(table)?.get(key).map(String::as_str)
    }

    pub fn open(&mut self, lookup: &Lookup) -> Result<usize, ImportError> {
        let folder = self.folder.clone().unwrap_or_default();
        let beside = ["", ".zst", ".gz"].map(|ending| folder.join(format!("{}{ending}", lookup.file)));
        let Some(path) = beside.into_iter().find(|path| path.is_file()) else {
            return Err(ImportError::Mapping(format!(
                "it looks codes up in {}, which does not lie beside the file",
                lookup.file
            )));
        };
        self.tables.push(rows(lookup, path)?);
        Ok(self.tables.len() - 1)
    }
}

fn rows(lookup: &Lookup, path: PathBuf) -> Result<HashMap<String, String>, ImportError> {
    let wish = Wish { format: Some(Format::Csv), ..Wish::default() };
    let mut reading = read::start(source::open(Source::File(path))?, wish)?;
    let column = |name: &str| {
        reading
            .header
            .as_ref()
            .and_then(|header| header.column(name))
            .ok_or_else(|| ImportError::Mapping(format!("{} has no column `{name}`", lookup.file)))
    };
    let (key, value) = (column(&lookup.key)?, column(&lookup.value)?);
    let mut rows = HashMap::new();
    loop {
        match reading.records.next() {
            Ok(Some(Ok(record))) => {
                if let Fields::Cells(cells) = &record.fields
                    && let (Some(key), Some(value)) = (cells.get(key), cells.get(value))
                {
                    rows.insert(key.trim().to_owned(), value.trim().to_owned());
                }
            }
            Ok(Some(Err(_))) => {}
            Ok(None) => return Ok(rows),
            Err(stop) => return Err(ImportError::Mapping(format!("{}: {}", lookup.file, stop.reason))),
        }
        if rows.len() > MAX_ROWS {
            return Err(ImportError::Mapping(format!("{} has more than {MAX_ROWS} rows", lookup.file)));
        }
    }
}
