//! Packages in QTI 2.2 and 3.0: one item a file, pictures beside them, what QTI has no field for in the manifest.

use super::loss::{LossKind, Refused};
use super::model::{Blank, Body, Exchange, Found, Number, Question, Region};
use super::package::{self, Files};
use super::xml::escaped;
use super::{Written, tags, text};

/// Writes a package; `third` for QTI 3.0.
pub(super) fn write(exchange: &Exchange, third: bool) -> Result<Written, Refused> {
    let mut written = Written::new("zip");
    let mut files = Files::new();
    let mut resources = String::new();
    let v = Version { third };
    for (found, number) in exchange.questions.iter().zip(1..) {
        let question = &found.question;
        let id = if question.id.is_empty() { format!("item-{number}") } else { question.id.clone() };
        let id = if id.starts_with(|c: char| c.is_ascii_digit()) { format!("_{id}") } else { id };
        match v.item(found, &id, &mut written) {
            Ok(item) => {
                let missing = pictures(question).into_iter().find(|name| !exchange.pictures.contains_key(*name));
                if let Some(name) = missing {
                    written.lose(found, LossKind::PictureMissing { name: name.to_owned() });
                    continue;
                }
                let href = format!("items/{number:05}.xml");
                resources.push_str(&v.resource(question, &href, &format!("r{number}")));
                files.insert(href, item.into_bytes());
            }
            Err(loss) => written.lose(found, loss),
        }
    }
    for (name, bytes) in &exchange.pictures {
        files.insert(format!("items/pictures/{name}"), bytes.clone());
    }
    files.insert("imsmanifest.xml".to_owned(), v.manifest(&resources).into_bytes());
    written.bytes = package::pack(&files)?;
    Ok(written)
}

fn pictures(question: &Question) -> Vec<&str> {
    let mut names: Vec<&str> = question.texts().into_iter().flat_map(text::pictures).collect();
    if let Body::Hotspot(hotspot) = &question.body {
        names.push(&hotspot.picture);
    }
    names
}

#[derive(Clone, Copy)]
struct Version {
    third: bool,
}

