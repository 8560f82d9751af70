//! Checking lists: what an employer or inspector states about people in a table, and the answer to each row.
//!
//! All three facts are asked for, and any wrong one gets the same answer as a number that does not exist. Nothing is
//! answered that the asker did not state, besides whether the certificate is in force.

use schemars::JsonSchema;
use serde::Serialize;

use super::{CertificateNumber, CertificateRecord, IssueDate, Standing};
use crate::kernel::{CitizenId, PersonName};
use crate::spreadsheet::Sheet;

/// The columns of a checking list, as the blank one has them.
pub const ROSTER_COLUMNS: [&str; 3] = ["姓名", "证书编号", "证件号码"];
/// The most rows of a list.
pub const ROSTER_ROWS: usize = 500;

/// Other headings that offices use for the same columns.
const ALIASES: [&[&str]; 3] = [
    &["姓名", "持证人", "持证人姓名", "Name"],
    &["证书编号", "证书号码", "证书号", "编号", "Certificate number", "Number"],
    &[
        "证件号码",
        "身份证号",
        "身份证号码",
        "公民身份号码",
        "证件号",
        "ID number",
        "ID",
    ],
];

/// What somebody states about one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// The row in the file, from 1.
    pub row: u32,
    /// Name, number and id as the cells have them.
    pub stated: [String; 3],
    /// The name, if it can be one.
    pub name: Option<PersonName>,
    /// The certificate's number, if it can be one.
    pub number: Option<CertificateNumber>,
    /// The id number, if it can be one.
    pub citizen_id: Option<CitizenId>,
}

impl Ask {
    /// The three facts, if each can be one.
    pub fn facts(&self) -> Option<(&PersonName, &CertificateNumber, &CitizenId)> {
        Some((self.name.as_ref()?, self.number.as_ref()?, self.citizen_id.as_ref()?))
    }
}

/// Why a list is not checked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RosterError {
    /// A column is missing.
    #[error("there is no column '{0}'")]
    NoColumn(&'static str),
    /// No rows.
    #[error("the list has no rows")]
    Empty,
    /// Too many rows.
    #[error("the list has {0} rows; at most {max} are checked at once", max = ROSTER_ROWS)]
    TooLong(usize),
}

/// The answer to one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// All three facts are registered together, and the certificate is in force.
    Valid,
    /// The same, but it was voided.
    Void,
    /// The same, but it is suspended.
    Suspended,
    /// The same, but it has expired.
    Expired,
    /// The same, but it is a sample without effect.
    Sample,
    /// No such number, or a name or id that does not belong to it: not told which.
    NoMatch,
    /// A fact is missing or cannot be one, by its own form.
    Unreadable,
}

impl Answer {
    /// All answers.
    pub const ALL: [Self; 7] = [
        Self::Valid,
        Self::Void,
        Self::Suspended,
        Self::Expired,
        Self::Sample,
        Self::NoMatch,
        Self::Unreadable,
    ];

    /// Its stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Void => "void",
            Self::Suspended => "suspended",
            Self::Expired => "expired",
            Self::Sample => "sample",
            Self::NoMatch => "no_match",
            Self::Unreadable => "unreadable",
        }
    }

    /// As lists and slips print it.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Valid => "相符，有效",
            Self::Void => "相符，已作废",
            Self::Suspended => "相符，暂停",
            Self::Expired => "相符，已过期",
            Self::Sample => "样张，无效",
            Self::NoMatch => "未查到相符的证书",
            Self::Unreadable => "填写有误，未核验",
        }
    }

    /// The same in English.
    pub const fn english(self) -> &'static str {
        match self {
            Self::Valid => "matches, in force",
            Self::Void => "matches, voided",
            Self::Suspended => "matches, suspended",
            Self::Expired => "matches, expired",
            Self::Sample => "a sample, no effect",
            Self::NoMatch => "no certificate matches",
            Self::Unreadable => "not well formed, not checked",
        }
    }

    /// Whether the three facts belong together.
    pub const fn matches(self) -> bool {
        !matches!(self, Self::NoMatch | Self::Unreadable)
    }
}

