//! `rehearse --bench`: what a durable save costs beside an empty request, and what writing together brings, in one run.
//!
//! Closed loop: every candidate asks again as soon as it was answered. Hellos and saves take turns; CPU is of the server
//! and the players together. A second server writes each save in a transaction of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use indicatif::ProgressBar;
use serde::Serialize;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use super::super::{Failure, say};
use super::PlayArguments;
use super::candidate::{Candidate, GaveUp};
use super::machine::{DiskProbe, cpu_ms, resident_kb};
use super::server::{Server, Wanted};
use super::sheet::{DiskLine, decimal, ms};
use super::tally::{Kind, Tally};
use super::wire::Line;

/// Hellos and saves take this many turns.
const ROUNDS: usize = 3;
/// More connections than this do not make single transactions faster.
const MOST_SINGLE: usize = 1_000;
/// So many sit down at once.
const SITTING_DOWN: usize = 64;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    Idle,
    Hello,
    Save,
    Over,
}

/// What one kind of request came to.
#[derive(Debug, Default, Clone, Serialize)]
struct Cost {
    /// How many.
    done: u64,
    /// In how long.
    ms: u64,
    /// CPU of the server.
    server_cpu_ms: u64,
    /// CPU of the players.
    players_cpu_ms: u64,
}

impl Cost {
    fn a_second(&self) -> u64 {
        self.done * 1_000 / self.ms.max(1)
    }

    fn us(&self, cpu_ms: u64) -> u64 {
        cpu_ms * 1_000 / self.done.max(1)
    }

    fn each_us(&self) -> u64 {
        self.us(self.server_cpu_ms + self.players_cpu_ms)
    }

    fn add(&mut self, other: &Self) {
        self.done += other.done;
        self.ms += other.ms;
        self.server_cpu_ms += other.server_cpu_ms;
        self.players_cpu_ms += other.players_cpu_ms;
    }
}

/// The figures of a run.
#[derive(Debug, Serialize)]
struct Figures {
    engine: &'static str,
    connections: usize,
    hello: Cost,
    save: Cost,
    one_by_one: Cost,
    one_by_one_connections: usize,
    /// Saves beside so many attempts of earlier examinations.
    past: u64,
    with_past: Cost,
    /// CPU of a save with them ÷ without, in thousandths.
    past_to_none_thousandths: u64,
    save_p50_us: u64,
    save_p99_us: u64,
    hello_p99_us: u64,
    /// CPU of a hello ÷ CPU of a save, in thousandths.
    hello_to_save_thousandths: u64,
    /// Saves a second together ÷ saves a second one by one, in thousandths.
    together_to_single_thousandths: u64,
    memory_each_bytes: Option<u64>,
    disk: DiskLine,
    compared: u64,
    lost: u64,
    errors: u64,
    first_error: Option<String>,
}

pub(super) fn bench(arguments: &PlayArguments, bar: &ProgressBar) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let figures = runtime.block_on(measure(arguments, bar))?;
    bar.finish_and_clear();
    if arguments.json {
        say(&serde_json::to_string_pretty(&figures)?);
    } else {
        say(&table(&figures));
    }
    if figures.lost == 0 && figures.errors == 0 {
        Ok(())
    } else {
        Err(Failure::silent(1))
    }
}

/// A server with its candidates seated and started.
struct Hall {
    server: Server,
    tally: Arc<Tally>,
    turn: watch::Sender<Turn>,
    busy: Arc<AtomicUsize>,
    seated: Vec<JoinHandle<Result<Candidate, GaveUp>>>,
    before_kb: Option<u64>,
}

