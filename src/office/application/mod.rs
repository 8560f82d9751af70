//! Applications: registering, importing rolls, deciding who may sit.
//!
//! Whoever registers a candidate of a batch decides on none of that batch. A citizen id is sealed before it is saved and
//! found again by its keyed digest; pages show it masked, and showing it whole leaves a record.

mod decide;
mod person;
mod picture;
mod register;
mod reveal;
mod roll;
mod show;
#[cfg(test)]
mod tests;
mod trial;

pub use decide::{DecideApplications, Decided, Decision, WithdrawApplication};
pub use picture::PutPhoto;
pub use register::{ExamKind, RegisterApplication, Registered};
pub use reveal::{RevealApplication, Revealed, photo};
pub(super) use roll::read_sheet;
pub use roll::{CheckRoll, ImportRoll, ModeTried, RollImported, RollProblem, RollTried, template};
pub use show::{
    ApplicationList, ApplicationView, BatchView, HistoryEntry, ListApplications, ListedApplication, MissingLine, PAGE,
    Phase, ShowApplication, StateCounts, VerdictView, batch,
};

use std::collections::BTreeSet;
use std::str::FromStr;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};

use super::{Broken, Office, Refusal};
use crate::enrolment::{Education, EligibilityRules, HeldLevel, Profile, Verdict};
use crate::kernel::{BatchId, Timestamp};
use crate::store::Connection;
use crate::store::enrolment::{self, ApplicationRow, BatchFacts};

/// What a candidate claims about education and work; stands as JSON in the application.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Claims {
    /// 文化程度
    pub education: Option<Education>,
    /// 本工种年限, counted at registration.
    pub trade_years: Option<u8>,
    /// The level of the certificate held in this or a related occupation; 1 is the highest.
    pub held_level: Option<u8>,
    /// When that certificate was issued, as 2020-05-06.
    pub held_since: Option<String>,
}

impl Claims {
    fn of(row: &ApplicationRow) -> Result<Self, Refusal> {
        serde_json::from_str(&row.profile).map_err(|error| Refusal::Fault(format!("application.profile: {error}")))
    }

    /// As the conditions ask for it, on the day of registration.
    fn profile(&self, birth_date: Date, on: Date) -> Profile {
        let years = self.trade_years.map(i16::from);
        let held = self.held_level.map(|level| HeldLevel {
            level,
            // Without a date the certificate counts as held, but for no time.
            since: self
                .held_since
                .as_deref()
                .and_then(|day| day.parse().ok())
                .unwrap_or(on),
        });
        Profile {
            birth_date,
            works_since: years.and_then(|years| on.checked_sub(jiff::Span::new().years(years)).ok()),
            held: held.into_iter().collect(),
            education: self.education.into_iter().collect::<BTreeSet<_>>(),
            ..Profile::default()
        }
    }
}

/// The conditions of application in force.
struct Conditions(EligibilityRules);

impl Conditions {
    fn in_force() -> Result<Self, Refusal> {
        let rules = EligibilityRules::of_2023().map_err(|error| Refusal::Fault(error.to_string()))?;
        Ok(Self(rules))
    }

    /// Holds an application against them, as of its registration.
    fn verdict(&self, row: &ApplicationRow, batch: &BatchFacts) -> Result<Verdict, Refusal> {
        let born: Date = row
            .birth_date
            .parse()
            .map_err(|error| Refusal::Fault(format!("candidate.birth_date: {error}")))?;
        let on = china_day(row.registered_at);
        let profile = Claims::of(row)?.profile(born, on);
        let level = u8::try_from(batch.level).unwrap_or(0);
        Ok(self.0.meets(&profile, level, on))
    }
}

/// The day on which an instant falls in China, which has one time zone.
fn china_day(instant: Timestamp) -> Date {
    let zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(8));
    jiff::Timestamp::from_millisecond(instant.millis()).map_or(Date::ZERO, |at| at.to_zoned_datetime(zone).date())
}

/// The batch, or that there is none.
async fn batch_of(connection: &mut Connection, id: BatchId) -> Result<BatchFacts, Refusal> {
    enrolment::batch(connection, id).await?.ok_or(Refusal::NotFound)
}

/// Refuses unless candidates may be registered for this batch now.
fn registration_open(batch: &BatchFacts, now: Timestamp) -> Result<(), Refusal> {
    if batch.plan_state != "published" {
        return Err(Broken::new("registration-before-publication").into());
    }
    if now >= batch.registration_until {
        return Err(Broken::new("registration-closed")
            .with("at", batch.registration_until)
            .into());
    }
    batch_open(batch)
}

/// Refuses once the results of the batch are settled.
fn batch_open(batch: &BatchFacts) -> Result<(), Refusal> {
    if batch.state == "open" {
        Ok(())
    } else {
        Err(Broken::new("applications-settled").into())
    }
}

/// Refuses a blank reason.
fn reason_given(reason: &str) -> Result<&str, Refusal> {
    match reason.trim() {
        "" => Err(Broken::new("reason-needed").at("reason").into()),
        reason => Ok(reason),
    }
}

/// The first character of a name that no configured font has: no certificate could be printed with it.
fn unprintable(office: &Office, name: &str) -> Option<char> {
    office.fonts.missing(name).first().copied()
}

/// For `#[serde(default, deserialize_with = "word")]`: one of the words of a list; an empty form field is no value.
fn word<'de, T: DeserializeOwned, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    match Option::<String>::deserialize(deserializer)?.as_deref().map(str::trim) {
        None | Some("") => Ok(None),
        Some(text) => T::deserialize(serde::de::value::StrDeserializer::<D::Error>::new(text)).map(Some),
    }
}

/// For `#[serde(default, deserialize_with = "number")]`: a number from a form or from JSON; an empty field is no value.
fn number<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: FromStr + TryFrom<u64>,
    T::Err: std::fmt::Display,
    D: Deserializer<'de>,
{
    use serde::de::Error as _;
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Shape {
        Number(u64),
        Text(String),
    }
    match Option::<Shape>::deserialize(deserializer)? {
        None => Ok(None),
        Some(Shape::Number(number)) => T::try_from(number).map(Some).map_err(|_| D::Error::custom("too large")),
        Some(Shape::Text(text)) if text.trim().is_empty() => Ok(None),
        Some(Shape::Text(text)) => text.trim().parse().map(Some).map_err(D::Error::custom),
    }
}

/// The word that stands in the database for one of a chapter's values.
fn stored_word(value: impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}
