//! QTI 2.1, 2.2 and 3.0: single items, and packages with a manifest.

use std::collections::BTreeMap;

use super::flow::Pictures;
use super::loss::{LossKind, Refused, RefusedKind, short};
use super::model::{Body, Exchange, Place, Question};
use super::package::{self, Files};
use super::qti_item::Item;
use super::text;
use super::xml::{self, Node};
use super::{input, tags};

/// Reads an item, or a package of items.
pub(super) fn read(bytes: &[u8], file: &str) -> Result<Exchange, Refused> {
    let mut exchange = Exchange::default();
    if !package::is_archive(bytes) {
        let text = input::text(bytes, file)?;
        let root = xml::tree(&text, file)?;
        if root.name != "assessmentItem" {
            return Err(Refused::new(
                file,
                root.line,
                RefusedKind::NotThisFormat {
                    format: "QTI 2/3".to_owned(),
                },
            ));
        }
        Reader {
            files: &Files::new(),
            file,
            inner: "",
            exchange: &mut exchange,
        }
        .item(&root, None);
        return Ok(exchange);
    }
    let files = package::unpack(bytes, file)?;
    let about = metadata(&files, file, &mut exchange)?;
    let mut items = 0;
    for (name, content) in &files {
        let plain = Place {
            file: format!("{file}!{name}"),
            line: 0,
        };
        if !super::ends_with(name, &["xml", "qti"]) || name.ends_with("imsmanifest.xml") {
            continue;
        }
        let text = input::text(content, &plain.file)?;
        let root = match xml::tree(&text, &plain.file) {
            Ok(root) => root,
            // One item that is no XML is lost; what looks like an attack refuses the package.
            Err(Refused {
                place,
                kind: RefusedKind::Xml { reason },
            }) => {
                exchange.lose(&place, name, LossKind::FileBroken { reason });
                continue;
            }
            Err(refused) => return Err(refused),
        };
        if root.name == "assessmentItem" {
            items += 1;
            Reader {
                files: &files,
                file,
                inner: name,
                exchange: &mut exchange,
            }
            .item(&root, about.get(name));
        } else {
            let what = short(&root.name, 40);
            exchange.lose(
                &plain,
                &root.name,
                LossKind::Field {
                    name: what,
                    value: short(root.get("title"), 60),
                },
            );
        }
    }
    if items == 0 {
        return Err(Refused::new(
            file,
            0,
            RefusedKind::NotThisFormat {
                format: "QTI 2/3".to_owned(),
            },
        ));
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
    xml::each(
        &text,
        &shown,
        |name| name == "resource",
        |node| {
            let mut own = About::default();
            own.tags
                .extend(node.all("keyword").iter().map(|keyword| keyword.text()));
            own.path.extend(
                node.all("taxon")
                    .iter()
                    .filter_map(|taxon| taxon.find("entry"))
                    .map(Node::text),
            );
            if let Some(difficulty) = node.find("difficulty") {
                let words = ["very easy", "easy", "medium", "difficult", "very difficult"];
                let said = difficulty.text_of("value");
                let grade = words.iter().position(|word| *word == said);
                own.difficulty = grade.and_then(|grade| u8::try_from(grade + 1).ok());
            }
            let href = text::percent_decoded(node.get("href"));
            let place = Place {
                file: shown.clone(),
                line: node.line,
            };
            let item = node.get("type").contains("item") && node.get("type").contains("qti");
            if item && !files.contains_key(&[folder, &href].concat()) {
                exchange.lose(
                    &place,
                    &href,
                    LossKind::Media {
                        what: format!("{} ?", short(&href, 60)),
                    },
                );
            }
            about.insert([folder, &href].concat(), own);
            Ok(())
        },
    )?;
    Ok(about)
}

struct Reader<'r> {
    files: &'r Files,
    file: &'r str,
    inner: &'r str,
    exchange: &'r mut Exchange,
}

impl Reader<'_> {
    fn item(&mut self, root: &Node, about: Option<&About>) {
        let file = if self.inner.is_empty() {
            self.file.to_owned()
        } else {
            format!("{}!{}", self.file, self.inner)
        };
        let place = Place { file, line: root.line };
        let id = root.get("identifier");
        // An identifier may not begin with a digit; ours get a line before it.
        let digit = |rest: &&str| rest.starts_with(|c: char| c.is_ascii_digit());
        let id = id.strip_prefix('_').filter(digit).unwrap_or(id).to_owned();
        let mut question = Question::bare(String::new(), Body::TrueFalse { key: true });
        question.id.clone_from(&id);
        let (mut losses, mut known) = (Vec::new(), tags::Known::default());
        if let Some(about) = about {
            question.path.clone_from(&about.path);
            question.difficulty = about.difficulty;
            for tag in tags::take(&mut question, &about.tags, &mut known) {
                losses.push(LossKind::Field {
                    name: "keyword".to_owned(),
                    value: short(&tag, 60),
                });
            }
        }
        let title = root.get("title");
        if !title.is_empty() && title != root.get("identifier") {
            losses.push(LossKind::Field {
                name: "title".to_owned(),
                value: short(title, 60),
            });
        }
        let (files, inner) = (self.files, self.inner);
        let find = |address: &str| text::in_archive(files, inner, address).cloned();
        let mut taken = BTreeMap::new();
        let mut item = Item {
            root,
            pictures: Pictures {
                find: &find,
                taken: &mut taken,
            },
            losses: &mut losses,
            known: &known,
        };
        let body = item.read(&mut question).map(|body| known.applied(body));
        if known.paper_scores {
            losses.retain(|loss| !matches!(loss, LossKind::PartialCredit { .. }));
        }
        if self.exchange.settle(place, &id, losses, question, body) {
            self.exchange.pictures.extend(taken);
        }
    }
}