async fn measure(arguments: &PlayArguments, bar: &ProgressBar) -> Result<Figures, Failure> {
    let connections = arguments.candidates;
    let single = connections.min(MOST_SINGLE);
    let wanted = Wanted {
        candidates: connections,
        database_url: arguments.database_url.as_deref(),
        one_by_one: false,
        past: 0,
        below: arguments.folder.as_deref(),
    };
    let alone = Wanted {
        candidates: single,
        database_url: None,
        one_by_one: true,
        ..wanted.clone()
    };
    let full = Wanted {
        database_url: None,
        past: arguments.past,
        ..wanted.clone()
    };
    let full = match arguments.past {
        0 => None,
        _ => Some(Hall::open(&full, bar).await?),
    };
    let together = Hall::open(&wanted, bar).await?;
    let alone = Hall::open(&alone, bar).await?;
    let probe = DiskProbe::begin(&together.data(), Duration::ZERO)?;
    sleep(Duration::from_secs(2)).await;
    let disk = probe.end();
    let turn = Duration::from_secs(arguments.seconds.clamp(1, 30));
    let [mut hello, mut save, mut one_by_one, mut with_past] = [(); 4].map(|()| Cost::default());
    for round in 1..=ROUNDS {
        bar.set_message(format!("round {round} of {ROUNDS}"));
        hello.add(&together.takes(Turn::Hello, turn).await);
        save.add(&together.takes(Turn::Save, turn).await);
        one_by_one.add(&alone.takes(Turn::Save, turn).await);
        if let Some(full) = &full {
            with_past.add(&full.takes(Turn::Save, turn).await);
        }
    }
    let memory = together.memory_each();
    let tally = together.tally.clone();
    together.close().await?;
    alone.close().await?;
    if let Some(full) = full {
        full.close().await?;
    }
    Ok(Figures {
        engine: if arguments.database_url.is_some() {
            "postgresql"
        } else {
            "sqlite"
        },
        connections,
        hello_to_save_thousandths: hello.each_us() * 1_000 / save.each_us().max(1),
        together_to_single_thousandths: save.a_second() * 1_000 / one_by_one.a_second().max(1),
        past: arguments.past,
        past_to_none_thousandths: with_past.each_us() * 1_000 / save.each_us().max(1),
        with_past,
        hello,
        save,
        one_by_one,
        one_by_one_connections: single,
        save_p50_us: tally.of(Kind::Save).times.quantile(500),
        save_p99_us: tally.of(Kind::Save).times.quantile(990),
        hello_p99_us: tally.of(Kind::Hello).times.quantile(990),
        memory_each_bytes: memory,
        disk: DiskLine::of(&disk),
        compared: tally.compared.load(SeqCst),
        lost: tally.lost.load(SeqCst),
        errors: tally.errors(),
        first_error: tally.first_error.get().cloned(),
    })
}

impl Hall {
    async fn open(wanted: &Wanted<'_>, bar: &ProgressBar) -> Result<Self, Failure> {
        let server = Server::start(wanted, &|step| bar.set_message(format!("preparing: {step}")))?;
        bar.set_message("sitting down");
        let before_kb = server.own.as_ref().and_then(|own| resident_kb(own.process()));
        let tally = Arc::<Tally>::default();
        let (turn, turns) = watch::channel(Turn::Idle);
        let busy = Arc::new(AtomicUsize::new(0));
        let door = Arc::new(Semaphore::new(SITTING_DOWN));
        let of = u32::try_from(server.tickets.len()).unwrap_or(u32::MAX);
        let mut seated = Vec::with_capacity(server.tickets.len());
        for (ticket, place) in server.tickets.iter().zip(0_u32..) {
            let mut one = Candidate::new(ticket.clone(), Line::to(server.address), (place, of), tally.clone());
            let (door, turns, busy) = (door.clone(), turns.clone(), busy.clone());
            busy.fetch_add(1, SeqCst);
            seated.push(tokio::spawn(async move {
                let through = door.acquire().await;
                one.signs_in().await?;
                one.confirms().await?;
                one.starts().await?;
                drop(through);
                busy.fetch_sub(1, SeqCst);
                one.takes_turns(turns, &busy).await.map(|()| one)
            }));
        }
        let hall = Self {
            server,
            tally,
            turn,
            busy,
            seated,
            before_kb,
        };
        hall.all_idle().await;
        Ok(hall)
    }

    fn data(&self) -> std::path::PathBuf {
        self.server
            .own
            .as_ref()
            .map_or_else(std::env::temp_dir, super::server::Own::data)
    }

    fn process(&self) -> u32 {
        self.server.own.as_ref().map_or(0, super::server::Own::process)
    }

    fn memory_each(&self) -> Option<u64> {
        let more = resident_kb(self.process())?.saturating_sub(self.before_kb?);
        Some(more * 1_024 / u64::try_from(self.server.tickets.len()).ok()?.max(1))
    }

