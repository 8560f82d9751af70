//! The register as a workbook: read row by row with everything that is wrong, and written in the same columns.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::identity::named;
use crate::kernel::Language;
use crate::spreadsheet::{Row, Sheet, column_letters};

use super::entry::{self, EntryProblem, StaffEntry};

named! {
    /// A column of the register, and a field of its form.
    RegisterColumn {
        /// 姓名
        Name = "name",
        /// 账号
        Login = "login",
        /// 类别
        Kind = "kind",
        /// 证卡编号
        Number = "number",
        /// 职业编码
        Occupations = "occupations",
        /// 等级
        Levels = "levels",
        /// 有效期起
        ValidFrom = "valid_from",
        /// 有效期止 (the last valid day)
        ValidThrough = "valid_through",
        /// 工作单位
        Employer = "employer",
        /// 培训机构
        TrainingBody = "training_body",
        /// 应回避人员
        Declared = "declared",
    }
}

impl RegisterColumn {
    /// What tables and messages call it.
    pub const fn label(self, language: Language) -> &'static str {
        let (zh, en) = self.labels();
        match language {
            Language::Zh => zh,
            Language::En => en,
        }
    }

    const fn labels(self) -> (&'static str, &'static str) {
        match self {
            Self::Name => ("姓名", "Name"),
            Self::Login => ("账号", "Login"),
            Self::Kind => ("类别", "Kind"),
            Self::Number => ("证卡编号", "Card number"),
            Self::Occupations => ("职业编码", "Occupations"),
            Self::Levels => ("等级", "Levels"),
            Self::ValidFrom => ("有效期起", "Valid from"),
            Self::ValidThrough => ("有效期止", "Valid through"),
            Self::Employer => ("工作单位", "Employer"),
            Self::TrainingBody => ("培训机构", "Training body"),
            Self::Declared => ("应回避人员", "Must not judge"),
        }
    }

    fn named_by(cell: &str) -> Option<Self> {
        let cell = cell.split(['(', '（']).next().unwrap_or_default();
        let fold = |text: &str| {
            let letters = text.chars().filter(|c| c.is_alphanumeric());
            letters.flat_map(char::to_lowercase).collect::<String>()
        };
        let wanted = fold(cell);
        let same = |column: &Self| {
            let (zh, en) = column.labels();
            fold(zh) == wanted || fold(en) == wanted
        };
        Self::ALL.iter().copied().find(same)
    }

    const fn is_required(self) -> bool {
        matches!(
            self,
            Self::Name | Self::Kind | Self::Number | Self::ValidFrom | Self::ValidThrough
        )
    }
}

/// Something wrong in a workbook, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RowProblem {
    /// The row as the office program numbers it.
    pub row: u32,
    /// The column's letter in this file; absent when the file does not have it.
    pub letter: Option<String>,
    /// The column's name; absent when it is about the whole row.
    pub column: Option<String>,
    /// What is wrong and how to mend it.
    pub message: String,
    /// Place and reason in one sentence.
    pub sentence: String,
}

/// A register as read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RegisterRead {
    /// The good rows: the row's number, and the entry.
    pub entries: Vec<(u32, StaffEntry)>,
    /// Rows with anything in them.
    pub rows: usize,
    /// Everything that is wrong.
    pub problems: Vec<RowProblem>,
    /// The letters of the columns, for problems that only the office finds.
    pub letters: BTreeMap<RegisterColumn, String>,
}

impl RegisterRead {
    /// Notes a problem of a row.
    pub fn note(&mut self, row: u32, column: Option<RegisterColumn>, message: String, language: Language) {
        let letter = column.and_then(|column| self.letters.get(&column).cloned());
        let name = column.map(|column| column.label(language).to_owned());
        let place = match (&letter, &name) {
            (Some(letter), Some(name)) if language == Language::Zh => format!(" {letter} 列（{name}）"),
            (Some(letter), Some(name)) => format!(", column {letter} ({name})"),
            (None, Some(name)) if language == Language::Zh => format!("（{name}）"),
            (None, Some(name)) => format!(" ({name})"),
            _ => String::new(),
        };
        let sentence = match language {
            Language::Zh => format!("第 {row} 行{place}：{message}"),
            Language::En => format!("Row {row}{place}: {message}"),
        };
        self.problems.push(RowProblem {
            row,
            letter,
            column: name,
            message,
            sentence,
        });
    }
}

