//! `bench`: measurements. Files are weighed here, what needs a browser is watched by `browser`; the rest are programs of
//! the server's crate, found by their names so that a new one needs no line here.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::arguments::Grade;
use crate::budget::{self, Budget, Spent, Weight};
use crate::manifest::Manifest;
use crate::postgres::Cluster;
use crate::process;
use crate::tally::Tally;
use crate::toolchain::Toolchain;
use crate::{browser, build, project};

/// Benchmarks of the crates: `server/benches/NAME.rs`.
const BENCH_FOLDER: &str = "server/benches";
/// Benchmarks whose floor is PostgreSQL, and the name under which they look for one.
const BESIDE_POSTGRES: [&str; 3] = ["nearest", "reserve", "search"];
const POSTGRES: &str = "ONSHELF_TEST_POSTGRES_URL";
/// Where benchmarks keep what is measured, a database included (`common::machine::SERVER`).
const CORE: usize = 0;
/// What is asked for without a name: each in short, which is the only way then, or only what there is.
const QUICK: &str = "--quick";
const LIST: &str = "--list";
/// The file of products that `search` is about, where no other is named (`common::data::products`).
const PRODUCTS: &str = "../shared/data/products/uhtt_latin_625k.csv.zst";

/// False if a budget was not kept, or if a figure that was wanted could not be taken.
pub fn bench(name: Option<&str>, rest: &[String]) -> Result<bool> {
    if let Some(name) = name {
        return measure(name, rest);
    }
    if let Some(other) = rest.iter().find(|word| ![QUICK, LIST].contains(&word.as_str())) {
        bail!("`bench` without a name does not know `{other}`; it knows {QUICK} and {LIST}");
    }
    if rest.iter().any(|word| word == LIST) {
        println!("{}", names().join("\n"));
        return Ok(true);
    }
    measure_all()
}

/// Every benchmark in short. One that cannot go on does not keep the others from running; that it could not be measured is
/// told at the end, unless something was measured and found wanting, which weighs more.
fn measure_all() -> Result<bool> {
    let (mut went_well, mut broken) = (true, Vec::new());
    for name in names() {
        println!("\n=== {name}");
        if let Some(lack) = lack(&name) {
            println!("skipped: {name}: {lack}");
            continue;
        }
        match measure(&name, &[QUICK.to_owned()]) {
            Ok(well) => went_well &= well,
            Err(error) => {
                eprintln!("{name}: {error:#}");
                broken.push(name);
            }
        }
    }
    if went_well && !broken.is_empty() {
        bail!("not measured: {}", broken.join(", "));
    }
    Ok(went_well)
}

/// What a benchmark is about and is not here: without it hardly anything would be measured.
fn lack(name: &str) -> Option<String> {
    if name != "search" {
        return None;
    }
    let file =
        std::env::var_os("ONSHELF_PRODUCTS").map_or_else(|| project::root().join(PRODUCTS), PathBuf::from);
    if !file.exists() {
        return Some(format!("there is no {} (ONSHELF_PRODUCTS names another)", file.display()));
    }
    process::find("zstd").is_none().then(|| "zstd is not there to unpack its products".to_owned())
}

fn measure(name: &str, rest: &[String]) -> Result<bool> {
    match name {
        "bytes" => {
            let toolchain = Toolchain::ready()?;
            let manifest = build::site(&toolchain, Grade::Release)?;
            let kept = bytes(&manifest)?.failed == 0;
            let built = build::build(Grade::Release)?;
            let weighed = serde_json::to_string(&spent(&weigh(&manifest)?)?)?;
            Ok(browser::transfers(&built.server, &built.site, CORE, &weighed)? && kept)
        }
        "browser" => {
            let built = build::build(Grade::Release)?;
            browser::measure(&built.server, &built.site, CORE, rest)
        }
        name if programs().iter().any(|known| known == name) => {
            let mut cargo = Toolchain::ready()?.cargo();
            cargo.args(["bench", "--package", project::SERVER_CRATE, "--bench", name, "--"]).args(rest);
            let cluster = floor(name)?;
            if let Some(cluster) = &cluster {
                cargo.env(POSTGRES, cluster.url());
            }
            process::run(&mut cargo, &format!("the benchmark {name}")).map(|()| true)
        }
        other => bail!("there is no benchmark `{other}`; those there are: {}", names().join(", ")),
    }
}

