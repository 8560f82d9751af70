//! Our own text, written.

use super::Written;
use super::loss::Refused;
use super::model::{Blank, Body, Exchange, Found, Hotspot, Number, Region, Words};
use super::package::{self, Files};
use super::{mapping, rubric};

/// Writes a theory file; when there are pictures, an archive as a bank's folder has them.
pub(super) fn write(exchange: &Exchange) -> Result<Written, Refused> {
    let items: Vec<String> = exchange.questions.iter().map(item).collect();
    let bytes = items.join("\n").into_bytes();
    if exchange.pictures.is_empty() {
        return Ok(Written {
            bytes,
            ..Written::new("toml")
        });
    }
    let mut files = Files::from([("theory/items.toml".to_owned(), bytes)]);
    for (name, bytes) in &exchange.pictures {
        files.insert(format!("pictures/{name}"), bytes.clone());
    }
    Ok(Written {
        bytes: package::pack(&files)?,
        ..Written::new("zip")
    })
}

fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            c if c.is_control() => put!(quoted, "\\u{:04X}", u32::from(c)),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

fn list(texts: &[String]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
    format!("[{}]", texts.join(", "))
}

/// One question as a table of a theory file.
pub(super) fn item(found: &Found) -> String {
    let question = &found.question;
    let mut out = format!(
        "[[item]]\nid = {}\ntype = \"{}\"\n",
        quoted(&question.id),
        question.body.word()
    );
    if let Some(point) = question.path.last() {
        put!(out, "point = {}\n", quoted(mapping::code(point).unwrap_or(point)));
    }
    if let Some(difficulty) = question.difficulty {
        put!(out, "difficulty = {difficulty}\n");
    }
    put!(out, "stem = {}\n", quoted(&question.stem));
    let letters = |keys: &[usize]| keys.iter().map(|key| crate::bank::letter(*key)).collect::<String>();
    let mut tables = String::new();
    match &question.body {
        Body::Choice { options, keys, .. } => {
            put!(out, "options = {}\nkey = \"{}\"\n", list(options), letters(keys));
        }
        Body::TrueFalse { key } => out.push_str(if *key { "key = \"T\"\n" } else { "key = \"F\"\n" }),
        Body::Ordering { steps } => put!(out, "options = {}\n", list(steps)),
        Body::Matching { prompts, options, keys } => {
            put!(
                out,
                "prompts = {}\noptions = {}\nkey = \"{}\"\n",
                list(prompts),
                list(options),
                letters(keys)
            );
        }
        Body::Number(number) => tables = format!("[item.numeric]\n{}", number_lines(number)),
        Body::Words(words) => tables = format!("[item.text]\n{}", words_lines(words)),
        Body::Cloze { blanks } => tables = blanks.iter().map(blank_table).collect(),
        Body::Hotspot(hotspot) => tables = hotspot_table(hotspot),
        Body::Written { max_chars, guide } => tables = written_table(*max_chars, guide),
    }
    if !question.explanation.is_empty() {
        put!(out, "explanation = {}\n", quoted(&question.explanation));
    }
    if !question.source.is_empty() {
        put!(out, "source = {}\n", quoted(&question.source));
    }
    if !question.enemies.is_empty() {
        put!(out, "enemies = {}\n", list(&question.enemies));
    }
    if question.fixed_options {
        out.push_str("fixed_options = true\n");
    }
    out + &tables
}

fn number_lines(number: &Number) -> String {
    let units = match number.units.as_slice() {
        [] => String::new(),
        [only] => format!("unit = {}\n", quoted(&only.name)),
        several => {
            let told = several.iter().map(|unit| match &unit.factor {
                Some(factor) => format!("{{ name = {}, factor = \"{factor}\" }}", quoted(&unit.name)),
                None => format!("{{ name = {} }}", quoted(&unit.name)),
            });
            format!("units = [{}]\n", told.collect::<Vec<_>>().join(", "))
        }
    };
    format!(
        "value = \"{}\"\ntolerance = \"{}\"\n{units}",
        number.value, number.tolerance
    )
}

fn words_lines(words: &Words) -> String {
    let flag = |name: &str, set: bool| {
        if set { format!("{name} = true\n") } else { String::new() }
    };
    let flags = flag("case_matters", words.case_matters) + &flag("blanks_matter", words.blanks_matter);
    format!("accept = {}\n{flags}", list(&words.accept))
}

fn blank_table(blank: &Blank) -> String {
    match blank {
        Blank::Choice { options, key } => format!(
            "[[item.blank]]\ntype = \"choice\"\noptions = {}\nkey = \"{}\"\n",
            list(options),
            crate::bank::letter(*key)
        ),
        Blank::Number(number) => format!("[[item.blank]]\ntype = \"numeric\"\n{}", number_lines(number)),
        Blank::Words(words) => format!("[[item.blank]]\ntype = \"text\"\n{}", words_lines(words)),
    }
}

fn hotspot_table(hotspot: &Hotspot) -> String {
    let mut out = format!(
        "[item.hotspot]\npicture = {}\nshows = {}\nneed = {}\n",
        quoted(&hotspot.picture),
        quoted(&hotspot.shows),
        hotspot.need
    );
    for region in &hotspot.regions {
        out.push_str("[[item.hotspot.region]]\n");
        match region {
            Region::Rectangle(x, y, width, height) => {
                put!(
                    out,
                    "shape = \"rectangle\"\nx = {x}\ny = {y}\nwidth = {width}\nheight = {height}\n"
                );
            }
            Region::Circle(x, y, radius) => put!(out, "shape = \"circle\"\nx = {x}\ny = {y}\nradius = {radius}\n"),
            Region::Polygon(corners) => {
                let corners: Vec<String> = corners.iter().map(|(x, y)| format!("{x}, {y}")).collect();
                put!(out, "shape = \"polygon\"\ncorners = [{}]\n", corners.join(", "));
            }
        }
    }
    out
}

/// A guide that is a rubric becomes one again; any other is a rubric of one line.
fn written_table(max_chars: Option<u32>, guide: &str) -> String {
    let mut out = String::from("[item.written]\n");
    if let Some(most) = max_chars {
        put!(out, "max_chars = {most}\n");
    }
    for line in rubric::read(guide).unwrap_or_else(|| rubric::plain_guide(guide)) {
        put!(
            out,
            "[[item.written.criterion]]\ntext = {}\nweight = {}\nlevels = {}\n",
            quoted(&line.text),
            line.weight,
            list(&line.levels)
        );
    }
    out
}
