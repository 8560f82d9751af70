//! Tables in and out: what an office sends as a workbook or a text table, and what we hand back.
//!
//! A file from outside is measured before it is parsed: its size, the number of parts in a workbook, and how large they
//! really become when unpacked (no header is believed). What is read is text; a formula is never computed and never
//! trusted, a number that lost digits is reported rather than guessed. What is written is text only, so that no cell of
//! ours ever runs in somebody's office program.
//!
//! This chapter does not know what a column means: the importers do.

use std::collections::BTreeMap;

mod archive;
mod text_table;
mod workbook;
mod write;

pub use write::{write, write_text_table};

/// The largest file that is looked at, in bytes.
pub const MAX_FILE_BYTES: usize = 10_000_000;
/// The most parts that a workbook may have.
pub const MAX_PARTS: usize = 1_000;
/// The most bytes that a workbook may unpack to.
pub const MAX_UNPACKED_BYTES: u64 = 100_000_000;
/// How many times larger than its packed size a part may become.
pub const MAX_RATIO: u64 = 200;
/// The most rows with anything in them.
pub const MAX_ROWS: usize = 20_000;
/// The most visible sheets of a workbook.
pub const MAX_SHEETS: usize = 50;
/// The most merged ranges of a sheet.
const MAX_MERGED: usize = 20_000;
/// The most columns.
pub const MAX_COLUMNS: usize = 100;
/// The longest text in a cell, in characters.
pub const MAX_CELL_CHARS: usize = 2_000;
/// A header is looked for in so many rows from the top: offices put titles above their tables.
const HEADER_ROWS: usize = 5;
/// The most tags in a workbook: enough for every cell that is allowed. A parser makes an object of each.
const MAX_TAGS: usize = 10_000_000;

/// A table as read: the rows that have anything in them, and the cells that could not be taken as text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sheet {
    /// The rows, in their order.
    pub rows: Vec<Row>,
    /// The cells whose content is not text, by row number (from 1) and column (from 0). They stand as empty in
    /// [`Sheet::rows`].
    pub problems: BTreeMap<(u32, usize), Cell>,
}

/// One row of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its number as the office program shows it, from 1.
    pub number: u32,
    /// Its cells, without blanks around them. Trailing empty cells may be absent.
    pub cells: Vec<String>,
}

impl Row {
    /// The text of a column (from 0), empty when the row ends before it.
    pub fn cell(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }
}

/// What a cell has in place of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Cell {
    /// A formula. Its last result is not taken: whoever wrote the file chose it.
    #[error("a formula stands where text is expected; paste it as a value")]
    Formula,
    /// A number of more than 15 digits: the office program kept 15 of them.
    #[error("the id was stored as a number and lost digits; format the column as text")]
    LostDigits,
    /// The mark of a failed calculation, such as `#REF!`.
    #[error("the cell shows an error of a calculation")]
    Failure,
    /// More than [`MAX_CELL_CHARS`] characters.
    #[error("the text is longer than {max} characters", max = MAX_CELL_CHARS)]
    TooLong,
}

/// Why a file was not read, or a table not written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SpreadsheetError {
    /// The file is larger than [`MAX_FILE_BYTES`].
    #[error("the file has {bytes} bytes; at most {max} are taken", max = MAX_FILE_BYTES)]
    TooLarge {
        /// How many it has.
        bytes: usize,
    },
    /// An old binary workbook, or one under a password.
    #[error("an old .xls workbook, or one under a password; save it as .xlsx without a password")]
    OldOrLocked,
    /// Neither a workbook nor a text table.
    #[error("the file '{name}' is neither .xlsx nor .csv")]
    UnknownKind {
        /// The name it came with.
        name: String,
    },
    /// The workbook has more than [`MAX_PARTS`] parts.
    #[error("the workbook has {parts} parts; at most {max} are taken", max = MAX_PARTS)]
    TooManyParts {
        /// How many it has.
        parts: usize,
    },
    /// The workbook unpacks to more than it may: damaged, or made to fill a memory.
    #[error("the workbook unpacks to far more than its size; it was not opened")]
    Bomb,
    /// More than [`MAX_ROWS`] rows.
    #[error("the table has more than {max} rows", max = MAX_ROWS)]
    TooManyRows,
    /// More than [`MAX_COLUMNS`] columns.
    #[error("row {row} has more than {max} columns", max = MAX_COLUMNS)]
    TooManyColumns {
        /// The row.
        row: u32,
    },
    /// The text is in no encoding that we know.
    #[error("the text is neither UTF-8, GB 18030 nor UTF-16")]
    Encoding,
    /// More than [`MAX_SHEETS`] sheets, or more merged ranges than anybody makes.
    #[error("the workbook has too many sheets or merged ranges")]
    TooManySheets,
    /// A sheet says that it has far more cells than anybody fills.
    #[error("a sheet claims {cells} cells; delete the empty rows and columns behind the table")]
    Claimed {
        /// How many it claims.
        cells: u64,
    },
    /// The workbook has no table.
    #[error("the workbook has no sheet with a table")]
    NoSheet,
    /// The file breaks its own format.
    #[error("the file cannot be read: {detail}")]
    Broken {
        /// What the reader said.
        detail: String,
    },
    /// The table cannot be written.
    #[error("the table cannot be written: {detail}")]
    NotWritten {
        /// What the writer said.
        detail: String,
    },
}

