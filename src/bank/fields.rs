//! One TOML table, read key by key, so that every wrong key is reported and not only the first.

use std::collections::BTreeMap;
use std::ops;
use std::rc::Rc;

use serde::Deserialize;
use serde::de::IntoDeserializer as _;
use serde::de::value::{Error as WordError, StrDeserializer};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::file::Source;
use super::model::Weight;
use super::problem::{Problem, ProblemKind};
use super::text::{self, check_text};
use crate::kernel::{Decimal, Marks};

/// Where a table stands: its file, its line, and the line of each of its keys.
#[derive(Debug, Clone)]
pub(super) struct Place {
    source: Rc<Source>,
    line: u32,
    keys: BTreeMap<String, u32>,
}

impl Place {
    /// The problem at a key of the table, or at the table when the key is not there.
    pub(super) fn problem(&self, key: &str, kind: ProblemKind) -> Problem {
        self.source
            .problem(self.keys.get(key).copied().unwrap_or(self.line), kind)
    }

    /// File and line, for messages that point elsewhere.
    pub(super) fn label(&self) -> String {
        format!("{}:{}", self.source.name, self.line)
    }

    /// The name of the file.
    pub(super) fn file(&self) -> &str {
        &self.source.name
    }
}

/// A value and the place it was read from.
#[derive(Debug)]
pub(super) struct Placed<T> {
    pub(super) value: T,
    pub(super) place: Place,
}

/// The keys of one table, each to be taken once; [`Fields::finish`] reports those that nobody took.
pub(super) struct Fields<'t, 'p> {
    table: &'t DeTable<'t>,
    place: Place,
    taken: Vec<&'static str>,
    problems: &'p mut Vec<Problem>,
}

impl<'t, 'p> Fields<'t, 'p> {
    pub(super) fn of(
        table: &'t DeTable<'t>,
        span: ops::Range<usize>,
        source: &Rc<Source>,
        problems: &'p mut Vec<Problem>,
    ) -> Self {
        let line = |span: ops::Range<usize>| source.line(span.start);
        let keys = table
            .iter()
            .map(|(key, _)| (key.get_ref().to_string(), line(key.span())))
            .collect();
        let place = Place {
            source: Rc::clone(source),
            line: line(span),
            keys,
        };
        Self {
            table,
            place,
            taken: Vec::new(),
            problems,
        }
    }

    /// The whole document of a file.
    pub(super) fn of_document(table: &'t DeTable<'t>, source: &Rc<Source>, problems: &'p mut Vec<Problem>) -> Self {
        Self::of(table, 0..0, source, problems)
    }

    /// Reports what nobody took, and tells where the table stands.
    pub(super) fn finish(self) -> Place {
        for (key, _) in self.table {
            if !self.taken.iter().any(|taken| *taken == key.get_ref()) {
                let kind = ProblemKind::UnknownKey {
                    key: key.get_ref().chars().take(40).collect(),
                    known: self.taken.join(", "),
                };
                self.problems.push(self.place.problem(key.get_ref(), kind));
            }
        }
        self.place
    }

    pub(super) fn report(&mut self, key: &str, kind: ProblemKind) {
        self.problems.push(self.place.problem(key, kind));
    }

    fn wrong_type<T>(&mut self, key: &str, expected: &str) -> Option<T> {
        let kind = ProblemKind::WrongType {
            key: key.to_owned(),
            expected: expected.to_owned(),
        };
        self.report(key, kind);
        None
    }

    fn optional(&mut self, key: &'static str) -> Option<&'t Spanned<DeValue<'t>>> {
        self.taken.push(key);
        self.table.get(key)
    }

    fn required(&mut self, key: &'static str) -> Option<&'t Spanned<DeValue<'t>>> {
        let value = self.optional(key);
        if value.is_none() {
            self.report(key, ProblemKind::MissingKey { key: key.to_owned() });
        }
        value
    }

    fn as_text(&mut self, key: &str, value: &DeValue<'_>) -> Option<String> {
        let DeValue::String(text) = value else {
            return self.wrong_type(key, "text");
        };
        for kind in check_text(key, text) {
            self.report(key, kind);
        }
        Some(text::tidy(text))
    }

