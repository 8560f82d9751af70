//! The same story as people see it: in a real browser, clicking what they click, with a picture of every scene.

use std::path::Path;

use jianding::bank::{self, Bank};
use jianding::office::certificate;
use serde_json::{Value, json};

use crate::cast::{Batch, Cast, Sessions, approve, citizen_id, open_batch, photo, prepare_sessions, register, text};
use crate::chromium::{Browser, Driver};
use crate::house::{House, on_sqlite};
use crate::story::{judges, right_answer, sits_down};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

const PASSWORD: &str = "seven grey cranes over the lake";
const NAME: &str = "艾达·李";

#[test]
fn the_story_in_a_browser() {
    let Some(driver) = Driver::start() else { return };
    on_sqlite(async |house| tell(&house, &driver).await);
}

/// What the scenes share.
struct Stage<'a> {
    house: &'a House,
    cast: Cast,
    bank: Bank,
    batch: Batch,
    /// The office's computer: whoever works there signs in.
    desk: Browser,
    /// The computer of the public: first a terminal in the examination room, in the end an employer's.
    terminal: Browser,
}

async fn tell(house: &House, driver: &Driver) {
    let cast = Cast::of(house).await;
    let batch = open_batch(&cast).await;
    certificate::create_authority(&house.office, "江城市职业技能鉴定中心")
        .await
        .unwrap();
    let stage = Stage {
        house,
        cast,
        bank: bank::read(Path::new("question-banks/electrician/4")).bank.unwrap(),
        batch,
        desk: driver.browser(&house.url, 1366, 768).await,
        terminal: driver.browser(&house.url, 1366, 768).await,
    };
    stage.a_visitor_changes_the_language().await;
    let ada = stage.a_clerk_registers_somebody().await;
    let ben = register(&stage.cast, &stage.batch, "贲本", 2).await;
    approve(&stage.cast, &stage.batch, &[ada.clone(), ben.clone()]).await;
    let sessions = prepare_sessions(&stage.cast, &stage.batch).await;
    house.clock.advance(15 * MINUTE);
    stage.a_candidate_comes_in(&sessions.tickets[&ada]).await;
    house.clock.advance(15 * MINUTE);
    let other = sits_down(house, &sessions, &ben).await;
    other.sees("/terminal").await.ok();
    stage.an_invigilator_lets_them_begin(&sessions).await;
    stage.a_candidate_sits_the_paper().await;
    stage.the_room_is_closed(&sessions).await;
    house.clock.advance(4 * HOUR);
    stage.an_examiner_judges(&sessions, [&ada, &ben]).await;
    stage.a_supervisor_signs_the_list(&sessions).await;
    stage.results_come_out().await;
    house.clock.advance(9 * DAY);
    stage.certificates_come_out().await;
    stage.an_employer_looks().await;
    stage.desk.closes().await;
    stage.terminal.closes().await;
}

