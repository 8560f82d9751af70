//! Settings: one TOML file, each value also from the environment as `JIANDING__SECTION__KEY`.
//!
//! Everything is checked at once, so that an operator mends a file in one go. Unknown keys are problems: a misspelt key
//! must not silently leave a default in force.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use toml::{Table, Value};

use crate::ledger::NoteKey;
use crate::staff::GroupRule;

/// The settings of a server.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where it listens.
    pub listen: SocketAddr,
    /// The address under which people reach it, without a final slash.
    pub base_url: String,
    /// Whether a proxy in front tells callers' addresses in `X-Forwarded-For`.
    pub trust_proxy: bool,
    /// The zone in which times are shown.
    pub zone: TimeZone,
    /// The folder for the database, the secret and the authority.
    pub data: PathBuf,
    /// The database; a file in the data folder unless set.
    pub database_url: Option<String>,
    /// The installation's secret, for nodes that share one database; a file in the data folder unless set.
    pub secret: Option<String>,
    /// Further fonts, asked in this order for characters that the built-in one lacks.
    pub fallback_fonts: Vec<PathBuf>,
    /// Where the last checkpoint of the ledger is kept besides; beside the data folder unless set.
    pub checkpoint: Option<PathBuf>,
    /// Who witnesses the ledger: each one's key and address.
    pub witnesses: Vec<(NoteKey, String)>,
    /// The socket of the signer, when it is a process of its own.
    pub signer: Option<PathBuf>,
    /// Who stamps signatures with the time: address, file of roots, and whether to go on without.
    pub time_stamps: Option<(String, PathBuf, bool)>,
    /// How groups of examiners are made up.
    pub groups: GroupRule,
    /// `json` or `text`.
    pub log_format: LogFormat,
    /// What is logged, as in `info` or `jianding=debug`.
    pub log_filter: String,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// For people.
    Text,
}

/// Something wrong with the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigProblem {
    /// The key, as `section.key`.
    pub key: String,
    /// What is wrong, and what is expected.
    pub problem: String,
}

impl fmt::Display for ConfigProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.key, self.problem)
    }
}

/// Every setting: key, default, meaning. `config describe` prints it.
pub const SETTINGS: &[(&str, &str, &str)] = &[
    ("server.listen", "127.0.0.1:8620", "address and port to listen on"),
    (
        "server.base_url",
        "http://127.0.0.1:8620",
        "the address under which people reach the server",
    ),
    (
        "server.trust_proxy",
        "false",
        "whether a proxy in front sets X-Forwarded-For",
    ),
    ("server.zone", "Asia/Shanghai", "the time zone in which times are shown"),
    (
        "storage.data",
        "data",
        "folder for the database, the secret and the signing authority",
    ),
    (
        "storage.database_url",
        "",
        "postgres://user:password@host/database; empty: SQLite in the data folder",
    ),
    (
        "storage.secret",
        "",
        "64 hexadecimal digits shared by all nodes; empty: a file in the data folder",
    ),
    (
        "fonts.fallback",
        "",
        "font files for rare characters, separated by commas",
    ),
    (
        "ledger.checkpoint",
        "",
        "file for the ledger's last checkpoint, outside the database's backups; empty: DATA.checkpoint beside the data folder",
    ),
    (
        "ledger.witnesses",
        "",
        "witnesses of the ledger, each as KEY http://HOST:PORT, separated by commas",
    ),
    (
        "signer.socket",
        "",
        "socket of the signer (`jianding signer run`), when it is a process of its own; empty: the server signs itself",
    ),
    (
        "signer.time_stamps",
        "",
        "http:// address of a time stamp authority (RFC 3161); empty: signatures are not stamped. Of the process that signs",
    ),
    (
        "signer.time_roots",
        "",
        "file of the roots (PEM) that its time stamps must lead to",
    ),
    (
        "signer.without_time_stamps",
        "wait",
        "wait or go-on: whether certificates are signed without a time stamp while the authority is silent",
    ),
    (
        "examiners.least",
        "3",
        "how many examiners judge a practical session at least; not fewer than 3",
    ),
    ("examiners.odd", "true", "whether their number must be odd"),
    (
        "examiners.candidates_each",
        "5",
        "how many candidates of a session there may be for each examiner",
    ),
    (
        "examiners.most_in_a_row",
        "3",
        "how many batches of one body and occupation an examiner may judge in a row",
    ),
    (
        "examiners.changed_one_in",
        "3",
        "one examiner in so many was not in the group of the batch before; 0: no change is needed",
    ),
    ("log.format", "json", "json or text"),
    ("log.filter", "info", "what to log"),
];

const PREFIX: &str = "JIANDING__";

impl Config {
    /// Reads the file, if there is one, and the environment over it.
    pub fn load(file: Option<&Path>) -> Result<Self, Vec<ConfigProblem>> {
        let text = match file {
            Some(path) => std::fs::read_to_string(path).map_err(|error| {
                vec![ConfigProblem {
                    key: path.display().to_string(),
                    problem: error.to_string(),
                }]
            })?,
            None => String::new(),
        };
        let environment = std::env::vars().filter(|(name, _)| name.starts_with(PREFIX)).collect();
        Self::from_text(&text, &environment)
    }

