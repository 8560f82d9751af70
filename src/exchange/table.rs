//! Tables of questions: the columns that practitioners exchange, and what their headers and cells are called in practice.

use super::Written;
use super::loss::{LossKind, Refused, RefusedKind, short};
use super::model::{Body, Exchange, Found, Number, Place, Question, Words};
use super::number::{Decimal, plain};
use super::text::{self, narrow};
use crate::spreadsheet::{self, NamedSheet, Row, SpreadsheetError};

/// Reads a workbook: every visible sheet with a header.
pub(super) fn read(bytes: &[u8], file: &str) -> Result<Exchange, Refused> {
    let table = |error: SpreadsheetError| {
        let reason = short(&error.to_string(), 200);
        Refused::new(file, error.row().unwrap_or(0), RefusedKind::Table { reason })
    };
    let sheets = spreadsheet::read_book(bytes, file).map_err(table)?;
    // In a text table an open quote swallows all that follows; it is not to pass for one bad cell.
    if let ([text], false) = (sheets.as_slice(), super::package::is_archive(bytes))
        && let Some(((row, _), _)) = text.sheet.problems.iter().find(|(_, cell)| **cell == spreadsheet::Cell::TooLong)
    {
        let reason = format!("{} (\"?)", spreadsheet::Cell::TooLong);
        return Err(Refused::new(file, *row, RefusedKind::Table { reason }));
    }
    let mut exchange = Exchange::default();
    let mut headed = false;
    for sheet in &sheets {
        headed |= read_sheet(sheet, file, sheets.len() > 1, &mut exchange);
    }
    if !headed {
        return Err(Refused::new(file, 1, RefusedKind::NoHeader {}));
    }
    Ok(exchange)
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Column {
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
    Ignored,
}

/// The names of columns as they are met, in plain form.
const NAMES: &[(Column, &[&str])] = &[
    (Column::Id, &["试题guid", "guid", "试题编号", "题目编号", "试题id", "题号", "编号", "id"]),
    (Column::Ignored, &["序号", "行号", "no", "no."]),
    (Column::Type, &["题型", "试题类型", "题目类型", "试题题型", "题目题型", "类型", "type", "questiontype"]),
    (Column::Stem, &["题干", "题目", "试题", "试题内容", "题目内容", "试题题干", "题目题干", "问题", "题面", "stem", "question"]),
    (Column::Answer, &["答案", "正确答案", "标准答案", "参考答案", "试题答案", "正确选项", "答案选项", "answer", "key", "correctanswer"]),
    (Column::Options, &["选项", "备选项", "备选答案", "选项内容", "options"]),
    (Column::Layer(1), &["知识点一级", "一级知识点", "知识点1", "一级"]),
    (Column::Layer(2), &["知识点二级", "二级知识点", "知识点2", "二级"]),
    (Column::Layer(3), &["知识点三级", "三级知识点", "知识点3", "三级"]),
    (Column::Layer(4), &["知识点四级", "四级知识点", "知识点4", "四级"]),
    (Column::Layer(5), &["知识点五级", "五级知识点", "知识点5", "五级"]),
    (Column::Layer(6), &["知识点六级", "六级知识点", "知识点6", "六级"]),
    (Column::Layer(7), &["知识点", "鉴定点", "考点", "考核点", "认定点", "知识点名称", "point"]),
    (Column::Difficulty, &["难度", "难易度", "难易程度", "难度等级", "难度系数", "试题难度", "difficulty"]),
    (Column::Marks, &["分数", "分值", "配分", "得分", "marks", "score"]),
    (Column::Explanation, &["解析", "试题解析", "答案解析", "题目解析", "解释", "说明", "分析", "explanation"]),
    (Column::Source, &["出处", "来源", "依据", "试题来源", "source"]),
    (Column::Enemies, &["互斥题", "互斥试题", "enemies"]),
    (Column::Fixed, &["选项固定", "固定选项"]),
    (Column::Unit, &["单位", "unit"]),
    (Column::Case, &["区分大小写"]),
];

/// A header without blanks, brackets and what stands in them.
fn bare(header: &str) -> String {
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

fn column(header: &str) -> Option<Column> {
    let bare = bare(header);
    if let Some((column, _)) = NAMES.iter().find(|(_, names)| names.contains(&bare.as_str())) {
        return Some(*column);
    }
    let rest = ["选项", "备选项", "备选答案", "答案", "option"].iter().find_map(|word| bare.strip_prefix(word)).unwrap_or(&bare);
    match rest.as_bytes() {
        [letter @ b'a'..=b'z'] => Some(Column::Option(letter - b'a')),
        // A bare figure is no option, but 选项1 is.
        [digit @ b'1'..=b'9'] if rest.len() < bare.len() => Some(Column::Option(digit - b'1')),
        _ => None,
    }
}

/// Reads a sheet. False when it has no header: a sheet of notes.
fn read_sheet(sheet: &NamedSheet, file: &str, several: bool, exchange: &mut Exchange) -> bool {
    let shown = if several { format!("{file}#{}", short(&sheet.name, 31)) } else { file.to_owned() };
    let known = |cell: &str| column(cell).is_some();
    let header = sheet.sheet.header(known).filter(|index| {
        let cells = &sheet.sheet.rows[*index].cells;
        cells.iter().any(|cell| column(cell) == Some(Column::Stem))
    });
    let Some(header) = header else {
        if !sheet.sheet.rows.is_empty() {
            let place = Place { file: shown.clone(), line: 0 };
            exchange.lose(&place, &sheet.name, LossKind::Skipped { what: sheet.name.clone() });
        }
        return false;
    };
    let mut columns: Vec<(usize, Option<Column>, String)> = Vec::new();
    for (index, cell) in sheet.sheet.rows[header].cells.iter().enumerate() {
        let found = column(cell).filter(|found| !columns.iter().any(|(_, known, _)| *known == Some(*found)));
        columns.push((index, found, cell.clone()));
    }
    for row in sheet.sheet.rows.iter().skip(header + 1) {
        let place = Place { file: shown.clone(), line: row.number };
        let reader = Reader { sheet, columns: &columns, row };
        reader.read(place, exchange);
    }
    true
}

struct Reader<'r> {
    sheet: &'r NamedSheet,
    columns: &'r [(usize, Option<Column>, String)],
    row: &'r Row,
}

impl Reader<'_> {
    fn cell(&self, column: Column) -> &str {
        let found = self.columns.iter().find(|(_, known, _)| *known == Some(column));
        found.map_or("", |(index, _, _)| self.row.cell(*index))
    }

    fn read(&self, place: Place, exchange: &mut Exchange) {
        let id = self.cell(Column::Id).to_owned();
        let stem = self.cell(Column::Stem).replace("\r\n", "\n");
        let item = if id.is_empty() { stem.clone() } else { id.clone() };
        let bad = self.columns.iter().find_map(|(index, known, name)| {
            known.filter(|known| *known != Column::Ignored)?;
            self.sheet.sheet.problem(self.row.number, *index).map(|cell| (name, cell))
        });
        if let Some((column, cell)) = bad {
            exchange.lose(&place, &item, LossKind::BadCell { column: short(column, 30), reason: cell.to_string() });
            return;
        }
        if stem.is_empty() {
            let rest = self.row.cells.iter().find(|cell| !cell.is_empty()).map(|cell| short(cell, 60));
            // A line of remarks under the table has one cell; a question without its text has more.
            let kind = match rest {
                Some(what) if self.row.cells.iter().filter(|cell| !cell.is_empty()).count() == 1 => LossKind::Skipped { what },
                Some(_) => LossKind::NoStem {},
                None => return,
            };
            exchange.lose(&place, &item, kind);
            return;
        }
        if column(&stem) == Some(Column::Stem) {
            exchange.lose(&place, &item, LossKind::Skipped { what: short(&stem, 30) });
            return;
        }
        let mut losses = Vec::new();
        let mut question = Question::bare(stem, Body::TrueFalse { key: true });
        question.id = id;
        self.fields(&mut question, &mut losses);
        let body = self.body(&question.stem, &mut losses);
        exchange.settle(place, &item, losses, question, body);
    }

    fn fields(&self, question: &mut Question, losses: &mut Vec<LossKind>) {
        question.path = (1..=7).map(|layer| self.cell(Column::Layer(layer))).filter(|layer| !layer.is_empty()).map(str::to_owned).collect();
        question.explanation = self.cell(Column::Explanation).replace("\r\n", "\n");
        self.cell(Column::Source).clone_into(&mut question.source);
        let enemies = self.cell(Column::Enemies);
        question.enemies = enemies.split([',', '，', ';', '；', '、', ' ']).filter(|id| !id.is_empty()).map(str::to_owned).collect();
        question.fixed_options = matches!(narrow(self.cell(Column::Fixed)).as_str(), "是" | "1" | "Y" | "TRUE");
        let marks = self.cell(Column::Marks);
        if !marks.is_empty() {
            losses.push(LossKind::Marks { value: short(marks, 20) });
        }
        let difficulty = self.cell(Column::Difficulty);
        if !difficulty.is_empty() {
            match grade(difficulty) {
                Some((grade, exact)) => {
                    question.difficulty = Some(grade);
                    if !exact {
                        losses.push(LossKind::DifficultyRead { old: short(difficulty, 20), difficulty: grade });
                    }
                }
                None => losses.push(LossKind::Field { name: "难度".to_owned(), value: short(difficulty, 20) }),
            }
        }
        for (index, known, name) in self.columns {
            let cell = self.row.cell(*index);
            if known.is_none() && !cell.is_empty() {
                losses.push(LossKind::Field { name: short(name, 30), value: short(cell, 60) });
            }
        }
    }

    fn options(&self) -> Vec<String> {
        let mut options: Vec<String> = (0..26).map(|place| self.cell(Column::Option(place)).to_owned()).collect();
        while options.last().is_some_and(String::is_empty) {
            options.pop();
        }
        let together = self.cell(Column::Options);
        if options.is_empty() && !together.is_empty() {
            options = split_options(together);
        }
        unlettered(options)
    }

    fn body(&self, stem: &str, losses: &mut Vec<LossKind>) -> Result<Body, LossKind> {
        let answer = self.cell(Column::Answer);
        let options = self.options();
        let said = self.cell(Column::Type);
        let (kind, sure) = match kind(said) {
            Some(found) => found,
            None if said.is_empty() => (kind(&self.sheet.name).map(|found| found.0).or_else(|| guess(answer, &options)).ok_or(LossKind::TypeUnsupported { name: String::new() })?, false),
            None => return Err(LossKind::TypeUnsupported { name: short(said, 40) }),
        };
        if !sure {
            let old = if said.is_empty() { self.sheet.name.clone() } else { said.to_owned() };
            losses.push(LossKind::TypeRead { old: short(&old, 31), name: kind.name().to_owned() });
        }
        match kind {
            Kind::Single | Kind::Multiple => choice(kind == Kind::Multiple, &options, answer, losses),
            Kind::TrueFalse => true_false(&options, answer, losses),
            Kind::Ordering => ordering(options, answer, losses),
            Kind::Text => {
                let accept: Vec<String> = answer.split(['|', '｜']).map(|word| word.trim().to_owned()).filter(|word| !word.is_empty()).collect();
                let case = narrow(self.cell(Column::Case));
                // A file that speaks of capitals is ours, and means spellings; elsewhere a word stands for each gap.
                let gaps = if case.is_empty() { gaps(stem) } else { 1 };
                match accept.len() {
                    0 => Err(LossKind::NoKey {}),
                    _ if gaps > 1 => Err(LossKind::TypeUnsupported { name: format!("{said} × {gaps}") }),
                    _ => Ok(Body::Words(Words { accept, case_matters: case == "是" })),
                }
            }
            Kind::Numeric => numeric(answer, self.cell(Column::Unit)),
            Kind::Written => Ok(Body::Written { max_chars: None, guide: answer.to_owned() }),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Single,
    Multiple,
    TrueFalse,
    Text,
    Numeric,
    Ordering,
    Written,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Single => "单选题",
            Self::Multiple => "多选题",
            Self::TrueFalse => "判断题",
            Self::Text => "填空题",
            Self::Numeric => "计算题",
            Self::Ordering => "排序题",
            Self::Written => "论述题",
        }
    }
}

