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
    let mut places = Places::default();
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
            if !chunk[..read].iter().all(|byte| places.next(*byte)) {
                let detail = "a cell lies beyond all rows and columns".to_owned();
                return Err(SpreadsheetError::Broken { detail });
            }
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

/// Watches the places that cells claim (`r="B12"`, `ref="A1:XFD9"`): the parser adds up their letters and digits as long as
/// there are any.
#[derive(Default)]
struct Places {
    /// How much of ` r="` or ` ref="` was seen.
    head: usize,
    long: bool,
    within: bool,
    letters: u32,
    digits: u32,
}

impl Places {
    /// Looks at the next byte. False when a place has more letters or digits than the last column or row.
    fn next(&mut self, byte: u8) -> bool {
        if self.within {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' => self.letters += 1,
                b'0'..=b'9' => self.digits += 1,
                b':' | b' ' | b'$' | b',' => (self.letters, self.digits) = (0, 0),
                _ => self.within = false,
            }
            return self.letters <= 3 && self.digits <= 7;
        }
        let wanted: &[u8] = if self.long { b" ref=\"" } else { b" r=\"" };
        if self.head == 2 && byte == b'e' {
            (self.long, self.head) = (true, 3);
        } else if wanted.get(self.head) == Some(&byte) || (self.head == 0 && byte.is_ascii_whitespace()) {
            self.head += 1;
            if self.head == wanted.len() {
                *self = Self {
                    within: true,
                    ..Self::default()
                };
            }
        } else {
            *self = Self {
                head: usize::from(byte.is_ascii_whitespace()),
                ..Self::default()
            };
        }
        true
    }
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