impl Stage<'_> {
    async fn a_visitor_changes_the_language(&self) {
        let visitor = &self.terminal;
        visitor.goes("/").await;
        visitor.waits("document.documentElement.lang === 'zh-CN'").await;
        visitor.picture("01-home").await;
        visitor.clicks(".who a[lang=en]").await;
        visitor.waits("document.documentElement.lang === 'en'").await;
        visitor.picture("02-home-english").await;
        visitor.clicks(".who a[lang=zh-CN]").await;
        visitor.waits("document.documentElement.lang === 'zh-CN'").await;
    }

    /// Somebody sits down at the desk: whoever was there before signs out.
    async fn signs_in(&self, login: &str) {
        let desk = &self.desk;
        if desk.counts("form[action=\"/do/sign-out\"]").await > 0 {
            desk.clicks("form[action=\"/do/sign-out\"] button").await;
            // A page that is being left has no form either: only the next one offers to sign in.
            desk.waits("document.querySelector('.door[href=\"/sign-in\"], input[name=login]')")
                .await;
        }
        desk.goes("/sign-in").await;
        desk.types("input[name=login]", login).await;
        desk.types("input[name=password]", PASSWORD).await;
        desk.clicks("form button.primary").await;
        desk.waits("document.querySelector(\"form[action='/do/sign-out']\")")
            .await;
    }

    /// A clerk mistypes a citizen id, is told beside the field, and has to correct only that. Gives the application.
    async fn a_clerk_registers_somebody(&self) -> String {
        let desk = &self.desk;
        desk.goes("/sign-in").await;
        desk.picture("03-sign-in").await;
        self.signs_in("clerk").await;
        let list = format!("/batches/{}/applications", self.batch.id);
        desk.goes(&list).await;
        desk.sees(".empty").await;
        desk.clicks(&format!("a[href=\"{list}/new\"]")).await;
        desk.types("input[name=name]", NAME).await;
        let right = citizen_id(1);
        let (digits, check) = right.split_at(17);
        let wrong = if check == "1" { "2" } else { "1" };
        desk.types("input[name=citizen_id]", &format!("{digits}{wrong}")).await;
        desk.types("input[name=employer]", "江城机电有限公司").await;
        desk.types("input[name=trade_years]", "6").await;
        desk.clicks("form.card button.primary").await;
        desk.sees("input[name=citizen_id] ~ .field-told").await;
        desk.picture("04-wrong-citizen-id").await;
        assert_eq!(
            desk.asks("document.querySelector('input[name=name]').value").await,
            NAME
        );
        desk.types_anew("input[name=citizen_id]", &right).await;
        desk.clicks("form.card button.primary").await;
        desk.arrives("/applications/").await;
        desk.picture("05-application").await;
        let path = desk.asks("location.pathname").await;
        let application = path.as_str().unwrap().trim_start_matches("/applications/").to_owned();
        let input = json!({ "photo": photo(1) });
        let path = format!("/applications/{application}/photo");
        self.cast.clerk.does(&path, input).await.ok();
        desk.goes(&list).await;
        assert!(desk.sees("table").await.contains(NAME));
        desk.picture("06-applications").await;
        application
    }

    async fn a_candidate_comes_in(&self, (ticket, code): &(String, String)) {
        let terminal = &self.terminal;
        terminal.goes("/exam").await;
        terminal.types("input[name=ticket]", ticket).await;
        terminal.types("input[name=code]", code).await;
        terminal.picture("07-exam-sign-in").await;
        terminal.clicks("form button.primary").await;
        terminal.arrives("/exam/confirm").await;
        assert!(terminal.sees("main").await.contains(NAME));
        terminal
            .waits("document.querySelector('.person img').naturalWidth > 0")
            .await;
        terminal.picture("08-exam-confirm").await;
        terminal.clicks("form:has(input[value=true]) button").await;
        terminal.arrives("/exam/wait").await;
        terminal.clicks("label:has(input[name=size][value=l])").await;
        terminal
            .waits("document.documentElement.classList.contains('size-l')")
            .await;
        terminal.waits("document.getElementById('start').disabled").await;
        terminal.picture("09-exam-wait").await;
        terminal.clicks("label:has(input[name=size][value=m])").await;
    }

    async fn an_invigilator_lets_them_begin(&self, sessions: &Sessions) {
        let desk = &self.desk;
        self.signs_in("invigilator").await;
        desk.goes("/rooms").await;
        let room = format!("/rooms/{}", sessions.theory);
        desk.clicks(&format!("a[href=\"{room}\"]")).await;
        desk.arrives(&room).await;
        desk.picture("10-room-planned").await;
        desk.clicks_and_confirms("form[action$=\"/start\"] button").await;
        desk.sees("form[action$=\"/close\"]").await;
        desk.clicks_and_confirms(".room-acts form[action$=\"/check-in\"] button")
            .await;
        desk.waits("document.querySelectorAll('#map .checked_in').length === 2")
            .await;
        desk.clicks("#map .seat").await;
        desk.sees(".seat-panel .person").await;
        desk.picture("11-room-checked-in").await;
    }

    async fn a_candidate_sits_the_paper(&self) {
        let terminal = &self.terminal;
        terminal.clicks("#start").await;
        terminal.arrives("/exam/paper").await;
        terminal.sees(".question").await;
        let paper = terminal.fetches("/api/v1/terminal/paper").await;
        let questions = paper["questions"].as_array().unwrap();
        let (last, others) = questions.split_last().unwrap();
        for (index, question) in others.iter().enumerate() {
            self.answers(question, index % 2 == 0).await;
            if index == 2 {
                terminal.clicks(".question:not([hidden]) .flag").await;
                terminal.sees("#palette-groups .flagged").await;
            }
            if index == 5 {
                terminal
                    .waits("document.getElementById('save').dataset.state === 'saved'")
                    .await;
                terminal.picture("12-exam-paper").await;
            }
            terminal.clicks("#next").await;
        }
        terminal
            .waits("document.getElementById('save').dataset.state === 'saved'")
            .await;
        terminal
            .sees(&format!(".question[data-number=\"{}\"]", last["number"]))
            .await;

        // The machine is started again: everything is there.
        terminal.reloads().await;
        terminal
            .waits("document.querySelectorAll('#palette-groups .answered').length > 0")
            .await;
        assert_eq!(terminal.counts("#palette-groups .answered").await, others.len() as u64);
        assert_eq!(terminal.counts("#palette-groups .flagged").await, 1);
        terminal.clicks("#review").await;
        terminal.sees("#review-dialog").await;
        assert_eq!(terminal.sees("#unanswered").await, last["number"].to_string());
        terminal.picture("13-exam-review").await;
        terminal.clicks("#hand-in").await;
        terminal.picture("14-exam-hand-in").await;
        terminal.clicks("#hand-in-sure").await;
        terminal.arrives("/exam/done").await;
        let receipt = terminal.sees("main").await;
        assert!(
            receipt.contains(&format!("{} / {}", others.len(), questions.len())),
            "{receipt}"
        );
        terminal.picture("15-exam-receipt").await;
    }

    /// Gives the right answer to the question that is shown: with the mouse, or with the keyboard.
    async fn answers(&self, question: &Value, mouse: bool) {
        let number = &question["number"];
        self.terminal
            .sees(&format!(".question[data-number=\"{number}\"]"))
            .await;
        for letter in right_answer(&self.bank, question).chars() {
            let card = format!(".question[data-number=\"{number}\"]");
            let option = format!("input[value=\"{letter}\"]");
            if mouse {
                self.terminal.clicks(&format!("{card} label:has(> {option})")).await;
            } else {
                self.terminal.presses(&letter.to_lowercase().to_string()).await;
            }
            self.terminal
                .waits(&format!("document.querySelector('{card} {option}').checked"))
                .await;
        }
    }

    async fn the_room_is_closed(&self, sessions: &Sessions) {
        let desk = &self.desk;
        desk.goes(&format!("/rooms/{}", sessions.theory)).await;
        desk.waits("document.querySelectorAll('#map .handed_in').length === 1")
            .await;
        desk.picture("16-room-submitted").await;
        desk.clicks_and_confirms("form[action$=\"/close\"] button").await;
        desk.waits("!document.querySelector(\"form[action$='/close']\")").await;
    }

    /// The first sheet under a thumb on a tablet; the others through the API.
    async fn an_examiner_judges(&self, sessions: &Sessions, applications: [&str; 2]) {
        let desk = &self.desk;
        desk.resize(800, 1200).await;
        self.signs_in("examiner1").await;
        desk.goes("/examiner").await;
        desk.clicks(&format!("a[href=\"/examiner/{}\"]", sessions.practical))
            .await;
        desk.sees(".judge-candidates").await;
        desk.picture("17-examiner-session").await;
        desk.clicks("button.primary.tap").await;
        desk.sees("#sheet").await;
        desk.sees("[data-add]").await;
        desk.clicks(".element .fault [data-add]").await;
        desk.clicks(".element .fault [data-add]").await;
        desk.clicks(".element .fault [data-undo]").await;
        assert_eq!(
            desk.asks("document.querySelector('.element .fault input').value").await,
            "1"
        );
        desk.waits("document.getElementById('total').value === '9'").await;
        desk.picture("18-examiner-sheet").await;
        let elements = desk
            .asks("[...document.querySelectorAll('.element:not(.marked)')].map((it) => it.id)")
            .await;
        for element in elements.as_array().unwrap() {
            let element = element.as_str().unwrap();
            desk.clicks(&format!("[id=\"{element}\"] .done-check")).await;
        }
        desk.types_anew("input[name=minutes]", "30").await;
        desk.waits("document.getElementById('open').value === '0'").await;
        desk.picture("19-examiner-all-marked").await;
        desk.clicks_and_confirms("[data-sign]").await;
        desk.sees("code.digest").await;
        desk.picture("20-examiner-signed").await;
        desk.resize(1366, 768).await;
        for examiner in &self.cast.examiners {
            for application in applications {
                judges(examiner, &sessions.practical, application, &self.bank, 90).await;
            }
        }
    }

    async fn a_supervisor_signs_the_list(&self, sessions: &Sessions) {
        let desk = &self.desk;
        self.signs_in("supervisor").await;
        desk.goes("/supervision").await;
        desk.clicks(&format!("a[href=\"/supervision/{}\"]", sessions.theory))
            .await;
        desk.sees("#checklist").await;
        let items = desk.counts(".check-item").await;
        for item in 1..=items {
            desk.clicks(&format!(
                ".check-item:nth-of-type({item}) label.choice:has(input[value=yes])"
            ))
            .await;
        }
        desk.types("textarea[name=remark]", "秩序良好").await;
        desk.picture("21-checklist").await;
        desk.clicks_and_confirms("#checklist button[name=sign]").await;
        desk.sees("#list ~ .notice.good").await;
        assert_eq!(desk.counts("#checklist").await, 0);
        desk.picture("22-checklist-signed").await;
    }

    async fn results_come_out(&self) {
        let desk = &self.desk;
        let results = format!("/batches/{}/results", self.batch.id);
        self.signs_in("officer").await;
        desk.goes(&format!("/batches/{}", self.batch.id)).await;
        desk.picture("23-batch").await;
        desk.goes(&results).await;
        desk.clicks("form[action$=\"/settle\"] button").await;
        desk.sees("table.dense").await;
        desk.picture("24-results-settled").await;
        self.signs_in("approver").await;
        desk.goes(&results).await;
        desk.clicks_and_confirms("form[action$=\"/approve\"] button").await;
        desk.sees("form[action$=\"/publish\"]").await;
        desk.clicks_and_confirms("form[action$=\"/publish\"] button").await;
        desk.waits("!document.querySelector(\"form[action$='/publish']\")")
            .await;
        desk.picture("25-results-published").await;
        self.terminal.goes("/notices").await;
        self.terminal
            .clicks(&format!("a[href=\"/notices/{}\"]", self.batch.id))
            .await;
        self.terminal.arrives(&format!("/notices/{}", self.batch.id)).await;
        assert!(!self.terminal.sees("main").await.contains(NAME), "names are masked");
        self.terminal.picture("26-notice").await;
    }

    async fn certificates_come_out(&self) {
        let desk = &self.desk;
        let list = format!("/batches/{}/certificates", self.batch.id);
        self.signs_in("issuer").await;
        desk.goes(&list).await;
        desk.clicks("form[action$=\"/prepare\"] button").await;
        desk.sees(".steps li.done:nth-child(2)").await;
        desk.picture("27-certificates-prepared").await;
        self.signs_in("certifier").await;
        desk.goes(&list).await;
        desk.clicks_and_confirms("form[action$=\"/approve\"] button").await;
        desk.waits("!document.querySelector(\"form[action$='/approve']\")")
            .await;
        self.signs_in("issuer").await;
        desk.goes(&list).await;
        desk.clicks("form[action$=\"/issue\"] button.primary").await;
        desk.waits("document.querySelector('progress[data-follow]') || document.querySelector('td .tag.good')")
            .await;
        desk.picture("28-certificates-running").await;
        desk.sees("td .tag.good").await;
        desk.picture("29-certificates-issued").await;
    }

    async fn an_employer_looks(&self) {
        let issuer = self.house.stranger().signs_in("issuer", PASSWORD).await;
        let list = issuer
            .sees(&format!("/batches/{}/certificates", self.batch.id))
            .await
            .ok();
        let (name, certificate) = (text(&list["rows"][0], "name"), &list["rows"][0]["certificate"]);
        let pdf = issuer
            .downloads(&format!("/certificates/{}/pdf", text(certificate, "id")))
            .await;
        let folder = tempfile::tempdir().unwrap();
        let genuine = folder.path().join("certificate.pdf");
        std::fs::write(&genuine, &pdf).unwrap();
        let altered = folder.path().join("altered.pdf");
        let mut bytes = pdf.clone();
        bytes[pdf.len() / 2] ^= 1;
        std::fs::write(&altered, bytes).unwrap();

        let employer = &self.terminal;
        employer.goes("/verify").await;
        employer.picture("30-verify").await;
        employer.types("input[name=number]", &text(certificate, "number")).await;
        employer.types("input[name=name]", &name).await;
        employer.clicks("form:has(input[name=number]) button").await;
        employer.sees(".verdict.genuine").await;
        employer.picture("31-verify-number").await;
        employer.goes("/verify").await;
        employer.chooses("input[type=file]", &genuine).await;
        employer.sees(".verdict.genuine").await;
        let claims = employer.sees("dl.facts").await;
        assert!(
            claims.contains(&text(certificate, "number")) && !claims.contains(NAME),
            "{claims}"
        );
        employer.picture("32-verify-file").await;
        employer.chooses("input[type=file]", &altered).await;
        employer.sees(".verdict.altered").await;
        employer.picture("33-verify-altered").await;
    }
}
