//! QTI 2.1, 2.2 and 3.0: single items, and packages with a manifest.

use std::collections::BTreeMap;

use super::answers::{self, ALL, Weighted};
use super::loss::{LossKind, Refused, RefusedKind, short};
use super::model::{Blank, Body, Exchange, Hotspot, Number, Place, Question, Region, Words};
use super::number::{Decimal, plain};
use super::package::{self, Files};
use super::text::{self, Flow, Pictures};
use super::xml::{self, Child, Node};
use super::{input, tags};

/// Reads an item, or a package of items.
pub(super) fn read(bytes: &[u8], file: &str) -> Result<Exchange, Refused> {
    let mut exchange = Exchange::default();
    if !package::is_archive(bytes) {
        let text = input::text(bytes, file)?;
        let root = xml::tree(&text, file)?;
        if root.name != "assessmentItem" {
            return Err(Refused::new(file, root.line, RefusedKind::NotThisFormat { format: "QTI 2/3".to_owned() }));
        }
        Reader { files: &Files::new(), file, inner: "", exchange: &mut exchange }.item(&root, None);
        return Ok(exchange);
    }
    let files = package::unpack(bytes, file)?;
    let about = metadata(&files, file, &mut exchange)?;
    let mut items = 0;
    for (name, content) in &files {
        let plain = Place { file: format!("{file}!{name}"), line: 0 };
        if !super::ends_with(name, &["xml", "qti"]) || name.ends_with("imsmanifest.xml") {
            continue;
        }
        let text = input::text(content, &plain.file)?;
        let root = xml::tree(&text, &plain.file)?;
        if root.name == "assessmentItem" {
            items += 1;
            Reader { files: &files, file, inner: name, exchange: &mut exchange }.item(&root, about.get(name));
        } else {
            let what = short(&root.name, 40);
            exchange.lose(&plain, &root.name, LossKind::Field { name: what, value: short(root.get("title"), 60) });
        }
    }
    if items == 0 {
        return Err(Refused::new(file, 0, RefusedKind::NotThisFormat { format: "QTI 2/3".to_owned() }));
    }
    Ok(exchange)
}

/// What the manifest says of each file.
#[derive(Default)]
struct About {
    path: Vec<String>,
    tags: Vec<String>,
    difficulty: Option<u8>,
}

fn metadata(files: &Files, file: &str, exchange: &mut Exchange) -> Result<BTreeMap<String, About>, Refused> {
    let mut about = BTreeMap::new();
    let Some((name, content)) = files.iter().find(|(name, _)| name.ends_with("imsmanifest.xml")) else {
        return Ok(about);
    };
    let shown = format!("{file}!{name}");
    let text = input::text(content, &shown)?;
    let folder = name.trim_end_matches("imsmanifest.xml");
    xml::each(&text, &shown, |name| name == "resource", |node| {
        let mut own = About::default();
        own.tags.extend(node.all("keyword").iter().map(|keyword| keyword.text()));
        own.path.extend(node.all("taxon").iter().filter_map(|taxon| taxon.find("entry")).map(Node::text));
        if let Some(difficulty) = node.find("difficulty") {
            let words = ["very easy", "easy", "medium", "difficult", "very difficult"];
            let said = difficulty.text_of("value");
            let grade = words.iter().position(|word| *word == said);
            own.difficulty = grade.and_then(|grade| u8::try_from(grade + 1).ok());
        }
        let href = text::percent_decoded(node.get("href"));
        let place = Place { file: shown.clone(), line: node.line };
        let item = node.get("type").contains("item") && node.get("type").contains("qti");
        if item && !files.contains_key(&[folder, &href].concat()) {
            exchange.lose(&place, &href, LossKind::Media { what: format!("{} ?", short(&href, 60)) });
        }
        about.insert([folder, &href].concat(), own);
        Ok(())
    })?;
    Ok(about)
}

