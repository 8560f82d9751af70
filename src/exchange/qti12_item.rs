//! An item of QTI 1.2: its material, its responses, its key.

use super::answers::{self, ALL, Weighted};
use super::flow::Pictures;
use super::loss::{LossKind, short};
use super::model::{Blank, Body, Number, Question, Words};
use super::number::{Decimal, plain};
use super::qti12_rules::{Condition, conditions, strange};
use super::xml::{self, Node};
use super::{gift, html, table_key, text};

pub(super) struct Reader<'n, 'p> {
    pub(super) node: &'n Node,
    pub(super) pictures: Pictures<'p>,
    pub(super) losses: Vec<LossKind>,
}

impl Reader<'_, '_> {
    pub(super) fn read(&mut self, question: &mut Question) -> Result<Body, LossKind> {
        let fields = self.fields();
        let field = |name: &str| {
            fields
                .iter()
                .find(|(known, _)| known == name)
                .map_or("", |(_, value)| value.as_str())
        };
        let marks = [field("points_possible"), field("qmd_absolutescore_max")]
            .into_iter()
            .find(|marks| !marks.is_empty());
        if let Some(marks) = marks
            && !matches!(plain(marks).as_deref(), Some("1"))
        {
            self.losses.push(LossKind::Marks {
                value: short(marks, 20),
            });
        }
        let title = self.node.get("title");
        if !title.is_empty() && title != self.node.get("ident") {
            self.losses.push(LossKind::Field {
                name: "title".to_owned(),
                value: short(title, 60),
            });
        }
        let presentation = self.node.child("presentation").ok_or(LossKind::NoStem {})?;
        let kind = ["question_type", "bbmd_questiontype", "qmd_itemtype"].map(field);
        let kind = kind.into_iter().find(|kind| !kind.is_empty()).unwrap_or("").to_owned();
        self.feedback(question);
        if let ("Matching", Some(asked)) = (kind.as_str(), flows(presentation, "QUESTION_BLOCK").first()) {
            question.stem = self.material(asked);
            return self.board_matching(presentation);
        }
        question.stem = self.material(presentation);
        let responses: Vec<&Node> = presentation
            .below()
            .into_iter()
            .filter(|node| node.name.starts_with("response_") && node.name != "response_label")
            .collect();
        let conditions = conditions(self.node);
        match (kind.as_str(), responses.as_slice()) {
            ("essay_question" | "Essay" | "Short Response", _) => Ok(Body::Written {
                max_chars: None,
                guide: String::new(),
            }),
            (
                "text_only_question"
                | "file_upload_question"
                | "calculated_question"
                | "File Upload"
                | "Calculated"
                | "Hot Spot"
                | "Jumbled Sentence"
                | "Quiz Bowl"
                | "Opinion Scale"
                | "Fill in the Blank Plus"
                | "Ordering",
                _,
            ) => Err(LossKind::TypeUnsupported { name: kind.clone() }),
            ("multiple_dropdowns_question" | "fill_in_multiple_blanks_question", responses) => {
                self.blanks(&kind, responses, &conditions, question)
            }
            ("matching_question", responses) => self.matching(responses, &conditions),
            (_, [one]) if one.name == "response_lid" => self.choice(one, &kind, &conditions),
            (_, [one]) if matches!(one.name.as_str(), "response_str" | "response_num") => {
                self.entry(one, &kind, &conditions)
            }
            (_, _) => Err(LossKind::TypeUnsupported {
                name: if kind.is_empty() {
                    "no response".to_owned()
                } else {
                    short(&kind, 40)
                },
            }),
        }
    }

    fn fields(&self) -> Vec<(String, String)> {
        let mut fields: Vec<(String, String)> = self
            .node
            .all("qtimetadatafield")
            .iter()
            .map(|field| (field.text_of("fieldlabel"), field.text_of("fieldentry")))
            .collect();
        let below = self.node.child("itemmetadata").map(Node::below).unwrap_or_default();
        fields.extend(
            below
                .iter()
                .filter(|node| node.name.starts_with("bbmd_") || node.name.starts_with("qmd_"))
                .map(|node| (node.name.clone(), node.text())),
        );
        fields
    }

