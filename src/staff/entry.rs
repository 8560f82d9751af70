//! An entry of the register, as a form or a row of a workbook tells it, and what can be wrong with it.

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::kernel::{CitizenId, CitizenIdError, Language, NameError, PersonName};

use super::{Conflict, StaffKind};

const MOST_TEXT: usize = 100;

/// An entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffEntry {
    /// 姓名
    pub name: PersonName,
    /// The login of the person's account; a person without one is on the register but works nowhere.
    pub login: Option<String>,
    /// 类别
    pub kind: StaffKind,
    /// 证卡编号
    pub number: String,
    /// The codes of the occupations.
    pub occupations: BTreeSet<String>,
    /// The levels; 1 is the highest.
    pub levels: BTreeSet<u8>,
    /// The first day on which the card is valid.
    pub valid_from: Date,
    /// The last day on which it is valid.
    pub valid_through: Date,
    /// 工作单位
    pub employer: String,
    /// 培训机构
    pub training_body: String,
    /// Whom the person must not judge.
    pub declared: Vec<Declared>,
}

/// Whom somebody must not judge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    /// Why.
    pub conflict: Conflict,
    /// Whom.
    pub name: PersonName,
    /// The citizen id, when it is known: else everybody of this name is meant.
    pub citizen_id: Option<CitizenId>,
}

/// What is wrong with one field of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryProblem {
    /// It must be filled in.
    Missing,
    /// Not a name.
    Name(NameError),
    /// Not one of the kinds.
    Kind,
    /// Not a card's number.
    Number,
    /// Not an occupation's code.
    Occupation {
        /// What stands there.
        found: String,
    },
    /// Not a level.
    Level {
        /// What stands there.
        found: String,
    },
    /// The kind of card does not reach so high.
    LevelAbove {
        /// The level.
        level: u8,
    },
    /// Not a day.
    Day {
        /// What stands there.
        found: String,
    },
    /// It ends before it begins.
    Backwards,
    /// Too long.
    TooLong,
    /// Not the declaration of a conflict.
    Declared {
        /// What stands there.
        found: String,
    },
    /// Not a citizen id.
    CitizenId(CitizenIdError),
}

impl EntryProblem {
    /// What is wrong and how to mend it.
    pub fn message(&self, language: Language) -> String {
        match language {
            Language::Zh => self.zh(),
            Language::En => self.en(),
        }
    }

    fn zh(&self) -> String {
        match self {
            Self::Missing => "必填项为空。".to_owned(),
            Self::Name(_) => "姓名为空、过长，或有不能用的字符。".to_owned(),
            Self::Kind => "类别可填：考评员、高级考评员、外部督导员、内部督导员。".to_owned(),
            Self::Number => "证卡编号应为 3 至 40 位字母、数字或“-”。".to_owned(),
            Self::Occupation { found } => {
                format!("“{found}”不是职业编码，请写成 6-31-01-03，多个之间用“；”隔开。")
            }
            Self::Level { found } => format!("“{found}”不是等级，请写 1 至 5，多个之间用“，”隔开；1 为高级技师。"),
            Self::LevelAbove { level } => format!("考评员不评 {level} 级；二级、一级须由高级考评员评。"),
            Self::Day { found } => format!("“{found}”不是日期，请写成 2026-05-06。"),
            Self::Backwards => "有效期止早于有效期起。".to_owned(),
            Self::TooLong => format!("内容过长，最多 {MOST_TEXT} 个字符。"),
            Self::Declared { found } => {
                format!("“{found}”看不懂，请写成“亲属 张三”或“学员 李四 身份证号”，多个之间用“；”隔开。")
            }
            Self::CitizenId(_) => "身份证号有误，请核对。".to_owned(),
        }
    }

    fn en(&self) -> String {
        match self {
            Self::Missing => "this must be filled in.".to_owned(),
            Self::Name(error) => format!("{error}."),
            Self::Kind => {
                "the kind is one of: examiner, senior examiner, external supervisor, internal supervisor.".to_owned()
            }
            Self::Number => "a card's number has 3 to 40 letters, digits or hyphens.".to_owned(),
            Self::Occupation { found } => {
                format!("'{found}' is not an occupation's code; write 6-31-01-03, several with semicolons.")
            }
            Self::Level { found } => {
                format!("'{found}' is not a level; write 1 to 5, several with commas; 1 is the highest.")
            }
            Self::LevelAbove { level } => {
                format!("an examiner does not judge level {level}; levels 2 and 1 take a senior examiner.")
            }
            Self::Day { found } => format!("'{found}' is not a date; write it as 2026-05-06."),
            Self::Backwards => "it ends before it begins.".to_owned(),
            Self::TooLong => format!("too long; at most {MOST_TEXT} characters."),
            Self::Declared { found } => {
                format!(
                    "'{found}' is not understood; write 'relative Name' or 'trainee Name id', several with semicolons."
                )
            }
            Self::CitizenId(error) => format!("{error}."),
        }
    }
}

/// Reads a kind under the names that offices give it.
pub(super) fn kind(text: &str) -> Result<StaffKind, EntryProblem> {
    Ok(match text.trim().to_lowercase().as_str() {
        "考评员" | "examiner" => StaffKind::Examiner,
        "高级考评员" | "senior examiner" | "senior_examiner" => StaffKind::SeniorExaminer,
        "外部督导员" | "外督" | "质量督导员" | "external supervisor" | "external_supervisor" => {
            StaffKind::ExternalSupervisor
        }
        "内部督导员" | "内督" | "internal supervisor" | "internal_supervisor" => StaffKind::InternalSupervisor,
        _ => return Err(EntryProblem::Kind),
    })
}

