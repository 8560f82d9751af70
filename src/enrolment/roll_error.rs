//! What is wrong with a row of a roll, in words for the clerk who must correct it.

use crate::kernel::{CitizenIdError, Language, NameError, Sex};
use crate::spreadsheet::{Cell, MAX_CELL_CHARS, column_letters};

use super::Column;

/// One thing that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowError {
    /// The row as the office program numbers it.
    pub row: u32,
    /// The column it is about; `None` when it is about the row or the table.
    pub column: Option<Column>,
    /// Where that column stands in this file (A, B, …); `None` when the file does not have it.
    pub letter: Option<String>,
    /// What is wrong.
    pub kind: RowErrorKind,
}

/// What can be wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowErrorKind {
    /// No row among the first five names the columns.
    NoHeader,
    /// The table lacks a column that it needs.
    MissingColumn,
    /// Two columns bear the same name.
    ColumnTwice,
    /// A cell that must be filled is empty.
    Missing,
    /// The cell has no text.
    NotText(Cell),
    /// Not a name.
    Name(NameError),
    /// Not a citizen id.
    CitizenId(CitizenIdError),
    /// Not a number of a document of that kind: 4 to 30 letters and digits.
    DocumentNumber,
    /// The value is not one of those that the column knows.
    UnknownValue {
        /// What stands there.
        found: String,
        /// What may stand there.
        known: &'static [&'static str],
    },
    /// Not a date.
    NotADate {
        /// What stands there.
        found: String,
    },
    /// The sex contradicts the citizen id.
    SexContradicts {
        /// What the id says.
        by_id: Sex,
    },
    /// The birth date contradicts the citizen id.
    BirthDateContradicts {
        /// What the id says.
        by_id: jiff::civil::Date,
    },
    /// Not a mobile number of the mainland.
    Mobile,
    /// Not a number of years between 0 and 60.
    TradeYears,
    /// Longer than the field.
    TooLong {
        /// The most characters it takes.
        most: usize,
    },
    /// The same document stands in another row of the same file.
    Duplicate {
        /// That row.
        other_row: u32,
    },
    /// The candidate is on the roll already and has been approved: an import no longer changes it.
    AlreadyApproved,
}

impl RowError {
    /// The whole sentence: place and reason.
    pub fn message(&self, language: Language) -> String {
        let reason = self.kind.message(language);
        let letter = self.letter.as_deref();
        match (language, self.column, letter) {
            (Language::Zh, None, _) => format!("第 {} 行：{reason}", self.row),
            (Language::En, None, _) => format!("Row {}: {reason}", self.row),
            (Language::Zh, Some(column), Some(letter)) => {
                format!("第 {} 行 {letter} 列（{}）：{reason}", self.row, column.label(language))
            }
            (Language::En, Some(column), Some(letter)) => {
                format!(
                    "Row {}, column {letter} ({}): {reason}",
                    self.row,
                    column.label(language)
                )
            }
            (Language::Zh, Some(column), None) => format!("第 {} 行（{}）：{reason}", self.row, column.label(language)),
            (Language::En, Some(column), None) => format!("Row {} ({}): {reason}", self.row, column.label(language)),
        }
    }

    pub(super) fn new(row: u32, column: Column, place: Option<usize>, kind: RowErrorKind) -> Self {
        Self {
            row,
            column: Some(column),
            letter: place.map(column_letters),
            kind,
        }
    }
}

impl RowErrorKind {
    /// What is wrong, without the place.
    pub fn message(&self, language: Language) -> String {
        match language {
            Language::Zh => self.zh(),
            Language::En => self.en(),
        }
    }

