//! What the person typed, as data. Knows no command's inside.

/// Printed by `help` and after a mistake.
pub const USAGE: &str = "\
usage: cargo xtask COMMAND

  build [--release|--dev]   the site and the server binary, under target/ (release unless told)
  serve [ARGUMENTS…]        build for release, then serve the demo chain and print its address;
                            arguments after `serve` go to `onshelf serve`
  dev [ARGUMENTS…]          serve, watch the sources, rebuild and restart what changed
  test [--only STEPS] [--skip STEPS]
                            everything that has to be green; STEPS are names with commas between:
                            format, lint, lint-client, unit, build, bytes, e2e
  bench [NAME] [--quick]    measure; without a name all there is, each quickly; `bench --list` names it
  drill [NAME] [--rounds N] [--seed S] [--database-url URL] [--short] [--may-skip]
                            break it on purpose and watch it recover; without a name all drills in short,
                            `drill --list` names them; what cannot be tried here is a failure unless it may be;
                            `drill model --seed S --only STEPS` takes a run that was made shorter

ONSHELF_TOOLCHAIN=rustup|debian chooses the compiler where the choice it makes by itself is not wanted.";

/// How much the compiler is to optimise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grade {
    Dev,
    Release,
}

/// Which steps of `test` are to run; an empty `only` means all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    pub only: Vec<String>,
    pub skip: Vec<String>,
}

impl Choice {
    pub fn takes(&self, step: &str) -> bool {
        let named = |list: &[String]| list.iter().any(|name| name == step);
        (self.only.is_empty() || named(&self.only)) && !named(&self.skip)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Task {
    Help,
    Build { grade: Grade },
    Serve { rest: Vec<String> },
    Dev { rest: Vec<String> },
    Test { choice: Choice },
    Bench { name: Option<String>, rest: Vec<String> },
    Drill { name: Option<String>, rest: Vec<String> },
}

/// The steps of `test`, in their order.
pub const STEPS: [&str; 7] = ["format", "lint", "lint-client", "unit", "build", "bytes", "e2e"];

/// Turns words into a task, or a sentence that says what is wrong with them.
pub fn parse(words: &[String]) -> Result<Task, String> {
    let Some((command, rest)) = words.split_first() else { return Ok(Task::Help) };
    match command.as_str() {
        "help" | "--help" | "-h" => Ok(Task::Help),
        "build" => parse_grade(rest).map(|grade| Task::Build { grade }),
        "serve" => Ok(Task::Serve { rest: rest.to_vec() }),
        "dev" => Ok(Task::Dev { rest: rest.to_vec() }),
        "test" => parse_choice(rest).map(|choice| Task::Test { choice }),
        "bench" => {
            let (name, rest) = parse_name(rest);
            Ok(Task::Bench { name, rest })
        }
        "drill" => {
            let (name, rest) = parse_name(rest);
            Ok(Task::Drill { name, rest })
        }
        other => Err(format!("there is no command `{other}`")),
    }
}

/// A name may be left out while options are not.
fn parse_name(words: &[String]) -> (Option<String>, Vec<String>) {
    match words.split_first() {
        Some((first, rest)) if !first.starts_with('-') => (Some(first.clone()), rest.to_vec()),
        _ => (None, words.to_vec()),
    }
}

fn parse_grade(words: &[String]) -> Result<Grade, String> {
    let mut grade = Grade::Release;
    for word in words {
        grade = match word.as_str() {
            "--dev" => Grade::Dev,
            "--release" => Grade::Release,
            other => return Err(format!("`build` does not know `{other}`")),
        };
    }
    Ok(grade)
}

fn parse_choice(words: &[String]) -> Result<Choice, String> {
    let mut choice = Choice::default();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let (flag, inline) = match word.split_once('=') {
            Some((flag, value)) => (flag, Some(value.to_owned())),
            None => (word.as_str(), None),
        };
        let list = match flag {
            "--only" => &mut choice.only,
            "--skip" => &mut choice.skip,
            other => return Err(format!("`test` does not know `{other}`")),
        };
        let value = inline
            .or_else(|| words.next().cloned())
            .ok_or_else(|| format!("`{flag}` needs the names of steps"))?;
        for name in value.split(',').filter(|name| !name.is_empty()) {
            if !STEPS.contains(&name) {
                return Err(format!("`test` has no step `{name}`; it has {}", STEPS.join(", ")));
            }
            list.push(name.to_owned());
        }
    }
    Ok(choice)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Task, String> {
        parse(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn builds_for_release_unless_told() {
        assert_eq!(parsed("build"), Ok(Task::Build { grade: Grade::Release }));
        assert_eq!(parsed("build --dev"), Ok(Task::Build { grade: Grade::Dev }));
        assert!(parsed("build --fast").is_err_and(|said| said.contains("--fast")));
    }

    #[test]
    fn chooses_steps() {
        let Ok(Task::Test { choice }) = parsed("test --only lint,unit --skip=unit") else {
            panic!("not understood")
        };
        assert!(choice.takes("lint"));
        assert!(!choice.takes("unit"));
        assert!(!choice.takes("e2e"));
        assert!(Choice::default().takes("e2e"));
    }

    #[test]
    fn names_a_wrong_step_and_a_missing_value() {
        assert!(parsed("test --only lnit").is_err_and(|said| said.contains("lnit") && said.contains("lint")));
        assert!(parsed("test --only").is_err());
        assert!(parsed("biuld").is_err_and(|said| said.contains("biuld")));
    }

    #[test]
    fn hands_arguments_on() {
        let serve = Task::Serve { rest: vec!["--config".into(), "x.toml".into()] };
        assert_eq!(parsed("serve --config x.toml"), Ok(serve));
        assert_eq!(parsed("bench bytes"), Ok(Task::Bench { name: Some("bytes".into()), rest: vec![] }));
        let all = Task::Drill { name: None, rest: vec!["--seed".into(), "7".into()] };
        assert_eq!(parsed("drill --seed 7"), Ok(all));
        assert_eq!(parsed("bench --list"), Ok(Task::Bench { name: None, rest: vec!["--list".into()] }));
        assert_eq!(parsed(""), Ok(Task::Help));
    }
}