/// The type that a word names, and whether it is a word and not a figure.
fn kind(word: &str) -> Option<(Kind, bool)> {
    let bare = bare(word);
    let bare = bare.trim_end_matches('题');
    let kind = match bare {
        "单选" | "单项选择" | "单选选择" | "选择" | "单项" | "single" | "singlechoice" | "radio" | "s" => Kind::Single,
        "多选" | "多项选择" | "不定项选择" | "不定项" | "多项" | "multiple" | "multiplechoice" | "checkbox" | "m" => Kind::Multiple,
        "判断" | "是非" | "对错" | "判断正误" | "truefalse" | "true/false" | "judge" | "judgment" | "t" => Kind::TrueFalse,
        "填空" | "fill" | "text" => Kind::Text,
        "计算" | "数值" | "numeric" => Kind::Numeric,
        "排序" | "ordering" => Kind::Ordering,
        "简答" | "问答" | "论述" | "案例分析" | "综合" | "名词解释" | "essay" | "written" => Kind::Written,
        "1" => return Some((Kind::Single, false)),
        "2" => return Some((Kind::Multiple, false)),
        "3" => return Some((Kind::TrueFalse, false)),
        "4" => return Some((Kind::Text, false)),
        "5" => return Some((Kind::Written, false)),
        _ => return None,
    };
    Some((kind, true))
}

