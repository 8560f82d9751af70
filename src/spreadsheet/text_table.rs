//! Reads a text table in the encodings that office programs save: UTF-8 with or without its mark, GB 18030, UTF-16.

use csv::{ReaderBuilder, StringRecord};
use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

use super::{MAX_COLUMNS, MAX_ROWS, Row, Sheet, SpreadsheetError, blank};

pub(super) fn read(bytes: &[u8]) -> Result<Sheet, SpreadsheetError> {
    let text = decode(bytes)?;
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(&text))
        .from_reader(text.as_bytes());
    let mut sheet = Sheet::default();
    let mut record = StringRecord::new();
    let mut lines = Lines::new(&text);
    loop {
        let more = reader
            .read_record(&mut record)
            .map_err(|error| SpreadsheetError::Broken {
                detail: error.to_string(),
            })?;
        if !more {
            return Ok(sheet);
        }
        if record.iter().all(|cell| cell.trim_matches(blank).is_empty()) {
            continue;
        }
        let start = record.position().map_or(0, csv::Position::byte);
        let number = lines.of(usize::try_from(start).unwrap_or(usize::MAX));
        if sheet.rows.len() >= MAX_ROWS {
            return Err(SpreadsheetError::TooManyRows);
        }
        if record.len() > MAX_COLUMNS {
            return Err(SpreadsheetError::TooManyColumns { row: number });
        }
        let mut cells = Vec::with_capacity(record.len());
        for (column, cell) in record.iter().enumerate() {
            sheet.take(&mut cells, number, column, Ok(unquoted(cell)));
        }
        sheet.rows.push(Row { number, cells });
    }
}

/// Counts the lines up to a record. The reader's own count is one short where lines end in two characters: it leaves the
/// second to the next record.
struct Lines<'t> {
    bytes: &'t [u8],
    counted: usize,
    line: u32,
}

impl<'t> Lines<'t> {
    const fn new(text: &'t str) -> Self {
        let bytes = text.as_bytes();
        Self {
            bytes,
            counted: 0,
            line: 1,
        }
    }

    /// The line of the record that begins at a byte, or after the line ends there. Records are asked for in their order.
    fn of(&mut self, start: usize) -> u32 {
        let mut start = start.min(self.bytes.len());
        while matches!(self.bytes.get(start), Some(b'\r' | b'\n')) {
            start += 1;
        }
        for at in self.counted..start {
            let alone = self.bytes[at] == b'\r' && self.bytes.get(at + 1) != Some(&b'\n');
            if self.bytes[at] == b'\n' || alone {
                self.line = self.line.saturating_add(1);
            }
        }
        self.counted = self.counted.max(start);
        self.line
    }
}

/// Undoes the guards against live cells: the quote that [`super::write_text_table`] puts before a text, and the `="…"`
/// with which offices keep an id from becoming a number.
fn unquoted(cell: &str) -> &str {
    if let Some(text) = cell.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')) {
        return text;
    }
    match cell.strip_prefix('\'') {
        Some(text) if super::write::is_live(text) => text,
        _ => cell,
    }
}

fn decode(bytes: &[u8]) -> Result<String, SpreadsheetError> {
    let marked = Encoding::for_bom(bytes);
    let (encoding, body) = match marked {
        Some((encoding, mark)) => (encoding, &bytes[mark..]),
        None => (unmarked(bytes), bytes),
    };
    encoding
        .decode_without_bom_handling_and_without_replacement(body)
        .map(std::borrow::Cow::into_owned)
        .ok_or(SpreadsheetError::Encoding)
}

/// Without a mark: a zero byte never stands in a text of bytes, so its place tells UTF-16; what is not UTF-8 is GB 18030.
fn unmarked(bytes: &[u8]) -> &'static Encoding {
    match bytes.iter().take(1_000).position(|byte| *byte == 0) {
        Some(place) if place % 2 == 1 => UTF_16LE,
        Some(_) => UTF_16BE,
        None if std::str::from_utf8(bytes).is_ok() => UTF_8,
        None => GB18030,
    }
}

/// The separator that stands most often in the first line with any.
fn delimiter(text: &str) -> u8 {
    let count = |line: &str, separator: u8| line.bytes().filter(|byte| *byte == separator).count();
    for line in text.lines().take(5) {
        let best = [b'\t', b';', b',']
            .into_iter()
            .max_by_key(|separator| count(line, *separator));
        if let Some(separator) = best.filter(|separator| count(line, *separator) > 0) {
            return separator;
        }
    }
    b','
}