/// What an item says of one answer.
struct Declared<'n> {
    cardinality: &'n str,
    base: &'n str,
    correct: Vec<String>,
    /// What each answer is worth.
    mapped: Vec<(String, String)>,
    case_matters: bool,
    node: &'n Node,
}

struct Reader<'r> {
    files: &'r Files,
    file: &'r str,
    inner: &'r str,
    exchange: &'r mut Exchange,
}

impl Reader<'_> {
    fn item(&mut self, root: &Node, about: Option<&About>) {
        let file = if self.inner.is_empty() { self.file.to_owned() } else { format!("{}!{}", self.file, self.inner) };
        let place = Place { file, line: root.line };
        let id = root.get("identifier").to_owned();
        let mut question = Question::bare(String::new(), Body::TrueFalse { key: true });
        question.id.clone_from(&id);
        let (mut losses, mut known) = (Vec::new(), tags::Known::default());
        if let Some(about) = about {
            question.path.clone_from(&about.path);
            question.difficulty = about.difficulty;
            for tag in tags::take(&mut question, &about.tags, &mut known) {
                losses.push(LossKind::Field { name: "keyword".to_owned(), value: short(&tag, 60) });
            }
        }
        let title = root.get("title");
        if !title.is_empty() && title != id {
            losses.push(LossKind::Field { name: "title".to_owned(), value: short(title, 60) });
        }
        let (files, inner) = (self.files, self.inner);
        let find = |address: &str| text::in_archive(files, inner, address).cloned();
        let mut taken = BTreeMap::new();
        let mut item = Item {
            root,
            pictures: Pictures { find: &find, taken: &mut taken },
            losses: &mut losses,
            known: &known,
        };
        let body = item.read(&mut question);
        if known.paper_scores {
            losses.retain(|loss| !matches!(loss, LossKind::PartialCredit { .. }));
        }
        if self.exchange.settle(place, &id, losses, question, body) {
            self.exchange.pictures.extend(taken);
        }
    }
}

/// The interactions that stand within a text.
const INLINE: &[&str] = &["textEntryInteraction", "inlineChoiceInteraction"];

struct Item<'n, 'p, 'q> {
    root: &'n Node,
    pictures: Pictures<'p>,
    losses: &'q mut Vec<LossKind>,
    known: &'q tags::Known,
}

impl<'n> Item<'n, '_, '_> {
    fn read(&mut self, question: &mut Question) -> Result<Body, LossKind> {
        for name in ["templateDeclaration", "assessmentStimulusRef"] {
            if self.root.child(name).is_some() {
                return Err(LossKind::Media { what: name.to_owned() });
            }
        }
        let rules = self.rules()?;
        let body = self.root.child("itemBody").ok_or(LossKind::NoStem {})?;
        let interactions: Vec<&Node> = body.below().into_iter().filter(|node| node.name.ends_with("Interaction")).collect();
        self.feedback(question);
        let guide = self.rubrics(body);
        let first = interactions.first().ok_or_else(|| LossKind::TypeUnsupported { name: "no interaction".to_owned() })?;
        if interactions.iter().all(|node| INLINE.contains(&node.name.as_str())) {
            return self.inline(body, &interactions, &rules, question);
        }
        if interactions.len() > 1 {
            let names: Vec<&str> = interactions.iter().take(5).map(|node| node.name.as_str()).collect();
            return Err(LossKind::TypeUnsupported { name: names.join(" + ") });
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
            "extendedTextInteraction" => Ok(Body::Written { max_chars: None, guide }),
            other => Err(LossKind::TypeUnsupported { name: short(other, 40) }),
        }
    }

    /// A text in the item. What stands for an interaction within it is asked for.
    fn words(&mut self, node: &Node, hook: &mut dyn FnMut(&Node) -> Option<String>) -> String {
        let mut flow = Flow::new(&mut self.pictures);
        for child in &node.children {
            walk(child, &mut flow, hook);
        }
        let (text, lost) = flow.finish();
        self.losses.extend(lost);
        text
    }