/// Without a type: the key tells.
fn guess(answer: &str, options: &[String]) -> Option<Kind> {
    let letters = letters(answer)?;
    match (options.len(), letters.len()) {
        (0, _) => None,
        (_, 1) => Some(Kind::Single),
        _ => Some(Kind::Multiple),
    }
    .or_else(|| truth(answer).map(|_| Kind::TrueFalse))
}

/// What a word says of a statement.
pub(super) fn truth(word: &str) -> Option<bool> {
    match narrow(word.trim()).to_uppercase().trim_end_matches(['.', '。']) {
        "√" | "✓" | "✔" | "☑" | "对" | "正确" | "是" | "T" | "TRUE" | "Y" | "YES" | "RIGHT" => Some(true),
        "×" | "✗" | "✘" | "╳" | "X" | "☒" | "错" | "错误" | "不对" | "不正确" | "否" | "F" | "FALSE" | "N" | "NO" | "WRONG" => Some(false),
        _ => None,
    }
}

/// The letters of a key, sorted, whatever stands between them.
fn letters(answer: &str) -> Option<Vec<usize>> {
    let mut places = Vec::new();
    for c in narrow(answer).to_uppercase().chars() {
        match c {
            'A'..='Z' => places.push(usize::try_from(u32::from(c) - u32::from('A')).ok()?),
            ',' | '、' | ';' | '/' | '|' | '.' | '。' | '+' | '&' | '，' | '；' => {}
            c if c.is_whitespace() => {}
            _ => return None,
        }
    }
    places.sort_unstable();
    places.dedup();
    (!places.is_empty()).then_some(places)
}

