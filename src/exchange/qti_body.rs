//! The body of a QTI item as it is written: declaration, interaction, response rule.

use super::loss::LossKind;
use super::model::{Blank, Body, Found, Hotspot, Number, Region, Words};
use super::qti_write::Version;
use super::xml::escaped;
use super::{Written, html, joined, text};

/// The parts of an item that depend on its kind.
pub(super) struct Parts {
    pub(super) declarations: String,
    pub(super) body: String,
    pub(super) processing: String,
}

struct Field {
    declaration: String,
    entry: String,
    condition: String,
}

fn rich(text: &str, blank: &dyn Fn(usize) -> String) -> String {
    html::html(text, &|name| format!("pictures/{name}"), blank)
}

/// A text of ours as HTML beside its pictures.
pub(super) fn words(text: &str) -> String {
    rich(text, &|number| format!("({number})"))
}

fn option(place: usize) -> String {
    format!("A{place}")
}

impl Version {
    pub(super) fn parts(self, found: &Found, written: &mut Written) -> Parts {
        let question = &found.question;
        let stem = words(&question.stem);
        match &question.body {
            Body::Choice { several, options, keys } => {
                let (cardinality, most) = if *several { ("multiple", "0") } else { ("single", "1") };
                let shuffle = if question.fixed_options { "false" } else { "true" };
                let correct: Vec<String> = keys.iter().map(|key| option(*key)).collect();
                let attributes = [("shuffle", shuffle), ("maxChoices", most)];
                self.chosen(
                    &stem,
                    cardinality,
                    &correct,
                    ("choiceInteraction", &attributes),
                    &self.choices(options),
                )
            }
            Body::TrueFalse { key } => {
                let choice = |(id, text)| self.element("simpleChoice", &[("identifier", id)], text);
                let choices = [("true", "正确"), ("false", "错误")].map(choice).concat();
                let attributes = [("shuffle", "false"), ("maxChoices", "1")];
                self.chosen(
                    &stem,
                    "single",
                    &[key.to_string()],
                    ("choiceInteraction", &attributes),
                    &choices,
                )
            }
            Body::Ordering { steps } => {
                // Shuffled by whoever shows them; written in the right order, the key says the same.
                let correct: Vec<String> = (0..steps.len()).map(option).collect();
                let attributes = [("shuffle", "true")];
                self.chosen(
                    &stem,
                    "ordered",
                    &correct,
                    ("orderInteraction", &attributes),
                    &self.choices(steps),
                )
            }
            Body::Matching { prompts, options, keys } => self.matching(&stem, prompts, options, keys),
            Body::Number(number) => {
                self.units(std::iter::once(number), found, written);
                self.alone(&stem, self.number_field("RESPONSE", number))
            }
            Body::Words(words) => self.alone(&stem, self.words_field("RESPONSE", words)),
            Body::Cloze { blanks } => {
                let numbers = blanks.iter().filter_map(|blank| match blank {
                    Blank::Number(number) => Some(number),
                    Blank::Choice { .. } | Blank::Words(_) => None,
                });
                self.units(numbers, found, written);
                self.cloze(&question.stem, blanks)
            }
            Body::Written { max_chars, guide } => {
                let rubric = if guide.is_empty() {
                    String::new()
                } else {
                    self.element("rubricBlock", &[("view", "scorer")], &words(guide))
                };
                let most = max_chars.map(|most| most.to_string());
                let mut attributes = vec![("responseIdentifier", "RESPONSE")];
                attributes.extend(most.as_deref().map(|most| ("expectedLength", most)));
                let field = self.element("extendedTextInteraction", &attributes, "");
                Parts {
                    declarations: self.declaration("RESPONSE", "single", "string", &[], ""),
                    body: [stem, rubric, field].concat(),
                    processing: String::new(),
                }
            }
            Body::Hotspot(hotspot) => {
                if usize::try_from(hotspot.need).ok() != Some(hotspot.regions.len()) {
                    self.unsaid("need", found, written);
                }
                self.hotspot(&stem, hotspot)
            }
        }
    }

