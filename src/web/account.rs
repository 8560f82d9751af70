//! Pages of accounts: signing in, first passwords, one's own work, and the administrator's list.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::caller::Visitor;
use super::forms::is_local;
use super::path::Path;
use super::public::render;
use super::refusal::respond;
use super::{App, Frame};
use crate::identity::Role;
use crate::office::account::{AccountView, ListAccounts};
use crate::office::{Actor, Refusal};

#[derive(Template)]
#[template(path = "account/sign-in.html")]
struct SignInPage {
    frame: Frame,
    next: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Next {
    #[serde(default)]
    next: String,
}

/// `GET /sign-in`
pub(super) async fn sign_in(State(app): State<App>, visitor: Visitor, Query(query): Query<Next>) -> Response {
    let next = if is_local(&query.next) {
        query.next
    } else {
        "/work".to_owned()
    };
    if matches!(visitor.caller.actor, Actor::Staff { .. }) {
        return Redirect::to(&next).into_response();
    }
    render(&SignInPage {
        frame: visitor.frame(&app),
        next,
    })
}

#[derive(Template)]
#[template(path = "account/set-up.html")]
struct SetUpPage {
    frame: Frame,
    token: String,
}

/// `GET /set-up/{token}`: makes the first administrator.
pub(super) async fn set_up(State(app): State<App>, visitor: Visitor, Path(token): Path<String>) -> Response {
    render(&SetUpPage {
        frame: visitor.frame(&app),
        token,
    })
}

#[derive(Template)]
#[template(path = "account/first-password.html")]
struct FirstPasswordPage {
    frame: Frame,
    token: String,
}

/// `GET /password/{token}`: sets a first password.
pub(super) async fn first_password(State(app): State<App>, visitor: Visitor, Path(token): Path<String>) -> Response {
    render(&FirstPasswordPage {
        frame: visitor.frame(&app),
        token,
    })
}

#[derive(Template)]
#[template(path = "account/work.html")]
struct WorkPage {
    frame: Frame,
    doors: Vec<Door>,
}

/// A place where one of the caller's roles works.
pub(super) struct Door {
    role: &'static str,
    href: &'static str,
}

/// Where each role works.
const DOORS: &[(Role, &str)] = &[
    (Role::Administrator, "/accounts"),
    (Role::BankKeeper, "/banks"),
    (Role::Clerk, "/batches"),
    (Role::EligibilityApprover, "/batches"),
    (Role::ExamOfficer, "/batches"),
    (Role::Invigilator, "/rooms"),
    (Role::Examiner, "/examiner"),
    (Role::Supervisor, "/supervision"),
    (Role::ScoreApprover, "/batches"),
    (Role::CertificateOfficer, "/batches"),
    (Role::CertificateApprover, "/batches"),
    (Role::Auditor, "/events"),
];

/// `GET /work`: what the signed-in person does here.
pub(super) async fn work(State(app): State<App>, visitor: Visitor) -> Response {
    let Actor::Staff { roles, .. } = &visitor.caller.actor else {
        return respond(&app, &visitor, Refusal::SignInFirst, false);
    };
    let doors: Vec<Door> = DOORS
        .iter()
        .filter(|(role, _)| roles.contains(role))
        .map(|(role, href)| Door {
            role: role.name(),
            href,
        })
        .collect();
    match doors.as_slice() {
        [only] => Redirect::to(only.href).into_response(),
        _ => render(&WorkPage {
            frame: visitor.frame(&app),
            doors,
        }),
    }
}

#[derive(Template)]
#[template(path = "account/me.html")]
struct MePage {
    frame: Frame,
}

/// `GET /me`: one's own account.
pub(super) async fn me(State(app): State<App>, visitor: Visitor) -> Response {
    if let Err(refusal) = visitor.caller.account() {
        return respond(&app, &visitor, refusal, false);
    }
    render(&MePage {
        frame: visitor.frame(&app),
    })
}

#[derive(Template)]
#[template(path = "account/accounts.html")]
struct AccountsPage {
    frame: Frame,
    accounts: Vec<AccountView>,
    roles: Vec<&'static str>,
}

/// `GET /accounts`
pub(super) async fn accounts(State(app): State<App>, visitor: Visitor) -> Response {
    match app.office.perform(ListAccounts {}, &visitor.caller).await {
        Ok(accounts) => {
            let roles = Role::ALL.iter().map(|role| role.name()).collect();
            render(&AccountsPage {
                frame: visitor.frame(&app),
                accounts,
                roles,
            })
        }
        Err(refusal) => respond(&app, &visitor, refusal, false),
    }
}
