//! The second of three checks of the case files: on every dialect, the IR of a case is rendered as its SQL or fails
//! with its error.

#![allow(clippy::panic, clippy::print_stdout, clippy::unwrap_used)] // all of it is test code

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use oxyde_ir::program::{Step, Text};
use oxyde_ir::{Family, Statement, wire};
use oxyde_sql::{dialect, render};

/// A case: the text before its sections, and the sections by heading.
struct Case {
    path: PathBuf,
    head: String,
    sections: Vec<(String, String)>,
}

impl Case {
    fn read(path: PathBuf) -> Self {
        let text = fs::read_to_string(&path).unwrap();
        let mut head = String::new();
        let mut sections: Vec<(String, String)> = Vec::new();
        for line in text.lines() {
            if let Some(heading) = line.strip_prefix("-- ") {
                sections.push((heading.trim().to_owned(), String::new()));
            } else {
                let into = sections.last_mut().map_or(&mut head, |(_, text)| text);
                into.push_str(line);
                into.push('\n');
            }
        }
        for (_, text) in &mut sections {
            *text = text.trim().to_owned();
        }
        Self { path, head, sections }
    }

    fn section(&self, heading: &str) -> Option<&str> {
        self.sections.iter().find(|(name, _)| name == heading).map(|(_, text)| text.as_str())
    }

    fn statement(&self) -> Option<Statement> {
        self.section("ir").map(|ir| wire::from_json(ir).unwrap_or_else(|error| panic!("{}: {error}", self.path.display())))
    }

    fn unsupported(&self, family: Family) -> Option<&str> {
        let start = format!("unsupported {}:", family.name());
        self.sections.iter().find_map(|(heading, _)| heading.strip_prefix(&start)).map(str::trim)
    }

    /// Returns the SQL of a dialect. `MariaDB` defaults to that of `MySQL`.
    fn sql(&self, family: Family) -> Option<&str> {
        let own = self.section(&format!("sql {}", family.name()));
        if family == Family::Mariadb { own.or_else(|| self.section("sql mysql")) } else { own }
    }
}

fn all(folder: &Path) -> Vec<Case> {
    let mut cases = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "case") {
                cases.push(Case::read(path));
            }
        }
    }
    cases.sort_by(|left, right| left.path.cmp(&right.path));
    cases
}

/// Returns the text of a step with that many rows.
fn text(step: &Step, rows: usize) -> String {
    match &step.text {
        Text::Fixed(fragment) => fragment.text.clone(),
        Text::Rows { head, row, between, tail, .. } => format!("{}{}{}", head.text, vec![row.text.as_str(); rows].join(between), tail.text),
        Text::Copy { copy, .. } => copy.clone(),
    }
}

fn joined(steps: &[Step], rows: usize) -> String {
    steps.iter().map(|step| text(step, rows)).collect::<Vec<_>>().join(";\n")
}

/// Whether the steps have the expected text, with any number of rows of a bulk insert.
fn is_text(steps: &[Step], expected: &str) -> bool {
    (1..=16).any(|rows| joined(steps, rows) == expected)
}

/// Checks one case on all dialects and returns the number of dialects that it covers.
fn check(case: &Case) -> usize {
    let Some(statement) = case.statement() else { return 0 };
    let mut checked = 0;
    for family in Family::ALL {
        let place = format!("{} on {}", case.path.display(), family.name());
        let end = render(&statement, dialect(family, None));
        if let Some(reason) = case.unsupported(family) {
            assert_eq!(end.unwrap_err().to_string(), reason, "{place}");
            checked += 1;
        } else if let Some(expected) = case.sql(family) {
            let program = end.unwrap_or_else(|error| panic!("{place}: {error}"));
            assert!(is_text(&program.steps, expected), "{place}\nfound:    {}\nexpected: {expected}", joined(&program.steps, 2));
            checked += 1;
        }
    }
    checked
}

/// Rewrites the SQL of a case; people review the changes.
fn update(case: &Case) {
    let Some(statement) = case.statement() else { return };
    let mut text = format!("{}-- ir\n{}\n", case.head, case.section("ir").unwrap_or_default());
    let mut mysql = String::new();
    for family in Family::ALL {
        let (heading, body) = match render(&statement, dialect(family, None)) {
            Ok(program) => (format!("sql {}", family.name()), joined(&program.steps, 2)),
            Err(error) => (format!("unsupported {}: {error}", family.name()), String::new()),
        };
        if family == Family::Mariadb && body == mysql && !body.is_empty() {
            continue;
        }
        if family == Family::Mysql {
            mysql.clone_from(&body);
        }
        writeln!(text, "-- {heading}").unwrap();
        if !body.is_empty() {
            writeln!(text, "{body}").unwrap();
        }
    }
    fs::write(&case.path, text).unwrap();
}

/// Checks the cases without a query, for statements that the corpus does not cover yet.
#[test]
fn own_cases() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/texts");
    if std::env::var("OXYDE_UPDATE_CASES").is_ok_and(|value| value == "1") {
        all(&folder).iter().for_each(update);
    }
    let cases = all(&folder);
    for case in &cases {
        assert_eq!(check(case), Family::ALL.len(), "{} does not speak of every dialect", case.path.display());
    }
    assert!(cases.len() >= 40, "{} cases", cases.len());
}

/// Checks the corpus that is shared with Python. The Python tests write the IR of its cases, and their drift test
/// checks that every case has it.
#[test]
fn corpus() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases");
    let cases = all(&folder);
    assert!(!cases.is_empty(), "no cases in {}", folder.display());
    let with_ir = cases.iter().filter(|case| case.section("ir").is_some()).count();
    let checked: usize = cases.iter().map(check).sum();
    println!("{} cases, {with_ir} of them with IR, {checked} texts compared", cases.len());
    for case in cases.iter().filter(|case| case.section("ir").is_some()) {
        assert_eq!(check(case), Family::ALL.len(), "{} does not speak of every dialect", case.path.display());
    }
}
