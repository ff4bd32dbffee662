//! Files of stores, products, stock and places into the database: read as a stream, mapped to our fields, checked
//! row by row, written in batches. Good rows go in; every bad one is reported by line, field and reason.
//! It must not know terminals or HTTP: whoever starts an import is told how far it is by a callback.

mod canonical;
mod chunks;
mod clean;
mod error;
mod geography;
mod intake;
mod lookup;
mod mapping;
mod media;
mod options;
mod places;
mod plan;
mod postcodes;
mod products;
mod read;
mod report;
mod row;
mod rules;
mod seen;
mod services;
mod source;
mod stock;
mod stores;
mod unread;
mod value;
mod week;
mod zones;

use std::path::PathBuf;

use onshelf_db::Db;
use onshelf_vocabulary::Currency;

pub use clean::neutralised;
pub use error::ImportError;
pub use mapping::{BUILT_IN, Mapping};
pub use read::{Encoding, Format, NOT_UTF8};
pub use report::{Entry, Report};
pub use source::Source;

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Stores,
    Products,
    Stock,
    Places,
}

impl Kind {
    /// As in commands and mapping files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Stores => "stores",
            Kind::Products => "products",
            Kind::Stock => "stock",
            Kind::Places => "places",
        }
    }
}

impl std::str::FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Kind, String> {
        [Kind::Stores, Kind::Products, Kind::Stock, Kind::Places]
            .into_iter()
            .find(|kind| kind.name() == text)
            .ok_or_else(|| format!("`{text}` is none of stores, products, stock, places"))
    }
}

/// How to import.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Guessed from the file's name and first bytes where none is given.
    pub format: Option<Format>,
    pub encoding: Option<Encoding>,
    pub mapping: Mapping,
    /// Check everything, write nothing.
    pub dry_run: bool,
    /// Unix milliseconds.
    pub now_ms: i64,
    /// Of prices that name none.
    pub currency: Option<Currency>,
    /// ISO 3166-1 alpha-2, of stores that name none.
    pub country: Option<String>,
    /// For products without a price, as written in a file; without it they become drafts.
    pub price_default: Option<String>,
    /// The folder that relative image paths start from.
    pub media: Option<PathBuf>,
    /// Where images are kept: `DATA_DIR/media`.
    pub media_store: Option<PathBuf>,
    /// A CSV file for every rejected row.
    pub rejects: Option<PathBuf>,
    /// Only so many rows of the file.
    pub limit: Option<u64>,
}

/// How far an import is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Progress {
    /// Of the file as it lies on disk, compressed or not.
    pub bytes: u64,
    /// None for a pipe.
    pub total_bytes: Option<u64>,
    pub rows: u64,
    pub accepted: u64,
    pub rejected: u64,
}

/// Imports a file. An error means that it could not be begun or that the database went away; a file that breaks off
/// in the middle is told in [`Report::stopped`], and what came before it is in.
pub async fn run(
    db: &Db,
    kind: Kind,
    source: Source,
    options: Options,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Report, ImportError> {
    if let Some(meant) = options.mapping.kind.filter(|meant| *meant != kind) {
        return Err(ImportError::Mapping(format!(
            "it is for {}, but {} are to be imported",
            meant.name(),
            kind.name()
        )));
    }
    let opened = source::open(source)?;
    match kind {
        Kind::Stores => {
            let intake = stores::Stores::new(db, &options).await?;
            intake::drive(db, kind, opened, options, intake, progress).await
        }
        Kind::Products => {
            let intake = products::Products::new(db, &options).await?;
            intake::drive(db, kind, opened, options, intake, progress).await
        }
        Kind::Stock => {
            let intake = stock::Stock::new(db, &options).await?;
            intake::drive(db, kind, opened, options, intake, progress).await
        }
        Kind::Places => {
            let intake = places::Places::new(&options);
            intake::drive(db, kind, opened, options, intake, progress).await
        }
    }
}
