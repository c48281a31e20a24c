//! Preserves WAL files. The last connection that closes a file checkpoints its WAL and deletes it; if
//! nobody wrote since we opened the file, both are left as they were.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread;
use std::time::{Duration, SystemTime};

/// The files that this process has open.
static VISITED: Mutex<BTreeMap<PathBuf, Visited>> = Mutex::new(BTreeMap::new());

/// The connections to one file.
struct Visited {
    connections: usize,
    /// The WAL file as the first connection found it; `None` if it was missing or empty.
    found: Option<Stamp>,
}

/// The length of a WAL file and its modification time.
type Stamp = (u64, SystemTime);

/// A connection to a file, from before it is opened until it is closed.
pub struct Visit {
    path: PathBuf,
}

impl Visit {
    pub fn begin(path: &Path) -> Self {
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        if let Some(mut visited) = visited() {
            let found = || Visited { connections: 0, found: stamp(&path) };
            visited.entry(path.clone()).or_insert_with(found).connections += 1;
        }
        Self { path }
    }

    /// Returns the file if this is our last connection to it and its WAL file is empty and unchanged since
    /// we opened it.
    pub fn leaves_an_empty_log(&self) -> Option<PathBuf> {
        let is_last = visited()?.get(&self.path).is_some_and(|visited| visited.connections == 1 && visited.found.is_none());
        let is_empty = || std::fs::metadata(log_of(&self.path)).is_ok_and(|log| log.len() == 0);
        (is_last && is_empty()).then(|| self.path.clone())
    }

    /// Whether there was a WAL file and it is unchanged.
    pub fn leaves_the_log(&self) -> bool {
        let found = visited().and_then(|visited| visited.get(&self.path)?.found);
        found.is_some() && found == stamp(&self.path)
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        let Some(mut visited) = visited() else { return };
        if let Some(entry) = visited.get_mut(&self.path) {
            entry.connections -= 1;
            if entry.connections == 0 {
                visited.remove(&self.path);
            }
        }
    }
}

/// `None` in a child that was forked while the parent held the mutex: it is never released there.
fn visited() -> Option<MutexGuard<'static, BTreeMap<PathBuf, Visited>>> {
    for _ in 0..100 {
        match VISITED.try_lock() {
            Ok(visited) => return Some(visited),
            Err(TryLockError::Poisoned(poisoned)) => return Some(PoisonError::into_inner(poisoned)),
            Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(1)),
        }
    }
    None
}

fn stamp(path: &Path) -> Option<Stamp> {
    let log = std::fs::metadata(log_of(path)).ok()?;
    Some((log.len(), log.modified().ok()?)).filter(|(length, _)| *length > 0)
}

/// Returns the path of a file's WAL file.
pub fn log_of(path: &Path) -> PathBuf {
    beside(path, "-wal")
}

/// Whether a file has a non-empty WAL file.
pub fn has_log(path: &Path) -> bool {
    stamp(path).is_some()
}

/// Whether a file has a hot journal, which rolls back an unfinished transaction. Its first byte is zero
/// once the transaction is over.
pub fn has_hot_journal(path: &Path) -> bool {
    let first = std::fs::File::open(beside(path, "-journal")).and_then(|mut journal| {
        let mut byte = [0];
        journal.read_exact(&mut byte).map(|()| byte[0])
    });
    first.is_ok_and(|byte| byte != 0)
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.to_owned().into_os_string();
    name.push(suffix);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn journals_that_are_over_are_cold() {
        let path = std::env::temp_dir().join(format!("oxyde-journal-{}", std::process::id()));
        let journal = beside(&path, "-journal");
        for (bytes, hot) in [(&b"\xd9\xd5"[..], true), (b"\0\0", false), (b"", false)] {
            std::fs::write(&journal, bytes).unwrap();
            assert_eq!(has_hot_journal(&path), hot);
        }
        std::fs::remove_file(journal).unwrap();
        assert!(!has_hot_journal(&path) && !has_log(&path));
    }

    #[test]
    fn what_was_found_is_known_until_the_last_one_goes() {
        let path = std::env::temp_dir().join(format!("oxyde-visit-{}", std::process::id()));
        std::fs::write(&path, "").unwrap();
        let early = Visit::begin(&path);
        std::fs::write(log_of(&path), "frames").unwrap();
        let late = Visit::begin(&path);
        assert!(!early.leaves_the_log() && !late.leaves_the_log());
        drop((early, late));
        let next = Visit::begin(&path);
        assert!(next.leaves_the_log());
        std::fs::write(log_of(&path), "more frames").unwrap();
        assert!(!next.leaves_the_log());
        for file in [log_of(&path), path] {
            std::fs::remove_file(file).unwrap();
        }
    }
}
