//! Tables of questions: the columns that practitioners exchange, and what their headers and cells are called in practice.

use super::columns::{Column, column};
use super::loss::{LossKind, Refused, RefusedKind, short};
use super::model::{Body, Exchange, Place, Question, Words};
use super::table_key::{
    Kind, choice, gaps, grade, guess, kind, numeric, ordering, split_options, true_false, unlettered,
};
use super::text::{narrow, pieces};
use crate::bank::rich::Piece;
use crate::spreadsheet::{self, NamedSheet, Row, SpreadsheetError};

/// Reads a workbook: every visible sheet with a header.
pub(super) fn read(bytes: &[u8], file: &str) -> Result<Exchange, Refused> {
    let table = |error: SpreadsheetError| {
        let reason = short(&error.to_string(), 200);
        Refused::new(file, error.row().unwrap_or(0), RefusedKind::Table { reason })
    };
    let sheets = spreadsheet::read_book(bytes, file).map_err(table)?;
    // In a text table an open quote swallows all that follows; it is not to pass for one bad cell.
    if let ([text], false) = (sheets.as_slice(), super::package::is_archive(bytes))
        && let Some(((row, _), _)) = text
            .sheet
            .problems
            .iter()
            .find(|(_, cell)| **cell == spreadsheet::Cell::TooLong)
    {
        let reason = format!("{} (\"?)", spreadsheet::Cell::TooLong);
        return Err(Refused::new(file, *row, RefusedKind::Table { reason }));
    }
    let mut exchange = Exchange::default();
    let mut headed = false;
    for sheet in &sheets {
        headed |= read_sheet(sheet, file, sheets.len() > 1, &mut exchange);
    }
    if !headed {
        return Err(Refused::new(file, 1, RefusedKind::NoHeader {}));
    }
    Ok(exchange)
}

/// Reads a sheet. False when it has no header: a sheet of notes.
fn read_sheet(sheet: &NamedSheet, file: &str, several: bool, exchange: &mut Exchange) -> bool {
    let shown = if several {
        format!("{file}#{}", short(&sheet.name, 31))
    } else {
        file.to_owned()
    };
    let known = |cell: &str| column(cell).is_some();
    let header = sheet.sheet.header(known).filter(|index| {
        let cells = &sheet.sheet.rows[*index].cells;
        cells.iter().any(|cell| column(cell) == Some(Column::Stem))
    });
    let Some(header) = header else {
        if !sheet.sheet.rows.is_empty() {
            let place = Place {
                file: shown.clone(),
                line: 0,
            };
            exchange.lose(
                &place,
                &sheet.name,
                LossKind::Skipped {
                    what: sheet.name.clone(),
                },
            );
        }
        return false;
    };
    let mut columns: Vec<(usize, Option<Column>, String)> = Vec::new();
    for (index, cell) in sheet.sheet.rows[header].cells.iter().enumerate() {
        let found = column(cell).filter(|found| !columns.iter().any(|(_, known, _)| *known == Some(*found)));
        columns.push((index, found, cell.clone()));
    }
    for row in sheet.sheet.rows.iter().skip(header + 1) {
        let place = Place {
            file: shown.clone(),
            line: row.number,
        };
        let reader = Reader {
            sheet,
            columns: &columns,
            row,
        };
        reader.read(place, exchange);
    }
    true
}

struct Reader<'r> {
    sheet: &'r NamedSheet,
    columns: &'r [(usize, Option<Column>, String)],
    row: &'r Row,
}