    fn plain_words(&mut self, node: &Node) -> String {
        self.words(node, &mut |_| None)
    }

    fn declared(&self, interaction: &Node) -> Result<Declared<'n>, LossKind> {
        let id = interaction.get("responseIdentifier");
        let mut all = self.root.named("responseDeclaration");
        let node = all.find(|node| node.get("identifier") == id).ok_or(LossKind::NoKey {})?;
        let correct = node.child("correctResponse").map(|correct| correct.named("value").map(Node::text).collect());
        let mapping = node.child("mapping");
        let entries = mapping.map(|mapping| mapping.named("mapEntry").collect::<Vec<_>>()).unwrap_or_default();
        Ok(Declared {
            cardinality: node.get("cardinality"),
            base: node.get("baseType"),
            correct: correct.unwrap_or_default(),
            mapped: entries.iter().map(|entry| (entry.get("mapKey").to_owned(), entry.get("mappedValue").to_owned())).collect(),
            case_matters: entries.iter().any(|entry| entry.get("caseSensitive") == "true"),
            node,
        })
    }

    /// The response rules, as far as they are of the kinds that a bank has.
    fn rules(&self) -> Result<Rules, LossKind> {
        let Some(processing) = self.root.child("responseProcessing") else {
            return Ok(Rules::default());
        };
        let template = processing.get("template");
        let template = template.rsplit('/').next().unwrap_or("").trim_end_matches(".xml");
        let mut rules = Rules::default();
        match template {
            "" => {}
            "match_correct" => return Ok(rules),
            "map_response" | "map_response_point" => {
                rules.mapped = true;
                return Ok(rules);
            }
            "CC2_match" | "CC2_match_basic" => return Ok(rules),
            other => return Err(LossKind::ResponseRule { rule: short(other, 40) }),
        }
        const KNOWN: &[&str] = &["responseCondition", "responseIf", "responseElse", "responseElseIf", "match", "variable", "correct", "setOutcomeValue", "baseValue", "mapResponse", "mapResponsePoint", "isNull", "sum", "and", "not", "equal", "stringMatch", "multiple"];
        for node in processing.below() {
            if !KNOWN.contains(&node.name.as_str()) {
                return Err(LossKind::ResponseRule { rule: short(&node.name, 40) });
            }
            match node.name.as_str() {
                "mapResponse" | "mapResponsePoint" => rules.mapped = true,
                "match" | "equal" | "stringMatch" => self.comparison(node, &mut rules)?,
                "setOutcomeValue" if node.find("sum").is_some() && node.find("variable").is_some_and(|variable| variable.get("identifier") == node.get("identifier")) => rules.summed = true,
                _ => {}
            }
        }
        Ok(rules)
    }

    /// A comparison must be of an answer with its key, or of a feedback, or a single right value.
    fn comparison(&self, node: &Node, rules: &mut Rules) -> Result<(), LossKind> {
        let strange = || LossKind::ResponseRule { rule: format!("{} …", node.name) };
        let variable = node.child("variable").map(|variable| variable.get("identifier").to_owned());
        if node.child("mapResponse").is_some() && node.child("baseValue").is_some() {
            return Ok(());
        }
        if node.name == "equal" {
            let tolerance = node.get("tolerance").split_whitespace().next().unwrap_or("0").to_owned();
            match node.get("toleranceMode") {
                "absolute" | "exact" | "" => {}
                _ => return Err(strange()),
            }
            rules.tolerance.insert(variable.clone().ok_or_else(strange)?, if node.get("toleranceMode") == "absolute" { tolerance } else { "0".to_owned() });
        }
        if node.name == "stringMatch" && node.get("caseSensitive") == "true" {
            rules.case_matters = true;
        }
        if node.child("correct").is_some() {
            return Ok(());
        }
        // `match(variable RESPONSE, baseValue X)` gives partial marks; how many, cannot be told from here. Of an outcome it
        // only chooses a feedback.
        let answers = |id: &String| self.root.named("responseDeclaration").any(|node| node.get("identifier") == id);
        match variable {
            Some(variable) if !answers(&variable) => Ok(()),
            _ => Err(strange()),
        }
    }

    fn feedback(&mut self, question: &mut Question) {
        let all: Vec<&Node> = self.root.named("modalFeedback").collect();
        let ours = all.iter().position(|node| node.get("identifier") == "explanation");
        let general = ours.or((all.len() == 1).then_some(0));
        for (place, node) in all.iter().enumerate() {
            if Some(place) == general {
                question.explanation = self.plain_words(node);
            } else {
                self.losses.push(LossKind::Feedback { to: short(node.get("identifier"), 40) });
            }
        }
        let within = self.root.below().into_iter().filter(|node| matches!(node.name.as_str(), "feedbackInline" | "feedbackBlock"));
        self.losses.extend(within.map(|node| LossKind::Feedback { to: short(node.get("identifier"), 40) }));
        if self.root.child("stylesheet").is_some() {
            self.losses.push(LossKind::Formatting { tags: "stylesheet".to_owned() });
        }
    }

    /// Words for those who mark; other rubrics are told as lost.
    fn rubrics(&mut self, body: &Node) -> String {
        let mut guide = Vec::new();
        for node in body.all("rubricBlock") {
            if node.get("view").contains("scorer") {
                guide.push(self.plain_words(node));
            } else {
                self.losses.push(LossKind::Field { name: "rubricBlock".to_owned(), value: short(&node.text(), 60) });
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
            let worth = |id: &str| declared.mapped.iter().find(|(key, _)| key == id).map_or("0", |(_, value)| value.as_str());
            let values: Vec<i64> = answers.iter().map(|(id, _, _)| answers::percent(worth(id)).unwrap_or(0)).collect();
            let sum: i64 = values.iter().filter(|value| **value > 0).sum();
            let best = if several { sum } else { values.iter().copied().max().unwrap_or(0) };
            if best <= 0 {
                return Err(LossKind::NoKey {});
            }
            let weighted = answers.into_iter().zip(values).map(|((_, text, _), value)| Weighted { text, share: value * ALL / best });
            let mut weighted: Vec<Weighted> = weighted.collect();
            level(&mut weighted, several);
            return answers::choice(weighted, several, self.known.paper_scores, self.losses);
        }
        let keys: Vec<usize> = (0..answers.len()).filter(|place| answers[*place].2).collect();
        if keys.is_empty() || keys.len() != declared.correct.len() || (!several && keys.len() != 1) {
            return Err(if declared.correct.is_empty() { LossKind::NoKey {} } else { LossKind::BadKey { key: short(&declared.correct.join(", "), 40) } });
        }
        let options: Vec<String> = answers.into_iter().map(|(_, text, _)| text).collect();
        if let (false, [first, second]) = (several, options.as_slice())
            && let (Some(first), Some(second)) = (super::table::truth(first), super::table::truth(second))
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
            return Err(LossKind::ResponseRule { rule: "map_response".to_owned() });
        }
        let choices: Vec<&Node> = node.named("simpleChoice").collect();
        let mut steps = Vec::new();
        for id in &declared.correct {
            let choice = choices.iter().find(|choice| choice.get("identifier") == id);
            let choice = choice.ok_or_else(|| LossKind::BadKey { key: short(id, 40) })?;
            steps.push(self.plain_words(choice));
        }
        if steps.len() != choices.len() {
            return Err(LossKind::BadKey { key: short(&declared.correct.join(", "), 40) });
        }
        Ok(Body::Ordering { steps })
    }

    fn pairs(&mut self, node: &Node, rules: &Rules) -> Result<Body, LossKind> {
        let declared = self.declared(node)?;
        let sets: Vec<&Node> = node.named("simpleMatchSet").collect();
        let [left, right] = sets.as_slice() else {
            return Err(LossKind::TypeUnsupported { name: node.name.clone() });
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
            let own: Vec<&str> = pairs.iter().filter(|(one, _)| one == prompt.get("identifier")).map(|(_, other)| other.as_str()).collect();
            let [own] = own.as_slice() else {
                return Err(LossKind::ResponseRule { rule: format!("{} × {}", prompt.get("identifier"), own.len()) });
            };
            let key = choices.iter().position(|choice| choice.get("identifier") == *own);
            keys.push(key.ok_or_else(|| LossKind::BadKey { key: short(own, 40) })?);
            prompts.push(self.plain_words(prompt));
        }
        let options = choices.into_iter().map(|choice| self.plain_words(choice)).collect();
        if rules.mapped && !self.known.paper_scores {
            self.losses.push(LossKind::PartialCredit { rule: "map_response".to_owned() });
        }
        Ok(Body::Matching { prompts, options, keys })
    }

    fn hotspot(&mut self, node: &Node) -> Result<Body, LossKind> {
        let declared = self.declared(node)?;
        let image = node.nodes().find(|node| matches!(node.name.as_str(), "object" | "img")).ok_or(LossKind::NoStem {})?;
        let holder = Node { children: vec![Child::Node(image.clone())], ..Node::default() };
        let shown = self.plain_words(&holder);
        let (picture, shows) = match text::pieces(&shown).first() {
            Some(text::Piece::Picture { name, shows }) => ((*name).to_owned(), (*shows).to_owned()),
            _ => return Err(LossKind::PictureMissing { name: short(image.get("data"), 60) }),
        };
        let areas: Vec<&Node> = if node.name == "hotspotInteraction" {
            let right = |area: &&Node| declared.correct.iter().any(|id| id == area.get("identifier"));
            if node.named("hotspotChoice").any(|area| !right(&area)) {
                self.losses.push(LossKind::Field { name: "hotspotChoice".to_owned(), value: "distractors".to_owned() });
            }
            node.named("hotspotChoice").filter(right).collect()
        } else {
            declared.node.child("areaMapping").map(|mapping| mapping.named("areaMapEntry").collect()).unwrap_or_default()
        };
        let regions: Option<Vec<Region>> = areas.iter().map(|area| region(area.get("shape"), area.get("coords"))).collect();
        let regions = regions.filter(|regions| !regions.is_empty()).ok_or(LossKind::NoKey {})?;
        let need = u32::try_from(regions.len()).unwrap_or(u32::MAX);
        Ok(Body::Hotspot(Hotspot { picture, shows, need, regions }))
    }

    /// One field alone, or several in a text.
    fn inline(&mut self, body: &Node, interactions: &[&'n Node], rules: &Rules, question: &mut Question) -> Result<Body, LossKind> {
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
                Blank::Choice { options: choices.iter().map(|choice| text::foreign(&choice.text())).collect(), key }
            } else {
                self.entry(node, &declared, rules)?
            });
        }
        let only = !self.known.cloze && interactions.len() == 1 && matches!(blanks.first(), Some(Blank::Number(_) | Blank::Words(_)));
        let mut number = 0;
        let stem = self.words(body, &mut |node| {
            INLINE.contains(&node.name.as_str()).then(|| {
                number += 1;
                if only { "\u{F0020}".to_owned() } else { format!("{{{{{number}}}}}") }
            })
        });
        if (rules.summed || rules.mapped) && interactions.len() > 1 {
            self.losses.push(LossKind::PartialCredit { rule: format!("1/{}", interactions.len()) });
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
            let tolerance = Decimal::parse(tolerance).filter(|width| !width.is_negative()).ok_or_else(bad)?;
            let unit = node.get("placeholderText");
            let unit = node.attribute("data-unit").or(node.attribute("dataUnit")).unwrap_or(unit).to_owned();
            return Ok(Blank::Number(Number { value, tolerance: tolerance.to_string(), unit }));
        }
        if declared.mapped.is_empty() {
            let answers = declared.correct.iter().map(|text| Weighted { text: text.replace('*', "\\*"), share: ALL }).collect();
            let words = answers::words(answers, true, self.losses)?;
            // What is compared as it stands tells capitals apart, unless the rule says otherwise.
            let case_matters = rules.case_matters || !rules.mapped;
            return Ok(Blank::Words(Words { case_matters, ..words }));
        }
        let values: Vec<i64> = declared.mapped.iter().map(|(_, value)| answers::percent(value).unwrap_or(0)).collect();
        let best = values.iter().copied().max().filter(|best| *best > 0).ok_or(LossKind::NoKey {})?;
        let answers = declared.mapped.iter().zip(values).map(|((key, _), value)| Weighted { text: key.replace('*', "\\*"), share: value * ALL / best });
        answers::words(answers.collect(), declared.case_matters, self.losses).map(Blank::Words)
    }

    /// Words put into gaps: each gap may take any of them.
    fn gaps(&mut self, body: &Node, node: &'n Node, question: &mut Question) -> Result<Body, LossKind> {
        let declared = self.declared(node)?;
        let words: Vec<&Node> = node.named("gapText").collect();
        if words.is_empty() {
            return Err(LossKind::TypeUnsupported { name: "gapImg".to_owned() });
        }
        let options: Vec<String> = words.iter().map(|word| text::foreign(&word.text())).collect();
        let mut blanks = Vec::new();
        for gap in node.all("gap") {
            let pair = declared.correct.iter().filter_map(|pair| pair.split_once(char::is_whitespace));
            let mut own = pair.filter(|(_, place)| place.trim() == gap.get("identifier")).map(|(word, _)| word);
            let word = own.next().ok_or(LossKind::NoKey {})?;
            let key = words.iter().position(|known| known.get("identifier") == word);
            let key = key.ok_or_else(|| LossKind::BadKey { key: short(word, 40) })?;
            blanks.push(Blank::Choice { options: options.clone(), key });
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
        self.losses.push(LossKind::Field { name: "gapMatchInteraction".to_owned(), value: "drag → select".to_owned() });
        Ok(Body::Cloze { blanks })
    }
}

