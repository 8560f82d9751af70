//! Figures on the items of a bank version: reckoned from the papers that were handed in, kept, and shown without an item.

mod report;

pub use report::FiguresReport;

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::bank::open_bank;
use super::input::XLSX;
use super::result::open_paper;
use super::{Act, Caller, Download, Event, Office, Op, Policy, Refusal, policy};
use crate::bank::{Bank, Item, ItemKind};
use crate::kernel::{BankVersionId, Language, PaperId, Timestamp};
use crate::paper::{Paper, Question};
use crate::result::figures::{Figures, Flag, ItemFigures, LIMITS, Reply, Tally};
use crate::spreadsheet;
use crate::store::bank as banks;
use crate::store::figures::{self as rows, PaperRow};
use crate::store::result as results;

/// So many papers are opened at once.
const AT_ONCE: i64 = 200;

/// Reckons the figures of a bank version from the papers of all closed sessions.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ReckonFigures {
    /// The bank version.
    pub bank: BankVersionId,
}

/// How many papers were reckoned.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct Reckoned {
    /// How many candidates handed in.
    pub candidates: u64,
    /// When.
    pub at: Timestamp,
}

impl Act for ReckonFigures {
    type Outcome = Reckoned;
    const POLICY: Policy = policy::BANK_RECKON;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<Reckoned, Refusal> {
        let bank = open_bank(office, self.bank).await?;
        let (mut tally, mut after) = (Tally::default(), None);
        loop {
            let papers = read(office, self.bank, after).await?;
            let Some(last) = papers.last() else { break };
            after = Some(last.0.id);
            let (vault, bank) = (office.keys.vault.clone(), bank.clone());
            let work = move || -> Result<Tally, Refusal> {
                for (row, answers) in papers {
                    let paper = open_paper(&vault, row.id, &row.content)?;
                    let items = paper.questions.iter().map(|question| question.item.as_str());
                    tally.drawn(items, row.used_at);
                    if row.attempt_id.is_some() {
                        tally.add(&replies(&bank, &paper, &answers));
                    }
                }
                Ok(tally)
            };
            tally = super::bank::aside(work).await??;
        }
        let figures = tally.figures();
        let content = json!(figures).to_string();
        let by = caller.account()?;
        let mut op = Op::begin::<Self>(office, caller).await?;
        let now = op.now;
        rows::keep(op.connection(), self.bank, &content, (by, now)).await?;
        let event = Event::of(self.bank).with(json!({ "candidates": figures.candidates }));
        Ok(Reckoned {
            candidates: figures.candidates,
            at: op.commit(event).await?,
        })
    }
}

/// A paper, and the answers of the attempt that was handed in on it.
type Answered = (PaperRow, BTreeMap<u16, String>);

async fn read(office: &Office, bank: BankVersionId, after: Option<PaperId>) -> Result<Vec<Answered>, Refusal> {
    let mut reading = office.store.read().await?;
    let mut answered = Vec::new();
    for row in rows::papers(&mut reading, bank, after, AT_ONCE).await? {
        let answers = match row.attempt_id {
            Some(attempt) => results::answers(&mut reading, attempt).await?,
            None => Vec::new(),
        };
        let answers = answers
            .into_iter()
            .filter_map(|answer| Some((u16::try_from(answer.number).ok()?, answer.value)));
        answered.push((row, answers.collect()));
    }
    Ok(answered)
}

/// What a candidate did with each question that keys decide. Written answers are left out: people give their marks.
fn replies(bank: &Bank, paper: &Paper, answers: &BTreeMap<u16, String>) -> Vec<Reply> {
    let score = paper.mark(answers);
    let questions = paper.questions.iter().zip(&score.questions);
    questions
        .filter(|(question, _)| question.kind != ItemKind::Written)
        .map(|(question, scored)| {
            let item = bank.items.iter().find(|item| item.id == question.item);
            Reply {
                item: question.item.clone(),
                got: scored.marks,
                worth: question.marks,
                taken: item.map_or_else(Vec::new, |item| places(item, question, &scored.given)),
                options: item.map_or(0, options_of),
                blank: scored.given.is_empty(),
            }
        })
        .collect()
}

