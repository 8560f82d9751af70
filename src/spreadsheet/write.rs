//! Writes a table as a workbook, or as a text table for programs that cannot open one. Every cell is text.

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, XlsxError};

use super::{MAX_COLUMNS, SpreadsheetError};

/// A list of ours may be longer than what we take in at once, but a sheet of a workbook has an end.
const MOST_WRITTEN_ROWS: usize = 1_000_000;
const WIDTH_LEAST: usize = 8;
const WIDTH_MOST: usize = 60;
/// The characters that a sheet's name may not have.
const FORBIDDEN_IN_NAMES: &[char] = &['[', ']', ':', '*', '?', '/', '\\', '\''];
const NAME_CHARS: usize = 31;

/// A workbook of one sheet: bold frozen header with filters, columns as wide as their text.
pub fn write(sheet_name: &str, headers: &[&str], rows: &[Vec<String>]) -> Result<Vec<u8>, SpreadsheetError> {
    check_size(headers, rows)?;
    fill(sheet_name, headers, rows).map_err(|error| SpreadsheetError::NotWritten {
        detail: error.to_string(),
    })
}

fn fill(sheet_name: &str, headers: &[&str], rows: &[Vec<String>]) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    // A constant date: the same table gives the same bytes.
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&ExcelDateTime::from_ymd(2000, 1, 1)?));
    let text = Format::new().set_num_format("@");
    let bold = Format::new()
        .set_bold()
        .set_num_format("@")
        .set_align(FormatAlign::VerticalCenter);
    let sheet = workbook.add_worksheet();
    sheet.set_name(tidy_name(sheet_name))?;
    sheet.set_freeze_panes(1, 0)?;
    for (column, header) in (0_u16..).zip(headers) {
        sheet.write_string_with_format(0, column, *header, &bold)?;
        // The whole column is text: an id typed under the table keeps its digits.
        sheet.set_column_format(column, &text)?;
        let cells = rows.iter().filter_map(|row| row.get(usize::from(column)));
        let widest = cells.map(String::as_str).chain([*header]).map(display_width).max();
        let width = widest.unwrap_or(0).saturating_add(2).clamp(WIDTH_LEAST, WIDTH_MOST);
        sheet.set_column_width(column, u32::try_from(width).unwrap_or(u32::MAX))?;
    }
    for (row, cells) in (1_u32..).zip(rows) {
        for (column, cell) in (0_u16..).zip(cells) {
            sheet.write_string_with_format(row, column, cell, &text)?;
        }
    }
    if let Some(last) = headers.len().checked_sub(1).and_then(|last| u16::try_from(last).ok()) {
        sheet.autofilter(0, 0, u32::try_from(rows.len()).unwrap_or(u32::MAX), last)?;
    }
    workbook.save_to_buffer()
}

/// A comma-separated table in UTF-8 with its mark (without it, office programs read Chinese wrongly). A cell that a program
/// would run gets a quote before it.
pub fn write_text_table(headers: &[&str], rows: &[Vec<String>]) -> Result<Vec<u8>, SpreadsheetError> {
    check_size(headers, rows)?;
    let not_written = |error: csv::Error| SpreadsheetError::NotWritten {
        detail: error.to_string(),
    };
    let mut writer = csv::WriterBuilder::new()
        .flexible(true)
        .terminator(csv::Terminator::CRLF)
        .from_writer("\u{FEFF}".as_bytes().to_vec());
    let headers = headers.iter().map(|header| quiet(header));
    writer.write_record(headers).map_err(not_written)?;
    for row in rows {
        writer
            .write_record(row.iter().map(|cell| quiet(cell)))
            .map_err(not_written)?;
    }
    writer.into_inner().map_err(|error| SpreadsheetError::NotWritten {
        detail: error.to_string(),
    })
}

/// Whether an office program may take the text for a formula.
pub(super) fn is_live(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}

fn quiet(cell: &str) -> String {
    if is_live(cell) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

fn check_size(headers: &[&str], rows: &[Vec<String>]) -> Result<(), SpreadsheetError> {
    if rows.len() > MOST_WRITTEN_ROWS {
        return Err(SpreadsheetError::TooManyRows);
    }
    let wide = rows.iter().position(|row| row.len() > MAX_COLUMNS);
    let wide = wide
        .map(|index| index + 2)
        .or((headers.len() > MAX_COLUMNS).then_some(1));
    match wide.map(u32::try_from) {
        Some(row) => Err(SpreadsheetError::TooManyColumns {
            row: row.unwrap_or(u32::MAX),
        }),
        None => Ok(()),
    }
}

fn tidy_name(name: &str) -> String {
    let tidy: String = name
        .chars()
        .map(|c| if FORBIDDEN_IN_NAMES.contains(&c) { ' ' } else { c })
        .take(NAME_CHARS)
        .collect();
    if tidy.trim().is_empty() {
        "Sheet1".to_owned()
    } else {
        tidy
    }
}

/// Chinese characters take two places.
fn display_width(text: &str) -> usize {
    text.chars().map(|c| if u32::from(c) < 0x2E80 { 1 } else { 2 }).sum()
}
