//! Tables of questions, written.

use super::Written;
use super::loss::{LossKind, Refused, RefusedKind};
use super::model::{Body, Exchange, Found, Unit};
use super::table_key::{Kind, told, units_told};
use super::text;
use crate::spreadsheet;

/// The columns that are written.
const HEADERS: &[&str] = &[
    "试题GUID",
    "题型",
    "题干",
    "答案",
    "知识点一级",
    "知识点二级",
    "知识点三级",
    "知识点四级",
    "知识点五级",
    "知识点六级",
    "难度",
    "一致性",
    "分数",
    "解析",
    "出处",
    "互斥题",
    "选项固定",
    "单位",
    "区分大小写",
    "区分空格",
    "字数上限",
];
const FIRST_OPTION: usize = 4;

/// Writes a table: a workbook, or for `comma` a text table.
pub(super) fn write(exchange: &Exchange, comma: bool) -> Result<Written, Refused> {
    let mut written = Written::new(if comma { "csv" } else { "xlsx" });
    let mut rows: Vec<(Vec<String>, Vec<String>)> = Vec::new();
    for found in &exchange.questions {
        match row(found) {
            Ok(row) => rows.push(row),
            Err(loss) => written.lose(found, loss),
        }
    }
    let options = rows.iter().map(|row| row.1.len()).max().unwrap_or(0).max(5);
    let letters: Vec<String> = (0..options)
        .map(|place| format!("选项{}", crate::bank::letter(place)))
        .collect();
    let mut headers: Vec<&str> = HEADERS.to_vec();
    headers.splice(FIRST_OPTION..FIRST_OPTION, letters.iter().map(String::as_str));
    let rows: Vec<Vec<String>> = rows
        .into_iter()
        .map(|(mut cells, mut own)| {
            own.resize(options, String::new());
            cells.splice(FIRST_OPTION..FIRST_OPTION, own);
            cells
        })
        .collect();
    let bytes = if comma {
        spreadsheet::write_text_table(&headers, &rows)
    } else {
        spreadsheet::write("试题", &headers, &rows)
    };
    written.bytes = bytes.map_err(|error| {
        Refused::new(
            "",
            0,
            RefusedKind::Table {
                reason: error.to_string(),
            },
        )
    })?;
    Ok(written)
}

/// What a body comes to in cells.
struct Cells {
    kind: Kind,
    answer: String,
    options: Vec<String>,
    unit: String,
    case: &'static str,
    blanks: &'static str,
    most: String,
}

impl Cells {
    fn of(body: &Body) -> Option<Self> {
        let cells = |kind, answer: String, options: &[String]| Self {
            kind,
            answer,
            options: options.to_vec(),
            unit: String::new(),
            case: "",
            blanks: "",
            most: String::new(),
        };
        Some(match body {
            Body::Choice { several, options, keys } => cells(
                if *several { Kind::Multiple } else { Kind::Single },
                told(keys),
                options,
            ),
            Body::TrueFalse { key } => cells(Kind::TrueFalse, if *key { "正确" } else { "错误" }.to_owned(), &[]),
            Body::Ordering { steps } => cells(Kind::Ordering, told(&(0..steps.len()).collect::<Vec<_>>()), steps),
            Body::Number(number) if can_say(&number.units) => Self {
                unit: units_told(&number.units),
                ..cells(Kind::Numeric, format!("{}±{}", number.value, number.tolerance), &[])
            },
            Body::Words(words) if !words.accept.iter().any(|word| word.contains(['|', '｜'])) => Self {
                case: if words.case_matters { "是" } else { "否" },
                blanks: if words.blanks_matter { "是" } else { "" },
                ..cells(Kind::Text, words.accept.join("|"), &[])
            },
            Body::Written { guide, max_chars } => Self {
                most: max_chars.map(|most| most.to_string()).unwrap_or_default(),
                ..cells(Kind::Written, guide.clone(), &[])
            },
            Body::Number(_) | Body::Words(_) | Body::Cloze { .. } | Body::Matching { .. } | Body::Hotspot(_) => {
                return None;
            }
        })
    }
}

/// Names with the marks that a cell sets between units cannot be told from them.
fn can_say(units: &[Unit]) -> bool {
    let plain = |unit: &Unit| !unit.name.contains(['=', ';', '；']);
    let first = |unit: &Unit| unit.factor.as_deref() == Some("1");
    units.iter().all(plain) && units.first().is_none_or(first)
}

/// The cells of a question, and its options.
fn row(found: &Found) -> Result<(Vec<String>, Vec<String>), LossKind> {
    let question = &found.question;
    let format = "xlsx/CSV".to_owned();
    if let Some(name) = question.texts().into_iter().flat_map(text::pictures).next() {
        return Err(LossKind::PictureUnsaid { name: name.to_owned() });
    }
    let Some(body) = Cells::of(&question.body) else {
        let name = question.body.word().to_owned();
        return Err(LossKind::TypeUnsaid { name, format });
    };
    let layer = |place: usize| question.path.get(place).cloned().unwrap_or_default();
    let kind = body.kind.name().to_owned();
    let mut cells = vec![question.id.clone(), kind, question.stem.clone(), body.answer];
    cells.extend((0..6).map(layer));
    cells.push(question.difficulty.map(|grade| grade.to_string()).unwrap_or_default());
    // Agreement and marks: columns that others have, and a bank has not.
    cells.extend([String::new(), String::new()]);
    cells.extend([
        question.explanation.clone(),
        question.source.clone(),
        question.enemies.join(","),
    ]);
    let fixed = if question.fixed_options { "是" } else { "" };
    cells.extend([fixed.to_owned(), body.unit, body.case.to_owned()]);
    cells.extend([body.blanks.to_owned(), body.most]);
    let most = spreadsheet::MAX_CELL_CHARS;
    let long = |cell: &String| cell.chars().nth(most).is_some();
    if cells.iter().chain(&body.options).any(long) {
        return Err(LossKind::TooLong {
            what: question.id.clone(),
            most,
        });
    }
    Ok((cells, body.options))
}
