//! Formulas: TeX as authors write it, made into `MathML` of which every element and attribute is one of a short list.
//!
//! The list is what makes it safe: text that came from an author is put into a page only through [`MathMl`], whose value is
//! built element by element from the list, every character escaped. Whatever the converter gives beyond the list is an
//! error of the formula, not a hole in the page; colours and links are not on the list.

use std::fmt::Write as _;

use pulldown_latex::event::{Content, Event};
use pulldown_latex::{Parser, RenderConfig, Storage, push_mathml};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The longest formula, in bytes of TeX.
pub const MAX_FORMULA_BYTES: usize = 1_000;
/// The deepest nesting of elements.
const MAX_DEPTH: usize = 64;

const ELEMENTS: &[&str] = &[
    "math",
    "mrow",
    "mi",
    "mn",
    "mo",
    "mtext",
    "mspace",
    "mfrac",
    "msqrt",
    "mroot",
    "msub",
    "msup",
    "msubsup",
    "munder",
    "mover",
    "munderover",
    "mtable",
    "mtr",
    "mtd",
    "mstyle",
    "mpadded",
    "mphantom",
    "mprescripts",
    "mmultiscripts",
];
const ATTRIBUTES: &[&str] = &[
    "display",
    "mathvariant",
    "stretchy",
    "symmetric",
    "fence",
    "separator",
    "form",
    "lspace",
    "rspace",
    "minsize",
    "maxsize",
    "movablelimits",
    "largeop",
    "accent",
    "accentunder",
    "width",
    "height",
    "depth",
    "voffset",
    "linethickness",
    "displaystyle",
    "scriptlevel",
    "columnspan",
    "rowspan",
];

/// A formula as a page shows it. Only [`MathMl::render`] and reading what it made can build one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MathMl(String);

impl JsonSchema for MathMl {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        String::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        String::json_schema(generator)
    }

    fn inline_schema() -> bool {
        true
    }
}

/// Why a formula cannot be shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct FormulaError(String);

impl FormulaError {
    fn new(reason: &str) -> Self {
        Self(reason.to_owned())
    }
}

impl MathMl {
    /// Makes the formula of a TeX text.
    pub fn render(tex: &str) -> Result<Self, FormulaError> {
        if tex.len() > MAX_FORMULA_BYTES {
            return Err(FormulaError(format!("longer than {MAX_FORMULA_BYTES} bytes")));
        }
        let storage = Storage::new();
        let events = Parser::new(tex, &storage)
            .map(|event| event.map_err(|error| FormulaError(first_line(&error.to_string()))))
            .collect::<Result<Vec<_>, _>>()?;
        if events.is_empty() {
            return Err(FormulaError::new("empty"));
        }
        // The converter does not escape what stands in text; these marks have no use there.
        let marked = |text: &str| text.contains(['<', '>', '&']);
        if events
            .iter()
            .any(|event| matches!(event, Event::Content(Content::Text(text) | Content::Function(text)) if marked(text)))
        {
            return Err(FormulaError::new("'<', '>' and '&' cannot stand in \\text"));
        }
        let mut raw = String::new();
        let events = events.into_iter().map(Ok::<_, std::convert::Infallible>);
        push_mathml(&mut raw, events, RenderConfig::default()).map_err(|error| FormulaError(error.to_string()))?;
        sifted(&raw)
    }

    /// The element, ready for a page.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for MathMl {
    type Error = FormulaError;

    fn try_from(text: String) -> Result<Self, FormulaError> {
        // What was sifted once comes out of the sieve unchanged.
        let again = sifted(&unescaped(&text))?;
        if again.0 == text {
            Ok(again)
        } else {
            Err(FormulaError::new("not a formula of ours"))
        }
    }
}

impl From<MathMl> for String {
    fn from(formula: MathMl) -> Self {
        formula.0
    }
}

fn first_line(text: &str) -> String {
    let line = text.lines().next().unwrap_or("");
    line.strip_prefix("parsing error: ").unwrap_or(line).to_owned()
}

/// Builds the markup anew, out of the lists.
fn sifted(raw: &str) -> Result<MathMl, FormulaError> {
    let mut sieve = Sieve {
        rest: raw,
        out: String::with_capacity(raw.len()),
        open: Vec::new(),
    };
    while !sieve.rest.is_empty() {
        sieve.step()?;
        if sieve.open.is_empty() {
            break;
        }
    }
    if sieve.rest.is_empty() && sieve.open.is_empty() && sieve.out.starts_with("<math") {
        Ok(MathMl(sieve.out))
    } else {
        Err(FormulaError::new("not supported"))
    }
}

struct Sieve<'r> {
    rest: &'r str,
    out: String,
    open: Vec<&'static str>,
}

impl<'r> Sieve<'r> {
    /// Takes a tag or a character.
    fn step(&mut self) -> Result<(), FormulaError> {
        if let Some(after) = self.rest.strip_prefix("</").filter(|after| after.starts_with('m')) {
            let (name, after) = after
                .split_once('>')
                .ok_or_else(|| FormulaError::new("not supported"))?;
            if self.open.pop() != Some(element(name.trim_end())?) {
                return Err(FormulaError::new("not supported"));
            }
            _ = write!(self.out, "</{name}>");
            self.rest = after;
            return Ok(());
        }
        match self.rest.strip_prefix('<') {
            Some(after) if after.starts_with(|c: char| c.is_ascii_alphabetic()) => self.opening(after),
            _ => self.character(),
        }
    }

