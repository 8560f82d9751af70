//! Packages in QTI 2.2 and 3.0: one item a file, pictures beside them, what QTI has no field for in the manifest.

use super::loss::{LossKind, Refused};
use super::model::{Exchange, Found, Question};
use super::package::{self, Files};
use super::qti_body::{Parts, words};
use super::xml::escaped;
use super::{Written, joined, tags};

/// Writes a package; `third` for QTI 3.0.
pub(super) fn write(exchange: &Exchange, third: bool) -> Result<Written, Refused> {
    let mut written = Written::new("zip");
    let mut files = Files::new();
    let mut resources = String::new();
    let v = Version { third };
    for (found, number) in exchange.questions.iter().zip(1..) {
        let question = &found.question;
        let id = if question.id.is_empty() {
            format!("item-{number}")
        } else {
            question.id.clone()
        };
        let id = if id.starts_with(|c: char| c.is_ascii_digit()) {
            format!("_{id}")
        } else {
            id
        };
        let known = |name: &&str| exchange.pictures.contains_key(*name);
        if let Some(name) = question.pictures().into_iter().find(|name| !known(name)) {
            written.lose(found, LossKind::PictureMissing { name: name.to_owned() });
            continue;
        }
        let item = v.item(found, &id, &mut written);
        let href = format!("items/{number:05}.xml");
        resources.push_str(&v.resource(question, &href, &format!("r{number}")));
        files.insert(href, item.into_bytes());
    }
    for (name, bytes) in &exchange.pictures {
        files.insert(format!("items/pictures/{name}"), bytes.clone());
    }
    files.insert("imsmanifest.xml".to_owned(), v.manifest(&resources).into_bytes());
    written.bytes = package::pack(&files)?;
    Ok(written)
}

#[derive(Clone, Copy)]
pub(super) struct Version {
    pub(super) third: bool,
}

impl Version {
    pub(super) fn name(self) -> &'static str {
        if self.third { "QTI 3.0" } else { "QTI 2.2" }
    }

    /// `choiceInteraction` as `qti-choice-interaction` in the third.
    pub(super) fn kebab(self, name: &str) -> String {
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

    pub(super) fn element(self, name: &str, attributes: &[(&str, &str)], inner: &str) -> String {
        let element = if self.third {
            format!("qti-{}", self.kebab(name))
        } else {
            name.to_owned()
        };
        let mut told = format!("<{element}");
        for (name, value) in attributes {
            put!(told, " {}=\"{}\"", self.kebab(name), escaped(value));
        }
        put!(told, ">{inner}</{element}>");
        told
    }

    pub(super) fn declaration(
        self,
        id: &str,
        cardinality: &str,
        base: &str,
        correct: &[String],
        mapping: &str,
    ) -> String {
        let values: String = correct
            .iter()
            .map(|value| self.element("value", &[], &escaped(value)))
            .collect();
        let correct = if values.is_empty() {
            String::new()
        } else {
            self.element("correctResponse", &[], &values)
        };
        let attributes = [("identifier", id), ("cardinality", cardinality), ("baseType", base)];
        self.element(
            "responseDeclaration",
            &attributes,
            &[correct.as_str(), mapping].concat(),
        )
    }

    pub(super) fn template(self, name: &str) -> String {
        let place = if self.third {
            format!("https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/{name}.xml")
        } else {
            format!("http://www.imsglobal.org/question/qti_v2p2/rptemplates/{name}")
        };
        self.element("responseProcessing", &[("template", &place)], "")
    }

    fn item(self, found: &Found, id: &str, written: &mut Written) -> String {
        let question = &found.question;
        let Parts {
            declarations,
            body,
            processing,
        } = self.parts(found, written);
        let outcome = |id, base, inner: &str| {
            let attributes = [("identifier", id), ("cardinality", "single"), ("baseType", base)];
            self.element("outcomeDeclaration", &attributes, inner)
        };
        let score = outcome("SCORE", "float", "");
        let body = self.element("itemBody", &[], &body);
        if question.explanation.is_empty() {
            return self.whole(id, &[declarations, score, body, processing].concat());
        }
        let inner = words(&question.explanation);
        let inner = if self.third {
            self.element("contentBody", &[], &inner)
        } else {
            inner
        };
        let value = self.element("value", &[], "explanation");
        let declared = outcome("FEEDBACK", "identifier", &self.element("defaultValue", &[], &value));
        let attributes = [
            ("outcomeIdentifier", "FEEDBACK"),
            ("identifier", "explanation"),
            ("showHide", "show"),
        ];
        let shown = self.element("modalFeedback", &attributes, &inner);
        self.whole(id, &[declarations, score, declared, body, processing, shown].concat())
    }

    fn whole(self, id: &str, inner: &str) -> String {
        let space = if self.third {
            "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
        } else {
            "http://www.imsglobal.org/xsd/imsqti_v2p2"
        };
        let element = if self.third {
            "qti-assessment-item"
        } else {
            "assessmentItem"
        };
        let (adaptive, time) = (self.kebab("adaptive"), self.kebab("timeDependent"));
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{element} xmlns=\"{space}\" identifier=\"{0}\" title=\"{0}\" {adaptive}=\"false\" {time}=\"false\">{inner}</{element}>\n",
            escaped(id)
        )
    }

    fn resource(self, question: &Question, href: &str, id: &str) -> String {
        let kind = if self.third {
            "imsqti_item_xmlv3p0"
        } else {
            "imsqti_item_xmlv2p2"
        };
        let string = |text: &str| format!("<imsmd:langstring>{}</imsmd:langstring>", escaped(text));
        let keywords = joined(
            tags::of(question)
                .iter()
                .map(|tag| format!("<imsmd:keyword>{}</imsmd:keyword>", string(tag))),
        );
        let taxons = joined(question.path.iter().map(|layer| {
            format!(
                "<imsmd:taxon><imsmd:entry>{}</imsmd:entry></imsmd:taxon>",
                string(layer)
            )
        }));
        let files = joined(
            question
                .pictures()
                .iter()
                .map(|name| format!("<file href=\"items/pictures/{}\"/>", escaped(name))),
        );
        format!(
            "<resource identifier=\"{id}\" type=\"{kind}\" href=\"{href}\"><metadata><imsmd:lom><imsmd:general>{keywords}</imsmd:general><imsmd:classification><imsmd:taxonpath>{taxons}</imsmd:taxonpath></imsmd:classification></imsmd:lom></metadata><file href=\"{href}\"/>{files}</resource>\n"
        )
    }

    fn manifest(self, resources: &str) -> String {
        let (schema, version) = if self.third {
            ("QTI Package", "3.0.0")
        } else {
            ("QTIv2.2 Package", "1.0.0")
        };
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<manifest xmlns=\"http://www.imsglobal.org/xsd/imscp_v1p1\" xmlns:imsmd=\"http://www.imsglobal.org/xsd/imsmd_v1p2\" identifier=\"MANIFEST\"><metadata><schema>{schema}</schema><schemaversion>{version}</schemaversion></metadata><organizations/><resources>\n{resources}</resources></manifest>\n"
        )
    }
}
