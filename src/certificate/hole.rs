//! Where a file's one signature stands, and that nothing else does.

use super::NotGenuine;
use super::sign::{SIGNATURE_BYTES, STAMP_STEP, STAMP_STEPS};

/// Whether a hole of this length, with its brackets, is for a signature without or with a time stamp.
pub(super) fn is_room(length: usize, stamped: bool) -> bool {
    let more = length.checked_sub(2 * SIGNATURE_BYTES + 2);
    let steps = |more: usize| more.is_multiple_of(2 * STAMP_STEP) && more <= 2 * STAMP_STEP * STAMP_STEPS;
    more.is_some_and(|more| if stamped { more > 0 && steps(more) } else { more == 0 })
}

/// The hole in the one signature's range: where its `<` stands and where the byte after its `>` stands.
pub(super) fn single_revision(bytes: &[u8]) -> Result<(usize, usize), NotGenuine> {
    let ranges = positions(bytes, b"/ByteRange");
    let [range] = ranges[..] else {
        return Err(if ranges.is_empty() {
            NotGenuine::NotSigned
        } else {
            NotGenuine::ManySignatures
        });
    };
    let end = b"\n%%EOF\n";
    if positions(bytes, b"%%EOF").len() != 1 || positions(bytes, b"startxref").len() != 1 || !bytes.ends_with(end) {
        return Err(NotGenuine::LaterRevision);
    }
    let numbers = bytes[range..].strip_prefix(b"/ByteRange[").and_then(|rest| {
        let text = std::str::from_utf8(rest.get(..60)?).ok()?;
        let numbers: Option<Vec<usize>> = text
            .split_once(']')?
            .0
            .split_ascii_whitespace()
            .map(|number| number.parse().ok())
            .collect();
        numbers
    });
    let Some([0, open, close, rest]) = numbers.as_deref() else {
        return Err(NotGenuine::NotCovered);
    };
    let whole = close.checked_add(*rest) == Some(bytes.len())
        && close
            .checked_sub(*open)
            .is_some_and(|room| is_room(room, false) || is_room(room, true))
        && bytes[..*open].ends_with(b"/Contents");
    if whole {
        Ok((*open, *close))
    } else {
        Err(NotGenuine::NotCovered)
    }
}

pub(super) fn positions(bytes: &[u8], needle: &[u8]) -> Vec<usize> {
    let first = needle[0];
    let starts = bytes.iter().enumerate().filter(|(_, byte)| **byte == first);
    starts
        .map(|(at, _)| at)
        .filter(|at| bytes[*at..].starts_with(needle))
        .collect()
}

/// The DER in the hole: capitals only, and nothing but zeros after it.
pub(super) fn hole_content(hole: &[u8]) -> Result<Vec<u8>, NotGenuine> {
    let [b'<', digits @ .., b'>'] = hole else {
        return Err(NotGenuine::Hole);
    };
    let value = |digit: u8| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    };
    let decoded: Option<Vec<u8>> = digits
        .chunks_exact(2)
        .map(|pair| Some(value(pair[0])? << 4 | value(pair[1])?))
        .collect();
    let mut der = decoded.ok_or(NotGenuine::Hole)?;
    // A sequence with a two-byte length: every envelope has more than 255 bytes.
    let [0x30, 0x82, high, low, ..] = der[..] else {
        return Err(NotGenuine::Envelope);
    };
    let length = 4 + usize::from(u16::from_be_bytes([high, low]));
    if length > der.len() {
        return Err(NotGenuine::Envelope);
    }
    if der[length..].iter().any(|byte| *byte != 0) {
        return Err(NotGenuine::Hole);
    }
    der.truncate(length);
    Ok(der)
}
