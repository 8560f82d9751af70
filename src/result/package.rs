//! A package: files with a manifest of their SHA-256 digests, as a zip or a folder, the same bytes whenever it is made.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _, Write as _};
use std::path::Path;

use serde::{Deserialize, Serialize};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use crate::kernel::{Digest, canonical_json};

/// The name of the manifest in every package.
pub const MANIFEST: &str = "manifest.json";
/// More than this is not unpacked.
const MOST_BYTES: u64 = 4_000_000_000;
const MOST_FILES: usize = 200_000;

/// Files by their names, without the manifest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Package {
    /// The files.
    pub files: BTreeMap<String, Vec<u8>>,
}

/// What a package says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// What kind of package it is.
    pub format: String,
    /// The version of the format.
    pub version: u32,
    /// Facts of this kind of package.
    pub about: BTreeMap<String, String>,
    /// Every file, by its name.
    pub files: BTreeMap<String, Entry>,
}

/// One file of a manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its length in bytes.
    pub bytes: u64,
    /// Its digest.
    pub sha256: Digest,
}

/// What is wrong with a file of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Defect {
    /// The manifest names it; it is not there.
    Missing,
    /// It is not what the manifest says.
    Altered,
    /// The manifest does not name it.
    Stray,
}

/// Why a package cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    /// A file or folder cannot be read.
    #[error("the package cannot be read")]
    Read(#[from] std::io::Error),
    /// It is no zip, or a broken one.
    #[error("the package is no sound zip")]
    Zip(#[from] zip::result::ZipError),
    /// It holds more than anybody unpacks.
    #[error("the package holds too much")]
    TooLarge,
    /// It has no manifest that can be read.
    #[error("the manifest cannot be read")]
    Manifest(#[from] serde_json::Error),
    /// It has no manifest.
    #[error("there is no {MANIFEST}")]
    NoManifest,
    /// It is of another kind or version.
    #[error("this is '{found}' version {version}; '{expected}' is expected")]
    Format {
        /// What was expected.
        expected: &'static str,
        /// What it is.
        found: String,
        /// Its version.
        version: u32,
    },
    /// Files are not what the manifest says.
    #[error("not as the manifest says: {}", .files.join(", "))]
    Defects {
        /// Which.
        files: Vec<String>,
    },
}

/// A package whose manifest was read.
#[derive(Debug)]
pub struct Opened {
    /// The manifest, as it stands in the package.
    pub bytes: Vec<u8>,
    /// What it says.
    pub manifest: Manifest,
    /// Every file that is not as it says.
    pub defects: Vec<(String, Defect)>,
}

impl Package {
    /// Adds a file.
    pub fn add(&mut self, name: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.files.insert(name.into(), bytes.into());
    }

    /// The manifest that these files make.
    pub fn manifest(&self, format: &str, version: u32, about: BTreeMap<String, String>) -> Manifest {
        let entry = |bytes: &Vec<u8>| Entry {
            bytes: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            sha256: Digest::of(bytes),
        };
        Manifest {
            format: format.to_owned(),
            version,
            about,
            files: self
                .files
                .iter()
                .map(|(name, bytes)| (name.clone(), entry(bytes)))
                .collect(),
        }
    }

    /// Packs the files with their manifest, and `beside` that are about the manifest itself, as its signature. The same files
    /// give the same bytes.
    pub fn pack(&self, manifest: &[u8], beside: &[(&str, &[u8])]) -> Result<Vec<u8>, PackageError> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(DateTime::default());
        let mut put = |name: &str, bytes: &[u8]| -> Result<(), PackageError> {
            zip.start_file(name, options)?;
            Ok(zip.write_all(bytes)?)
        };
        put(MANIFEST, manifest)?;
        for (name, bytes) in beside {
            put(name, bytes)?;
        }
        for (name, bytes) in &self.files {
            put(name, bytes)?;
        }
        Ok(zip.finish()?.into_inner())
    }

    /// Unpacks a zip; the manifest is one of the files still.
    pub fn unpack(bytes: &[u8]) -> Result<Self, PackageError> {
        let mut archive = ZipArchive::new(Cursor::new(bytes))?;
        if archive.len() > MOST_FILES {
            return Err(PackageError::TooLarge);
        }
        let mut package = Self::default();
        let mut left = MOST_BYTES;
        for index in 0..archive.len() {
            let part = archive.by_index(index)?;
            if part.is_dir() {
                continue;
            }
            let name = part.name()?.into_owned();
            let mut content = Vec::new();
            part.take(left + 1).read_to_end(&mut content)?;
            let length = u64::try_from(content.len()).unwrap_or(u64::MAX);
            left = left.checked_sub(length).ok_or(PackageError::TooLarge)?;
            package.files.insert(name, content);
        }
        Ok(package)
    }

    /// Reads a zip, or the folder that one was unpacked to.
    pub fn read(path: &Path) -> Result<Self, PackageError> {
        if path.is_file() {
            return Self::unpack(&std::fs::read(path)?);
        }
        let mut package = Self::default();
        package.read_below(path, "")?;
        Ok(package)
    }

    fn read_below(&mut self, folder: &Path, prefix: &str) -> Result<(), PackageError> {
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.file_type()?.is_dir() {
                self.read_below(&entry.path(), &format!("{name}/"))?;
            } else {
                self.files.insert(name, std::fs::read(entry.path())?);
            }
        }
        Ok(())
    }

    /// Takes the manifest out of what was read, and tells every file that is not as it says. `beside` are about the manifest.
    pub fn manifest_of(&mut self, format: &'static str, beside: &[&str]) -> Result<Opened, PackageError> {
        let bytes = self.files.remove(MANIFEST).ok_or(PackageError::NoManifest)?;
        let manifest: Manifest = serde_json::from_slice(&bytes)?;
        if manifest.format != format || manifest.version != 1 {
            return Err(PackageError::Format {
                expected: format,
                found: manifest.format,
                version: manifest.version,
            });
        }
        let mut defects = Vec::new();
        for (name, entry) in &manifest.files {
            match self.files.get(name) {
                None => defects.push((name.clone(), Defect::Missing)),
                Some(content) if Digest::of(content) != entry.sha256 => defects.push((name.clone(), Defect::Altered)),
                Some(_) => {}
            }
        }
        let stray = |name: &&String| !manifest.files.contains_key(*name) && !beside.contains(&name.as_str());
        defects.extend(
            self.files
                .keys()
                .filter(stray)
                .map(|name| (name.clone(), Defect::Stray)),
        );
        Ok(Opened {
            bytes,
            manifest,
            defects,
        })
    }
}

