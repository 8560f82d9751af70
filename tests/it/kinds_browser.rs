//! Every kind of question answered in a real browser with nothing but the keyboard, with pictures in light and dark, large
//! and small.

use jianding::bank::{Bank, Blank, Detail, ItemKind};
use serde_json::{Value, json};

use crate::accounts::PASSWORD;
use crate::chromium::{Browser, Driver};
use crate::house::{House, on_sqlite};
use crate::kinds::{Hall, hall, item, live_bank, right};

const MINUTE: i64 = 60_000;
const TAB: char = '\u{E004}';
const ENTER: char = '\u{E007}';
const ESCAPE: char = '\u{E00C}';
const UP: char = '\u{E013}';
const RIGHT: char = '\u{E014}';
const DOWN: char = '\u{E015}';

#[test]
fn every_kind_is_answered_with_the_keyboard_alone() {
    let Some(driver) = Driver::start() else { return };
    on_sqlite(async |house| tell(&house, &driver).await);
}

async fn tell(house: &House, driver: &Driver) {
    let (_, bank) = live_bank();
    let hall = hall(house, 1).await;
    house.clock.advance(30 * MINUTE);
    let terminal = driver.browser(&house.url, 1366, 768).await;
    comes_in(&terminal, &hall).await;
    hall.begins().await;
    terminal.clicks("#start").await;
    terminal.arrives("/exam/paper").await;
    terminal.sees(".question").await;
    let paper = terminal.fetches("/api/v1/terminal/paper").await;
    let questions = paper["questions"].as_array().unwrap();
    for question in questions {
        let number = &question["number"];
        terminal
            .sees(&format!(".question[data-number=\"{number}\"]:not([hidden])"))
            .await;
        if question["kind"] == "hotspot" {
            terminal
                .waits("document.querySelector('.spot img').naturalWidth > 0")
                .await;
        }
        terminal.presses(&keys(&bank, question)).await;
        terminal
            .waits(&format!(
                "document.querySelector('.question[data-number=\"{number}\"] .save-state').dataset.state === 'saved'"
            ))
            .await;
        if !question["field"].is_null() {
            terminal
                .waits(&format!("document.activeElement.id === 'q{number}'"))
                .await;
        }
        terminal
            .picture(&format!("kind-{}", question["kind"].as_str().unwrap()))
            .await;
        terminal.presses(&RIGHT.to_string()).await;
    }
    terminal
        .waits("document.getElementById('save').dataset.state === 'saved'")
        .await;
    let state = terminal.fetches("/api/v1/terminal").await;
    for (question, stored) in questions.iter().zip(state["answers"].as_array().unwrap()) {
        let kind = question["kind"].as_str().unwrap();
        if kind == "hotspot" {
            assert_eq!(stored["value"], "530,30", "within the region");
        } else {
            assert_eq!(stored["value"], right(&bank, question), "{kind}");
        }
    }

    everything_is_there_again(&terminal, questions).await;
    looks(&terminal, questions, "dark", 1366, 768).await;
    looks(&terminal, questions, "small", 420, 800).await;
    terminal.resize(1366, 768).await;
    terminal.presses("r").await;
    terminal.clicks("#hand-in").await;
    terminal.clicks("#hand-in-sure").await;
    terminal.arrives("/exam/done").await;
    a_marker_marks(&terminal, &hall).await;
    terminal.closes().await;
}

/// The written answer, marked with the keyboard.
async fn a_marker_marks(desk: &Browser, hall: &Hall) {
    signs_in(desk, "officer").await;
    desk.goes(&format!("/batches/{}", hall.batch.id)).await;
    desk.clicks("form[action$=\"/scripts\"] button").await;
    desk.sees("section.card progress").await;
    desk.asks("document.querySelector('section.card progress').scrollIntoView()")
        .await;
    desk.picture("kind-marking-batch").await;
    desk.clicks("form[action$=\"sign-out\"] button").await;
    desk.waits("!document.querySelector(\"form[action='/do/sign-out']\")")
        .await;
    signs_in(desk, "examiner1").await;
    desk.goes("/marking").await;
    desk.picture("kind-marking-list").await;
    desk.clicks("form[action$=\"/next\"] button").await;
    desk.sees("#rubric").await;
    assert!(!desk.sees("main").await.contains("考生甲"), "no name");
    desk.presses("3").await;
    desk.presses("1").await;
    desk.presses("u").await;
    desk.presses("2").await;
    desk.waits("document.querySelector('input[name=\"level.0\"][value=\"2\"]').checked")
        .await;
    desk.waits("document.querySelector('input[name=\"level.1\"][value=\"1\"]').checked")
        .await;
    desk.picture("kind-marking").await;
    let fits = "document.documentElement.scrollWidth <= document.documentElement.clientWidth";
    for (name, width, height) in [("tablet", 800, 1280), ("tablet-wide", 1280, 800), ("small", 420, 800)] {
        desk.resize(width, height).await;
        desk.waits(fits).await;
        desk.picture(&format!("kind-marking-{name}")).await;
    }
    desk.resize(1366, 768).await;
    desk.dark(true).await;
    desk.picture("kind-marking-dark").await;
    desk.dark(false).await;
    desk.presses(&ENTER.to_string()).await;
    desk.arrives("/marking").await;
    assert!(
        desk.sees(".notice.good").await.contains("没有"),
        "nothing waits any more"
    );
}

