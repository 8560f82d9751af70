//! `bank check` and `paper draw`: for trade experts at their desk.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde_json::json;

use super::{Failure, exchange, say};
use crate::bank::{self, Bank, Reading};
use crate::kernel::{Language, Seed};
use crate::paper::{Assembly, PaperRule, shipped_rules, summary};

#[derive(Debug, Subcommand)]
pub(super) enum BankCommand {
    /// Reports every problem of one bank, or of all banks below a folder, and counts them against the paper rules.
    Check {
        /// A bank's folder, or a folder of banks.
        path: PathBuf,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Takes questions of another system into a bank, or tells what would come. Exit status: 0 nothing is lost, 1 losses are
    /// declared, 2 refused.
    Import(exchange::ImportArguments),
    /// Writes a bank's items in another system's format. Exit status: 0 nothing is lost, 1 losses are declared, 2 refused.
    Export(exchange::ExportArguments),
}

#[derive(Debug, Subcommand)]
pub(super) enum PaperCommand {
    /// Draws papers; the same bank, rule and seed give the same papers for ever.
    Draw {
        /// A bank's folder.
        #[arg(long)]
        bank: PathBuf,
        /// The paper rule's id, as `classic-160-40`.
        #[arg(long)]
        rule: String,
        /// The seed: 64 hexadecimal digits.
        #[arg(long)]
        seed: Seed,
        /// How many papers.
        #[arg(long, default_value_t = 1)]
        count: u32,
        /// Print the whole papers as JSON, keys included, instead of their digests.
        #[arg(long)]
        json: bool,
    },
}

pub(super) fn bank(command: BankCommand, language: Language) -> Result<(), Failure> {
    let (path, json) = match command {
        BankCommand::Check { path, json } => (path, json),
        BankCommand::Import(arguments) => return exchange::import(&arguments, language),
        BankCommand::Export(arguments) => return exchange::export(&arguments, language),
    };
    let folders = bank_folders(&path);
    if folders.is_empty() {
        return Err(Failure::new(format!("{}: no bank.toml here or below", path.display())));
    }
    let mut errors = 0;
    for folder in folders {
        let reading = bank::read(&folder);
        errors += reading.errors().count();
        if json {
            print_json(&folder, &reading);
        } else {
            print_text(&folder, &reading, language);
        }
    }
    if errors == 0 { Ok(()) } else { Err(Failure::silent(1)) }
}

/// The folder itself if it is a bank, else all banks below it, in order.
pub(super) fn bank_folders(path: &Path) -> Vec<PathBuf> {
    if path.join("bank.toml").is_file() {
        return vec![path.to_owned()];
    }
    let Ok(entries) = std::fs::read_dir(path) else {
        return Vec::new();
    };
    let mut below: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect();
    below.sort();
    below.iter().flat_map(|folder| bank_folders(folder)).collect()
}

fn print_json(folder: &Path, reading: &Reading) {
    let counts = reading.bank.as_ref().map(|bank| summary(bank, &shipped_rules()));
    say(&json!({ "folder": folder, "problems": reading.problems, "summary": counts }).to_string());
}

fn print_text(folder: &Path, reading: &Reading, language: Language) {
    say(&format!("== {}", folder.display()));
    for problem in &reading.problems {
        say(&problem.message(language));
    }
    if let Some(bank) = &reading.bank {
        say(&summary(bank, &shipped_rules()).text(language));
    }
}

pub(super) fn paper(command: PaperCommand) -> Result<(), Failure> {
    let PaperCommand::Draw {
        bank,
        rule,
        seed,
        count,
        json,
    } = command;
    let bank = read_bank(&bank)?;
    let rule = rule_by_id(&rule)?;
    let assembly = Assembly::new(&bank, &rule)?;
    for serial in 0..count {
        let paper = assembly.draw(seed, serial)?;
        if json {
            say(&serde_json::to_string(&paper)?);
        } else {
            say(&format!("{serial} {}", paper.digest()));
        }
    }
    Ok(())
}

/// The paper rule of this id.
pub(super) fn rule_by_id(id: &str) -> Result<PaperRule, Failure> {
    let rules = shipped_rules();
    let known: Vec<_> = rules.iter().map(|rule| rule.id.clone()).collect();
    let missing = || Failure::new(format!("no paper rule '{id}'; there are: {}", known.join(", ")));
    rules.into_iter().find(|rule| rule.id == id).ok_or_else(missing)
}

/// The bank in this folder, if it has no errors.
pub(super) fn read_bank(folder: &Path) -> Result<Bank, Failure> {
    let reading = bank::read(folder);
    let errors: Vec<_> = reading.errors().map(|problem| problem.message(Language::En)).collect();
    reading
        .bank
        .ok_or_else(|| Failure::new(format!("{}:\n{}", folder.display(), errors.join("\n"))))
}
