//! What the cells of a table say: types, keys, options and grades in the words of practice.

use super::columns::bare;
use super::loss::{LossKind, short};
use super::model::{Body, Number, Unit};
use super::number::{Decimal, plain};
use super::text::narrow;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Single,
    Multiple,
    TrueFalse,
    Text,
    Numeric,
    Ordering,
    Written,
}

impl Kind {
    pub(super) const fn name(self) -> &'static str {
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
pub(super) fn kind(word: &str) -> Option<(Kind, bool)> {
    let bare = bare(word);
    let bare = bare.trim_end_matches('题');
    let kind = match bare {
        "单选" | "单项选择" | "单选选择" | "选择" | "单项" | "single" | "singlechoice" | "radio" | "s" => {
            Kind::Single
        }
        "多选" | "多项选择" | "不定项选择" | "不定项" | "多项" | "multiple" | "multiplechoice" | "checkbox" | "m" => {
            Kind::Multiple
        }
        "判断" | "是非" | "对错" | "判断正误" | "truefalse" | "true/false" | "judge" | "judgment" | "t" => {
            Kind::TrueFalse
        }
        "填空" | "fill" | "text" => Kind::Text,
        "计算" | "数值" | "numeric" => Kind::Numeric,
        "排序" | "ordering" => Kind::Ordering,
        "简答" | "问答" | "论述" | "案例分析" | "综合" | "名词解释" | "essay" | "written" => {
            Kind::Written
        }
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
pub(super) fn guess(answer: &str, options: &[String]) -> Option<Kind> {
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
        "×" | "✗" | "✘" | "╳" | "X" | "☒" | "错" | "错误" | "不对" | "不正确" | "否" | "F" | "FALSE" | "N" | "NO"
        | "WRONG" => Some(false),
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

pub(super) fn choice(
    several: bool,
    options: &[String],
    answer: &str,
    losses: &mut Vec<LossKind>,
) -> Result<Body, LossKind> {
    if answer.is_empty() {
        return Err(LossKind::NoKey {});
    }
    let bad = || LossKind::BadKey { key: short(answer, 40) };
    let figures = || {
        let parts: Option<Vec<usize>> = narrow(answer)
            .split([',', '、', ';', ' ', '，', '；'])
            .filter(|part| !part.is_empty())
            .map(|part| part.parse::<usize>().ok()?.checked_sub(1))
            .collect();
        parts.filter(|parts| !parts.is_empty())
    };
    let words = || {
        options
            .iter()
            .position(|option| !option.is_empty() && option == answer)
            .map(|place| vec![place])
    };
    let mut keys = words().or_else(|| letters(answer)).or_else(figures).ok_or_else(bad)?;
    keys.sort_unstable();
    keys.dedup();
    let fits = keys
        .iter()
        .all(|key| options.get(*key).is_some_and(|option| !option.is_empty()));
    if !fits || (!several && keys.len() != 1) {
        return Err(bad());
    }
    // An empty column between two options is no option; the keys behind it move up.
    let kept: Vec<usize> = (0..options.len()).filter(|place| !options[*place].is_empty()).collect();
    let keys: Vec<usize> = keys
        .iter()
        .filter_map(|key| kept.iter().position(|place| place == key))
        .collect();
    let told = told(&keys);
    if told != answer {
        losses.push(LossKind::KeyRewritten {
            old: short(answer, 40),
            key: told,
        });
    }
    Ok(Body::Choice {
        several,
        options: kept.into_iter().map(|place| options[place].clone()).collect(),
        keys,
    })
}

pub(super) fn told(keys: &[usize]) -> String {
    keys.iter().map(|key| crate::bank::letter(*key)).collect()
}

pub(super) fn true_false(options: &[String], answer: &str, losses: &mut Vec<LossKind>) -> Result<Body, LossKind> {
    if answer.is_empty() {
        return Err(LossKind::NoKey {});
    }
    let letter = letters(answer)
        .filter(|letters| letters.len() == 1)
        .map(|letters| letters[0]);
    // A letter names an option where there are options, else A is right and B is wrong.
    let by_letter = letter
        .filter(|letter| *letter < 2)
        .and_then(|letter| match options.get(letter) {
            Some(option) => truth(option),
            None => Some(letter == 0),
        });
    let by_figure = match narrow(answer).as_str() {
        "1" => Some(true),
        "0" => Some(false),
        _ => None,
    };
    let key = truth(answer)
        .or(by_letter)
        .or(by_figure)
        .ok_or_else(|| LossKind::BadKey { key: short(answer, 20) })?;
    if !matches!(answer, "正确" | "错误" | "√" | "×" | "对" | "错") {
        let key = if key { "正确" } else { "错误" };
        losses.push(LossKind::KeyRewritten {
            old: short(answer, 20),
            key: key.to_owned(),
        });
    }
    for option in options
        .iter()
        .filter(|option| !option.is_empty() && truth(option).is_none())
    {
        losses.push(LossKind::Field {
            name: "选项".to_owned(),
            value: short(option, 60),
        });
    }
    Ok(Body::TrueFalse { key })
}

pub(super) fn ordering(options: &[String], answer: &str, losses: &mut Vec<LossKind>) -> Result<Body, LossKind> {
    let bad = || LossKind::BadKey { key: short(answer, 40) };
    let order: Vec<usize> = narrow(answer)
        .to_uppercase()
        .chars()
        .filter(char::is_ascii_uppercase)
        .map(|c| usize::try_from(u32::from(c) - u32::from('A')).unwrap_or(usize::MAX))
        .collect();
    let mut sorted = order.clone();
    sorted.sort_unstable();
    if order.is_empty() || !sorted.into_iter().eq(0..options.len()) {
        return Err(bad());
    }
    if !order.is_sorted() {
        losses.push(LossKind::KeyRewritten {
            old: short(answer, 40),
            key: told(&(0..order.len()).collect::<Vec<_>>()),
        });
    }
    let steps = order.iter().map(|place| options[*place].clone()).collect();
    Ok(Body::Ordering { steps })
}

/// Units as a cell has them: `V`, or the first and others by what one of them is of it, `V；mV=0.001；A=×`.
pub(super) fn units(cell: &str) -> Vec<Unit> {
    let several = cell.contains('=');
    if !several {
        return Unit::only(cell);
    }
    let unit = |part: &str| match part.split_once('=') {
        Some((name, factor)) => Unit {
            name: name.trim().to_owned(),
            factor: plain(factor),
        },
        None => Unit {
            name: part.trim().to_owned(),
            factor: Some("1".to_owned()),
        },
    };
    let parts = cell.split(['；', ';']).filter(|part| !part.trim().is_empty());
    parts.map(unit).collect()
}

/// The cell of units.
pub(super) fn units_told(units: &[Unit]) -> String {
    let told = units.iter().enumerate().map(|(place, unit)| match &unit.factor {
        Some(_) if place == 0 => unit.name.clone(),
        Some(factor) => format!("{}={factor}", unit.name),
        None => format!("{}=×", unit.name),
    });
    told.collect::<Vec<_>>().join("；")
}

/// `12.5`, `12.5±0.1`, `12.4~12.6`.
pub(super) fn numeric(answer: &str, unit: &str) -> Result<Body, LossKind> {
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
            None => {
                return Ok(Body::Written {
                    max_chars: None,
                    guide: answer.to_owned(),
                });
            }
        },
    };
    Ok(Body::Number(Number {
        value,
        tolerance,
        units: units(unit),
    }))
}

/// How many gaps a text has: runs of underscores, or brackets with nothing in them.
pub(super) fn gaps(stem: &str) -> usize {
    let runs = stem.split(|c| c != '_').filter(|run| run.len() > 1).count();
    let plain: String = narrow(stem).chars().filter(|c| !c.is_whitespace()).collect();
    runs.max(plain.matches("()").count())
}

/// `A.甲 B.乙`, one a line, or with bars between.
pub(super) fn split_options(together: &str) -> Vec<String> {
    for separator in ["\n", "|", "｜", "；", ";"] {
        let parts: Vec<String> = together
            .split(separator)
            .map(|part| part.trim().to_owned())
            .filter(|part| !part.is_empty())
            .collect();
        if parts.len() > 1 {
            return parts;
        }
    }
    vec![together.to_owned()]
}

/// `A.甲`, `B、乙` … without their letters, if every option has its own.
pub(super) fn unlettered(options: Vec<String>) -> Vec<String> {
    let bare = |(place, option): (usize, &String)| {
        let mut letters = option.chars();
        let first = letters.next().map(|c| narrow(&c.to_string()))?;
        let own = first == crate::bank::letter(place).to_string();
        let rest = letters
            .as_str()
            .strip_prefix(['.', '、', '．', ')', '）', ':', '：'])?
            .trim();
        (own && !rest.is_empty()).then(|| rest.to_owned())
    };
    let all: Option<Vec<String>> = options.iter().enumerate().map(bare).collect();
    all.filter(|all| all.len() > 1).unwrap_or(options)
}

/// The grade of a difficulty, and whether it was one of the five.
pub(super) fn grade(word: &str) -> Option<(u8, bool)> {
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
