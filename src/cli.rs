//! The command line: serving, trying out, and what operators and trade experts do without a browser.

mod authority;
mod bank;
mod certificate;
mod demo;
mod exchange;
mod ledger;
mod print_set;
mod rehearse;
mod result;
mod serve;
mod signer;

use std::fmt;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

use crate::kernel::Language;

/// Skill-certification examinations: from a question bank to a certificate that a stranger can check.
#[derive(Debug, Parser)]
#[command(name = "jianding", version, about)]
pub struct Arguments {
    /// The language of messages.
    #[arg(long, global = true, value_enum, default_value_t = Tongue::Zh)]
    language: Tongue,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Tongue {
    /// 中文
    #[value(name = "zh-CN")]
    Zh,
    /// English
    #[value(name = "en")]
    En,
}

impl From<Tongue> for Language {
    fn from(tongue: Tongue) -> Self {
        match tongue {
            Tongue::Zh => Self::Zh,
            Tongue::En => Self::En,
        }
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Starts a throw-away installation in which the whole story can be walked through.
    Demo(demo::DemoArguments),
    /// Serves an installation.
    Serve {
        /// The settings file.
        #[arg(long)]
        config: Option<PathBuf>,
        /// The socket of the signer, if it is a process of its own; wins over `signer.socket` of the settings.
        #[arg(long)]
        signer: Option<PathBuf>,
    },
    /// Plays an examination with simulated candidates and says whether the server is up to it.
    Rehearse(rehearse::RehearseArguments),
    /// Settings: check a file, or describe every setting.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Question banks.
    #[command(subcommand)]
    Bank(bank::BankCommand),
    /// Papers.
    #[command(subcommand)]
    Paper(bank::PaperCommand),
    /// Certificates: check one without a server, make samples.
    #[command(subcommand)]
    Certificate(certificate::CertificateCommand),
    /// The signing authority of an installation: its keys, and lists of revoked ones.
    #[command(subcommand)]
    Authority(authority::AuthorityCommand),
    /// Scores: reckon them again, export what they are made of.
    #[command(subcommand)]
    Result(result::ResultCommand),
    /// The signer: a process and a user of its own that has the signing key.
    #[command(subcommand)]
    Signer(signer::SignerCommand),
    /// The ledger: check it, publish it, witness it.
    #[command(subcommand)]
    Ledger(ledger::LedgerCommand),
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Reads the settings as `serve` would and tells every problem.
    Check {
        /// The settings file.
        #[arg(long)]
        config: Option<PathBuf>,
    },
    /// Prints every setting with its default and meaning.
    Describe,
}

/// Why a command failed; printed cause by cause.
#[derive(Debug)]
pub struct Failure {
    message: String,
    code: u8,
}

impl Failure {
    /// A failure with exit status 1.
    fn new(message: impl fmt::Display) -> Self {
        Self {
            message: message.to_string(),
            code: 1,
        }
    }

    /// A failure that says nothing more than its exit status.
    fn silent(code: u8) -> Self {
        Self {
            message: String::new(),
            code,
        }
    }
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        let mut message = error.to_string();
        let mut cause = error.source();
        while let Some(next) = cause {
            message.push_str(": ");
            message.push_str(&next.to_string());
            cause = next.source();
        }
        Self { message, code: 1 }
    }
}

/// Runs the command line and says how it went.
pub fn run(arguments: Arguments) -> ExitCode {
    let language = arguments.language.into();
    let outcome = match arguments.command {
        Command::Serve { config, signer } => serve::serve(config.as_deref(), signer),
        Command::Demo(arguments) => demo::demo(&arguments, language),
        Command::Rehearse(arguments) => rehearse::rehearse(&arguments, language),
        Command::Config(command) => config(command),
        Command::Bank(command) => bank::bank(command, language),
        Command::Paper(command) => bank::paper(command),
        Command::Certificate(command) => certificate::certificate(command, language),
        Command::Result(command) => result::result(command),
        Command::Authority(command) => authority::authority(command),
        Command::Signer(command) => signer::signer(command),
        Command::Ledger(command) => ledger::ledger(command),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if !failure.message.is_empty() {
                complain(&failure.message);
            }
            ExitCode::from(failure.code)
        }
    }
}

fn config(command: ConfigCommand) -> Result<(), Failure> {
    match command {
        ConfigCommand::Check { config } => {
            serve::load_config(config.as_deref())?;
            say("ok");
        }
        ConfigCommand::Describe => {
            for (key, default, meaning) in crate::config::SETTINGS {
                say(&format!("{key} = \"{default}\"\n    {meaning}"));
            }
        }
    }
    Ok(())
}

/// Prints a line for the person at the terminal. A reader who stops reading (`… | head`) stops nothing else.
fn say(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// Prints what went wrong.
fn complain(text: &str) {
    let _ = writeln!(std::io::stderr(), "jianding: {text}");
}
