//! Pages of plans and batches: where a batch stands and what comes next.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;

use super::caller::Visitor;
use super::path::Path;
use super::public::render;
use super::refusal::respond;
use super::routes::{Route, act, page, view};
use super::{App, Frame};
use crate::certificate::Scheme;
use crate::identity::Role;
use crate::kernel::BatchId;
use crate::office::bank::{BankView, ListBanks};
use crate::office::plan::{
    AddBatch, BatchView, Count, CreatePlan, CreateRoom, CreateStation, Light, ListPlans, ListStations, PlanView,
    PublishPlan, SCHEMES, ShowBatch, StationView,
};
use crate::office::{Refusal, Who, policy};
use crate::paper::{PaperRule, shipped_rules};

/// The routes of this audience.
pub(super) fn routes() -> Vec<Route> {
    [
        view("/stations", policy::STATION_LIST, get(stations)),
        view("/batches", policy::PLAN_LIST, get(batches)),
        page("/plans", Who::Staff, get(plans)),
        view("/batches/{batch}", policy::BATCH_SHOW, get(batch)),
        act::<ListStations>(),
        act::<CreateStation>(),
        act::<CreateRoom>(),
        act::<ListPlans>(),
        act::<CreatePlan>(),
        act::<PublishPlan>(),
        act::<AddBatch>(),
        act::<ShowBatch>(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// `GET /plans`: plans stand with their batches.
async fn plans() -> axum::response::Redirect {
    axum::response::Redirect::to("/batches")
}

#[derive(Template)]
#[template(path = "office/stations.html")]
struct StationsPage {
    frame: Frame,
    stations: Vec<StationView>,
    keeper: bool,
    /// Whether the visitor binds machines to seats.
    binder: bool,
}

/// `GET /stations`
async fn stations(State(app): State<App>, visitor: Visitor) -> Response {
    match app.office.perform(ListStations {}, &visitor.caller).await {
        Ok(stations) => render(&StationsPage {
            frame: visitor.frame(&app),
            stations,
            keeper: visitor.caller.may(&policy::STATION_CREATE).is_ok(),
            binder: visitor.caller.may(&policy::TERMINAL_LIST).is_ok(),
        }),
        Err(refusal) => respond(&app, &visitor, refusal, false),
    }
}

#[derive(Template)]
#[template(path = "office/batches.html")]
struct BatchesPage {
    frame: Frame,
    plans: Vec<PlanView>,
    stations: Vec<StationView>,
    banks: Vec<BankView>,
    rules: Vec<PaperRule>,
    schemes: Vec<&'static Scheme>,
    officer: bool,
}

/// `GET /batches`: every plan with its batches; where everybody who works on batches begins.
async fn batches(State(app): State<App>, visitor: Visitor) -> Response {
    match batches_page(&app, &visitor).await {
        Ok(page) => render(&page),
        Err(refusal) => respond(&app, &visitor, refusal, false),
    }
}

async fn batches_page(app: &App, visitor: &Visitor) -> Result<BatchesPage, Refusal> {
    let caller = &visitor.caller;
    let plans = app.office.perform(ListPlans {}, caller).await?;
    let officer = caller.has(Role::ExamOfficer);
    let (stations, banks) = if officer {
        let mut banks = app.office.perform(ListBanks {}, caller).await?;
        banks.retain(|bank| bank.kind == "live");
        (app.office.perform(ListStations {}, caller).await?, banks)
    } else {
        (Vec::new(), Vec::new())
    };
    Ok(BatchesPage {
        frame: visitor.frame(app),
        plans,
        stations,
        banks,
        rules: shipped_rules(),
        schemes: SCHEMES.iter().filter_map(|id| Scheme::find(id)).collect(),
        officer,
    })
}

#[derive(Template)]
#[template(path = "office/batch.html")]
struct BatchPage {
    frame: Frame,
    shown: BatchView,
}

impl BatchPage {
    /// Whether one of the reader's roles may open the page behind a step.
    fn opens(&self, href: &str) -> bool {
        let policy = match href.rsplit('/').next() {
            Some("results") => policy::RESULT_LIST,
            Some("certificates") => policy::CERTIFICATE_LIST,
            _ => return true,
        };
        self.frame.roles.iter().any(|role| policy.who.admits(*role))
    }

    fn count(&self, count: &Count) -> String {
        self.frame.n(&format!("batch-count-{}", count.name), "n", count.number)
    }

    fn light(&self, light: Light) -> String {
        self.frame.join("light-", light.name())
    }

    fn scheme(&self) -> String {
        Scheme::find(&self.shown.scheme).map_or_else(
            || self.shown.scheme.clone(),
            |scheme| self.frame.pick(&scheme.title, &scheme.title_en).to_owned(),
        )
    }
}

/// `GET /batches/{batch}`
async fn batch(State(app): State<App>, visitor: Visitor, Path(batch): Path<String>) -> Response {
    let Ok(batch) = batch.parse::<BatchId>() else {
        return respond(&app, &visitor, Refusal::NotFound, false);
    };
    match app.office.perform(ShowBatch { batch }, &visitor.caller).await {
        Ok(shown) => render(&BatchPage {
            frame: visitor.frame(&app),
            shown,
        }),
        Err(refusal) => respond(&app, &visitor, refusal, false),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use crate::identity::Duty;
    use crate::kernel::Language;
    use crate::web::Messages;

    /// The names that sources give to steps and counts.
    fn named(call: &str) -> BTreeSet<String> {
        let source = include_str!("../office/plan/progress.rs");
        let code = source.split("#[cfg(test)]").next().unwrap();
        let code: String = code.split_whitespace().collect::<Vec<_>>().join("");
        code.split(call)
            .skip(1)
            .filter_map(|rest| rest.strip_prefix('"')?.split('"').next().map(str::to_owned))
            .collect()
    }

    #[test]
    fn every_step_count_light_and_duty_has_its_words() {
        let mut keys: Vec<String> = named("step(").iter().map(|name| format!("step-{name}")).collect();
        keys.extend(named("count(").iter().map(|name| format!("batch-count-{name}")));
        assert!(keys.len() > 20, "{keys:?}");
        keys.extend(["green", "amber", "red", "grey"].map(|name| format!("light-{name}")));
        keys.extend(Duty::ALL.iter().map(|duty| format!("office-duty-{duty}")));
        for language in [Language::Zh, Language::En] {
            let missing: Vec<_> = keys.iter().filter(|key| !Messages::of(language).has(key)).collect();
            assert!(missing.is_empty(), "{missing:?}");
        }
    }

    #[test]
    fn every_refusal_of_the_office_has_its_words() {
        let mut missing = BTreeSet::new();
        let mut folders = vec![std::path::PathBuf::from("src/office")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let text = std::fs::read_to_string(&path).unwrap();
                for rest in text.split("Broken::new(\"").skip(1) {
                    let code = rest.split('"').next().unwrap();
                    for language in [Language::Zh, Language::En] {
                        if !Messages::of(language).has(&format!("refusal-{code}")) {
                            missing.insert(code.to_owned());
                        }
                    }
                }
            }
        }
        assert!(missing.is_empty(), "{missing:?}");
    }
}
