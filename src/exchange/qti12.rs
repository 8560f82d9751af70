//! QTI 1.2 as Canvas and Blackboard write it: single files and packages.

use std::collections::BTreeMap;

use super::flow::Pictures;
use super::input;
use super::loss::{LossKind, Refused, RefusedKind, short};
use super::model::{Body, Exchange, Place, Question};
use super::package::{self, Files};
use super::qti12_item::Reader;
use super::text;
use super::xml::{self, Node};

/// Reads a file of items, or a package of such files.
pub(super) fn read(bytes: &[u8], file: &str) -> Result<Exchange, Refused> {
    let mut exchange = Exchange::default();
    let mut files = Files::new();
    let mut found = false;
    if package::is_archive(bytes) {
        files = package::unpack(bytes, file)?;
        for (name, content) in &files {
            let xml = super::ends_with(name, &["xml", "dat", "qti"]);
            if xml && contains(content, b"questestinterop") {
                found = true;
                let place = format!("{file}!{name}");
                let text = input::text(content, &place)?;
                items(&text, &place, &files, name, &mut exchange)?;
            }
        }
    } else if contains(bytes, b"questestinterop") {
        found = true;
        let text = input::text(bytes, file)?;
        items(&text, file, &files, "", &mut exchange)?;
    }
    if !found {
        return Err(Refused::new(
            file,
            0,
            RefusedKind::NotThisFormat {
                format: "QTI 1.2".to_owned(),
            },
        ));
    }
    Ok(exchange)
}

/// Whether the beginning of a file has a word.
pub(super) fn contains(bytes: &[u8], word: &[u8]) -> bool {
    bytes[..bytes.len().min(4_000)]
        .windows(word.len())
        .any(|window| window == word)
}

fn items(text: &str, file: &str, files: &Files, inner: &str, exchange: &mut Exchange) -> Result<(), Refused> {
    if let Some((_, after)) = text.split_once("<assessment ") {
        let title = after.split('>').next().and_then(|tag| tag.split_once("title=\""));
        let title = title.and_then(|(_, after)| after.split('"').next()).unwrap_or("");
        let place = Place {
            file: file.to_owned(),
            line: 0,
        };
        exchange.lose(
            &place,
            title,
            LossKind::Field {
                name: "assessment".to_owned(),
                value: short(title, 60),
            },
        );
    }
    xml::each(
        text,
        file,
        |name| name == "item",
        |node| {
            item(&node, file, files, inner, exchange);
            exchange.has_room()
        },
    )
}

fn item(node: &Node, file: &str, files: &Files, inner: &str, exchange: &mut Exchange) {
    let place = Place {
        file: file.to_owned(),
        line: node.line,
    };
    let id = node.get("ident").to_owned();
    let find = |address: &str| text::in_archive(files, inner, address).cloned();
    let mut taken = BTreeMap::new();
    let mut reader = Reader {
        node,
        pictures: Pictures {
            find: &find,
            taken: &mut taken,
        },
        losses: Vec::new(),
    };
    let mut question = Question::bare(String::new(), Body::TrueFalse { key: true });
    question.id.clone_from(&id);
    let body = reader.read(&mut question);
    let losses = reader.losses;
    if exchange.settle(place, &id, losses, question, body) {
        exchange.pictures.extend(taken);
    }
}
