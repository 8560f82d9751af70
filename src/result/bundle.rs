//! A score bundle: everything that a batch's scores are made of, without a name, so that anybody can reckon them again.
//!
//! It holds the frozen papers with their keys, every acknowledged answer, the marks of written answers, the signed sheets
//! entry by entry, the rules, later corrections of keys, and the scores as they are stored. [`super::recompute`] believes none of
//! the sums: it marks, adds and holds against the pass mark again, and names every difference.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::package::{Opened, Package, PackageError};
use super::scoring::{Correction, Logged};
use super::{Component, GradeRule};
use crate::bank::{Bank, PracticalTask};
use crate::kernel::{AccountId, ApplicationId, Marks, PaperId, SheetId, Timestamp, canonical_json};
use crate::marking::{MeanRule, SheetRecord};
use crate::paper::Paper;

/// The name of the format, as manifests have it.
pub const BUNDLE: &str = "jianding-score-bundle";
const RULES: &str = "rules.json";
const CORRECTIONS: &str = "corrections.json";
const TASKS: &str = "tasks.json";
const PAPERS: &str = "papers.jsonl";
const ATTEMPTS: &str = "attempts.jsonl";
const PRACTICAL: &str = "practical.jsonl";
pub(super) const RESULTS: &str = "results.jsonl";

/// The rules that a batch's scores follow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// The pass mark and the grades.
    pub grade: GradeRule,
    /// How several examiners make one score.
    pub mean: MeanRule,
    /// Whether theory is examined.
    pub theory: bool,
    /// Whether practical skill is examined.
    pub practical: bool,
}

/// A frozen paper with its keys.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaperLine {
    /// Its id.
    pub paper: PaperId,
    /// What it asks, and the keys.
    pub content: Paper,
}

/// What one candidate did in theory.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttemptLine {
    /// The candidate's application.
    pub application: ApplicationId,
    /// The paper that was handed in; none for who did not sit.
    pub paper: Option<PaperId>,
    /// Every acknowledged answer.
    pub log: Vec<Logged>,
    /// What people gave for written answers: question and mark.
    pub marks: Vec<(u16, String)>,
    /// Questions whose answer for quick reading is not the last of the log.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differs: Vec<u16>,
}

/// What one candidate did in practice.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PracticalLine {
    /// The candidate's application.
    pub application: ApplicationId,
    /// The drawn tasks, in their order.
    pub tasks: Vec<TaskLine>,
}

/// One drawn task of a candidate.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskLine {
    /// The task.
    pub task: String,
    /// Its weight in percent.
    pub weight: u16,
    /// The sheets.
    pub sheets: Vec<SheetLine>,
    /// The vetoes.
    pub vetoes: Vec<VetoLine>,
}

/// A sheet, entry by entry; without notes, which could name somebody.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SheetLine {
    /// Its id.
    pub sheet: SheetId,
    /// Whose it is.
    pub examiner: AccountId,
    /// When it was signed.
    pub signed_at: Option<Timestamp>,
    /// The total as it was stored.
    pub total: Option<Marks>,
    /// What was entered.
    pub record: SheetRecord,
}

/// A veto; without its reason, which could name somebody.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VetoLine {
    /// The veto item.
    pub code: String,
    /// Who raised it.
    pub raised_by: AccountId,
    /// Who signed second, and when.
    pub confirmed: Option<(AccountId, Timestamp)>,
}

/// A score as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScoreLine {
    /// The candidate's application.
    pub application: ApplicationId,
    /// The component.
    pub component: Component,
    /// The exact fraction.
    pub exact: String,
    /// Whether it reaches the pass mark.
    pub passed: bool,
}

/// Everything that scores are made of.
#[derive(Debug, Clone)]
pub struct Bundle {
    /// Facts about the batch: occupation, level, when it was exported.
    pub about: BTreeMap<String, String>,
    /// The rules.
    pub rules: Rules,
    /// Corrections of keys, the latest last.
    pub corrections: Vec<Correction>,
    /// The drawn tasks, with their sheets' rows.
    pub tasks: Vec<PracticalTask>,
    /// The papers.
    pub papers: Vec<PaperLine>,
    /// The attempts, by application.
    pub attempts: Vec<AttemptLine>,
    /// The practical tests, by application.
    pub practical: Vec<PracticalLine>,
    /// The stored scores.
    pub results: Vec<ScoreLine>,
}

