//! The employer's page: a number and a name, a PDF, or the address in a QR code. No account, and no script needed.

use askama::Template;
use axum::extract::{Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::caller::Visitor;
use super::input::{Fields, Sent, read_body};
use super::path::Path;
use super::public::render;
use super::refusal::respond;
use super::routes::{Route, act, answer, page, view};
use super::{App, Frame};
use crate::office::verification::{Checked, IssuerKeys, RootCertificate, VerifyFile, VerifyNumber, VerifyStatement};
use crate::office::{Refusal, Upload, Who, policy};

/// The routes of this audience.
pub(super) fn routes() -> Vec<Route> {
    [
        page("/verify", Who::Anyone, get(empty)),
        answer("/verify", policy::VERIFY_FILE, post(check)),
        view("/verify/root.pem", policy::VERIFY_ROOT, get(root)),
        view("/v/{statement}", policy::VERIFY_STATEMENT, get(statement)),
        // QR codes are in capitals, which they hold more densely.
        view("/V/{statement}", policy::VERIFY_STATEMENT, get(statement)),
        act::<VerifyNumber>(),
        act::<VerifyFile>(),
        act::<VerifyStatement>(),
        act::<RootCertificate>(),
        act::<IssuerKeys>(),
        view("/verify.html", policy::VERIFY_KEYS, get(offline_page)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[derive(Template)]
#[template(path = "verify/page.html")]
struct VerifyPage {
    frame: Frame,
    checked: Option<Checked>,
    number: String,
    name: String,
}

impl Checked {
    /// The message for the verdict: by number there is less to say than by file or code.
    fn verdict_key(&self) -> String {
        match self.verdict {
            "genuine" if self.is_sample() => "sample".to_owned(),
            "genuine" | "revoked" | "suspended" | "expired" | "replaced" => self.verdict.to_owned(),
            verdict => format!("{verdict}-{}", self.way),
        }
    }

    /// The colour of the verdict: a sample is no certificate, however genuine.
    fn look(&self) -> &'static str {
        if self.verdict == "genuine" && self.is_sample() {
            "unknown"
        } else if matches!(self.verdict, "suspended" | "expired" | "replaced") {
            "revoked"
        } else {
            self.verdict
        }
    }

    fn is_sample(&self) -> bool {
        self.claims.as_ref().is_some_and(|claims| claims.sample)
    }
}

async fn empty(State(app): State<App>, visitor: Visitor) -> Response {
    render(&VerifyPage {
        frame: visitor.frame(&app),
        checked: None,
        number: String::new(),
        name: String::new(),
    })
}

async fn check(State(app): State<App>, visitor: Visitor, request: Request) -> Response {
    match perform(&app, &visitor, request).await {
        Ok((checked, number, name)) => render(&VerifyPage {
            frame: visitor.frame(&app),
            checked: Some(checked),
            number,
            name,
        }),
        Err(refusal) => respond(&app, &visitor, refusal, false),
    }
}

async fn perform(app: &App, visitor: &Visitor, request: Request) -> Result<(Checked, String, String), Refusal> {
    let kind = request.headers().get(header::CONTENT_TYPE);
    let file = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"multipart/form-data"));
    let policy = if file {
        policy::VERIFY_FILE
    } else {
        policy::VERIFY_NUMBER
    };
    app.limits.count(&policy, &visitor.caller.address, app.office.now())?;
    let Sent::Fields(mut fields) = read_body(request, &policy).await? else {
        return Err(Refusal::NotFound);
    };
    if file {
        let bytes = BASE64.decode(take(&mut fields, "file"));
        let file = Upload(bytes.map_err(|error| Refusal::Fault(error.to_string()))?);
        let checked = app.office.perform(VerifyFile { file }, &visitor.caller).await?;
        return Ok((checked, String::new(), String::new()));
    }
    let (number, name) = (take(&mut fields, "number"), take(&mut fields, "name"));
    let act = VerifyNumber {
        number: number.clone(),
        name: name.clone(),
    };
    Ok((app.office.perform(act, &visitor.caller).await?, number, name))
}

fn take(fields: &mut Fields, name: &str) -> String {
    let at = fields.iter().position(|(field, _)| field == name);
    at.map(|at| fields.swap_remove(at).1).unwrap_or_default()
}

async fn statement(State(app): State<App>, visitor: Visitor, Path(statement): Path<String>) -> Response {
    match app.office.perform(VerifyStatement { statement }, &visitor.caller).await {
        Ok(checked) => render(&VerifyPage {
            frame: visitor.frame(&app),
            checked: Some(checked),
            number: String::new(),
            name: String::new(),
        }),
        Err(refusal) => respond(&app, &visitor, refusal, false),
    }
}

async fn root(State(app): State<App>, visitor: Visitor) -> Response {
    match app.office.perform(RootCertificate {}, &visitor.caller).await {
        Ok(root) => {
            let headers = [
                (header::CONTENT_TYPE, "application/x-pem-file"),
                (header::CONTENT_DISPOSITION, "attachment; filename=root.pem"),
            ];
            (headers, root.pem).into_response()
        }
        Err(refusal) => respond(&app, &visitor, refusal, false),
    }
}

/// The page that checks without us: one file, to be kept.
async fn offline_page(State(app): State<App>, visitor: Visitor) -> Response {
    match app.office.perform(IssuerKeys {}, &visitor.caller).await {
        Ok(keys) => {
            let (html, policy) = super::offline::page(&keys);
            let headers = [
                (header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
                (header::CONTENT_SECURITY_POLICY, policy),
            ];
            (headers, html).into_response()
        }
        Err(refusal) => respond(&app, &visitor, refusal, false),
    }
}
