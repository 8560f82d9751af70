//! How many answers a second are saved durably, beside the same server saying hello: `cargo bench --bench saves`.
//!
//! A real server on SQLite in a temporary folder, 200 candidates with a kept-alive connection each, closed loop: each asks
//! again as soon as it was answered. Hello (`GET /healthz`) and saves take turns in the same run, and at the end every
//! acknowledged answer is looked for. The candidates share the cores with the server, so that both rates are floors; what
//! carries over to another machine is their ratio.

#![expect(
    clippy::print_stdout,
    clippy::float_arithmetic,
    clippy::cast_precision_loss,
    reason = "a measurement prints rates"
)]

mod hall;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use hall::{Candidate, Failure, Hall};

const CANDIDATES: usize = 200;
const ROUNDS: usize = 3;
const ROUND: Duration = Duration::from_secs(5);

fn main() -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(measure())
}

/// What one kind of request came to.
#[derive(Default)]
struct Tally {
    times: Vec<Duration>,
    spent: Duration,
    refused: usize,
}

impl Tally {
    fn rate(&self) -> f64 {
        self.times.len() as f64 / self.spent.as_secs_f64()
    }

    /// The time below which so many of a hundred requests stayed, in milliseconds.
    fn percentile(&mut self, percent: usize) -> f64 {
        self.times.sort_unstable();
        let place = self.times.len() * percent / 100;
        let time = self.times.get(place).or(self.times.last()).copied();
        time.unwrap_or_default().as_secs_f64() * 1000.0
    }
}

async fn measure() -> Result<(), Failure> {
    let began = Instant::now();
    let hall = Hall::open(CANDIDATES).await?;
    let mut seated: Vec<Seated> = hall.candidates.iter().cloned().map(Seated::new).collect();
    println!("hall of {CANDIDATES} ready and started in {:.1?}", began.elapsed());
    let (mut hello, mut saves) = (Tally::default(), Tally::default());
    for number in 1..=ROUNDS {
        let before = (hello.times.len(), saves.times.len());
        seated = round(seated, Turn::Hello, &mut hello).await?;
        seated = round(seated, Turn::Save, &mut saves).await?;
        println!(
            "round {number}: {} hellos, {} saves",
            hello.times.len() - before.0,
            saves.times.len() - before.1
        );
    }
    println!("hello         {:>9.0} a second", hello.rate());
    println!("saves         {:>9.0} a second, one answer each", saves.rate());
    println!("ratio         {:>9.3} (saves / hello)", saves.rate() / hello.rate());
    let halves = [hello.percentile(50), saves.percentile(50)];
    println!(
        "hello         {:>9.2} ms half below, {:.2} ms 99 of 100 below",
        halves[0],
        hello.percentile(99)
    );
    println!(
        "saves         {:>9.2} ms half below, {:.2} ms 99 of 100 below",
        halves[1],
        saves.percentile(99)
    );
    println!("refused       {:>9} hellos, {} saves", hello.refused, saves.refused);
    let (kept, lost) = compare(&seated).await?;
    println!(
        "acknowledged  {:>9} saves; of {kept} last values {lost} are missing",
        saves.times.len()
    );
    if lost > 0 {
        return Err("an acknowledged answer is missing".into());
    }
    Ok(())
}

#[derive(Clone, Copy)]
enum Turn {
    Hello,
    Save,
}

/// A candidate, and what the server said it has.
struct Seated {
    candidate: Candidate,
    sent: usize,
    acknowledged: BTreeMap<i64, (i64, String)>,
}

/// Everybody asks for one round; their times go to the tally.
async fn round(seated: Vec<Seated>, turn: Turn, tally: &mut Tally) -> Result<Vec<Seated>, Failure> {
    let began = Instant::now();
    let until = began + ROUND;
    let working: Vec<_> = seated
        .into_iter()
        .map(|mut one| {
            tokio::spawn(async move {
                let mut own = Tally::default();
                while Instant::now() < until {
                    let asked = Instant::now();
                    if one.asks(turn).await? {
                        own.times.push(asked.elapsed());
                    } else {
                        own.refused += 1;
                    }
                }
                Ok::<_, Failure>((one, own))
            })
        })
        .collect();
    let mut back = Vec::with_capacity(working.len());
    for one in working {
        let (one, own) = one.await??;
        tally.times.extend(own.times);
        tally.refused += own.refused;
        back.push(one);
    }
    tally.spent += began.elapsed();
    Ok(back)
}

impl Seated {
    fn new(candidate: Candidate) -> Self {
        Self {
            candidate,
            sent: 0,
            acknowledged: BTreeMap::new(),
        }
    }

    /// One request; whether it was answered well.
    async fn asks(&mut self, turn: Turn) -> Result<bool, Failure> {
        match turn {
            Turn::Hello => self.candidate.says_hello().await,
            Turn::Save => self.saves_one().await,
        }
    }

    /// Changes the next answer, paper after paper, and keeps what was acknowledged.
    async fn saves_one(&mut self) -> Result<bool, Failure> {
        let questions = &self.candidate.questions;
        let (number, values) = &questions[self.sent % questions.len()];
        let revision = i64::try_from(1 + self.sent / questions.len())?;
        let value = values[self.sent / questions.len() % values.len()].clone();
        let number = *number;
        self.sent += 1;
        let Some(saved) = self.candidate.saves(number, &value, revision).await? else {
            return Ok(false);
        };
        let ack = &saved["answers"][0];
        if ack["revision"] != revision || ack["clash"] != false {
            return Err(format!("an odd acknowledgement: {saved}").into());
        }
        self.acknowledged.insert(number, (revision, value));
        Ok(true)
    }
}

/// How many last values were acknowledged, and how many of them the server does not give back. A save that was refused
/// or not answered may be stored nevertheless: a higher revision is no loss.
async fn compare(seated: &[Seated]) -> Result<(usize, usize), Failure> {
    let (mut kept, mut lost) = (0, 0);
    for one in seated {
        let stored = one.candidate.stored().await?;
        for (number, (revision, value)) in &one.acknowledged {
            kept += 1;
            let found = stored
                .get(number)
                .is_some_and(|(at, text)| at > revision || (at == revision && text == value));
            lost += usize::from(!found);
        }
    }
    Ok((kept, lost))
}
