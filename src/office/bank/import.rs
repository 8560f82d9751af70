//! Taking questions of other systems into a bank: first a trial that tells everything, then a new version, or nothing.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{aside, open_bank, store_bank};
use crate::bank::Bank;
use crate::exchange::{self, Defaults, Degree, Format, Plan};
use crate::kernel::{BankVersionId, Digest, Language, canonical_json};
use crate::office::{Act, Broken, Caller, Office, Policy, Refusal, Upload, policy};

/// More lines of a report than these are only counted.
const MOST_TOLD: usize = 2_000;

/// Tries a file of questions against a bank version without saving anything.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct TryQuestions {
    /// The version.
    pub bank: BankVersionId,
    /// The file.
    pub file: Upload,
    /// Its name; its ending helps to tell the format.
    #[serde(default)]
    pub file_name: String,
    /// The format's word, as `moodle`; absent: told by the file.
    #[serde(default, deserialize_with = "crate::office::input::optional")]
    pub format: Option<String>,
    /// The point of questions that name none, or one that the bank does not have.
    #[serde(default, deserialize_with = "crate::office::input::optional")]
    pub point: Option<String>,
}

/// What the file would do.
#[derive(Debug, Serialize, JsonSchema)]
pub struct QuestionsTried {
    /// The digest of the report: the import names it, so that nothing else is taken than what was shown.
    pub report: String,
    /// How many questions were read.
    pub read: usize,
    /// The ids of the items that would be new.
    pub new: Vec<String>,
    /// The items that would change, each with the names of the fields.
    pub changed: Vec<String>,
    /// How many items the bank has as they are.
    pub same: usize,
    /// How many questions would be left out.
    pub left_out: usize,
    /// How many losses there are within questions that come.
    pub parts: usize,
    /// Everything that is lost or was settled, by file and line.
    pub losses: Vec<LossTold>,
    /// How many more there are.
    pub more: usize,
}

/// A loss, or something settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LossTold {
    /// File and line.
    pub at: String,
    /// The item: its id, its name or the beginning of its text.
    pub item: String,
    /// `item`, `part` or `note`.
    pub degree: String,
    /// What it is.
    pub message: String,
}

impl Act for TryQuestions {
    type Outcome = QuestionsTried;
    const POLICY: Policy = policy::BANK_TRY;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<QuestionsTried, Refusal> {
        let language = caller.language;
        let bank = open_bank(office, self.bank).await?;
        aside(move || {
            let plan = plan(&self, &bank, language)?;
            Ok(tried(&plan, language))
        })
        .await?
    }
}

/// Takes a file of questions, as it was tried, into a new bank version.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ImportQuestions {
    /// What was tried.
    #[serde(flatten)]
    pub tried: TryQuestions,
    /// The digest of the report that was shown.
    pub report: String,
    /// The label of the new version.
    pub label: String,
}

/// A version that was made.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ImportedQuestions {
    /// Its id.
    pub bank: BankVersionId,
    /// How many items are new.
    pub new: usize,
    /// How many changed.
    pub changed: usize,
    /// How many questions were left out.
    pub left_out: usize,
}

impl Act for ImportQuestions {
    type Outcome = ImportedQuestions;
    const POLICY: Policy = policy::BANK_IMPORT;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<ImportedQuestions, Refusal> {
        let language = caller.language;
        let label = self.label.trim().to_owned();
        if label.is_empty() || label.chars().count() > 40 || label.chars().any(char::is_control) {
            return Err(Refusal::Invalid(vec![Broken::new("bank-import-label").at("label")]));
        }
        let from = self.tried.bank;
        let bank = open_bank(office, from).await?;
        let file = Digest::of(&self.tried.file.0);
        let (plan, applied) = aside(move || {
            let plan = plan(&self.tried, &bank, language)?;
            // The bank, the file or the program may have changed since the report was read.
            if report(&plan) != self.report {
                return Err(Broken::new("bank-import-report").into());
            }
            if plan.new.is_empty() && plan.changed.is_empty() {
                return Err(Refusal::from(Broken::new("bank-import-nothing")));
            }
            let applied = Bank {
                version: label,
                ..plan.applied(&bank)
            };
            Ok((plan, applied))
        })
        .await??;
        let told = json!({
            "from": from,
            "file": file,
            "report": report(&plan),
            "new": plan.new.len(),
            "changed": plan.changed.len(),
            "left_out": plan.count(Degree::Item),
            "parts": plan.count(Degree::Part),
        });
        let bank = store_bank(office, caller, Self::POLICY, applied, &[], told).await?;
        Ok(ImportedQuestions {
            bank,
            new: plan.new.len(),
            changed: plan.changed.len(),
            left_out: plan.count(Degree::Item),
        })
    }
}