/// Why a bundle cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// The package is broken.
    #[error(transparent)]
    Package(#[from] PackageError),
    /// A line cannot be read.
    #[error("{file}, line {line}: cannot be read")]
    Line {
        /// The file.
        file: &'static str,
        /// The line, from 1.
        line: usize,
        /// Why.
        source: serde_json::Error,
    },
    /// It cannot be written.
    #[error("the bundle cannot be written")]
    Write(#[from] serde_json::Error),
}

impl Bundle {
    /// The bundle as a zip: the same content gives the same bytes.
    pub fn pack(&self) -> Result<Vec<u8>, BundleError> {
        let mut package = Package::default();
        package.add(RULES, canonical_json(&self.rules)?);
        package.add(CORRECTIONS, canonical_json(&self.corrections)?);
        package.add(TASKS, canonical_json(&self.tasks)?);
        package.add(PAPERS, lines(&self.papers)?);
        package.add(ATTEMPTS, lines(&self.attempts)?);
        package.add(PRACTICAL, lines(&self.practical)?);
        package.add(RESULTS, lines(&self.results)?);
        package.add("README.txt", README);
        let manifest = package.manifest(BUNDLE, 1, self.about.clone()).bytes()?;
        Ok(package.pack(&manifest, &[])?)
    }

    /// Reads a bundle; a file that is not what the manifest says is refused.
    pub fn open(mut package: Package) -> Result<Self, BundleError> {
        let Opened { manifest, defects, .. } = package.manifest_of(BUNDLE, &[])?;
        if !defects.is_empty() {
            let files = defects.into_iter().map(|(file, _)| file).collect();
            return Err(PackageError::Defects { files }.into());
        }
        let part = |name: &str| package.files.get(name).map_or(&[][..], Vec::as_slice);
        Ok(Self {
            about: manifest.about,
            rules: whole(RULES, part(RULES))?,
            corrections: whole(CORRECTIONS, part(CORRECTIONS))?,
            tasks: whole(TASKS, part(TASKS))?,
            papers: each(PAPERS, part(PAPERS))?,
            attempts: each(ATTEMPTS, part(ATTEMPTS))?,
            practical: each(PRACTICAL, part(PRACTICAL))?,
            results: each(RESULTS, part(RESULTS))?,
        })
    }

    /// The tasks of a bank that a batch drew.
    pub fn tasks_of(bank: &Bank, drawn: &[&str]) -> Vec<PracticalTask> {
        bank.tasks
            .iter()
            .filter(|task| drawn.contains(&task.code.as_str()))
            .cloned()
            .collect()
    }
}

fn lines<T: Serialize>(rows: &[T]) -> Result<Vec<u8>, BundleError> {
    let mut bytes = Vec::new();
    for row in rows {
        bytes.extend(canonical_json(row)?);
        bytes.push(b'\n');
    }
    Ok(bytes)
}

fn whole<T: DeserializeOwned>(file: &'static str, bytes: &[u8]) -> Result<T, BundleError> {
    serde_json::from_slice(bytes).map_err(|source| BundleError::Line { file, line: 1, source })
}

fn each<T: DeserializeOwned>(file: &'static str, bytes: &[u8]) -> Result<Vec<T>, BundleError> {
    let rows = bytes
        .split(|byte| *byte == b'\n')
        .enumerate()
        .filter(|(_, row)| !row.is_empty());
    rows.map(|(index, row)| {
        let line = index + 1;
        serde_json::from_slice(row).map_err(|source| BundleError::Line { file, line, source })
    })
    .collect()
}

const README: &str = "评分数据包 / score bundle

rules.json        合格线、评分规则 / pass mark, grades, how several examiners make one score
corrections.json  答案更正 / later corrections of keys
papers.jsonl      冻结的试卷和答案 / frozen papers with keys
attempts.jsonl    全部已确认的作答记录 / every acknowledged answer: question, revision, value
tasks.json        抽取的试题及评分表 / drawn tasks with the rows of their sheets
practical.jsonl   已签署的评分表 / signed sheets, entry by entry, and vetoes
results.jsonl     系统中保存的成绩 / the scores as they are stored
manifest.json     每个文件的 SHA-256 / SHA-256 of every file

重算 / reckon again:  jianding result recompute --bundle FILE

本包不含姓名和证件号码；含有答案，按试题保密规定保管。
It has no names and no id numbers; it has keys: keep it as confidential as the papers.
";
