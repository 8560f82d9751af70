//! The integrity report over every number that was ever taken, as a page and as a workbook.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::certificate::{Integrity, IntegrityCheck, IssueDate, Taken};
use crate::kernel::Timestamp;
use crate::office::input::XLSX;
use crate::office::{Act, Caller, Download, Office, Policy, Refusal, policy};
use crate::spreadsheet;
use crate::store::Connection;
use crate::store::certificate::blank;
use crate::store::certificate::intent::{self, FateRow};

/// So many numbers are looked at together.
const STEP: i64 = 2_000;
/// How often it is made again while numbers are being taken.
const TIMES_AGAIN: usize = 3;

/// Reports on every number that was ever taken.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ReportIntegrity {}

/// The report, with what it was made of.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct IntegrityReport {
    /// When it was made.
    pub made_at: Timestamp,
    /// How many findings need an explanation.
    pub grave: usize,
    /// The report.
    pub report: Integrity,
    /// How many blanks were spoiled, by cause.
    pub blanks: BTreeMap<String, i64>,
}

impl Act for ReportIntegrity {
    type Outcome = IntegrityReport;
    const POLICY: Policy = policy::CERTIFICATE_INTEGRITY;

    async fn perform(self, office: &Office, _caller: &Caller) -> Result<IntegrityReport, Refusal> {
        let now = office.now();
        let mut connection = office.store.read().await?;
        let mut report = report(&mut connection, now).await?;
        // Numbers that were taken meanwhile would look like gaps, or like numbers from nowhere.
        for _ in 0..TIMES_AGAIN {
            match report {
                (_, false) => report = self::report(&mut connection, now).await?,
                (_, true) => break,
            }
        }
        let (report, _) = report;
        Ok(IntegrityReport {
            made_at: now,
            grave: report.grave(),
            report,
            blanks: blank::counts(&mut connection).await?.into_iter().collect(),
        })
    }
}

/// The report, and whether no number was taken while it was made.
async fn report(connection: &mut Connection, now: Timestamp) -> Result<(Integrity, bool), Refusal> {
    let counters = intent::counters(connection).await?;
    let mut check = IntegrityCheck::new(now, counters.clone());
    let (mut number, mut id) = (String::new(), String::new());
    loop {
        let rows = intent::fates(connection, (&number, &id), STEP).await?;
        let Some(last) = rows.last() else { break };
        (number, id) = (last.number.clone(), last.id.to_string());
        for row in rows {
            check.take(&taken(row));
        }
    }
    let still = counters == intent::counters(connection).await?;
    Ok((check.finish(), still))
}

fn taken(row: FateRow) -> Taken {
    Taken {
        number: row.number,
        made_at: Some(row.made_at),
        issued_at: row.issued_at,
        spoiled: row.cause,
        results: [row.settled_by, row.results_approved_by],
        list: [row.prepared_by, row.approved_by],
        approved_at: row.approved_at,
        publicity_until: row.publicity_until,
        prints: row.prints,
        others: if row.voided > 0 { 0 } else { row.others },
    }
}

/// Gives the integrity report as a workbook.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ExportIntegrity {}

impl Act for ExportIntegrity {
    type Outcome = Download;
    const POLICY: Policy = policy::CERTIFICATE_INTEGRITY_EXPORT;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<Download, Refusal> {
        let report = ReportIntegrity {}.perform(office, caller).await?;
        let lines: Vec<Vec<String>> = report
            .report
            .findings
            .iter()
            .map(|finding| {
                let grave = if finding.kind.grave() { "须查明" } else { "备查" };
                let told = [
                    grave,
                    finding.kind.chinese(),
                    &finding.number,
                    &finding.detail,
                    finding.kind.name(),
                ];
                told.map(str::to_owned).to_vec()
            })
            .collect();
        let headers = ["性质", "情况", "证书编号", "说明", "Code"];
        let bytes = spreadsheet::write("完整性报告", &headers, &lines);
        let bytes = bytes.map_err(|error| Refusal::Fault(error.to_string()))?;
        let name = format!("证书完整性报告-{}.xlsx", IssueDate::of(report.made_at));
        Ok(Download::new(name, XLSX, &bytes))
    }
}
