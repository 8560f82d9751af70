//! Moodle XML: categories, embedded pictures, and most types of questions.

use std::collections::BTreeMap;

use super::answers::{self, ALL, Weighted, percent};
use super::flow::Pictures;
use super::loss::{LossKind, Refused, RefusedKind, short};
use super::model::{Blank, Body, Exchange, Number, Place, Question, Unit};
use super::number::Decimal;
use super::xml::{self, Node};
use super::{cloze, html, tags, text};

/// The layers of a category: `$course$/top/A/B`. A slash in a name is written twice.
pub(super) fn path(category: &str) -> Vec<String> {
    let hidden = category.trim().replace("//", "\u{F000C}");
    let layers = hidden.split('/').map(|layer| layer.trim().replace('\u{F000C}', "/"));
    let named =
        |layer: &String| !layer.is_empty() && layer != "top" && !(layer.starts_with('$') && layer.ends_with('$'));
    layers.filter(named).collect()
}

/// The category of a path.
pub(super) fn category(path: &[String]) -> String {
    let mut category = "$course$/top".to_owned();
    for layer in path {
        category.push('/');
        category.push_str(&layer.replace('/', "//").replace('\n', " "));
    }
    category
}

/// Reads Moodle XML.
pub(super) fn read(text: &str, file: &str) -> Result<Exchange, Refused> {
    let mut exchange = Exchange::default();
    let mut layers = Vec::new();
    xml::each(
        text,
        file,
        |name| name != "quiz",
        |node| {
            if node.name == "question" && node.get("type") == "category" {
                layers = path(
                    &node
                        .child("category")
                        .map(|category| category.text_of("text"))
                        .unwrap_or_default(),
                );
            } else if node.name == "question" {
                question(&node, &layers, file, &mut exchange);
            } else {
                let place = Place {
                    file: file.to_owned(),
                    line: node.line,
                };
                exchange.lose(
                    &place,
                    &node.name,
                    LossKind::TypeUnsupported {
                        name: short(&node.name, 40),
                    },
                );
            }
            exchange.has_room()
        },
    )?;
    if exchange.questions.is_empty() && !(text.contains("<quiz") && text.contains("<question")) {
        return Err(Refused::new(
            file,
            1,
            RefusedKind::NotThisFormat {
                format: "Moodle XML".to_owned(),
            },
        ));
    }
    Ok(exchange)
}

/// A question while it is read: its pictures and what stays behind.
struct Source<'n> {
    pictures: BTreeMap<String, Vec<u8>>,
    losses: Vec<LossKind>,
    node: &'n Node,
}

impl Source<'_> {
    /// A text with its format and its files.
    fn words(&mut self, node: &Node) -> String {
        let raw = node.text_of("text");
        match node.get("format") {
            "plain_text" => text::foreign(raw.trim()),
            "markdown" if !super::gift::looks_like_html(&raw) => text::foreign(raw.trim()),
            format => {
                let raw = if format == "html" || format.is_empty() {
                    raw
                } else {
                    raw.replace('\n', "<br/>")
                };
                let find = |address: &str| {
                    let name = address.strip_prefix("@@PLUGINFILE@@/")?;
                    let name = text::percent_decoded(name.split('?').next().unwrap_or(""));
                    let known =
                        |file: &&Node| [file.get("path"), file.get("name")].concat().trim_start_matches('/') == name;
                    let file = self.node.all("file").into_iter().find(known)?;
                    text::base64(&file.text())
                };
                let (text, lost) = html::from_html(
                    &raw,
                    &mut Pictures {
                        find: &find,
                        taken: &mut self.pictures,
                    },
                );
                self.losses.extend(lost);
                text
            }
        }
    }

    fn child(&mut self, node: &Node, name: &str) -> String {
        node.child(name).map(|child| self.words(child)).unwrap_or_default()
    }

    fn lose(&mut self, name: &str, value: &str) {
        let value = short(value, 60);
        self.losses.push(LossKind::Field {
            name: name.to_owned(),
            value,
        });
    }
}

fn question(node: &Node, layers: &[String], file: &str, exchange: &mut Exchange) {
    let place = Place {
        file: file.to_owned(),
        line: node.line,
    };
    let mut source = Source {
        pictures: BTreeMap::new(),
        losses: Vec::new(),
        node,
    };
    let name = node.child("name").map(|name| name.text_of("text")).unwrap_or_default();
    let id = node.text_of("idnumber");
    let mut question = Question::bare(String::new(), Body::TrueFalse { key: true });
    question.id = if id.is_empty() { name.clone() } else { id };
    question.path = layers.to_vec();
    if !name.is_empty() && name != question.id {
        source.lose("name", &name);
    }
    let item = question.id.clone();
    let kind = node.get("type");
    question.stem = if kind == "cloze" {
        String::new()
    } else {
        source.child(node, "questiontext")
    };
    question.explanation = source.child(node, "generalfeedback");
    let own: Vec<String> = node
        .child("tags")
        .iter()
        .flat_map(|tags| tags.named("tag"))
        .map(|tag| tag.text_of("text"))
        .collect();
    let mut known = tags::Known::default();
    for tag in tags::take(&mut question, &own, &mut known) {
        source.lose("tag", &tag);
    }
    let body = body(node, kind, &mut question, known.paper_scores, &mut source).map(|body| known.applied(body));
    rest(node, kind, known.paper_scores, &mut source);
    if known.paper_scores {
        source
            .losses
            .retain(|loss| !matches!(loss, LossKind::PartialCredit { .. }));
    }
    let item = if item.is_empty() { question.stem.clone() } else { item };
    if exchange.settle(place, &item, source.losses, question, body) {
        exchange.pictures.extend(source.pictures);
    }
}

