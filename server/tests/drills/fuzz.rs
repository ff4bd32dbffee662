//! The fuzz targets for a moment, on the stable compiler: seeds that are changed at random, by a seed of its own so
//! that what was found can be found again. `cargo fuzz run TARGET` looks for longer and more cleverly.

use std::path::{Path, PathBuf};

use rand::{Rng, SeedableRng, rngs::StdRng};

#[path = "../../../fuzz/targets.rs"]
mod targets;

const SEED: u64 = 20_261_122;
const TRIES: u32 = 3_000;
/// Each is an import into a database, or signatures by a cipher that is not optimised here.
const SLOW_TRIES: u32 = 300;

#[test]
fn no_parser_breaks_on_what_strangers_write() {
    for (name, target, seeds) in targets::ALL {
        let mut chance = StdRng::seed_from_u64(SEED);
        let tries = if matches!(*name, "import" | "mapping" | "pass") { SLOW_TRIES } else { TRIES };
        for seed in *seeds {
            target(seed.as_bytes());
        }
        for number in 0..tries {
            let data = mutated(seeds, &mut chance);
            let outcome = std::panic::catch_unwind(|| target(&data));
            assert!(outcome.is_ok(), "{name}, try {number}: {:?}", String::from_utf8_lossy(&data));
        }
    }
}

/// A reader that no seed gets through is hardly tried.
#[test]
fn each_kind_of_body_has_a_seed() {
    for (place, read) in onshelf_server::http::fed::BODIES.iter().enumerate() {
        let is_read = targets::seeds::BODIES.iter().any(|seed| read(seed).is_ok());
        assert!(is_read, "no seed is read as kind {place} of `fed::BODIES`");
    }
}

/// The crate of `cargo fuzz`.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz")
}

#[test]
fn each_target_is_a_program_of_cargo_fuzz() {
    let manifest = std::fs::read_to_string(folder().join("Cargo.toml")).unwrap();
    for (name, ..) in targets::ALL {
        let program = format!("[[bin]]\nname = \"{name}\"\npath = \"fuzz_targets/{name}.rs\"\n");
        assert!(manifest.contains(&program), "fuzz/Cargo.toml has no program {name}");
        let file = folder().join(format!("fuzz_targets/{name}.rs"));
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(text.contains(&format!("targets::{name}(data)")), "{} does not call {name}", file.display());
    }
    // And none that the tests do not try.
    let files = std::fs::read_dir(folder().join("fuzz_targets")).unwrap().count();
    let programs = manifest.matches("[[bin]]").count();
    assert_eq!((files, programs), (targets::ALL.len(), targets::ALL.len()));
}

/// `cargo fuzz run TARGET` begins from the files in `fuzz/corpus/TARGET`, and from nothing where there are none.
#[test]
#[ignore = "writes fuzz/corpus, before `cargo fuzz` (docs/DRILLS.md)"]
fn lays_out_the_seeds() {
    for (name, _, seeds) in targets::ALL {
        let corpus = folder().join("corpus").join(name);
        std::fs::create_dir_all(&corpus).unwrap();
        for (number, seed) in seeds.iter().enumerate() {
            std::fs::write(corpus.join(format!("seed-{number}")), seed).unwrap();
        }
    }
}

fn mutated(seeds: &[&str], chance: &mut StdRng) -> Vec<u8> {
    let any = |chance: &mut StdRng| seeds[chance.random_range(0..seeds.len())].as_bytes().to_vec();
    let mut data = any(chance);
    for _ in 0..chance.random_range(1..8) {
        let at = chance.random_range(0..=data.len());
        match chance.random_range(0..6) {
            0 if at < data.len() => data[at] = chance.random(),
            1 if at < data.len() => drop(data.remove(at)),
            2 => data.insert(at, b"-:;,.~0129%\"'{}[]<>\n\t\0"[chance.random_range(0..22)]),
            3 => data.truncate(at),
            4 => {
                let other = any(chance);
                let from = chance.random_range(0..=other.len());
                data.splice(at..at, other[from..].iter().copied());
            }
            _ => {
                let end = chance.random_range(at..=data.len());
                let copy = data[at..end].to_vec();
                data.splice(at..at, copy);
            }
        }
        data.truncate(4_096);
    }
    data
}