fn plan(input: &TryQuestions, bank: &Bank, language: Language) -> Result<Plan, Refusal> {
    let unknown =
        |word: &str| Refusal::Invalid(vec![Broken::new("bank-import-format").with("word", word).at("format")]);
    let format = match input.format.as_deref() {
        Some(word) => Some(Format::of_word(word).ok_or_else(|| unknown(word))?),
        None => None,
    };
    if let Some(point) = input.point.as_deref().filter(|point| bank.point(point).is_none()) {
        return Err(Refusal::Invalid(vec![
            Broken::new("bank-import-point").with("point", point).at("point"),
        ]));
    }
    let name = if input.file_name.is_empty() {
        "file"
    } else {
        &input.file_name
    };
    let exchange = exchange::read(&input.file.0, name, format).map_err(|refused| {
        let place = format!("{}:{}", refused.place.file, refused.place.line);
        let broken = Broken::new("bank-import-refused")
            .with("place", place)
            .with("message", refused.message(language));
        Refusal::Invalid(vec![broken.at("file")])
    })?;
    let defaults = Defaults {
        point: input.point.clone(),
    };
    Ok(exchange::plan(&exchange, bank, &defaults))
}

/// The digest of everything that a plan says.
#[expect(
    clippy::expect_used,
    reason = "a plan holds text, numbers and lists; all of them have a JSON form"
)]
fn report(plan: &Plan) -> String {
    Digest::of(&canonical_json(plan).expect("a plan has a JSON form")).to_string()
}

fn tried(plan: &Plan, language: Language) -> QuestionsTried {
    let degree = |degree: Degree| match degree {
        Degree::Item => "item",
        Degree::Part => "part",
        Degree::Note => "note",
    };
    let told = plan.losses.iter().map(|loss| LossTold {
        at: format!("{}:{}", loss.place.file, loss.place.line),
        item: loss.item.clone(),
        degree: degree(loss.degree).to_owned(),
        message: loss.message(language),
    });
    QuestionsTried {
        report: report(plan),
        read: plan.read,
        new: plan.new.iter().map(|coming| coming.item.id.clone()).collect(),
        changed: plan
            .changed
            .iter()
            .map(|coming| format!("{}: {}", coming.item.id, coming.fields.join(", ")))
            .collect(),
        same: plan.same,
        left_out: plan.count(Degree::Item),
        parts: plan.count(Degree::Part),
        losses: told.take(MOST_TOLD).collect(),
        more: plan.losses.len().saturating_sub(MOST_TOLD),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bank::generated;
    use crate::identity::Role;
    use crate::kernel::SeededEntropy;
    use crate::office::bank::{ListBanks, load_bank};
    use crate::office::testing::{office, staff};

    fn input(bank: BankVersionId, text: &str) -> TryQuestions {
        TryQuestions {
            bank,
            file: Upload(text.as_bytes().to_vec()),
            file_name: "题.gift".to_owned(),
            format: Some("gift".to_owned()),
            point: None,
        }
    }

    #[tokio::test]
    async fn questions_come_in_as_they_were_shown_or_not_at_all() {
        let (office, _folder) = office().await;
        let keeper = staff(&office, "keeper", &[Role::BankKeeper]).await;
        let bank = generated(40, &SeededEntropy::new(5));
        let point = bank.points[0].code.clone();
        let id = load_bank(&office, &Caller::system("test"), bank.clone()).await.unwrap();
        let text = format!(
            "$CATEGORY: $course$/top/{point}\n\n::N-1:: 新题？ {{=甲 ~乙 ~丙 ~丁}}\n\n::N-2:: 三选 {{=甲 ~乙 ~丙}}\n"
        );
        let tried = office.perform(input(id, &text), &keeper).await.unwrap();
        assert_eq!(
            (tried.new.as_slice(), tried.left_out),
            (["N-1".to_owned()].as_slice(), 1)
        );
        assert_eq!(
            office.perform(ListBanks {}, &keeper).await.unwrap().len(),
            1,
            "a trial saves nothing"
        );

        let import = |text: &str, report: &str| ImportQuestions {
            tried: input(id, text),
            report: report.to_owned(),
            label: "2026.2".to_owned(),
        };
        let other = text.replace("~丁", "~戊");
        let refused = office
            .perform(import(&other, &tried.report), &keeper)
            .await
            .unwrap_err();
        assert!(matches!(refused, Refusal::Rule(broken) if broken.code == "bank-import-report"));
        let made = office.perform(import(&text, &tried.report), &keeper).await.unwrap();
        let opened = open_bank(&office, made.bank).await.unwrap();
        assert_eq!((opened.items.len(), opened.version.as_str()), (41, "2026.2"));
        assert_eq!(opened.item("N-1").unwrap().key, "A");
        assert_eq!(
            *open_bank(&office, id).await.unwrap(),
            bank,
            "the old version is as it was"
        );
    }

    #[tokio::test]
    async fn a_refused_file_names_its_place_and_only_keepers_import() {
        let (office, _folder) = office().await;
        let keeper = staff(&office, "keeper", &[Role::BankKeeper]).await;
        let clerk = staff(&office, "clerk", &[Role::Clerk]).await;
        let id = load_bank(&office, &Caller::system("test"), generated(40, &SeededEntropy::new(6)))
            .await
            .unwrap();
        let Refusal::Invalid(problems) = office
            .perform(input(id, "好 {T}\n\n坏 {=a"), &keeper)
            .await
            .unwrap_err()
        else {
            panic!("a broken file is refused");
        };
        assert_eq!(problems[0].broken.code, "bank-import-refused");
        assert!(
            problems[0]
                .broken
                .facts
                .iter()
                .any(|(name, fact)| *name == "place" && format!("{fact:?}").contains("gift:3"))
        );
        assert!(office.perform(input(id, "好 {T}"), &clerk).await.is_err());
    }
}
