//! Random histories: saves duplicated, reordered, replayed and at once, two terminals, take-overs and submits, against
//! what must hold of all of them. The number of a history is its seed. `JIANDING_ROUNDS` makes a hundred times as many.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

use super::*;
use crate::kernel::{MINUTE, ManualClock, SeededEntropy};
use crate::store::sitting::answers;
use crate::store::sitting::fixture;

const BEGIN: Timestamp = Timestamp::from_millis(1_780_000_000_000);
/// So many questions are answered, in so few revisions and values that histories collide often.
const NUMBERS: u32 = 3;
const REVISIONS: u32 = 5;
const VALUES: [&str; 3] = ["A", "B", ""];
const STEPS: u32 = 24;
/// Histories that run beside each other, so that they share transactions.
const BESIDE: usize = 64;

fn histories(daily: u64) -> u64 {
    #[expect(clippy::disallowed_methods, reason = "tests have no settings file")]
    let rounds = std::env::var("JIANDING_ROUNDS").ok();
    rounds
        .and_then(|text| text.parse::<u64>().ok())
        .map_or(daily, |rounds| rounds * 100)
}

struct Hall {
    _folder: tempfile::TempDir,
    store: Store,
    desk: AnswerDesk,
    attempts: Vec<AttemptId>,
}

async fn hall(seats: u64) -> Hall {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open_file(&folder.path().join("exam.db")).await.unwrap();
    let dice = Arc::new(SeededEntropy::new(1));
    let code = |seat: i64| Digest::of(&seat.to_le_bytes());
    let seats = i64::try_from(seats).unwrap();
    let hall = fixture::hall(&store, dice.as_ref(), BEGIN, seats, code).await;
    let attempts: Vec<_> = hall.seats.iter().map(|(_, attempt)| *attempt).collect();
    for attempt in &attempts {
        fixture::open(&store, *attempt, lease(0), BEGIN, 90 * MINUTE).await;
    }
    let clock = ManualClock::at(BEGIN + 40 * MINUTE);
    let desk = AnswerDesk::start(store.clone(), Arc::new(clock), dice, Keys::from_secret([7; 32]));
    Hall {
        _folder: folder,
        store,
        desk,
        attempts,
    }
}

fn lease(terminal: u32) -> Digest {
    Digest::of(&terminal.to_le_bytes())
}

/// What one history has seen.
#[derive(Default)]
struct Seen {
    /// Acknowledged: number, revision, value.
    kept: Vec<(i64, i64, String)>,
    /// Told that another value stands there.
    clashes: Vec<(i64, i64, String)>,
    receipt: Option<Receipt>,
}

struct History<'h> {
    seed: u64,
    hall: &'h Hall,
    attempt: AttemptId,
    dice: ChaCha20Rng,
    seen: Seen,
}

impl<'h> History<'h> {
    fn new(seed: u64, hall: &'h Hall) -> Self {
        Self {
            seed,
            hall,
            attempt: hall.attempts[usize::try_from(seed).unwrap()],
            dice: ChaCha20Rng::seed_from_u64(seed),
            seen: Seen::default(),
        }
    }

    fn throw(&mut self, sides: u32) -> u32 {
        self.dice.next_u32() % sides
    }

    fn answers(&mut self) -> Vec<Answer> {
        let many = 1 + self.throw(3);
        let one = |history: &mut Self| Answer {
            number: i64::from(1 + history.throw(NUMBERS)),
            revision: i64::from(1 + history.throw(REVISIONS)),
            value: VALUES[usize::try_from(history.throw(3)).unwrap()].to_owned(),
            flagged: false,
        };
        (0..many).map(|_| one(self)).collect()
    }

    /// Sends from this terminal and notes what was said. Only the terminal that holds the lease may be heard.
    async fn sends(&mut self, terminal: u32, holder: u32, answers: Vec<Answer>) {
        let told = self
            .hall
            .desk
            .save(self.attempt, lease(terminal), answers.clone())
            .await;
        self.hears(terminal, holder, &answers, told);
    }

    fn hears(&mut self, terminal: u32, holder: u32, sent: &[Answer], told: Result<Saved, Refusal>) {
        let seed = self.seed;
        match told {
            Ok(saved) => {
                assert_eq!(
                    terminal, holder,
                    "history {seed}: a terminal without the lease was heard"
                );
                assert!(self.seen.receipt.is_none(), "history {seed}: saved after handing in");
                for (answer, ack) in sent.iter().zip(saved.answers) {
                    let told = (answer.number, answer.revision, answer.value.clone());
                    if ack.clash {
                        self.seen.clashes.push(told);
                    } else {
                        self.seen.kept.push(told);
                    }
                }
            }
            Err(Refusal::Rule(broken)) if broken.code == "second-terminal" => {
                assert_ne!(
                    terminal, holder,
                    "history {seed}: the terminal with the lease was refused"
                );
            }
            Err(Refusal::Rule(broken)) if broken.code == "attempt-closed" => {
                assert!(self.seen.receipt.is_some(), "history {seed}: closed before handing in");
            }
            Err(refusal) => panic!("history {seed}: {refusal}"),
        }
    }