impl Manifest {
    /// Its bytes, of which there is one spelling.
    pub fn bytes(&self) -> Result<Vec<u8>, PackageError> {
        Ok(canonical_json(self)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed() -> Vec<u8> {
        let mut package = Package::default();
        package.add("b.txt", "乙");
        package.add("a/甲.txt", "甲");
        let manifest = package.manifest("trial", 1, BTreeMap::new()).bytes().unwrap();
        package.pack(&manifest, &[]).unwrap()
    }

    #[test]
    fn the_same_files_make_the_same_package_and_it_reads_back() {
        assert_eq!(packed(), packed());
        let mut package = Package::unpack(&packed()).unwrap();
        let Opened { manifest, defects, .. } = package.manifest_of("trial", &[]).unwrap();
        assert!(defects.is_empty());
        assert_eq!(manifest.files.len(), 2);
        assert_eq!(package.files["a/甲.txt"], "甲".as_bytes());
    }

    #[test]
    fn a_file_altered_missing_or_added_is_named() {
        let mut package = Package::unpack(&packed()).unwrap();
        package.add("b.txt", "丙");
        package.add("c.txt", "");
        package.files.remove("a/甲.txt");
        let defects = package.manifest_of("trial", &[]).unwrap().defects;
        let expected = [
            ("a/甲.txt".to_owned(), Defect::Missing),
            ("b.txt".to_owned(), Defect::Altered),
            ("c.txt".to_owned(), Defect::Stray),
        ];
        assert_eq!(defects, expected);
        assert!(matches!(
            Package::unpack(&packed()).unwrap().manifest_of("other", &[]),
            Err(PackageError::Format { .. })
        ));
    }
}