    async fn all_idle(&self) {
        let given_up = || usize::try_from(self.tally.gave_up.load(SeqCst)).unwrap_or(usize::MAX);
        while self.busy.load(SeqCst) > given_up() {
            sleep(Duration::from_millis(5)).await;
        }
    }

    /// Everybody asks for one turn.
    async fn takes(&self, turn: Turn, time: Duration) -> Cost {
        let kind = if turn == Turn::Hello { Kind::Hello } else { Kind::Save };
        let count = &self.tally.of(kind).times;
        let cpu = |process| cpu_ms(process).unwrap_or(0);
        let (process, me) = (self.process(), std::process::id());
        let before = (count.number(), cpu(process), cpu(me), Instant::now());
        self.turn.send_replace(turn);
        sleep(time).await;
        self.turn.send_replace(Turn::Idle);
        // Let those who woke late see it.
        sleep(Duration::from_millis(20)).await;
        self.all_idle().await;
        Cost {
            done: count.number() - before.0,
            ms: u64::try_from(before.3.elapsed().as_millis()).unwrap_or(u64::MAX),
            server_cpu_ms: cpu(process) - before.1,
            players_cpu_ms: cpu(me) - before.2,
        }
    }

    async fn close(self) -> Result<(), Failure> {
        self.turn.send_replace(Turn::Over);
        let mut back = Vec::with_capacity(self.seated.len());
        for one in self.seated {
            back.extend(one.await?.ok());
        }
        super::play::compare(back).await
    }
}

impl Candidate {
    /// Does what everybody does, until it is over.
    async fn takes_turns(&mut self, mut turns: watch::Receiver<Turn>, busy: &AtomicUsize) -> Result<(), GaveUp> {
        loop {
            let turn = *turns.borrow_and_update();
            match turn {
                Turn::Over => return Ok(()),
                Turn::Idle => {
                    if turns.changed().await.is_err() {
                        return Ok(());
                    }
                }
                Turn::Hello | Turn::Save => {
                    busy.fetch_add(1, SeqCst);
                    while *turns.borrow() == turn {
                        if turn == Turn::Hello {
                            self.says_hello().await?;
                        } else {
                            self.saves_one().await?;
                        }
                    }
                    busy.fetch_sub(1, SeqCst);
                }
            }
        }
    }
}

fn table(figures: &Figures) -> String {
    let line = |name: &str, cost: &Cost| {
        format!(
            "{name:<22}{:>9}/s   CPU {:>4} us = server {} + players {}",
            cost.a_second(),
            cost.each_us(),
            cost.us(cost.server_cpu_ms),
            cost.us(cost.players_cpu_ms)
        )
    };
    let past = format!(
        "CPU save with {} earlier attempts / without {}",
        figures.past,
        decimal(figures.past_to_none_thousandths)
    );
    let mut lines = vec![
        format!("{} connections, {}", figures.connections, figures.engine),
        line("hello", &figures.hello),
        line("save", &figures.save),
        line(
            &format!("one by one ({})", figures.one_by_one_connections),
            &figures.one_by_one,
        ),
        format!("CPU hello / CPU save  {}", decimal(figures.hello_to_save_thousandths)),
        format!(
            "together / one by one {}",
            decimal(figures.together_to_single_thousandths)
        ),
        format!(
            "save p50 {} ms, p99 {} ms; hello p99 {} ms; fdatasync p50 {} ms, p99 {} ms",
            ms(figures.save_p50_us),
            ms(figures.save_p99_us),
            ms(figures.hello_p99_us),
            ms(figures.disk.p50_us),
            ms(figures.disk.p99_us)
        ),
        format!(
            "memory {} kB / connection",
            decimal(figures.memory_each_bytes.unwrap_or(0) * 1_000 / 1_024)
        ),
        format!(
            "lost {} of {} compared, {} errors {}",
            figures.lost,
            figures.compared,
            figures.errors,
            figures.first_error.as_deref().unwrap_or_default()
        ),
    ];
    if figures.past > 0 {
        lines.extend([line("save, full database", &figures.with_past), past]);
    }
    lines.join("\n")
}
