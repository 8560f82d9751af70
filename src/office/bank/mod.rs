//! Loading banks as immutable versions.

mod import;
mod unpack;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Act, Actor, Broken, Caller, Event, Office, Op, Policy, Problem, Refusal, Upload, policy};
use crate::bank::{Bank, BankKind, Problem as BankProblem, Reading};
use crate::kernel::{BankVersionId, Digest, Language, Timestamp};
use crate::paper::{Summary, shipped_rules, summary};
use crate::store::bank::{self as rows, BankVersionRow};
use crate::store::event;

pub use import::{ImportQuestions, ImportedQuestions, LossTold, QuestionsTried, TryQuestions};

/// More problems than these are only counted.
const MOST_PROBLEMS: usize = 200;
/// How many opened banks are kept.
const SHELF: usize = 8;

/// Banks that were opened lately. A version never changes, so that a kept one is never out of date.
#[derive(Debug, Default)]
pub struct Shelf(Mutex<BTreeMap<BankVersionId, Arc<Bank>>>);

impl Shelf {
    fn get(&self, id: BankVersionId) -> Option<Arc<Bank>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
    }

    fn put(&self, id: BankVersionId, bank: Arc<Bank>) {
        let mut banks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if banks.len() >= SHELF {
            // The oldest version: the ones in use are mostly new.
            banks.pop_first();
        }
        banks.insert(id, bank);
    }
}

fn place(id: BankVersionId) -> String {
    format!("bank_version.content/{id}")
}

/// Runs slow work where it holds nobody up.
pub(super) async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Refusal> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Refusal::Fault(format!("work aside: {error}")))
}

/// The bank of this version, opened and read.
pub async fn open_bank(office: &Office, id: BankVersionId) -> Result<Arc<Bank>, Refusal> {
    if let Some(bank) = office.banks.get(id) {
        return Ok(bank);
    }
    let mut connection = office.store.read().await?;
    let content = rows::content(&mut connection, id).await?.ok_or(Refusal::NotFound)?;
    drop(connection);
    let vault = office.keys.vault.clone();
    let bank = aside(move || {
        let plain = vault.open(&place(id), &content).map_err(|error| error.to_string())?;
        serde_json::from_slice::<Bank>(&plain).map_err(|error| error.to_string())
    })
    .await?
    .map_err(|cause| Refusal::Fault(format!("bank {id}: {cause}")))?;
    let bank = Arc::new(bank);
    office.banks.put(id, bank.clone());
    Ok(bank)
}

/// Stores a bank as a new version. The same content twice is refused.
pub async fn load_bank(office: &Office, caller: &Caller, bank: Bank) -> Result<BankVersionId, Refusal> {
    store_bank(office, caller, policy::BANK_LOAD, bank, &[], json!({})).await
}

/// Stores a bank with a record of what was told when it came: `more` is added to the event.
async fn store_bank(
    office: &Office,
    caller: &Caller,
    policy: Policy,
    bank: Bank,
    warnings: &[BankProblem],
    more: serde_json::Value,
) -> Result<BankVersionId, Refusal> {
    let id = BankVersionId::new(office.now(), office.entropy.as_ref());
    let (vault, entropy) = (office.keys.vault.clone(), office.entropy.clone());
    let (bank, digest, content) = aside(move || {
        let digest = bank.digest();
        let content = serde_json::to_vec(&bank).map(|plain| vault.seal(&place(id), &plain, entropy.as_ref()));
        (bank, digest, content)
    })
    .await?;
    let content = content.map_err(|error| Refusal::Fault(error.to_string()))?;

    let mut op = Op::begin_named(office, caller, policy.name).await?;
    if let Some(loaded) = rows::by_digest(op.connection(), digest).await? {
        let already = Broken::new("bank-already-loaded")
            .with("label", loaded.label)
            .with("at", loaded.loaded_at);
        return Err(already.into());
    }
    let row = version_row(id, &bank, digest, op.now, caller);
    rows::insert(op.connection(), &row, &content).await?;
    let event = Event::of(id).with(json!({
        "code": row.code,
        "label": row.label,
        "digest": digest,
        "items": row.items,
        "tasks": row.tasks,
        "warnings": warnings.iter().take(MOST_PROBLEMS).map(LoadWarning::of).collect::<Vec<_>>(),
        "import": more,
    }));
    op.commit(event).await?;
    office.banks.put(id, Arc::new(bank));
    Ok(id)
}