/// Reads a register: every row, and everything that is wrong with it.
pub fn read_register(sheet: &Sheet, language: Language) -> RegisterRead {
    let mut read = RegisterRead::default();
    let Some(header) = sheet.header(|cell| RegisterColumn::named_by(cell).is_some()) else {
        let first = sheet.rows.first().map_or(1, |row| row.number);
        read.note(
            first,
            None,
            words(language, "前五行中找不到表头。", "no header among the first five rows."),
            language,
        );
        return read;
    };
    let row = &sheet.rows[header];
    let mut places = BTreeMap::new();
    for (place, cell) in row.cells.iter().enumerate() {
        let Some(column) = RegisterColumn::named_by(cell) else {
            continue;
        };
        read.letters.insert(column, column_letters(place));
        if places.insert(column, place).is_some() {
            let twice = words(
                language,
                "有两列同名，请只保留一列。",
                "two columns bear this name; keep one.",
            );
            read.note(row.number, Some(column), twice, language);
        }
    }
    for column in RegisterColumn::ALL
        .iter()
        .copied()
        .filter(|column| column.is_required())
    {
        if !places.contains_key(&column) {
            let lacks = words(language, "缺少这一列，无法导入。", "the table lacks this column.");
            read.note(row.number, Some(column), lacks, language);
        }
    }
    if !read.problems.is_empty() {
        return read;
    }
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    for row in sheet.rows.iter().skip(header + 1) {
        let reader = Reader {
            row,
            sheet,
            places: &places,
        };
        if reader.is_empty() {
            continue;
        }
        read.rows += 1;
        let (entry, wrong) = reader.entry();
        for (column, problem) in wrong {
            read.note(row.number, Some(column), problem.message(language), language);
        }
        let Some(entry) = entry else { continue };
        if let Some(other) = seen.insert(entry.number.clone(), row.number) {
            let twice = match language {
                Language::Zh => format!("与第 {other} 行证卡编号相同。"),
                Language::En => format!("the same card number stands in row {other}."),
            };
            read.note(row.number, Some(RegisterColumn::Number), twice, language);
        } else {
            read.entries.push((row.number, entry));
        }
    }
    read
}

fn words(language: Language, zh: &str, en: &str) -> String {
    match language {
        Language::Zh => zh.to_owned(),
        Language::En => en.to_owned(),
    }
}

/// The fields of one entry, wherever they come from.
struct Reader<'a> {
    row: &'a Row,
    sheet: &'a Sheet,
    places: &'a BTreeMap<RegisterColumn, usize>,
}

impl Reader<'_> {
    fn text(&self, column: RegisterColumn) -> &str {
        self.places.get(&column).map_or("", |place| self.row.cell(*place))
    }

    fn is_empty(&self) -> bool {
        let places = || self.places.values();
        places().all(|place| self.row.cell(*place).is_empty() && self.sheet.problem(self.row.number, *place).is_none())
    }

    fn entry(&self) -> (Option<StaffEntry>, Vec<(RegisterColumn, EntryProblem)>) {
        StaffEntry::read(|column| self.text(column))
    }
}

