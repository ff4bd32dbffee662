//! What a run is asked to do.

use std::path::PathBuf;

use super::Drill;

/// Something that kept a drill from being set up, or that its subject failed at; its text is what people see.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The command line as data.
#[derive(Debug, Default)]
pub struct Asked {
    pub name: Option<String>,
    pub list: bool,
    rounds: Option<u64>,
    seed: Option<u64>,
    database: Option<String>,
    short: bool,
    may_skip: bool,
    only: Vec<u64>,
}

/// One run of one drill.
#[derive(Clone, Debug)]
pub struct Plan {
    pub rounds: u64,
    /// The only steps to be taken, in their order, where a run was made shorter; empty: all. The model's alone.
    pub only: Vec<u64>,
    /// The same seed does the same deeds in the same order, as far as the machine's own timing lets it.
    pub seed: u64,
    /// `sqlite:` for SQLite alone, or a PostgreSQL server on which the drill makes a database of its own. Without it
    /// both engines are tried, PostgreSQL on a cluster made for the drill.
    pub database: Option<String>,
    /// Small enough to belong to the tests.
    pub short: bool,
    /// Whether a drill that lacks something it needs counts as passed.
    pub may_skip: bool,
    /// The server to run.
    pub program: PathBuf,
}

impl Asked {
    pub fn read(words: impl Iterator<Item = String>) -> Result<Asked, Failure> {
        let mut asked = Asked::default();
        let mut words = words;
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("{word} needs a value"));
            match word.as_str() {
                "--rounds" => asked.rounds = Some(value()?.parse()?),
                "--seed" => asked.seed = Some(value()?.parse()?),
                "--only" => asked.only = numbers(&value()?)?,
                "--database-url" => asked.database = Some(known_engine(value()?)?),
                "--short" => asked.short = true,
                "--may-skip" => asked.may_skip = true,
                "--list" => asked.list = true,
                flag if flag.starts_with('-') => return Err(format!("{flag} is not known").into()),
                name if asked.name.is_none() => asked.name = Some(name.to_owned()),
                other => return Err(format!("one drill at a time: {other}").into()),
            }
        }
        if !asked.only.is_empty() && asked.name.as_deref() != Some("model") {
            return Err("--only names steps of the drill `model`".into());
        }
        Ok(asked)
    }

    #[must_use]
    pub fn plan_for(&self, drill: &Drill) -> Plan {
        let short = self.short || self.name.is_none();
        let (long, brief) = drill.rounds;
        let usual = match self.only.len() as u64 {
            0 if short => brief,
            0 => long,
            few => few,
        };
        Plan {
            rounds: self.rounds.unwrap_or(usual),
            only: self.only.clone(),
            seed: self.seed.unwrap_or(20_261_122),
            database: self.database.clone(),
            short,
            may_skip: self.may_skip,
            program: program(),
        }
    }
}

/// Numbers as they are written behind `--only`: `3,17,40-52`.
pub fn numbers(text: &str) -> Result<Vec<u64>, Failure> {
    let mut all = Vec::new();
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last) = (first.parse::<u64>()?, last.parse::<u64>()?);
        if first > last {
            return Err(format!("{part} is no span of steps").into());
        }
        all.extend(first..=last);
    }
    Ok(all)
}

/// The same the other way round; the numbers rise.
#[must_use]
pub fn written(numbers: &[u64]) -> String {
    let mut spans: Vec<(u64, u64)> = Vec::new();
    for number in numbers {
        match spans.last_mut() {
            Some((_, last)) if *last + 1 == *number => *last = *number,
            _ => spans.push((*number, *number)),
        }
    }
    let span = |(first, last): &(u64, u64)| {
        if first == last { first.to_string() } else { format!("{first}-{last}") }
    };
    spans.iter().map(span).collect::<Vec<_>>().join(",")
}

/// An address of neither engine would leave nothing to try.
fn known_engine(url: String) -> Result<String, Failure> {
    if url.starts_with("sqlite:") || url.starts_with("postgres") {
        return Ok(url);
    }
    Err(format!("{url} is neither `sqlite:` nor the address of a PostgreSQL server").into())
}

/// What the build tool names, else what lies where cargo leaves it beside this program.
fn program() -> PathBuf {
    if let Some(named) = std::env::var_os("ONSHELF_BIN") {
        return PathBuf::from(named);
    }
    let own = std::env::current_exe().unwrap_or_default();
    own.parent().and_then(|folder| folder.parent()).unwrap_or(&own).join("onshelf")
}

impl Plan {
    #[must_use]
    pub fn on_sqlite(&self) -> bool {
        self.database.as_ref().is_none_or(|url| url.starts_with("sqlite:"))
    }

    #[must_use]
    pub fn on_postgres(&self) -> bool {
        self.database.as_ref().is_none_or(|url| url.starts_with("postgres"))
    }
}
