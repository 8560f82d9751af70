//! An archive from outside, unpacked in memory without believing anything that it says about itself; and ours, written.

use std::collections::BTreeMap;
use std::io::{Cursor, Write as _};

use zip::ZipArchive;
use zip::write::SimpleFileOptions;

use super::loss::{Refused, RefusedKind};

/// The most entries of an archive.
pub(super) const MAX_ENTRIES: usize = 5_000;
/// The most bytes that an archive may unpack to.
pub(super) const MAX_UNPACKED: u64 = 48_000_000;
/// How many times larger than its packed size an entry may become, from [`RATIO_FROM`] bytes on.
pub(super) const MAX_RATIO: u64 = 200;
const RATIO_FROM: u64 = 1_000_000;
const MAX_NAME_BYTES: usize = 240;
const MAX_FOLDERS: usize = 12;
const CHUNK_BYTES: usize = 65_536;

/// The files of an archive by their names.
pub(super) type Files = BTreeMap<String, Vec<u8>>;

/// Whether the bytes are an archive.
pub(super) fn is_archive(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
}

/// Unpacks an archive.
pub(super) fn unpack(bytes: &[u8], file: &str) -> Result<Files, Refused> {
    let refuse = |kind| Refused::new(file, 0, kind);
    let too_many = || {
        let what = "files".to_owned();
        refuse(RefusedKind::TooMany {
            what,
            most: MAX_ENTRIES,
        })
    };
    // The count is looked at before anything is made of the entries; the parser makes an object of each.
    if announced(bytes) > u64::try_from(MAX_ENTRIES).unwrap_or(u64::MAX) {
        return Err(too_many());
    }
    let broken = |error: &dyn std::fmt::Display| {
        let reason = super::loss::short(&error.to_string(), 120);
        refuse(RefusedKind::Archive { reason })
    };
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| broken(&error))?;
    if archive.len() > MAX_ENTRIES {
        return Err(too_many());
    }
    // The reader keeps one of several entries with the same name; which one another program would take, nobody knows.
    if announced(bytes) != u64::try_from(archive.len()).unwrap_or(u64::MAX) {
        let name = format!("{} / {}", announced(bytes), archive.len());
        return Err(refuse(RefusedKind::ArchiveTwice { name }));
    }
    if archive.has_overlapping_entries().map_err(|error| broken(&error))? {
        return Err(refuse(RefusedKind::ArchiveOverlap {}));
    }
    let (mut files, mut total) = (Files::new(), 0);
    for index in 0..archive.len() {
        let (name, locked, link, folder, packed) = {
            let entry = archive.by_index_raw(index).map_err(|error| broken(&error))?;
            let name = entry.name().map_err(|error| broken(&error))?.into_owned();
            (
                name,
                entry.encrypted(),
                entry.is_symlink(),
                entry.is_dir(),
                entry.compressed_size(),
            )
        };
        let shown = super::loss::short(&name, 80);
        let at = |kind| Refused::new(&format!("{file}!{shown}"), 0, kind);
        let Some(clean) = clean(&name) else {
            return Err(at(RefusedKind::ArchiveName { name: shown.clone() }));
        };
        if locked {
            return Err(at(RefusedKind::ArchiveLocked { name: shown.clone() }));
        }
        if link {
            return Err(at(RefusedKind::ArchiveLink { name: shown.clone() }));
        }
        if folder || is_litter(&clean) {
            continue;
        }
        let entry = archive.by_index(index).map_err(|error| broken(&error))?;
        let content = content(entry, packed, &mut total).map_err(at)?;
        if is_archive(&content) {
            return Err(at(RefusedKind::ArchiveNested { name: shown.clone() }));
        }
        if files.insert(clean, content).is_some() {
            return Err(at(RefusedKind::ArchiveTwice { name: shown.clone() }));
        }
    }
    Ok(files)
}

/// What one computer system adds to every archive, and nobody means.
fn is_litter(name: &str) -> bool {
    let last = name.rsplit('/').next().unwrap_or("");
    name.starts_with("__MACOSX/") || last.starts_with("._") || last == ".DS_Store"
}

/// What really comes out of an entry, as long as it is bearable.
fn content(mut entry: impl std::io::Read, packed: u64, total: &mut u64) -> Result<Vec<u8>, RefusedKind> {
    let mut content = Vec::new();
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        let read = entry.read(&mut chunk).map_err(|error| {
            let reason = super::loss::short(&error.to_string(), 120);
            RefusedKind::Archive { reason }
        })?;
        if read == 0 {
            return Ok(content);
        }
        content.extend_from_slice(&chunk[..read]);
        *total += u64::try_from(read).unwrap_or(u64::MAX);
        let length = u64::try_from(content.len()).unwrap_or(u64::MAX);
        let dense = length > RATIO_FROM && length / packed.max(1) > MAX_RATIO;
        if *total > MAX_UNPACKED || dense {
            return Err(RefusedKind::Bomb { most: MAX_UNPACKED });
        }
    }
}

/// The number of entries that the end of the archive announces.
fn announced(bytes: &[u8]) -> u64 {
    let tail = bytes.len().saturating_sub(66_000);
    let find = |mark: &[u8]| {
        bytes[tail..]
            .windows(4)
            .rposition(|window| window == mark)
            .map(|at| at + tail)
    };
    let number = |at: usize, length: usize| {
        let bytes = bytes.get(at..at + length)?;
        Some(
            bytes
                .iter()
                .rev()
                .fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte)),
        )
    };
    let small = find(b"PK\x05\x06").and_then(|at| number(at + 10, 2)).unwrap_or(0);
    let large = find(b"PK\x06\x06").and_then(|at| number(at + 32, 8)).unwrap_or(0);
    if small == 0xFFFF { large.max(small) } else { small }
}

/// The name of an entry with plain separators, if it stays in its archive and can be shown.
fn clean(name: &str) -> Option<String> {
    let clean = name.replace('\\', "/");
    let parts: Vec<&str> = clean.trim_end_matches('/').split('/').collect();
    let plain = |part: &&str| !part.is_empty() && !matches!(*part, "." | "..") && !part.ends_with([' ', '.']);
    let fits = clean.len() <= MAX_NAME_BYTES
        && parts.len() <= MAX_FOLDERS
        && parts.iter().all(plain)
        && !clean.contains(':')
        && !clean.chars().any(char::is_control);
    fits.then(|| parts.join("/"))
}

/// Packs files; the same files give the same bytes.
pub(super) fn pack(files: &Files) -> Result<Vec<u8>, Refused> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let broken = |reason: String| Refused::new("", 0, RefusedKind::Archive { reason });
    for (name, content) in files {
        writer
            .start_file(name.as_str(), SimpleFileOptions::default())
            .map_err(|error| broken(error.to_string()))?;
        writer.write_all(content).map_err(|error| broken(error.to_string()))?;
    }
    let packed = writer.finish().map_err(|error| broken(error.to_string()))?;
    Ok(packed.into_inner())
}