/// What the response rules of an item come to.
#[derive(Default)]
struct Rules {
    mapped: bool,
    summed: bool,
    case_matters: bool,
    tolerance: BTreeMap<String, String>,
}

/// Rounds shares that are equal but for the division.
fn level(answers: &mut [Weighted], several: bool) {
    let sum: i64 = answers.iter().map(|answer| answer.share).filter(|share| *share > 0).sum();
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
        "rubricBlock" | "feedbackInline" | "feedbackBlock" | "simpleChoice" | "simpleMatchSet" | "hotspotChoice" | "gapText" => return,
        "math" => {
            match node.all("annotation").into_iter().find(|node| node.get("encoding").contains("tex")) {
                Some(tex) => flow.ours(&format!("${}$", tex.text().trim_matches('$'))),
                None => flow.lose(LossKind::Media { what: "MathML".to_owned() }),
            }
            return;
        }
        _ => {}
    }
    if name.ends_with("Interaction") {
        let inner: &[&str] = if name == "gapMatchInteraction" { &["prompt", "gapText", "gapImg"] } else { &["prompt"] };
        for child in &node.children {
            match child {
                Child::Node(own) if inner.contains(&own.name.as_str()) || (name == "gapMatchInteraction") => walk(child, flow, hook),
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
    let numbers: Option<Vec<u32>> = coords.split([',', ' ']).filter(|part| !part.is_empty()).map(|part| part.parse().ok()).collect();
    let numbers = numbers?;
    match (shape, numbers.as_slice()) {
        ("rect", [left, top, right, bottom]) => Some(Region::Rectangle(*left, *top, right.checked_sub(*left)?, bottom.checked_sub(*top)?)),
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
