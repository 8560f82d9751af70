//! Reads the first visible sheet of an xlsx workbook, cell by cell.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;

use calamine::{DataRef, ExcelDateTime, Reader, SheetType, SheetVisible, Xlsx, XlsxError};

use super::{Cell, MAX_COLUMNS, MAX_MERGED, MAX_ROWS, MAX_SHEETS, NamedSheet, Row, Sheet, SpreadsheetError};

/// From here on a floating-point number of an office program (15 digits) is no longer the number that was typed.
const EXACT_BELOW: f64 = 1e15;

/// Formatting a few columns to their end claims some millions of cells; more are claimed only to be made room for.
const MAX_CLAIMED: u64 = 1_000_000_000;
/// A merged range of more rows than this is no heading of theirs.
const MAX_FILLED_ROWS: usize = 2_000;

/// Reads cells as they come: a dense range would be sized by a position that the file may freely claim.
pub(super) fn read(bytes: &[u8]) -> Result<Sheet, SpreadsheetError> {
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|error| broken(&error))?;
    let visible = |sheet: &&calamine::Sheet| sheet.visible == SheetVisible::Visible;
    let name = workbook
        .sheets_metadata()
        .iter()
        .find(visible)
        .map(|sheet| sheet.name.clone());
    let name = name.ok_or(SpreadsheetError::NoSheet)?;
    sheet(&mut workbook, &name)
}

/// Reads every visible sheet, merged ranges filled.
pub(super) fn read_all(bytes: &[u8]) -> Result<Vec<NamedSheet>, SpreadsheetError> {
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|error| broken(&error))?;
    let visible = workbook
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.visible == SheetVisible::Visible && sheet.typ == SheetType::WorkSheet);
    let names: Vec<String> = visible.map(|sheet| sheet.name.clone()).collect();
    if names.is_empty() {
        return Err(SpreadsheetError::NoSheet);
    }
    if names.len() > MAX_SHEETS {
        return Err(SpreadsheetError::TooManySheets);
    }
    let mut sheets = Vec::with_capacity(names.len());
    for name in names {
        let mut sheet = sheet(&mut workbook, &name)?;
        let merged = workbook
            .merge_cells_by_sheet_name(&name)
            .map_err(|error| broken(&error))?;
        fill(&mut sheet, &merged)?;
        sheets.push(NamedSheet { name, sheet });
    }
    Ok(sheets)
}

/// Gives every cell of a merged range the text of its first. Only rows that have something in them are filled, so that a
/// range may claim any size.
fn fill(sheet: &mut Sheet, merged: &[calamine::Dimensions]) -> Result<(), SpreadsheetError> {
    if merged.len() > MAX_MERGED {
        return Err(SpreadsheetError::TooManySheets);
    }
    for range in merged {
        let (first, last) = (range.start.0.saturating_add(1), range.end.0.saturating_add(1));
        let column = |column: u32| usize::try_from(column).unwrap_or(usize::MAX).min(MAX_COLUMNS - 1);
        let (left, right) = (column(range.start.1), column(range.end.1));
        let from = sheet.rows.partition_point(|row| row.number < first);
        let to = sheet.rows.partition_point(|row| row.number <= last);
        let text = match sheet.rows.get(from) {
            Some(row) if row.number == first => row.cell(left).to_owned(),
            _ => continue,
        };
        if text.is_empty() || to - from > MAX_FILLED_ROWS {
            continue;
        }
        for row in &mut sheet.rows[from..to] {
            if row.cells.len() <= right {
                row.cells.resize(right + 1, String::new());
            }
            for cell in row.cells[left..=right].iter_mut().filter(|cell| cell.is_empty()) {
                cell.clone_from(&text);
            }
        }
    }
    Ok(())
}

fn sheet(workbook: &mut Xlsx<Cursor<&[u8]>>, name: &str) -> Result<Sheet, SpreadsheetError> {
    let mut reader = workbook.worksheet_cells_reader(name).map_err(|error| broken(&error))?;
    let claimed = reader.dimensions();
    let length = |start: u32, end: u32| u64::from(end.saturating_sub(start)) + 1;
    let cells = length(claimed.start.0, claimed.end.0) * length(claimed.start.1, claimed.end.1);
    if cells > MAX_CLAIMED {
        return Err(SpreadsheetError::Claimed { cells });
    }
    let mut sheet = Sheet::default();
    let mut rows: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    // The metadata form does not expand shared formulas, whose index a file may choose to be enormous.
    while let Some(found) = reader
        .next_cell_with_formula_metadata()
        .map_err(|error| broken(&error))?
    {
        if found.formula.is_none() && matches!(found.value, DataRef::Empty) {
            continue;
        }
        let number = found.pos.0.saturating_add(1);
        let column = usize::try_from(found.pos.1).unwrap_or(usize::MAX);
        if column >= MAX_COLUMNS {
            return Err(SpreadsheetError::TooManyColumns { row: number });
        }
        let cells = rows.entry(number).or_default();
        match (&found.formula, text_of(&found.value)) {
            (Some(_), _) => sheet.take(cells, number, column, Err(Cell::Formula)),
            (None, Ok(text)) => sheet.take(cells, number, column, Ok(&text)),
            (None, Err(kind)) => sheet.take(cells, number, column, Err(kind)),
        }
        if rows.len() > MAX_ROWS {
            return Err(SpreadsheetError::TooManyRows);
        }
    }
    let troubled: BTreeSet<u32> = sheet.problems.keys().map(|(row, _)| *row).collect();
    sheet.rows = rows
        .into_iter()
        .filter(|(number, cells)| cells.iter().any(|cell| !cell.is_empty()) || troubled.contains(number))
        .map(|(number, cells)| Row { number, cells })
        .collect();
    Ok(sheet)
}

fn text_of(value: &DataRef<'_>) -> Result<String, Cell> {
    match value {
        DataRef::Empty => Ok(String::new()),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Ok(text.clone()),
        DataRef::SharedString(text) => Ok((*text).to_owned()),
        DataRef::Int(number) => Ok(number.to_string()),
        DataRef::Float(number) if number.abs() >= EXACT_BELOW => Err(Cell::LostDigits),
        DataRef::Float(number) => Ok(number.to_string()),
        DataRef::Bool(yes) => Ok(if *yes { "TRUE" } else { "FALSE" }.to_owned()),
        DataRef::DateTime(instant) => Ok(date_text(*instant)),
        DataRef::Error(_) => Err(Cell::Failure),
    }
}

/// `1990-05-06`, with the time of day only when there is one.
fn date_text(instant: ExcelDateTime) -> String {
    let (year, month, day, hour, minute, second, _) = instant.to_ymd_hms_milli();
    if (hour, minute, second) == (0, 0, 0) {
        format!("{year:04}-{month:02}-{day:02}")
    } else {
        format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
    }
}

fn broken(error: &XlsxError) -> SpreadsheetError {
    SpreadsheetError::Broken {
        detail: error.to_string(),
    }
}
