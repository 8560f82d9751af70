//! The candidate's terminal: from the ticket to the receipt.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use serde::Deserialize;

use super::caller::Visitor;
use super::path::Path;
use super::public::render;
use super::refusal::respond;
use super::routes::{Route, act, page, view};
use super::{App, Frame};
use crate::bank::ItemKind;
use crate::office::desk::Receipt;
use crate::office::terminal::picture::own_picture;
use crate::office::terminal::{
    CandidatePaper, ConfirmPerson, PaperOption, PaperQuestion, Photo, ReceiptView, SaveAnswers, ShowPaper, ShowReceipt,
    ShowTerminal, Standpoint, StartAttempt, SubmitAttempt, TerminalBeat, TerminalSignIn, TerminalView, own_photo,
    standpoint,
};
use crate::office::{Refusal, Who, policy};
use crate::paper::{FieldView, PromptView};

/// The routes of this audience.
pub(super) fn routes() -> Vec<Route> {
    [
        page("/exam", Who::Anyone, get(sign_in)),
        page("/exam/confirm", Who::Candidate, get(confirm)),
        page("/exam/photo", Who::Candidate, get(photo)),
        page("/exam/picture/{digest}", Who::Candidate, get(picture)),
        page("/exam/wait", Who::Candidate, get(wait)),
        page("/exam/paper", Who::Candidate, get(paper)),
        page("/exam/done", Who::Candidate, get(done)),
        page("/exam/leave", Who::Anyone, get(sign_in)),
        page("/exam/practice", Who::Candidate, get(practice)),
        view("/receipt", policy::RECEIPT_SHOW, get(receipt)),
        act::<TerminalSignIn>(),
        act::<ShowTerminal>(),
        act::<ShowPaper>(),
        act::<ConfirmPerson>(),
        act::<StartAttempt>(),
        act::<SaveAnswers>(),
        act::<TerminalBeat>(),
        act::<SubmitAttempt>(),
        act::<ShowReceipt>(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[derive(Template)]
#[template(path = "candidate/sign-in.html")]
struct SignInPage {
    frame: Frame,
    /// Where this machine stands, if it is bound to a seat.
    here: Option<Standpoint>,
}

/// `GET /exam`: where every terminal stands before its candidate comes.
async fn sign_in(State(app): State<App>, visitor: Visitor) -> Response {
    match standpoint(&app.office, &visitor.caller).await {
        Ok(here) => render(&SignInPage {
            frame: visitor.frame(&app),
            here,
        }),
        Err(refusal) => respond(&app, &visitor, refusal, false),
    }
}

/// The terminal's state; somebody who is no candidate goes to the sign-in.
async fn look(app: &App, visitor: &Visitor) -> Result<TerminalView, Response> {
    let shown = app.office.perform(ShowTerminal { brief: true }, &visitor.caller).await;
    shown.map_err(|refusal| match refusal {
        Refusal::Forbidden => Redirect::to("/exam").into_response(),
        refusal => respond(app, visitor, refusal, false),
    })
}

/// Where a candidate in this state belongs, if not on the page that was asked for.
fn elsewhere(view: &TerminalView) -> Option<&'static str> {
    match view.state.as_str() {
        "submitted" => Some("/exam/done"),
        "open" if view.lease => Some("/exam/paper"),
        _ => None,
    }
}

#[derive(Template)]
#[template(path = "candidate/confirm.html")]
struct ConfirmPage {
    frame: Frame,
    view: TerminalView,
}

/// `GET /exam/confirm`: is this you?
async fn confirm(State(app): State<App>, visitor: Visitor) -> Response {
    let view = match look(&app, &visitor).await {
        Ok(view) => view,
        Err(response) => return response,
    };
    if let Some(target) = elsewhere(&view) {
        return Redirect::to(target).into_response();
    }
    render(&ConfirmPage {
        frame: visitor.frame(&app),
        view,
    })
}

/// A photo as an answer; one that is missing is no fault.
pub(super) fn photo_response(photo: Photo) -> Response {
    let headers = [
        (header::CONTENT_TYPE, photo.media_type),
        (header::CACHE_CONTROL, "private, max-age=300"),
    ];
    (headers, photo.bytes).into_response()
}

/// `GET /exam/photo`: one's own photo.
async fn photo(State(app): State<App>, visitor: Visitor) -> Response {
    match own_photo(&app.office, &visitor.caller).await {
        Ok(photo) => photo_response(photo),
        Err(refusal) => respond(&app, &visitor, refusal, true),
    }
}

/// `GET /exam/picture/{digest}`: a picture of one's own paper.
async fn picture(State(app): State<App>, visitor: Visitor, Path(digest): Path<String>) -> Response {
    match own_picture(&app.office, &visitor.caller, &digest).await {
        Ok(picture) => photo_response(picture),
        Err(refusal) => respond(&app, &visitor, refusal, true),
    }
}

/// What may stand before the paper, for the script's words.
const GATES: &[&str] = &[
    "ready",
    "resume",
    "take_over",
    "no_paper",
    "check_in",
    "not_started",
    "paused",
    "too_late",
    "second_terminal",
    "handed_in",
    "closed",
];

#[derive(Template)]
#[template(path = "candidate/wait.html")]
struct WaitPage {
    frame: Frame,
    view: TerminalView,
    gates: &'static [&'static str],
}

/// `GET /exam/wait`: display, rules, and the start.
async fn wait(State(app): State<App>, visitor: Visitor) -> Response {
    let view = match look(&app, &visitor).await {
        Ok(view) => view,
        Err(response) => return response,
    };
    if let Some(target) = elsewhere(&view) {
        return Redirect::to(target).into_response();
    }
    render(&WaitPage {
        frame: visitor.frame(&app),
        view,
        gates: GATES,
    })
}

#[derive(Template)]
#[template(path = "candidate/paper.html")]
struct PaperPage {
    frame: Frame,
    view: TerminalView,
    /// The script's words, by name.
    words: Vec<(&'static str, String)>,
}

/// Names of the script's words and their messages; `{…}` in them is filled by the script.
const WORDS: &[(&str, &str)] = &[
    ("true", "exam-true"),
    ("false", "exam-false"),
    ("flag", "exam-flag"),
    ("clear", "exam-clear"),
    ("kind_single", "exam-kind-single"),
    ("kind_multiple", "exam-kind-multiple"),
    ("kind_true_false", "exam-kind-true-false"),
    ("kind_numeric", "exam-kind-numeric"),
    ("kind_text", "exam-kind-text"),
    ("kind_cloze", "exam-kind-cloze"),
    ("kind_matching", "exam-kind-matching"),
    ("kind_ordering", "exam-kind-ordering"),
    ("kind_hotspot", "exam-kind-hotspot"),
    ("kind_written", "exam-kind-written"),
    ("field_choose", "exam-field-choose"),
    ("field_unit", "exam-field-unit"),
    ("field_number", "exam-field-number"),
    ("field_no_number", "exam-field-no-number"),
    ("field_text", "exam-field-text"),
    ("field_written", "exam-field-written"),
    ("field_match_how", "exam-field-match-how"),
    ("field_order_how", "exam-field-order-how"),
    ("field_step", "exam-field-step"),
    ("field_order_none", "exam-field-order-none"),
    ("field_spot_how", "exam-field-spot-how"),
    ("field_spot_left", "exam-field-spot-left"),
    ("field_spot_top", "exam-field-spot-top"),
    ("field_spot_here", "exam-field-spot-here"),
    ("state_partial", "exam-state-partial"),
    ("save_saved", "exam-saved"),
    ("save_waiting", "exam-waiting"),
    ("save_unsaved", "exam-unsaved"),
    ("all_saved", "exam-all-saved"),
    ("state_unseen", "exam-state-unseen"),
    ("state_seen", "exam-state-seen"),
    ("state_answered", "exam-state-answered"),
    ("state_flagged", "exam-state-flagged"),
    ("online", "exam-online"),
    ("offline", "exam-offline"),
    ("offline_kept", "exam-offline-kept"),
    ("unkept", "exam-unkept"),
    ("second_terminal", "exam-second-terminal"),
    ("other_tab", "exam-other-tab"),
    ("time_up", "exam-time-up"),
    ("none", "none"),
    ("sure", "exam-sure"),
    ("handing_in", "exam-handing-in"),
    ("not_handed_in", "exam-not-handed-in"),
];

/// The same, for messages with a number.
const COUNTED: &[(&str, &str)] = &[
    ("question", "exam-question-n"),
    ("all_waiting", "exam-all-waiting"),
    ("all_unsaved", "exam-all-unsaved"),
    ("left", "exam-left-n"),
    ("extra", "exam-extra-n"),
    ("undelivered", "exam-undelivered-n"),
    ("aside", "exam-aside-n"),
    ("recovered", "exam-recovered-n"),
    ("sure_open", "exam-sure-open"),
    ("field_blank", "exam-field-blank-n"),
    ("field_spot", "exam-field-spot-n"),
    ("field_spot_need", "exam-field-spot-need"),
];

/// Messages with other facts: `{all}`, `{marks}`, `{time}` reach the script as they are.
fn script_words(frame: &Frame) -> Vec<(&'static str, String)> {
    let plain = WORDS.iter().map(|(name, key)| (*name, frame.t(key)));
    let counted = COUNTED.iter().map(|(name, key)| (*name, frame.say(key, "n", "{n}")));
    let of_all = |key: &str| frame.say(key, "n", "{n}").replace("{$all}", "{all}");
    let rest = [
        ("place", of_all("exam-place")),
        ("answered", of_all("exam-answered-n")),
        ("field_chars", of_all("exam-field-chars")),
        ("field_order", frame.say("exam-field-order-now", "order", "{order}")),
        ("field_spot_at", frame.say("exam-field-spot-at", "at", "{at}")),
        ("marks", frame.say("exam-marks-n", "marks", "{marks}")),
        ("earliest", frame.say("exam-earliest-in", "time", "{time}")),
    ];
    plain.chain(counted).chain(rest).collect()
}

/// `GET /exam/paper`: the paper; its questions come by script, so that they survive a lost network.
async fn paper(State(app): State<App>, visitor: Visitor) -> Response {
    let view = match look(&app, &visitor).await {
        Ok(view) => view,
        Err(response) => return response,
    };
    match elsewhere(&view) {
        Some("/exam/paper") => {}
        Some(target) => return Redirect::to(target).into_response(),
        None => return Redirect::to("/exam/wait").into_response(),
    }
    let frame = visitor.frame(&app);
    let words = script_words(&frame);
    render(&PaperPage { frame, view, words })
}

#[derive(Template)]
#[template(path = "candidate/done.html")]
struct DonePage {
    frame: Frame,
    view: TerminalView,
    receipt: Receipt,
}

impl DonePage {
    /// Where a receipt is looked up.
    fn address(&self) -> String {
        format!("{}/receipt", self.frame.base_url())
    }
}

/// `GET /exam/done`: the receipt.
async fn done(State(app): State<App>, visitor: Visitor) -> Response {
    let mut view = match look(&app, &visitor).await {
        Ok(view) => view,
        Err(response) => return response,
    };
    let Some(receipt) = view.receipt.take() else {
        return Redirect::to("/exam/wait").into_response();
    };
    render(&DonePage {
        frame: visitor.frame(&app),
        view,
        receipt,
    })
}

#[derive(Template)]
#[template(path = "candidate/practice.html")]
struct PracticePage {
    frame: Frame,
    view: TerminalView,
    /// The practice paper, as JSON.
    paper: String,
    words: Vec<(&'static str, String)>,
}

/// A paper to practise on: about nothing but the screen, and from no bank.
fn practice_paper(frame: &Frame) -> CandidatePaper {
    let options = |texts: Vec<String>| {
        let letters = ["A", "B", "C", "D"].into_iter().zip(texts);
        letters
            .map(|(letter, text)| PaperOption::new(letter, text))
            .collect::<Vec<_>>()
    };
    let sides = || {
        ["east", "south", "west", "north"]
            .map(|side| frame.join("practice-", side))
            .to_vec()
    };
    let numbers = || ["2", "3", "4", "7"].map(str::to_owned).to_vec();
    let question =
        |number: i64, kind, options| PaperQuestion::new(number, kind, frame.join("practice-q", number), options);
    let seasons = || ["summer", "winter", "spring", "autumn"].map(|one| frame.join("practice-", one));
    let prompt = |text: String| PromptView { text, parts: None };
    let prompts = ["sunrise", "sunset"].map(|one| prompt(frame.join("practice-", one)));
    let units = vec![frame.t("practice-minutes")];
    let questions = vec![
        question(1, ItemKind::Single, options(sides())),
        question(2, ItemKind::Multiple, options(numbers())),
        question(3, ItemKind::TrueFalse, Vec::new()),
        question(4, ItemKind::Single, options(sides())),
        question(5, ItemKind::Numeric, Vec::new()).with(FieldView::Numeric { units }),
        question(6, ItemKind::Text, Vec::new()).with(FieldView::Text { max_chars: 20 }),
        question(7, ItemKind::Ordering, options(seasons().to_vec())).with(FieldView::Ordering {}),
        question(8, ItemKind::Matching, options(sides())).with(FieldView::Matching {
            prompts: prompts.to_vec(),
        }),
        question(9, ItemKind::Written, Vec::new()).with(FieldView::Written { max_chars: 200 }),
    ];
    CandidatePaper {
        title: frame.t("exam-practice-title"),
        title_en: String::new(),
        sections: Vec::new(),
        total: questions.len().to_string(),
        questions,
    }
}

/// `GET /exam/practice`: the same screen with questions about itself; nothing is sent and nothing is kept.
async fn practice(State(app): State<App>, visitor: Visitor) -> Response {
    let view = match look(&app, &visitor).await {
        Ok(view) => view,
        Err(response) => return response,
    };
    if let Some(target) = elsewhere(&view) {
        return Redirect::to(target).into_response();
    }
    let frame = visitor.frame(&app);
    render(&PracticePage {
        paper: serde_json::to_string(&practice_paper(&frame)).unwrap_or_default(),
        words: script_words(&frame),
        frame,
        view,
    })
}

/// The receipt that is looked for.
#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    code: String,
}

#[derive(Template)]
#[template(path = "candidate/receipt.html")]
struct ReceiptPage {
    frame: Frame,
    code: String,
    /// What was found.
    found: Option<ReceiptView>,
}

/// `GET /receipt`: what a receipt stands for, for whoever has its code.
async fn receipt(State(app): State<App>, visitor: Visitor, Query(wanted): Query<Wanted>) -> Response {
    let code = wanted.code.trim().to_owned();
    let found = if code.is_empty() {
        None
    } else {
        match app
            .office
            .perform(ShowReceipt { code: code.clone() }, &visitor.caller)
            .await
        {
            Ok(view) => Some(view),
            Err(Refusal::NotFound) => None,
            Err(refusal) => return respond(&app, &visitor, refusal, false),
        }
    };
    render(&ReceiptPage {
        frame: visitor.frame(&app),
        code,
        found,
    })
}