impl SpreadsheetError {
    /// The row that it is about, if it is about one.
    pub const fn row(&self) -> Option<u32> {
        match self {
            Self::TooManyColumns { row } => Some(*row),
            _ => None,
        }
    }
}

/// A sheet of a workbook with its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedSheet {
    /// What stands on its tab; empty for a text table.
    pub name: String,
    /// Its table. The cells of a merged range all have the text of its first.
    pub sheet: Sheet,
}

/// Reads every visible sheet of a workbook, or a text table.
pub fn read_book(bytes: &[u8], file_name: &str) -> Result<Vec<NamedSheet>, SpreadsheetError> {
    if bytes.starts_with(b"PK\x03\x04") && bytes.len() <= MAX_FILE_BYTES {
        archive::measure(bytes)?;
        return workbook::read_all(bytes);
    }
    let sheet = read(bytes, file_name)?;
    let name = String::new();
    Ok(vec![NamedSheet { name, sheet }])
}

/// Reads the first visible sheet of a workbook, or a text table. The kind is told by the content, not by the name.
pub fn read(bytes: &[u8], file_name: &str) -> Result<Sheet, SpreadsheetError> {
    if bytes.len() > MAX_FILE_BYTES {
        return Err(SpreadsheetError::TooLarge { bytes: bytes.len() });
    }
    if bytes.starts_with(b"PK\x03\x04") {
        archive::measure(bytes)?;
        return workbook::read(bytes);
    }
    if bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
        return Err(SpreadsheetError::OldOrLocked);
    }
    let extension = file_name.rsplit_once('.').map(|(_, end)| end.to_ascii_lowercase());
    match extension.as_deref() {
        Some("csv" | "txt" | "tsv") => text_table::read(bytes),
        _ => Err(SpreadsheetError::UnknownKind {
            name: file_name.to_owned(),
        }),
    }
}

impl Sheet {
    /// The index in [`Sheet::rows`] of the header: of the first five rows, the one in which most cells are `known`, and at
    /// least two are.
    pub fn header(&self, known: impl Fn(&str) -> bool) -> Option<usize> {
        let score = |row: &Row| row.cells.iter().filter(|cell| known(cell)).count();
        let scores = self.rows.iter().take(HEADER_ROWS).map(score).enumerate();
        // The first of equals: a repeated header further down belongs to the data and is then reported as such.
        let best = scores.fold(None, |best: Option<(usize, usize)>, next| match best {
            Some(found) if found.1 >= next.1 => Some(found),
            _ => Some(next),
        });
        best.filter(|(_, known)| *known >= 2).map(|(index, _)| index)
    }

    /// The problem of a cell (row number from 1, column from 0), if it has one.
    pub fn problem(&self, row: u32, column: usize) -> Option<Cell> {
        self.problems.get(&(row, column)).copied()
    }

    /// Takes the text of a cell into a row, or reports why not.
    fn take(&mut self, cells: &mut Vec<String>, row: u32, column: usize, content: Result<&str, Cell>) {
        let content = content.and_then(|text| {
            let text = text.trim_matches(blank);
            if text.chars().nth(MAX_CELL_CHARS).is_some() {
                return Err(Cell::TooLong);
            }
            if is_scientific(text) {
                return Err(Cell::LostDigits);
            }
            Ok(text.to_owned())
        });
        let text = content.unwrap_or_else(|kind| {
            self.problems.insert((row, column), kind);
            String::new()
        });
        if cells.len() <= column {
            cells.resize(column + 1, String::new());
        }
        cells[column] = text;
    }
}

/// Blanks around a text: also the ideographic space and the mark that some programs put before UTF-8.
fn blank(c: char) -> bool {
    c.is_whitespace() || c == '\u{FEFF}' || c == '\u{200B}'
}

/// `1.10105E+17`: what an office program leaves of an id when it saves a text table. It writes a capital E and two digits,
/// and does so from twelve places on; anything else that looks alike is somebody's text.
fn is_scientific(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once("E+") else {
        return false;
    };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, decimals) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let large = exponent.len() == 2 && digits(exponent) && exponent >= "11";
    large && whole.len() == 1 && digits(whole) && digits(decimals)
}

/// The letters of a column (from 0) as the office program shows them: A, B, … Z, AA.
pub fn column_letters(column: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        let digit = u8::try_from((rest - 1) % 26).unwrap_or(0);
        letters.push(char::from(b'A' + digit));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests;