    fn as_integer(&mut self, key: &str, value: &DeValue<'_>, bounds: ops::RangeInclusive<i64>) -> Option<i64> {
        let DeValue::Integer(digits) = value else {
            return self.wrong_type(key, "integer");
        };
        let number = i64::from_str_radix(digits.as_str(), digits.radix()).ok();
        let within = number.filter(|number| bounds.contains(number));
        if within.is_none() {
            let value = digits.as_str().chars().take(20).collect();
            let kind = ProblemKind::OutOfBounds {
                key: key.to_owned(),
                value,
                least: *bounds.start(),
                most: *bounds.end(),
            };
            self.report(key, kind);
        }
        within
    }

    /// A text that must be there.
    pub(super) fn text(&mut self, key: &'static str) -> Option<String> {
        let value = self.required(key)?;
        self.as_text(key, value.get_ref())
    }

    /// A text that may be absent.
    pub(super) fn optional_text(&mut self, key: &'static str) -> Option<String> {
        let value = self.optional(key)?;
        self.as_text(key, value.get_ref())
    }

    /// A code that must be of a form; one of the wrong form is reported and kept, so that what refers to it is found.
    pub(super) fn code(&mut self, key: &'static str, form: text::Form) -> Option<String> {
        let code = self.text(key)?;
        self.check_code(key, &code, form);
        Some(code)
    }

    fn check_code(&mut self, key: &str, code: &str, form: text::Form) {
        if !form.fits(code) {
            let value = code.chars().take(40).collect();
            self.report(
                key,
                ProblemKind::BadCode {
                    key: key.to_owned(),
                    value,
                    form: form.to_string(),
                },
            );
        }
    }

    /// A list of texts; an absent one is empty.
    pub(super) fn texts(&mut self, key: &'static str) -> Vec<String> {
        let Some(value) = self.optional(key) else {
            return Vec::new();
        };
        let DeValue::Array(values) = value.get_ref() else {
            return self.wrong_type(key, "list of texts").unwrap_or_default();
        };
        values
            .iter()
            .filter_map(|value| self.as_text(key, value.get_ref()))
            .collect()
    }

    /// An integer within bounds.
    pub(super) fn integer<T: TryFrom<i64>>(
        &mut self,
        key: &'static str,
        bounds: ops::RangeInclusive<i64>,
    ) -> Option<T> {
        let value = self.required(key)?;
        self.as_integer(key, value.get_ref(), bounds)
            .and_then(|number| T::try_from(number).ok())
    }

    /// An integer within bounds that may be absent.
    pub(super) fn optional_integer<T: TryFrom<i64>>(
        &mut self,
        key: &'static str,
        bounds: ops::RangeInclusive<i64>,
    ) -> Option<T> {
        let value = self.optional(key)?;
        self.as_integer(key, value.get_ref(), bounds)
            .and_then(|number| T::try_from(number).ok())
    }

    /// A list of integers within bounds; those out of bounds are reported and left out.
    pub(super) fn integers(&mut self, key: &'static str, bounds: ops::RangeInclusive<i64>) -> Vec<i64> {
        let Some(value) = self.required(key) else {
            return Vec::new();
        };
        let DeValue::Array(values) = value.get_ref() else {
            return self.wrong_type(key, "list of integers").unwrap_or_default();
        };
        values
            .iter()
            .filter_map(|value| self.as_integer(key, value.get_ref(), bounds.clone()))
            .collect()
    }

    /// A decimal number, as text.
    pub(super) fn decimal(&mut self, key: &'static str) -> Option<Decimal> {
        let text = self.text(key)?;
        self.as_decimal(key, &text)
    }

    /// A decimal number, as text, that may be absent.
    pub(super) fn optional_decimal(&mut self, key: &'static str) -> Option<Decimal> {
        let text = self.optional_text(key)?;
        self.as_decimal(key, &text)
    }

