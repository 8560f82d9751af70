//! Text with formulas as a page shows it: every character escaped, formulas out of their short list of elements.

use crate::bank::rich::Part;

/// The markup of a text.
pub(super) fn html(parts: Option<&[Part]>, plain: &str) -> String {
    let Some(parts) = parts else {
        return escaped(plain);
    };
    parts
        .iter()
        .map(|part| match part {
            Part::Text(text) => escaped(text),
            Part::Formula { mathml, .. } => mathml.as_str().to_owned(),
            Part::Picture(picture) => format!("[{}]", escaped(&picture.shows)),
            Part::Blank(number) => format!("({number}) ____"),
        })
        .collect()
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bank::rich::parts;

    #[test]
    fn only_formulas_are_markup() {
        let text = "<img src=x onerror=alert(1)> $x<y$ ![<b>](a.png)";
        let shown = html(parts(text, |_| None).as_deref(), text);
        assert!(
            shown.starts_with("&lt;img src=x onerror=alert(1)&gt; <math display=\"inline\">"),
            "{shown}"
        );
        assert!(shown.ends_with("</math> [&lt;b&gt;]"), "{shown}");
        assert_eq!(html(None, "a<b"), "a&lt;b");
    }
}
