//! Stamps the module with a hash of the sources it was built from, so that tests can tell an old binary; and strips it.
//!
//! The hash is SHA-256 in hexadecimal over, for each file in the order of its path: the path relative to `native/` with `/` between
//! its parts, a NUL byte, the contents, a NUL byte. The files are `Cargo.lock` and everything below `native/` that is named `Cargo.toml`
//! or ends in `.rs`, outside folders named `target` and `tests`. The order is that of the paths' UTF-8 bytes.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use sha2::{Digest, Sha256};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("..");
    let mut files = Vec::new();
    collect(&root, "", &mut files)?;
    files.sort();
    let mut hash = Sha256::new();
    for (path, file) in &files {
        hash.update(path.as_bytes());
        hash.update([0]);
        hash.update(fs::read(file)?);
        hash.update([0]);
    }
    let stamp = hash.finalize().iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    });
    println!("cargo:rustc-env=OXYDE_SOURCE_HASH={stamp}");
    // Cargo drops the profile's `strip` for a package with a section of its own (`overflow-checks`), and the symbol table is a fifth of
    // the module.
    let is_release = env::var("PROFILE").is_ok_and(|profile| profile == "release");
    if is_release && env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "linux") {
        println!("cargo:rustc-cdylib-link-arg=-Wl,--strip-all");
    }
    Ok(())
}

/// Gathers the files below `folder` and asks cargo to watch every folder and file that was seen.
fn collect(folder: &Path, prefix: &str, files: &mut Vec<(String, PathBuf)>) -> io::Result<()> {
    if !prefix.is_empty() {
        println!("cargo:rerun-if-changed={}", folder.display());
    }
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            if name != "target" && name != "tests" && !name.starts_with('.') {
                collect(&path, &format!("{prefix}{name}/"), files)?;
            }
        } else if name == "Cargo.toml" || path.extension().is_some_and(|ext| ext == "rs") || (prefix.is_empty() && name == "Cargo.lock") {
            println!("cargo:rerun-if-changed={}", path.display());
            files.push((format!("{prefix}{name}"), path));
        }
    }
    Ok(())
}
