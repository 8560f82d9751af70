//! What is lost on the way between a format and a bank, and why a file is refused as a whole: place, item, facts, words.

use std::fmt;

use serde::Serialize;

use super::model::Place;
use crate::kernel::Language;

/// One thing that does not come through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Loss {
    /// Where it stands.
    #[serde(flatten)]
    pub place: Place,
    /// The item: its id, its name or the beginning of its text.
    pub item: String,
    /// How much is lost.
    pub degree: Degree,
    /// What it is.
    #[serde(flatten)]
    pub kind: LossKind,
}

impl Loss {
    /// A loss at a place.
    pub fn new(place: &Place, item: &str, kind: LossKind) -> Self {
        let item = short(item, 60);
        let degree = kind.degree();
        Self {
            place: place.clone(),
            item,
            degree,
            kind,
        }
    }

    /// The loss in words, without its place.
    pub fn message(&self, language: Language) -> String {
        self.kind.message(language)
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place { file, line } = &self.place;
        write!(f, "{file}:{line}: [{}] {}", self.item, self.message(Language::En))
    }
}

/// The beginning of a text on one line, without what a terminal would act on.
pub(super) fn short(text: &str, chars: usize) -> String {
    let plain = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let mut short: String = plain.take(chars).collect();
    if text.chars().nth(chars).is_some() {
        short.push('…');
    }
    short
}

/// How much is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Degree {
    /// The question does not come through at all.
    Item,
    /// A part of it does not.
    Part,
    /// Nothing is lost, but something was settled that the source left open.
    Note,
}

