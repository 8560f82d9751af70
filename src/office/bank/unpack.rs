//! Unpacks a bank folder that somebody sent, without believing anything that the archive says about itself.

use std::fs;
use std::io::{Cursor, ErrorKind, Read as _, Write as _};
use std::path::{Component, Path, PathBuf};

use zip::ZipArchive;

use crate::bank::{self, Reading};
use crate::kernel::Entropy;
use crate::office::Broken;

/// The most files and folders.
const MAX_ENTRIES: usize = 500;
/// The most bytes of all files together.
const MAX_UNPACKED: u64 = 60 * MEGABYTE;
const MEGABYTE: u64 = 1_000_000;
/// How many names are tried for the folder.
const THROWS: u32 = 64;
/// What one computer system adds to every archive; it is left out.
const FOREIGN_FOLDER: &str = "__MACOSX";

/// A folder that is gone when this is dropped.
struct TempFolder(PathBuf);

impl TempFolder {
    fn new(entropy: &dyn Entropy) -> std::io::Result<Self> {
        let mut builder = fs::DirBuilder::new();
        #[cfg(unix)]
        {
            // Keys are inside: nobody else looks.
            use std::os::unix::fs::DirBuilderExt as _;
            builder.mode(0o700);
        }
        let mut throws = 0;
        let path = loop {
            let path = std::env::temp_dir().join(format!("jianding-bank-{}", entropy.seed()));
            throws += 1;
            match builder.create(&path) {
                Ok(()) => break path,
                // A name that somebody took before us is no lack of room: another throw finds another name.
                Err(error) if error.kind() == ErrorKind::AlreadyExists && throws < THROWS => {}
                Err(error) => return Err(error),
            }
        };
        Ok(Self(path))
    }
}

impl Drop for TempFolder {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            tracing::warn!(%error, "a temporary folder of a bank stays behind");
        }
    }
}

/// Reads the bank in a zip.
pub(super) fn read(zip: &[u8], entropy: &dyn Entropy) -> Result<Reading, Broken> {
    let folder = TempFolder::new(entropy).map_err(|error| unwritable(&error))?;
    unpack(zip, &folder.0)?;
    Ok(bank::read(&root(&folder.0)))
}

fn unreadable(cause: &dyn std::fmt::Display) -> Broken {
    Broken::new("bank-zip-unreadable").with("cause", cause.to_string())
}

fn unwritable(cause: &std::io::Error) -> Broken {
    tracing::error!(%cause, "unpacking a bank");
    Broken::new("bank-zip-no-room")
}

fn unpack(zip: &[u8], folder: &Path) -> Result<(), Broken> {
    let mut archive = ZipArchive::new(Cursor::new(zip)).map_err(|error| unreadable(&error))?;
    if archive.len() > MAX_ENTRIES {
        return Err(Broken::new("bank-zip-entries")
            .with("entries", archive.len())
            .with("most", MAX_ENTRIES));
    }
    let mut left = MAX_UNPACKED;
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(|error| unreadable(&error))?;
        let name = entry.name().map_err(|error| unreadable(&error))?.replace('\\', "/");
        let path = safe(&name).ok_or_else(|| Broken::new("bank-zip-path").with("name", name.as_str()))?;
        if entry.is_dir() || path.starts_with(FOREIGN_FOLDER) {
            continue;
        }
        if !is_bank_file(&path) {
            return Err(Broken::new("bank-zip-foreign").with("name", name));
        }
        let target = folder.join(&path);
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent).map_err(|error| unwritable(&error))?;
        }
        // One byte more than is left, so that "just enough" and "too much" can be told apart.
        let mut bytes = Vec::new();
        let read = entry
            .take(left + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| unreadable(&error))?;
        left = left
            .checked_sub(u64::try_from(read).unwrap_or(u64::MAX))
            .ok_or_else(|| Broken::new("bank-zip-too-large").with("most", (MAX_UNPACKED / MEGABYTE).to_string()))?;
        let mut file = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&target)
            .map_err(|_| Broken::new("bank-zip-path").with("name", name.as_str()))?;
        file.write_all(&bytes).map_err(|error| unwritable(&error))?;
    }
    Ok(())
}

