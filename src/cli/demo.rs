//! `demo`: a throw-away installation in which the whole story can be walked through at once.
//!
//! Everything is made by the same acts that people perform, by the demonstration's own staff. One candidate is left for
//! the visitor to sit and to judge; the others have sat and were judged, so that results can be settled.

mod morning;
mod people;
mod portrait;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use super::serve::{load_config, open_office, run, runtime};
use super::{Failure, say};
use crate::config::Config;
use crate::kernel::Language;
use crate::office::Refusal;
use crate::web::{Serving, Site};

/// What `demo` takes.
#[derive(Debug, Args)]
pub(super) struct DemoArguments {
    /// Keep the data in this folder; without it they are gone when the demonstration ends.
    #[arg(long)]
    data: Option<PathBuf>,
    /// The port on this machine; 0 takes any free one.
    #[arg(long, default_value_t = 8620)]
    port: u16,
    /// The folder with the question banks.
    #[arg(long, default_value = "question-banks")]
    banks: PathBuf,
    /// Print addresses and logins as JSON.
    #[arg(long)]
    json: bool,
}

/// What a visitor needs to know.
#[derive(Debug, Serialize)]
struct Program {
    address: String,
    /// The same for everybody, made anew at each start.
    password: String,
    staff: Vec<StaffLine>,
    candidates: Vec<CandidateLine>,
    data: String,
}

#[derive(Debug, Serialize)]
struct StaffLine {
    login: String,
    name: String,
    roles: String,
    address: String,
}

#[derive(Debug, Serialize)]
struct CandidateLine {
    name: String,
    ticket: String,
    code: String,
    address: String,
}

/// The result of a step that acts take part in.
type Step<T> = Result<T, Refusal>;

pub(super) fn demo(arguments: &DemoArguments, language: Language) -> Result<(), Failure> {
    let folder = tempfile::Builder::new().prefix("jianding-demo-").tempdir()?;
    let data = arguments.data.clone().unwrap_or_else(|| folder.path().to_owned());
    runtime()?.block_on(async {
        let serving = Serving::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, arguments.port)))?;
        let address = format!("http://{}", serving.address);
        let config = Config {
            data: data.clone(),
            base_url: address.clone(),
            ..load_config(None)?
        };
        let mut office = open_office(&config, true).await?;
        // Three examiners judge thirty candidates: the widest ratio in use.
        office.groups.candidates_each = 10;
        let office = Arc::new(office);
        // Pages are served from the start; the people come in while the first visitor looks around.
        let server = tokio::spawn(run(office.clone(), Site::default(), serving));
        let bar = progress_bar(arguments.json);
        let program = morning::prepare(&office, &arguments.banks, &address, &bar).await?;
        bar.finish_and_clear();
        let program = Program {
            data: data.display().to_string(),
            ..program
        };
        if arguments.json {
            say(&serde_json::to_string(&program)?);
        } else {
            say(&table(&program, language));
        }
        server.await?
    })
}

fn progress_bar(quiet: bool) -> ProgressBar {
    if quiet {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}");
    let bar = ProgressBar::new(0);
    if let Ok(style) = style {
        bar.set_style(style);
    }
    bar
}

fn table(program: &Program, language: Language) -> String {
    let words: [&str; 6] = match language {
        Language::Zh => [
            "演示系统已就绪，数据为虚构。按 Ctrl+C 结束。",
            "首页",
            "工作人员（密码相同）",
            "考生",
            "准考证号",
            "口令",
        ],
        Language::En => [
            "The demonstration is ready; its data are invented. Ctrl+C ends it.",
            "First page",
            "Staff (one password)",
            "Candidates",
            "ticket",
            "code",
        ],
    };
    let mut lines = vec![
        words[0].to_owned(),
        format!("{}: {}", words[1], program.address),
        String::new(),
    ];
    lines.push(format!("{}: {}", words[2], program.password));
    for one in &program.staff {
        lines.push(format!(
            "  {:<14} {:<26} {}  {}",
            one.login, one.roles, one.address, one.name
        ));
    }
    lines.push(String::new());
    lines.push(format!("{}: {}/exam", words[3], program.address));
    for one in &program.candidates {
        lines.push(format!(
            "  {} {}  {} {}  {}",
            words[4], one.ticket, words[5], one.code, one.name
        ));
    }
    lines.join("\n")
}