    /// A field has one unit beside it, and no choice of units.
    fn units<'q>(self, mut numbers: impl Iterator<Item = &'q Number>, found: &Found, written: &mut Written) {
        if numbers.any(|number| number.units.len() > 1) {
            self.unsaid("units", found, written);
        }
    }

    fn unsaid(self, what: &str, found: &Found, written: &mut Written) {
        let (what, format) = (what.to_owned(), self.name().to_owned());
        written.lose(found, LossKind::Unsaid { what, format });
    }

    fn choices(self, options: &[String]) -> String {
        let choice = |(place, text): (usize, &String)| {
            self.element("simpleChoice", &[("identifier", &option(place))], &words(text))
        };
        joined(options.iter().enumerate().map(choice))
    }

    /// An item of which the answer is right when it equals the key.
    fn chosen(
        self,
        stem: &str,
        cardinality: &str,
        correct: &[String],
        (interaction, attributes): (&str, &[(&str, &str)]),
        choices: &str,
    ) -> Parts {
        let base = if interaction == "matchInteraction" {
            "directedPair"
        } else {
            "identifier"
        };
        let attributes = [&[("responseIdentifier", "RESPONSE")], attributes].concat();
        Parts {
            declarations: self.declaration("RESPONSE", cardinality, base, correct, ""),
            body: stem.to_owned() + &self.element(interaction, &attributes, choices),
            processing: self.template("match_correct"),
        }
    }

    fn matching(self, stem: &str, prompts: &[String], options: &[String], keys: &[usize]) -> Parts {
        let pair = |(place, key): (usize, &usize)| format!("P{place} A{key}");
        let correct: Vec<String> = keys.iter().enumerate().map(pair).collect();
        let count = prompts.len().to_string();
        let set = |texts: &[String], letter: char, most: &str| {
            let choice = |(place, text): (usize, &String)| {
                let id = format!("{letter}{place}");
                let attributes = [("identifier", id.as_str()), ("matchMax", most)];
                self.element("simpleAssociableChoice", &attributes, &words(text))
            };
            self.element("simpleMatchSet", &[], &joined(texts.iter().enumerate().map(choice)))
        };
        let sets = set(prompts, 'P', "1") + &set(options, 'A', &count);
        let attributes = [("shuffle", "true"), ("maxAssociations", count.as_str())];
        self.chosen(stem, "multiple", &correct, ("matchInteraction", &attributes), &sets)
    }

    fn hotspot(self, stem: &str, hotspot: &Hotspot) -> Parts {
        let correct: Vec<String> = (0..hotspot.regions.len()).map(option).collect();
        let area = |(place, region): (usize, &Region)| {
            let (id, (shape, coords)) = (option(place), coords(region));
            let attributes = [("identifier", id.as_str()), ("shape", shape), ("coords", &coords)];
            self.element("hotspotChoice", &attributes, "")
        };
        let areas = joined(hotspot.regions.iter().enumerate().map(area));
        let (name, shows) = (escaped(&hotspot.picture), escaped(&hotspot.shows));
        let image = format!("<img src=\"pictures/{name}\" alt=\"{shows}\"/>");
        let attributes = [("maxChoices", "0")];
        self.chosen(
            stem,
            "multiple",
            &correct,
            ("hotspotInteraction", &attributes),
            &(image + &areas),
        )
    }

    /// A field under its text.
    fn alone(self, stem: &str, field: Field) -> Parts {
        Parts {
            declarations: field.declaration,
            body: format!("{stem}<p>{}</p>", field.entry),
            processing: self.conditions(&[field.condition]),
        }
    }

    fn cloze(self, stem: &str, blanks: &[Blank]) -> Parts {
        let field = |(blank, number): (&Blank, usize)| self.blank(&format!("RESPONSE_{number}"), blank);
        let fields: Vec<Field> = blanks.iter().zip(1..).map(field).collect();
        let entry = |number: usize| {
            let field = number.checked_sub(1).and_then(|place| fields.get(place));
            field.map(|field| field.entry.clone()).unwrap_or_default()
        };
        let conditions: Vec<String> = fields.iter().map(|field| field.condition.clone()).collect();
        Parts {
            declarations: fields.iter().map(|field| field.declaration.as_str()).collect(),
            body: rich(stem, &entry),
            processing: self.conditions(&conditions),
        }
    }

    /// A declaration, a field, and what makes its answer right.
    fn blank(self, id: &str, blank: &Blank) -> Field {
        match blank {
            Blank::Choice { options, key } => self.choice_field(id, options, *key),
            Blank::Number(number) => self.number_field(id, number),
            Blank::Words(words) => self.words_field(id, words),
        }
    }

    /// The answer and its key, for a comparison.
    fn both(self, id: &str) -> String {
        let variable = self.element("variable", &[("identifier", id)], "");
        variable + &self.element("correct", &[("identifier", id)], "")
    }

    fn choice_field(self, id: &str, options: &[String], key: usize) -> Field {
        let choice = |(place, text): (usize, &String)| {
            let own = format!("A{place}");
            let flat = text::flat(text).unwrap_or_default();
            self.element("inlineChoice", &[("identifier", &own)], &escaped(&flat))
        };
        let choices = joined(options.iter().enumerate().map(choice));
        let attributes = [("responseIdentifier", id), ("shuffle", "true")];
        Field {
            declaration: self.declaration(id, "single", "identifier", &[format!("A{key}")], ""),
            entry: self.element("inlineChoiceInteraction", &attributes, &choices),
            condition: self.element("match", &[], &self.both(id)),
        }
    }

    fn number_field(self, id: &str, number: &Number) -> Field {
        let Number {
            value,
            tolerance,
            units,
        } = number;
        let unit = units
            .first()
            .map_or_else(String::new, |unit| format!(" data-unit=\"{}\"", escaped(&unit.name)));
        let element = if self.third {
            "qti-text-entry-interaction"
        } else {
            "textEntryInteraction"
        };
        let response = self.kebab("responseIdentifier");
        let width = format!("{tolerance} {tolerance}");
        let attributes = [("toleranceMode", "absolute"), ("tolerance", width.as_str())];
        Field {
            declaration: self.declaration(id, "single", "float", std::slice::from_ref(value), ""),
            entry: format!("<{element} {response}=\"{id}\"{unit}></{element}>"),
            condition: self.element("equal", &attributes, &self.both(id)),
        }
    }

    fn words_field(self, id: &str, words: &Words) -> Field {
        let case = if words.case_matters { "true" } else { "false" };
        let entry = |right: &String| {
            let attributes = [
                ("mapKey", right.as_str()),
                ("mappedValue", "1"),
                ("caseSensitive", case),
            ];
            self.element("mapEntry", &attributes, "")
        };
        let entries = joined(words.accept.iter().map(entry));
        let mapping = self.element("mapping", &[("defaultValue", "0")], &entries);
        let first: Vec<String> = words.accept.iter().take(1).cloned().collect();
        let mapped = self.element("mapResponse", &[("identifier", id)], "");
        let one = self.element("baseValue", &[("baseType", "float")], "1");
        Field {
            declaration: self.declaration(id, "single", "string", &first, &mapping),
            entry: self.element("textEntryInteraction", &[("responseIdentifier", id)], ""),
            condition: self.element("equal", &[("toleranceMode", "exact")], &(mapped + &one)),
        }
    }

    /// All conditions together give the mark.
    fn conditions(self, conditions: &[String]) -> String {
        let all = if let [only] = conditions {
            only.clone()
        } else {
            self.element("and", &[], &conditions.concat())
        };
        let set = |value: &str| {
            self.element(
                "setOutcomeValue",
                &[("identifier", "SCORE")],
                &self.element("baseValue", &[("baseType", "float")], value),
            )
        };
        let inner = [
            self.element("responseIf", &[], &[all, set("1")].concat()),
            self.element("responseElse", &[], &set("0")),
        ]
        .concat();
        self.element(
            "responseProcessing",
            &[],
            &self.element("responseCondition", &[], &inner),
        )
    }
}

fn coords(region: &Region) -> (&'static str, String) {
    match region {
        Region::Rectangle(x, y, width, height) => (
            "rect",
            format!("{x},{y},{},{}", x.saturating_add(*width), y.saturating_add(*height)),
        ),
        Region::Circle(x, y, radius) => ("circle", format!("{x},{y},{radius}")),
        Region::Polygon(corners) => {
            let corners: Vec<String> = corners.iter().map(|(x, y)| format!("{x},{y}")).collect();
            ("poly", corners.join(","))
        }
    }
}
