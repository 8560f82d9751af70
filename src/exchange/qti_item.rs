//! An item of QTI 2 or 3: its text, its interaction, its key.

use super::answers::{self, ALL, Weighted};
use super::flow::{Flow, Pictures};
use super::loss::{LossKind, short};
use super::model::{Body, Hotspot, Question, Region};
use super::qti_rules::{Rules, rules};
use super::xml::{Child, Node};
use super::{table_key, tags, text};
use crate::bank::rich::Piece;

/// What an item says of one answer.
pub(super) struct Declared<'n> {
    pub(super) cardinality: &'n str,
    pub(super) base: &'n str,
    pub(super) correct: Vec<String>,
    /// What each answer is worth.
    pub(super) mapped: Vec<(String, String)>,
    pub(super) case_matters: bool,
    pub(super) node: &'n Node,
}

/// The interactions that stand within a text.
pub(super) const INLINE: &[&str] = &["textEntryInteraction", "inlineChoiceInteraction"];

pub(super) struct Item<'n, 'p, 'q> {
    pub(super) root: &'n Node,
    pub(super) pictures: Pictures<'p>,
    pub(super) losses: &'q mut Vec<LossKind>,
    pub(super) known: &'q tags::Known,
}

impl<'n> Item<'n, '_, '_> {
    pub(super) fn read(&mut self, question: &mut Question) -> Result<Body, LossKind> {
        for name in ["templateDeclaration", "assessmentStimulusRef"] {
            if self.root.child(name).is_some() {
                return Err(LossKind::Media { what: name.to_owned() });
            }
        }
        let rules = rules(self.root)?;
        let body = self.root.child("itemBody").ok_or(LossKind::NoStem {})?;
        let interactions: Vec<&Node> = body
            .below()
            .into_iter()
            .filter(|node| node.name.ends_with("Interaction"))
            .collect();
        self.feedback(question);
        let guide = self.rubrics(body);
        let first = interactions.first().ok_or_else(|| LossKind::TypeUnsupported {
            name: "no interaction".to_owned(),
        })?;
        if interactions.iter().all(|node| INLINE.contains(&node.name.as_str())) {
            return self.inline(body, &interactions, &rules, question);
        }
        if interactions.len() > 1 {
            let names: Vec<&str> = interactions.iter().take(5).map(|node| node.name.as_str()).collect();
            return Err(LossKind::TypeUnsupported {
                name: names.join(" + "),
            });
        }
        if first.name == "gapMatchInteraction" {
            return self.gaps(body, first, question);
        }
        question.stem = self.words(body, &mut |_| None);
        match first.name.as_str() {
            "choiceInteraction" => self.choice(first, &rules, question),
            "orderInteraction" => self.order(first, &rules),
            "matchInteraction" => self.pairs(first, &rules),
            "hotspotInteraction" | "selectPointInteraction" => self.hotspot(first),
            "extendedTextInteraction" => Ok(Body::Written {
                max_chars: first.get("expectedLength").parse().ok(),
                guide,
            }),
            other => Err(LossKind::TypeUnsupported { name: short(other, 40) }),
        }
    }

    /// A text in the item. What stands for an interaction within it is asked for.
    pub(super) fn words(&mut self, node: &Node, hook: &mut dyn FnMut(&Node) -> Option<String>) -> String {
        let mut flow = Flow::new(&mut self.pictures);
        for child in &node.children {
            walk(child, &mut flow, hook);
        }
        let (text, lost) = flow.finish();
        self.losses.extend(lost);
        text
    }

    pub(super) fn plain_words(&mut self, node: &Node) -> String {
        self.words(node, &mut |_| None)
    }

