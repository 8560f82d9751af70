//! Reads the first visible sheet of an xlsx workbook, cell by cell.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;

use calamine::{DataRef, ExcelDateTime, Reader, SheetVisible, Xlsx, XlsxError};

use super::{Cell, MAX_COLUMNS, MAX_ROWS, Row, Sheet, SpreadsheetError};

/// From here on a floating-point number of an office program (15 digits) is no longer the number that was typed.
const EXACT_BELOW: f64 = 1e15;

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
    let mut reader = workbook.worksheet_cells_reader(&name).map_err(|error| broken(&error))?;
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