fn version_row(id: BankVersionId, bank: &Bank, digest: Digest, now: Timestamp, caller: &Caller) -> BankVersionRow {
    let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    BankVersionRow {
        id,
        code: bank.code.clone(),
        label: bank.version.clone(),
        digest,
        kind: match bank.kind {
            BankKind::Live => "live".to_owned(),
            BankKind::Practice => "practice".to_owned(),
        },
        occupation_code: bank.occupation.code.clone(),
        occupation_name: bank.occupation.name.clone(),
        occupation_name_en: bank.occupation.name_en.clone(),
        level: bank.level.into(),
        items: count(bank.items.len()),
        tasks: count(bank.tasks.len()),
        loaded_at: now,
        loaded_by: match &caller.actor {
            Actor::Staff { name, login, .. } => format!("{name} ({login})"),
            Actor::System(job) => (*job).to_owned(),
            Actor::Anonymous | Actor::Candidate { .. } => String::new(),
        },
    }
}

/// What the authors should look at. Kept with the load, without the excerpt: that may show an item.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct LoadWarning {
    /// File and line.
    pub at: String,
    /// What it is, in Chinese.
    pub zh: String,
    /// What it is, in English.
    pub en: String,
}

impl LoadWarning {
    fn of(problem: &BankProblem) -> Self {
        Self {
            at: format!("{}:{}", problem.file, problem.line),
            zh: problem.message(Language::Zh),
            en: problem.message(Language::En),
        }
    }
}

/// Loads a bank folder as a new immutable version.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct LoadBank {
    /// The folder, as a zip.
    pub file: Upload,
}

/// A loaded version.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LoadedBank {
    /// Its id.
    pub bank: BankVersionId,
    /// What the authors should look at.
    pub warnings: Vec<LoadWarning>,
}

impl Act for LoadBank {
    type Outcome = LoadedBank;
    const POLICY: Policy = policy::BANK_LOAD;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<LoadedBank, Refusal> {
        let entropy = office.entropy.clone();
        let reading = aside(move || unpack::read(&self.file.0, entropy.as_ref()))
            .await?
            .map_err(|broken| broken.at("file"))?;
        if reading.bank.is_none() {
            return Err(Refusal::Invalid(told(&reading, caller.language)));
        }
        let Reading { bank, problems } = reading;
        let bank = bank.ok_or_else(|| Refusal::Fault("a bank without errors".to_owned()))?;
        Ok(LoadedBank {
            bank: store_bank(office, caller, Self::POLICY, bank, &problems, json!({})).await?,
            warnings: problems.iter().take(MOST_PROBLEMS).map(LoadWarning::of).collect(),
        })
    }
}

/// Every error of a reading, the first of them in full.
fn told(reading: &Reading, language: Language) -> Vec<Problem> {
    let problem = |problem: &BankProblem| {
        Broken::new("bank-problem")
            .with("place", format!("{}:{}", problem.file, problem.line))
            .with("message", problem.message(language))
            .with("excerpt", problem.excerpt.as_str())
            .at("")
    };
    let count = reading.errors().count();
    let mut problems: Vec<Problem> = reading.errors().take(MOST_PROBLEMS).map(problem).collect();
    if count > MOST_PROBLEMS {
        problems.push(
            Broken::new("bank-problems-more")
                .with("count", count - MOST_PROBLEMS)
                .at(""),
        );
    }
    problems
}

/// Lists the loaded bank versions.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ListBanks {}

