//! The examination room in a real browser when things go wrong: a second window, the network off and on, the server killed
//! and started again, the tab closed and opened again, a pause. The candidate loses nothing and is told the truth.

use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};

use crate::cast::{Cast, Sessions, approve, open_batch, prepare_sessions, register};
use crate::chromium::{Browser, Driver};
use crate::house::House;
use crate::story::sits_down;

const MINUTE: i64 = 60_000;
const PASSWORD: &str = "seven grey cranes over the lake";
const SAVED: &str = "document.getElementById('save').dataset.state === 'saved'";
const UNSAVED: &str = "document.getElementById('save').dataset.state === 'unsaved'";

fn runtime() -> Runtime {
    Builder::new_multi_thread().enable_all().build().unwrap()
}

#[test]
fn a_candidate_loses_nothing_whatever_breaks() {
    let Some(driver) = Driver::start() else { return };
    let server = runtime();
    let house = server.block_on(House::on_sqlite());
    let story = runtime();
    let room = story.block_on(Hall::of(&house, &driver));
    story.block_on(async {
        room.practises().await;
        room.begins().await;
        room.opens_a_second_window().await;
        room.loses_the_network().await;
    });
    server.shutdown_background();
    story.block_on(room.works_without_a_server());
    let server = runtime();
    let house = server.block_on(house.opened_again());
    story.block_on(room.is_served_again());
    server.shutdown_background();
    story.block_on(room.loses_the_tab_as_well());
    let server = runtime();
    let house = server.block_on(house.opened_again());
    story.block_on(async {
        room.comes_back().await;
        room.is_paused(&house).await;
        room.hands_in(&house).await;
        room.desk.closes().await;
        room.terminal.closes().await;
    });
    drop(house);
}

struct Hall {
    cast: Cast,
    sessions: Sessions,
    ticket: (String, String),
    desk: Browser,
    terminal: Browser,
}

impl Hall {
    async fn of(house: &House, driver: &Driver) -> Self {
        let cast = Cast::of(house).await;
        let batch = open_batch(&cast).await;
        let mut applications = Vec::new();
        for (serial, name) in ["艾达", "贲本", "蔡辰", "丁冬", "鄂尔"].into_iter().enumerate() {
            applications.push(register(&cast, &batch, name, u32::try_from(serial + 1).unwrap()).await);
        }
        approve(&cast, &batch, &applications).await;
        let sessions = prepare_sessions(&cast, &batch).await;
        house.clock.advance(30 * MINUTE);
        for other in &applications[1..4] {
            sits_down(house, &sessions, other).await;
        }
        let ticket = sessions.tickets[&applications[0]].clone();
        Self {
            cast,
            sessions,
            ticket,
            desk: driver.browser(&house.url, 1366, 768).await,
            terminal: driver.browser(&house.url, 1366, 768).await,
        }
    }

    fn room(&self) -> String {
        format!("/rooms/{}", self.sessions.theory)
    }

    /// Before the examination, on a paper that has nothing of any bank.
    async fn practises(&self) {
        let terminal = &self.terminal;
        terminal.goes("/exam").await;
        terminal.types("input[name=ticket]", &self.ticket.0).await;
        terminal.types("input[name=code]", &self.ticket.1).await;
        terminal.clicks("form button.primary").await;
        terminal.arrives("/exam/confirm").await;
        terminal.clicks("form:has(input[value=true]) button").await;
        terminal.arrives("/exam/wait").await;
        terminal.clicks("a[href=\"/exam/practice\"]").await;
        terminal.arrives("/exam/practice").await;
        terminal.sees(".question").await;
        terminal
            .clicks(".question:not([hidden]) label:has(> input[value=C])")
            .await;
        terminal.waits(SAVED).await;
        terminal.picture("room-01-practice").await;
        terminal.clicks("#practice a").await;
        terminal.arrives("/exam/wait").await;
    }