async fn signs_in(desk: &Browser, login: &str) {
    desk.goes("/sign-in").await;
    desk.types("input[name=login]", login).await;
    desk.types("input[name=password]", PASSWORD).await;
    desk.clicks("form button.primary").await;
    desk.waits("document.querySelector(\"form[action='/do/sign-out']\")")
        .await;
}

/// After a reload every field shows what was answered, and a part that is taken away shows in the palette and the review.
async fn everything_is_there_again(terminal: &Browser, questions: &[Value]) {
    terminal.reloads().await;
    terminal
        .waits("document.querySelectorAll('#palette-groups .answered').length === 13")
        .await;
    assert_eq!(terminal.counts("#palette-groups .partial").await, 0);
    let matching = questions
        .iter()
        .find(|question| question["kind"] == "matching")
        .unwrap();
    terminal
        .clicks(&format!(
            "#palette-groups button[data-number=\"{}\"]",
            matching["number"]
        ))
        .await;
    terminal.presses(&format!("{TAB}{UP}{UP}{UP}{UP}{UP}{ESCAPE}")).await;
    terminal
        .waits("document.querySelectorAll('#palette-groups .partial').length === 1")
        .await;
    terminal.presses("r").await;
    terminal.sees("#review-dialog").await;
    assert_eq!(terminal.sees("#partial").await, matching["number"].to_string());
    terminal.picture("kind-review").await;
    terminal.presses(&ESCAPE.to_string()).await;
}

async fn comes_in(terminal: &Browser, hall: &Hall) {
    let (ticket, code) = &hall.tickets[0];
    terminal.goes("/exam").await;
    terminal.types("input[name=ticket]", ticket).await;
    terminal.types("input[name=code]", code).await;
    terminal.clicks("form button.primary").await;
    terminal.arrives("/exam/confirm").await;
    terminal.clicks("form:has(input[value=true]) button").await;
    terminal.arrives("/exam/wait").await;
}

/// Takes a picture of every kind in another light or size; nothing may be wider than the window.
async fn looks(terminal: &Browser, questions: &[Value], name: &str, width: u32, height: u32) {
    terminal.resize(width, height).await;
    let contrast = if name == "dark" { "dark" } else { "normal" };
    terminal
        .asks(&format!("localStorage.setItem('jianding-contrast', '{contrast}')"))
        .await;
    terminal.reloads().await;
    terminal.sees(".question").await;
    for question in questions {
        terminal
            .clicks(&format!(
                "#palette-groups button[data-number=\"{}\"]",
                question["number"]
            ))
            .await;
        let kind = question["kind"].as_str().unwrap();
        terminal.asks("window.scrollTo(0, 0)").await;
        terminal.picture(&format!("kind-{kind}-{name}")).await;
        let over = terminal
            .asks("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            .await;
        assert_eq!(over, json!(0), "{kind} at {width}");
    }
}

/// The keys that answer a question whose card has the focus, and that bring the focus back to the card.
fn keys(bank: &Bank, question: &Value) -> String {
    let item = item(bank, question);
    let tabbed = |parts: Vec<String>| {
        let mut keys = String::new();
        for part in parts {
            keys.push(TAB);
            keys.push_str(&part);
        }
        keys.push(ESCAPE);
        keys
    };
    match &item.detail {
        None if item.kind == ItemKind::Ordering => {
            let options = question["options"].as_array().unwrap();
            let step = |option: &Value| {
                let place = item
                    .options
                    .iter()
                    .position(|step| option["text"] == step.as_str())
                    .unwrap();
                (place + 1).to_string()
            };
            tabbed(options.iter().map(step).collect())
        }
        None => right(bank, question).to_lowercase(),
        Some(Detail::Matching(_)) => {
            let letters = right(bank, question).to_lowercase();
            tabbed(letters.chars().map(String::from).collect())
        }
        Some(Detail::Numeric(numeric)) if numeric.units.len() > 1 => {
            tabbed(vec![numeric.value.to_string(), "a".to_owned()])
        }
        Some(Detail::Numeric(numeric)) => tabbed(vec![numeric.value.to_string()]),
        Some(Detail::Text(words)) => tabbed(vec![words.accept[0].clone()]),
        Some(Detail::Cloze(blanks)) => {
            let views = question["field"]["cloze"]["blanks"].as_array().unwrap();
            let one = |(blank, view): (&Blank, &Value)| match blank {
                Blank::Numeric(numeric) => numeric.value.to_string(),
                Blank::Text(words) => words.accept[0].clone(),
                Blank::Choice { options, .. } => {
                    let shown = view["choice"]["options"].as_array().unwrap();
                    let place = shown.iter().position(|shown| shown == &options[0]).unwrap();
                    DOWN.to_string().repeat(place + 1)
                }
            };
            tabbed(blanks.iter().zip(views).map(one).collect())
        }
        // From the middle of the picture (320, 200), ten points a key.
        Some(Detail::Hotspot(_)) => {
            format!(
                "{TAB}{}{}{ENTER}{ESCAPE}",
                RIGHT.to_string().repeat(21),
                UP.to_string().repeat(17)
            )
        }
        Some(Detail::Written(_)) => tabbed(vec![right(bank, question)]),
    }
}