impl StaffEntry {
    /// Reads an entry from its fields, and tells everything that is wrong.
    pub fn read<'t>(field: impl Fn(RegisterColumn) -> &'t str) -> (Option<Self>, Vec<(RegisterColumn, EntryProblem)>) {
        use RegisterColumn as Column;
        let mut wrong = Vec::new();
        let entry = {
            let mut take = Taker { wrong: &mut wrong };
            let name = take.one(Column::Name, field(Column::Name), entry::name);
            let kind = take.one(Column::Kind, field(Column::Kind), entry::kind);
            let number = take.one(Column::Number, field(Column::Number), entry::number);
            let occupations = take.one(Column::Occupations, field(Column::Occupations), entry::occupations);
            let levels = take.one(Column::Levels, field(Column::Levels), entry::levels);
            let valid_from = take.one(Column::ValidFrom, field(Column::ValidFrom), entry::day);
            let valid_through = take.one(Column::ValidThrough, field(Column::ValidThrough), entry::day);
            let employer = take.one(Column::Employer, field(Column::Employer), entry::short);
            let training_body = take.one(Column::TrainingBody, field(Column::TrainingBody), entry::short);
            let declared = take.one(Column::Declared, field(Column::Declared), entry::declared);
            let login = field(Column::Login).trim().to_lowercase();
            assemble(Fields {
                name,
                kind,
                number,
                occupations,
                levels,
                valid_from,
                valid_through,
                employer,
                training_body,
                declared,
                login: (!login.is_empty()).then_some(login),
            })
        };
        if let Some(entry) = &entry {
            wrong.extend(entry::contradictions(entry));
        }
        (entry.filter(|_| wrong.is_empty()), wrong)
    }
}

struct Fields {
    name: Option<crate::kernel::PersonName>,
    kind: Option<super::StaffKind>,
    number: Option<String>,
    occupations: Option<std::collections::BTreeSet<String>>,
    levels: Option<std::collections::BTreeSet<u8>>,
    valid_from: Option<jiff::civil::Date>,
    valid_through: Option<jiff::civil::Date>,
    employer: Option<String>,
    training_body: Option<String>,
    declared: Option<Vec<super::Declared>>,
    login: Option<String>,
}

fn assemble(fields: Fields) -> Option<StaffEntry> {
    Some(StaffEntry {
        name: fields.name?,
        login: fields.login,
        kind: fields.kind?,
        number: fields.number?,
        occupations: fields.occupations?,
        levels: fields.levels?,
        valid_from: fields.valid_from?,
        valid_through: fields.valid_through?,
        employer: fields.employer?,
        training_body: fields.training_body?,
        declared: fields.declared?,
    })
}

struct Taker<'a> {
    wrong: &'a mut Vec<(RegisterColumn, EntryProblem)>,
}

impl Taker<'_> {
    fn one<T>(
        &mut self,
        column: RegisterColumn,
        text: &str,
        read: impl Fn(&str) -> Result<T, EntryProblem>,
    ) -> Option<T> {
        let result = if text.trim().is_empty() && column.is_required() {
            Err(EntryProblem::Missing)
        } else {
            read(text)
        };
        result.map_err(|problem| self.wrong.push((column, problem))).ok()
    }
}

/// The header of a register's workbook.
pub fn register_template(language: Language) -> Vec<&'static str> {
    RegisterColumn::ALL
        .iter()
        .map(|column| column.label(language))
        .collect()
}

/// An entry as a row of the workbook. Full citizen ids are not given out: they stay out of the declarations.
pub fn register_row(entry: &StaffEntry, language: Language) -> Vec<String> {
    let joined = |parts: Vec<String>, with: &str| parts.join(with);
    let declared = entry.declared.iter().map(|one| {
        let word = match (one.conflict, language) {
            (super::Conflict::Relative, Language::Zh) => "亲属",
            (super::Conflict::Trainee, Language::Zh) => "学员",
            (super::Conflict::Asked, Language::Zh) => "回避",
            (other, Language::En) => other.name(),
        };
        format!("{word} {}", one.name.as_str())
    });
    vec![
        entry.name.as_str().to_owned(),
        entry.login.clone().unwrap_or_default(),
        kind_word(entry.kind, language).to_owned(),
        entry.number.clone(),
        joined(entry.occupations.iter().cloned().collect(), "；"),
        joined(entry.levels.iter().rev().map(u8::to_string).collect(), "，"),
        entry.valid_from.to_string(),
        entry.valid_through.to_string(),
        entry.employer.clone(),
        entry.training_body.clone(),
        joined(declared.collect(), "；"),
    ]
}

