//! Reading the recorded events.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Act, Broken, Caller, Download, Office, Policy, Problems, Refusal, input, policy};
use crate::kernel::{EventId, Language, Timestamp};
use crate::spreadsheet;
use crate::store::event::{self, NamedEventRow};

/// How many events a page shows.
const PAGE: i64 = 100;
/// How many events a workbook takes.
const WORKBOOK: i64 = 20_000;

/// Reads the recorded events, the newest first.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct ListEvents {
    /// Login, account, application or job of who did it.
    #[serde(default)]
    pub actor: String,
    /// The act.
    #[serde(default)]
    pub act: String,
    /// The id of what it was about.
    #[serde(default)]
    pub subject: String,
    /// The batch.
    #[serde(default)]
    pub batch: String,
    /// The first day, `2026-05-06`.
    #[serde(default)]
    pub from: String,
    /// The last day.
    #[serde(default)]
    pub to: String,
    /// Only events before this one: the next page.
    #[serde(default, deserialize_with = "input::optional")]
    pub before: Option<EventId>,
}

/// A page of events.
#[derive(Debug, Serialize, JsonSchema)]
pub struct EventPage {
    /// The events, the newest first.
    pub events: Vec<EventView>,
    /// What to give as `before` for the next page; absent on the last.
    pub next: Option<EventId>,
}

/// A recorded event.
#[derive(Debug, Serialize, JsonSchema)]
pub struct EventView {
    /// Its id.
    pub event: EventId,
    /// When.
    pub at: Timestamp,
    /// `staff`, `candidate`, `anonymous` or `system`.
    pub actor_kind: String,
    /// The account, application or job.
    pub actor: String,
    /// The login, for staff.
    pub login: Option<String>,
    /// The name, for staff.
    pub name: Option<String>,
    /// Which act.
    pub act: String,
    /// The id of what it was about.
    pub subject: String,
    /// The batch.
    pub batch: String,
    /// Why, in the person's words.
    pub reason: String,
    /// Facts as JSON.
    pub detail: String,
    /// The request.
    pub request: String,
}

impl From<NamedEventRow> for EventView {
    fn from(row: NamedEventRow) -> Self {
        Self {
            event: row.id,
            at: row.at,
            actor_kind: row.actor_kind,
            actor: row.actor_id,
            login: row.login,
            name: row.name,
            act: row.act,
            subject: row.subject,
            batch: row.batch_id.map(|batch| batch.to_string()).unwrap_or_default(),
            reason: row.reason,
            detail: if row.detail == "null" {
                String::new()
            } else {
                row.detail
            },
            request: row.request_id,
        }
    }
}

impl ListEvents {
    /// The start of a day in the installation's zone.
    fn day(office: &Office, text: &str, later: i64) -> Result<Option<Timestamp>, Broken> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        text.parse::<Date>()
            .ok()
            .and_then(|day| day.checked_add(jiff::Span::new().days(later)).ok())
            .and_then(|day| office.zone.to_timestamp(day.at(0, 0, 0, 0)).ok())
            .map(|instant| Some(Timestamp::from_millis(instant.as_millisecond())))
            .ok_or_else(|| Broken::new("moment-unreadable").with("text", text))
    }

    async fn find(&self, office: &Office, limit: i64) -> Result<Vec<EventView>, Refusal> {
        let mut problems = Problems::default();
        let from = problems.take("from", Self::day(office, &self.from, 0)).flatten();
        let until = problems.take("to", Self::day(office, &self.to, 1)).flatten();
        problems.refuse()?;
        let mut search = event::Search {
            actor: self.actor.trim().to_lowercase(),
            act: self.act.trim().to_owned(),
            subject: self.subject.trim().to_owned(),
            batch: self.batch.trim().to_owned(),
            limit,
            ..event::Search::default()
        };
        search.from = from.unwrap_or(search.from);
        search.until = until.unwrap_or(search.until);
        if let Some(before) = self.before {
            search.before = before.to_string();
        }
        let mut connection = office.store.read().await?;
        let rows = event::search(&mut connection, &search).await?;
        Ok(rows.into_iter().map(EventView::from).collect())
    }
}

