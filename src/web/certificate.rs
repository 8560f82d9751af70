//! Pages of certificates: lists, issuing with progress, revoking.

use askama::Template;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
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
    ApproveCertificates, AskChange, CertificateBadge, CertificateList, CertificatePdf, ChangeList, DecideChange,
    ExportCertificates, IssueCertificates, ListCertificates, ListChanges, PrepareCertificates, StatusList,
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
        act::<AskChange>(),
        act::<DecideChange>(),
        act::<ListChanges>(),
        act::<CertificateBadge>(),
        act::<StatusList>(),
        view(
            "/certificates/{certificate}/badge",
            policy::CERTIFICATE_BADGE,
            get(badge),
        ),
        view("/status/{list}", policy::STATUS_LIST, get(status)),
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
    asked: ChangeList,
}

async fn list(State(app): State<App>, visitor: Visitor, Path(path): Path<String>) -> Response {
    let shown = async {
        let batch = batch(&path)?;
        let list = app.office.perform(ListCertificates { batch }, &visitor.caller).await?;
        let asked = app.office.perform(ListChanges { batch }, &visitor.caller).await?;
        Ok((list, asked))
    };
    match shown.await {
        Ok((list, asked)) => render(&ListPage {
            frame: visitor.frame(&app),
            list,
            asked,
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

async fn badge(State(app): State<App>, visitor: Visitor, Path(path): Path<String>) -> Response {
    let file = match path.parse() {
        Ok(certificate) => {
            app.office
                .perform(CertificateBadge { certificate }, &visitor.caller)
                .await
        }
        Err(_) => Err(Refusal::NotFound),
    };
    show(&app, &visitor, file)
}

async fn status(State(app): State<App>, visitor: Visitor, Path(list): Path<u8>) -> Response {
    match app.office.perform(StatusList { list }, &visitor.caller).await {
        Ok(signed) => {
            let headers = [
                (header::CONTENT_TYPE, "application/vc+jwt"),
                // Anybody's page may read it.
                (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
            ];
            (headers, signed.jws).into_response()
        }
        Err(refusal) => respond(&app, &visitor, refusal, false),
    }
}
