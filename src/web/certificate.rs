//! Pages of certificates: lists, issuing with progress, revoking.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;

use super::caller::Visitor;
use super::download::show;
use super::path::Path;
use super::public::render;
use super::refusal::respond;
use super::result::batch;
use super::routes::{Route, act, view};
use super::{App, Frame};
use crate::office::certificate::{
    ApproveCertificates, CertificateList, CertificatePdf, ExportCertificates, IssueCertificates, ListCertificates,
    PrepareCertificates, RevokeCertificate,
};
use crate::office::{Refusal, policy};

/// The routes of this audience.
pub(super) fn routes() -> Vec<Route> {
    [
        view("/batches/{batch}/certificates", policy::CERTIFICATE_LIST, get(list)),
        view(
            "/batches/{batch}/certificates.xlsx",
            policy::CERTIFICATE_EXPORT,
            get(export),
        ),
        view("/certificates/{certificate}/pdf", policy::CERTIFICATE_PDF, get(pdf)),
        act::<ListCertificates>(),
        act::<ExportCertificates>(),
        act::<CertificatePdf>(),
        act::<PrepareCertificates>(),
        act::<ApproveCertificates>(),
        act::<IssueCertificates>(),
        act::<RevokeCertificate>(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[derive(Template)]
#[template(path = "certificate/list.html")]
struct ListPage {
    frame: Frame,
    list: CertificateList,
}

async fn list(State(app): State<App>, visitor: Visitor, Path(path): Path<String>) -> Response {
    let list = match batch(&path) {
        Ok(batch) => app.office.perform(ListCertificates { batch }, &visitor.caller).await,
        Err(refusal) => Err(refusal),
    };
    match list {
        Ok(list) => render(&ListPage {
            frame: visitor.frame(&app),
            list,
        }),
        Err(refusal) => respond(&app, &visitor, refusal, false),
    }
}

async fn export(State(app): State<App>, visitor: Visitor, Path(path): Path<String>) -> Response {
    let file = match batch(&path) {
        Ok(batch) => app.office.perform(ExportCertificates { batch }, &visitor.caller).await,
        Err(refusal) => Err(refusal),
    };
    show(&app, &visitor, file)
}

async fn pdf(State(app): State<App>, visitor: Visitor, Path(path): Path<String>) -> Response {
    let file = match path.parse() {
        Ok(certificate) => {
            app.office
                .perform(CertificatePdf { certificate }, &visitor.caller)
                .await
        }
        Err(_) => Err(Refusal::NotFound),
    };
    show(&app, &visitor, file)
}
