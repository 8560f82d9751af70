//! The API's description (OpenAPI 3.1), made from the same table and types as the API itself, and a page to read it.

use askama::Template;
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::caller::Visitor;
use super::public::render;
use super::routes::{self, Access, Route};
use super::{App, Frame};
use crate::office::{Kind, Policy};

/// `GET /api/openapi.json`
pub(super) async fn document(State(app): State<App>) -> Json<Value> {
    Json(describe(&app.office.base_url))
}

/// The whole description.
pub(super) fn describe(base_url: &str) -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    let mut generator = settings.into_generator();
    let mut paths = Map::new();
    for (route, policy) in api_routes(&routes::all()) {
        let Some((input, outcome)) = route.schemas(&mut generator) else {
            continue;
        };
        let operation = operation(&policy, &input.to_value(), &outcome.to_value(), generator.definitions());
        let method = route.method.to_lowercase();
        let entry = paths.entry(route.path.clone()).or_insert_with(|| json!({}));
        entry[method] = operation;
    }
    let mut schemas = generator.take_definitions(true);
    schemas.insert("Refusal".to_owned(), refusal_schema());
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Jianding",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "All that the pages do. State-changing calls with the sign-in cookie carry X-CSRF-Token; \
                            programs use Authorization: Bearer.",
        },
        "servers": [{ "url": base_url }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "bearer": { "type": "http", "scheme": "bearer" },
                "cookie": { "type": "apiKey", "in": "cookie", "name": super::caller::STAFF_COOKIE },
            },
        },
    })
}

fn api_routes(all: &[Route]) -> impl Iterator<Item = (&Route, Policy)> {
    all.iter()
        .filter(|route| route.path.starts_with("/api/v1/"))
        .filter_map(|route| match route.access {
            Access::Act(policy) => Some((route, policy)),
            Access::Page(_) => None,
        })
}

fn refusal_schema() -> Value {
    json!({
        "type": "object",
        "required": ["code", "message", "request"],
        "properties": {
            "code": { "type": "string", "description": "The stable code." },
            "message": { "type": "string", "description": "What to tell the person." },
            "request": { "type": "string", "description": "The number of the request, as in the log." },
            "problems": { "type": "array", "items": { "type": "object", "properties": {
                "field": { "type": "string" }, "code": { "type": "string" }, "message": { "type": "string" },
            } } },
        },
    })
}

fn operation(policy: &Policy, input: &Value, outcome: &Value, definitions: &Map<String, Value>) -> Value {
    let input = input
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(|reference| definitions.get(reference.rsplit('/').next()?))
        .unwrap_or(input);
    let in_path = |name: &str| policy.path.contains(&format!("{{{name}}}"));
    let fields = input
        .get("properties")
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default();
    let required = input
        .get("required")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    let parameters: Vec<_> = fields
        .iter()
        .filter(|(name, _)| in_path(name) || policy.kind == Kind::Read)
        .map(|(name, schema)| {
            let place = if in_path(name) { "path" } else { "query" };
            let needed = in_path(name) || required.contains(&json!(name));
            json!({ "name": name, "in": place, "required": needed, "schema": schema })
        })
        .collect();
    let refused = json!({
        "description": "Refused; nothing was saved.",
        "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Refusal" } } },
    });
    let mut operation = json!({
        "operationId": policy.name,
        "summary": policy.summary,
        "description": format!("May: {}.", policy.who.describe()),
        "tags": [policy.name.split(['.', '-']).next().unwrap_or_default()],
        "parameters": parameters,
        "responses": {
            "200": {
                "description": "Done.",
                "content": { "application/json": { "schema": outcome } },
            },
            "default": refused,
        },
    });
    if policy.kind == Kind::Write {
        let body: Map<String, Value> = fields.into_iter().filter(|(name, _)| !in_path(name)).collect();
        let needed: Vec<_> = required
            .into_iter()
            .filter(|name| name.as_str().is_some_and(|name| !in_path(name)))
            .collect();
        let schema = json!({ "type": "object", "properties": body, "required": needed });
        operation["requestBody"] = json!({ "content": { "application/json": { "schema": schema } } });
    }
    operation
}

/// One row of the page.
struct Row {
    method: &'static str,
    path: String,
    who: String,
    name: &'static str,
    description: String,
}

#[derive(Template)]
#[template(path = "api.html")]
struct ApiPage {
    frame: Frame,
    rows: Vec<Row>,
}

/// `GET /api`: the description, to read.
pub(super) async fn browse(State(app): State<App>, visitor: Visitor) -> Response {
    let document = describe(&app.office.base_url);
    let all = routes::all();
    let row = |(route, policy): (&Route, Policy)| {
        let operation = &document["paths"][&route.path][route.method.to_lowercase()];
        let shown = json!({
            "parameters": operation["parameters"],
            "body": operation["requestBody"]["content"]["application/json"]["schema"],
            "answer": operation["responses"]["200"]["content"]["application/json"]["schema"],
        });
        Row {
            method: route.method,
            path: route.path.clone(),
            who: policy.who.describe(),
            name: policy.name,
            description: serde_json::to_string_pretty(&shown).unwrap_or_default(),
        }
    };
    let rows = api_routes(&all).map(row).collect();
    render(&ApiPage {
        frame: visitor.frame(&app),
        rows,
    })
}
