//! Accounts: nobody has a default password, links work once, guessing is slowed, and a lost role is lost at once.

use serde_json::{Value, json};

use crate::house::{House, on_both_engines, on_sqlite};
use crate::people::Person;

pub(crate) const PASSWORD: &str = "seven grey cranes over the lake";

/// The first administrator of a house, signed in.
pub(crate) async fn first_administrator(house: &House) -> Person {
    let path = jianding::office::account::first_link(&house.office)
        .await
        .unwrap()
        .unwrap();
    let token = path.trim_start_matches("/set-up/");
    let input = json!({ "token": token, "login": "guming", "name": "顾明", "password": PASSWORD });
    let answer = house.stranger().does("/set-up", input).await.ok();
    house.stranger().with_token(answer["token"].as_str().unwrap())
}

/// Has the administrator make an account; gives the person, signed in.
pub(crate) async fn staff(house: &House, administrator: &Person, login: &str, name: &str, roles: &str) -> Person {
    let input = json!({ "login": login, "name": name, "roles": roles });
    let link = administrator.does("/accounts", input).await.ok();
    let token = link["path"]
        .as_str()
        .unwrap()
        .trim_start_matches("/password/")
        .to_owned();
    let answer = house
        .stranger()
        .does("/password/first", json!({ "token": token, "password": PASSWORD }))
        .await
        .ok();
    house.stranger().with_token(answer["token"].as_str().unwrap())
}

#[test]
fn the_first_administrator_comes_by_a_link_that_works_once() {
    on_both_engines(|house| async move {
        let path = jianding::office::account::first_link(&house.office)
            .await
            .unwrap()
            .unwrap();
        let token = path.trim_start_matches("/set-up/").to_owned();
        let input = |password: &str| json!({ "token": token, "login": "guming", "name": "顾明", "password": password });
        assert_eq!(
            house.stranger().does("/set-up", input("short")).await.refused(),
            "password-too-short"
        );
        house.stranger().does("/set-up", input(PASSWORD)).await.ok();
        assert_eq!(
            house.stranger().does("/set-up", input(PASSWORD)).await.refused(),
            "link-used"
        );
        assert!(
            jianding::office::account::first_link(&house.office)
                .await
                .unwrap()
                .is_none()
        );
    });
}

#[test]
fn an_expired_link_says_when_it_expired() {
    on_sqlite(|house| async move {
        let path = jianding::office::account::first_link(&house.office)
            .await
            .unwrap()
            .unwrap();
        house.clock.advance(jianding::office::account::LINK_LIFE);
        let token = path.trim_start_matches("/set-up/");
        let input = json!({ "token": token, "login": "guming", "name": "顾明", "password": PASSWORD });
        let answer = house.stranger().does("/set-up", input).await;
        assert!(
            answer.body["message"].as_str().unwrap().contains("2026-11-25 09:00"),
            "{}",
            answer.body
        );
        assert_eq!(answer.refused(), "link-expired");
    });
}

#[test]
fn guessing_a_password_is_slowed_and_the_right_one_waits_too() {
    on_both_engines(|house| async move {
        first_administrator(&house).await;
        let wrong = json!({ "login": "guming", "password": "not this one, surely" });
        for _ in 0..5 {
            assert_eq!(
                house.stranger().does("/sign-in", wrong.clone()).await.refused(),
                "sign-in-wrong"
            );
        }
        let right = json!({ "login": "GUMING ", "password": PASSWORD });
        assert_eq!(
            house.stranger().does("/sign-in", right.clone()).await.refused(),
            "sign-in-locked"
        );
        house.clock.advance(3_000);
        house.stranger().does("/sign-in", right).await.ok();
    });
}

#[test]
fn an_unknown_login_is_told_the_same_as_a_wrong_password() {
    on_sqlite(|house| async move {
        first_administrator(&house).await;
        let answer = |login: &str| json!({ "login": login, "password": "not this one, surely" });
        let known = house.stranger().does("/sign-in", answer("guming")).await.body;
        let unknown = house.stranger().does("/sign-in", answer("nobody")).await.body;
        assert_eq!(known["message"], unknown["message"]);
    });
}

#[test]
fn who_loses_a_role_loses_it_at_once() {
    on_both_engines(|house| async move {
        let administrator = first_administrator(&house).await;
        let clerk = staff(&house, &administrator, "lin", "林晓", "clerk,auditor").await;
        clerk.sees("/events").await.ok();
        let accounts = administrator.sees("/accounts").await.ok();
        let lin = accounts
            .as_array()
            .unwrap()
            .iter()
            .find(|account| account["login"] == "lin")
            .unwrap();
        let path = format!("/accounts/{}", lin["account"].as_str().unwrap());
        let change = json!({ "roles": "clerk", "active": true, "reason": "moved to registration" });
        administrator.does(&path, change).await.ok();
        assert_eq!(clerk.sees("/events").await.refused(), "sign-in-first");
        let again = house.stranger().signs_in("lin", PASSWORD).await;
        assert_eq!(again.sees("/events").await.refused(), "forbidden");
    });
}

#[test]
fn an_api_token_ends_with_its_time_and_with_its_sign_in() {
    on_both_engines(|house| async move {
        let administrator = first_administrator(&house).await;
        let issue = async || {
            administrator.does("/tokens", json!({})).await.ok()["token"]
                .as_str()
                .unwrap()
                .to_owned()
        };
        let program = house.stranger().with_token(&issue().await);
        program.sees("/me").await.ok();
        house.clock.advance(16 * 60_000);
        assert_eq!(program.sees("/me").await.refused(), "sign-in-first");
        let program = house.stranger().with_token(&issue().await);
        administrator.does("/sign-out", json!({})).await.ok();
        assert_eq!(program.sees("/me").await.refused(), "sign-in-first");
    });
}

#[test]
fn all_problems_of_a_form_are_told_at_once() {
    on_sqlite(|house| async move {
        let administrator = first_administrator(&house).await;
        let answer = administrator
            .does(
                "/accounts",
                json!({ "login": "x", "name": "王?", "roles": "clerk,king" }),
            )
            .await;
        let codes: Vec<&Value> = answer.body["problems"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| &one["code"])
            .collect();
        assert_eq!(codes, ["login-shape", "name-unusable", "role-unknown"]);
    });
}

#[test]
fn whoever_sends_a_form_after_the_sign_in_ended_signs_in_and_is_not_led_to_the_form_again() {
    on_sqlite(|house| async move {
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        let door = async |request: reqwest::RequestBuilder| {
            let response = request.send().await.unwrap();
            response.headers()["location"].to_str().unwrap().to_owned()
        };
        let sent = http.post(format!("{}/do/sign-out", house.url)).form(&[("_next", "/")]);
        assert_eq!(door(sent).await, "/sign-in");
        let looked = http.get(format!("{}/accounts", house.url));
        assert_eq!(door(looked).await, "/sign-in?next=%2Faccounts");
    });
}