    async fn begins(&self) {
        let desk = &self.desk;
        desk.goes("/sign-in").await;
        desk.types("input[name=login]", "invigilator").await;
        desk.types("input[name=password]", PASSWORD).await;
        desk.clicks("form button.primary").await;
        desk.waits("document.querySelector(\"form[action='/do/sign-out']\")")
            .await;
        desk.goes(&self.room()).await;
        desk.picture("room-02-planned").await;
        desk.clicks_and_confirms("form[action$=\"/start\"] button").await;
        desk.sees("form[action$=\"/close\"]").await;
        desk.clicks_and_confirms(".room-acts form[action$=\"/check-in\"] button")
            .await;
        desk.waits("document.querySelectorAll('#map .checked_in').length === 4")
            .await;
        let terminal = &self.terminal;
        terminal.clicks("#start").await;
        terminal.arrives("/exam/paper").await;
        self.answers(1).await;
        terminal.waits(SAVED).await;
        // The console hears of it by itself, and the most urgent stands first.
        desk.waits("document.querySelectorAll('#map .working').length === 1")
            .await;
        desk.waits("document.querySelectorAll('#troubles li').length === 4")
            .await;
        desk.clicks("#map .seat.working").await;
        desk.sees(".seat-panel .person").await;
        desk.picture("room-03-console").await;
        desk.dark(true).await;
        desk.picture("room-04-console-dark").await;
        desk.resize(820, 1180).await;
        desk.picture("room-05-console-tablet-dark").await;
        desk.dark(false).await;
        desk.picture("room-06-console-tablet").await;
        desk.resize(1366, 768).await;
    }

    /// Chooses the first option of a question, by the palette.
    async fn answers(&self, number: u32) {
        let terminal = &self.terminal;
        terminal
            .clicks(&format!("#palette-groups [data-number=\"{number}\"]"))
            .await;
        let card = format!(".question[data-number=\"{number}\"]");
        terminal.clicks(&format!("{card} label.option")).await;
        terminal
            .waits(&format!("document.querySelector('{card} input').checked"))
            .await;
    }

    /// What the server has.
    async fn stored(&self) -> usize {
        let board = self
            .cast
            .invigilator
            .sees(&format!("/sessions/{}/board", self.sessions.theory))
            .await
            .ok();
        let seats = board["seats"].as_array().unwrap();
        let answered = seats
            .iter()
            .find(|seat| seat["ticket"] == self.ticket.0.as_str())
            .unwrap();
        usize::try_from(answered["answered"].as_i64().unwrap()).unwrap()
    }

    async fn opens_a_second_window(&self) {
        let terminal = &self.terminal;
        let first = terminal.window().await;
        terminal.opens_a_tab().await;
        terminal.goes("/exam/paper").await;
        let told = terminal.sees("#frozen").await;
        assert!(told.contains("另一个窗口"), "{told}");
        assert_eq!(terminal.counts(".question").await, 0, "a second window shows no paper");
        terminal.picture("room-07-second-window").await;
        terminal.closes_the_tab().await;
        terminal.looks_at(&first).await;
        self.answers(2).await;
        terminal.waits(SAVED).await;
        assert_eq!(self.stored().await, 2);
    }

    async fn loses_the_network(&self) {
        let terminal = &self.terminal;
        terminal.offline(true).await;
        self.answers(3).await;
        terminal.waits(UNSAVED).await;
        let told = terminal.sees("#notice").await;
        assert!(told.contains("连接中断"), "{told}");
        assert_eq!(self.stored().await, 2, "what is not acknowledged is not called saved");
        terminal.snap("room-08-network-off").await;
        terminal.offline(false).await;
        terminal.waits(SAVED).await;
        terminal
            .waits("document.getElementById('connection').dataset.state === 'online'")
            .await;
        terminal.snap("room-09-network-on").await;
        assert_eq!(self.stored().await, 3);
    }

    async fn works_without_a_server(&self) {
        self.answers(4).await;
        self.answers(5).await;
        self.terminal.waits(UNSAVED).await;
        self.terminal.snap("room-10-server-killed").await;
        self.desk.waits("!document.getElementById('stale').hidden").await;
        self.desk.snap("room-11-console-without-server").await;
    }

    async fn is_served_again(&self) {
        self.terminal.waits(SAVED).await;
        self.terminal.snap("room-12-server-restarted").await;
        assert_eq!(self.stored().await, 5);
        self.desk.waits("document.getElementById('stale').hidden").await;
    }

