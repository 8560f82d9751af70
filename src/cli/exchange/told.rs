//! What an import or an export comes to, for people and for programs.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::PathBuf;

use serde::Serialize;

use super::{Failure, refused, say};
use crate::exchange::{Coming, ComingPicture, Degree, Exchange, Found, Loss, Plan};
use crate::kernel::Language;

/// A loss with its words.
#[derive(Serialize)]
pub(super) struct Told<'l> {
    #[serde(flatten)]
    loss: &'l Loss,
    message: String,
}

pub(super) fn told(losses: &[Loss], language: Language) -> Vec<Told<'_>> {
    let told = losses.iter().map(|loss| Told {
        loss,
        message: loss.message(language),
    });
    told.collect()
}

/// Prints JSON as it is made; a large file's would not be held twice.
pub(super) fn print(told: &impl Serialize) -> Result<(), Failure> {
    let mut out = std::io::BufWriter::new(std::io::stdout());
    match serde_json::to_writer(&mut out, told) {
        // A reader who stops reading stops nothing else.
        Err(error) if !error.is_io() => Err(refused(error)),
        Ok(()) | Err(_) => {
            let _ = out.write_all(b"\n").and_then(|()| out.flush());
            Ok(())
        }
    }
}

pub(super) fn show_losses(losses: &[Loss], language: Language) {
    for loss in losses {
        let mark = match loss.degree {
            Degree::Item => "!!",
            Degree::Part => " !",
            Degree::Note => "  ",
        };
        say(&format!(
            "{mark} {}:{} [{}] {}",
            loss.place.file,
            loss.place.line,
            loss.item,
            loss.message(language)
        ));
    }
}

/// What a file has.
#[derive(Serialize)]
struct FileShown<'e> {
    read: usize,
    kinds: BTreeMap<&'static str, usize>,
    questions: &'e [Found],
    pictures: Vec<&'e String>,
    losses: Vec<Told<'e>>,
}

pub(super) fn show_read(exchange: &Exchange, json: bool, language: Language) -> Result<(), Failure> {
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for found in &exchange.questions {
        *kinds.entry(found.question.body.word()).or_default() += 1;
    }
    if json {
        return print(&FileShown {
            read: exchange.questions.len(),
            kinds,
            questions: &exchange.questions,
            pictures: exchange.pictures.keys().collect(),
            losses: told(&exchange.losses, language),
        });
    }
    show_losses(&exchange.losses, language);
    for (kind, count) in kinds {
        say(&format!("{count:>6} {kind}"));
    }
    Ok(())
}

/// What an import does.
#[derive(Serialize)]
struct Import<'p> {
    read: usize,
    new: &'p [Coming],
    changed: &'p [Coming],
    same: usize,
    pictures: &'p [ComingPicture],
    losses: Vec<Told<'p>>,
    written: &'p [PathBuf],
}

pub(super) fn show_plan(plan: &Plan, written: &[PathBuf], json: bool, language: Language) -> Result<(), Failure> {
    if json {
        return print(&Import {
            read: plan.read,
            new: &plan.new,
            changed: &plan.changed,
            same: plan.same,
            pictures: &plan.pictures,
            losses: told(&plan.losses, language),
            written,
        });
    }
    show_losses(&plan.losses, language);
    for coming in &plan.changed {
        say(&format!(" ~ {}: {}", coming.item.id, coming.fields.join(", ")));
    }
    for picture in &plan.pictures {
        say(&format!(" + {}", picture.name));
    }
    for path in written {
        say(&path.display().to_string());
    }
    let (left_out, parts) = (plan.count(Degree::Item), plan.count(Degree::Part));
    say(&match language {
        Language::Zh => format!(
            "读到 {} 题：新增 {}，改变 {}，相同 {}；不导入 {left_out} 处，部分不保留 {parts} 处",
            plan.read,
            plan.new.len(),
            plan.changed.len(),
            plan.same
        ),
        Language::En => format!(
            "{} read: {} new, {} changed, {} the same; {left_out} left out, {parts} partly lost",
            plan.read,
            plan.new.len(),
            plan.changed.len(),
            plan.same
        ),
    });
    Ok(())
}