impl Act for ListEvents {
    type Outcome = EventPage;
    const POLICY: Policy = policy::EVENT_LIST;

    async fn perform(self, office: &Office, _: &Caller) -> Result<EventPage, Refusal> {
        // One more than a page tells whether there is a next one.
        let mut events = self.find(office, PAGE + 1).await?;
        let page = usize::try_from(PAGE).unwrap_or(usize::MAX);
        let more = events.len() > page;
        events.truncate(page);
        let next = events.last().map(|event| event.event).filter(|_| more);
        Ok(EventPage { events, next })
    }
}

/// The events that fit, as a workbook.
pub async fn events_workbook(office: &Office, caller: &Caller, search: &ListEvents) -> Result<Download, Refusal> {
    caller.may(&policy::EVENT_LIST)?;
    let events = search.find(office, WORKBOOK).await?;
    let (headers, title) = match caller.language {
        Language::Zh => (
            [
                "时间（UTC）",
                "登录名",
                "姓名",
                "身份",
                "操作",
                "对象",
                "批次",
                "原因",
                "内容",
                "请求编号",
                "记录编号",
            ],
            "操作记录",
        ),
        Language::En => (
            [
                "Time (UTC)",
                "Login",
                "Name",
                "Kind",
                "Act",
                "Subject",
                "Batch",
                "Reason",
                "Detail",
                "Request",
                "Event",
            ],
            "Events",
        ),
    };
    let cells = |event: EventView| {
        vec![
            event.at.to_string(),
            event.login.unwrap_or(event.actor),
            event.name.unwrap_or_default(),
            event.actor_kind,
            event.act,
            event.subject,
            event.batch,
            event.reason,
            event.detail,
            event.request,
            event.event.to_string(),
        ]
    };
    let table: Vec<Vec<String>> = events.into_iter().map(cells).collect();
    let bytes = super::bank::aside(move || spreadsheet::write(title, &headers, &table))
        .await?
        .map_err(|error| Refusal::Fault(format!("events: {error}")))?;
    Ok(Download::new(format!("{title}.xlsx"), input::XLSX, &bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::Role;
    use crate::office::plan::CreateStation;
    use crate::office::testing::{office, staff};

    #[tokio::test]
    async fn events_are_found_by_who_what_and_when_and_only_by_the_auditor() {
        let (office, _folder) = office().await;
        let officer = staff(&office, "officer", &[Role::ExamOfficer]).await;
        let auditor = staff(&office, "auditor", &[Role::Auditor]).await;
        for code in ["AA", "BB", "CC"] {
            let station = CreateStation {
                code: code.to_owned(),
                name: "站".to_owned(),
                name_en: "Station".to_owned(),
            };
            office.perform(station, &officer).await.unwrap();
        }
        assert!(matches!(
            office.perform(ListEvents::default(), &officer).await,
            Err(Refusal::Forbidden)
        ));
        let find = async |actor: &str, from: &str, before| {
            let search = ListEvents {
                actor: actor.to_owned(),
                from: from.to_owned(),
                before,
                ..ListEvents::default()
            };
            office.perform(search, &auditor).await.map(|page| page.events)
        };
        let all = find("Officer", "", None).await.unwrap();
        assert_eq!(all.len(), 3);
        assert_eq!(all[0].act, "station.create");
        assert_eq!(find("officer", "", Some(all[0].event)).await.unwrap().len(), 2);
        assert_eq!(find("nobody", "", None).await.unwrap().len(), 0);
        assert_eq!(find("", "2026-05-06", None).await.unwrap().len(), 3);
        assert_eq!(find("", "2026-05-07", None).await.unwrap().len(), 0);
        assert!(matches!(find("", "soon", None).await, Err(Refusal::Invalid(_))));
        let book = events_workbook(&office, &auditor, &ListEvents::default())
            .await
            .unwrap();
        assert_eq!(book.media_type, input::XLSX);
    }
}