/// One table of all losses: the facts, the degree, the words in both languages.
macro_rules! losses {
    ($($(#[doc = $doc:literal])+ $kind:ident { $($fact:ident: $of:ty),* } $degree:ident, $zh:literal, $en:literal;)+) => {
        /// What does not come through, with its facts.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
        #[serde(tag = "kind", rename_all = "snake_case")]
        pub enum LossKind {
            $($(#[doc = $doc])+ $kind {
                $(#[doc = concat!("The fact `", stringify!($fact), "` of the message.")] $fact: $of,)*
            },)+
        }

        impl LossKind {
            /// How much is lost.
            pub const fn degree(&self) -> Degree {
                match self { $(Self::$kind { .. } => Degree::$degree,)+ }
            }

            /// The loss in words.
            pub fn message(&self, language: Language) -> String {
                match (self, language) {
                    $((Self::$kind { $($fact),* }, Language::Zh) => {
                        // A message may be made of a part of the facts.
                        $(let _ = $fact;)*
                        format!($zh)
                    }
                    (Self::$kind { $($fact),* }, Language::En) => {
                        $(let _ = $fact;)*
                        format!($en)
                    })+
                }
            }
        }
    };
}

losses! {
    // The whole question.
    /// A type of question that we do not have.
    TypeUnsupported { name: String } Item, "不支持的题型“{name}”，该题不导入", "questions of type '{name}' are not taken";
    /// A type that this format cannot say.
    TypeUnsaid { name: String, format: String } Item, "{format} 无法表达题型“{name}”，该题不导出", "{format} cannot say a question of type '{name}'; it is left out";
    /// Scoring that cannot be carried over faithfully.
    ResponseRule { rule: String } Item, "计分规则“{rule}”无法等价转换，该题不导入", "the response rule '{rule}' cannot be carried over faithfully; the question is not taken";
    /// A file of a package that is broken.
    FileBroken { reason: String } Item, "文件有误（{reason}），其中的试题不导入", "the file is broken ({reason}); what it has is not taken";
    /// No key.
    NoKey {} Item, "没有正确答案，该题不导入", "no right answer is given; the question is not taken";
    /// A key that cannot be understood.
    BadKey { key: String } Item, "答案“{key}”无法识别或与选项不符，该题不导入", "the key '{key}' is not understood or does not fit the options; the question is not taken";
    /// No text.
    NoStem {} Item, "没有题干，该题不导入", "the question has no text; it is not taken";
    /// What the bank's own rules say against it.
    BankRefuses { zh: String, en: String } Item, "题库不接受：{zh}，该题不导入", "the bank does not take it: {en}; the question is not taken";
    /// A character that no bank takes.
    BadCharacter { code: String } Item, "含有不可用的字符 {code}，该题不导入", "it has the character {code}, which no bank takes; the question is not taken";
    /// A text that is too long.
    TooLong { what: String, most: usize } Item, "“{what}”超过 {most} 个字，该题不导入", "'{what}' has more than {most} characters; the question is not taken";
    /// A picture that is not there.
    PictureMissing { name: String } Item, "缺少图片“{name}”，该题不导入", "the picture '{name}' is not there; the question is not taken";
    /// A picture that is none, or of a kind that we do not take.
    PictureUnusable { name: String } Item, "图片“{name}”不是可用的 PNG 或 JPEG，该题不导入", "the picture '{name}' is no PNG or JPEG that can be used; the question is not taken";
    /// A picture that a bank does not take.
    PictureRefused { name: String, reason: String } Item, "图片“{name}”不能采用（{reason}），该题不导入", "the picture '{name}' cannot be taken ({reason}); the question is not taken";
    /// The bank has as many pictures as it may.
    PicturesFull { most: usize } Item, "题库已有 {most} 张图片，不能再加，该题不导入", "the bank has its {most} pictures and takes no more; the question is not taken";
    /// The format takes no pictures.
    PictureUnsaid { name: String } Item, "此格式不能带图片“{name}”，该题不导出", "this format has no pictures ('{name}'); the question is left out";
    /// Sound, film, programs, tables.
    Media { what: String } Item, "含有无法转换的内容“{what}”，该题不导入", "it has content that cannot be carried over ('{what}'); the question is not taken";
    /// A cell that is not text.
    BadCell { column: String, reason: String } Item, "“{column}”列无法读取（{reason}），该题不导入", "the column '{column}' cannot be read ({reason}); the question is not taken";
    /// The bank has no such point.
    PointUnknown { name: String } Item, "知识点“{name}”不在细目表中，该题不导入", "the point '{name}' is not in the element table; the question is not taken";
    /// The bank has several such points.
    PointUnclear { name: String, codes: String } Item, "知识点“{name}”对应多个鉴定点（{codes}），该题不导入", "the point '{name}' may be any of {codes}; the question is not taken";
    /// The same id twice.
    IdTwice { id: String } Item, "题号“{id}”重复，该题不导入", "the id '{id}' stands twice; the second question is not taken";

    // A part of it.
    /// Partial credit.
    PartialCredit { rule: String } Part, "部分得分（{rule}）不保留：全对才得分", "partial credit ({rule}) is dropped: all or nothing";
    /// Points taken off.
    Penalty { rule: String } Part, "倒扣分（{rule}）不保留", "marks taken off ({rule}) are dropped";
    /// Marks other than one.
    Marks { value: String } Part, "分值 {value} 不保留：分值由组卷规则确定", "the marks ({value}) are dropped: the paper rule sets them";
    /// Words said after an answer.
    Feedback { to: String } Part, "“{to}”的反馈不保留", "the feedback to '{to}' is dropped";
    /// Bold, colours, tables made flat.
    Formatting { tags: String } Part, "文字格式（{tags}）不保留，文字保留", "formatting ({tags}) is dropped; the text is kept";
    /// A link.
    Link { to: String } Part, "链接“{to}”不保留，文字保留", "the link to '{to}' is dropped; its text is kept";
    /// A field that we have no place for.
    Field { name: String, value: String } Part, "“{name}”（{value}）不保留", "'{name}' ({value}) is dropped";
    /// An answer with wildcards.
    Wildcard { answer: String } Part, "带通配符的答案“{answer}”按原文保留，不再匹配任意文字", "the answer '{answer}' has wildcards; it is kept as written and matches only itself";
    /// Fewer blanks matter than in the source.
    Unsaid { what: String, format: String } Part, "{format} 无法表达“{what}”", "{format} cannot say '{what}'";

    // Settled.
    /// No difficulty.
    DifficultyAssumed { difficulty: u8 } Note, "没有难度，按 {difficulty} 级", "no difficulty; {difficulty} is assumed";
    /// No explanation.
    ExplanationMissing {} Note, "没有解析，以“待补”占位", "no explanation; '待补' stands in its place";
    /// An id that a bank cannot have, or none.
    IdGiven { old: String, id: String } Note, "题号“{old}”改为“{id}”", "the id '{old}' becomes '{id}'";
    /// A picture without words for those who do not see it.
    PictureUndescribed { name: String } Note, "图片“{name}”没有文字说明，以“图”代替", "the picture '{name}' has no description; '图' stands for it";
    /// A written answer without a limit.
    LengthAssumed { most: u32 } Note, "没有字数上限，按 {most} 字", "no longest length; {most} characters are assumed";
    /// A written answer without words for those who mark it.
    GuideMissing {} Note, "没有评分要点，以“待补”占位", "no marking guide; '待补' stands in its place";
    /// A marking guide that is no rubric.
    GuideRead {} Note, "评分要点作为一项评分标准，分“不得分”“得分”两档", "the marking guide becomes a rubric of one line with two levels";
    /// Text between dollar signs.
    FormulaRead { tex: String } Note, "“${tex}$”按公式理解", "'${tex}$' is read as a formula";
    /// The key was written in another form.
    KeyRewritten { old: String, key: String } Note, "答案“{old}”按“{key}”理解", "the key '{old}' is read as '{key}'";
    /// The point was found by its name, or given.
    PointFound { name: String, code: String } Note, "知识点“{name}”对应鉴定点 {code}", "the point '{name}' is {code}";
    /// A row with nothing to read.
    Skipped { what: String } Note, "跳过：{what}", "skipped: {what}";
    /// The type was told by a number, by the sheet's name or by the key.
    TypeRead { old: String, name: String } Note, "题型“{old}”按“{name}”理解", "the type '{old}' is read as '{name}'";
    /// A nearest whole grade.
    DifficultyRead { old: String, difficulty: u8 } Note, "难度“{old}”按 {difficulty} 级", "the difficulty '{old}' is read as {difficulty}";
}

/// Why a file is refused as a whole. Nothing of it was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{}:{}: {}", place.file, place.line, kind.message(Language::En))]
pub struct Refused {
    /// Where.
    #[serde(flatten)]
    pub place: Place,
    /// Why.
    #[serde(flatten)]
    pub kind: RefusedKind,
}

impl Refused {
    /// A refusal at a line of a file.
    pub fn new(file: &str, line: u32, kind: RefusedKind) -> Self {
        let place = Place {
            file: short(file, 200),
            line,
        };
        Self { place, kind }
    }

    /// Why, in words.
    pub fn message(&self, language: Language) -> String {
        self.kind.message(language)
    }
}

/// One table of all refusals: the facts and the words.
macro_rules! refusals {
    ($($(#[doc = $doc:literal])+ $kind:ident { $($fact:ident: $of:ty),* } $zh:literal, $en:literal;)+) => {
        /// Why a file is refused, with its facts.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
        #[serde(tag = "kind", rename_all = "snake_case")]
        pub enum RefusedKind {
            $($(#[doc = $doc])+ $kind {
                $(#[doc = concat!("The fact `", stringify!($fact), "` of the message.")] $fact: $of,)*
            },)+
        }

        impl RefusedKind {
            /// The refusal in words.
            pub fn message(&self, language: Language) -> String {
                match (self, language) {
                    $((Self::$kind { $($fact),* }, Language::Zh) => format!($zh),
                      (Self::$kind { $($fact),* }, Language::En) => format!($en),)+
                }
            }
        }
    };
}

refusals! {
    /// The file is larger than what is taken.
    TooLarge { most: u64 } "文件超过 {most} 字节", "the file has more than {most} bytes";
    /// A line is longer than what is taken.
    LineTooLong { most: usize } "该行超过 {most} 字节", "the line has more than {most} bytes";
    /// The file cannot be read.
    Unreadable { reason: String } "无法读取：{reason}", "it cannot be read: {reason}";
    /// No known encoding.
    Encoding { offset: usize } "第 {offset} 字节处不是 UTF-8、GB 18030 或 UTF-16", "byte {offset} is neither UTF-8, GB 18030 nor UTF-16";
    /// A NUL or another control character.
    Control { code: String } "含有控制字符 {code}", "it has the control character {code}";
    /// Not of the format that was named.
    NotThisFormat { format: String } "不是 {format} 文件", "this is no {format} file";
    /// Which format it is cannot be told.
    UnknownFormat {} "无法判断文件格式，请指明", "the format cannot be told; name it";
    /// A format that is only written or only read.
    ReadOnly { format: String } "{format} 只能导入，不能导出", "{format} can be imported but not exported";
    /// Broken XML.
    Xml { reason: String } "XML 有误：{reason}", "the XML is broken: {reason}";
    /// A document type: entities could come with it.
    DocumentType {} "含有文档类型声明（DOCTYPE）：不接受实体", "it declares a document type: entities are not taken";
    /// An entity that XML does not define.
    Entity { name: String } "未知实体 &{name};", "the entity &{name}; is not known";
    /// Too deep.
    TooDeep { most: usize } "嵌套超过 {most} 层", "it is nested deeper than {most}";
    /// Too many parts.
    TooMany { what: String, most: usize } "{what} 超过 {most} 个", "more than {most} {what}";
    /// Broken archive.
    Archive { reason: String } "压缩包有误：{reason}", "the archive is broken: {reason}";
    /// A name that leads out of the archive, or is not usable.
    ArchiveName { name: String } "压缩包内文件名不可用：“{name}”", "the archive has an entry with the name '{name}'";
    /// An archive in the archive.
    ArchiveNested { name: String } "压缩包中还有压缩包：“{name}”", "the archive holds another archive, '{name}'";
    /// Parts of the archive share bytes.
    ArchiveOverlap {} "压缩包内的文件互相重叠", "entries of the archive overlap";
    /// Under a password.
    ArchiveLocked { name: String } "“{name}”有密码", "'{name}' is under a password";
    /// A link in the archive.
    ArchiveLink { name: String } "“{name}”是链接", "'{name}' is a link";
    /// The same name twice.
    ArchiveTwice { name: String } "压缩包内文件名重复：“{name}”", "the archive has two entries '{name}'";
    /// Far larger unpacked than packed.
    Bomb { most: u64 } "解压后超过 {most} 字节，或压缩比过高", "it unpacks to more than {most} bytes, or far too densely";
    /// A spreadsheet that cannot be read.
    Table { reason: String } "表格无法读取：{reason}", "the table cannot be read: {reason}";
    /// No header.
    NoHeader {} "前五行中没有含“题型”或“题干”的表头", "none of the first five rows is a header with 题型 or 题干 (type, stem)";
    /// Against the format's grammar.
    Syntax { reason: String } "格式有误：{reason}", "the format is broken: {reason}";
    /// Nothing to read.
    Empty {} "没有试题", "there are no questions";
}