fn body(
    node: &Node,
    kind: &str,
    question: &mut Question,
    paper: bool,
    source: &mut Source<'_>,
) -> Result<Body, LossKind> {
    match kind {
        "multichoice" => {
            let several = matches!(node.text_of("single").as_str(), "false" | "0");
            let answers = answers(node, source)?;
            if matches!(node.text_of("shuffleanswers").as_str(), "false" | "0") {
                question.fixed_options = true;
            }
            answers::choice(answers, several, paper, &mut source.losses)
        }
        "truefalse" => {
            let right = node
                .named("answer")
                .find(|answer| percent(answer.get("fraction")) == Some(ALL));
            match right.map(|right| right.text_of("text").to_ascii_lowercase()).as_deref() {
                Some("true") => Ok(Body::TrueFalse { key: true }),
                Some("false") => Ok(Body::TrueFalse { key: false }),
                Some(other) => Err(LossKind::BadKey { key: short(other, 40) }),
                None => Err(LossKind::NoKey {}),
            }
        }
        "shortanswer" => {
            let case_matters = node.text_of("usecase") == "1";
            let answers = plain_answers(node)?;
            answers::words(&answers, case_matters, &mut source.losses).map(Body::Words)
        }
        "numerical" => numerical(node, source).map(Body::Number),
        "matching" => matching(node, source),
        "ordering" => {
            let answers = answers(node, source)?;
            Ok(Body::Ordering {
                steps: answers.into_iter().map(|answer| answer.text).collect(),
            })
        }
        "essay" => {
            let guide = source.child(node, "graderinfo");
            let template = source.child(node, "responsetemplate");
            if !template.is_empty() {
                source.lose("responsetemplate", &template);
            }
            if matches!(node.text_of("attachments").as_str(), "" | "0") {
                Ok(Body::Written { max_chars: None, guide })
            } else {
                Err(LossKind::TypeUnsupported {
                    name: "essay with files".to_owned(),
                })
            }
        }
        "cloze" => {
            let raw = node
                .child("questiontext")
                .map(|text| text.text_of("text"))
                .unwrap_or_default();
            let (marked, blanks) = cloze::parse(&raw, &mut source.losses)?;
            let mut text = node.child("questiontext").cloned().unwrap_or_default();
            text.children
                .retain(|child| !matches!(child, xml::Child::Node(node) if node.name == "text"));
            let inner = Node {
                name: "text".to_owned(),
                children: vec![xml::Child::Text(marked)],
                ..Node::default()
            };
            text.children.push(xml::Child::Node(inner));
            question.stem = cloze::unmark(&source.words(&text));
            Ok(Body::Cloze { blanks })
        }
        "gapselect" | "ddwtos" => gaps(node, kind, question, source),
        other => Err(LossKind::TypeUnsupported { name: short(other, 40) }),
    }
}

fn answers(node: &Node, source: &mut Source<'_>) -> Result<Vec<Weighted>, LossKind> {
    let mut answers = Vec::new();
    for answer in node.named("answer") {
        let text = source.words(answer);
        let share = answer.get("fraction");
        let share = if share.is_empty() { Some(0) } else { percent(share) };
        let share = share.ok_or_else(|| LossKind::BadKey {
            key: short(answer.get("fraction"), 20),
        })?;
        answers.push(Weighted { text, share });
    }
    Ok(answers)
}

/// Answers that candidates type: plain text, never ours.
fn plain_answers(node: &Node) -> Result<Vec<Weighted>, LossKind> {
    let one = |answer: &Node| {
        let share = percent(answer.get("fraction")).ok_or_else(|| LossKind::BadKey {
            key: short(answer.get("fraction"), 20),
        })?;
        Ok(Weighted {
            text: answer.text_of("text"),
            share,
        })
    };
    node.named("answer").map(one).collect()
}

fn numerical(node: &Node, source: &mut Source<'_>) -> Result<Number, LossKind> {
    let found: Vec<(Weighted, String)> = plain_answers(node)?
        .into_iter()
        .zip(node.named("answer"))
        .map(|(answer, node)| (answer, node.text_of("tolerance")))
        .collect();
    let units: Vec<&Node> = node
        .child("units")
        .map(|units| units.named("unit").collect())
        .unwrap_or_default();
    let mut kept: Vec<Unit> = Vec::new();
    for unit in units {
        let (name, multiplier) = (unit.text_of("unit_name"), unit.text_of("multiplier"));
        // The right number in another unit is the right number times its multiplier: one of that unit is one over it.
        let multiplier = if multiplier.is_empty() { "1" } else { &multiplier };
        let factor = Decimal::parse(multiplier).and_then(Decimal::over_one);
        match factor.map(|factor| factor.to_string()) {
            Some(factor) if !kept.is_empty() || factor == "1" => kept.push(Unit {
                name,
                factor: Some(factor),
            }),
            _ if kept.is_empty() => {
                return Err(LossKind::ResponseRule {
                    rule: format!("unit × {}", short(multiplier, 20)),
                });
            }
            _ => source.lose("unit", &format!("{name} × {multiplier}")),
        }
    }
    kept.retain(|unit| !unit.name.is_empty());
    answers::number(&found, kept, &mut source.losses)
}

