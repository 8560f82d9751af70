//! Reads the rows of a roll: finds the columns, checks every cell, and names what contradicts.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::kernel::{CitizenId, Sex};
use crate::spreadsheet::{Row, Sheet};

use super::{Column, Document, DocumentKind, Education, ExamType, RollEntry, RowError, RowErrorKind, Source};

/// Where the columns stand in this file.
pub(super) struct Layout {
    /// The index of the header in the rows of the sheet.
    pub(super) header: usize,
    columns: BTreeMap<Column, usize>,
}

impl Layout {
    pub(super) fn of(sheet: &Sheet) -> Result<Self, Vec<RowError>> {
        let first = sheet.rows.first().map_or(1, |row| row.number);
        let Some(header) = sheet.header(|cell| Column::named(cell).is_some()) else {
            return Err(vec![RowError {
                row: first,
                column: None,
                letter: None,
                kind: RowErrorKind::NoHeader,
            }]);
        };
        let row = &sheet.rows[header];
        let mut columns = BTreeMap::new();
        let mut errors = Vec::new();
        for (place, cell) in row.cells.iter().enumerate() {
            let Some(column) = Column::named(cell) else { continue };
            if columns.insert(column, place).is_some() {
                errors.push(RowError::new(
                    row.number,
                    column,
                    Some(place),
                    RowErrorKind::ColumnTwice,
                ));
            }
        }
        for column in [Column::Name, Column::DocumentNumber] {
            if !columns.contains_key(&column) {
                errors.push(RowError::new(row.number, column, None, RowErrorKind::MissingColumn));
            }
        }
        if errors.is_empty() {
            Ok(Self { header, columns })
        } else {
            Err(errors)
        }
    }
}

/// A row with what it tells and what is wrong with it.
pub(super) struct ReadRow {
    pub(super) number: u32,
    pub(super) document: Option<Document>,
    pub(super) entry: Option<RollEntry>,
    pub(super) errors: Vec<RowError>,
}

impl ReadRow {
    /// Reads a row; `None` for one without a candidate in it.
    pub(super) fn of(row: &Row, sheet: &Sheet, layout: &Layout) -> Option<Self> {
        let places = || layout.columns.values();
        let filled = places().any(|place| !row.cell(*place).is_empty() || sheet.problem(row.number, *place).is_some());
        if !filled {
            return None;
        }
        let mut read = Self {
            number: row.number,
            document: None,
            entry: None,
            errors: Vec::new(),
        };
        for (column, place) in &layout.columns {
            if let Some(cell) = sheet.problem(row.number, *place) {
                read.wrong(*column, layout, RowErrorKind::NotText(cell));
            }
        }
        let cells = Cells { row, sheet, layout };
        read.entry = read.candidate(&cells);
        Some(read)
    }

    fn candidate(&mut self, cells: &Cells<'_>) -> Option<RollEntry> {
        let name = self.required(cells, Column::Name, |text| {
            closed_up(text).parse().map_err(RowErrorKind::Name)
        });
        let kind = self.optional(cells, Column::DocumentKind, |text| {
            known(DocumentKind::read(text), text, DocumentKind::WORDS)
        });
        let kind = kind.unwrap_or(DocumentKind::CitizenCard);
        let document = self.required(cells, Column::DocumentNumber, |text| Document::parse(kind, text));
        self.document.clone_from(&document);
        let id = document.as_ref().and_then(Document::citizen_id);
        let sex = self.sex(cells, id.as_ref(), document.is_some());
        let birth_date = self.birth_date(cells, id.as_ref(), document.is_some());
        let mobile = self.optional(cells, Column::Mobile, mobile);
        let employer = self.optional(cells, Column::Employer, |text| short(text, 100));
        let education = self.optional(cells, Column::Education, |text| {
            known(Education::read(text), text, Education::WORDS)
        });
        let source = self.optional(cells, Column::Source, |text| {
            known(Source::read(text), text, Source::WORDS)
        });
        let exam_type = self.optional(cells, Column::ExamType, |text| {
            known(ExamType::read(text), text, ExamType::WORDS)
        });
        let trade_years = self.optional(cells, Column::TradeYears, trade_years);
        let photo = self.optional(cells, Column::Photo, |text| short(text, 100));
        Some(RollEntry {
            name: name?,
            document: document?,
            sex: sex?,
            birth_date: birth_date?,
            mobile,
            employer,
            education,
            source,
            exam_type: exam_type.unwrap_or(ExamType::First),
            trade_years,
            photo,
        })
    }

    fn sex(&mut self, cells: &Cells<'_>, id: Option<&CitizenId>, has_document: bool) -> Option<Sex> {
        let told = self.optional(cells, Column::Sex, |text| match text {
            "男" | "男性" | "1" | "M" | "m" | "Male" | "male" => Ok(Sex::Male),
            "女" | "女性" | "2" | "F" | "f" | "Female" | "female" => Ok(Sex::Female),
            other => known(None, other, &["男", "女"]),
        });
        match (told, id.map(CitizenId::sex)) {
            (Some(told), Some(by_id)) if told != by_id => {
                self.wrong(Column::Sex, cells.layout, RowErrorKind::SexContradicts { by_id });
                None
            }
            (_, Some(by_id)) => Some(by_id),
            (Some(told), None) => Some(told),
            (None, None) => {
                self.missing_without_id(cells, Column::Sex, has_document);
                None
            }
        }
    }

