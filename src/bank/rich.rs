//! Text with formulas, pictures and blanks in it: `$…$`, `![what it shows](name.png)`, `{{1}}`.
//!
//! A dollar sign itself is written `\$`. Everything else is plain text, and most texts are nothing but.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::math::{FormulaError, MathMl};

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece<'t> {
    /// Plain text.
    Text(String),
    /// A formula, in TeX.
    Formula(&'t str),
    /// A picture: what it shows, for those who do not see it, and its name.
    Picture {
        /// What it shows.
        shows: &'t str,
        /// Its name.
        name: &'t str,
    },
    /// The place of a blank, counted from 1.
    Blank(usize),
}

/// A piece of a text as a page shows it; pictures by their digest. Has no place for a name of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Plain text.
    Text(String),
    /// A formula.
    Formula {
        /// As written, for those who hear it and for browsers that cannot show it.
        tex: String,
        /// As shown.
        mathml: MathMl,
    },
    /// A picture.
    Picture(Shown),
    /// A blank, counted from 1.
    Blank(usize),
}

/// A picture in a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Shown {
    /// The digest of its bytes, by which it is asked for.
    pub digest: String,
    /// What it shows, for those who do not see it.
    pub shows: String,
    /// Its width in pixels.
    pub width: u32,
    /// Its height in pixels.
    pub height: u32,
}

/// The pieces of a text.
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    pieces_within(text, usize::MAX)
}

/// The pieces of a text from elsewhere: a formula, and what is said of a picture, end within so many characters or are
/// none. A text full of beginnings without ends is then not searched through for each of them.
pub fn pieces_within(text: &str, near: usize) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("\\$") {
            plain.push('$');
            rest = after;
        } else if let Some((piece, after)) = special(rest, near) {
            if !plain.is_empty() {
                pieces.push(Piece::Text(std::mem::take(&mut plain)));
            }
            pieces.push(piece);
            rest = after;
        } else {
            plain.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    if !plain.is_empty() {
        pieces.push(Piece::Text(plain));
    }
    pieces
}

/// The formula, picture or blank that begins here and ends within so many characters, and what follows it.
pub fn special(rest: &str, near: usize) -> Option<(Piece<'_>, &str)> {
    if let Some(after) = rest.strip_prefix('$') {
        let end = formula_end(after, near)?;
        return Some((Piece::Formula(&after[..end]), &after[end + 1..]));
    }
    if let Some(after) = rest.strip_prefix("![") {
        let (shows, after) = split_near(after, "](", near)?;
        let (name, after) = split_near(after, ")", near)?;
        let plain = !shows.contains('\n') && !name.contains(['\n', ' ']);
        return plain.then_some((
            Piece::Picture {
                shows: shows.trim(),
                name,
            },
            after,
        ));
    }
    let after = rest.strip_prefix("{{")?;
    let (number, after) = split_near(after, "}}", near)?;
    let number = number.parse().ok().filter(|number| (1..=99).contains(number))?;
    Some((Piece::Blank(number), after))
}

/// Splits where a mark stands, if it is near.
pub fn split_near<'t>(text: &'t str, mark: &str, near: usize) -> Option<(&'t str, &'t str)> {
    let near = text.char_indices().nth(near).map_or(text.len(), |(at, _)| at);
    let at = text[..near].find(mark)?;
    Some((&text[..at], &text[at + mark.len()..]))
}

/// Where a formula ends: at the next dollar sign that is not escaped, in the same paragraph.
fn formula_end(after: &str, near: usize) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in after.char_indices().take(near) {
        match c {
            '$' if !escaped => return Some(at),
            '\n' if after[at..].starts_with("\n\n") => return None,
            _ => escaped = c == '\\' && !escaped,
        }
    }
    None
}

/// Every formula of a text that cannot be shown, with the reason.
pub(super) fn bad_formulas(text: &str) -> Vec<(String, FormulaError)> {
    pieces(text)
        .into_iter()
        .filter_map(|piece| match piece {
            Piece::Formula(tex) => MathMl::render(tex).err().map(|error| (tex.to_owned(), error)),
            Piece::Text(_) | Piece::Picture { .. } | Piece::Blank(_) => None,
        })
        .collect()
}

