//! The marker's pages: the questions that wait, and one answer at a time beside its rubric.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;

use super::caller::Visitor;
use super::path::Path;
use super::public::render;
use super::refusal::respond;
use super::rich;
use super::routes::{Route, act, view};
use super::{App, Frame};
use crate::kernel::ScriptId;
use crate::office::script::{ListMarking, MarkScript, OpenMarking, QuestionWork, ScriptView, ShowScript, TakeNext};
use crate::office::{Refusal, policy};

/// The routes of this audience.
pub(super) fn routes() -> Vec<Route> {
    [
        view("/marking", policy::MARKING_WORK, get(work)),
        view("/marking/{script}", policy::SCRIPT_SHOW, get(script)),
        act::<OpenMarking>(),
        act::<ListMarking>(),
        act::<TakeNext>(),
        act::<ShowScript>(),
        act::<MarkScript>(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[derive(Template)]
#[template(path = "marking/work.html")]
struct WorkPage {
    frame: Frame,
    questions: Vec<QuestionWork>,
}

/// `GET /marking`: the written questions that wait.
async fn work(State(app): State<App>, visitor: Visitor) -> Response {
    match app.office.perform(ListMarking {}, &visitor.caller).await {
        Ok(questions) => render(&WorkPage {
            frame: visitor.frame(&app),
            questions,
        }),
        Err(refusal) => respond(&app, &visitor, refusal, false),
    }
}

#[derive(Template)]
#[template(path = "marking/script.html")]
struct ScriptPage {
    frame: Frame,
    view: ScriptView,
}

impl ScriptPage {
    fn stem(&self) -> String {
        rich::html(self.view.parts.as_deref(), &self.view.stem)
    }

    fn given(&self, line: usize, level: usize) -> bool {
        let own = self.view.own.as_ref().and_then(|own| own.levels.get(line));
        own.is_some_and(|given| usize::from(*given) == level)
    }
}

/// `GET /marking/{script}`: a written answer, beside its rubric.
async fn script(State(app): State<App>, visitor: Visitor, Path(script): Path<String>) -> Response {
    let Ok(script) = script.parse::<ScriptId>() else {
        return respond(&app, &visitor, Refusal::NotFound, false);
    };
    match app.office.perform(ShowScript { script }, &visitor.caller).await {
        Ok(view) => render(&ScriptPage {
            frame: visitor.frame(&app),
            view,
        }),
        Err(refusal) => respond(&app, &visitor, refusal, false),
    }
}
