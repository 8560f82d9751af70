//! The kept checkpoint: one small file outside the database and its backups, changed only by compare-and-swap.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::Path;

/// What is kept; `None` when nothing ever was.
pub(super) fn read(path: &Path) -> io::Result<Option<String>> {
    let mut text = String::new();
    match File::open(path) {
        Ok(mut file) => file.read_to_string(&mut text).map(|_| Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Puts `new` in the place of `expected`, durably; tells whether it was still there.
pub(super) fn swap(path: &Path, expected: Option<&str>, new: &str) -> io::Result<bool> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    // Held until the end: nobody else compares in between.
    let lock = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path.with_extension("lock"))?;
    lock.lock()?;
    if read(path)?.as_deref() != expected {
        return Ok(false);
    }
    let next = path.with_extension("next");
    let mut file = File::create(&next)?;
    file.write_all(new.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&next, path)?;
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        File::open(folder)?.sync_all()?;
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_swap_needs_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kept/checkpoint");
        assert_eq!(read(&path).unwrap(), None);
        assert!(swap(&path, None, "one").unwrap());
        assert!(!swap(&path, None, "two").unwrap());
        assert!(!swap(&path, Some("two"), "three").unwrap());
        assert!(swap(&path, Some("one"), "two").unwrap());
        assert_eq!(read(&path).unwrap().as_deref(), Some("two"));
    }
}