/// The names of the pictures in a text, with what they show.
pub fn pictures(text: &str) -> impl Iterator<Item = (&str, &str)> {
    pieces(text).into_iter().filter_map(|piece| match piece {
        Piece::Picture { shows, name } => Some((name, shows)),
        Piece::Text(_) | Piece::Formula(_) | Piece::Blank(_) => None,
    })
}

/// The numbers of the blanks in a text, in the order in which they stand.
pub fn blanks(text: &str) -> Vec<usize> {
    pieces(text)
        .into_iter()
        .filter_map(|piece| match piece {
            Piece::Blank(number) => Some(number),
            Piece::Text(_) | Piece::Formula(_) | Piece::Picture { .. } => None,
        })
        .collect()
}

/// A text as a page shows it; none when it is plain. `find` gives a picture by its name.
pub fn parts(text: &str, find: impl Fn(&str) -> Option<Shown>) -> Option<Vec<Part>> {
    let pieces = pieces(text);
    if matches!(pieces.as_slice(), [] | [Piece::Text(_)]) && !text.contains("\\$") {
        return None;
    }
    let part = |piece| match piece {
        Piece::Text(text) => Part::Text(text),
        Piece::Formula(tex) => match MathMl::render(tex) {
            Ok(mathml) => Part::Formula {
                tex: tex.to_owned(),
                mathml,
            },
            // A bank is checked before it is loaded; what slips through is shown as it is written.
            Err(_) => Part::Text(format!("${tex}$")),
        },
        Piece::Picture { shows, name } => match find(name) {
            Some(found) => Part::Picture(Shown {
                shows: shows.to_owned(),
                ..found
            }),
            None => Part::Text(format!("[{shows}]")),
        },
        Piece::Blank(number) => Part::Blank(number),
    };
    Some(pieces.into_iter().map(part).collect())
}

/// A text in plain characters, for lists and for those who read without pictures.
pub fn plain(text: &str) -> String {
    pieces(text)
        .into_iter()
        .map(|piece| match piece {
            Piece::Text(text) => text,
            Piece::Formula(tex) => tex.to_owned(),
            Piece::Picture { shows, .. } => format!("[{shows}]"),
            Piece::Blank(number) => format!("（{number}）____"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn formulas_pictures_and_blanks_are_found() {
        let text = "如图 ![电路图](circuit.png)，$R=10$ 时 {{1}}，价格 \\$5，{{x}}";
        assert_eq!(
            pieces(text),
            [
                Piece::Text("如图 ".into()),
                Piece::Picture {
                    shows: "电路图",
                    name: "circuit.png"
                },
                Piece::Text("，".into()),
                Piece::Formula("R=10"),
                Piece::Text(" 时 ".into()),
                Piece::Blank(1),
                Piece::Text("，价格 $5，{{x}}".into()),
            ]
        );
        assert_eq!(plain(text), "如图 [电路图]，R=10 时 （1）____，价格 $5，{{x}}");
    }

    #[test]
    fn a_lone_dollar_is_a_dollar() {
        assert_eq!(pieces("要 $5"), [Piece::Text("要 $5".into())]);
        assert_eq!(pieces("$a\n\nb$"), [Piece::Text("$a\n\nb$".into())]);
        assert_eq!(pieces(r"$a\$b$"), [Piece::Formula(r"a\$b")]);
    }

    #[test]
    fn plain_text_has_no_parts() {
        assert_eq!(parts("电压 220 V", |_| None), None);
        assert_eq!(parts("\\$5", |_| None), Some(vec![Part::Text("$5".into())]));
        let lost = parts("![图](x.png)", |_| None);
        assert_eq!(lost, Some(vec![Part::Text("[图]".into())]));
    }

    proptest! {
        #[test]
        fn any_text_is_taken_apart_without_loss_of_letters(text in r"[a-z$\\!\[\]{}()1\n甲]{0,40}") {
            let letters = |text: &str| text.chars().filter(|c| c.is_alphabetic()).collect::<Vec<_>>();
            let again: String = pieces(&text).into_iter().map(|piece| match piece {
                Piece::Text(text) => text,
                Piece::Formula(tex) => tex.to_owned(),
                Piece::Picture { shows, name } => format!("{shows}{name}"),
                Piece::Blank(_) => String::new(),
            }).collect();
            prop_assert_eq!(letters(&again), letters(&text));
        }
    }
}