/// A text file of the format, or a picture where pictures lie. What a picture's file holds is looked at when it is read.
fn is_bank_file(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or("");
    let among_pictures = path.parent().is_some_and(|parent| parent.ends_with("pictures"));
    ending == "toml" || (among_pictures && ["png", "jpg", "jpeg"].contains(&ending))
}

/// A path inside the folder, or none.
fn safe(name: &str) -> Option<PathBuf> {
    let path = PathBuf::from(name);
    let plain = !name.contains('\0') && path.components().all(|part| matches!(part, Component::Normal(_)));
    plain.then_some(path)
}

/// The folder of `bank.toml`: people pack the folder itself as well as what is in it.
fn root(folder: &Path) -> PathBuf {
    let mut root = folder.to_owned();
    while !root.join("bank.toml").exists() {
        let mut entries = fs::read_dir(&root).into_iter().flatten().filter_map(Result::ok);
        match (entries.next(), entries.next()) {
            (Some(only), None) if only.path().is_dir() => root = only.path(),
            _ => return folder.to_owned(),
        }
    }
    root
}

#[cfg(test)]
mod tests {
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;
    use crate::kernel::SeededEntropy;

    fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in files {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(bytes).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    /// Each with its own dice: tests run at once, and the folder's name is thrown.
    fn refused(zip: &[u8]) -> &'static str {
        use crate::kernel::OsEntropy;
        read(zip, &OsEntropy).unwrap_err().code
    }

    #[test]
    fn a_packed_folder_is_read_and_leaves_nothing_behind() {
        for bank in ["question-banks/chinese-cook/5", "question-banks/practice/5"] {
            packed_is_read(bank);
        }
    }

    fn packed_is_read(bank: &str) {
        let mut files = Vec::new();
        let mut folders = vec![PathBuf::from(bank)];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    files.push((path.to_str().unwrap().to_owned(), fs::read(&path).unwrap()));
                }
            }
        }
        let files: Vec<_> = files
            .iter()
            .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
            .collect();
        let entropy = SeededEntropy::new(7_702);
        let reading = read(&zip(&files), &entropy).unwrap();
        assert!(reading.bank.is_some(), "{:?}", reading.problems.first());
        let name = format!("jianding-bank-{}", SeededEntropy::new(7_702).seed());
        assert!(!std::env::temp_dir().join(name).exists());
    }

    #[test]
    fn ways_out_of_the_folder_and_other_files_are_refused() {
        assert_eq!(refused(b"no zip"), "bank-zip-unreadable");
        assert_eq!(refused(&zip(&[("../bank.toml", b"")])), "bank-zip-path");
        assert_eq!(refused(&zip(&[("/etc/x.toml", b"")])), "bank-zip-path");
        assert_eq!(refused(&zip(&[("run.exe", b"")])), "bank-zip-foreign");
        assert_eq!(refused(&zip(&[("pictures/a.svg", b"")])), "bank-zip-foreign");
        assert_eq!(refused(&zip(&[("theory/a.png", b"")])), "bank-zip-foreign");
        let names: Vec<String> = (0..=MAX_ENTRIES).map(|number| format!("{number}.toml")).collect();
        let many: Vec<_> = names.iter().map(|name| (name.as_str(), b"".as_slice())).collect();
        assert_eq!(refused(&zip(&many)), "bank-zip-entries");
    }

    #[test]
    fn a_bomb_is_stopped_while_it_unpacks() {
        let zeros = vec![b'#'; 31_000_000];
        assert_eq!(
            refused(&zip(&[("a.toml", &zeros), ("b.toml", &zeros)])),
            "bank-zip-too-large"
        );
    }

    #[test]
    fn a_folder_whose_name_is_taken_gets_another() {
        let taken = TempFolder::new(&SeededEntropy::new(7_704)).unwrap();
        let other = TempFolder::new(&SeededEntropy::new(7_704)).unwrap();
        assert_ne!(taken.0, other.0);
    }

    #[test]
    fn an_empty_folder_is_told_as_a_bank_without_its_files() {
        let reading = read(&zip(&[("x/other.toml", b"a = 1")]), &SeededEntropy::new(7_703)).unwrap();
        assert!(reading.bank.is_none());
        assert!(reading.errors().count() > 0);
    }
}