    /// The invigilator releases; this terminal takes the lease. After everything that was sent before.
    async fn moves_to(&mut self, terminal: u32) {
        self.hall.desk.settle(self.attempt).await.unwrap();
        let mut tx = self.hall.store.write().await.unwrap();
        sitting::release(&mut tx, self.attempt).await.unwrap();
        sitting::take_lease(&mut tx, self.attempt, lease(terminal), BEGIN)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    async fn hands_in(&mut self, terminal: u32) {
        let told = self
            .hall
            .desk
            .submit(self.attempt, lease(terminal), 0, String::new())
            .await;
        let receipt = told.unwrap();
        if let Some(first) = &self.seen.receipt {
            assert_eq!(first, &receipt, "history {}: two receipts", self.seed);
        }
        self.seen.receipt = Some(receipt);
    }

    /// One terminal: a few requests are under way at once, some are sent twice, old ones come again.
    async fn of_one_terminal(mut self) -> Self {
        let mut old: Vec<Vec<Answer>> = Vec::new();
        for _ in 0..STEPS {
            let answers = self.answers();
            old.push(answers.clone());
            let again = old[usize::try_from(self.throw(u32::try_from(old.len()).unwrap())).unwrap()].clone();
            match self.throw(8) {
                0..3 => self.sends(0, 0, answers).await,
                3 => self.sends(0, 0, again).await,
                4..7 => {
                    let desk = &self.hall.desk;
                    let (first, second) = tokio::join!(
                        desk.save(self.attempt, lease(0), answers.clone()),
                        desk.save(self.attempt, lease(0), again.clone()),
                    );
                    self.hears(0, 0, &answers, first);
                    self.hears(0, 0, &again, second);
                }
                _ if self.throw(4) == 0 => self.hands_in(0).await,
                _ => {}
            }
        }
        self
    }

    /// Two terminals that both send, and a lease that moves.
    async fn of_two_terminals(mut self) -> Self {
        let mut holder = 0;
        for _ in 0..STEPS {
            let answers = self.answers();
            match self.throw(8) {
                0..3 => self.sends(0, holder, answers).await,
                3..6 => self.sends(1, holder, answers).await,
                6 => {
                    let other = self.answers();
                    let desk = &self.hall.desk;
                    let (first, second) = tokio::join!(
                        desk.save(self.attempt, lease(0), answers.clone()),
                        desk.save(self.attempt, lease(1), other.clone()),
                    );
                    self.hears(0, holder, &answers, first);
                    self.hears(1, holder, &other, second);
                }
                _ => {
                    holder = 1 - holder;
                    self.moves_to(holder).await;
                }
            }
        }
        self.hands_in(holder).await;
        self
    }

    /// What holds of every history, once it is over.
    async fn holds(&self) {
        let seed = self.seed;
        let mut connection = self.hall.store.read().await.unwrap();
        let stored = answers::of_attempt(&mut connection, self.attempt).await.unwrap();
        for (number, revision, value) in &self.seen.kept {
            let logged = answers::logged(&mut connection, self.attempt, *number, *revision).await;
            let logged = logged.unwrap().map(|(value, _)| value);
            assert_eq!(logged.as_ref(), Some(value), "history {seed}: not in the log");
            let latest = stored.iter().find(|row| row.number == *number).unwrap();
            assert!(
                latest.revision >= *revision,
                "history {seed}: overwritten by an older one"
            );
            if latest.revision == *revision {
                assert_eq!(&latest.value, value, "history {seed}: another value");
            }
        }
        for (number, revision, value) in &self.seen.clashes {
            let logged = answers::logged(&mut connection, self.attempt, *number, *revision).await;
            let (logged, _) = logged.unwrap().unwrap();
            assert_ne!(&logged, value, "history {seed}: called a clash and is none");
        }
        for row in &stored {
            let most = self
                .seen
                .kept
                .iter()
                .filter(|one| one.0 == row.number)
                .map(|one| one.1)
                .max();
            assert_eq!(most, Some(row.revision), "history {seed}: stored and not acknowledged");
        }
        if let Some(receipt) = &self.seen.receipt {
            let answered = stored.iter().filter(|row| !row.value.is_empty()).count();
            assert_eq!(
                receipt.answered,
                i64::try_from(answered).unwrap(),
                "history {seed}: the receipt"
            );
        }
    }
}

#[tokio::test]
async fn random_histories_of_one_terminal_keep_what_was_acknowledged() {
    let number = histories(300);
    let hall = hall(number).await;
    let seeds: Vec<u64> = (0..number).collect();
    let mut kept = 0;
    for beside in seeds.chunks(BESIDE) {
        let running = beside.iter().map(|seed| History::new(*seed, &hall).of_one_terminal());
        for history in together(running).await {
            history.holds().await;
            kept += history.seen.kept.len();
        }
    }
    assert!(
        kept > 10 * seeds.len(),
        "histories in which little was saved prove little"
    );
}

#[tokio::test]
async fn random_interleavings_of_two_terminals_are_never_blended() {
    let number = histories(100).min(2_000);
    let hall = hall(number).await;
    let seeds: Vec<u64> = (0..number).collect();
    for beside in seeds.chunks(BESIDE) {
        let running = beside.iter().map(|seed| History::new(*seed, &hall).of_two_terminals());
        for history in together(running).await {
            history.holds().await;
        }
    }
    let refused = fixture::number(
        &hall.store,
        "SELECT COUNT(*) FROM incident WHERE kind = 'stale_terminal'".to_owned(),
    );
    assert!(
        refused.await * 2 > i64::try_from(number).unwrap(),
        "most second terminals are recorded"
    );
}

/// All of them at once, on this thread.
async fn together<F: Future>(running: impl Iterator<Item = F>) -> Vec<F::Output> {
    let mut waiting: Vec<_> = running.map(|one| (Box::pin(one), None)).collect();
    std::future::poll_fn(move |context| {
        let mut ready = true;
        for (one, done) in &mut waiting {
            if done.is_none() {
                match one.as_mut().poll(context) {
                    std::task::Poll::Ready(output) => *done = Some(output),
                    std::task::Poll::Pending => ready = false,
                }
            }
        }
        if ready {
            std::task::Poll::Ready(waiting.iter_mut().filter_map(|(_, done)| done.take()).collect())
        } else {
            std::task::Poll::Pending
        }
    })
    .await
}
