//! Tables: rolls, room lists and score sheets that run over as many sheets as they need, with their heading on each.

use super::{Align, Ink, POINTS_PER_MM, Paper, Pen, SHEET_HEIGHT, count};

/// A column of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    heading: String,
    width: f32,
    align: Align,
}

impl Column {
    /// A column with its heading, so many millimetres wide, set to the left.
    pub fn new(heading: &str, width: f32) -> Self {
        Self {
            heading: heading.to_owned(),
            width,
            align: Align::Left,
        }
    }

    /// The same, set otherwise.
    #[must_use]
    pub fn align(self, align: Align) -> Self {
        Self { align, ..self }
    }
}

/// A ruled table.
#[derive(Debug, Clone)]
pub struct Table<'c> {
    columns: &'c [Column],
    pen: Pen,
    row_height: f32,
    top: f32,
    bottom: f32,
}

const HEADING_INK: Ink = Ink::rgb(236, 240, 243);
const RULE_INK: Ink = Ink::rgb(90, 100, 110);
const PADDING: f32 = 1.6;

impl<'c> Table<'c> {
    /// A table of these columns in 10 points.
    pub fn new(columns: &'c [Column]) -> Self {
        Self {
            columns,
            pen: Pen::new(10.0),
            row_height: 8.0,
            top: 20.0,
            bottom: SHEET_HEIGHT - 20.0,
        }
    }

    /// With at least so many millimetres for a row: score sheets leave room for handwriting.
    #[must_use]
    pub fn row_height(self, row_height: f32) -> Self {
        Self { row_height, ..self }
    }

    /// With another pen.
    #[must_use]
    pub fn pen(self, pen: Pen) -> Self {
        Self { pen, ..self }
    }

    /// Draws the rows from this point on, taking sheets as needed. Returns where it ended on the last sheet.
    pub fn draw(&self, paper: &mut Paper<'_>, at: (f32, f32), rows: &[Vec<String>]) -> f32 {
        let (x, mut y) = at;
        let headings: Vec<String> = self.columns.iter().map(|column| column.heading.clone()).collect();
        y = self.row(paper, (x, y), &headings, true);
        for row in rows {
            if y + self.height(paper, row) > self.bottom {
                paper.next_sheet();
                y = self.row(paper, (x, self.top), &headings, true);
            }
            y = self.row(paper, (x, y), row, false);
        }
        y
    }

    fn height(&self, paper: &Paper<'_>, row: &[String]) -> f32 {
        let lines =
            |(cell, column): (&String, &Column)| paper.lines(column.width - 2.0 * PADDING, self.pen, cell).len();
        let most = row.iter().zip(self.columns).map(lines).max().unwrap_or(1);
        (count(most) * self.leading() + 2.0 * PADDING).max(self.row_height)
    }

    fn leading(&self) -> f32 {
        self.pen.size * 1.3 / POINTS_PER_MM
    }

    fn row(&self, paper: &mut Paper<'_>, at: (f32, f32), cells: &[String], heading: bool) -> f32 {
        let height = self.height(paper, cells);
        let (mut x, y) = at;
        let pen = if heading { self.pen.bold() } else { self.pen };
        for (index, column) in self.columns.iter().enumerate() {
            if heading {
                paper.area((x, y), (column.width, height), HEADING_INK);
            }
            paper.frame((x, y), (column.width, height), 0.5, RULE_INK);
            let lines = paper.lines(
                column.width - 2.0 * PADDING,
                pen,
                cells.get(index).map_or("", String::as_str),
            );
            // The middle of the lines in the middle of the cell; the letters' middle is a third of an em over the foot.
            let first = y + height / 2.0 - self.leading() * (count(lines.len()) - 1.0) / 2.0;
            let foot = pen.size * 0.36 / POINTS_PER_MM;
            let edge = match column.align {
                Align::Left => x + PADDING,
                Align::Centre => x + column.width / 2.0,
                Align::Right => x + column.width - PADDING,
            };
            for (number, line) in lines.iter().enumerate() {
                let y = first + foot + self.leading() * count(number);
                paper.text((edge, y), pen, column.align, line);
            }
            x += column.width;
        }
        y + height
    }
}
