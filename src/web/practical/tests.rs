//! Judging and supervision by plain forms, as a browser without script does it.

use scraper::{Html, Selector};

use crate::kernel::{HOUR, SignInId};
use crate::office::practical::tests::World;
use crate::office::{Actor, Caller};
use crate::store::account::{self, SignInRow};
use crate::web::{App, Serving, Site, serve};

const CSRF: &str = "csrf-of-the-test";

/// The world behind a server, and one person's browser.
struct Browser {
    client: reqwest::Client,
    base: String,
    cookie: String,
}

async fn sign_in(world: &World, caller: &Caller, token: &str) -> Browser {
    let Actor::Staff { account, .. } = &caller.actor else {
        panic!("staff only");
    };
    let now = world.office.now();
    let row = SignInRow {
        id: SignInId::new(now, world.office.entropy.as_ref()),
        token_digest: world.office.keys.digest("sign-in", token),
        csrf: CSRF.to_owned(),
        account_id: Some(*account),
        application_id: None,
        session_id: None,
        created_at: now,
        expires_at: now + HOUR,
        revoked_at: None,
    };
    let mut tx = world.office.store.write().await.unwrap();
    account::insert_sign_in(&mut tx, &row).await.unwrap();
    tx.commit().await.unwrap();
    Browser {
        client: reqwest::Client::new(),
        base: String::new(),
        cookie: format!("jianding_staff={token}"),
    }
}

fn start(world: &World) -> String {
    let serving = Serving::bind(([127, 0, 0, 1], 0).into()).unwrap();
    let base = format!("http://{}", serving.address);
    let site = Site::default();
    tokio::spawn(serve(
        serving,
        App::new(world.office.clone(), site),
        std::future::pending(),
    ));
    base
}

impl Browser {
    async fn get(&self, path: &str) -> String {
        let request = self.client.get(format!("{}{path}", self.base));
        let response = request.header("cookie", &self.cookie).send().await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        response.text().await.unwrap()
    }

    /// Sends a form; gives the address and text of the page that follows.
    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> (String, String) {
        let mut all = vec![("_csrf", CSRF)];
        all.extend(fields);
        let request = self.client.post(format!("{}{path}", self.base));
        let response = request.header("cookie", &self.cookie).form(&all).send().await.unwrap();
        let url = response.url().path().to_owned();
        (url, response.text().await.unwrap())
    }
}

fn texts(page: &str, selector: &str) -> Vec<String> {
    let html = Html::parse_document(page);
    let selector = Selector::parse(selector).unwrap();
    let found = html.select(&selector);
    found.map(|element| element.text().collect::<String>()).collect()
}

#[tokio::test]
async fn a_sheet_is_filled_and_signed_without_script_and_the_next_candidate_is_two_taps_away() {
    let world = World::new().await;
    let base = start(&world);
    let mut li = sign_in(&world, &world.examiners[0], "li-token").await;
    li.base.clone_from(&base);
    assert!(li.get("/examiner").await.contains("中式烹调师"));
    let session = world.hall.session;
    let list = li.get(&format!("/examiner/{session}")).await;
    assert_eq!(texts(&list, ".seat-name"), ["考生1", "考生2"]);
    let seat = world.hall.seated[0].to_string();
    let open = [
        ("application", seat.as_str()),
        ("task", "C5-P-01"),
        ("_next", "/examiner/sheets/{sheet}"),
    ];
    // The redirect is followed without its cookie here, so the sheet is asked for again.
    let answer = li
        .client
        .post(format!("{base}/do/sessions/{session}/sheets"))
        .header("cookie", &li.cookie)
        .header("accept", "application/json")
        .form(&[&open[..], &[("_csrf", CSRF)]].concat())
        .send()
        .await
        .unwrap();
    let answer: serde_json::Value = answer.json().await.unwrap();
    let page = answer["next"].as_str().unwrap().to_owned();
    let blank = li.get(&page).await;
    assert_eq!(texts(&blank, ".element").len(), 7);
    assert!(texts(&blank, "script").iter().all(String::is_empty), "no inline script");
    let sheet = page.trim_start_matches("/examiner/sheets/").to_owned();
    let (_, refused) = li
        .post(&format!("/do/sheets/{sheet}"), &[("revision", "0"), ("marks.1", "9")])
        .await;
    assert!(refused.contains("超过本项配分 8 分"), "{refused}");
    let mut fields = vec![
        ("revision", "0"),
        ("minutes", "20"),
        ("count.2.0", "2"),
        ("marks.1", ""),
    ];
    fields.extend(["done.1", "done.2", "done.3", "done.4", "done.5", "done.6", "done.7"].map(|name| (name, "yes")));
    li.post(&format!("/do/sheets/{sheet}/sign"), &fields).await;
    let signed = li.get(&page).await;
    assert_eq!(texts(&signed, ".notice.good strong")[1], "96");
    assert!(texts(&signed, "button.tap")[0].contains("考生2"));
    assert!(
        texts(&signed, "input[name^='marks']").is_empty(),
        "nothing to change any more"
    );
    let print = li.get(&format!("/examiner/{session}/sheets/print")).await;
    assert_eq!(texts(&print, ".blank-sheet").len(), 2);
}

#[tokio::test]
async fn a_supervisor_finds_checklist_findings_and_holds_on_one_page() {
    let world = World::new().await;
    let base = start(&world);
    let mut me = sign_in(&world, &world.supervisor, "supervisor-token").await;
    me.base.clone_from(&base);
    let session = world.hall.session;
    assert!(me.get("/supervision").await.contains("热菜间"));
    let page = me.get(&format!("/supervision/{session}")).await;
    assert_eq!(texts(&page, ".check-item legend").len(), 10);
    me.post(&format!("/do/sessions/{session}/holds"), &[("reason", "疑似替考")])
        .await;
    let held = me.get(&format!("/supervision/{session}")).await;
    assert!(held.contains("本批次成绩已暂停发布"));
    let mut chief = sign_in(&world, &world.administrator, "chief-token").await;
    chief.base = base;
    assert!(
        texts(&chief.get("/holds").await, "td")
            .iter()
            .any(|cell| cell.contains("疑似替考"))
    );
}
