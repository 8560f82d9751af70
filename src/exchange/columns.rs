//! The columns of tables of questions, and what their headers are called in practice.

use super::text::narrow;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Column {
    Id,
    Type,
    Stem,
    Answer,
    Options,
    Option(u8),
    Layer(u8),
    Difficulty,
    Marks,
    Explanation,
    Source,
    Enemies,
    Fixed,
    Unit,
    Case,
    Blanks,
    MaxChars,
    Ignored,
}

/// The names of columns as they are met, in plain form.
const NAMES: &[(Column, &[&str])] = &[
    (
        Column::Id,
        &[
            "试题guid",
            "guid",
            "试题编号",
            "题目编号",
            "试题id",
            "题号",
            "编号",
            "id",
        ],
    ),
    (Column::Ignored, &["序号", "行号", "no", "no."]),
    (
        Column::Type,
        &[
            "题型",
            "试题类型",
            "题目类型",
            "试题题型",
            "题目题型",
            "类型",
            "type",
            "questiontype",
        ],
    ),
    (
        Column::Stem,
        &[
            "题干",
            "题目",
            "试题",
            "试题内容",
            "题目内容",
            "试题题干",
            "题目题干",
            "问题",
            "题面",
            "stem",
            "question",
        ],
    ),
    (
        Column::Answer,
        &[
            "答案",
            "正确答案",
            "标准答案",
            "参考答案",
            "试题答案",
            "正确选项",
            "答案选项",
            "answer",
            "key",
            "correctanswer",
        ],
    ),
    (Column::Options, &["选项", "备选项", "备选答案", "选项内容", "options"]),
    (Column::Layer(1), &["知识点一级", "一级知识点", "知识点1", "一级"]),
    (Column::Layer(2), &["知识点二级", "二级知识点", "知识点2", "二级"]),
    (Column::Layer(3), &["知识点三级", "三级知识点", "知识点3", "三级"]),
    (Column::Layer(4), &["知识点四级", "四级知识点", "知识点4", "四级"]),
    (Column::Layer(5), &["知识点五级", "五级知识点", "知识点5", "五级"]),
    (Column::Layer(6), &["知识点六级", "六级知识点", "知识点6", "六级"]),
    (
        Column::Layer(7),
        &["知识点", "鉴定点", "考点", "考核点", "认定点", "知识点名称", "point"],
    ),
    (
        Column::Difficulty,
        &[
            "难度",
            "难易度",
            "难易程度",
            "难度等级",
            "难度系数",
            "试题难度",
            "difficulty",
        ],
    ),
    (Column::Marks, &["分数", "分值", "配分", "得分", "marks", "score"]),
    (
        Column::Explanation,
        &[
            "解析",
            "试题解析",
            "答案解析",
            "题目解析",
            "解释",
            "说明",
            "分析",
            "explanation",
        ],
    ),
    (Column::Source, &["出处", "来源", "依据", "试题来源", "source"]),
    (Column::Enemies, &["互斥题", "互斥试题", "enemies"]),
    (Column::Fixed, &["选项固定", "固定选项"]),
    (Column::Unit, &["单位", "unit"]),
    (Column::Case, &["区分大小写"]),
    (Column::Blanks, &["区分空格"]),
    (Column::MaxChars, &["字数上限"]),
];

/// A header without blanks, brackets and what stands in them.
pub(super) fn bare(header: &str) -> String {
    let narrow = narrow(header).to_lowercase();
    let narrow = narrow.replace(['【', '〔', '['], "(").replace(['】', '〕', ']'], ")");
    let mut bare = String::new();
    let mut depth = 0_u32;
    for c in narrow.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            c if depth == 0 && !c.is_whitespace() && !matches!(c, '*' | ':' | '_' | '\u{200B}') => bare.push(c),
            _ => {}
        }
    }
    bare
}

pub(super) fn column(header: &str) -> Option<Column> {
    let bare = bare(header);
    if let Some((column, _)) = NAMES.iter().find(|(_, names)| names.contains(&bare.as_str())) {
        return Some(*column);
    }
    let rest = ["选项", "备选项", "备选答案", "答案", "option"]
        .iter()
        .find_map(|word| bare.strip_prefix(word))
        .unwrap_or(&bare);
    match rest.as_bytes() {
        [letter @ b'a'..=b'z'] => Some(Column::Option(letter - b'a')),
        // A bare figure is no option, but 选项1 is.
        [digit @ b'1'..=b'9'] if rest.len() < bare.len() => Some(Column::Option(digit - b'1')),
        _ => None,
    }
}
