//! The floors and the rooms, as ARCHITECTURE.md draws them. What Cargo cannot enforce is read from the sources here:
//! inside a floor a room imports rooms of lower rank only, and a floor names nothing it may not know.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on ends")]

use std::{
    collections::BTreeSet,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

use onshelf_server::config::Config;

/// Rooms by rank. A room imports those of lower rank, and itself.
const RANKS: &[(&str, u8)] = &[
    ("catalog", 1),
    ("places", 1),
    ("stores", 1),
    ("stock", 2),
    ("cart", 3),
    ("payments", 4),
    ("fulfilment", 4),
    ("orders", 5),
    ("journeys", 6),
    ("staff", 7),
];

/// What has a name of its own because it is about the house itself. Every room may use `words`, too; they say a store's
/// hours, and are no ground for that.
const HOUSE: &[&str] = &[
    "words",
    "jobs",
    "notifications",
    "partners",
    "import",
    "export",
    "ledger",
    "exchange",
    "idempotency",
    "meta",
    "outbox",
    "passes",
    "pulse",
    "shoppers",
    "testing",
    "test_provider",
    "home",
    "routes",
    "shell",
];

/// Of the house, what shows the other rooms and so stands above all of them.
const SHOWING: &[&str] = &["home", "routes", "shell"];

/// Below the rooms: each may be used by every room, and knows none of them.
const GROUND: &[&str] = &[
    "basemap", "hangul", "search", "copies", "engine", "error", "migrate", "postgres", "sqlite", "renewal",
    "money", "once", "draws", "undone", "ports", "secrets", "viewer", "shared", "ssr", "ui",
];

/// The floors whose rooms have a rank. In the app `home` and `shell` are rooms of their own that show the others.
const FLOORS: &[&str] = &["server/domain/src", "server/db/src", "server/shop/src", "app/src"];

/// Korean that is not said here, and what is said instead: one word for one thing in all rooms.
const UNSAID: &[(&str, &str)] = &[
    ("찾아가", "받아 가다 or 픽업: 찾다 is to search"),
    ("찾아 가", "받아 가다 or 픽업: 찾다 is to search"),
    ("찾으러 오", "받으러 오다: 찾다 is to search"),
    ("차로 받", "차에서 받기"),
    ("맡아 두", "맡아두기, written together"),
    ("맡아 둔", "맡아둔, written together"),
    ("맡아 둘", "맡아둘, written together"),
    ("맡아 둡", "맡아둘게요, written together"),
    ("맡아 둬", "맡아둬요, written together"),
    ("맡아 뒀", "맡아두었어요, written together"),
];

/// Readers: what a page tells of a product or a store has its shelf beside it. They read the book and the shelves in
/// memory, or show what was read, and decide nothing; another that is added here has to be no more than that.
const READERS: &[&str] = &[
    "app/src/stores/card.rs",
    "app/src/stores/page.rs",
    "server/shop/src/catalog/listed.rs",
    "server/shop/src/catalog/narrow.rs",
    "server/shop/src/catalog/show.rs",
    "server/shop/src/stores/find.rs",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn sources(folder: &Path, ends: &[&str], found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, ends, found);
        } else if path.extension().is_some_and(|own| ends.iter().any(|end| own == *end)) {
            found.push(path);
        }
    }
}

fn files(floor: &str) -> Vec<PathBuf> {
    files_ending(floor, &["rs"])
}

fn files_ending(folder: &str, ends: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    sources(&root().join(folder), ends, &mut found);
    assert!(found.len() > 5, "{folder} is not where it was");
    found
}

/// The code alone: what a comment names is no import.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn room_of(floor: &str, path: &Path) -> String {
    let within = path.strip_prefix(root().join(floor)).unwrap();
    let first = within.components().next().unwrap().as_os_str().to_str().unwrap();
    first.trim_end_matches(".rs").to_owned()
}