    fn birth_date(&mut self, cells: &Cells<'_>, id: Option<&CitizenId>, has_document: bool) -> Option<Date> {
        let told = self.optional(cells, Column::BirthDate, |text| {
            date(text).ok_or_else(|| RowErrorKind::NotADate { found: text.to_owned() })
        });
        match (told, id.map(CitizenId::birth_date)) {
            (Some(told), Some(by_id)) if told != by_id => {
                self.wrong(
                    Column::BirthDate,
                    cells.layout,
                    RowErrorKind::BirthDateContradicts { by_id },
                );
                None
            }
            (_, Some(by_id)) => Some(by_id),
            (Some(told), None) => Some(told),
            (None, None) => {
                self.missing_without_id(cells, Column::BirthDate, has_document);
                None
            }
        }
    }

    /// A document without a citizen id does not tell sex and birth date: then the row must. With an unreadable document
    /// that error is enough.
    fn missing_without_id(&mut self, cells: &Cells<'_>, column: Column, has_document: bool) {
        if has_document && cells.text(column).is_empty() {
            self.wrong(column, cells.layout, RowErrorKind::Missing);
        }
    }

    fn required<T>(
        &mut self,
        cells: &Cells<'_>,
        column: Column,
        parse: impl FnOnce(&str) -> Result<T, RowErrorKind>,
    ) -> Option<T> {
        if cells.text(column).is_empty() {
            // A cell with a formula in it is reported as that, not as empty too.
            if !cells.has_problem(column) {
                self.wrong(column, cells.layout, RowErrorKind::Missing);
            }
            return None;
        }
        self.optional(cells, column, parse)
    }

    fn optional<T>(
        &mut self,
        cells: &Cells<'_>,
        column: Column,
        parse: impl FnOnce(&str) -> Result<T, RowErrorKind>,
    ) -> Option<T> {
        let text = cells.text(column);
        if text.is_empty() {
            return None;
        }
        parse(text).map_err(|kind| self.wrong(column, cells.layout, kind)).ok()
    }

    pub(super) fn wrong(&mut self, column: Column, layout: &Layout, kind: RowErrorKind) {
        let place = layout.columns.get(&column).copied();
        self.errors.push(RowError::new(self.number, column, place, kind));
    }
}

/// The cells of one row, by column.
struct Cells<'a> {
    row: &'a Row,
    sheet: &'a Sheet,
    layout: &'a Layout,
}

impl Cells<'_> {
    fn text(&self, column: Column) -> &str {
        self.layout
            .columns
            .get(&column)
            .map_or("", |place| self.row.cell(*place))
    }

    fn has_problem(&self, column: Column) -> bool {
        let place = self.layout.columns.get(&column);
        place.is_some_and(|place| self.sheet.problem(self.row.number, *place).is_some())
    }
}

/// Names both rows of every pair.
pub(super) fn name_duplicates(rows: &mut [ReadRow], layout: &Layout) {
    let mut first: BTreeMap<Document, usize> = BTreeMap::new();
    for index in 0..rows.len() {
        let Some(document) = rows[index].document.clone() else {
            continue;
        };
        let Some(earlier) = first.get(&document).copied() else {
            first.insert(document, index);
            continue;
        };
        let other_row = rows[earlier].number;
        rows[index].wrong(Column::DocumentNumber, layout, RowErrorKind::Duplicate { other_row });
        let other_row = rows[index].number;
        let said = |error: &RowError| matches!(error.kind, RowErrorKind::Duplicate { .. });
        if !rows[earlier].errors.iter().any(said) {
            rows[earlier].wrong(Column::DocumentNumber, layout, RowErrorKind::Duplicate { other_row });
        }
    }
}

fn known<T>(value: Option<T>, found: &str, known: &'static [&'static str]) -> Result<T, RowErrorKind> {
    value.ok_or_else(|| RowErrorKind::UnknownValue {
        found: found.to_owned(),
        known,
    })
}

fn short(text: &str, most: usize) -> Result<String, RowErrorKind> {
    if text.chars().count() > most {
        return Err(RowErrorKind::TooLong { most });
    }
    Ok(text.to_owned())
}

fn mobile(text: &str) -> Result<String, RowErrorKind> {
    let digits: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let digits = digits.strip_prefix("+86").unwrap_or(&digits);
    let fits = digits.len() == 11 && digits.starts_with('1') && digits.bytes().all(|byte| byte.is_ascii_digit());
    if fits {
        Ok(digits.to_owned())
    } else {
        Err(RowErrorKind::Mobile)
    }
}

fn trade_years(text: &str) -> Result<u8, RowErrorKind> {
    let number = text.strip_suffix('年').unwrap_or(text).trim();
    let years: Option<u8> = number.parse().ok();
    years.filter(|years| *years <= 60).ok_or(RowErrorKind::TradeYears)
}

/// Offices set `王　伟` with a blank between, to align it with names of three characters. In a name of Chinese characters
/// no blank means anything; in others it does.
fn closed_up(name: &str) -> String {
    let chinese = name.chars().all(|c| c.is_whitespace() || u32::from(c) >= 0x2E80);
    name.chars().filter(|c| !(chinese && c.is_whitespace())).collect()
}

/// 1990-05-06, 1990/5/6, 1990.5.6, 1990年5月6日, 19900506.
fn date(text: &str) -> Option<Date> {
    let text = text.strip_suffix('日').unwrap_or(text);
    let parts: Vec<&str> = text.split(['-', '/', '.', '年', '月']).map(str::trim).collect();
    let (year, month, day) = match parts.as_slice() {
        [year, month, day] => (*year, *month, *day),
        [all] if all.len() == 8 && all.is_ascii() => (&all[..4], &all[4..6], &all[6..]),
        _ => return None,
    };
    let year: i16 = year.parse().ok().filter(|year| *year >= 1900)?;
    Date::new(year, month.parse().ok()?, day.parse().ok()?).ok()
}
