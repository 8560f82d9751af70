//! Exchange: questions from other systems and back to them, with every loss told.
//!
//! [`read()`] takes a file in one of the [`Format`]s apart; [`plan()`] says what it would bring into a bank, what it would
//! change and what would be lost, and changes nothing; [`write()`] says a bank in a format, again with what the format
//! cannot say. A file is refused as a whole ([`Refused`]) when it breaks its format or a limit; a question that cannot be
//! carried over faithfully is left out and told ([`Loss`]), never guessed. Archives are unpacked in memory, XML has no
//! entities, and no limit believes what a file says of itself.
//!
//! Not here: who may import and where it goes (`office`, `cli`).

/// Puts formatted text at the end of a text.
macro_rules! put {
    ($out:expr, $($words:tt)*) => {{
        use std::fmt::Write as _;
        // A text takes everything.
        let _ = write!($out, $($words)*);
    }};
}

mod aiken;
mod answers;
mod cloze;
mod columns;
mod flow;
mod gift;
mod gift_write;
#[cfg(test)]
mod hostile_tests;
mod html;
mod input;
mod loss;
mod mapping;
mod model;
mod moodle;
mod moodle_write;
mod number;
mod own;
mod own_write;
mod package;
mod pictures;
mod plan;
mod qti;
mod qti12;
mod qti12_item;
mod qti12_rules;
mod qti_blank;
mod qti_body;
mod qti_item;
mod qti_rules;
mod qti_write;
#[cfg(test)]
mod round_tests;
mod rubric;
#[cfg(test)]
mod sample_tests;
mod table;
mod table_key;
mod table_write;
mod tags;
#[cfg(test)]
mod tests;
mod text;
mod xml;

pub use input::{MAX_BYTES, MAX_LINE_BYTES, read as read_bytes};
pub use loss::{Degree, Loss, LossKind, Refused, RefusedKind};
pub use mapping::{Defaults, questions};
pub use model::{
    Blank, Body, Exchange, Found, Hotspot, MAX_LOSSES, MAX_QUESTIONS, Number, Place, Question, Region, Unit, Words,
};
pub use pictures::ComingPicture;
pub use plan::{Coming, Plan, plan};

/// A format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// A workbook with the exchange columns.
    Xlsx,
    /// A text table with the exchange columns.
    Csv,
    /// Lines of text of Moodle.
    Gift,
    /// Lines of text, single choice only.
    Aiken,
    /// Moodle's XML.
    Moodle,
    /// Moodle's text with blanks.
    Cloze,
    /// QTI 1.2 of Canvas and Blackboard.
    Qti12,
    /// QTI 2.1.
    Qti21,
    /// QTI 2.2.
    Qti22,
    /// QTI 3.0.
    Qti30,
    /// Our own text.
    Text,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Xlsx,
        Self::Csv,
        Self::Gift,
        Self::Aiken,
        Self::Moodle,
        Self::Cloze,
        Self::Qti12,
        Self::Qti21,
        Self::Qti22,
        Self::Qti30,
        Self::Text,
    ];

    /// Its word on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Csv => "csv",
            Self::Gift => "gift",
            Self::Aiken => "aiken",
            Self::Moodle => "moodle",
            Self::Cloze => "cloze",
            Self::Qti12 => "qti12",
            Self::Qti21 => "qti21",
            Self::Qti22 => "qti22",
            Self::Qti30 => "qti30",
            Self::Text => "text",
        }
    }

    /// The format of a word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.word() == word)
    }

    /// Whether it can be written too.
    pub const fn is_written(self) -> bool {
        matches!(
            self,
            Self::Xlsx | Self::Csv | Self::Gift | Self::Moodle | Self::Qti22 | Self::Qti30 | Self::Text
        )
    }

    /// Whether its files have lines that people could have written, and therefore of a bearable length.
    pub const fn has_lines(self) -> bool {
        matches!(self, Self::Csv | Self::Gift | Self::Aiken | Self::Cloze | Self::Text)
    }

    /// The format that a file most likely has, by its name and its beginning.
    pub fn guess(bytes: &[u8], file: &str) -> Option<Self> {
        let starts = |words: &[&[u8]]| words.iter().any(|word| qti12::contains(bytes, word));
        if package::is_archive(bytes) {
            if ends_with(file, &["xlsx", "xlsm"]) {
                return Some(Self::Xlsx);
            }
            let files = package::unpack(bytes, file).unwrap_or_default();
            let has = |fits: &dyn Fn(&str, &[u8]) -> bool| files.iter().any(|(name, content)| fits(name, content));
            return Some(if has(&|_, content| qti12::contains(content, b"questestinterop")) {
                Self::Qti12
            } else if has(&|name, _| name == "xl/workbook.xml") {
                Self::Xlsx
            } else if has(&|name, _| ends_with(name, &["toml"])) && !has(&|name, _| name.ends_with("imsmanifest.xml")) {
                Self::Text
            } else {
                Self::Qti22
            });
        }
        if starts(&[b"<questestinterop"]) {
            return Some(Self::Qti12);
        }
        if starts(&[b"assessmentItem", b"assessment-item"]) {
            return Some(Self::Qti22);
        }
        if starts(&[b"<quiz"]) {
            return Some(Self::Moodle);
        }
        if ends_with(file, &["csv", "tsv"]) {
            return Some(Self::Csv);
        }
        if ends_with(file, &["toml"]) {
            return Some(Self::Text);
        }
        if ends_with(file, &["gift"]) {
            return Some(Self::Gift);
        }
        let text = input::text(bytes, file).ok()?;
        if text
            .lines()
            .any(|line| line.trim_start().to_ascii_uppercase().starts_with("ANSWER:"))
        {
            return Some(Self::Aiken);
        }
        if text.contains(":MULTICHOICE:")
            || text.contains(":SHORTANSWER:")
            || text.contains(":MC:")
            || text.contains(":NUMERICAL:")
        {
            return Some(Self::Cloze);
        }
        text.contains('{').then_some(Self::Gift)
    }
}

