//! Who may do what: the printed tables, compared with what is committed, so that a change is a reviewable difference.
//!
//! `JIANDING_BLESS=1 cargo test` writes the tables anew.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use jianding::identity::{Duty, Role, may_take};
use jianding::office::policy::ALL;
use jianding::web::routes::{self, Access};
use reqwest::StatusCode;

use crate::house::on_sqlite;

fn compare(name: &str, now: &str) {
    let path = std::path::Path::new("tests/tables").join(name);
    #[expect(clippy::disallowed_methods, reason = "tests have no settings file")]
    if std::env::var("JIANDING_BLESS").is_ok() {
        std::fs::create_dir_all("tests/tables").unwrap();
        std::fs::write(&path, now).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        now,
        committed,
        "{}: JIANDING_BLESS=1 cargo test writes it anew",
        path.display()
    );
}

#[test]
fn the_role_and_act_table_is_the_committed_one() {
    let mut table = String::from("act");
    for role in Role::ALL {
        write!(table, "\t{role}").unwrap();
    }
    table.push_str("\tcandidate\tanyone\n");
    for policy in ALL {
        table.push_str(policy.name);
        for role in Role::ALL {
            table.push_str(if policy.who.admits(*role) { "\tx" } else { "\t" });
        }
        let open = policy.who.describe();
        let anyone = open == "anyone";
        let candidate = anyone || open == "candidate" || open == "signed in";
        writeln!(
            table,
            "\t{}\t{}",
            if candidate { "x" } else { "" },
            if anyone { "x" } else { "" }
        )
        .unwrap();
    }
    compare("roles.tsv", &table);
}

#[test]
fn the_list_of_routes_is_the_committed_one() {
    let mut lines: Vec<String> = routes::all()
        .iter()
        .map(|route| {
            let (name, who) = match route.access {
                Access::Act(policy) => (policy.name, policy.who),
                Access::Page(who) => ("page", who),
            };
            format!("{}\t{}\t{name}\t{}\n", route.method, route.path, who.describe())
        })
        .collect();
    lines.sort();
    compare("routes.tsv", &lines.concat());
}

#[test]
fn every_act_of_the_permission_table_has_its_route() {
    let routed: BTreeSet<_> = routes::all()
        .iter()
        .filter(|route| route.path.starts_with("/api/v1/"))
        .filter_map(|route| match route.access {
            Access::Act(policy) => Some(policy.name),
            Access::Page(_) => None,
        })
        .collect();
    let missing: Vec<_> = ALL
        .iter()
        .map(|policy| policy.name)
        .filter(|name| !routed.contains(name))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn the_table_of_duties_is_the_committed_one() {
    let mut table = String::from("held\\wanted");
    for wanted in Duty::ALL {
        write!(table, "\t{wanted}").unwrap();
    }
    table.push('\n');
    for held in Duty::ALL {
        table.push_str(held.name());
        for wanted in Duty::ALL {
            table.push_str(if may_take(&[*held], *wanted).is_ok() {
                "\t"
            } else {
                "\tno"
            });
        }
        table.push('\n');
    }
    compare("duties.tsv", &table);
}

#[test]
fn a_stranger_gets_nowhere_that_is_not_for_everybody() {
    on_sqlite(|house| async move {
        let stranger = house.stranger();
        for route in routes::all() {
            let who = match route.access {
                Access::Act(policy) => policy.who,
                Access::Page(who) => who,
            };
            if who.describe() == "anyone" || !route.path.starts_with("/api/v1") && route.method == "POST" {
                continue;
            }
            let path = route.path.replace(['{', '}'], "");
            let status = if route.path.starts_with("/api/v1") {
                let inside = path.strip_prefix("/api/v1").unwrap();
                let answer = if route.method == "GET" {
                    stranger.sees(inside).await
                } else {
                    stranger.does(inside, serde_json::json!({})).await
                };
                answer.status
            } else {
                stranger.opens(&path).await.0
            };
            let refused = [StatusCode::UNAUTHORIZED, StatusCode::SEE_OTHER, StatusCode::NOT_FOUND];
            assert!(refused.contains(&status), "{} {}: {status}", route.method, route.path);
        }
    });
}