    /// Reads settings from a TOML text, with environment variables over it.
    pub fn from_text(text: &str, environment: &BTreeMap<String, String>) -> Result<Self, Vec<ConfigProblem>> {
        let mut reader = Reader::new(text, environment);
        let config = Self {
            listen: reader.parse(
                "server.listen",
                "an address and port such as 127.0.0.1:8620",
                SocketAddr::from(([127, 0, 0, 1], 0)),
            ),
            base_url: reader.text("server.base_url").trim_end_matches('/').to_owned(),
            trust_proxy: reader.parse("server.trust_proxy", "true or false", false),
            zone: reader.zone(),
            data: PathBuf::from(reader.text("storage.data")),
            database_url: Some(reader.text("storage.database_url")).filter(|url| !url.is_empty()),
            secret: Some(reader.text("storage.secret")).filter(|secret| !secret.is_empty()),
            fallback_fonts: reader
                .text("fonts.fallback")
                .split(',')
                .map(str::trim)
                .filter(|path| !path.is_empty())
                .map(PathBuf::from)
                .collect(),
            checkpoint: Some(reader.text("ledger.checkpoint"))
                .filter(|path| !path.is_empty())
                .map(PathBuf::from),
            witnesses: reader.witnesses(),
            signer: Some(reader.text("signer.socket"))
                .filter(|path| !path.is_empty())
                .map(PathBuf::from),
            time_stamps: reader.time_stamps(),
            groups: reader.groups(),
            log_format: if reader.choice("log.format", &["json", "text"]) == "text" {
                LogFormat::Text
            } else {
                LogFormat::Json
            },
            log_filter: reader.text("log.filter"),
        };
        reader.check(&config);
        if reader.problems.is_empty() {
            Ok(config)
        } else {
            Err(reader.problems)
        }
    }
}

struct Reader {
    values: BTreeMap<String, String>,
    problems: Vec<ConfigProblem>,
}

impl Reader {
    fn new(text: &str, environment: &BTreeMap<String, String>) -> Self {
        let mut reader = Self {
            values: SETTINGS
                .iter()
                .map(|(key, default, _)| ((*key).to_owned(), (*default).to_owned()))
                .collect(),
            problems: Vec::new(),
        };
        match text.parse::<Table>() {
            Ok(table) => reader.take_table(&table),
            Err(error) => reader.problem("file", error.to_string()),
        }
        for (name, value) in environment {
            let key = name.trim_start_matches(PREFIX).to_lowercase().replace("__", ".");
            reader.set(&key, value.clone(), name);
        }
        reader
    }

    fn take_table(&mut self, table: &Table) {
        for (section, content) in table {
            let Value::Table(entries) = content else {
                self.problem(section, "expected a [section]".to_owned());
                continue;
            };
            for (key, value) in entries {
                let text = match value {
                    Value::String(text) => text.clone(),
                    Value::Array(items) => items
                        .iter()
                        .map(|item| item.as_str().unwrap_or_default())
                        .collect::<Vec<_>>()
                        .join(","),
                    other => other.to_string(),
                };
                let key = format!("{section}.{key}");
                self.set(&key.clone(), text, &key);
            }
        }
    }

    fn set(&mut self, key: &str, value: String, said_as: &str) {
        match self.values.get_mut(key) {
            Some(slot) => *slot = value,
            None => self.problem(
                said_as,
                "there is no such setting; see `jianding config describe`".to_owned(),
            ),
        }
    }

    fn problem(&mut self, key: &str, problem: String) {
        self.problems.push(ConfigProblem {
            key: key.to_owned(),
            problem,
        });
    }

    fn text(&self, key: &str) -> String {
        self.values.get(key).cloned().unwrap_or_default()
    }

    /// The parsed value; what does not parse is a problem, and `meanwhile` stands in until it is told.
    fn parse<T: std::str::FromStr>(&mut self, key: &str, expected: &str, meanwhile: T) -> T {
        let text = self.text(key);
        text.parse().unwrap_or_else(|_| {
            self.problem(key, format!("'{text}' is not {expected}"));
            meanwhile
        })
    }

    fn choice(&mut self, key: &str, choices: &[&str]) -> String {
        let text = self.text(key);
        if !choices.contains(&text.as_str()) {
            self.problem(key, format!("'{text}' is not one of {}", choices.join(", ")));
        }
        text
    }

    fn zone(&mut self) -> TimeZone {
        let text = self.text("server.zone");
        TimeZone::get(&text).unwrap_or_else(|_| {
            self.problem(
                "server.zone",
                format!("'{text}' is not a time zone such as Asia/Shanghai"),
            );
            TimeZone::UTC
        })
    }

