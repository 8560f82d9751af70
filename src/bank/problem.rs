//! What is wrong with a bank: where, what, how bad, and how to say it to its authors.

use std::fmt;

use serde::Serialize;

use crate::kernel::Language;

/// One thing wrong, at one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The file, relative to the bank's folder.
    pub file: String,
    /// The line, counted from 1; 0 when the file as a whole is meant.
    pub line: u32,
    /// The line's text, shortened.
    pub excerpt: String,
    /// How bad it is.
    pub severity: Severity,
    /// What it is.
    pub kind: ProblemKind,
}

impl Problem {
    /// The problem in words.
    pub fn message(&self, language: Language) -> String {
        self.kind.message(language)
    }

    /// Whether the bank is refused for it.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// One line for a terminal, in English; the pages use [`Problem::message`].
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, .. } = self;
        write!(f, "{file}:{line}: {}", self.message(Language::En))
    }
}

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The bank is refused.
    Error,
    /// The authors should look at it.
    Warning,
}

/// One table of everything that can be wrong: the facts, the severity, the words in Chinese and in English. Every message
/// names all facts of its kind.
macro_rules! problem_kinds {
    ($($(#[doc = $doc:literal])+ $kind:ident { $($fact:ident: $of:ty),* } $severity:ident, $zh:literal, $en:literal;)+) => {
        /// What is wrong, with its facts.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
        #[serde(tag = "kind", rename_all = "snake_case")]
        pub enum ProblemKind {
            $($(#[doc = $doc])+ $kind {
                $(#[doc = concat!("The fact `", stringify!($fact), "` of the message.")] $fact: $of,)*
            },)+
        }

        impl ProblemKind {
            /// How bad it is.
            pub const fn severity(&self) -> Severity {
                match self {
                    $(Self::$kind { .. } => Severity::$severity,)+
                }
            }

            /// The problem in words.
            pub fn message(&self, language: Language) -> String {
                match (self, language) {
                    $((Self::$kind { $($fact),* }, Language::Zh) => format!($zh),
                      (Self::$kind { $($fact),* }, Language::En) => format!($en),)+
                }
            }
        }
    };
}

problem_kinds! {
    // Folder and files.
    /// The path is not a folder that can be read.
    NotAFolder { reason: String } Error, "不是可读取的文件夹：{reason}", "not a folder that can be read: {reason}";
    /// A file cannot be read.
    Unreadable { reason: String } Error, "文件无法读取：{reason}", "the file cannot be read: {reason}";
    /// A file is larger than a bank file may be.
    TooLarge { most: u64 } Error, "文件超过 {most} 字节，不予读取", "the file has more than {most} bytes and is not read";
    /// A file is not UTF-8.
    NotUtf8 { offset: usize } Error,
        "文件不是 UTF-8 编码（第 {offset} 字节处出错），不予读取", "the file is not UTF-8 (wrong at byte {offset}) and is not read";
    /// A link leads out of the folder.
    LinkOutside {} Error, "链接指向文件夹之外，已忽略", "the link leads out of the folder and is ignored";
    /// A file that every bank has is not there.
    MissingFile { name: String } Error, "缺少文件 {name}", "the file {name} is missing";
    /// A file that the format does not know.
    UnexpectedFile {} Warning, "题库格式中没有这个文件，已忽略", "the format knows no such file; it is ignored";
    /// No theory items at all.
    NoTheory {} Warning, "没有理论试题", "there are no theory items";
    /// No practical part at all.
    NoPractical {} Warning, "没有操作技能部分", "there is no practical part";
    /// Not TOML.
    Syntax { reason: String } Error, "TOML 语法错误：{reason}", "not valid TOML: {reason}";

    // Keys and values.
    /// A key that the format does not know.
    UnknownKey { key: String, known: String } Error, "未知的键“{key}”；可用：{known}", "unknown key '{key}'; known are: {known}";
    /// A key that must be there is not.
    MissingKey { key: String } Error, "缺少键“{key}”", "the key '{key}' is missing";
    /// A value of another type.
    WrongType { key: String, expected: String } Error, "“{key}”的类型应为 {expected}", "'{key}' must be of type {expected}";
    /// A word that is none of those allowed.
    UnknownWord { key: String, word: String, known: String } Error,
        "“{key}”的值“{word}”不可用；可用：{known}", "'{key}' cannot be '{word}'; allowed are: {known}";
    /// A number out of its bounds.
    OutOfBounds { key: String, value: String, least: i64, most: i64 } Error,
        "“{key}”为 {value}，应在 {least} 至 {most} 之间", "'{key}' is {value}; it must lie between {least} and {most}";
    /// A text without text.
    EmptyText { key: String } Error, "“{key}”没有内容", "'{key}' is empty";
    /// A character that no text should have.
    UnusableCharacter { key: String, code: String } Error,
        "“{key}”含有不可用的字符 {code}（控制符、不可见字符、私用区字符或替换符）",
        "'{key}' has the character {code}, which no text should have (control, invisible, private use or replacement)";
    /// A half-width question mark where a Chinese character was probably lost.
    LostCharacter { key: String } Error,
        "“{key}”中汉字旁有半角问号：可能是丢失的字；问句请用全角“？”",
        "'{key}' has a half-width '?' beside a Chinese character: probably a lost character; a question takes the full-width mark";
    /// A code of the wrong form.
    BadCode { key: String, value: String, form: String } Error,
        "“{key}”的值“{value}”形式不符：{form}", "'{key}' has '{value}', which is not of the form {form}";
    /// Not marks in steps of 0.5.
    BadMarks { key: String, value: String } Error,
        "“{key}”的值“{value}”不是以 0.5 为步长的正分值", "'{key}' has '{value}', which is not a positive number of marks in steps of 0.5";
    /// Not a weight.
    BadWeight { value: String } Error,
        "比重“{value}”不是 0 至 100 之间、至多两位小数的百分数", "the weight '{value}' is not a percent between 0 and 100 with at most two decimals";
    /// The same code or id twice.
    Duplicate { code: String, first: String } Error, "“{code}”重复，首次出现于 {first}", "'{code}' stands twice; first at {first}";

    // The element table.
    /// A range without the range above it.
    NoParent { code: String, parent: String } Error, "范围 {code} 缺少上层范围 {parent}", "the range {code} lacks the range {parent} above it";
    /// The ranges below one do not sum to it.
    ChildrenWeight { parent: String, sum: String, weight: String } Error,
        "范围 {parent} 的比重为 {weight}，其下各范围合计 {sum}", "the range {parent} weighs {weight}, but those below it sum to {sum}";
    /// The ranges of the first layer do not sum to 100.
    TopWeight { sum: String } Error, "第一层范围的比重合计为 {sum}，应为 100", "the ranges of the first layer sum to {sum} instead of 100";
    /// A point of a range that is not there.
    UnknownRange { point: String, range: String } Error, "鉴定点 {point} 所属范围 {range} 不存在", "the point {point} belongs to the range {range}, which is not there";
    /// A point of a range that has ranges below it.
    PointInBranch { point: String, range: String } Error,
        "鉴定点 {point} 所属范围 {range} 之下还有范围；鉴定点只属于最末层", "the point {point} belongs to the range {range}, which has ranges below it; points belong to the lowest layer";

    // Items.
    /// An item of a point that is not there.
    UnknownPoint { point: String } Error, "鉴定点 {point} 不在细目表中", "the point {point} is not in the element table";
    /// Too few or too many options.
    OptionCount { count: usize, least: usize, most: usize } Error,
        "有 {count} 个选项，应为 {least} 至 {most} 个", "there are {count} options; there must be {least} to {most}";
    /// Options on a true/false item.
    NeedlessOptions {} Error, "判断题不应有选项", "a true/false item has no options";
    /// Two options say the same.
    SameOptions { first: char, second: char } Error, "选项 {first} 与 {second} 相同", "the options {first} and {second} are the same";
    /// A key of the wrong form.
    KeyForm { key: String, form: String } Error, "答案“{key}”形式不符：{form}", "the key '{key}' is not of the form {form}";
    /// A key beyond the options.
    KeyOutside { letter: char, count: usize } Error, "答案 {letter} 超出了 {count} 个选项", "the key {letter} lies beyond the {count} options";
    /// Not a decimal number.
    BadNumber { key: String, value: String } Error,
        "“{key}”的值“{value}”不是小数点前后各至多 12 位的数（写成文本，如 \"0.5\"）",
        "'{key}' has '{value}', which is no number with at most 12 digits before and 12 after the point (as text, \"0.5\")";
    /// No tolerance that can be held exactly.
    BadTolerance {} Error,
        "允许误差须为不小于 0 的数，tolerance 与 tolerance_percent 只能写一个", "the tolerance must be a number not below 0, as tolerance or as tolerance_percent but not both";
    /// Units that do not fit together.
    BadUnits {} Error,
        "unit 与 units 只能写一个；units 须有 2 至 8 个，第一个的 factor 为 \"1\"", "there must be unit or units, not both; units has 2 to 8 of them, the first with the factor \"1\"";
    /// A formula that cannot be shown.
    BadFormula { key: String, formula: String, reason: String } Error,
        "“{key}”中的公式 ${formula}$ 无法显示：{reason}", "the formula ${formula}$ in '{key}' cannot be shown: {reason}";
    /// Marks of blanks that are not those of the blanks.
    BlankMarks { marks: String, blanks: usize } Error,
        "题干中的空为 {{{{ {marks} }}}}，应依次为 1 至 {blanks} 各一次", "the stem marks the blanks {{{{ {marks} }}}}; it must mark each of 1 to {blanks} once and in order";
    /// A picture that is not in the folder.
    UnknownPicture { name: String } Error, "图片 {name} 不在 pictures 文件夹中，或不可用", "the picture {name} is not in the folder pictures, or cannot be used";
    /// A picture without words for those who do not see it.
    PictureUnsaid { name: String } Error,
        "图片 {name} 没有文字说明：写作 ![图的内容]({name})", "the picture {name} has no words for those who do not see it: write ![what it shows]({name})";
    /// A file of pictures that is not taken.
    PictureRefused { reason: String } Error,
        "图片不能采用：{reason}（限 PNG、JPEG，至多 2,000,000 字节，每边 16 至 2400 像素）",
        "the picture is not taken: {reason} (PNG or JPEG, at most 2,000,000 bytes, sides of 16 to 2400 pixels)";
    /// More pictures than a bank may have.
    TooManyPictures { most: usize } Error, "图片超过 {most} 幅", "there are more than {most} pictures";
    /// A picture that no item shows.
    PictureUnused { name: String } Warning, "没有试题使用图片 {name}", "no item shows the picture {name}";
    /// A region that leaves its picture.
    RegionOutside { number: u32, width: u32, height: u32 } Error,
        "第 {number} 个区域超出图片（{width} × {height}）", "region {number} lies beyond the picture ({width} × {height})";
    /// An enemy that is not there.
    UnknownEnemy { id: String } Error, "互斥试题 {id} 不存在", "the enemy {id} is not in the bank";
    /// An item that is its own enemy.
    OwnEnemy {} Error, "试题不能与自己互斥", "an item cannot be its own enemy";

    // Practical.
    /// The rows of a score sheet do not sum to 100.
    ElementSum { task: String, sum: String } Error, "任务 {task} 的配分合计 {sum}，应为 100", "the elements of task {task} sum to {sum} instead of 100";
    /// The groups do not sum to 100.
    GroupSum { sum: u64 } Error, "各组比重合计 {sum}，应为 100", "the groups sum to {sum} instead of 100";
    /// A group names a task that is not there.
    UnknownTask { task: String } Error, "任务 {task} 不存在", "the task {task} is not in the bank";
    /// The number drawn does not fit the way of choosing.
    DrawCount { draw: u8, tasks: usize, selection: String } Error,
        "选考方式 {selection} 与抽取数 {draw}、任务数 {tasks} 不符", "the selection {selection} does not go with {draw} drawn of {tasks} tasks";
    /// A fault costs more than its row.
    DeductionTooLarge { deduction: String, marks: String } Error,
        "扣分 {deduction} 超过该项配分 {marks}", "the deduction of {deduction} is more than the element's {marks} marks";
    /// The sheet lacks the element of safety.
    NoSafetyElement { task: String, name: String } Error, "任务 {task} 缺少“{name}”一项", "the task {task} lacks the element {name}";
    /// A veto names an element that is not there, or none, or one without need.
    VetoElement { veto: String } Error,
        "否定项 {veto}：范围为 element 时须指明本任务的一项，其他范围不得指明",
        "the veto {veto} must name an element of this task when its scope is element, and none otherwise";
    /// The file is not named after its task.
    TaskFileName { code: String } Error, "文件名应为 {code}.toml", "the file must be named {code}.toml";
    /// The hard stop comes before the grace ends.
    OvertimeOrder { grace: u32, stop: u32 } Error,
        "强制停止（{stop} 秒）早于宽限（{grace} 秒）", "the hard stop ({stop} s) comes before the grace ends ({grace} s)";

    // Looks wrong.
    /// A task of no group.
    TaskUnused { task: String } Warning, "任务 {task} 不属于任何一组", "the task {task} belongs to no group";
    /// Two stems that are nearly the same and are not enemies.
    NearIdentical { other: String, percent: u64 } Warning,
        "题干与 {other} 相似度 {percent}%，且未设为互斥", "the stem is {percent} % like that of {other}, and they are not enemies";
    /// A letter is the key too often or too rarely.
    KeySkew { letter: char, percent: u64 } Warning, "单选题答案为 {letter} 的占 {percent}%，应在 15% 至 35% 之间", "{letter} is the key of {percent} % of single-choice items; it should be 15 to 35 %";
    /// The key is the longest option too often.
    KeyLongest { percent: u64 } Warning, "{percent}% 的单选题以最长选项为答案，应不超过 35%", "the key is the longest option in {percent} % of single-choice items; it should be at most 35 %";
    /// True/false out of balance.
    TrueFalseBalance { percent: u64 } Warning, "判断题中正确的占 {percent}%，应在 40% 至 60% 之间", "{percent} % of true/false items are true; it should be 40 to 60 %";
    /// A point that nothing tests.
    PointWithoutItem { point: String } Warning, "鉴定点 {point} 没有试题", "the point {point} has no item";
    /// Importance out of the usual shares.
    ImportanceShare { importance: String, percent: u64, usual: String } Warning,
        "重要程度 {importance} 的鉴定点占 {percent}%，通常为 {usual}", "{percent} % of points are of importance {importance}; usual is {usual}";
}
