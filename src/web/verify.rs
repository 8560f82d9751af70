//! The employer's page: a number and a name, a PDF, or the address in a QR code. No account, and no script needed.

use askama::Template;
use axum::extract::{Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::caller::Visitor;
use super::download::show;
use super::input::{Fields, Sent, read, read_body};
use super::path::Path;
use super::public::render;
use super::refusal::respond;
use super::routes::{Route, act, answer, page, view};
use super::{App, Frame};
use crate::office::checking::{CheckList, CheckedList, blank_list};
use crate::office::verification::{
    Checked, IssuerKeys, RevokedCertificates, RootCertificate, VerifyFile, VerifyNumber, VerifyStatement,
};
use crate::office::{Refusal, Upload, Who, policy};

/// The routes of this audience.
pub(super) fn routes() -> Vec<Route> {
    [
        page("/verify", Who::Anyone, get(empty)),
        answer("/verify", policy::VERIFY_FILE, post(check)),
        view("/verify/root.pem", policy::VERIFY_ROOT, get(root)),
        view("/crl/{name}", policy::VERIFY_CRL, get(revoked)),
        view("/v/{statement}", policy::VERIFY_STATEMENT, get(statement)),
        // QR codes are in capitals, which they hold more densely.
        view("/V/{statement}", policy::VERIFY_STATEMENT, get(statement)),
        page("/verify/list", Who::Anyone, get(list_form)),
        answer("/verify/list", policy::VERIFY_LIST, post(check_list)),
        page("/verify/list.xlsx", Who::Anyone, get(list_blank)),
        act::<CheckList>(),
        act::<VerifyNumber>(),
        act::<VerifyFile>(),
        act::<VerifyStatement>(),
        act::<RootCertificate>(),
        act::<IssuerKeys>(),
        act::<RevokedCertificates>(),
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
    app.office
        .limits
        .count(&policy, &visitor.caller.address, app.office.now())?;
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

#[derive(Template)]
#[template(path = "verify/list.html")]
struct ListPage {
    frame: Frame,
    checked: Option<CheckedList>,
}

impl ListPage {
    fn summary(&self) -> String {
        let rows = self.checked.as_ref().map_or(0, |checked| checked.rows.len());
        let valid = self.checked.as_ref().map_or(0, |checked| checked.valid);
        let valid = self.frame.n("check-list-valid", "count", valid);
        format!("{} {valid}", self.frame.n("check-list-rows", "count", rows))
    }
}

async fn list_form(State(app): State<App>, visitor: Visitor) -> Response {
    render(&ListPage {
        frame: visitor.frame(&app),
        checked: None,
    })
}

async fn list_blank(State(app): State<App>, visitor: Visitor) -> Response {
    show(&app, &visitor, blank_list())
}

/// A list is a read, like every check: the page answers the form itself, with both files inside it, and nothing is kept.
async fn check_list(State(app): State<App>, visitor: Visitor, request: Request) -> Response {
    let checked = async {
        let policy = policy::VERIFY_LIST;
        let address = &visitor.caller.address;
        app.office.limits.count(&policy, address, app.office.now())?;
        let list = read::<CheckList>(read_body(request, &policy).await?)?;
        app.office.perform(list, &visitor.caller).await
    };
    match checked.await {
        Ok(checked) => render(&ListPage {
            frame: visitor.frame(&app),
            checked: Some(checked),
        }),
        Err(refusal) => respond(&app, &visitor, refusal, false),
    }
}

async fn statement(State(app): State<App>, visitor: Visitor, Path(statement): Path<String>) -> Response {
    let checked = async {
        let address = &visitor.caller.address;
        let limits = &app.office.limits;
        limits.count(&policy::VERIFY_STATEMENT, address, app.office.now())?;
        app.office.perform(VerifyStatement { statement }, &visitor.caller).await
    };
    match checked.await {
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

/// A list of revoked certificates, at the address that certificates name.
async fn revoked(State(app): State<App>, visitor: Visitor, Path(name): Path<String>) -> Response {
    match app.office.perform(RevokedCertificates { name }, &visitor.caller).await {
        Ok(list) => ([(header::CONTENT_TYPE, "application/pkix-crl")], list.bytes).into_response(),
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
