//! The columns of a candidate roll, under all the names that offices give them, and the values their cells may have.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kernel::Language;

/// A column of the roll.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Column {
    /// 姓名
    Name,
    /// 性别
    Sex,
    /// 证件类型
    DocumentKind,
    /// 证件号码
    DocumentNumber,
    /// 出生日期
    BirthDate,
    /// 手机号码
    Mobile,
    /// 工作单位
    Employer,
    /// 文化程度
    Education,
    /// 考生来源
    Source,
    /// 考试类型
    ExamType,
    /// 本工种年限
    TradeYears,
    /// 照片文件名
    Photo,
}

/// A column with its names: the first Chinese and the first English one are what our own template and messages use.
const NAMES: &[(Column, &[&str], &[&str])] = &[
    (Column::Name, &["姓名", "考生姓名", "名字"], &["Name", "Full name"]),
    (Column::Sex, &["性别"], &["Sex", "Gender"]),
    (
        Column::DocumentKind,
        &["证件类型", "证件种类", "证件名称"],
        &["Document type", "ID type"],
    ),
    (
        Column::DocumentNumber,
        &[
            "证件号码",
            "身份证号",
            "身份证号码",
            "公民身份号码",
            "居民身份证号码",
            "证件号",
        ],
        &["Document number", "ID number", "Citizen id", "ID card"],
    ),
    (
        Column::BirthDate,
        &["出生日期", "出生年月日", "出生年月", "生日"],
        &["Birth date", "Date of birth"],
    ),
    (
        Column::Mobile,
        &["手机号码", "手机", "手机号", "电话", "联系电话", "移动电话"],
        &["Mobile", "Phone", "Mobile phone"],
    ),
    (
        Column::Employer,
        &["工作单位", "单位", "单位名称", "所在单位"],
        &["Employer", "Company", "Organisation"],
    ),
    (Column::Education, &["文化程度", "学历", "最高学历"], &["Education"]),
    (Column::Source, &["考生来源", "来源"], &["Source", "Candidate source"]),
    (
        Column::ExamType,
        &["考试类型", "报考类型", "新考补考"],
        &["Exam type", "First or resit"],
    ),
    (
        Column::TradeYears,
        &["本工种年限", "工作年限", "从业年限", "本职业年限", "工龄"],
        &["Years in the trade", "Trade years"],
    ),
    (
        Column::Photo,
        &["照片文件名", "照片", "相片", "照片名称"],
        &["Photo file", "Photo"],
    ),
];

impl Column {
    /// The column that a header cell names. Blanks (also full-width), letter case, stars and bracketed hints do not matter.
    pub fn named(cell: &str) -> Option<Self> {
        let wanted = folded(cell);
        let matches = |names: &[&str]| names.iter().any(|name| folded(name) == wanted);
        let found = NAMES.iter().find(|(_, zh, en)| matches(zh) || matches(en));
        found.map(|(column, _, _)| *column)
    }

    /// What messages call it.
    pub fn label(self, language: Language) -> &'static str {
        let names = NAMES.iter().find(|(column, _, _)| *column == self);
        let pick = |names: &[&'static str]| names.first().copied().unwrap_or_default();
        names.map_or("", |(_, zh, en)| match language {
            Language::Zh => pick(zh),
            Language::En => pick(en),
        })
    }

    /// Whether a roll without it cannot be taken.
    pub fn is_required(self) -> bool {
        matches!(self, Self::Name | Self::DocumentNumber)
    }
}

/// The header of an empty roll for people to fill in.
pub fn roll_template(language: Language) -> Vec<&'static str> {
    NAMES.iter().map(|(column, _, _)| column.label(language)).collect()
}

fn folded(cell: &str) -> String {
    let without_hint = cell.split(['(', '（', '[', '【']).next().unwrap_or_default();
    let keep = |c: &char| !c.is_whitespace() && !matches!(c, '*' | '＊' | ':' | '：' | '_' | '-' | '/');
    without_hint.chars().filter(keep).flat_map(char::to_lowercase).collect()
}