    /// The tab goes with an answer that the server never had: only the browser kept it.
    async fn loses_the_tab_as_well(&self) {
        let terminal = &self.terminal;
        let first = terminal.window().await;
        self.answers(6).await;
        terminal.waits(UNSAVED).await;
        terminal.opens_a_tab().await;
        let second = terminal.window().await;
        terminal.looks_at(&first).await;
        terminal.closes_the_tab().await;
        terminal.looks_at(&second).await;
    }

    async fn comes_back(&self) {
        let terminal = &self.terminal;
        assert_eq!(self.stored().await, 5);
        terminal.goes("/exam/paper").await;
        let told = terminal.sees("#notice").await;
        assert!(told.contains("找回了"), "{told}");
        terminal.waits(SAVED).await;
        terminal.snap("room-13-tab-reopened").await;
        assert_eq!(self.stored().await, 6);
    }

    async fn is_paused(&self, house: &House) {
        let (desk, terminal) = (&self.desk, &self.terminal);
        desk.waits("document.getElementById('stale').hidden").await;
        desk.forgives().await;
        desk.goes(&self.room()).await;
        desk.clicks(".room-acts details:has(form[action$=\"/pause\"]) summary")
            .await;
        desk.types("form[action$=\"/pause\"] input[name=reason]", "停电").await;
        desk.picture("room-14-pause").await;
        desk.clicks(".room-acts form[action$=\"/pause\"] button").await;
        desk.sees(".room-acts details:has(form[action$=\"/resume\"])").await;
        terminal.sees("#pause").await;
        assert_eq!(
            terminal
                .asks("document.getElementById('paper').checkVisibility()")
                .await,
            false
        );
        terminal.snap("room-15-paused").await;
        desk.goes(&format!("{}/wall", self.room())).await;
        desk.waits("document.body.classList.contains('paused')").await;
        desk.picture("room-16-wall-paused").await;
        house.clock.advance(10 * MINUTE);
        let reason = json!({ "reason": "来电" });
        let path = format!("/sessions/{}/resume", self.sessions.theory);
        self.cast.invigilator.does(&path, reason).await.ok();
        terminal.sees("#paper").await;
        desk.waits("!document.body.classList.contains('paused')").await;
        desk.picture("room-17-wall").await;
        // A terminal that nobody hears for five minutes.
        house.clock.advance(5 * MINUTE);
        terminal.waits(SAVED).await;
        self.answers(7).await;
        terminal.waits(SAVED).await;
        desk.goes(&format!("{}/outages", self.room())).await;
        desk.sees("form[action$=\"/outages\"] button").await;
        desk.types("form[action$=\"/outages\"] input[name=reason]", "交换机断电")
            .await;
        desk.clicks("form[action$=\"/outages\"] button").await;
        desk.sees(".tag.warn").await;
        desk.picture("room-18-outages").await;
        let path = format!("/sessions/{}/outages", self.sessions.theory);
        let outages = self.cast.officer.sees(&path).await.ok();
        let proposals: Vec<Value> = outages["proposals"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["proposal"].clone())
            .collect();
        let decision = json!({ "proposals": proposals, "decision": "approve", "reason": "情况属实" });
        self.cast.officer.does(&format!("{path}/decide"), decision).await.ok();
    }

    async fn hands_in(&self, house: &House) {
        let terminal = &self.terminal;
        house.clock.advance(5 * MINUTE);
        terminal.clicks("#review").await;
        terminal
            .waits("document.getElementById('hand-in').disabled === false")
            .await;
        terminal.clicks("#hand-in").await;
        terminal.clicks("#hand-in-sure").await;
        terminal.arrives("/exam/done").await;
        let code = terminal.sees("#done strong code").await;
        terminal.snap("room-19-receipt").await;
        terminal.goes(&format!("/receipt?code={code}")).await;
        let found = terminal.sees(".notice.good").await;
        assert!(found.contains("一致"), "{found}");
        terminal.snap("room-20-receipt-checked").await;
    }
}