/// A loaded version.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct BankView {
    /// Its id.
    pub bank: BankVersionId,
    /// The bank's code.
    pub code: String,
    /// The authors' label.
    pub label: String,
    /// The digest of the content.
    #[schemars(with = "String")]
    pub digest: Digest,
    /// `live` or `practice`.
    pub kind: String,
    /// The occupation's code.
    pub occupation_code: String,
    /// The occupation's Chinese name.
    pub occupation_name: String,
    /// The occupation's English name.
    pub occupation_name_en: String,
    /// The level, 1 (highest) to 5.
    pub level: i64,
    /// How many items of theory.
    pub items: i64,
    /// How many practical tasks.
    pub tasks: i64,
    /// When it was loaded.
    pub loaded_at: Timestamp,
    /// By whom.
    pub loaded_by: String,
}

impl From<BankVersionRow> for BankView {
    fn from(row: BankVersionRow) -> Self {
        Self {
            bank: row.id,
            code: row.code,
            label: row.label,
            digest: row.digest,
            kind: row.kind,
            occupation_code: row.occupation_code,
            occupation_name: row.occupation_name,
            occupation_name_en: row.occupation_name_en,
            level: row.level,
            items: row.items,
            tasks: row.tasks,
            loaded_at: row.loaded_at,
            loaded_by: row.loaded_by,
        }
    }
}

impl Act for ListBanks {
    type Outcome = Vec<BankView>;
    const POLICY: Policy = policy::BANK_LIST;

    async fn perform(self, office: &Office, _: &Caller) -> Result<Vec<BankView>, Refusal> {
        let mut connection = office.store.read().await?;
        let banks = rows::all(&mut connection).await?;
        Ok(banks.into_iter().map(BankView::from).collect())
    }
}

/// Counts a bank against the paper rules; shows no item.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ShowBank {
    /// The version.
    pub bank: BankVersionId,
}

/// A bank in numbers.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BankNumbers {
    /// The version.
    pub version: BankView,
    /// Its numbers, and what it lacks for each rule.
    pub summary: Summary,
    /// What the authors were told when it was loaded.
    pub warnings: Vec<LoadWarning>,
}

impl Act for ShowBank {
    type Outcome = BankNumbers;
    const POLICY: Policy = policy::BANK_SHOW;

    async fn perform(self, office: &Office, _: &Caller) -> Result<BankNumbers, Refusal> {
        let mut connection = office.store.read().await?;
        let row = rows::by_id(&mut connection, self.bank)
            .await?
            .ok_or(Refusal::NotFound)?;
        let search = event::Search {
            act: policy::BANK_LOAD.name.to_owned(),
            subject: self.bank.to_string(),
            limit: 1,
            ..event::Search::default()
        };
        let loads = event::search(&mut connection, &search).await?;
        drop(connection);
        let bank = open_bank(office, self.bank).await?;
        let summary = aside(move || summary(&bank, &shipped_rules())).await?;
        let detail = loads
            .first()
            .and_then(|load| serde_json::from_str::<serde_json::Value>(&load.detail).ok());
        let warnings = detail
            .and_then(|mut detail| serde_json::from_value(detail["warnings"].take()).ok())
            .unwrap_or_default();
        Ok(BankNumbers {
            version: row.into(),
            summary,
            warnings,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bank::generated;
    use crate::kernel::SeededEntropy;
    use crate::office::testing::office;

    #[tokio::test]
    async fn a_bank_is_sealed_opened_again_and_not_loaded_twice() {
        let (office, _folder) = office().await;
        let caller = Caller::system("test");
        let bank = generated(300, &SeededEntropy::new(5));
        let id = load_bank(&office, &caller, bank.clone()).await.unwrap();
        let mut connection = office.store.read().await.unwrap();
        let sealed = rows::content(&mut connection, id).await.unwrap().unwrap();
        drop(connection);
        let stem = bank.items[0].stem.as_bytes();
        assert!(!sealed.windows(stem.len()).any(|window| window == stem));
        // Not from the shelf, but from the database.
        office.banks.0.lock().unwrap().clear();
        assert_eq!(*open_bank(&office, id).await.unwrap(), bank);
        let again = load_bank(&office, &caller, bank).await.unwrap_err();
        assert!(matches!(again, Refusal::Rule(broken) if broken.code == "bank-already-loaded"));
        let numbers = office.perform(ShowBank { bank: id }, &caller).await.unwrap();
        assert_eq!(numbers.summary.counts.items, 300);
    }
}