/// A set of values that a cell may have, each with the words that offices write for it.
macro_rules! coded {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = [$first:literal $(, $other:literal)*],)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$variant_doc])* $variant,)+ }

        impl $name {
            /// The words of a cell, in Chinese: what is written first is what we write.
            pub const WORDS: &'static [&'static str] = &[$($first,)+];

            /// Reads a cell; `None` for a word that is not known.
            pub fn read(cell: &str) -> Option<Self> {
                let cell = folded(cell);
                $(if [$first $(, $other)*].iter().any(|word| folded(word) == cell) { return Some(Self::$variant); })+
                None
            }

            /// The word that stands in our own tables.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $first,)+ }
            }
        }
    };
}

coded! {
    /// What identifies a candidate.
    DocumentKind {
        /// 居民身份证
        CitizenCard = ["居民身份证", "身份证", "公民身份证", "Citizen id", "ID card"],
        /// 军官证
        Officer = ["军官证", "士官证", "军人证件", "Military id"],
        /// 港澳居民来往内地通行证
        HongKongMacao = ["港澳居民来往内地通行证", "港澳通行证", "回乡证", "Hong Kong or Macao permit"],
        /// 台湾居民来往大陆通行证
        Taiwan = ["台湾居民来往大陆通行证", "台胞证", "Taiwan permit"],
        /// 港澳台居民居住证: it has a citizen id's number
        ResidencePermit = ["港澳台居民居住证", "居住证", "Residence permit"],
        /// 外国护照
        Passport = ["外国护照", "护照", "Passport"],
        /// 外国人永久居留身份证
        ForeignPermanent = ["外国人永久居留身份证", "外国人永久居留证", "Foreign permanent resident card"],
    }
}

coded! {
    /// 文化程度, as application forms list it.
    Education {
        /// 小学
        Primary = ["小学", "80", "Primary school"],
        /// 初中
        JuniorMiddle = ["初中", "70", "初级中学", "Junior middle school"],
        /// 高中
        SeniorMiddle = ["高中", "60", "普通高中", "Senior middle school"],
        /// 职高
        VocationalHigh = ["职高", "44", "职业高中", "Vocational high school"],
        /// 技校
        TechnicalSchool = ["技校", "47", "技工学校", "Technical school"],
        /// 高技
        SeniorTechnical = ["高技", "高级技工学校", "Senior technical school"],
        /// 高职
        VocationalCollege = ["高职", "高等职业学校", "Vocational college"],
        /// 中专
        SecondarySpecialised = ["中专", "40", "41", "中等专科", "中等职业教育", "Secondary specialised school"],
        /// 大专
        College = ["大专", "30", "专科", "大学专科", "College"],
        /// 本科
        Bachelor = ["本科", "20", "大学本科", "大学", "Bachelor"],
        /// 硕士
        Master = ["硕士", "10", "研究生", "硕士研究生", "Master"],
        /// 博士
        Doctor = ["博士", "博士研究生", "Doctor"],
        /// 其他
        Other = ["其他", "其它", "90", "Other"],
    }
}

coded! {
    /// 考生来源: where a candidate comes from.
    Source {
        /// 学校
        School = ["学校", "院校", "在校学生", "School"],
        /// 企业
        Enterprise = ["企业", "企业职工", "Enterprise"],
        /// 部队
        Army = ["部队", "军队", "Army"],
        /// 社会
        Society = ["社会", "社会人员", "Society"],
        /// 其他
        Other = ["其他", "其它", "Other"],
    }
}

coded! {
    /// 考试类型: whether the candidate sits for the first time.
    ExamType {
        /// 新考
        First = ["新考", "首考", "初次", "First"],
        /// 补考
        Resit = ["补考", "Resit"],
    }
}
