//! Moodle XML, written.

use super::loss::LossKind;
use super::model::{Blank, Body, Exchange, Found, Unit, Words};
use super::moodle::category;
use super::number::Decimal;
use super::xml::escaped;
use super::{Written, cloze, gift_write, html, joined, tags, text};

/// Writes Moodle XML.
pub(super) fn write(exchange: &Exchange) -> Written {
    let mut written = Written::new("xml");
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<quiz>\n");
    let mut layers: Option<&[String]> = None;
    for found in &exchange.questions {
        let question = &found.question;
        let told = match told(found, exchange, &mut written) {
            Ok(told) => told,
            Err(loss) => {
                written.lose(found, loss);
                continue;
            }
        };
        if layers != Some(&question.path) {
            let category = escaped(&category(&question.path));
            put!(
                out,
                "<question type=\"category\"><category><text>{category}</text></category></question>\n"
            );
            layers = Some(&question.path);
        }
        out.push_str(&told);
    }
    out.push_str("</quiz>\n");
    written.bytes = out.into_bytes();
    written
}

fn address(name: &str) -> String {
    format!("@@PLUGINFILE@@/{name}")
}

/// An element with a text in HTML and its pictures.
fn rich(element: &str, attributes: &str, text: &str, exchange: &Exchange, inner: &str) -> Result<String, LossKind> {
    let html = html::html(text, &address, &|number| format!("({number})"));
    rich_html(element, attributes, text, &html, exchange, inner)
}

fn rich_html(
    element: &str,
    attributes: &str,
    text: &str,
    html: &str,
    exchange: &Exchange,
    inner: &str,
) -> Result<String, LossKind> {
    use base64::Engine as _;
    let mut files = String::new();
    for name in text::pictures(text) {
        let bytes = exchange
            .pictures
            .get(name)
            .ok_or_else(|| LossKind::PictureMissing { name: name.to_owned() })?;
        let code = base64::engine::general_purpose::STANDARD.encode(bytes);
        put!(
            files,
            "<file name=\"{}\" path=\"/\" encoding=\"base64\">{code}</file>",
            escaped(name)
        );
    }
    let html = if text.is_empty() { String::new() } else { escaped(html) };
    Ok(format!(
        "<{element}{attributes} format=\"html\"><text>{html}</text>{files}{inner}</{element}>"
    ))
}

fn plain(text: &str, share: &str, inner: &str) -> String {
    let text = escaped(text);
    format!("<answer fraction=\"{share}\" format=\"plain_text\"><text>{text}</text>{inner}</answer>")
}

fn told(found: &Found, exchange: &Exchange, written: &mut Written) -> Result<String, LossKind> {
    let question = &found.question;
    let (kind, inner) = inner(found, exchange, written)?;
    let html = match &question.body {
        Body::Cloze { blanks } => {
            let blank = |number: usize| blanks.get(number.wrapping_sub(1)).map(cloze::told).unwrap_or_default();
            html::html(&question.stem, &address, &blank)
        }
        _ => html::html(&question.stem, &address, &|number| format!("({number})")),
    };
    let stem = rich_html("questiontext", "", &question.stem, &html, exchange, "")?;
    let explanation = rich("generalfeedback", "", &question.explanation, exchange, "")?;
    let tags = joined(
        tags::of(question)
            .iter()
            .map(|tag| format!("<tag><text>{}</text></tag>", escaped(tag))),
    );
    let id = escaped(&question.id);
    Ok(format!(
        "<question type=\"{kind}\"><name><text>{id}</text></name>{stem}{explanation}<defaultgrade>1</defaultgrade>\
         <idnumber>{id}</idnumber>{inner}<tags>{tags}</tags></question>\n"
    ))
}