/// How many options an item has; true and false are two.
fn options_of(item: &Item) -> usize {
    match item.kind {
        ItemKind::TrueFalse => 2,
        ItemKind::Single | ItemKind::Multiple => item.options.len(),
        _ => 0,
    }
}

/// The places in the bank of the options that a paper's letters stand for.
fn places(item: &Item, question: &Question, letters: &str) -> Vec<usize> {
    let place = |letter: char| match item.kind {
        ItemKind::TrueFalse => ['T', 'F'].iter().position(|one| *one == letter),
        ItemKind::Single | ItemKind::Multiple => {
            let shown = (0..question.options.len()).find(|place| crate::bank::letter(*place) == letter)?;
            item.options.iter().position(|text| *text == question.options[shown])
        }
        _ => None,
    };
    letters.chars().filter_map(place).collect()
}

/// The places of an item's right options.
fn right_places(item: &Item) -> Vec<usize> {
    let letter = |letter: char| match item.kind {
        ItemKind::TrueFalse => ['T', 'F'].iter().position(|one| *one == letter),
        ItemKind::Single | ItemKind::Multiple => {
            (0..item.options.len()).find(|place| crate::bank::letter(*place) == letter)
        }
        _ => None,
    };
    item.key.chars().filter_map(letter).collect()
}

/// Shows the figures of a bank version as they were reckoned last.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ShowFigures {
    /// The bank version.
    pub bank: BankVersionId,
}

/// The figures of a bank version.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct BankFigures {
    /// The bank version.
    pub bank: BankVersionId,
    /// The occupation.
    pub occupation: String,
    /// The occupation in English.
    pub occupation_en: String,
    /// The level.
    pub level: i64,
    /// The authors' label.
    pub label: String,
    /// When the bank was last used.
    pub last_used: Option<Timestamp>,
    /// When the figures were reckoned; none if they never were.
    pub reckoned_at: Option<Timestamp>,
    /// Who had them reckoned.
    pub reckoned_by: String,
    /// How many candidates handed in.
    pub candidates: u64,
    /// Cronbach's alpha; none where candidates had different papers.
    pub alpha: Option<f64>,
    /// The dependability of scores where everybody has a paper of random items.
    pub dependability: Option<f64>,
    /// Every item of the bank, by its id.
    pub items: Vec<ItemLine>,
}

/// An item and its figures, without its text.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ItemLine {
    /// The item.
    pub item: String,
    /// How it is answered.
    pub kind: ItemKind,
    /// The point it tests.
    pub point: String,
    /// The authors' difficulty, 1 to 5.
    pub difficulty: u8,
    /// Its figures; none if it was on no paper.
    pub figures: Option<ItemFigures>,
    /// The places of its right options.
    pub right: Vec<usize>,
    /// What a person should look at.
    pub flags: Vec<Flag>,
}

impl Act for ShowFigures {
    type Outcome = BankFigures;
    const POLICY: Policy = policy::BANK_FIGURES;

    async fn perform(self, office: &Office, _: &Caller) -> Result<BankFigures, Refusal> {
        let mut reading = office.store.read().await?;
        let version = banks::by_id(&mut reading, self.bank).await?.ok_or(Refusal::NotFound)?;
        let kept = rows::figures(&mut reading, self.bank).await?;
        let last_used = rows::last_used(&mut reading, self.bank).await?;
        drop(reading);
        let figures: Option<Figures> = match &kept {
            Some(kept) => serde_json::from_str(&kept.content)
                .map_err(|error| Refusal::Fault(format!("figures of {}: {error}", self.bank)))?,
            None => None,
        };
        let bank = open_bank(office, self.bank).await?;
        let line = |item: &Item| {
            let own = figures
                .as_ref()
                .and_then(|figures| figures.items.get(&item.id))
                .cloned();
            let right = right_places(item);
            ItemLine {
                item: item.id.clone(),
                kind: item.kind,
                point: item.point.clone(),
                difficulty: item.difficulty,
                flags: own.as_ref().map_or_else(Vec::new, |own| own.flags(&right, &LIMITS)),
                figures: own,
                right,
            }
        };
        Ok(BankFigures {
            bank: self.bank,
            occupation: version.occupation_name,
            occupation_en: version.occupation_name_en,
            level: version.level,
            label: version.label,
            last_used,
            items: bank.items.iter().map(line).collect(),
            candidates: figures.as_ref().map_or(0, |figures| figures.candidates),
            alpha: figures.as_ref().and_then(|figures| figures.alpha),
            dependability: figures.as_ref().and_then(|figures| figures.dependability),
            reckoned_by: kept.as_ref().map(|kept| kept.reckoned_name.clone()).unwrap_or_default(),
            reckoned_at: kept.map(|kept| kept.reckoned_at),
        })
    }
}

