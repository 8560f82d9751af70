//! A simulated candidate: signs in, starts, saves an answer every few seconds, reloads, loses the line, hands in, and
//! remembers what was acknowledged, to compare it with what the server has.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use serde::Deserialize;
use tokio::time::{Instant, sleep, sleep_until};

use super::prepare::Ticket;
use super::tally::{Kind, Tally};
use super::wire::{Line, Question, Reply};

/// How often one thing is tried before a candidate gives up.
const TRIES: u32 = 120;
/// How long a candidate waits after a line broke or the server said to wait.
const AGAIN: Duration = Duration::from_secs(1);
/// A terminal gives a sign of life this often when nothing is saved; here once for so many saves.
const HEARTBEAT_EVERY: u64 = 5;
/// One save of so many is followed by a reload, and one by a cut line.
const RELOAD_EVERY: u64 = 97;
const CUT_EVERY: u64 = 89;

/// When things happen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Day {
    /// The first sign-in.
    pub(super) doors: Instant,
    /// The first start.
    pub(super) begins: Instant,
    /// Nobody saves any more, and the first hands in.
    pub(super) ends: Instant,
    /// How long a wave lasts.
    pub(super) wave: Duration,
    /// Between two saves of one candidate.
    pub(super) pace: Duration,
}

/// What a candidate answers, by kind of question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    Single,
    TrueFalse,
    Multiple,
}

impl Style {
    fn value(self, revision: u32) -> &'static str {
        let values: &[&'static str] = match self {
            Self::Single => &["A", "B", "C", "D"],
            Self::TrueFalse => &["T", "F"],
            Self::Multiple => &["AB", "BC", "ACD", "BD", "ABCD"],
        };
        values[usize::try_from(revision).unwrap_or(0) % values.len()]
    }
}

#[derive(Debug, Deserialize)]
struct SignedIn {
    token: String,
}

#[derive(Debug, Deserialize)]
struct Paper {
    questions: Vec<PaperQuestion>,
}

#[derive(Debug, Deserialize)]
struct PaperQuestion {
    kind: String,
}

#[derive(Debug, Deserialize)]
struct Saved {
    answers: Vec<Ack>,
}

#[derive(Debug, Deserialize)]
struct Ack {
    revision: u32,
    clash: bool,
}

#[derive(Debug, Deserialize)]
struct State {
    demo: bool,
    answers: Vec<Stored>,
}

#[derive(Debug, Deserialize)]
struct Stored {
    number: usize,
    value: String,
    revision: u32,
}

#[derive(Debug, Deserialize)]
struct Receipt {
    answered: usize,
}

/// The candidate gave up: the tally has the reason.
#[derive(Debug)]
pub(super) struct GaveUp;

type Step<T> = Result<T, GaveUp>;

/// A simulated candidate.
pub(super) struct Candidate {
    /// Which of all, for its place in the waves.
    pub(super) place: u32,
    pub(super) of: u32,
    ticket: Ticket,
    line: Line,
    token: String,
    questions: Vec<Style>,
    /// The acknowledged revision of each question; 0 for none.
    acknowledged: Vec<u32>,
    saves: u64,
    tally: Arc<Tally>,
}

impl Candidate {
    /// The candidate with this ticket, at this place in the waves.
    pub(super) fn new(ticket: Ticket, line: Line, (place, of): (u32, u32), tally: Arc<Tally>) -> Self {
        Self {
            place,
            of,
            ticket,
            line,
            token: String::new(),
            questions: Vec::new(),
            acknowledged: Vec::new(),
            saves: 0,
            tally,
        }
    }

    /// Tells whether this server is a rehearsal's, by looking with this ticket.
    pub(super) async fn is_rehearsal(&mut self) -> Step<bool> {
        self.signs_in().await?;
        let state: State = self.sees(Kind::Compare, "/api/v1/terminal").await?;
        Ok(state.demo)
    }

