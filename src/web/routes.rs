//! The one table of routes. Each has a policy; a route that is not here does not exist.

use axum::Router;
use axum::routing::{MethodRouter, get};
use schemars::{Schema, SchemaGenerator};

use super::{
    App, account, after, application, assets, audit, bank, candidate, certificate, figures, forms, ledger, marking,
    openapi, plan, practical, public, result, room, session, staff, supervision, terminal, verify,
};
use crate::office::{self, Act, Kind, Policy, Who, policy};

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// As this row of the permission table says.
    Act(Policy),
    /// As said here: for pages that are no act.
    Page(Who),
}

/// Makes the schemas of an act's input and outcome.
type Schemas = fn(&mut SchemaGenerator) -> (Schema, Schema);

/// A route.
pub struct Route {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// The path, with `{parameters}`.
    pub path: String,
    /// Who may use it.
    pub access: Access,
    handler: MethodRouter<App>,
    schema: Option<Schemas>,
}

impl Route {
    /// The types of input and outcome, for the API's description.
    pub(super) fn schemas(&self, generator: &mut SchemaGenerator) -> Option<(Schema, Schema)> {
        self.schema.map(|schema| schema(generator))
    }
}

/// A page that shows something.
pub(super) fn page(path: &str, who: Who, handler: MethodRouter<App>) -> Vec<Route> {
    vec![Route {
        method: "GET",
        path: path.to_owned(),
        access: Access::Page(who),
        handler,
        schema: None,
    }]
}

/// A page that shows what an act tells, under the act's policy.
pub(super) fn view(path: &str, policy: Policy, handler: MethodRouter<App>) -> Vec<Route> {
    vec![Route {
        method: "GET",
        path: path.to_owned(),
        access: Access::Act(policy),
        handler,
        schema: None,
    }]
}

/// A form of a page that shows what an act tells, without changing anything: the answer is a page, also without a script.
pub(super) fn answer(path: &str, policy: Policy, handler: MethodRouter<App>) -> Vec<Route> {
    vec![Route {
        method: "POST",
        path: path.to_owned(),
        access: Access::Act(policy),
        handler,
        schema: None,
    }]
}

/// The routes of an act: one in the API, and one for forms if it changes something.
pub(super) fn act<A: Act>() -> Vec<Route> {
    let policy = A::POLICY;
    let door = forms::Door::to::<A>();
    let schema: Schemas = |generator| (generator.subschema_for::<A>(), generator.subschema_for::<A::Outcome>());
    let api = Route {
        method: if policy.kind == Kind::Read { "GET" } else { "POST" },
        path: format!("/api/v1{}", policy.path),
        access: Access::Act(policy),
        handler: door.api(),
        schema: Some(schema),
    };
    let form = (policy.kind == Kind::Write).then(|| Route {
        method: "POST",
        path: format!("/do{}", policy.path),
        access: Access::Act(policy),
        handler: door.form(),
        schema: None,
    });
    std::iter::once(api).chain(form).collect()
}

/// Every route, in the order of the story.
pub fn all() -> Vec<Route> {
    [
        page("/", Who::Anyone, get(public::home)),
        page("/language", Who::Anyone, get(public::language)),
        page("/healthz", Who::Anyone, get(public::healthz)),
        page("/readyz", Who::Anyone, get(public::readyz)),
        page("/static/{version}/{name}", Who::Anyone, get(assets::serve)),
        page("/api", Who::Anyone, get(openapi::browse)),
        page("/api/openapi.json", Who::Anyone, get(openapi::document)),
        account_routes(),
        bank::routes(),
        figures::routes(),
        plan::routes(),
        application::routes(),
        session::routes(),
        staff::routes(),
        candidate::routes(),
        room::routes(),
        practical::routes(),
        marking::routes(),
        supervision::routes(),
        terminal::routes(),
        result::routes(),
        after::routes(),
        certificate::routes(),
        verify::routes(),
        ledger::routes(),
        audit::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn account_routes() -> Vec<Route> {
    [
        page("/sign-in", Who::Anyone, get(account::sign_in)),
        page("/set-up/{token}", Who::Anyone, get(account::set_up)),
        page("/password/{token}", Who::Anyone, get(account::first_password)),
        page("/work", Who::Staff, get(account::work)),
        page("/me", Who::Staff, get(account::me)),
        view("/accounts", policy::ACCOUNT_LIST, get(account::accounts)),
        act::<office::account::SetUp>(),
        act::<office::account::SignIn>(),
        act::<office::account::SignOut>(),
        act::<office::progress::ShowProgress>(),
        act::<office::account::Me>(),
        act::<office::account::ChangePassword>(),
        act::<office::account::SetPassword>(),
        act::<office::account::IssueToken>(),
        act::<office::account::ListAccounts>(),
        act::<office::account::CreateAccount>(),
        act::<office::account::ChangeAccount>(),
        act::<office::account::LinkAccount>(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The router made of the table.
pub(super) fn router() -> Router<App> {
    all()
        .into_iter()
        .fold(Router::new(), |router, route| router.route(&route.path, route.handler))
}