fn matching(node: &Node, source: &mut Source<'_>) -> Result<Body, LossKind> {
    let pairs = node.named("subquestion").map(|pair| {
        let answer = pair.child("answer");
        let option = answer.map(|answer| text::foreign(&answer.text_of("text")));
        (source.words(pair), option.unwrap_or_default())
    });
    let pairs: Vec<_> = pairs.collect();
    if pairs.iter().all(|(prompt, _)| prompt.is_empty()) {
        return Err(LossKind::NoKey {});
    }
    Ok(answers::matching(pairs))
}

/// Words chosen or dragged into `[[1]]`: the words of a gap's group are its options.
fn gaps(node: &Node, kind: &str, question: &mut Question, source: &mut Source<'_>) -> Result<Body, LossKind> {
    let element = if kind == "gapselect" { "selectoption" } else { "dragbox" };
    let words: Vec<(String, String)> = node
        .named(element)
        .map(|word| (text::foreign(&word.text_of("text")), word.text_of("group")))
        .collect();
    let mut blanks = Vec::new();
    let mut stem = String::new();
    let mut rest = question.stem.as_str();
    while let Some((before, after)) = rest.split_once("[[") {
        let (number, after) = after
            .split_once("]]")
            .ok_or_else(|| LossKind::BadKey { key: "[[".to_owned() })?;
        let place = number.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        let bad = || LossKind::BadKey { key: short(number, 20) };
        let place = place.ok_or_else(bad)?;
        let group = &words.get(place).ok_or_else(bad)?.1;
        let own: Vec<usize> = (0..words.len()).filter(|place| words[*place].1 == *group).collect();
        let key = own.iter().position(|own| *own == place).ok_or_else(bad)?;
        blanks.push(Blank::Choice {
            options: own.iter().map(|own| words[*own].0.clone()).collect(),
            key,
        });
        stem.push_str(before);
        put!(stem, "{{{{{}}}}}", blanks.len());
        rest = after;
    }
    stem.push_str(rest);
    question.stem = stem;
    if kind == "ddwtos" {
        source.lose("ddwtos", "drag → select");
    }
    source.losses.push(LossKind::PartialCredit {
        rule: format!("1/{}", blanks.len().max(1)),
    });
    if blanks.is_empty() {
        Err(LossKind::NoKey {})
    } else {
        Ok(Body::Cloze { blanks })
    }
}

/// Everything else that a question says.
fn rest(node: &Node, kind: &str, paper: bool, source: &mut Source<'_>) {
    const READ: &[&str] = &[
        "name",
        "questiontext",
        "generalfeedback",
        "idnumber",
        "tags",
        "answer",
        "single",
        "shuffleanswers",
        "usecase",
        "units",
        "subquestion",
        "graderinfo",
        "responsetemplate",
        "selectoption",
        "dragbox",
        "file",
    ];
    // How a page shows the question, not what it asks.
    const LOOKS: &[&str] = &[
        "answernumbering",
        "showstandardinstruction",
        "responseformat",
        "responsefieldlines",
        "responsetemplateformat",
        "layouttype",
        "selecttype",
        "selectcount",
        "gradingtype",
        "showgrading",
        "numberingstyle",
        "unitgradingtype",
        "unitsleft",
        "showunits",
        "instructions",
        "minwordlimit",
        "filetypeslist",
        "maxbytes",
        "attachments",
        "attachmentsrequired",
        "responserequired",
        "hidden",
        "penalty",
        "shownumcorrect",
    ];
    for child in node.nodes() {
        let value = child.text();
        match child.name.as_str() {
            name if READ.contains(&name) || LOOKS.contains(&name) => {}
            "defaultgrade"
                if !matches!(super::number::plain(&value).as_deref(), Some("1")) && !paper && kind != "description" =>
            {
                source.losses.push(LossKind::Marks {
                    value: short(&value, 20),
                });
            }
            "defaultgrade" => {}
            "correctfeedback" | "partiallycorrectfeedback" | "incorrectfeedback" if !value.is_empty() => {
                source.losses.push(LossKind::Feedback { to: child.name.clone() });
            }
            name if !value.is_empty() => source.lose(name, &value),
            _ => {}
        }
    }
    for answer in node.named("answer") {
        if answer
            .child("feedback")
            .is_some_and(|feedback| !feedback.text_of("text").is_empty())
        {
            source.losses.push(LossKind::Feedback {
                to: short(&answer.text_of("text"), 40),
            });
        }
    }
}