fn choice(several: bool, options: &[String], answer: &str, losses: &mut Vec<LossKind>) -> Result<Body, LossKind> {
    if answer.is_empty() {
        return Err(LossKind::NoKey {});
    }
    let bad = || LossKind::BadKey { key: short(answer, 40) };
    let figures = || {
        let parts: Option<Vec<usize>> = narrow(answer).split([',', '、', ';', ' ', '，', '；']).filter(|part| !part.is_empty()).map(|part| part.parse::<usize>().ok()?.checked_sub(1)).collect();
        parts.filter(|parts| !parts.is_empty())
    };
    let words = || options.iter().position(|option| !option.is_empty() && option == answer).map(|place| vec![place]);
    let mut keys = words().or_else(|| letters(answer)).or_else(figures).ok_or_else(bad)?;
    keys.sort_unstable();
    keys.dedup();
    let fits = keys.iter().all(|key| options.get(*key).is_some_and(|option| !option.is_empty()));
    if !fits || (!several && keys.len() != 1) {
        return Err(bad());
    }
    // An empty column between two options is no option; the keys behind it move up.
    let kept: Vec<usize> = (0..options.len()).filter(|place| !options[*place].is_empty()).collect();
    let keys: Vec<usize> = keys.iter().filter_map(|key| kept.iter().position(|place| place == key)).collect();
    let told = told(&keys);
    if told != answer {
        losses.push(LossKind::KeyRewritten { old: short(answer, 40), key: told });
    }
    Ok(Body::Choice { several, options: kept.into_iter().map(|place| options[place].clone()).collect(), keys })
}