    fn zh(&self) -> String {
        match self {
            Self::NoHeader => "前五行中找不到表头，至少需要“姓名”和“证件号码”两列。".to_owned(),
            Self::MissingColumn => "缺少这一列，无法导入。".to_owned(),
            Self::ColumnTwice => "有两列同名，请只保留一列。".to_owned(),
            Self::Missing => "必填项为空。".to_owned(),
            Self::NotText(cell) => zh_cell(*cell),
            Self::Name(NameError::Empty) => "姓名为空。".to_owned(),
            Self::Name(NameError::TooLong { chars }) => format!("姓名有 {chars} 个字符，过长。"),
            Self::Name(NameError::Unusable(c)) => {
                format!(
                    "姓名中有不能用的字符“{}”（U+{:04X}），请按身份证录入。",
                    c.escape_debug(),
                    u32::from(*c)
                )
            }
            Self::CitizenId(CitizenIdError::Shape) => "身份证号应为 18 位：17 位数字加 1 位数字或 X。".to_owned(),
            Self::CitizenId(CitizenIdError::BirthDate) => "身份证号中的出生日期不存在。".to_owned(),
            Self::CitizenId(CitizenIdError::CheckCharacter) => "身份证号校验位不符，请核对是否录错。".to_owned(),
            Self::DocumentNumber => "证件号码应为 4 至 30 位字母或数字。".to_owned(),
            Self::UnknownValue { found, known } => {
                format!("“{found}”不在可选范围内，可填：{}。", known.join("、"))
            }
            Self::NotADate { found } => format!("“{found}”不是日期，请写成 1990-05-06。"),
            Self::SexContradicts { by_id } => format!("与身份证号不一致：身份证号表示{}。", zh_sex(*by_id)),
            Self::BirthDateContradicts { by_id } => format!("与身份证号不一致：身份证号中为 {by_id}。"),
            Self::Mobile => "手机号码应为 1 开头的 11 位数字。".to_owned(),
            Self::TradeYears => "年限应为 0 至 60 的整数。".to_owned(),
            Self::TooLong { most } => format!("内容过长，最多 {most} 个字符。"),
            Self::Duplicate { other_row } => format!("与第 {other_row} 行证件号码相同。"),
            Self::AlreadyApproved => "该考生已通过审核，不能再用导入修改。".to_owned(),
        }
    }

    fn en(&self) -> String {
        match self {
            Self::NoHeader => {
                "no header among the first five rows; at least Name and Document number are needed.".to_owned()
            }
            Self::MissingColumn => "the table lacks this column.".to_owned(),
            Self::ColumnTwice => "two columns bear this name; keep one.".to_owned(),
            Self::Missing => "this must be filled in.".to_owned(),
            Self::NotText(cell) => format!("{cell}."),
            Self::Name(error) => format!("{error}."),
            Self::CitizenId(error) => format!("{error}."),
            Self::DocumentNumber => "a document number has 4 to 30 letters and digits.".to_owned(),
            Self::UnknownValue { found, known } => {
                format!("'{found}' is not known; choose one of: {}.", known.join(", "))
            }
            Self::NotADate { found } => format!("'{found}' is not a date; write it as 1990-05-06."),
            Self::SexContradicts { by_id } => {
                format!(
                    "the citizen id says otherwise: {}.",
                    if *by_id == Sex::Male { "male" } else { "female" }
                )
            }
            Self::BirthDateContradicts { by_id } => format!("the citizen id says otherwise: {by_id}."),
            Self::Mobile => "a mobile number has 11 digits and begins with 1.".to_owned(),
            Self::TradeYears => "write whole years from 0 to 60.".to_owned(),
            Self::TooLong { most } => format!("too long; at most {most} characters."),
            Self::Duplicate { other_row } => format!("the same document number stands in row {other_row}."),
            Self::AlreadyApproved => "this candidate is approved; an import no longer changes the entry.".to_owned(),
        }
    }
}

fn zh_cell(cell: Cell) -> String {
    match cell {
        Cell::Formula => "单元格是公式，请粘贴为数值后再导入。".to_owned(),
        Cell::LostDigits => "号码被存成了数字，后几位已丢失；请把该列设为文本格式后重新录入。".to_owned(),
        Cell::Failure => "单元格显示计算错误。".to_owned(),
        Cell::TooLong => format!("内容超过 {MAX_CELL_CHARS} 个字符。"),
    }
}

fn zh_sex(sex: Sex) -> &'static str {
    match sex {
        Sex::Male => "男",
        Sex::Female => "女",
    }
}