    /// The text of everything in a part that is not an answer.
    fn material(&mut self, node: &Node) -> String {
        let mut texts = Vec::new();
        self.gather(node, &mut texts);
        texts.retain(|text: &String| !text.is_empty());
        texts.join("\n\n")
    }

    fn gather(&mut self, node: &Node, texts: &mut Vec<String>) {
        for child in node.nodes() {
            match child.name.as_str() {
                "mattext" | "mat_formattedtext" | "formatted_text" => {
                    let raw = child.text();
                    let kind = [child.get("texttype"), child.get("type"), child.get("TYPE")]
                        .concat()
                        .to_ascii_lowercase();
                    let html = kind.contains("html") || kind.contains("smart") || gift::looks_like_html(&raw);
                    texts.push(if html {
                        let (text, lost) = html::from_html(&raw, &mut self.pictures);
                        self.losses.extend(lost);
                        text
                    } else {
                        text::foreign(&raw)
                    });
                }
                "matimage" => {
                    let address = format!(
                        "<img src=\"{}\" alt=\"{}\"/>",
                        xml::escaped(child.get("uri")),
                        xml::escaped(child.get("label"))
                    );
                    let (text, lost) = html::from_html(&address, &mut self.pictures);
                    self.losses.extend(lost);
                    texts.push(text);
                }
                "mataudio" | "matvideo" | "matapplet" | "matapplication" => self.losses.push(LossKind::Media {
                    what: child.name.clone(),
                }),
                name if name.starts_with("response_") || name.starts_with("render_") => {}
                _ => self.gather(child, texts),
            }
        }
    }

    fn feedback(&mut self, question: &mut Question) {
        let all: Vec<&Node> = self.node.named("itemfeedback").collect();
        for node in all {
            let text = self.material(node);
            if text.is_empty() {
                continue;
            }
            if matches!(node.get("ident"), "general_fb" | "solution") && question.explanation.is_empty() {
                question.explanation = text;
            } else {
                self.losses.push(LossKind::Feedback {
                    to: short(node.get("ident"), 40),
                });
            }
        }
    }
    fn labels(&mut self, response: &Node) -> Vec<(String, String)> {
        let labels = response.all("response_label");
        labels
            .into_iter()
            .map(|label| (label.get("ident").to_owned(), self.material(label)))
            .collect()
    }

    fn choice(&mut self, response: &Node, kind: &str, conditions: &[Condition]) -> Result<Body, LossKind> {
        strange(conditions)?;
        let labels = self.labels(response);
        let several = response.get("rcardinality").eq_ignore_ascii_case("multiple");
        let full = conditions
            .iter()
            .find(|condition| condition.share == ALL && !condition.equal.is_empty());
        if several && let Some(full) = full {
            let keys: Vec<usize> = (0..labels.len())
                .filter(|place| full.equal.iter().any(|(_, value)| *value == labels[*place].0))
                .collect();
            if keys.len() != full.equal.len() {
                return Err(LossKind::BadKey {
                    key: short(&full.equal[0].1, 40),
                });
            }
            if conditions
                .iter()
                .any(|condition| condition.share > 0 && condition.share < ALL)
            {
                self.losses.push(LossKind::PartialCredit { rule: kind.to_owned() });
            }
            return Ok(Body::Choice {
                several,
                options: labels.into_iter().map(|(_, text)| text).collect(),
                keys,
            });
        }
        let worth = |id: &str| {
            let own = conditions
                .iter()
                .filter(|condition| matches!(condition.equal.as_slice(), [(_, value)] if value == id));
            own.map(|condition| condition.share).max().unwrap_or(0)
        };
        let weighted: Vec<Weighted> = labels
            .iter()
            .map(|(id, text)| Weighted {
                text: text.clone(),
                share: worth(id),
            })
            .collect();
        if let [first, second] = labels.as_slice()
            && let Some((first, second)) = truth(first).zip(truth(second))
            && first != second
            && weighted.iter().filter(|answer| answer.share == ALL).count() == 1
        {
            return Ok(Body::TrueFalse {
                key: if weighted[0].share == ALL { first } else { second },
            });
        }
        answers::choice(weighted, several, false, &mut self.losses)
    }