/// Reads a name.
pub(super) fn name(text: &str) -> Result<PersonName, EntryProblem> {
    text.parse().map_err(EntryProblem::Name)
}

/// Reads a card's number.
pub(super) fn number(text: &str) -> Result<String, EntryProblem> {
    let text = text.trim().to_uppercase();
    let fits = text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if fits && (3..=40).contains(&text.len()) {
        Ok(text)
    } else {
        Err(EntryProblem::Number)
    }
}

/// Reads codes of occupations; a name after a code is for people.
pub(super) fn occupations(text: &str) -> Result<BTreeSet<String>, EntryProblem> {
    let parts = text.split(['；', ';', '，', ',', '、', '\n']).map(str::trim);
    parts
        .filter(|part| !part.is_empty())
        .map(|part| {
            let code = part.split_whitespace().next().unwrap_or_default();
            let groups: Vec<&str> = code.split('-').collect();
            let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
            let digits = groups
                .iter()
                .all(|group| group.bytes().all(|byte| byte.is_ascii_digit()));
            if digits && lengths == [1, 2, 2, 2] {
                Ok(code.to_owned())
            } else {
                Err(EntryProblem::Occupation { found: part.to_owned() })
            }
        })
        .collect()
}

/// Reads levels: 5,4,3 or 五级、四级.
pub(super) fn levels(text: &str) -> Result<BTreeSet<u8>, EntryProblem> {
    let parts = text.split(['；', ';', '，', ',', '、', ' ', '/', '\n']).map(str::trim);
    parts
        .filter(|part| !part.is_empty())
        .map(|part| match part.trim_end_matches('级') {
            "1" | "一" => Ok(1),
            "2" | "二" => Ok(2),
            "3" | "三" => Ok(3),
            "4" | "四" => Ok(4),
            "5" | "五" => Ok(5),
            _ => Err(EntryProblem::Level { found: part.to_owned() }),
        })
        .collect()
}

/// Reads a day: 2026-05-06, 2026/5/6, 2026.5.6, 2026年5月6日.
pub fn day(text: &str) -> Result<Date, EntryProblem> {
    let wrong = || EntryProblem::Day { found: text.to_owned() };
    let plain = text.trim().trim_end_matches('日');
    let parts: Vec<&str> = plain.split(['-', '/', '.', '年', '月']).map(str::trim).collect();
    let [year, month, day] = parts.as_slice() else {
        return Err(wrong());
    };
    let year: i16 = year.parse().map_err(|_| wrong())?;
    let (month, day) = (month.parse().map_err(|_| wrong())?, day.parse().map_err(|_| wrong())?);
    Date::new(year, month, day).map_err(|_| wrong())
}

/// Reads a short text.
pub(super) fn short(text: &str) -> Result<String, EntryProblem> {
    let text = text.trim();
    if text.chars().count() > MOST_TEXT {
        return Err(EntryProblem::TooLong);
    }
    Ok(text.to_owned())
}

/// Reads declarations: 亲属 张三；学员 李四 身份证号.
pub(super) fn declared(text: &str) -> Result<Vec<Declared>, EntryProblem> {
    let parts = text.split(['；', ';', '\n']).map(str::trim);
    parts.filter(|part| !part.is_empty()).map(one_declared).collect()
}

fn one_declared(part: &str) -> Result<Declared, EntryProblem> {
    let wrong = || EntryProblem::Declared { found: part.to_owned() };
    let (word, rest) = part.split_once([' ', '：', ':', '　']).ok_or_else(wrong)?;
    let conflict = match word.to_lowercase().as_str() {
        "亲属" | "家属" | "近亲属" | "relative" => Conflict::Relative,
        "学员" | "学生" | "徒弟" | "师生" | "trainee" => Conflict::Trainee,
        "回避" | "其他" | "asked" => Conflict::Asked,
        _ => return Err(wrong()),
    };
    let rest = rest.trim();
    let (name, id) = match rest.rsplit_once([' ', '　']) {
        Some((name, id)) if id.len() == 18 && id.is_ascii() => (name, Some(id)),
        _ => (rest, None),
    };
    Ok(Declared {
        conflict,
        name: name.trim().parse().map_err(EntryProblem::Name)?,
        citizen_id: id.map(str::parse).transpose().map_err(EntryProblem::CitizenId)?,
    })
}

/// What contradicts within an entry whose fields are good by themselves: the field's name, and what is wrong.
pub(super) fn contradictions(entry: &StaffEntry) -> Vec<(super::RegisterColumn, EntryProblem)> {
    use super::RegisterColumn as Column;
    let mut wrong = Vec::new();
    if entry.valid_through < entry.valid_from {
        wrong.push((Column::ValidThrough, EntryProblem::Backwards));
    }
    if entry.kind.judges() {
        if entry.occupations.is_empty() {
            wrong.push((Column::Occupations, EntryProblem::Missing));
        }
        if entry.levels.is_empty() {
            wrong.push((Column::Levels, EntryProblem::Missing));
        }
        let usual = entry.kind.usual_levels();
        if let Some(level) = entry.levels.difference(&usual).next() {
            wrong.push((Column::Levels, EntryProblem::LevelAbove { level: *level }));
        }
    }
    wrong
}