/// The PostgreSQL that a benchmark stands beside, on the core of what is measured, unless the caller named one.
fn floor(name: &str) -> Result<Option<Cluster>> {
    let wanted = BESIDE_POSTGRES.contains(&name) && std::env::var_os(POSTGRES).is_none();
    if wanted { Cluster::for_benchmarks(CORE).map(Some) } else { Ok(None) }
}

/// Everything there is to measure.
fn names() -> Vec<String> {
    [vec!["browser".to_owned(), "bytes".to_owned()], programs()].concat()
}

fn programs() -> Vec<String> {
    let entries = std::fs::read_dir(project::root().join(BENCH_FOLDER)).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            Some(name.strip_suffix(".rs")?.to_owned())
        })
        .collect();
    names.sort();
    names
}

/// Weighs every asset, prints the table, and counts one check for each budget.
pub fn bytes(manifest: &Manifest) -> Result<Tally> {
    let weights = weigh(manifest)?;
    println!("{:<16}{:>12}{:>12}", "asset", "raw", "brotli");
    for weight in &weights {
        println!("{:<16}{:>12}{:>12}", weight.asset, weight.raw, weight.brotli);
    }
    let mut tally = Tally::default();
    for Spent { name, spent, limit } in spent(&weights)? {
        let kept = spent <= limit;
        let verdict = if kept { "kept" } else { "OVER" };
        println!("{verdict}: {name}: {spent} of {limit} bytes");
        tally.count(kept);
    }
    Ok(tally)
}

/// What the assets of each budget weigh; one that is not part of the site is an error, and no lightness.
fn spent(weights: &[Weight]) -> Result<Vec<Spent>> {
    let budgets = budget::read(&project::root().join("xtask/budget.toml"))?;
    let spent = |budget: Budget| -> Result<Spent> {
        let spent = budget.spent(weights)?;
        Ok(Spent { name: budget.name, spent, limit: budget.limit })
    };
    budgets.into_iter().map(spent).collect()
}

/// Weighs what browsers are sent: the compressed file beside each, or the file itself where it is too small for one.
fn weigh(manifest: &Manifest) -> Result<Vec<Weight>> {
    let site = project::site(Grade::Release);
    let length =
        |file: &Path| std::fs::metadata(file).map(|file| usize::try_from(file.len()).unwrap_or(usize::MAX));
    let mut weights = Vec::new();
    for asset in manifest.0.keys() {
        let file = site.join(manifest.file(asset).unwrap_or_default());
        let raw = length(&file).with_context(|| file.display().to_string())?;
        let brotli = length(&file.with_added_extension("br")).unwrap_or(raw);
        weights.push(Weight { asset: asset.clone(), raw, brotli });
    }
    Ok(weights)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_beside_postgres_is_there() {
        let names = names();
        assert!(names.iter().any(|name| name == "bytes"));
        assert!(BESIDE_POSTGRES.iter().all(|beside| names.iter().any(|name| name == beside)), "{names:?}");
    }

    #[test]
    fn a_word_that_is_neither_name_nor_option_starts_nothing() {
        let words = |text: &str| [text.to_owned()];
        assert!(bench(None, &words("--fast")).is_err_and(|error| error.to_string().contains("--fast")));
        assert!(bench(Some("serach"), &[]).is_err_and(|error| error.to_string().contains("search")));
        assert!(bench(None, &words(LIST)).is_ok_and(|well| well));
    }
}
