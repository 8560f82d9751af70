//! Aiken: a question, lettered options, `ANSWER: B`.

use super::loss::{LossKind, Refused, RefusedKind, short};
use super::model::{Body, Exchange, Place, Question};
use super::text;

/// Reads Aiken.
pub(super) fn read(raw: &str, file: &str) -> Result<Exchange, Refused> {
    let mut exchange = Exchange::default();
    let mut open: Option<Open> = None;
    for (line, number) in raw.lines().zip(1..) {
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        if let Some(key) = answer(line) {
            exchange.has_room()?;
            match open.take() {
                Some(question) if !question.options.is_empty() => question.close(key, file, &mut exchange),
                _ => return Err(syntax(file, number, "ANSWER without options")),
            }
            continue;
        }
        let question = open.get_or_insert_with(|| Open {
            line: number,
            stem: Vec::new(),
            options: Vec::new(),
        });
        match option(line) {
            Some((letter, text))
                if usize::from(letter - b'A') == question.options.len() && !question.stem.is_empty() =>
            {
                question.options.push(text.to_owned());
            }
            _ if question.options.is_empty() => question.stem.push(line.to_owned()),
            _ => return Err(syntax(file, number, "neither the next option nor ANSWER")),
        }
    }
    match open {
        Some(question) => Err(syntax(file, question.line, "a question without ANSWER")),
        None => Ok(exchange),
    }
}

fn syntax(file: &str, line: u32, reason: &str) -> Refused {
    Refused::new(
        file,
        line,
        RefusedKind::Syntax {
            reason: reason.to_owned(),
        },
    )
}

fn answer(line: &str) -> Option<&str> {
    let (head, key) = line.split_at_checked(6)?;
    let key = key.trim_start().strip_prefix([':', '：'])?;
    head.eq_ignore_ascii_case("ANSWER").then(|| key.trim())
}

/// `A. text` or `A) text`.
fn option(line: &str) -> Option<(u8, &str)> {
    let letter = line.bytes().next().filter(u8::is_ascii_uppercase)?;
    let text = line[1..].strip_prefix(['.', ')'])?;
    (text.is_empty() || text.starts_with(char::is_whitespace)).then(|| (letter, text.trim()))
}

struct Open {
    line: u32,
    stem: Vec<String>,
    options: Vec<String>,
}

impl Open {
    fn close(self, key: &str, file: &str, exchange: &mut Exchange) {
        let place = Place {
            file: file.to_owned(),
            line: self.line,
        };
        let stem = text::foreign(&self.stem.join("\n"));
        let place_of = |letter: u8| usize::from(letter.to_ascii_uppercase().wrapping_sub(b'A'));
        let right = match key.as_bytes() {
            [letter] => Some(place_of(*letter)).filter(|place| *place < self.options.len()),
            _ => None,
        };
        match right {
            Some(right) => {
                let options = self.options.iter().map(|option| text::foreign(option)).collect();
                let body = Body::Choice {
                    several: false,
                    options,
                    keys: vec![right],
                };
                exchange.take(place, Question::bare(stem, body));
            }
            None => exchange.lose(&place, &stem, LossKind::BadKey { key: short(key, 20) }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_read_and_a_broken_one_refuses_the_file_with_its_line() {
        let text = "下列哪项正确？\nA. 甲\nB. 乙 $5\nC) 丙\nANSWER: b\n\nTwo\nlines\nA) x\nB) y\nANSWER:A\n";
        let exchange = read(text, "a.txt").unwrap();
        let first = &exchange.questions[0].question;
        assert_eq!(
            first.body,
            Body::Choice {
                several: false,
                options: vec!["甲".to_owned(), "乙 \\$5".to_owned(), "丙".to_owned()],
                keys: vec![1]
            }
        );
        assert_eq!(exchange.questions[1].question.stem, "Two\nlines");
        assert_eq!(exchange.questions[1].place.line, 7);
        for (broken, line) in [
            ("Q\nA. x\nC. y\nANSWER: A", 3),
            ("Q\nA. x\nB. y\n", 1),
            ("ANSWER: A", 1),
        ] {
            assert_eq!(read(broken, "a.txt").unwrap_err().place.line, line, "{broken}");
        }
    }

    #[test]
    fn a_key_beyond_the_options_is_told() {
        let exchange = read("Q\nA. x\nB. y\nANSWER: E\n", "a.txt").unwrap();
        assert!(exchange.questions.is_empty());
        assert!(matches!(exchange.losses[0].kind, LossKind::BadKey { .. }));
    }
}