/// Parts one after another.
fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().concat()
}

fn ends_with(name: &str, endings: &[&str]) -> bool {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    endings.iter().any(|known| ending.eq_ignore_ascii_case(known))
}

/// The longest text of a question, in characters.
pub const MAX_TEXT_CHARS: usize = 20_000;

/// Reads a file. Without a format, the likely one is taken.
pub fn read(bytes: &[u8], file: &str, format: Option<Format>) -> Result<Exchange, Refused> {
    let refuse = |kind| Refused::new(file, 0, kind);
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > MAX_BYTES {
        return Err(refuse(RefusedKind::TooLarge { most: MAX_BYTES }));
    }
    let format = format
        .or_else(|| Format::guess(bytes, file))
        .ok_or_else(|| refuse(RefusedKind::UnknownFormat {}))?;
    let text = || input::text(bytes, file);
    let mut exchange = match format {
        Format::Xlsx => table::read(bytes, file)?,
        Format::Csv => {
            // The reader of tables tells encodings itself, but takes a zero byte for text.
            text()?;
            let named = if ends_with(file, &["csv", "tsv", "txt"]) {
                file.to_owned()
            } else {
                format!("{file}.csv")
            };
            table::read(bytes, &named).map_err(|refused| Refused::new(file, refused.place.line, refused.kind))?
        }
        Format::Gift => gift::read(&text()?, file)?,
        Format::Aiken => aiken::read(&text()?, file)?,
        Format::Moodle => moodle::read(&text()?, file)?,
        Format::Cloze => cloze::read(&text()?, file),
        Format::Qti12 => qti12::read(bytes, file)?,
        Format::Qti21 | Format::Qti22 | Format::Qti30 => qti::read(bytes, file)?,
        Format::Text => own::read(bytes, file)?,
    };
    exchange.has_room()?;
    weed(&mut exchange);
    if exchange.questions.is_empty() && exchange.losses.is_empty() {
        return Err(refuse(RefusedKind::Empty {}));
    }
    Ok(exchange)
}

/// Takes out the questions that no bank could have, whatever format they came in.
fn weed(exchange: &mut Exchange) {
    let mut losses = std::mem::take(&mut exchange.losses);
    exchange.questions.retain(|found| {
        let question = &found.question;
        let shown = if question.id.is_empty() {
            &question.stem
        } else {
            &question.id
        };
        let texts = question.texts();
        let kind = if question.stem.trim().is_empty() {
            Some(LossKind::NoStem {})
        } else if texts.iter().any(|text| text.chars().nth(MAX_TEXT_CHARS).is_some()) {
            Some(LossKind::TooLong {
                what: "text".to_owned(),
                most: MAX_TEXT_CHARS,
            })
        } else {
            None
        };
        match kind {
            Some(kind) => {
                losses.push(Loss::new(&found.place, shown, kind));
                false
            }
            None => true,
        }
    });
    exchange.losses = losses;
}

/// A file in a format, and what the format could not say.
#[derive(Debug, Clone)]
pub struct Written {
    /// The file.
    pub bytes: Vec<u8>,
    /// The ending of its name.
    pub ending: &'static str,
    /// What it does not say.
    pub losses: Vec<Loss>,
}

impl Written {
    fn new(ending: &'static str) -> Self {
        Self {
            bytes: Vec::new(),
            ending,
            losses: Vec::new(),
        }
    }

    fn lose(&mut self, found: &Found, kind: LossKind) {
        let question = &found.question;
        let shown = if question.id.is_empty() {
            &question.stem
        } else {
            &question.id
        };
        self.losses.push(Loss::new(&found.place, shown, kind));
    }
}

/// Writes questions in a format.
pub fn write(exchange: &Exchange, format: Format) -> Result<Written, Refused> {
    match format {
        Format::Xlsx => table_write::write(exchange, false),
        Format::Csv => table_write::write(exchange, true),
        Format::Gift => Ok(gift_write::write(exchange)),
        Format::Moodle => Ok(moodle_write::write(exchange)),
        Format::Qti22 => qti_write::write(exchange, false),
        Format::Qti30 => qti_write::write(exchange, true),
        Format::Text => own_write::write(exchange),
        Format::Aiken | Format::Cloze | Format::Qti12 | Format::Qti21 => {
            let format = format.word().to_owned();
            Err(Refused::new("", 0, RefusedKind::ReadOnly { format }))
        }
    }
}

/// The items of a plan as tables of a theory file, in the order in which they came.
pub fn theory_file(coming: &[&Coming]) -> String {
    let tables: Vec<String> = coming.iter().map(|coming| theory_table(&coming.item)).collect();
    tables.join("\n")
}

/// An item as a table of a theory file.
pub fn theory_table(item: &crate::bank::Item) -> String {
    own_write::item(&Found {
        place: Place::default(),
        question: mapping::plain_question(item),
    })
}