    pub(super) fn declared(&self, interaction: &Node) -> Result<Declared<'n>, LossKind> {
        let id = interaction.get("responseIdentifier");
        let mut all = self.root.named("responseDeclaration");
        let node = all
            .find(|node| node.get("identifier") == id)
            .ok_or(LossKind::NoKey {})?;
        let correct = node
            .child("correctResponse")
            .map(|correct| correct.named("value").map(Node::text).collect());
        let mapping = node.child("mapping");
        let entries = mapping
            .map(|mapping| mapping.named("mapEntry").collect::<Vec<_>>())
            .unwrap_or_default();
        Ok(Declared {
            cardinality: node.get("cardinality"),
            base: node.get("baseType"),
            correct: correct.unwrap_or_default(),
            mapped: entries
                .iter()
                .map(|entry| (entry.get("mapKey").to_owned(), entry.get("mappedValue").to_owned()))
                .collect(),
            case_matters: entries.iter().any(|entry| entry.get("caseSensitive") == "true"),
            node,
        })
    }
    fn feedback(&mut self, question: &mut Question) {
        let all: Vec<&Node> = self.root.named("modalFeedback").collect();
        let ours = all.iter().position(|node| node.get("identifier") == "explanation");
        let general = ours.or((all.len() == 1).then_some(0));
        for (place, node) in all.iter().enumerate() {
            if Some(place) == general {
                question.explanation = self.plain_words(node);
            } else {
                self.losses.push(LossKind::Feedback {
                    to: short(node.get("identifier"), 40),
                });
            }
        }
        let within = self
            .root
            .below()
            .into_iter()
            .filter(|node| matches!(node.name.as_str(), "feedbackInline" | "feedbackBlock"));
        self.losses.extend(within.map(|node| LossKind::Feedback {
            to: short(node.get("identifier"), 40),
        }));
        if self.root.child("stylesheet").is_some() {
            self.losses.push(LossKind::Formatting {
                tags: "stylesheet".to_owned(),
            });
        }
    }

    /// Words for those who mark; other rubrics are told as lost.
    fn rubrics(&mut self, body: &Node) -> String {
        let mut guide = Vec::new();
        for node in body.all("rubricBlock") {
            if node.get("view").contains("scorer") {
                guide.push(self.plain_words(node));
            } else {
                self.losses.push(LossKind::Field {
                    name: "rubricBlock".to_owned(),
                    value: short(&node.text(), 60),
                });
            }
        }
        guide.join("\n\n")
    }

    fn choice(&mut self, node: &Node, rules: &Rules, question: &mut Question) -> Result<Body, LossKind> {
        let declared = self.declared(node)?;
        let choices: Vec<&Node> = node.named("simpleChoice").collect();
        let mut answers = Vec::new();
        let several = declared.cardinality == "multiple";
        for choice in &choices {
            let id = choice.get("identifier");
            let text = self.plain_words(choice);
            question.fixed_options |= choice.get("fixed") == "true";
            let right = declared.correct.iter().any(|correct| correct == id);
            answers.push((id.to_owned(), text, right));
        }
        if rules.mapped && !declared.mapped.is_empty() {
            let worth = |id: &str| {
                declared
                    .mapped
                    .iter()
                    .find(|(key, _)| key == id)
                    .map_or("0", |(_, value)| value.as_str())
            };
            let values: Vec<i64> = answers
                .iter()
                .map(|(id, _, _)| answers::percent(worth(id)).unwrap_or(0))
                .collect();
            let sum: i64 = values.iter().filter(|value| **value > 0).sum();
            let best = if several {
                sum
            } else {
                values.iter().copied().max().unwrap_or(0)
            };
            if best <= 0 {
                return Err(LossKind::NoKey {});
            }
            let weighted = answers.into_iter().zip(values).map(|((_, text, _), value)| Weighted {
                text,
                share: value * ALL / best,
            });
            let mut weighted: Vec<Weighted> = weighted.collect();
            level(&mut weighted, several);
            return answers::choice(weighted, several, self.known.paper_scores, self.losses);
        }
        let keys: Vec<usize> = (0..answers.len()).filter(|place| answers[*place].2).collect();
        if keys.is_empty() || keys.len() != declared.correct.len() || (!several && keys.len() != 1) {
            return Err(if declared.correct.is_empty() {
                LossKind::NoKey {}
            } else {
                LossKind::BadKey {
                    key: short(&declared.correct.join(", "), 40),
                }
            });
        }
        let options: Vec<String> = answers.into_iter().map(|(_, text, _)| text).collect();
        if let (false, [first, second]) = (several, options.as_slice())
            && let (Some(first), Some(second)) = (table_key::truth(first), table_key::truth(second))
            && first != second
        {
            let key = if keys == [0] { first } else { second };
            return Ok(Body::TrueFalse { key });
        }
        Ok(Body::Choice { several, options, keys })
    }

    fn order(&mut self, node: &Node, rules: &Rules) -> Result<Body, LossKind> {
        let declared = self.declared(node)?;
        if rules.mapped {
            return Err(LossKind::ResponseRule {
                rule: "map_response".to_owned(),
            });
        }
        let choices: Vec<&Node> = node.named("simpleChoice").collect();
        let mut steps = Vec::new();
        for id in &declared.correct {
            let choice = choices.iter().find(|choice| choice.get("identifier") == id);
            let choice = choice.ok_or_else(|| LossKind::BadKey { key: short(id, 40) })?;
            steps.push(self.plain_words(choice));
        }
        if steps.len() != choices.len() {
            return Err(LossKind::BadKey {
                key: short(&declared.correct.join(", "), 40),
            });
        }
        Ok(Body::Ordering { steps })
    }

    fn pairs(&mut self, node: &Node, rules: &Rules) -> Result<Body, LossKind> {
        let declared = self.declared(node)?;
        let sets: Vec<&Node> = node.named("simpleMatchSet").collect();
        let [left, right] = sets.as_slice() else {
            return Err(LossKind::TypeUnsupported {
                name: node.name.clone(),
            });
        };
        let pairs: Vec<(String, String)> = declared
            .correct
            .iter()
            .filter_map(|pair| pair.split_once(char::is_whitespace))
            .map(|(one, other)| (one.to_owned(), other.trim().to_owned()))
            .collect();
        let (mut prompts, mut keys) = (Vec::new(), Vec::new());
        let choices: Vec<&Node> = right.named("simpleAssociableChoice").collect();
        for prompt in left.named("simpleAssociableChoice") {
            let own: Vec<&str> = pairs
                .iter()
                .filter(|(one, _)| one == prompt.get("identifier"))
                .map(|(_, other)| other.as_str())
                .collect();
            let [own] = own.as_slice() else {
                return Err(LossKind::ResponseRule {
                    rule: format!("{} × {}", prompt.get("identifier"), own.len()),
                });
            };
            let key = choices.iter().position(|choice| choice.get("identifier") == *own);
            keys.push(key.ok_or_else(|| LossKind::BadKey { key: short(own, 40) })?);
            prompts.push(self.plain_words(prompt));
        }
        let options = choices.into_iter().map(|choice| self.plain_words(choice)).collect();
        if rules.mapped && !self.known.paper_scores {
            self.losses.push(LossKind::PartialCredit {
                rule: "map_response".to_owned(),
            });
        }
        Ok(Body::Matching { prompts, options, keys })
    }

    fn hotspot(&mut self, node: &Node) -> Result<Body, LossKind> {
        let declared = self.declared(node)?;
        let image = node
            .nodes()
            .find(|node| matches!(node.name.as_str(), "object" | "img"))
            .ok_or(LossKind::NoStem {})?;
        let holder = Node {
            children: vec![Child::Node(image.clone())],
            ..Node::default()
        };
        let told = self.plain_words(&holder);
        let (picture, shows) = match text::pieces(&told).first() {
            Some(Piece::Picture { name, shows }) => ((*name).to_owned(), (*shows).to_owned()),
            _ => {
                return Err(LossKind::PictureMissing {
                    name: short(image.get("data"), 60),
                });
            }
        };
        let areas: Vec<&Node> = if node.name == "hotspotInteraction" {
            let right = |area: &&Node| declared.correct.iter().any(|id| id == area.get("identifier"));
            if node.named("hotspotChoice").any(|area| !right(&area)) {
                self.losses.push(LossKind::Field {
                    name: "hotspotChoice".to_owned(),
                    value: "distractors".to_owned(),
                });
            }
            node.named("hotspotChoice").filter(right).collect()
        } else {
            declared
                .node
                .child("areaMapping")
                .map(|mapping| mapping.named("areaMapEntry").collect())
                .unwrap_or_default()
        };
        let regions: Option<Vec<Region>> = areas
            .iter()
            .map(|area| region(area.get("shape"), area.get("coords")))
            .collect();
        let regions = regions
            .filter(|regions| !regions.is_empty())
            .ok_or(LossKind::NoKey {})?;
        let need = u32::try_from(regions.len()).unwrap_or(u32::MAX);
        Ok(Body::Hotspot(Hotspot {
            picture,
            shows,
            need,
            regions,
        }))
    }
}

