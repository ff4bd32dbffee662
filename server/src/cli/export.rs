//! `onshelf export KIND FILE`: a table as CSV or JSON Lines.

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::PathBuf,
    process::ExitCode,
};

use clap::Args;
use onshelf_shop::export::{self, Format, Kind};

use super::{Failure, open_database, telling::Teller};
use crate::config::Config;

#[derive(Debug, Args)]
pub(super) struct Export {
    /// What to write: stores, products, stock or reservations
    kind: Kind,
    /// The file to write; `-` writes to standard output
    file: PathBuf,
    /// csv or jsonl [default: by the file's ending, else csv]
    #[arg(long)]
    format: Option<Format>,
}

impl Export {
    pub(super) async fn run(self, config: &Config) -> Result<ExitCode, Failure> {
        let is_lines = self.file.extension().is_some_and(|ending| ending == "jsonl");
        let format = self.format.unwrap_or(if is_lines { Format::Jsonl } else { Format::Csv });
        let to_stdout = self.file.as_os_str() == "-";
        let db = open_database(config).await?;
        let mut teller = Teller::spinner();
        let mut tell = |rows: u64| teller.tell(None, &format!("{rows} rows"));
        // A file that broke off must not look like a whole one, so it gets its name at the end.
        let draft = self.file.with_added_extension("part");
        let mut out: Box<dyn Write + Send> = if to_stdout {
            Box::new(BufWriter::new(std::io::stdout()))
        } else {
            let file = File::create(&draft).map_err(|error| format!("{}: {error}", draft.display()))?;
            Box::new(BufWriter::new(file))
        };
        let outcome = export::run(&db, self.kind, format, out.as_mut(), &mut tell).await;
        drop(out);
        teller.finish();
        let rows = match outcome {
            Ok(rows) => rows,
            Err(error) => {
                if !to_stdout {
                    // What is left of it helps nobody; that it could not be removed either does not matter.
                    let _ = std::fs::remove_file(&draft);
                }
                return Err(error.into());
            }
        };
        if !to_stdout {
            std::fs::rename(&draft, &self.file)
                .map_err(|error| format!("{}: {error}", self.file.display()))?;
        }
        eprintln!("{rows} rows written.");
        Ok(ExitCode::SUCCESS)
    }
}
