//! `demo`: a throw-away installation in which the whole story can be walked through at once.
//!
//! Everything is made by the same acts that people perform, by the demonstration's own staff. One candidate is left for
//! the visitor to sit and to judge; the others have sat and were judged, so that results can be settled.

mod morning;
mod people;
mod portrait;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde::{Deserialize, Serialize};

use super::serve::{load_config, open_office, run, runtime, write_private};
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
    /// The folder with the question banks; without it, `question-banks` here or in a folder above, or above the program.
    #[arg(long)]
    banks: Option<PathBuf>,
    /// Print addresses and logins as JSON.
    #[arg(long)]
    json: bool,
}

/// What a visitor needs to know.
#[derive(Debug, Serialize, Deserialize)]
struct Program {
    address: String,
    /// The same for everybody, made anew at each start.
    password: String,
    staff: Vec<StaffLine>,
    candidates: Vec<CandidateLine>,
    data: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct StaffLine {
    login: String,
    name: String,
    roles: String,
    address: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct CandidateLine {
    name: String,
    ticket: String,
    code: String,
    address: String,
}

/// The result of a step that acts take part in.
type Step<T> = Result<T, Refusal>;

/// The file of a kept folder that remembers what was printed, since its passwords are stored nowhere else.
const KEPT: &str = "demo.json";

pub(super) fn demo(arguments: &DemoArguments, language: Language) -> Result<(), Failure> {
    let folder = tempfile::Builder::new().prefix("jianding-demo-").tempdir()?;
    let data = arguments.data.clone().unwrap_or_else(|| folder.path().to_owned());
    let kept = kept(&data, language)?;
    let banks = find_banks(arguments.banks.as_deref(), language)?;
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
        let program = if let Some(program) = kept {
            program.at(&address)
        } else {
            if !arguments.json {
                say(&coming(&address, language));
            }
            let bar = progress_bar(arguments.json);
            let program = morning::prepare(&office, &banks, &address, &bar).await?;
            bar.finish_and_clear();
            let program = Program {
                data: data.display().to_string(),
                ..program
            };
            write_private(&data.join(KEPT), serde_json::to_string(&program)?.as_bytes())?;
            program
        };
        if arguments.json {
            say(&serde_json::to_string(&program)?);
        } else {
            say(&table(&program, language));
        }
        server.await?
    })
}

/// What an earlier start in this folder printed; a folder with something else in it is left alone.
fn kept(data: &Path, language: Language) -> Result<Option<Program>, Failure> {
    let file = data.join(KEPT);
    if file.exists() {
        return Ok(Some(serde_json::from_str(&std::fs::read_to_string(&file)?)?));
    }
    if !data.join("jianding.db").exists() {
        return Ok(None);
    }
    let data = data.display();
    Err(Failure::new(match language {
        Language::Zh => {
            format!("{data} 中已有其他数据或未准备完的演示；请用 --data 指定另一个文件夹，或先删除它。未作任何改动。")
        }
        Language::En => format!(
            "{data} holds another installation, or a demonstration that was stopped while it was prepared; name another folder with --data or delete this one. Nothing was changed."
        ),
    }))
}

/// The folder with the banks: as said, or the nearest one above where we stand or above the program.
fn find_banks(said: Option<&Path>, language: Language) -> Result<PathBuf, Failure> {
    let here = std::env::current_dir().ok();
    let program = std::env::current_exe().ok();
    let above = |start: Option<PathBuf>| -> Vec<PathBuf> {
        let ancestors = start.iter().flat_map(|path| path.ancestors());
        ancestors.map(|folder| folder.join("question-banks")).collect()
    };
    let candidates = match said {
        Some(folder) => vec![folder.to_owned()],
        None => [above(here), above(program)].concat(),
    };
    let found = candidates.into_iter().find(|folder| folder.is_dir());
    found.ok_or_else(|| {
        let what = said.map_or_else(|| "question-banks".to_owned(), |folder| folder.display().to_string());
        Failure::new(match language {
            Language::Zh => format!("找不到题库文件夹 {what}；请在项目文件夹内运行，或用 --banks 指定题库文件夹。"),
            Language::En => format!(
                "there is no folder {what} with question banks; run this in the project's folder or name it with --banks."
            ),
        })
    })
}

impl Program {
    /// The same at this start's address.
    fn at(mut self, address: &str) -> Self {
        address.clone_into(&mut self.address);
        for line in &mut self.staff {
            line.address = format!("{address}/sign-in");
        }
        for line in &mut self.candidates {
            line.address = format!("{address}/exam");
        }
        self
    }
}

/// What is said before the people come in.
fn coming(address: &str, language: Language) -> String {
    match language {
        Language::Zh => format!("首页已可打开：{address}\n正在准备题库、人员和考场，账号随后列出。"),
        Language::En => {
            format!("First page: {address}\nBanks, people and rooms are being prepared; the logins follow.")
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kept_demonstration_is_taken_up_at_the_new_address() {
        let folder = tempfile::tempdir().unwrap();
        assert!(kept(folder.path(), Language::En).unwrap().is_none());
        let program = Program {
            address: "http://127.0.0.1:1".to_owned(),
            password: "secret".to_owned(),
            staff: vec![StaffLine {
                login: "a".to_owned(),
                name: "A".to_owned(),
                roles: "clerk".to_owned(),
                address: "http://127.0.0.1:1/sign-in".to_owned(),
            }],
            candidates: Vec::new(),
            data: String::new(),
        };
        let text = serde_json::to_string(&program).unwrap();
        write_private(&folder.path().join(KEPT), text.as_bytes()).unwrap();
        let again = kept(folder.path(), Language::En)
            .unwrap()
            .unwrap()
            .at("http://127.0.0.1:2");
        assert_eq!(again.password, "secret");
        assert_eq!(again.staff[0].address, "http://127.0.0.1:2/sign-in");
    }

    #[test]
    fn another_installation_and_a_missing_bank_folder_are_told_by_name() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("jianding.db"), "").unwrap();
        let failure = kept(folder.path(), Language::En).unwrap_err();
        assert!(failure.message.contains("Nothing was changed"), "{}", failure.message);
        let nowhere = folder.path().join("no-banks");
        let failure = find_banks(Some(&nowhere), Language::En).unwrap_err();
        assert!(failure.message.contains("no-banks"), "{}", failure.message);
        assert!(
            find_banks(None, Language::En).is_ok(),
            "the banks of the project are found"
        );
    }
}