    fn opening(&mut self, after: &'r str) -> Result<(), FormulaError> {
        let (tag, after) = after
            .split_once('>')
            .ok_or_else(|| FormulaError::new("not supported"))?;
        let (tag, closed) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        let name = element(name)?;
        if (name == "math") != self.open.is_empty() || self.open.len() >= MAX_DEPTH {
            return Err(FormulaError::new("nested too deep"));
        }
        _ = write!(self.out, "<{name}");
        for attribute in attributes.split_inclusive('"').collect::<Vec<_>>().chunks(2) {
            let [key, value] = attribute else { continue };
            let (key, value) = (key.trim().trim_end_matches("=\""), value.trim_end_matches('"'));
            let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'%' | b'+' | b'-');
            if ATTRIBUTES.contains(&key) && value.bytes().all(plain) {
                _ = write!(self.out, " {key}=\"{value}\"");
            }
        }
        if closed {
            _ = write!(self.out, "></{name}>");
        } else {
            self.out.push('>');
            self.open.push(name);
        }
        self.rest = after;
        Ok(())
    }

    fn character(&mut self) -> Result<(), FormulaError> {
        let mut chars = self.rest.chars();
        let Some(c) = chars.next().filter(|_| !self.open.is_empty()) else {
            return Err(FormulaError::new("not supported"));
        };
        match c {
            '<' => self.out.push_str("&lt;"),
            '>' => self.out.push_str("&gt;"),
            '&' => self.out.push_str("&amp;"),
            '"' => self.out.push_str("&quot;"),
            c => self.out.push(c),
        }
        self.rest = chars.as_str();
        Ok(())
    }
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
}

fn element(name: &str) -> Result<&'static str, FormulaError> {
    let known = ELEMENTS.iter().find(|known| **known == name);
    known.copied().ok_or_else(|| FormulaError::new("not supported"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(tex: &str) -> String {
        MathMl::render(tex).unwrap().0
    }

    #[test]
    fn a_fraction_is_a_fraction() {
        let shown = shown(r"I=\frac{U}{\sqrt{R^2+X_L^2}}");
        assert!(
            shown.starts_with("<math display=\"inline\"><mi>I</mi><mo>=</mo><mfrac>"),
            "{shown}"
        );
        assert!(shown.contains("<msqrt>") && shown.contains("<msubsup>") && shown.ends_with("</math>"));
    }

    #[test]
    fn trade_formulas_can_be_written() {
        for tex in [
            r"R = 10\,\Omega",
            r"P=\sqrt{3}\,U_L I_L\cos\varphi",
            r"\begin{pmatrix}1&2\\3&4\end{pmatrix}",
            r"t \ge 5\,\text{分钟}",
            r"30^\circ",
            r"\int_0^1 x\,dx < 1",
            r"\left(\frac12\right)",
            r"\vec F \cdot \overline{AB}",
            r"n=\frac{60f}{p}(1-s)",
            r"\varnothing 20^{+0.021}_{0}",
        ] {
            assert!(MathMl::render(tex).is_ok(), "{tex}: {:?}", MathMl::render(tex));
        }
    }

    #[test]
    fn marks_of_markup_are_escaped() {
        assert_eq!(
            shown("a<b"),
            "<math display=\"inline\"><mi>a</mi><mo>&lt;</mo><mi>b</mi></math>"
        );
        assert!(shown(r"\&").contains("&amp;"));
    }

    #[test]
    fn nothing_but_mathematics_comes_out() {
        for tex in [
            r"\text{<script>alert(1)</script>}",
            r"\text{<mi onclick=alert(1)>}",
            r"\href{javascript:alert(1)}{x}",
            r"\operatorname{<img>}",
            r"\badcommand",
            r"\frac{1",
            "",
            &"x".repeat(2_000),
        ] {
            assert!(MathMl::render(tex).is_err(), "{tex}: {:?}", MathMl::render(tex));
        }
        let coloured = shown(r"\color{red} x");
        assert!(!coloured.contains("style"), "{coloured}");
    }

    #[test]
    fn only_our_own_markup_is_read_back() {
        for tex in [r"a<b", r"\frac12", r"x\&y"] {
            let made = MathMl::render(tex).unwrap();
            assert_eq!(MathMl::try_from(made.0.clone()), Ok(made));
        }
        for strange in [
            "<math><script>alert(1)</script></math>",
            "<math onload=\"x\"><mi>a</mi></math>",
            "<img src=x>",
            "<math><mi>a</mi></math><b>",
            "<math style=\"color:red\"><mi>a</mi></math>",
            "plain",
        ] {
            assert!(MathMl::try_from(strange.to_owned()).is_err(), "{strange}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn any_text_is_refused_or_made_of_the_list(tex in r#"(\\(text|frac|sqrt|operatorname|left|right|color|begin|end)|[<>&"'{}^_a-z0-9 =/\[\]()]|script|img|onload=){0,24}"#) {
            if let Ok(made) = MathMl::render(&tex) {
                let tags = made.0.split('<').skip(1).map(|tag| {
                    tag.trim_start_matches('/').split([' ', '>']).next().unwrap().to_owned()
                });
                for tag in tags {
                    prop_assert!(ELEMENTS.contains(&tag.as_str()), "{} in {}", tag, made.0);
                }
                prop_assert_eq!(MathMl::try_from(made.0.clone()), Ok(made));
            }
        }
    }
}
