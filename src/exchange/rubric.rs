//! A rubric as the words that markers go by: a line for each criterion, `what is looked at | weight | level ; level`.
//!
//! Formats have one field of text for such words. Bars, semicolons, backslashes and line ends within are written with a
//! backslash, so that a rubric comes back exactly; words that are no rubric stay what they are.

use super::text;
use crate::bank::Criterion;

/// Writes a rubric. Its texts are plain in a bank; the words are a text of ours, in which a dollar sign is written `\$`.
pub(super) fn told(criteria: &[Criterion]) -> String {
    let line = |line: &Criterion| {
        let levels: Vec<String> = line.levels.iter().map(|level| guarded(level)).collect();
        format!("{} | {} | {}", guarded(&line.text), line.weight, levels.join(" ; "))
    };
    text::foreign(&criteria.iter().map(line).collect::<Vec<_>>().join("\n"))
}

/// Reads a rubric; none when the words are no rubric.
pub(super) fn read(guide: &str) -> Option<Vec<Criterion>> {
    let guide = text::flat(guide).ok()?;
    let line = |line: &str| {
        let parts = split(line, '|');
        let [text, weight, levels] = parts.as_slice() else {
            return None;
        };
        Some(Criterion {
            text: plain(text),
            weight: weight.trim().parse().ok()?,
            levels: split(levels, ';').iter().map(|level| plain(level)).collect(),
        })
    };
    let lines = guide.lines().filter(|line| !line.trim().is_empty());
    let criteria: Option<Vec<Criterion>> = lines.map(line).collect();
    criteria.filter(|criteria| !criteria.is_empty())
}

/// Words that are no rubric, as a rubric of one line: marked as right or not.
pub(super) fn plain_guide(guide: &str) -> Vec<Criterion> {
    let levels = ["不得分", "得分"].map(str::to_owned).to_vec();
    let text = text::flat(guide).unwrap_or_else(|_| guide.to_owned()).trim().to_owned();
    vec![Criterion {
        text,
        weight: 1,
        levels,
    }]
}

fn guarded(text: &str) -> String {
    let mut guarded = String::new();
    for c in text.chars() {
        match c {
            '\n' => guarded.push_str("\\n"),
            '|' | ';' | '\\' => guarded.extend(['\\', c]),
            c => guarded.push(c),
        }
    }
    guarded
}

/// The parts between marks that have no backslash before them.
fn split(text: &str, mark: char) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut escaped = false;
    for c in text.chars() {
        if c == mark && !escaped {
            parts.push(String::new());
        } else {
            parts.last_mut().into_iter().for_each(|part| part.push(c));
        }
        escaped = c == '\\' && !escaped;
    }
    parts
}

fn plain(part: &str) -> String {
    let mut plain = String::new();
    let mut rest = part.trim().chars();
    while let Some(c) = rest.next() {
        match (c, c == '\\') {
            (_, true) => match rest.next() {
                Some('n') => plain.push('\n'),
                next => plain.extend(next),
            },
            (c, false) => plain.push(c),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn plain_words_are_no_rubric() {
        for words in ["", "看步骤是否完整", "a | b", "a | b | c ; d", "甲 | 2 | 差 ; 好\n随便"] {
            assert_eq!(read(words), None, "{words}");
        }
        let read = read("步骤 | 3 | 没有 ; 不全 ; 完整\n\n用语 | 1 | 不当 ; 得当").unwrap();
        assert_eq!((read.len(), read[0].weight, read[0].levels[2].as_str()), (2, 3, "完整"));
    }

    proptest! {
        #[test]
        fn a_rubric_comes_back_as_it_went(texts in proptest::collection::vec(r"[甲a|;\\n\n]{0,6}", 4)) {
            let whole = |text: &String| format!("甲{text}乙");
            let texts: Vec<String> = texts.iter().map(whole).collect();
            let line = |weight| Criterion { text: texts[0].clone(), weight, levels: texts[1..].to_vec() };
            let criteria = vec![line(1), line(9)];
            prop_assert_eq!(read(&told(&criteria)), Some(criteria));
        }
    }
}