/// Gives the figures of a bank version as a workbook.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct FiguresFile {
    /// The bank version.
    pub bank: BankVersionId,
}

const HEADERS: [&str; 13] = [
    "试题编号",
    "题型",
    "鉴定点",
    "难度",
    "最近使用",
    "组卷次数",
    "作答人数",
    "未答人数",
    "得分率",
    "区分度",
    "正确选项",
    "各选项人数",
    "提示",
];

impl Act for FiguresFile {
    type Outcome = Download;
    const POLICY: Policy = policy::BANK_FIGURES_FILE;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<Download, Refusal> {
        let shown = ShowFigures { bank: self.bank }.perform(office, caller).await?;
        let lines: Vec<Vec<String>> = shown.items.iter().map(|line| sheet_row(office, line)).collect();
        let bytes = spreadsheet::write("试题统计", &HEADERS, &lines);
        let bytes = bytes.map_err(|error| Refusal::Fault(error.to_string()))?;
        let name = format!("试题统计-{}-{}级.xlsx", shown.occupation, shown.level);
        Ok(Download::new(name, XLSX, &bytes))
    }
}

fn sheet_row(office: &Office, line: &ItemLine) -> Vec<String> {
    let number = |count: Option<u64>| count.map(|count| count.to_string()).unwrap_or_default();
    let figure = |value: Option<f64>| value.map_or_else(|| "不可估计".to_owned(), |value| format!("{value:.3}"));
    let own = line.figures.as_ref();
    let last = own.and_then(|own| own.last);
    let letters = |places: &[usize]| -> String { places.iter().map(|place| crate::bank::letter(*place)).collect() };
    let options = own.map(|own| {
        let each = own.options.iter().enumerate();
        each.map(|(place, option)| format!("{} {}", crate::bank::letter(place), option.taken))
            .collect::<Vec<_>>()
            .join("；")
    });
    let flags: Vec<&str> = line.flags.iter().map(|flag| flag_name(*flag, Language::Zh)).collect();
    vec![
        line.item.clone(),
        line.kind.name(Language::Zh).to_owned(),
        line.point.clone(),
        line.difficulty.to_string(),
        last.map_or_else(String::new, |at| day(&office.zone, at)),
        number(own.map(|own| own.papers)),
        number(own.map(|own| own.seen)),
        number(own.map(|own| own.blank)),
        figure(own.and_then(|own| own.correct)),
        figure(own.and_then(|own| own.discrimination)),
        letters(&line.right),
        options.unwrap_or_default(),
        flags.join("；"),
    ]
}

/// A day as sheets and files write it.
fn day(zone: &TimeZone, at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.millis())
        .map(|at| at.to_zoned_datetime(zone.clone()).date().to_string())
        .unwrap_or_default()
}

/// What a flag says, in sheets and files.
fn flag_name(flag: Flag, language: Language) -> &'static str {
    let (zh, en) = match flag {
        Flag::Key => ("答案存疑", "key in doubt"),
        Flag::Negative => ("区分度为负", "negative discrimination"),
        Flag::Weak => ("区分度低", "weak discrimination"),
        Flag::Easy => ("过易", "too easy"),
        Flag::Hard => ("过难", "too hard"),
        Flag::Idle => ("有选项少有人选", "an option hardly taken"),
    };
    match language {
        Language::Zh => zh,
        Language::En => en,
    }
}
