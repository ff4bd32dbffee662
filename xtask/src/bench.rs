//! `bench`: measurements. Files are weighed here, what needs a browser is watched by `browser`; the rest are programs of
//! the server's crate, found by their names so that a new one needs no line here.

use std::path::Path;

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

/// False if a budget was not kept, or if a figure that was wanted could not be taken.
pub fn bench(name: Option<&str>, rest: &[String]) -> Result<bool> {
    let existing = programs();
    match name {
        Some("bytes") => {
            let toolchain = Toolchain::ready()?;
            let manifest = build::site(&toolchain, Grade::Release)?;
            let kept = bytes(&manifest)?.failed == 0;
            let built = build::build(Grade::Release)?;
            let weighed = serde_json::to_string(&spent(&weigh(&manifest)?)?)?;
            Ok(browser::transfers(&built.server, &built.site, CORE, &weighed)? && kept)
        }
        Some("browser") => {
            let built = build::build(Grade::Release)?;
            browser::measure(&built.server, &built.site, CORE, rest)
        }
        Some(name) if existing.iter().any(|known| known == name) => {
            let mut cargo = Toolchain::ready()?.cargo();
            cargo.args(["bench", "--package", project::SERVER_CRATE, "--bench", name, "--"]).args(rest);
            let cluster = floor(name)?;
            if let Some(cluster) = &cluster {
                cargo.env(POSTGRES, cluster.url());
            }
            process::run(&mut cargo, &format!("the benchmark {name}")).map(|()| true)
        }
        other => list_or_refuse(other, &[vec!["browser".to_owned(), "bytes".to_owned()], existing].concat()),
    }
}

/// The PostgreSQL that a benchmark stands beside, on the core of what is measured, unless the caller named one.
fn floor(name: &str) -> Result<Option<Cluster>> {
    let wanted = BESIDE_POSTGRES.contains(&name) && std::env::var_os(POSTGRES).is_none();
    if wanted { Cluster::for_benchmarks(CORE).map(Some) } else { Ok(None) }
}

/// Without a name the list is what was asked for.
fn list_or_refuse(name: Option<&str>, existing: &[String]) -> Result<bool> {
    let list = existing.join(", ");
    match name {
        None => {
            println!("every benchmark there is: {list}");
            Ok(true)
        }
        Some(name) => bail!("there is no benchmark `{name}`; those there are: {list}"),
    }
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