const fn kind_word(kind: super::StaffKind, language: Language) -> &'static str {
    use super::StaffKind;
    match (kind, language) {
        (StaffKind::Examiner, Language::Zh) => "考评员",
        (StaffKind::SeniorExaminer, Language::Zh) => "高级考评员",
        (StaffKind::ExternalSupervisor, Language::Zh) => "外部督导员",
        (StaffKind::InternalSupervisor, Language::Zh) => "内部督导员",
        (StaffKind::Examiner, Language::En) => "examiner",
        (StaffKind::SeniorExaminer, Language::En) => "senior examiner",
        (StaffKind::ExternalSupervisor, Language::En) => "external supervisor",
        (StaffKind::InternalSupervisor, Language::En) => "internal supervisor",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spreadsheet;
    use crate::staff::StaffKind;

    const GOOD: [&str; 11] = [
        "甄岩",
        "kaoping1",
        "高级考评员",
        "32-0001",
        "6-31-01-03 电工；6-18-01-01",
        "5，4，二级",
        "2024-01-01",
        "2026年12月31日",
        "江城职业学院",
        "江城培训中心",
        "亲属 张三；学员 李四 11010519491231002X",
    ];

    fn sheet(rows: &[[&str; 11]]) -> Sheet {
        let headers = register_template(Language::Zh);
        let rows: Vec<Vec<String>> = rows
            .iter()
            .map(|row| row.iter().map(|cell| (*cell).to_owned()).collect())
            .collect();
        let bytes = spreadsheet::write("考评员", &headers, &rows).unwrap();
        spreadsheet::read(&bytes, "名册.xlsx").unwrap()
    }

    #[test]
    fn a_register_comes_back_as_it_was_written() {
        let read = read_register(&sheet(&[GOOD]), Language::Zh);
        assert_eq!(read.problems, []);
        let entry = &read.entries[0].1;
        assert_eq!(entry.kind, StaffKind::SeniorExaminer);
        assert_eq!(entry.levels, [2, 4, 5].into());
        assert_eq!(entry.declared.len(), 2);
        assert!(entry.declared[1].citizen_id.is_some());
        let mut again = entry.clone();
        again.declared[1].citizen_id = None;
        let row = register_row(entry, Language::Zh);
        let row: [&str; 11] = std::array::from_fn(|index| row[index].as_str());
        assert_eq!(read_register(&sheet(&[row]), Language::En).entries[0].1, again);
    }

    #[test]
    fn every_bad_cell_is_told_with_its_row_and_column() {
        let bad = [
            "甄石",
            "",
            "考官",
            "32 0002",
            "电工",
            "六级",
            "昨天",
            "2026-12-31",
            "",
            "",
            "朋友 王五",
        ];
        let read = read_register(&sheet(&[GOOD, bad, GOOD]), Language::Zh);
        assert_eq!(read.rows, 3);
        assert_eq!(read.entries.len(), 1);
        let places: Vec<String> = read
            .problems
            .iter()
            .map(|problem| format!("{}{}", problem.letter.clone().unwrap(), problem.row))
            .collect();
        assert_eq!(places, ["C3", "D3", "E3", "F3", "G3", "K3", "D4"]);
        assert!(read.problems[6].sentence.contains("与第 2 行证卡编号相同"));
    }

    #[test]
    fn an_examiner_does_not_judge_technicians_and_no_card_ends_before_it_begins() {
        let mut row = GOOD;
        row[2] = "考评员";
        row[7] = "2023-12-31";
        let read = read_register(&sheet(&[row]), Language::En);
        let said: Vec<&str> = read.problems.iter().map(|problem| problem.message.as_str()).collect();
        assert!(
            said[0].contains("ends before") && said[1].contains("level 2"),
            "{said:?}"
        );
    }

    #[test]
    fn a_supervisor_needs_neither_occupation_nor_level() {
        let row = [
            "杜清",
            "dudao",
            "外督",
            "R32240001",
            "",
            "",
            "2024-01-01",
            "2026-12-31",
            "人社局",
            "",
            "",
        ];
        assert_eq!(read_register(&sheet(&[row]), Language::Zh).problems, []);
        let none = read_register(&Sheet::default(), Language::Zh);
        assert!(none.problems[0].message.contains("表头"));
    }
}
