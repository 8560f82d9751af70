//! The frame of a page: its language, who looks at it, and how times and numbers are shown.

use fluent_bundle::FluentValue;

use super::App;
use super::messages::Messages;
use crate::identity::Role;
use crate::kernel::{Language, Timestamp};
use crate::office::{Actor, Broken, Caller, Fact, Office, Policy, policy};

/// Where people work: address, name, and the act that tells who finds something there.
const PLACES: &[(&str, &str, Policy)] = &[
    ("/batches", "plans-title", policy::PLAN_LIST),
    ("/rooms", "nav-rooms", policy::SESSION_BOARD),
    ("/examiner", "examiner-title", policy::EXAMINER_WORK),
    ("/marking", "marking-title", policy::MARKING_WORK),
    ("/supervision", "supervision-title", policy::SUPERVISION_WORK),
    ("/banks", "banks-title", policy::BANK_LIST),
    ("/stations", "stations-title", policy::ROOM_CREATE),
    ("/accounts", "accounts-title", policy::ACCOUNT_LIST),
    ("/staff", "staff-title", policy::STAFF_LIST),
    ("/holds", "nav-holds", policy::HOLD_LIST),
    ("/events", "events-title", policy::EVENT_LIST),
];

/// An entry of the main navigation.
pub struct Place {
    /// Its address.
    pub href: &'static str,
    /// The key of its name.
    pub name: &'static str,
    /// Whether the page is there or below.
    pub here: bool,
}

/// What every page needs besides its own facts.
#[derive(Clone)]
pub struct Frame {
    /// The language.
    pub language: Language,
    /// What forms must carry; empty when nobody is signed in.
    pub csrf: String,
    /// The path of the page, for the language switch.
    pub path: String,
    /// The signed-in person's name, for staff.
    pub person: Option<String>,
    /// The signed-in person's roles.
    pub roles: Vec<Role>,
    /// Whether to say that this is a demonstration.
    pub demo: bool,
    office: std::sync::Arc<Office>,
}

impl Frame {
    /// The frame for this caller.
    pub fn new(app: &App, caller: &Caller, csrf: &str, path: &str) -> Self {
        let (person, roles) = match &caller.actor {
            Actor::Staff { name, roles, .. } => (Some(name.clone()), roles.iter().copied().collect()),
            Actor::Anonymous | Actor::Candidate { .. } | Actor::System(_) => (None, Vec::new()),
        };
        Self {
            language: caller.language,
            csrf: csrf.to_owned(),
            path: path.to_owned(),
            person,
            roles,
            demo: app.office.demo,
            office: app.office.clone(),
        }
    }

    /// The language tag of the page.
    pub fn tag(&self) -> &'static str {
        match self.language {
            Language::Zh => "zh-CN",
            Language::En => "en",
        }
    }

    /// Whether the page is in English.
    pub fn english(&self) -> bool {
        self.language == Language::En
    }

    /// One of two texts, by language: for data that has both.
    pub fn pick<'t>(&self, zh: &'t str, en: &'t str) -> &'t str {
        if self.english() && !en.is_empty() { en } else { zh }
    }

    /// A message without arguments.
    pub fn t(&self, key: &str) -> String {
        Messages::of(self.language).say(key, &[])
    }

    /// A message whose key is made of two parts, as `state-` and `open`.
    pub fn join(&self, stem: &str, name: impl std::fmt::Display) -> String {
        Messages::of(self.language).say(&format!("{stem}{name}"), &[])
    }

    /// A message with one text argument.
    pub fn say(&self, key: &str, name: &str, value: impl std::fmt::Display) -> String {
        Messages::of(self.language).say(key, &[(name, FluentValue::from(value.to_string()))])
    }

    /// A message with one number, which may choose between singular and plural.
    pub fn n(&self, key: &str, name: &str, number: impl TryInto<i64>) -> String {
        let number = number.try_into().unwrap_or(i64::MAX);
        Messages::of(self.language).say(key, &[(name, FluentValue::from(number))])
    }

    /// What an act does, by its stable name; a name that no act has is shown as it is.
    pub fn act(&self, name: &str) -> String {
        if policy::ALL.iter().any(|policy| policy.name == name) {
            self.join("act-", name.replace('.', "-"))
        } else {
            name.to_owned()
        }
    }

    /// What a broken rule says to people.
    pub fn broken(&self, broken: &Broken) -> String {
        let show = |fact: &Fact| match fact {
            Fact::Number(number) => FluentValue::from(*number),
            Fact::Time(instant) => FluentValue::from(self.time(instant)),
            Fact::Text(text) => FluentValue::from(text.clone()),
        };
        let args: Vec<_> = broken.facts.iter().map(|(name, fact)| (*name, show(fact))).collect();
        Messages::of(self.language).say(&format!("refusal-{}", broken.code), &args)
    }

    /// Date and time of day, in the installation's zone: `2026-05-06 09:30:00`.
    pub fn time(&self, instant: &Timestamp) -> String {
        self.format(*instant, "%Y-%m-%d %H:%M:%S")
    }

    /// Date and time without seconds.
    pub fn minute(&self, instant: &Timestamp) -> String {
        self.format(*instant, "%Y-%m-%d %H:%M")
    }

    /// From when until when; the date once if it is the same day.
    pub fn span(&self, from: &Timestamp, until: &Timestamp) -> String {
        let (from, until) = (self.minute(from), self.minute(until));
        match until.strip_prefix(from.get(..11).unwrap_or_default()) {
            Some(clock) => format!("{from} – {clock}"),
            None => format!("{from} – {until}"),
        }
    }

    /// Time of day only.
    pub fn clock(&self, instant: &Timestamp) -> String {
        self.format(*instant, "%H:%M:%S")
    }

    /// A length of time: `4:05`, minutes and seconds.
    pub fn seconds(&self, ms: i64) -> String {
        let seconds = ms / 1000;
        format!("{}:{:02}", seconds / 60, seconds % 60)
    }

    /// The date, as the language writes it.
    pub fn date(&self, instant: &Timestamp) -> String {
        self.format(
            *instant,
            if self.english() {
                "%-d %B %Y"
            } else {
                "%Y年%-m月%-d日"
            },
        )
    }

    fn format(&self, instant: Timestamp, pattern: &str) -> String {
        jiff::Timestamp::from_millisecond(instant.millis())
            .map(|instant| {
                instant
                    .to_zoned_datetime(self.office.zone.clone())
                    .strftime(pattern)
                    .to_string()
            })
            .unwrap_or_default()
    }

    /// The places where the signed-in person's roles work.
    pub fn places(&self) -> Vec<Place> {
        let path = self.path.split('?').next().unwrap_or_default();
        PLACES
            .iter()
            .filter(|(_, _, policy)| self.roles.iter().any(|role| policy.who.admits(*role)))
            .map(|(href, name, _)| Place {
                href,
                name,
                here: path
                    .strip_prefix(href)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/')),
            })
            .collect()
    }

    /// The installation's zone by its name, for scripts that show the server's times.
    pub fn zone(&self) -> &str {
        self.office.zone.iana_name().unwrap_or("UTC")
    }

    /// Whether the signed-in person has this role.
    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// The address under which people reach us.
    pub fn base_url(&self) -> &str {
        &self.office.base_url
    }
}