/// Moodle's word for the type, and what only that type has.
fn inner(found: &Found, exchange: &Exchange, written: &mut Written) -> Result<(&'static str, String), LossKind> {
    let question = &found.question;
    let format = "Moodle XML".to_owned();
    let unsaid = |what: &str| LossKind::Unsaid {
        what: what.to_owned(),
        format: format.clone(),
    };
    let answer = |text: &str, share: &str| rich("answer", &format!(" fraction=\"{share}\""), text, exchange, "");
    Ok(match &question.body {
        Body::Choice { several, options, keys } => {
            let (right, wrong) = if *several {
                (gift_write::share(keys.len()), "-100")
            } else {
                ("100".to_owned(), "0")
            };
            let mut inner = format!(
                "<single>{}</single><shuffleanswers>{}</shuffleanswers><answernumbering>ABCD</answernumbering>",
                !several, !question.fixed_options
            );
            for (place, option) in options.iter().enumerate() {
                inner.push_str(&answer(option, if keys.contains(&place) { &right } else { wrong })?);
            }
            ("multichoice", inner)
        }
        Body::TrueFalse { key } => {
            let (right, wrong) = if *key { ("100", "0") } else { ("0", "100") };
            ("truefalse", plain("true", right, "") + &plain("false", wrong, ""))
        }
        Body::Words(Words {
            accept, case_matters, ..
        }) => {
            let answers = joined(accept.iter().map(|right| plain(&right.replace('*', "\\*"), "100", "")));
            (
                "shortanswer",
                format!("<usecase>{}</usecase>{answers}", i32::from(*case_matters)),
            )
        }
        Body::Number(number) => {
            let tolerance = format!("<tolerance>{}</tolerance>", number.tolerance);
            let told: Vec<String> = number.units.iter().filter_map(unit).collect();
            if told.len() < number.units.len() {
                written.lose(found, unsaid("unit"));
            }
            let units = if told.is_empty() {
                String::new()
            } else {
                format!("<units>{}</units>", told.concat())
            };
            ("numerical", plain(&number.value, "100", &tolerance) + &units)
        }
        Body::Matching { prompts, options, keys } => ("matching", pairs(prompts, options, keys, exchange)?),
        Body::Ordering { steps } => {
            let steps: Result<Vec<String>, LossKind> = steps.iter().map(|step| answer(step, "0")).collect();
            ("ordering", steps?.concat())
        }
        Body::Written { guide, .. } => {
            let guide = rich("graderinfo", "", guide, exchange, "")?;
            ("essay", format!("<attachments>0</attachments>{guide}"))
        }
        Body::Cloze { blanks } => {
            let has_unit = |blank: &Blank| matches!(blank, Blank::Number(number) if !number.units.is_empty());
            if blanks.iter().any(has_unit) {
                written.lose(found, unsaid("unit"));
            }
            ("cloze", String::new())
        }
        Body::Hotspot(_) => {
            let name = question.body.word().to_owned();
            return Err(LossKind::TypeUnsaid { name, format });
        }
    })
}

/// A unit with what the right number is multiplied by in it; none for a unit that is wrong, or where that is not exact.
fn unit(unit: &Unit) -> Option<String> {
    let multiplier = Decimal::parse(unit.factor.as_deref()?)?.over_one()?;
    let name = escaped(&unit.name);
    Some(format!(
        "<unit><multiplier>{multiplier}</multiplier><unit_name>{name}</unit_name></unit>"
    ))
}

/// Prompts with their options; an option that no prompt has stands beside an empty one.
fn pairs(prompts: &[String], options: &[String], keys: &[usize], exchange: &Exchange) -> Result<String, LossKind> {
    let mut inner = String::from("<shuffleanswers>true</shuffleanswers>");
    let matched = prompts.iter().map(String::as_str).zip(keys.iter().copied());
    let spare = (0..options.len())
        .filter(|place| !keys.contains(place))
        .map(|place| ("", place));
    for (prompt, place) in matched.chain(spare) {
        let option = options.get(place).map_or("", String::as_str);
        let option = format!("<answer><text>{}</text></answer>", escaped(&text::flat(option)?));
        inner.push_str(&rich("subquestion", "", prompt, exchange, &option)?);
    }
    Ok(inner)
}