    fn entry(&mut self, response: &Node, kind: &str, conditions: &[Condition]) -> Result<Body, LossKind> {
        let right: Vec<&Condition> = conditions.iter().filter(|condition| condition.share > 0).collect();
        let number = response.name == "response_num"
            || matches!(kind, "numerical_question" | "Numeric")
            || right.iter().any(|condition| condition.least.is_some());
        if right.is_empty() {
            return Ok(Body::Written {
                max_chars: None,
                guide: String::new(),
            });
        }
        strange(conditions)?;
        if !number {
            let answers = right.iter().flat_map(|condition| {
                condition.equal.iter().map(|(_, value)| Weighted {
                    text: value.replace('*', "\\*"),
                    share: condition.share,
                })
            });
            let case_matters = right.iter().any(|condition| condition.case_matters);
            return answers::words(&answers.collect::<Vec<_>>(), case_matters, &mut self.losses).map(Body::Words);
        }
        let [condition] = right.as_slice() else {
            return Err(LossKind::ResponseRule {
                rule: format!("{} × {}", kind, right.len()),
            });
        };
        let bad = || LossKind::BadKey {
            key: short(condition.least.as_deref().unwrap_or("?"), 40),
        };
        let number = match (&condition.least, &condition.most, condition.equal.first()) {
            (Some(low), Some(high), _) => {
                let (low, high) = Decimal::parse(low).zip(Decimal::parse(high)).ok_or_else(bad)?;
                let (middle, half) = Decimal::middle(low, high).ok_or_else(bad)?;
                Number {
                    value: middle.to_string(),
                    tolerance: half.to_string(),
                    units: Vec::new(),
                }
            }
            (None, None, Some((_, value))) => Number {
                value: plain(value).ok_or_else(bad)?,
                tolerance: "0".to_owned(),
                units: Vec::new(),
            },
            _ => {
                return Err(LossKind::ResponseRule {
                    rule: "open range".to_owned(),
                });
            }
        };
        Ok(Body::Number(number))
    }

    fn matching(&mut self, responses: &[&Node], conditions: &[Condition]) -> Result<Body, LossKind> {
        strange(conditions)?;
        let (mut prompts, mut keys) = (Vec::new(), Vec::new());
        let labels = responses
            .first()
            .map(|response| self.labels(response))
            .unwrap_or_default();
        for response in responses {
            prompts.push(self.material(response));
            let ident = response.get("ident");
            let right = conditions
                .iter()
                .filter(|condition| condition.share > 0)
                .flat_map(|condition| &condition.equal)
                .find(|(answer, _)| answer == ident);
            let (_, value) = right.ok_or(LossKind::NoKey {})?;
            let key = labels.iter().position(|(id, _)| id == value);
            keys.push(key.ok_or_else(|| LossKind::BadKey { key: short(value, 40) })?);
        }
        if prompts.is_empty() {
            return Err(LossKind::NoKey {});
        }
        self.losses.push(LossKind::PartialCredit {
            rule: format!("1/{}", prompts.len()),
        });
        Ok(Body::Matching {
            prompts,
            options: labels.into_iter().map(|(_, text)| text).collect(),
            keys,
        })
    }