    fn witnesses(&mut self) -> Vec<(NoteKey, String)> {
        let text = self.text("ledger.witnesses");
        let mut witnesses = Vec::new();
        for one in text.split(',').map(str::trim).filter(|one| !one.is_empty()) {
            let parts = one
                .split_once(' ')
                .map(|(key, url)| (key.parse::<NoteKey>(), url.trim()));
            match parts {
                Some((Ok(key), url)) if url.starts_with("http://") => witnesses.push((key, url.to_owned())),
                _ => self.problem("ledger.witnesses", format!("'{one}' is not KEY http://HOST:PORT")),
            }
        }
        witnesses
    }

    fn time_stamps(&mut self) -> Option<(String, PathBuf, bool)> {
        let (url, roots) = (
            self.text("signer.time_stamps"),
            PathBuf::from(self.text("signer.time_roots")),
        );
        let go_on = self.choice("signer.without_time_stamps", &["wait", "go-on"]) == "go-on";
        if url.is_empty() {
            return None;
        }
        if !url.starts_with("http://") {
            self.problem("signer.time_stamps", format!("'{url}' does not begin with http://"));
        }
        if !roots.is_file() {
            self.problem("signer.time_roots", format!("no such file: {}", roots.display()));
        }
        Some((url, roots, go_on))
    }

    fn groups(&mut self) -> GroupRule {
        let usual = GroupRule::default();
        let rule = GroupRule {
            least: self.parse("examiners.least", "a number", usual.least),
            odd: self.parse("examiners.odd", "true or false", usual.odd),
            candidates_each: self.parse("examiners.candidates_each", "a number", usual.candidates_each),
            most_in_a_row: self.parse("examiners.most_in_a_row", "a number", usual.most_in_a_row),
            changed_one_in: self.parse("examiners.changed_one_in", "a number", usual.changed_one_in),
        };
        let least = [
            ("examiners.least", rule.least, usual.least),
            ("examiners.candidates_each", rule.candidates_each, 1),
            ("examiners.most_in_a_row", rule.most_in_a_row, 1),
        ];
        for (key, value, least) in least {
            if value < least {
                self.problem(key, format!("expected {least} or more, not {value}"));
            }
        }
        rule
    }

    /// What single values cannot tell.
    fn check(&mut self, config: &Config) {
        if !config.base_url.starts_with("http://") && !config.base_url.starts_with("https://") {
            self.problem(
                "server.base_url",
                format!("'{}' does not begin with http:// or https://", config.base_url),
            );
        }
        if let Some(url) = &config.database_url
            && !url.starts_with("postgres://")
            && !url.starts_with("postgresql://")
            && !url.starts_with("sqlite:")
        {
            self.problem(
                "storage.database_url",
                "expected postgres://… or sqlite:PATH".to_owned(),
            );
        }
        let hex = |text: &str| text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if config.secret.as_deref().is_some_and(|secret| !hex(secret)) {
            self.problem("storage.secret", "expected 64 hexadecimal digits".to_owned());
        }
        for path in config.fallback_fonts.iter().filter(|path| !path.is_file()) {
            self.problem("fonts.fallback", format!("no such file: {}", path.display()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_complete() {
        let config = Config::from_text("", &BTreeMap::new()).unwrap();
        assert_eq!(config.listen.port(), 8620);
        assert_eq!(config.database_url, None);
    }

    #[test]
    fn every_problem_is_told_at_once() {
        let text = "[server]\nlisten = 'nowhere'\nzone = 'Mars/Base'\nport = 1\n[storage]\nsecret = 'short'\n";
        let environment = BTreeMap::from([("JIANDING__LOG__FORMAT".to_owned(), "xml".to_owned())]);
        let problems = Config::from_text(text, &environment).unwrap_err();
        let keys: Vec<_> = problems.iter().map(|problem| problem.key.as_str()).collect();
        assert_eq!(
            keys,
            [
                "server.port",
                "server.listen",
                "server.zone",
                "log.format",
                "storage.secret"
            ]
        );
    }

    #[test]
    fn a_group_of_examiners_is_never_smaller_than_three() {
        let text = "[examiners]\nleast = 2\ncandidates_each = 0\n";
        let problems = Config::from_text(text, &BTreeMap::new()).unwrap_err();
        let keys: Vec<_> = problems.iter().map(|problem| problem.key.as_str()).collect();
        assert_eq!(keys, ["examiners.least", "examiners.candidates_each"]);
        let config = Config::from_text("[examiners]\ncandidates_each = 10\n", &BTreeMap::new()).unwrap();
        assert_eq!((config.groups.least, config.groups.candidates_each), (3, 10));
    }

    #[test]
    fn the_environment_wins_over_the_file() {
        let environment = BTreeMap::from([("JIANDING__SERVER__LISTEN".to_owned(), "0.0.0.0:9000".to_owned())]);
        let config = Config::from_text("[server]\nlisten = '127.0.0.1:1'\n", &environment).unwrap();
        assert_eq!(config.listen.port(), 9000);
    }
}