impl Reader<'_> {
    fn cell(&self, column: Column) -> &str {
        let found = self.columns.iter().find(|(_, known, _)| *known == Some(column));
        found.map_or("", |(index, _, _)| self.row.cell(*index))
    }

    fn read(&self, place: Place, exchange: &mut Exchange) {
        let id = self.cell(Column::Id).to_owned();
        let stem = self.cell(Column::Stem).replace("\r\n", "\n");
        let item = if id.is_empty() { stem.clone() } else { id.clone() };
        let bad = self.columns.iter().find_map(|(index, known, name)| {
            known.filter(|known| *known != Column::Ignored)?;
            self.sheet
                .sheet
                .problem(self.row.number, *index)
                .map(|cell| (name, cell))
        });
        if let Some((column, cell)) = bad {
            exchange.lose(
                &place,
                &item,
                LossKind::BadCell {
                    column: short(column, 30),
                    reason: cell.to_string(),
                },
            );
            return;
        }
        if stem.is_empty() {
            let rest = self
                .row
                .cells
                .iter()
                .find(|cell| !cell.is_empty())
                .map(|cell| short(cell, 60));
            // A line of remarks under the table has one cell; a question without its text has more.
            let kind = match rest {
                Some(what) if self.row.cells.iter().filter(|cell| !cell.is_empty()).count() == 1 => {
                    LossKind::Skipped { what }
                }
                Some(_) => LossKind::NoStem {},
                None => return,
            };
            exchange.lose(&place, &item, kind);
            return;
        }
        if column(&stem) == Some(Column::Stem) {
            exchange.lose(&place, &item, LossKind::Skipped { what: short(&stem, 30) });
            return;
        }
        let mut losses = Vec::new();
        let mut question = Question::bare(stem, Body::TrueFalse { key: true });
        question.id = id;
        self.fields(&mut question, &mut losses);
        let body = self.body(&question.stem, &mut losses);
        let texts = [&question.stem, &question.explanation];
        let formula = texts
            .iter()
            .flat_map(|text| pieces(text))
            .find_map(|piece| match piece {
                Piece::Formula(tex) => Some(short(tex, 60)),
                Piece::Text(_) | Piece::Picture { .. } | Piece::Blank(_) => None,
            });
        losses.extend(formula.map(|tex| LossKind::FormulaRead { tex }));
        exchange.settle(place, &item, losses, question, body);
    }

    fn fields(&self, question: &mut Question, losses: &mut Vec<LossKind>) {
        question.path = (1..=7)
            .map(|layer| self.cell(Column::Layer(layer)))
            .filter(|layer| !layer.is_empty())
            .map(str::to_owned)
            .collect();
        question.explanation = self.cell(Column::Explanation).replace("\r\n", "\n");
        self.cell(Column::Source).clone_into(&mut question.source);
        let enemies = self.cell(Column::Enemies);
        question.enemies = enemies
            .split([',', '，', ';', '；', '、', ' '])
            .filter(|id| !id.is_empty())
            .map(str::to_owned)
            .collect();
        question.fixed_options = matches!(narrow(self.cell(Column::Fixed)).as_str(), "是" | "1" | "Y" | "TRUE");
        let marks = self.cell(Column::Marks);
        if !marks.is_empty() {
            losses.push(LossKind::Marks {
                value: short(marks, 20),
            });
        }
        let difficulty = self.cell(Column::Difficulty);
        if !difficulty.is_empty() {
            match grade(difficulty) {
                Some((grade, exact)) => {
                    question.difficulty = Some(grade);
                    if !exact {
                        losses.push(LossKind::DifficultyRead {
                            old: short(difficulty, 20),
                            difficulty: grade,
                        });
                    }
                }
                None => losses.push(LossKind::Field {
                    name: "难度".to_owned(),
                    value: short(difficulty, 20),
                }),
            }
        }
        for (index, known, name) in self.columns {
            let cell = self.row.cell(*index);
            if known.is_none() && !cell.is_empty() {
                losses.push(LossKind::Field {
                    name: short(name, 30),
                    value: short(cell, 60),
                });
            }
        }
    }

    fn options(&self) -> Vec<String> {
        let mut options: Vec<String> = (0..26)
            .map(|place| self.cell(Column::Option(place)).to_owned())
            .collect();
        while options.last().is_some_and(String::is_empty) {
            options.pop();
        }
        let together = self.cell(Column::Options);
        if options.is_empty() && !together.is_empty() {
            options = split_options(together);
        }
        unlettered(options)
    }

    fn body(&self, stem: &str, losses: &mut Vec<LossKind>) -> Result<Body, LossKind> {
        let answer = self.cell(Column::Answer);
        let options = self.options();
        let said = self.cell(Column::Type);
        let (kind, sure) = match kind(said) {
            Some(found) => found,
            None if said.is_empty() => (
                kind(&self.sheet.name)
                    .map(|found| found.0)
                    .or_else(|| guess(answer, &options))
                    .ok_or(LossKind::TypeUnsupported { name: String::new() })?,
                false,
            ),
            None => return Err(LossKind::TypeUnsupported { name: short(said, 40) }),
        };
        if !sure {
            let old = if said.is_empty() {
                self.sheet.name.clone()
            } else {
                said.to_owned()
            };
            losses.push(LossKind::TypeRead {
                old: short(&old, 31),
                name: kind.name().to_owned(),
            });
        }
        match kind {
            Kind::Single | Kind::Multiple => choice(kind == Kind::Multiple, &options, answer, losses),
            Kind::TrueFalse => true_false(&options, answer, losses),
            Kind::Ordering => ordering(&options, answer, losses),
            Kind::Text => {
                let accept: Vec<String> = answer
                    .split(['|', '｜'])
                    .map(|word| word.trim().to_owned())
                    .filter(|word| !word.is_empty())
                    .collect();
                let case = narrow(self.cell(Column::Case));
                // A file that speaks of capitals is ours, and means spellings; elsewhere a word stands for each gap.
                let gaps = if case.is_empty() { gaps(stem) } else { 1 };
                match accept.len() {
                    0 => Err(LossKind::NoKey {}),
                    _ if gaps > 1 => Err(LossKind::TypeUnsupported {
                        name: format!("{said} × {gaps}"),
                    }),
                    _ => Ok(Body::Words(Words {
                        accept,
                        case_matters: case == "是",
                        blanks_matter: narrow(self.cell(Column::Blanks)) == "是",
                    })),
                }
            }
            Kind::Numeric => numeric(answer, self.cell(Column::Unit)),
            Kind::Written => Ok(Body::Written {
                max_chars: narrow(self.cell(Column::MaxChars)).parse().ok(),
                guide: answer.to_owned(),
            }),
        }
    }
}