fn told(keys: &[usize]) -> String {
    keys.iter().map(|key| crate::bank::letter(*key)).collect()
}

fn true_false(options: &[String], answer: &str, losses: &mut Vec<LossKind>) -> Result<Body, LossKind> {
    if answer.is_empty() {
        return Err(LossKind::NoKey {});
    }
    let letter = letters(answer).filter(|letters| letters.len() == 1).map(|letters| letters[0]);
    // A letter names an option where there are options, else A is right and B is wrong.
    let by_letter = letter.filter(|letter| *letter < 2).and_then(|letter| match options.get(letter) {
        Some(option) => truth(option),
        None => Some(letter == 0),
    });
    let by_figure = match narrow(answer).as_str() {
        "1" => Some(true),
        "0" => Some(false),
        _ => None,
    };
    let key = truth(answer).or(by_letter).or(by_figure).ok_or_else(|| LossKind::BadKey { key: short(answer, 20) })?;
    if !matches!(answer, "正确" | "错误" | "√" | "×" | "对" | "错") {
        let key = if key { "正确" } else { "错误" };
        losses.push(LossKind::KeyRewritten { old: short(answer, 20), key: key.to_owned() });
    }
    for option in options.iter().filter(|option| !option.is_empty() && truth(option).is_none()) {
        losses.push(LossKind::Field { name: "选项".to_owned(), value: short(option, 60) });
    }
    Ok(Body::TrueFalse { key })
}

fn ordering(options: Vec<String>, answer: &str, losses: &mut Vec<LossKind>) -> Result<Body, LossKind> {
    let bad = || LossKind::BadKey { key: short(answer, 40) };
    let order: Vec<usize> = narrow(answer).to_uppercase().chars().filter(char::is_ascii_uppercase).map(|c| usize::try_from(u32::from(c) - u32::from('A')).unwrap_or(usize::MAX)).collect();
    let mut sorted = order.clone();
    sorted.sort_unstable();
    if order.is_empty() || !sorted.into_iter().eq(0..options.len()) {
        return Err(bad());
    }
    if !order.is_sorted() {
        losses.push(LossKind::KeyRewritten { old: short(answer, 40), key: told(&(0..order.len()).collect::<Vec<_>>()) });
    }
    let steps = order.iter().map(|place| options[*place].clone()).collect();
    Ok(Body::Ordering { steps })
}