    fn as_decimal(&mut self, key: &str, text: &str) -> Option<Decimal> {
        let number = text.parse().ok();
        if number.is_none() {
            let kind = ProblemKind::BadNumber {
                key: key.to_owned(),
                value: text.chars().take(30).collect(),
            };
            self.report(key, kind);
        }
        number
    }

    /// A yes or no; an absent one is no.
    pub(super) fn flag(&mut self, key: &'static str) -> bool {
        match self.optional(key).map(Spanned::get_ref) {
            None => false,
            Some(DeValue::Boolean(flag)) => *flag,
            Some(_) => self.wrong_type(key, "true/false").unwrap_or_default(),
        }
    }

    /// One word of an enum, by the words of its serde form.
    pub(super) fn word<T: for<'de> Deserialize<'de>>(&mut self, key: &'static str, known: &str) -> Option<T> {
        let word = self.text(key)?;
        let deserializer: StrDeserializer<'_, WordError> = word.as_str().into_deserializer();
        let parsed = T::deserialize(deserializer).ok();
        if parsed.is_none() {
            let word = word.chars().take(40).collect();
            self.report(
                key,
                ProblemKind::UnknownWord {
                    key: key.to_owned(),
                    word,
                    known: known.to_owned(),
                },
            );
        }
        parsed
    }

    /// Marks: decimal text, positive, in steps of 0.5.
    pub(super) fn marks(&mut self, key: &'static str) -> Option<Marks> {
        let text = self.text(key)?;
        let marks = text
            .parse::<Marks>()
            .ok()
            .filter(|marks| marks.hundredths() > 0 && marks.hundredths() % 50 == 0);
        if marks.is_none() {
            self.report(
                key,
                ProblemKind::BadMarks {
                    key: key.to_owned(),
                    value: text.chars().take(20).collect(),
                },
            );
        }
        marks
    }

    /// A weight: an integer, or decimal text.
    pub(super) fn weight(&mut self, key: &'static str) -> Option<Weight> {
        let text = match self.required(key)?.get_ref() {
            DeValue::Integer(digits) if digits.radix() == 10 => digits.as_str().to_owned(),
            DeValue::String(text) => text.to_string(),
            _ => return self.wrong_type(key, "integer, or decimal text"),
        };
        let weight = text.parse().ok().filter(|weight| *weight <= Weight::WHOLE);
        if weight.is_none() {
            self.report(
                key,
                ProblemKind::BadWeight {
                    value: text.chars().take(20).collect(),
                },
            );
        }
        weight
    }

    /// The one sub-table of a key, read by `read`.
    pub(super) fn table<T>(&mut self, key: &'static str, read: impl FnOnce(Fields<'t, '_>) -> Option<T>) -> Option<T> {
        let value = self.optional(key)?;
        let DeValue::Table(table) = value.get_ref() else {
            return self.wrong_type(key, "table");
        };
        read(Fields::of(table, value.span(), &self.place.source, self.problems))
    }

    /// Every table of a list of tables, each read by `read` on its own; a bad one does not hide the others.
    pub(super) fn tables<T>(&mut self, key: &'static str, read: impl Fn(Fields<'t, '_>) -> Option<T>) -> Vec<T> {
        let Some(value) = self.optional(key) else {
            return Vec::new();
        };
        let DeValue::Array(tables) = value.get_ref() else {
            return self.wrong_type(key, "list of tables").unwrap_or_default();
        };
        let mut all = Vec::new();
        for entry in tables {
            match entry.get_ref() {
                DeValue::Table(table) => {
                    all.extend(read(Fields::of(table, entry.span(), &self.place.source, self.problems)));
                }
                _ => _ = self.wrong_type::<()>(key, "list of tables"),
            }
        }
        all
    }

    /// Like [`Fields::table`], but reports an absent table.
    pub(super) fn required_table<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(Fields<'t, '_>) -> Option<T>,
    ) -> Option<T> {
        if self.table.get(key).is_none() {
            self.report(key, ProblemKind::MissingKey { key: key.to_owned() });
        }
        self.table(key, read)
    }
}