/// Reads the rows of a list.
pub fn asks(sheet: &Sheet) -> Result<Vec<Ask>, RosterError> {
    let known = |cell: &str| column_of(cell).is_some();
    let head = sheet.header(known).ok_or(RosterError::NoColumn(ROSTER_COLUMNS[0]))?;
    let mut places = [None; 3];
    for (place, cell) in sheet.rows[head].cells.iter().enumerate() {
        if let Some(column) = column_of(cell) {
            places[column].get_or_insert(place);
        }
    }
    let mut columns = [0; 3];
    for (index, place) in places.into_iter().enumerate() {
        columns[index] = place.ok_or(RosterError::NoColumn(ROSTER_COLUMNS[index]))?;
    }
    let told = |row: &&crate::spreadsheet::Row| columns.iter().any(|column| !row.cell(*column).is_empty());
    let rows: Vec<_> = sheet.rows[head + 1..].iter().filter(told).collect();
    match rows.len() {
        0 => Err(RosterError::Empty),
        many if many > ROSTER_ROWS => Err(RosterError::TooLong(many)),
        _ => Ok(rows
            .into_iter()
            .map(|row| ask(row.number, columns.map(|column| row.cell(column).to_owned())))
            .collect()),
    }
}

fn column_of(cell: &str) -> Option<usize> {
    let same = |alias: &&str| alias.eq_ignore_ascii_case(cell.trim());
    ALIASES.iter().position(|aliases| aliases.iter().any(same))
}

fn ask(row: u32, stated: [String; 3]) -> Ask {
    let tight = |text: &str| -> String { text.chars().filter(|c| !c.is_whitespace()).collect() };
    Ask {
        row,
        name: stated[0].parse().ok(),
        number: tight(&stated[1]).to_ascii_uppercase().parse().ok(),
        citizen_id: tight(&stated[2]).parse().ok(),
        stated,
    }
}

/// The answer to facts that were found to belong to this record.
pub fn answer(record: &CertificateRecord, standing: Standing, today: IssueDate) -> Answer {
    if record.sample {
        return Answer::Sample;
    }
    match standing {
        Standing::Void => Answer::Void,
        Standing::Suspended => Answer::Suspended,
        Standing::Valid if record.valid_until.is_some_and(|until| until < today) => Answer::Expired,
        Standing::Valid => Answer::Valid,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificate::sample::tests::one;
    use crate::spreadsheet;

    fn list(header: &str, rows: &[&str]) -> Result<Vec<Ask>, RosterError> {
        let text = format!("某某公司核验名单\n{header}\n{}\n", rows.join("\n"));
        asks(&spreadsheet::read(text.as_bytes(), "list.csv").unwrap())
    }

    #[test]
    fn the_usual_headings_are_understood_in_any_order() {
        let record = one();
        let (number, id) = (record.number.as_str().to_lowercase(), record.citizen_id.reveal());
        let row = format!("{id},{} {},{}", &number[..6], &number[6..], record.name);
        let asks = list("身份证号码,证书号码,姓名", &[&row, ",,", "1,2,王五"]).unwrap();
        assert_eq!(asks.len(), 2, "an empty row asks nothing");
        let (name, number, id) = asks[0].facts().unwrap();
        assert_eq!((name, number, id), (&record.name, &record.number, &record.citizen_id));
        assert_eq!((asks[1].row, asks[1].facts()), (5, None));
        assert_eq!(asks[1].stated, ["王五", "2", "1"]);
    }

    #[test]
    fn a_list_without_all_three_columns_or_with_too_many_rows_is_not_checked() {
        assert_eq!(list("姓名,证书编号", &["a,b"]), Err(RosterError::NoColumn("证件号码")));
        assert_eq!(list("姓名,证书编号,证件号码", &[]), Err(RosterError::Empty));
        let many = vec!["a,b,c"; 501];
        assert_eq!(list("姓名,证书编号,证件号码", &many), Err(RosterError::TooLong(501)));
    }

    #[test]
    fn the_answer_says_how_the_certificate_stands_and_a_sample_is_never_in_force() {
        let mut record = one();
        let day = |text: &str| text.parse::<IssueDate>().unwrap();
        record.sample = false;
        record.valid_until = Some(day("2028-05-31"));
        assert_eq!(answer(&record, Standing::Valid, day("2028-05-31")), Answer::Valid);
        assert_eq!(answer(&record, Standing::Valid, day("2028-06-01")), Answer::Expired);
        assert_eq!(answer(&record, Standing::Void, day("2027-01-01")), Answer::Void);
        record.sample = true;
        assert_eq!(answer(&record, Standing::Valid, day("2027-01-01")), Answer::Sample);
    }
}
