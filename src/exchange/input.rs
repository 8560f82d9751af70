//! The bytes of a file from outside: measured while they are read, and made into text.

use std::io::Read;

use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

use super::loss::{Refused, RefusedKind};

/// The largest file that is taken, in bytes.
pub const MAX_BYTES: u64 = 24_000_000;
/// The longest line of a text file, in bytes. A picture in a text file would be longer, but only XML carries pictures.
pub const MAX_LINE_BYTES: usize = 1_000_000;
const CHUNK_BYTES: usize = 65_536;

/// Reads a file, but no more of it than is taken. `lines` says whether it is to have lines of a bearable length; such a
/// file is refused at the first line that is longer, however much follows.
pub fn read(mut source: impl Read, file: &str, lines: bool) -> Result<Vec<u8>, Refused> {
    let mut bytes = Vec::new();
    let mut chunk = vec![0; CHUNK_BYTES];
    let (mut line, mut length) = (1_u32, 0_usize);
    loop {
        let read = source.read(&mut chunk).map_err(|error| {
            let reason = error.to_string();
            Refused::new(file, 0, RefusedKind::Unreadable { reason })
        })?;
        if read == 0 {
            return Ok(bytes);
        }
        bytes.extend_from_slice(&chunk[..read]);
        if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > MAX_BYTES {
            return Err(Refused::new(file, line, RefusedKind::TooLarge { most: MAX_BYTES }));
        }
        for byte in &chunk[..read] {
            length += 1;
            if *byte == b'\n' {
                (line, length) = (line.saturating_add(1), 0);
            } else if lines && length > MAX_LINE_BYTES {
                return Err(Refused::new(
                    file,
                    line,
                    RefusedKind::LineTooLong { most: MAX_LINE_BYTES },
                ));
            }
        }
    }
}

/// The text of a file: UTF-8 with or without its mark, UTF-16, GB 18030. Line ends become one kind.
pub(super) fn text(bytes: &[u8], file: &str) -> Result<String, Refused> {
    let (encoding, body, mark) = match Encoding::for_bom(bytes) {
        Some((encoding, mark)) => (encoding, &bytes[mark..], mark),
        None => (unmarked(bytes), bytes, 0),
    };
    let decoded = encoding.decode_without_bom_handling_and_without_replacement(body);
    let Some(decoded) = decoded else {
        let offset = mark + Encoding::utf8_valid_up_to(body);
        let before = &bytes[..offset.min(bytes.len())];
        return Err(Refused::new(file, lines_in(before), RefusedKind::Encoding { offset }));
    };
    let text = if decoded.contains('\r') {
        decoded.replace("\r\n", "\n").replace('\r', "\n")
    } else {
        decoded.into_owned()
    };
    let unusable = |c: char| c.is_control() && !matches!(c, '\n' | '\t' | '\u{C}' | '\u{85}');
    if let Some((at, c)) = text.char_indices().find(|(_, c)| unusable(*c)) {
        let code = format!("U+{:04X}", u32::from(c));
        let line = lines_in(&text.as_bytes()[..at]);
        return Err(Refused::new(file, line, RefusedKind::Control { code }));
    }
    if let Some((number, _)) = (1..)
        .zip(text.lines())
        .find(|(_, line)| line.len() > MAX_LINE_BYTES * 24)
    {
        return Err(Refused::new(
            file,
            number,
            RefusedKind::LineTooLong {
                most: MAX_LINE_BYTES * 24,
            },
        ));
    }
    Ok(text)
}

/// Without a mark: zero bytes at every other place are UTF-16; what is not UTF-8 is GB 18030. A single zero byte is no sign
/// of UTF-16: it is found later, and the file refused.
fn unmarked(bytes: &[u8]) -> &'static Encoding {
    let head = &bytes[..bytes.len().min(1_000)];
    let zeros = |odd: usize| head.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
    let few = head.len() / 8;
    if zeros(1) > few.max(1) {
        return UTF_16LE;
    }
    if zeros(0) > few.max(1) {
        return UTF_16BE;
    }
    if std::str::from_utf8(bytes).is_ok() {
        UTF_8
    } else {
        GB18030
    }
}

/// The number of the line that comes after these bytes.
pub(super) fn lines_in(bytes: &[u8]) -> u32 {
    let ends = bytes.split(|byte| *byte == b'\n').count();
    u32::try_from(ends).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_encodings_of_office_programs_are_read() {
        let text = "题干：电压\r\n答案\r";
        let wide = |order: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(order).collect::<Vec<u8>>();
        let marked = [b"\xFF\xFE".to_vec(), wide(u16::to_le_bytes)].concat();
        let gb = GB18030.encode(text).0.into_owned();
        for bytes in [
            text.as_bytes().to_vec(),
            format!("\u{FEFF}{text}").into_bytes(),
            gb,
            marked,
        ] {
            assert_eq!(super::text(&bytes, "a").unwrap(), "题干：电压\n答案\n");
        }
        assert_eq!(
            super::text(
                &"ab\ncd".encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>(),
                "a"
            )
            .unwrap(),
            "ab\ncd"
        );
    }

    #[test]
    fn a_zero_byte_and_a_wrong_byte_are_told_with_their_line() {
        let refused = text(b"a\nb\0c", "a.txt").unwrap_err();
        assert_eq!(refused.place.line, 2);
        assert!(matches!(refused.kind, RefusedKind::Control { .. }));
        let refused = text(b"abc\n\nd\xFF\xFF", "a.txt").unwrap_err();
        assert_eq!(
            (refused.place.line, refused.kind),
            (3, RefusedKind::Encoding { offset: 6 })
        );
    }

    #[test]
    fn a_line_without_end_is_not_read_to_its_end() {
        struct Endless(u64);
        impl Read for Endless {
            fn read(&mut self, chunk: &mut [u8]) -> std::io::Result<usize> {
                chunk.fill(b'a');
                self.0 += u64::try_from(chunk.len()).unwrap();
                assert!(self.0 < 2 * MAX_BYTES, "read far beyond the limit");
                Ok(chunk.len())
            }
        }
        let refused = read(Endless(0), "a.gift", true).unwrap_err();
        assert!(matches!(refused.kind, RefusedKind::LineTooLong { .. }));
        let refused = read(Endless(0), "a.xml", false).unwrap_err();
        assert!(matches!(refused.kind, RefusedKind::TooLarge { .. }));
    }
}