/// `12.5`, `12.5±0.1`, `12.4~12.6`.
fn numeric(answer: &str, unit: &str) -> Result<Body, LossKind> {
    let bad = || LossKind::BadKey { key: short(answer, 40) };
    let plainer = narrow(answer).replace('～', "~");
    let (value, tolerance) = match (plainer.split_once('±'), plainer.split_once('~')) {
        (Some((value, tolerance)), _) => (plain(value).ok_or_else(bad)?, plain(tolerance).ok_or_else(bad)?),
        (None, Some((low, high))) => {
            let ends = Decimal::parse(low).zip(Decimal::parse(high)).ok_or_else(bad)?;
            let (middle, half) = Decimal::middle(ends.0, ends.1).ok_or_else(bad)?;
            (middle.to_string(), half.to_string())
        }
        // A worked solution is no number, but people can mark it.
        (None, None) => match plain(&plainer) {
            Some(value) => (value, "0".to_owned()),
            None if answer.is_empty() => return Err(LossKind::NoKey {}),
            None => return Ok(Body::Written { max_chars: None, guide: answer.to_owned() }),
        },
    };
    Ok(Body::Number(Number { value, tolerance, unit: unit.to_owned() }))
}

/// How many gaps a text has: runs of underscores, or brackets with nothing in them.
fn gaps(stem: &str) -> usize {
    let runs = stem.split(|c| c != '_').filter(|run| run.len() > 1).count();
    let plain: String = narrow(stem).chars().filter(|c| !c.is_whitespace()).collect();
    runs.max(plain.matches("()").count())
}

/// `A.甲 B.乙`, one a line, or with bars between.
fn split_options(together: &str) -> Vec<String> {
    for separator in ["\n", "|", "｜", "；", ";"] {
        let parts: Vec<String> = together.split(separator).map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect();
        if parts.len() > 1 {
            return parts;
        }
    }
    vec![together.to_owned()]
}

/// `A.甲`, `B、乙` … without their letters, if every option has its own.
fn unlettered(options: Vec<String>) -> Vec<String> {
    let bare = |(place, option): (usize, &String)| {
        let mut letters = option.chars();
        let first = letters.next().map(|c| narrow(&c.to_string()))?;
        let own = first == crate::bank::letter(place).to_string();
        let rest = letters.as_str().strip_prefix(['.', '、', '．', ')', '）', ':', '：'])?.trim();
        (own && !rest.is_empty()).then(|| rest.to_owned())
    };
    let all: Option<Vec<String>> = options.iter().enumerate().map(bare).collect();
    all.filter(|all| all.len() > 1).unwrap_or(options)
}

/// The grade of a difficulty, and whether it was one of the five.
fn grade(word: &str) -> Option<(u8, bool)> {
    let word = narrow(word);
    if let Ok(grade) = word.parse::<u8>() {
        return (1..=5).contains(&grade).then_some((grade, true));
    }
    let grade = match word.trim_end_matches('级') {
        "很易" | "极易" | "很容易" | "很简单" | "非常容易" => 1,
        "易" | "较易" | "容易" | "简单" | "较容易" | "低" => 2,
        "中" | "中等" | "一般" | "适中" | "普通" => 3,
        "难" | "较难" | "困难" | "较困难" | "偏难" | "高" => 4,
        "很难" | "极难" | "非常困难" | "非常难" => 5,
        number => {
            // A coefficient is the share of people who answer rightly: the higher, the easier.
            let number = number.parse::<crate::kernel::Marks>().ok()?;
            match number.hundredths() {
                85..=100 => 1,
                70..=84 => 2,
                50..=69 => 3,
                30..=49 => 4,
                1..=29 => 5,
                _ => return None,
            }
        }
    };
    Some((grade, false))
}

