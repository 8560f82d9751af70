//! Registers one candidate by form.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::enrolment::{Education, Source};
use crate::identity::Duty;
use crate::kernel::{ApplicationId, BatchId, CitizenId, CitizenIdError, PersonName};
use crate::office::{Act, Broken, Caller, Event, Office, Op, Policy, Problems, Refusal, policy};
use crate::store::enrolment::{ApplicationRow, Entry};

use super::person::{Person, Unfit, enter};
use super::{Claims, batch_of, number, registration_open, stored_word, word};

const MOST_EMPLOYER_CHARS: usize = 100;
const MOST_TRADE_YEARS: u8 = 60;

/// Registers one candidate.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct RegisterApplication {
    /// The batch.
    pub batch: BatchId,
    /// 姓名, as on the document.
    pub name: String,
    /// 公民身份号码, 18 characters; also that of a residence permit.
    pub citizen_id: String,
    /// 手机号码, 11 digits; may be empty.
    #[serde(default)]
    pub phone: String,
    /// 工作单位; may be empty.
    #[serde(default)]
    pub employer: String,
    /// 考生来源.
    #[serde(default, deserialize_with = "word")]
    pub source: Option<Source>,
    /// `new` (新考, the default) or `resit` (补考).
    #[serde(default, deserialize_with = "word")]
    pub exam_kind: Option<ExamKind>,
    /// 文化程度.
    #[serde(default, deserialize_with = "word")]
    pub education: Option<Education>,
    /// 本工种年限, in whole years.
    #[serde(default, deserialize_with = "number")]
    pub trade_years: Option<u8>,
    /// The level of a certificate held in this or a related occupation; 1 is the highest.
    #[serde(default, deserialize_with = "number")]
    pub held_level: Option<u8>,
    /// When that certificate was issued, as 2020-05-06.
    #[serde(default)]
    pub held_since: String,
}

/// Whether the candidate sits for the first time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExamKind {
    /// 新考
    New,
    /// 补考
    Resit,
}

/// A registered application.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Registered {
    /// The application.
    pub application: ApplicationId,
}

impl Act for RegisterApplication {
    type Outcome = Registered;
    const POLICY: Policy = policy::APPLICATION_REGISTER;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<Registered, Refusal> {
        let (person, claims) = self.checked(office)?;
        let profile = serde_json::to_string(&claims).map_err(|error| Refusal::Fault(error.to_string()))?;
        let mut op = Op::begin::<Self>(office, caller).await?;
        let now = op.now;
        let batch = batch_of(op.connection(), self.batch).await?;
        registration_open(&batch, now)?;
        let known = person.known(office, op.connection(), self.batch).await;
        let known = known.map_err(Unfit::at_citizen_id)?;
        let earlier = known.application.as_ref();
        may_enter(earlier).map_err(|broken| broken.at("citizen_id"))?;
        let by = op.take_duty(self.batch, Duty::Registrar).await?;
        let candidate = person.save(office, op.connection(), known.candidate, now).await?;
        let entry = Entry {
            id: earlier.map_or_else(|| ApplicationId::new(now, office.entropy.as_ref()), |row| row.id),
            batch: self.batch,
            candidate,
            exam_kind: &stored_word(self.exam_kind.unwrap_or(ExamKind::New)),
            source: &self.source.map(stored_word).unwrap_or_default(),
            profile: &profile,
            by,
            at: now,
        };
        enter(op.connection(), &entry, earlier).await?;
        let detail = json!({ "candidate": candidate, "again": earlier.is_some() });
        op.commit(Event::of(entry.id).in_batch(self.batch).with(detail)).await?;
        Ok(Registered { application: entry.id })
    }
}

/// Refuses a second application of one person in one batch; a rejected one may be handed in again.
fn may_enter(earlier: Option<&ApplicationRow>) -> Result<(), Broken> {
    match earlier.map(|row| row.state.as_str()) {
        None | Some("rejected") => Ok(()),
        Some("withdrawn") => Err(Broken::new("application-was-withdrawn")),
        Some(_) => Err(Broken::new("application-twice")),
    }
}

impl Unfit {
    fn at_citizen_id(self) -> Refusal {
        match self {
            Self::Rule(broken) => broken.at("citizen_id").into(),
            Self::Other(refusal) => refusal,
        }
    }
}

