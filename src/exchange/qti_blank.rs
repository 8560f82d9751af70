//! Fields within the text of a QTI item: words, numbers, choices, gaps.

use super::answers::{self, ALL, Weighted};
use super::loss::{LossKind, short};
use super::model::{Blank, Body, Number, Question, Unit, Words};
use super::number::{Decimal, plain};
use super::qti_item::{Declared, INLINE, Item};
use super::qti_rules::Rules;
use super::text;
use super::xml::Node;

impl<'n> Item<'n, '_, '_> {
    /// One field alone, or several in a text.
    pub(super) fn inline(
        &mut self,
        body: &Node,
        interactions: &[&'n Node],
        rules: &Rules,
        question: &mut Question,
    ) -> Result<Body, LossKind> {
        let mut blanks = Vec::new();
        for node in interactions {
            let declared = self.declared(node)?;
            blanks.push(if node.name == "inlineChoiceInteraction" {
                let choices: Vec<&Node> = node.named("inlineChoice").collect();
                let [right] = declared.correct.as_slice() else {
                    return Err(LossKind::NoKey {});
                };
                let key = choices.iter().position(|choice| choice.get("identifier") == right);
                let key = key.ok_or_else(|| LossKind::BadKey { key: short(right, 40) })?;
                Blank::Choice {
                    options: choices.iter().map(|choice| text::foreign(&choice.text())).collect(),
                    key,
                }
            } else {
                self.entry(node, &declared, rules)?
            });
        }
        let only = !self.known.cloze
            && interactions.len() == 1
            && matches!(blanks.first(), Some(Blank::Number(_) | Blank::Words(_)));
        let mut number = 0;
        let stem = self.words(body, &mut |node| {
            INLINE.contains(&node.name.as_str()).then(|| {
                number += 1;
                if only {
                    "\u{F0020}".to_owned()
                } else {
                    format!("{{{{{number}}}}}")
                }
            })
        });
        if (rules.summed || rules.mapped) && interactions.len() > 1 {
            self.losses.push(LossKind::PartialCredit {
                rule: format!("1/{}", interactions.len()),
            });
        }
        if only {
            // A field at the end is the answer's; one within the text leaves a gap to be seen.
            let bare = stem.trim_end_matches('\u{F0020}').trim_end();
            bare.replace('\u{F0020}', "_____").clone_into(&mut question.stem);
            return Ok(match blanks.remove(0) {
                Blank::Number(number) => Body::Number(number),
                Blank::Words(words) => Body::Words(words),
                choice @ Blank::Choice { .. } => Body::Cloze { blanks: vec![choice] },
            });
        }
        question.stem = stem;
        Ok(Body::Cloze { blanks })
    }

    fn entry(&mut self, node: &Node, declared: &Declared<'_>, rules: &Rules) -> Result<Blank, LossKind> {
        let id = declared.node.get("identifier");
        if matches!(declared.base, "float" | "integer") {
            let [right] = declared.correct.as_slice() else {
                return Err(LossKind::NoKey {});
            };
            let tolerance = rules.tolerance.get(id).map_or("0", String::as_str);
            let bad = || LossKind::BadKey { key: short(right, 40) };
            let value = plain(right).ok_or_else(bad)?;
            let tolerance = Decimal::parse(tolerance)
                .filter(|width| !width.is_negative())
                .ok_or_else(bad)?;
            let unit = node.get("placeholderText");
            let unit = node
                .attribute("data-unit")
                .or(node.attribute("dataUnit"))
                .unwrap_or(unit);
            return Ok(Blank::Number(Number {
                value,
                tolerance: tolerance.to_string(),
                units: Unit::only(unit),
            }));
        }
        if declared.mapped.is_empty() {
            let answers: Vec<Weighted> = declared
                .correct
                .iter()
                .map(|text| Weighted {
                    text: text.replace('*', "\\*"),
                    share: ALL,
                })
                .collect();
            let words = answers::words(&answers, true, self.losses)?;
            // What is compared as it stands tells capitals apart, unless the rule says otherwise.
            let case_matters = rules.case_matters || !rules.mapped;
            return Ok(Blank::Words(Words { case_matters, ..words }));
        }
        let values: Vec<i64> = declared
            .mapped
            .iter()
            .map(|(_, value)| answers::percent(value).unwrap_or(0))
            .collect();
        let best = values
            .iter()
            .copied()
            .max()
            .filter(|best| *best > 0)
            .ok_or(LossKind::NoKey {})?;
        let answers = declared.mapped.iter().zip(values).map(|((key, _), value)| Weighted {
            text: key.replace('*', "\\*"),
            share: value * ALL / best,
        });
        answers::words(&answers.collect::<Vec<_>>(), declared.case_matters, self.losses).map(Blank::Words)
    }

    /// Words put into gaps: each gap may take any of them.
    pub(super) fn gaps(&mut self, body: &Node, node: &'n Node, question: &mut Question) -> Result<Body, LossKind> {
        let declared = self.declared(node)?;
        let words: Vec<&Node> = node.named("gapText").collect();
        if words.is_empty() {
            return Err(LossKind::TypeUnsupported {
                name: "gapImg".to_owned(),
            });
        }
        let options: Vec<String> = words.iter().map(|word| text::foreign(&word.text())).collect();
        let mut blanks = Vec::new();
        for gap in node.all("gap") {
            let pair = declared
                .correct
                .iter()
                .filter_map(|pair| pair.split_once(char::is_whitespace));
            let mut own = pair
                .filter(|(_, place)| place.trim() == gap.get("identifier"))
                .map(|(word, _)| word);
            let word = own.next().ok_or(LossKind::NoKey {})?;
            let key = words.iter().position(|known| known.get("identifier") == word);
            let key = key.ok_or_else(|| LossKind::BadKey { key: short(word, 40) })?;
            blanks.push(Blank::Choice {
                options: options.clone(),
                key,
            });
        }
        let mut number = 0;
        question.stem = self.words(body, &mut |node| match node.name.as_str() {
            "gap" => {
                number += 1;
                Some(format!("{{{{{number}}}}}"))
            }
            "gapText" => Some(String::new()),
            _ => None,
        });
        self.losses.push(LossKind::Field {
            name: "gapMatchInteraction".to_owned(),
            value: "drag → select".to_owned(),
        });
        Ok(Body::Cloze { blanks })
    }
}