/// The columns that are written.
const HEADERS: &[&str] = &["试题GUID", "题型", "题干", "答案", "知识点一级", "知识点二级", "知识点三级", "知识点四级", "知识点五级", "知识点六级", "难度", "一致性", "分数", "解析", "出处", "互斥题", "选项固定", "单位", "区分大小写"];
const FIRST_OPTION: usize = 4;

/// Writes a table: a workbook, or for `comma` a text table.
pub(super) fn write(exchange: &Exchange, comma: bool) -> Result<Written, Refused> {
    let mut written = Written::new(if comma { "csv" } else { "xlsx" });
    let mut rows: Vec<(Vec<String>, Vec<String>)> = Vec::new();
    for found in &exchange.questions {
        match row(found, &mut written) {
            Ok(row) => rows.push(row),
            Err(loss) => written.lose(found, loss),
        }
    }
    let options = rows.iter().map(|row| row.1.len()).max().unwrap_or(0).max(5);
    let letters: Vec<String> = (0..options).map(|place| format!("选项{}", crate::bank::letter(place))).collect();
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
    let bytes = if comma { spreadsheet::write_text_table(&headers, &rows) } else { spreadsheet::write("试题", &headers, &rows) };
    written.bytes = bytes.map_err(|error| Refused::new("", 0, RefusedKind::Table { reason: error.to_string() }))?;
    Ok(written)
}

/// The cells of a question, and its options.
fn row(found: &Found, written: &mut Written) -> Result<(Vec<String>, Vec<String>), LossKind> {
    let question = &found.question;
    let format = "xlsx/CSV".to_owned();
    if let Some(name) = question.texts().into_iter().flat_map(text::pictures).next() {
        return Err(LossKind::PictureUnsaid { name: name.to_owned() });
    }
    let (mut unit, mut case) = (String::new(), "");
    let (kind, answer, options) = match &question.body {
        Body::Choice { several, options, keys } => (if *several { Kind::Multiple } else { Kind::Single }, told(keys), options.clone()),
        Body::TrueFalse { key } => (Kind::TrueFalse, if *key { "正确" } else { "错误" }.to_owned(), Vec::new()),
        Body::Ordering { steps } => (Kind::Ordering, told(&(0..steps.len()).collect::<Vec<_>>()), steps.clone()),
        Body::Number(number) => {
            unit.clone_from(&number.unit);
            (Kind::Numeric, format!("{}±{}", number.value, number.tolerance), Vec::new())
        }
        Body::Words(words) if !words.accept.iter().any(|word| word.contains(['|', '｜'])) => {
            case = if words.case_matters { "是" } else { "否" };
            (Kind::Text, words.accept.join("|"), Vec::new())
        }
        Body::Written { max_chars, guide } => {
            if max_chars.is_some() {
                written.lose(found, LossKind::Unsaid { what: "max_chars".to_owned(), format: format.clone() });
            }
            (Kind::Written, guide.clone(), Vec::new())
        }
        Body::Words(_) | Body::Cloze { .. } | Body::Matching { .. } | Body::Hotspot(_) => {
            return Err(LossKind::TypeUnsaid { name: question.body.word().to_owned(), format });
        }
    };
    let layer = |place: usize| question.path.get(place).cloned().unwrap_or_default();
    let mut cells = vec![question.id.clone(), kind.name().to_owned(), question.stem.clone(), answer];
    cells.extend((0..6).map(layer));
    cells.push(question.difficulty.map(|grade| grade.to_string()).unwrap_or_default());
    cells.extend([String::new(), String::new(), question.explanation.clone(), question.source.clone(), question.enemies.join(",")]);
    cells.extend([if question.fixed_options { "是" } else { "" }.to_owned(), unit, case.to_owned()]);
    let most = spreadsheet::MAX_CELL_CHARS;
    if cells.iter().chain(&options).any(|cell| cell.chars().nth(most).is_some()) {
        return Err(LossKind::TooLong { what: question.id.clone(), most });
    }
    Ok((cells, options))
}