    /// Blackboard: prompts with their fields in one block, what may stand beside them in another; the labels of a field
    /// stand for the second in its order.
    fn board_matching(&mut self, presentation: &Node) -> Result<Body, LossKind> {
        let (mut prompts, mut keys) = (Vec::new(), Vec::new());
        let mut options = Vec::new();
        for block in flows(presentation, "RIGHT_MATCH_BLOCK") {
            for flow in block.named("flow") {
                options.push(self.material(flow));
            }
        }
        let rules: Vec<&Node> = self.node.all("respcondition");
        let right: Vec<&Node> = rules.iter().flat_map(|rule| rule.all("varequal")).collect();
        for block in flows(presentation, "RESPONSE_BLOCK") {
            for flow in block.named("flow") {
                let Some(field) = flow.find("response_lid") else {
                    continue;
                };
                let own = right.iter().find(|own| own.get("respident") == field.get("ident"));
                let value = own.map(|own| own.text()).ok_or(LossKind::NoKey {})?;
                let labels = field.all("response_label");
                let key = labels.iter().position(|label| label.get("ident") == value);
                let key = key.filter(|key| *key < options.len());
                keys.push(key.ok_or_else(|| LossKind::BadKey { key: short(&value, 40) })?);
                prompts.push(self.material(flow));
            }
        }
        if prompts.is_empty() {
            return Err(LossKind::NoKey {});
        }
        self.losses.push(LossKind::PartialCredit {
            rule: format!("1/{}", prompts.len()),
        });
        Ok(Body::Matching { prompts, options, keys })
    }

    /// Canvas: `[color]` in the text, an answer for each.
    fn blanks(
        &mut self,
        kind: &str,
        responses: &[&Node],
        conditions: &[Condition],
        question: &mut Question,
    ) -> Result<Body, LossKind> {
        strange(conditions)?;
        let mut blanks: Vec<(usize, String, Blank)> = Vec::new();
        for response in responses {
            let name = self.material(response);
            let mark = format!("[{name}]");
            let at = question
                .stem
                .find(&mark)
                .ok_or_else(|| LossKind::BadKey { key: short(&mark, 40) })?;
            let labels = self.labels(response);
            let ident = response.get("ident");
            let right: Vec<&String> = conditions
                .iter()
                .filter(|condition| condition.share > 0)
                .flat_map(|condition| &condition.equal)
                .filter(|(answer, _)| answer == ident)
                .map(|(_, value)| value)
                .collect();
            let blank = if kind == "multiple_dropdowns_question" {
                let [right] = right.as_slice() else {
                    return Err(LossKind::NoKey {});
                };
                let key = labels
                    .iter()
                    .position(|(id, _)| id == *right)
                    .ok_or_else(|| LossKind::BadKey { key: short(right, 40) })?;
                Blank::Choice {
                    options: labels.into_iter().map(|(_, text)| text).collect(),
                    key,
                }
            } else {
                let accept: Vec<String> = labels.into_iter().map(|(_, text)| text).collect();
                if accept.is_empty() {
                    return Err(LossKind::NoKey {});
                }
                Blank::Words(Words {
                    accept,
                    case_matters: false,
                    blanks_matter: true,
                })
            };
            blanks.push((at, mark, blank));
        }
        blanks.sort_by_key(|(at, _, _)| *at);
        for ((_, mark, _), number) in blanks.iter().zip(1..) {
            question.stem = question.stem.replacen(mark, &format!("{{{{{number}}}}}"), 1);
        }
        self.losses.push(LossKind::PartialCredit {
            rule: format!("1/{}", blanks.len().max(1)),
        });
        if blanks.is_empty() {
            return Err(LossKind::NoKey {});
        }
        Ok(Body::Cloze {
            blanks: blanks.into_iter().map(|(_, _, blank)| blank).collect(),
        })
    }
}
/// The blocks of a class.
fn flows<'n>(node: &'n Node, class: &str) -> Vec<&'n Node> {
    let mut found = node.all("flow");
    found.retain(|flow| flow.get("class") == class);
    found
}

fn truth((id, text): &(String, String)) -> Option<bool> {
    table_key::truth(text).or(match id.as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    })
}
