//! Lines: where a text may be broken, in Chinese and in Latin.

use super::Fonts;

/// Closing marks never begin a line.
const CLOSING: &str = "，。、；：！？）》」』】”’…—·%℃,.;:!?)]}";
/// Opening marks never end one.
const OPENING: &str = "（《「『【“‘([{";

/// Breaks a text into lines of at most so many points. Line feeds in the text break too. A piece that is wider than a
/// line by itself is broken anywhere.
pub(super) fn wrap(fonts: &Fonts, text: &str, size: f32, width: f32) -> Vec<String> {
    text.split('\n')
        .flat_map(|paragraph| wrap_paragraph(fonts, paragraph, size, width))
        .collect()
}

fn wrap_paragraph(fonts: &Fonts, text: &str, size: f32, width: f32) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0.0;
    for piece in pieces(text) {
        let piece_width = fonts.width(piece.trim_end(), size);
        if used + piece_width > width && !line.is_empty() {
            lines.push(line.trim_end().to_owned());
            line.clear();
            used = 0.0;
        }
        if piece_width <= width {
            line.push_str(piece);
            used += fonts.width(piece, size);
            continue;
        }
        for c in piece.chars() {
            let advance = fonts.width(c.encode_utf8(&mut [0; 4]), size);
            if used + advance > width && !line.is_empty() {
                lines.push(std::mem::take(&mut line));
                used = 0.0;
            }
            line.push(c);
            used += advance;
        }
    }
    lines.push(line.trim_end().to_owned());
    lines
}

/// The pieces that stay together: a Latin word with the blanks after it, or one ideograph with its marks.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut previous: Option<char> = None;
    for (at, c) in text.char_indices() {
        if previous.is_some_and(|before| may_break(before, c)) {
            pieces.push(&text[start..at]);
            start = at;
        }
        previous = Some(c);
    }
    if start < text.len() {
        pieces.push(&text[start..]);
    }
    pieces
}

fn may_break(before: char, after: char) -> bool {
    if CLOSING.contains(after) || OPENING.contains(before) || after == ' ' {
        return false;
    }
    before == ' ' || is_wide(before) || is_wide(after)
}

fn is_wide(c: char) -> bool {
    matches!(u32::from(c), 0x2E80..=0x9FFF | 0xF900..=0xFAFF | 0xFE30..=0xFE4F | 0xFF00..=0xFF60 | 0x20000..)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::fonts::tests::FONTS;

    #[test]
    fn lines_break_between_ideographs_but_not_before_a_closing_mark() {
        assert_eq!(wrap(&FONTS, "甲乙丙，丁", 10.0, 30.0), ["甲乙", "丙，丁"]);
        assert_eq!(wrap(&FONTS, "甲乙《丙》", 10.0, 30.0), ["甲乙", "《丙》"]);
        assert_eq!(wrap(&FONTS, "", 10.0, 30.0), [""]);
        assert_eq!(wrap(&FONTS, "甲\n乙", 10.0, 30.0), ["甲", "乙"]);
    }

    #[test]
    fn latin_words_stay_whole_unless_they_are_wider_than_the_line() {
        assert_eq!(wrap(&FONTS, "one two", 10.0, 24.0), ["one", "two"]);
        assert!(wrap(&FONTS, "unbreakable", 10.0, 24.0).len() > 1);
    }
}
