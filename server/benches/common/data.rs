//! The shared product file, where it is there.

use std::{
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Command, Stdio},
};

/// A product of the file.
#[derive(Clone, Debug)]
pub struct Row {
    pub gtin: String,
    pub name: String,
    /// Its number.
    pub category: String,
    pub brand: String,
}

/// The rows of the shared file of 624,941 products, at most `most`; none, with a line that says so, where it is absent or
/// cannot be unpacked.
pub fn products(most: usize) -> Option<Vec<Row>> {
    let file =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/products/uhtt_latin_625k.csv.zst");
    let file = std::env::var_os("ONSHELF_PRODUCTS").map_or(file, PathBuf::from);
    if !file.exists() {
        println!("skipped: there is no {} (ONSHELF_PRODUCTS names another)", file.display());
        return None;
    }
    let unpacked = Command::new("zstd").arg("-dc").arg(&file).stdout(Stdio::piped()).spawn();
    let said = |error: &std::io::Error| {
        println!("skipped: {} is not read, as zstd does not start ({error})", file.display());
    };
    let mut child = unpacked.inspect_err(said).ok()?;
    let lines = BufReader::new(child.stdout.take()?).lines().skip(1).map_while(Result::ok);
    let rows = lines.filter_map(|line| row(&line)).take(most).collect();
    let _ = child.kill();
    let _ = child.wait();
    Some(rows)
}

/// gtin, name, category, brand's number, brand: quoted where it needs to be.
fn row(line: &str) -> Option<Row> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            c => fields.last_mut()?.push(c),
        }
    }
    let mut fields = fields.into_iter();
    let (gtin, name, category) = (fields.next()?, fields.next()?, fields.next()?);
    Some(Row { gtin, name, category, brand: fields.nth(1)? })
}
