//! Checking whole lists: a table of people in, the same with answers and a signed slip out. No account; nothing is kept.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::certificate::{issuer, open_record, standing};
use super::input::{PDF, XLSX};
use super::limits::LIST_ROWS;
use super::verification::same_text;
use super::{Act, Broken, Caller, Download, Office, Policy, Refusal, Upload, policy};
use crate::certificate::{Answer, Ask, IssueDate, ROSTER_COLUMNS, ROSTER_ROWS, RosterError, answer, asks, slip};
use crate::kernel::{Digest, Timestamp};
use crate::spreadsheet;
use crate::store::Connection;
use crate::store::certificate as rows;

/// No answer to a list comes sooner, and for each row so much later: longer than looking any number up takes, so that the
/// time does not tell which numbers exist.
const FLOOR: Duration = Duration::from_millis(120);
const FLOOR_OF_A_ROW: Duration = Duration::from_millis(4);

/// Checks a list of people: name, number and id each.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct CheckList {
    /// The list, as .xlsx or .csv.
    pub file: Upload,
    /// The file's name, which tells the kind of a text table.
    #[serde(default)]
    pub file_name: String,
}

/// A list with its answers.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CheckedList {
    /// The rows, in the order of the file.
    pub rows: Vec<CheckedRow>,
    /// How many rows match a certificate in force.
    pub valid: usize,
    /// When this was checked.
    pub checked_at: Timestamp,
    /// The digest of the file that was sent.
    #[schemars(with = "String")]
    pub list_sha256: Digest,
    /// The same list with the answers.
    pub workbook: Download,
    /// The signed slip.
    pub slip: Download,
}

/// A row with its answer.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CheckedRow {
    /// The row in the file, from 1.
    pub row: u32,
    /// The name as stated.
    pub name: String,
    /// The number as stated.
    pub number: String,
    /// The answer.
    pub answer: Answer,
}

impl Act for CheckList {
    type Outcome = CheckedList;
    const POLICY: Policy = policy::VERIFY_LIST;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<CheckedList, Refusal> {
        let begun = tokio::time::Instant::now();
        let issuer = issuer(office).await?;
        if issuer.checker.is_none() {
            return Err(Broken::new("checking-key-missing").into());
        }
        let sent = Digest::of(&self.file.0);
        let read = tokio::task::spawn_blocking(move || read(&self.file.0, &self.file_name));
        let asks = read.await.map_err(|error| Refusal::Fault(error.to_string()))??;
        let (count, now) = (u32::try_from(asks.len()).unwrap_or(u32::MAX), office.now());
        office.limits.spend(LIST_ROWS, &caller.address, count, now)?;
        let mut answers = Vec::with_capacity(asks.len());
        let mut connection = office.store.read().await?;
        for ask in asks {
            let answer = look_up(office, &mut connection, &ask, now).await?;
            answers.push((ask, answer));
        }
        drop(connection);
        tokio::time::sleep_until(begun + FLOOR + FLOOR_OF_A_ROW * count).await;
        let fonts = office.fonts.clone();
        let made = tokio::task::spawn_blocking(move || {
            let checker = issuer
                .checker
                .as_ref()
                .ok_or_else(|| Broken::new("checking-key-missing"))?;
            let slip = slip(&answers, sent, &fonts, checker, now);
            let slip = slip.map_err(|error| Refusal::Fault(error.to_string()))?;
            Ok::<_, Refusal>((workbook(&answers)?, slip, answers))
        });
        let (workbook, slip, answers) = made.await.map_err(|error| Refusal::Fault(error.to_string()))??;
        let day = IssueDate::of(now);
        Ok(CheckedList {
            valid: answers.iter().filter(|(_, answer)| *answer == Answer::Valid).count(),
            rows: answers.into_iter().map(|(ask, answer)| row(ask, answer)).collect(),
            checked_at: now,
            list_sha256: sent,
            workbook: Download::new(format!("核验结果-{day}.xlsx"), XLSX, &workbook),
            slip: Download::new(format!("核验结果单-{day}.pdf"), PDF, &slip),
        })
    }
}

fn read(bytes: &[u8], name: &str) -> Result<Vec<Ask>, Refusal> {
    let sheet = spreadsheet::read(bytes, name).map_err(|error| Broken::from(error).at("file"))?;
    let refused = |error| match error {
        RosterError::NoColumn(column) => Broken::new("check-list-column").with("column", column),
        RosterError::Empty => Broken::new("check-list-empty"),
        RosterError::TooLong(rows) => Broken::new("check-list-too-long")
            .with("rows", rows)
            .with("most", ROSTER_ROWS),
    };
    asks(&sheet).map_err(|error| refused(error).at("file").into())
}

/// The same work, and the same answer, for a number that does not exist and for a wrong fact.
async fn look_up(office: &Office, connection: &mut Connection, ask: &Ask, now: Timestamp) -> Result<Answer, Refusal> {
    let Some((name, number, id)) = ask.facts() else {
        return Ok(Answer::Unreadable);
    };
    let Some(row) = rows::by_number(connection, number.as_str()).await? else {
        return Ok(Answer::NoMatch);
    };
    let record = open_record(office, connection, row.id).await?;
    let same_name = same_text(office, name.as_str(), record.name.as_str());
    let same_id = same_text(office, id.reveal(), record.citizen_id.reveal());
    Ok(if same_name & same_id {
        answer(&record, standing(&row), IssueDate::of(now))
    } else {
        Answer::NoMatch
    })
}

fn row(ask: Ask, answer: Answer) -> CheckedRow {
    let [name, number, _] = ask.stated;
    CheckedRow {
        row: ask.row,
        name,
        number,
        answer,
    }
}

/// What the asker stated, as stated, and the answers.
fn workbook(answers: &[(Ask, Answer)]) -> Result<Vec<u8>, Refusal> {
    let lines: Vec<_> = answers
        .iter()
        .map(|(ask, answer)| {
            let own = [ask.row.to_string()].into_iter().chain(ask.stated.iter().cloned());
            own.chain([answer.chinese().to_owned(), answer.english().to_owned()])
                .collect()
        })
        .collect();
    let [name, number, id] = ROSTER_COLUMNS;
    spreadsheet::write("核验结果", &["行", name, number, id, "结论", "Answer"], &lines)
        .map_err(|error| Refusal::Fault(error.to_string()))
}

/// A checking list to fill in.
pub fn blank_list() -> Result<Download, Refusal> {
    let bytes =
        spreadsheet::write("核验名单", &ROSTER_COLUMNS, &[]).map_err(|error| Refusal::Fault(error.to_string()))?;
    Ok(Download::new("核验名单.xlsx", XLSX, &bytes))
}