impl Version {
    fn name(self) -> &'static str {
        if self.third { "QTI 3.0" } else { "QTI 2.2" }
    }

    /// `choiceInteraction` as `qti-choice-interaction` in the third.
    fn kebab(self, name: &str) -> String {
        if !self.third {
            return name.to_owned();
        }
        let mut kebab = String::new();
        for c in name.chars() {
            if c.is_ascii_uppercase() {
                kebab.push('-');
            }
            kebab.push(c.to_ascii_lowercase());
        }
        kebab
    }

    fn element(self, name: &str, attributes: &[(&str, &str)], inner: &str) -> String {
        let element = if self.third { format!("qti-{}", self.kebab(name)) } else { name.to_owned() };
        let mut told = format!("<{element}");
        for (name, value) in attributes {
            told.push_str(&format!(" {}=\"{}\"", self.kebab(name), escaped(value)));
        }
        told.push_str(&format!(">{inner}</{element}>"));
        told
    }

    fn rich(self, text: &str, blank: &dyn Fn(usize) -> String) -> String {
        text::html(text, &|name| format!("pictures/{name}"), blank)
    }

    fn words(self, text: &str) -> String {
        self.rich(text, &|number| format!("({number})"))
    }

    fn declaration(self, id: &str, cardinality: &str, base: &str, correct: &[String], mapping: &str) -> String {
        let values: String = correct.iter().map(|value| self.element("value", &[], &escaped(value))).collect();
        let correct = if values.is_empty() { String::new() } else { self.element("correctResponse", &[], &values) };
        let attributes = [("identifier", id), ("cardinality", cardinality), ("baseType", base)];
        self.element("responseDeclaration", &attributes, &[correct.as_str(), mapping].concat())
    }

    fn template(self, name: &str) -> String {
        let place = if self.third {
            format!("https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/{name}.xml")
        } else {
            format!("http://www.imsglobal.org/question/qti_v2p2/rptemplates/{name}")
        };
        self.element("responseProcessing", &[("template", &place)], "")
    }

    fn item(self, found: &Found, id: &str, written: &mut Written) -> Result<String, LossKind> {
        let question = &found.question;
        let Parts { declarations, body, processing } = self.parts(found, written)?;
        let outcome = self.element("outcomeDeclaration", &[("identifier", "SCORE"), ("cardinality", "single"), ("baseType", "float")], "");
        let feedback = if question.explanation.is_empty() {
            String::new()
        } else {
            let inner = self.words(&question.explanation);
            let inner = if self.third { self.element("contentBody", &[], &inner) } else { inner };
            let declared = self.element("outcomeDeclaration", &[("identifier", "FEEDBACK"), ("cardinality", "single"), ("baseType", "identifier")], &self.element("defaultValue", &[], &self.element("value", &[], "explanation")));
            let shown = self.element("modalFeedback", &[("outcomeIdentifier", "FEEDBACK"), ("identifier", "explanation"), ("showHide", "show")], &inner);
            return Ok(self.whole(id, &[declarations, outcome, declared, self.element("itemBody", &[], &body), processing, shown].concat()));
        };
        Ok(self.whole(id, &[declarations, outcome, self.element("itemBody", &[], &body), processing, feedback].concat()))
    }

    fn whole(self, id: &str, inner: &str) -> String {
        let space = if self.third { "http://www.imsglobal.org/xsd/imsqtiasi_v3p0" } else { "http://www.imsglobal.org/xsd/imsqti_v2p2" };
        let element = if self.third { "qti-assessment-item" } else { "assessmentItem" };
        let (adaptive, time) = (self.kebab("adaptive"), self.kebab("timeDependent"));
        format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{element} xmlns=\"{space}\" identifier=\"{0}\" title=\"{0}\" {adaptive}=\"false\" {time}=\"false\">{inner}</{element}>\n", escaped(id))
    }

    fn parts(self, found: &Found, written: &mut Written) -> Result<Parts, LossKind> {
        let question = &found.question;
        let stem = self.words(&question.stem);
        let option = |letter: usize| format!("A{letter}");
        let shuffle = if question.fixed_options { "false" } else { "true" };
        let parts = match &question.body {
            Body::Choice { several, options, keys } => {
                let cardinality = if *several { "multiple" } else { "single" };
                let most = if *several { "0" } else { "1" };
                let correct: Vec<String> = keys.iter().map(|key| option(*key)).collect();
                let choices: String = options.iter().enumerate().map(|(place, text)| self.element("simpleChoice", &[("identifier", &option(place))], &self.words(text))).collect();
                Parts {
                    declarations: self.declaration("RESPONSE", cardinality, "identifier", &correct, ""),
                    body: [stem, self.element("choiceInteraction", &[("responseIdentifier", "RESPONSE"), ("shuffle", shuffle), ("maxChoices", most)], &choices)].concat(),
                    processing: self.template("match_correct"),
                }
            }
            Body::TrueFalse { key } => {
                let choices: String = [("true", "正确"), ("false", "错误")].map(|(id, text)| self.element("simpleChoice", &[("identifier", id)], text)).concat();
                Parts {
                    declarations: self.declaration("RESPONSE", "single", "identifier", &[key.to_string()], ""),
                    body: [stem, self.element("choiceInteraction", &[("responseIdentifier", "RESPONSE"), ("shuffle", "false"), ("maxChoices", "1")], &choices)].concat(),
                    processing: self.template("match_correct"),
                }
            }
            Body::Ordering { steps } => {
                // Shuffled by whoever shows them; written in the right order, the key says the same.
                let correct: Vec<String> = (0..steps.len()).map(option).collect();
                let choices: String = steps.iter().enumerate().map(|(place, text)| self.element("simpleChoice", &[("identifier", &option(place))], &self.words(text))).collect();
                Parts {
                    declarations: self.declaration("RESPONSE", "ordered", "identifier", &correct, ""),
                    body: [stem, self.element("orderInteraction", &[("responseIdentifier", "RESPONSE"), ("shuffle", "true")], &choices)].concat(),
                    processing: self.template("match_correct"),
                }
            }
            Body::Matching { prompts, options, keys } => {
                let correct: Vec<String> = keys.iter().enumerate().map(|(place, key)| format!("P{place} A{key}")).collect();
                let count = prompts.len().to_string();
                let left: String = prompts.iter().enumerate().map(|(place, text)| self.element("simpleAssociableChoice", &[("identifier", &format!("P{place}")), ("matchMax", "1")], &self.words(text))).collect();
                let right: String = options.iter().enumerate().map(|(place, text)| self.element("simpleAssociableChoice", &[("identifier", &option(place)), ("matchMax", &count)], &self.words(text))).collect();
                let sets = [left, right].map(|set| self.element("simpleMatchSet", &[], &set)).concat();
                Parts {
                    declarations: self.declaration("RESPONSE", "multiple", "directedPair", &correct, ""),
                    body: [stem, self.element("matchInteraction", &[("responseIdentifier", "RESPONSE"), ("shuffle", "true"), ("maxAssociations", &count)], &sets)].concat(),
                    processing: self.template("match_correct"),
                }
            }
            Body::Number(_) | Body::Words(_) => {
                let blank = match &question.body {
                    Body::Number(number) => Blank::Number(number.clone()),
                    Body::Words(words) => Blank::Words(words.clone()),
                    _ => return Err(LossKind::NoKey {}),
                };
                let (declarations, entry, condition) = self.blank("RESPONSE", &blank);
                Parts { declarations, body: format!("{stem}<p>{entry}</p>"), processing: self.conditions(&[condition]) }
            }
            Body::Cloze { blanks } => {
                let told: Vec<(String, String, String)> = blanks.iter().zip(1..).map(|(blank, number)| self.blank(&format!("RESPONSE_{number}"), blank)).collect();
                let body = self.rich(&question.stem, &|number| told.get(number.wrapping_sub(1)).map(|told| told.1.clone()).unwrap_or_default());
                let conditions: Vec<String> = told.iter().map(|told| told.2.clone()).collect();
                Parts { declarations: told.iter().map(|told| told.0.as_str()).collect(), body, processing: self.conditions(&conditions) }
            }
            Body::Written { max_chars, guide } => {
                if max_chars.is_some() {
                    written.lose(found, LossKind::Unsaid { what: "max_chars".to_owned(), format: self.name().to_owned() });
                }
                let rubric = if guide.is_empty() { String::new() } else { self.element("rubricBlock", &[("view", "scorer")], &self.words(guide)) };
                Parts {
                    declarations: self.declaration("RESPONSE", "single", "string", &[], ""),
                    body: [stem, rubric, self.element("extendedTextInteraction", &[("responseIdentifier", "RESPONSE")], "")].concat(),
                    processing: String::new(),
                }
            }
            Body::Hotspot(hotspot) => {
                let correct: Vec<String> = (0..hotspot.regions.len()).map(option).collect();
                let areas: String = hotspot.regions.iter().enumerate().map(|(place, region)| {
                    let (shape, coords) = coords(region);
                    self.element("hotspotChoice", &[("identifier", &option(place)), ("shape", shape), ("coords", &coords)], "")
                }).collect();
                if usize::try_from(hotspot.need).ok() != Some(hotspot.regions.len()) {
                    written.lose(found, LossKind::Unsaid { what: "need".to_owned(), format: self.name().to_owned() });
                }
                let image = format!("<img src=\"pictures/{}\" alt=\"{}\"/>", escaped(&hotspot.picture), escaped(&hotspot.shows));
                Parts {
                    declarations: self.declaration("RESPONSE", "multiple", "identifier", &correct, ""),
                    body: [stem, self.element("hotspotInteraction", &[("responseIdentifier", "RESPONSE"), ("maxChoices", "0")], &[image, areas].concat())].concat(),
                    processing: self.template("match_correct"),
                }
            }
        };
        Ok(parts)
    }

    /// A declaration, a field, and what makes its answer right.
    fn blank(self, id: &str, blank: &Blank) -> (String, String, String) {
        let variable = self.element("variable", &[("identifier", id)], "");
        let correct = self.element("correct", &[("identifier", id)], "");
        match blank {
            Blank::Choice { options, key } => {
                let choices: String = options.iter().enumerate().map(|(place, text)| self.element("inlineChoice", &[("identifier", &format!("A{place}"))], &escaped(&text::flat(text).unwrap_or_default()))).collect();
                (
                    self.declaration(id, "single", "identifier", &[format!("A{key}")], ""),
                    self.element("inlineChoiceInteraction", &[("responseIdentifier", id), ("shuffle", "true")], &choices),
                    self.element("match", &[], &[variable, correct].concat()),
                )
            }
            Blank::Number(Number { value, tolerance, unit }) => {
                let unit = if unit.is_empty() { String::new() } else { format!(" data-unit=\"{}\"", escaped(unit)) };
                let element = if self.third { "qti-text-entry-interaction" } else { "textEntryInteraction" };
                let entry = format!("<{element} {}=\"{id}\"{unit}></{element}>", self.kebab("responseIdentifier"));
                let width = format!("{tolerance} {tolerance}");
                (
                    self.declaration(id, "single", "float", std::slice::from_ref(value), ""),
                    entry,
                    self.element("equal", &[("toleranceMode", "absolute"), ("tolerance", &width)], &[variable, correct].concat()),
                )
            }
            Blank::Words(words) => {
                let case = if words.case_matters { "true" } else { "false" };
                let entries: String = words.accept.iter().map(|right| self.element("mapEntry", &[("mapKey", right), ("mappedValue", "1"), ("caseSensitive", case)], "")).collect();
                let mapping = self.element("mapping", &[("defaultValue", "0")], &entries);
                let first: Vec<String> = words.accept.iter().take(1).cloned().collect();
                (
                    self.declaration(id, "single", "string", &first, &mapping),
                    self.element("textEntryInteraction", &[("responseIdentifier", id)], ""),
                    self.element("equal", &[("toleranceMode", "exact")], &[self.element("mapResponse", &[("identifier", id)], ""), self.element("baseValue", &[("baseType", "float")], "1")].concat()),
                )
            }
        }
    }

    /// All conditions together give the mark.
    fn conditions(self, conditions: &[String]) -> String {
        let all = if let [only] = conditions { only.clone() } else { self.element("and", &[], &conditions.concat()) };
        let set = |value: &str| self.element("setOutcomeValue", &[("identifier", "SCORE")], &self.element("baseValue", &[("baseType", "float")], value));
        let inner = [self.element("responseIf", &[], &[all, set("1")].concat()), self.element("responseElse", &[], &set("0"))].concat();
        self.element("responseProcessing", &[], &self.element("responseCondition", &[], &inner))
    }

    fn resource(self, question: &Question, href: &str, id: &str) -> String {
        let kind = if self.third { "imsqti_item_xmlv3p0" } else { "imsqti_item_xmlv2p2" };
        let string = |text: &str| format!("<imsmd:langstring>{}</imsmd:langstring>", escaped(text));
        let keywords: String = tags::of(question).iter().map(|tag| format!("<imsmd:keyword>{}</imsmd:keyword>", string(tag))).collect();
        let taxons: String = question.path.iter().map(|layer| format!("<imsmd:taxon><imsmd:entry>{}</imsmd:entry></imsmd:taxon>", string(layer))).collect();
        let files: String = pictures(question).iter().map(|name| format!("<file href=\"items/pictures/{}\"/>", escaped(name))).collect();
        format!("<resource identifier=\"{id}\" type=\"{kind}\" href=\"{href}\"><metadata><imsmd:lom><imsmd:general>{keywords}</imsmd:general><imsmd:classification><imsmd:taxonpath>{taxons}</imsmd:taxonpath></imsmd:classification></imsmd:lom></metadata><file href=\"{href}\"/>{files}</resource>\n")
    }

    fn manifest(self, resources: &str) -> String {
        let (schema, version) = if self.third { ("QTI Package", "3.0.0") } else { ("QTIv2.2 Package", "1.0.0") };
        format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<manifest xmlns=\"http://www.imsglobal.org/xsd/imscp_v1p1\" xmlns:imsmd=\"http://www.imsglobal.org/xsd/imsmd_v1p2\" identifier=\"MANIFEST\"><metadata><schema>{schema}</schema><schemaversion>{version}</schemaversion></metadata><organizations/><resources>\n{resources}</resources></manifest>\n")
    }
}

struct Parts {
    declarations: String,
    body: String,
    processing: String,
}

fn coords(region: &Region) -> (&'static str, String) {
    match region {
        Region::Rectangle(x, y, width, height) => ("rect", format!("{x},{y},{},{}", x.saturating_add(*width), y.saturating_add(*height))),
        Region::Circle(x, y, radius) => ("circle", format!("{x},{y},{radius}")),
        Region::Polygon(corners) => {
            let corners: Vec<String> = corners.iter().map(|(x, y)| format!("{x},{y}")).collect();
            ("poly", corners.join(","))
        }
    }
}