/// The names that stand right behind `crate::`, also in braces: `crate::{a::b, c::{d, e}}` names `a` and `c`.
fn named(text: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (at, _) in text.match_indices("crate::") {
        let before = text[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let rest = &text[at + "crate::".len()..];
        let Some(inside) = rest.strip_prefix('{') else {
            names.insert(word(rest));
            continue;
        };
        let mut depth = 0;
        let mut begins = true;
        for (place, letter) in inside.char_indices() {
            match letter {
                '}' if depth == 0 => break,
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 0 => begins = true,
                letter if begins && !letter.is_whitespace() => {
                    names.insert(word(&inside[place..]));
                    begins = false;
                }
                _ => {}
            }
        }
    }
    names
}

fn word(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

fn rank(room: &str) -> Option<u8> {
    RANKS.iter().find(|(name, _)| *name == room).map(|(_, rank)| *rank)
}

#[test]
fn names_behind_crate_are_read_as_rust_reads_them() {
    let text = "use crate::{\n    Error, a::b,\n    c::{d, e},\n    f,\n};\ncrate::g::h(); my_crate::i; pub(crate) use crate::j;";
    assert_eq!(named(text), ["Error", "a", "c", "f", "g", "j"].map(str::to_owned).into());
}

/// Rooms a file imports that are not below its own.
fn above(floor: &str, path: &Path) -> Vec<String> {
    let room = room_of(floor, path);
    let Some(own) = rank(&room) else { return Vec::new() };
    let not_below = |name: &String| *name != room && rank(name).is_some_and(|other| other >= own);
    named(&code(path)).into_iter().filter(not_below).collect()
}

#[test]
fn a_room_imports_rooms_of_lower_rank_only() {
    let readers: Vec<PathBuf> = READERS.iter().map(|reader| root().join(reader)).collect();
    let mut faults = Vec::new();
    for floor in FLOORS {
        for path in files(floor) {
            let above = above(floor, &path);
            if readers.contains(&path) {
                assert!(!above.is_empty(), "{} needs no exception any more", path.display());
            } else if !above.is_empty() {
                faults.push(format!("{} imports {}", path.display(), above.join(", ")));
            }
        }
    }
    assert!(faults.is_empty(), "a room that needs one above it is a journey:\n{}", faults.join("\n"));
}

#[test]
fn every_room_has_its_place() {
    let known: BTreeSet<&str> =
        RANKS.iter().map(|(name, _)| *name).chain(HOUSE.iter().chain(GROUND).copied()).collect();
    for floor in FLOORS {
        for path in files(floor) {
            let room = room_of(floor, &path);
            assert!(
                room == "lib" || known.contains(room.as_str()),
                "{floor}: {room} is no room of the house"
            );
        }
    }
}

/// A name that nothing has any more would let in whatever comes to have it.
#[test]
fn every_name_is_of_something_that_is_there() {
    let there: BTreeSet<String> = FLOORS
        .iter()
        .flat_map(|floor| files(floor).into_iter().map(move |path| room_of(floor, &path)))
        .collect();
    let listed = RANKS.iter().map(|(name, _)| *name).chain(HOUSE.iter().chain(GROUND).copied());
    let gone: Vec<&str> = listed.filter(|name| !there.contains(*name)).collect();
    assert!(gone.is_empty(), "no floor has these: {gone:?}");
    let gone: Vec<&&str> = READERS.iter().filter(|reader| !root().join(reader).is_file()).collect();
    assert!(gone.is_empty(), "no file is called like these: {gone:?}");
}

#[test]
fn what_rooms_stand_on_knows_no_room() {
    let mut faults = Vec::new();
    for floor in FLOORS {
        let grounds = files(floor).into_iter().filter(|path| GROUND.contains(&room_of(floor, path).as_str()));
        for path in grounds {
            let is_room = |name: &String| rank(name).is_some() || SHOWING.contains(&name.as_str());
            let rooms: Vec<String> = named(&code(&path)).into_iter().filter(is_room).collect();
            if !rooms.is_empty() {
                faults.push(format!("{} imports {}", path.display(), rooms.join(", ")));
            }
        }
    }
    assert!(faults.is_empty(), "what every room stands on would stand on itself:\n{}", faults.join("\n"));
}

#[test]
fn pieces_of_screens_stand_on_nothing() {
    for path in files("app/src/ui") {
        let named = named(&code(&path));
        assert!(named.iter().all(|name| name == "ui"), "{} names {named:?}", path.display());
    }
}

/// Every wire may tell what it does; so whoever is told stands below all of them.
#[test]
fn what_tells_of_the_wires_knows_none_of_them() {
    let known = ["config", "metrics", "outward", "worn", "Failure"];
    let all = files("server/src").into_iter();
    let tellers = all.filter(|path| ["metrics", "telemetry"].contains(&&*room_of("server/src", path)));
    let tellers: Vec<PathBuf> = tellers.collect();
    assert!(tellers.len() > 5, "they are not where they were");
    for path in tellers {
        let named = named(&code(&path));
        assert!(
            named.iter().all(|name| known.contains(&name.as_str())),
            "{} names {named:?}",
            path.display()
        );
    }
}

#[test]
fn a_floor_names_nothing_it_may_not_know() {
    for (floor, strangers) in [
        ("app/vocabulary/src", &["onshelf_", "leptos::", "axum::", "sqlx::", "tokio::", "jiff::"][..]),
        (
            "server/domain/src",
            &[
                "onshelf_db",
                "onshelf_shop",
                "onshelf_app",
                "sqlx::",
                "axum::",
                "tokio::",
                "async fn",
                ".await",
            ],
        ),
        (
            "server/db/src",
            &["onshelf_domain", "onshelf_shop", "onshelf_app", "axum::", "reqwest::", "leptos::"],
        ),
        // A driver for whoever has tables.
        ("server/sqlite/src", &["onshelf_", "axum::", "leptos::"]),
        ("server/shop/src", &["onshelf_app", "onshelf_server", "axum::", "leptos::", "reqwest::"]),
        // No route serves a server function: what an island asks for is a route like any other.
        ("app/src", &["onshelf_server", "onshelf_db::", "sqlx::", "#[server"]),
    ] {
        for path in files(floor) {
            let text = code(&path);
            for stranger in strangers {
                assert!(!text.contains(stranger), "{} names {stranger}", path.display());
            }
        }
    }
}

/// What people read stands in these, and what journeys look for.
#[test]
fn one_thing_is_called_one_thing() {
    let mut faults = Vec::new();
    for (folder, ends) in [("app", &["rs"][..]), ("server", &["rs", "json"]), ("end2end/journeys", &["ts"])] {
        // This file names them.
        for path in files_ending(folder, ends).into_iter().filter(|path| !path.ends_with("architecture.rs")) {
            let text = fs::read_to_string(&path).unwrap();
            for (place, line) in text.lines().enumerate() {
                let unsaid = UNSAID.iter().filter(|(word, _)| line.contains(word));
                faults.extend(unsaid.map(|(word, instead)| {
                    format!("{}:{}: not {word}, but {instead}", path.display(), place + 1)
                }));
            }
        }
    }
    assert!(faults.is_empty(), "CONTRIBUTING.md says what things are called:\n{}", faults.join("\n"));
}

#[test]
fn nothing_stands_on_the_binary() {
    for manifest in [
        "app/Cargo.toml",
        "app/vocabulary/Cargo.toml",
        "frontend/Cargo.toml",
        "server/db/Cargo.toml",
        "server/domain/Cargo.toml",
        "server/shop/Cargo.toml",
        "server/sqlite/Cargo.toml",
        "xtask/Cargo.toml",
    ] {
        let text = fs::read_to_string(root().join(manifest)).unwrap();
        assert!(!text.contains("onshelf-server"), "{manifest} depends on the binary");
    }
    let words = fs::read_to_string(root().join("app/vocabulary/Cargo.toml")).unwrap();
    let needed = words.split("[dependencies]").nth(1).unwrap().split("\n[").next().unwrap();
    let needed: BTreeSet<String> = needed.lines().map(word).filter(|name| !name.is_empty()).collect();
    assert!(needed.iter().all(|name| ["serde", "thiserror"].contains(&name.as_str())), "{needed:?}");
}

/// Whoever sets a variable for a test or a benchmark hands it to the servers that these start, too.
#[test]
fn a_variable_of_ours_that_is_no_setting_stops_no_server() {
    let folders = ["server/benches", "server/examples", "server/shop", "server/tests", "xtask/src"];
    let variables: BTreeSet<String> = folders
        .into_iter()
        .flat_map(files)
        .flat_map(|file| {
            let text = code(&file);
            let quoted = text.split('"').skip(1).step_by(2).filter(|word| word.starts_with("ONSHELF_"));
            let plain = |word: &&str| word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
            let quoted = quoted.filter(|word| *word != "ONSHELF_");
            quoted.filter(plain).map(str::to_owned).collect::<Vec<_>>()
        })
        .collect();
    assert!(
        variables.contains("ONSHELF_TEST_POSTGRES_URL"),
        "variables are named otherwise now: {variables:?}"
    );
    for variable in variables {
        let set = std::iter::once((variable.clone().into(), OsString::new()));
        let said = Config::load(None, set).map_or_else(|error| error.to_string(), |_| String::new());
        assert!(!said.contains("unknown field"), "{variable} belongs to NOT_SETTINGS: {said}");
    }
}
