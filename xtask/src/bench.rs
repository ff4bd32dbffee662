//! `bench`: measurements. The bytes are weighed here, the browser is watched by `browser`; the rest are programs of the
//! server's crate, found by their names so that a new one needs no line here.

use anyhow::{Context, Result, bail};

use crate::arguments::Grade;
use crate::budget::{self, Weight};
use crate::manifest::Manifest;
use crate::postgres::Cluster;
use crate::process::{self, say};
use crate::tally::Tally;
use crate::toolchain::Toolchain;
use crate::{browser, build, client, project};

/// Benchmarks of the crates: `server/benches/NAME.rs`.
const BENCH_FOLDER: &str = "server/benches";
/// Benchmarks whose floor is PostgreSQL, and the name under which they look for one.
const BESIDE_POSTGRES: [&str; 3] = ["nearest", "reserve", "search"];
const POSTGRES: &str = "ONSHELF_TEST_POSTGRES_URL";

pub fn bench(name: Option<&str>, rest: &[String]) -> Result<bool> {
    let existing = programs();
    match name {
        Some("bytes") => {
            let toolchain = Toolchain::ready()?;
            let manifest = build::site(&toolchain, Grade::Release)?;
            Ok(bytes(&manifest)?.failed == 0)
        }
        Some("browser") => {
            let built = build::build(Grade::Release)?;
            browser::measure(&built.server, &built.site, rest).map(|()| true)
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

/// The PostgreSQL that a benchmark stands beside, unless the caller named one.
fn floor(name: &str) -> Result<Option<Cluster>> {
    let wanted = BESIDE_POSTGRES.contains(&name) && std::env::var_os(POSTGRES).is_none();
    if wanted { Cluster::start().map(Some) } else { Ok(None) }
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
    for budget in budget::read(&project::root().join("xtask/budget.toml"))? {
        let kept = budget.is_kept(&weights);
        let verdict = if kept { "kept" } else { "OVER" };
        println!("{verdict}: {}: {} of {} bytes", budget.name, budget.spent(&weights), budget.limit);
        for absent in budget.assets.iter().filter(|asset| !manifest.0.contains_key(*asset)) {
            say(&format!("{absent} is not part of the site"));
        }
        tally.count(kept);
    }
    Ok(tally)
}

fn weigh(manifest: &Manifest) -> Result<Vec<Weight>> {
    let site = project::site(Grade::Release);
    let mut weights = Vec::new();
    for asset in manifest.0.keys() {
        let file = site.join(manifest.file(asset).unwrap_or_default());
        let content = std::fs::read(&file).with_context(|| file.display().to_string())?;
        weights.push(Weight { asset: asset.clone(), raw: content.len(), brotli: client::weigh(&content)? });
    }
    Ok(weights)
}