impl RegisterApplication {
    /// Everything that can be told without the database, all problems at once.
    fn checked(&self, office: &Office) -> Result<(Person, Claims), Refusal> {
        let mut problems = Problems::default();
        let name = problems.take("name", self.name.parse::<PersonName>());
        let typed: String = self.citizen_id.chars().filter(|c| !c.is_whitespace()).collect();
        let id = problems.take("citizen_id", typed.parse::<CitizenId>());
        let phone = problems.take("phone", mobile(&self.phone));
        let employer = problems.take("employer", employer(&self.employer));
        let trade_years = problems.take("trade_years", trade_years(self.trade_years));
        let held_level = problems.take("held_level", held_level(self.held_level));
        let today = super::china_day(office.now());
        let held_since = problems.take("held_since", held_since(&self.held_since, self.held_level, today));
        let person = match (name, id) {
            (Some(name), Some(id)) => Some(Person {
                name,
                id,
                phone: phone.flatten(),
                employer: employer.flatten(),
            }),
            _ => None,
        };
        if let Some(person) = &person {
            problems.take("name", person.printable(office));
        }
        problems.refuse()?;
        let person = person.ok_or_else(|| Refusal::Invalid(Vec::new()))?;
        let claims = Claims {
            education: self.education,
            trade_years: trade_years.flatten(),
            held_level: held_level.flatten(),
            held_since: held_since.flatten(),
        };
        Ok((person, claims))
    }
}

impl From<CitizenIdError> for Broken {
    fn from(error: CitizenIdError) -> Self {
        match error {
            CitizenIdError::Shape => Self::new("citizen-id-shape"),
            CitizenIdError::BirthDate => Self::new("citizen-id-birth-date"),
            CitizenIdError::CheckCharacter => Self::new("citizen-id-check"),
        }
    }
}

fn mobile(text: &str) -> Result<Option<String>, Broken> {
    let digits: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let digits = digits.strip_prefix("+86").unwrap_or(&digits);
    match digits {
        "" => Ok(None),
        _ if digits.len() == 11 && digits.starts_with('1') && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            Ok(Some(digits.to_owned()))
        }
        _ => Err(Broken::new("phone-shape")),
    }
}

fn employer(text: &str) -> Result<Option<String>, Broken> {
    let employer = text.trim();
    let chars = employer.chars().count();
    if chars > MOST_EMPLOYER_CHARS {
        return Err(Broken::new("employer-too-long")
            .with("chars", chars)
            .with("max", MOST_EMPLOYER_CHARS));
    }
    Ok((chars > 0).then(|| employer.to_owned()))
}

fn trade_years(years: Option<u8>) -> Result<Option<u8>, Broken> {
    match years {
        Some(years) if years > MOST_TRADE_YEARS => Err(Broken::new("trade-years-range")),
        years => Ok(years),
    }
}

fn held_level(level: Option<u8>) -> Result<Option<u8>, Broken> {
    match level {
        None | Some(1..=5) => Ok(level),
        Some(_) => Err(Broken::new("held-level-range")),
    }
}

fn held_since(text: &str, level: Option<u8>, today: Date) -> Result<Option<String>, Broken> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    if level.is_none() {
        return Err(Broken::new("held-since-without-level"));
    }
    match text.parse::<Date>() {
        Ok(day) if day <= today => Ok(Some(day.to_string())),
        Ok(_) => Err(Broken::new("held-since-future")),
        Err(_) => Err(Broken::new("date-shape")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mobile_number_may_be_typed_as_people_type_it() {
        for typed in ["13800138000", "138 0013 8000", "+86 138-0013-8000"] {
            assert_eq!(mobile(typed).unwrap().as_deref(), Some("13800138000"), "{typed}");
        }
        assert_eq!(mobile(" ").unwrap(), None);
        assert!(mobile("12345").is_err() && mobile("23800138000").is_err());
    }

    #[test]
    fn a_certificate_held_has_a_level_and_no_future_date() {
        let today: Date = "2026-05-06".parse().unwrap();
        assert_eq!(
            held_since("2020-01-02", Some(5), today).unwrap().as_deref(),
            Some("2020-01-02")
        );
        assert_eq!(
            held_since("2020-01-02", None, today).unwrap_err().code,
            "held-since-without-level"
        );
        assert_eq!(
            held_since("2027-01-02", Some(5), today).unwrap_err().code,
            "held-since-future"
        );
        assert_eq!(held_since("last year", Some(5), today).unwrap_err().code, "date-shape");
        assert!(held_level(Some(6)).is_err() && trade_years(Some(61)).is_err());
    }
}