    /// The whole day.
    pub(super) async fn sits(&mut self, day: &Day) -> Step<()> {
        let turn = day.wave * self.place / self.of.max(1);
        sleep_until(day.doors + turn).await;
        self.signs_in().await?;
        self.does::<serde_json::Value>(Kind::Confirm, "confirm", r#"{"right":true}"#)
            .await?;
        sleep_until(day.begins + turn).await;
        self.starts().await?;
        // Spread evenly, whenever the start was.
        let offset = day.pace * self.place / self.of.max(1);
        let mut next = Instant::now() + offset;
        while next < day.ends {
            sleep_until(next).await;
            self.saves_one().await?;
            self.lives().await?;
            // Who is late does not hurry: the next save comes when it would have come anyway.
            next = (next + day.pace).max(Instant::now());
        }
        sleep_until(day.ends + turn).await;
        self.hands_in().await
    }

    /// Signs in with the ticket.
    pub(super) async fn signs_in(&mut self) -> Step<()> {
        let body = format!(r#"{{"ticket":"{}","code":"{}"}}"#, self.ticket.number, self.ticket.code);
        let signed_in: SignedIn = self.does(Kind::SignIn, "sign-in", &body).await?;
        self.token = signed_in.token;
        Ok(())
    }

    /// Confirms, starts and fetches the paper.
    pub(super) async fn starts(&mut self) -> Step<()> {
        self.does::<serde_json::Value>(Kind::Start, "start", "{}").await?;
        let paper: Paper = self.sees(Kind::Paper, "/api/v1/terminal/paper").await?;
        let style = |question: &PaperQuestion| match question.kind.as_str() {
            "true_false" => Style::TrueFalse,
            "multiple" => Style::Multiple,
            _ => Style::Single,
        };
        self.questions = paper.questions.iter().map(style).collect();
        self.acknowledged = vec![0; self.questions.len()];
        Ok(())
    }

    /// Confirms the person; for who does not follow a day.
    pub(super) async fn confirms(&mut self) -> Step<()> {
        self.does::<serde_json::Value>(Kind::Confirm, "confirm", r#"{"right":true}"#)
            .await
            .map(|_| ())
    }

    /// Changes the next answer, question after question, and keeps what was acknowledged.
    pub(super) async fn saves_one(&mut self) -> Step<()> {
        let place = usize::try_from(self.saves).unwrap_or(0) % self.questions.len().max(1);
        let revision = self.acknowledged[place] + 1;
        self.saves += 1;
        self.saves(Kind::Save, place, revision).await
    }

    async fn saves(&mut self, kind: Kind, place: usize, revision: u32) -> Step<()> {
        let (number, value) = (place + 1, self.questions[place].value(revision));
        let body =
            format!(r#"{{"answers":[{{"number":{number},"value":"{value}","revision":{revision},"flagged":false}}]}}"#);
        let saved: Saved = self.does(kind, "answers", &body).await?;
        match saved.answers.as_slice() {
            [ack] if ack.revision >= revision && !ack.clash => {
                self.acknowledged[place] = self.acknowledged[place].max(revision);
                Ok(())
            }
            _ => self.gives_up(kind, &format!("an odd acknowledgement: {saved:?}")),
        }
    }

    /// What happens beside the saves: signs of life, reloads, lines that break.
    async fn lives(&mut self) -> Step<()> {
        let turn = self.saves + u64::from(self.place);
        if turn.is_multiple_of(HEARTBEAT_EVERY) {
            let _: serde_json::Value = self.sees(Kind::Heartbeat, "/api/v1/terminal?brief=true").await?;
        }
        if turn.is_multiple_of(RELOAD_EVERY) {
            self.compares(Kind::Reload).await?;
            let _: Paper = self.sees(Kind::Paper, "/api/v1/terminal/paper").await?;
        }
        if turn.is_multiple_of(CUT_EVERY) && self.saves > 0 {
            self.tally.cut.fetch_add(1, Relaxed);
            self.line.hang_up();
            let place = usize::try_from(self.saves - 1).unwrap_or(0) % self.questions.len().max(1);
            self.saves(Kind::Reconnect, place, self.acknowledged[place]).await?;
        }
        Ok(())
    }

    async fn hands_in(&mut self) -> Step<()> {
        let receipt: Receipt = self.does(Kind::Submit, "submit", "{}").await?;
        let answered = self.acknowledged.iter().filter(|revision| **revision > 0).count();
        if receipt.answered < answered {
            let missing = u64::try_from(answered - receipt.answered).unwrap_or(u64::MAX);
            self.tally.lost.fetch_add(missing, Relaxed);
        }
        Ok(())
    }

    /// Compares every acknowledged answer with what the server gives back. A save that was sent and not acknowledged
    /// may be there nevertheless: a higher revision is no loss, as long as it is one that was sent.
    pub(super) async fn compares(&mut self, kind: Kind) -> Step<()> {
        let state: State = self.sees(kind, "/api/v1/terminal").await?;
        let stored: BTreeMap<usize, &Stored> = state.answers.iter().map(|one| (one.number, one)).collect();
        for (place, revision) in self.acknowledged.iter().copied().enumerate() {
            if revision == 0 {
                continue;
            }
            self.tally.compared.fetch_add(1, Relaxed);
            let kept = stored
                .get(&(place + 1))
                .is_some_and(|one| one.revision >= revision && one.value == self.questions[place].value(one.revision));
            if !kept {
                self.tally.lost.fetch_add(1, Relaxed);
            }
        }
        Ok(())
    }

    /// The smallest question that the server answers.
    pub(super) async fn says_hello(&mut self) -> Step<()> {
        self.insists(Kind::Hello, "/healthz", None).await.map(|_| ())
    }

    async fn does<T: for<'d> Deserialize<'d>>(&mut self, kind: Kind, what: &str, body: &str) -> Step<T> {
        let reply = self
            .insists(kind, &format!("/api/v1/terminal/{what}"), Some(body))
            .await?;
        self.read(kind, &reply)
    }

    async fn sees<T: for<'d> Deserialize<'d>>(&mut self, kind: Kind, path: &str) -> Step<T> {
        let reply = self.insists(kind, path, None).await?;
        self.read(kind, &reply)
    }

    fn read<T: for<'d> Deserialize<'d>>(&self, kind: Kind, reply: &Reply) -> Step<T> {
        match serde_json::from_slice(&reply.body) {
            Ok(read) => Ok(read),
            Err(error) => self.gives_up(kind, &error.to_string()),
        }
    }

    /// Asks until it is answered well, as a terminal does: the time counts from the first try.
    async fn insists(&mut self, kind: Kind, path: &str, body: Option<&str>) -> Step<Reply> {
        let begun = Instant::now();
        let tally = self.tally.clone();
        let count = tally.of(kind);
        let mut wrong = String::new();
        for _ in 0..TRIES {
            let question = Question {
                path,
                body,
                token: &self.token,
            };
            match self.line.ask(&question).await {
                Ok(reply) if reply.status == 200 => {
                    count.times.count(begun.elapsed());
                    return Ok(reply);
                }
                Ok(reply) if reply.status == 503 => {
                    count.told_to_wait.fetch_add(1, Relaxed);
                    sleep(AGAIN).await;
                }
                Ok(reply) => {
                    count.errors.fetch_add(1, Relaxed);
                    let said = format!("{} {}", reply.status, String::from_utf8_lossy(&reply.body));
                    if reply.status < 500 {
                        return self.gives_up(kind, &said);
                    }
                    wrong = said;
                    sleep(AGAIN).await;
                }
                Err(error) => {
                    count.errors.fetch_add(1, Relaxed);
                    wrong = error.to_string();
                    sleep(AGAIN).await;
                }
            }
            self.notes(kind, &wrong);
        }
        self.gives_up(kind, &wrong)
    }

    fn notes(&self, kind: Kind, wrong: &str) {
        if !wrong.is_empty() {
            self.tally.first_error.get_or_init(|| format!("{kind:?}: {wrong}"));
        }
    }

    fn gives_up<T>(&self, kind: Kind, wrong: &str) -> Step<T> {
        self.notes(kind, wrong);
        self.tally.gave_up.fetch_add(1, Relaxed);
        Err(GaveUp)
    }
}