/// Rounds shares that are equal but for the division.
fn level(answers: &mut [Weighted], several: bool) {
    let sum: i64 = answers
        .iter()
        .map(|answer| answer.share)
        .filter(|share| *share > 0)
        .sum();
    let off = ALL - sum;
    if several
        && off.abs() < 100
        && let Some(first) = answers.iter_mut().find(|answer| answer.share > 0)
    {
        first.share += off;
    }
}

/// Goes through what is in an item; interactions and feedback are not text.
fn walk(child: &Child, flow: &mut Flow<'_, '_>, hook: &mut dyn FnMut(&Node) -> Option<String>) {
    let node = match child {
        Child::Text(text) => {
            flow.text(text);
            return;
        }
        Child::Node(node) => node,
    };
    if let Some(mark) = hook(node) {
        flow.ours(&mark);
        return;
    }
    let name = node.name.as_str();
    match name {
        "rubricBlock" | "feedbackInline" | "feedbackBlock" | "simpleChoice" | "simpleMatchSet" | "hotspotChoice"
        | "gapText" => return,
        "math" => {
            match node
                .all("annotation")
                .into_iter()
                .find(|node| node.get("encoding").contains("tex"))
            {
                Some(tex) => flow.ours(&format!("${}$", tex.text().trim_matches('$'))),
                None => flow.lose(LossKind::Media {
                    what: "MathML".to_owned(),
                }),
            }
            return;
        }
        _ => {}
    }
    if name.ends_with("Interaction") {
        let inner: &[&str] = if name == "gapMatchInteraction" {
            &["prompt", "gapText", "gapImg"]
        } else {
            &["prompt"]
        };
        for child in &node.children {
            match child {
                Child::Node(own) if inner.contains(&own.name.as_str()) || (name == "gapMatchInteraction") => {
                    walk(child, flow, hook);
                }
                Child::Node(_) | Child::Text(_) => {}
            }
        }
        return;
    }
    flow.open(name, &|wanted| node.attribute(wanted).map(str::to_owned));
    for child in &node.children {
        walk(child, flow, hook);
    }
    flow.close(name);
}

fn region(shape: &str, coords: &str) -> Option<Region> {
    let numbers: Option<Vec<u32>> = coords
        .split([',', ' '])
        .filter(|part| !part.is_empty())
        .map(|part| part.parse().ok())
        .collect();
    let numbers = numbers?;
    match (shape, numbers.as_slice()) {
        ("rect", [left, top, right, bottom]) => Some(Region::Rectangle(
            *left,
            *top,
            right.checked_sub(*left)?,
            bottom.checked_sub(*top)?,
        )),
        ("circle", [x, y, radius]) => Some(Region::Circle(*x, *y, *radius)),
        ("poly", corners) if corners.len() >= 6 && corners.len() % 2 == 0 => {
            // A polygon may be closed by its first corner.
            let mut corners: Vec<(u32, u32)> = corners.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
            if corners.len() > 3 && corners.first() == corners.last() {
                corners.pop();
            }
            Some(Region::Polygon(corners))
        }
        _ => None,
    }
}
