//! Measures a packed file by unpacking it into nothing, before anybody parses it.

use std::io::{Cursor, Read};

use zip::ZipArchive;

use super::{MAX_PARTS, MAX_RATIO, MAX_TAGS, MAX_UNPACKED_BYTES, SpreadsheetError};

/// Below this many unpacked bytes a high ratio harms nobody: an empty sheet packs very well.
const RATIO_FROM_BYTES: u64 = 1_000_000;
const CHUNK_BYTES: usize = 65_536;

/// Refuses an archive with too many parts or too much in them. Sizes in headers only ever add to the refusals: what is
/// believed is what comes out.
pub(super) fn measure(bytes: &[u8]) -> Result<(), SpreadsheetError> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| broken(&error))?;
    if archive.len() > MAX_PARTS {
        return Err(SpreadsheetError::TooManyParts { parts: archive.len() });
    }
    if archive
        .decompressed_size()
        .is_some_and(|declared| declared > u128::from(MAX_UNPACKED_BYTES))
    {
        return Err(SpreadsheetError::Bomb);
    }
    let mut total = 0;
    let mut tags = 0;
    let mut chunk = vec![0; CHUNK_BYTES];
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).map_err(|error| broken(&error))?;
        let packed = part.compressed_size().max(1);
        let mut unpacked = 0_u64;
        loop {
            let read = part.read(&mut chunk).map_err(|error| SpreadsheetError::Broken {
                detail: error.to_string(),
            })?;
            if read == 0 {
                break;
            }
            tags += tags_in(&chunk[..read]);
            let read = u64::try_from(read).unwrap_or(u64::MAX);
            unpacked += read;
            total += read;
            let too_dense = unpacked > RATIO_FROM_BYTES && unpacked / packed > MAX_RATIO;
            if total > MAX_UNPACKED_BYTES || tags > MAX_TAGS || too_dense {
                return Err(SpreadsheetError::Bomb);
            }
        }
    }
    Ok(())
}

#[expect(
    clippy::naive_bytecount,
    reason = "unpacking takes longer; a crate for this is not worth it"
)]
fn tags_in(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte == b'<').count()
}

fn broken(error: &zip::result::ZipError) -> SpreadsheetError {
    SpreadsheetError::Broken {
        detail: error.to_string(),
    }
}
