//! Playing the day: everybody signs in, starts, saves and hands in at their time; then all is compared.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use indicatif::ProgressBar;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, sleep_until};

use super::super::Failure;
use super::PlayArguments;
use super::candidate::{Candidate, Day, GaveUp};
use super::machine::{DiskProbe, cpu_ms, resident_kb};
use super::server::{Own, Server};
use super::sheet::{DiskLine, Sheet, Steady};
use super::tally::{Kind, Tally, Times};
use super::wire::Line;

/// How long the disk is asked before anybody comes.
const QUIET: Duration = Duration::from_secs(2);
/// How often the disk is asked beside the saves: seldom, so that it costs them nothing.
const PROBE_PAUSE: Duration = Duration::from_millis(50);
/// From the doors to the first sign-in.
const SOON: Duration = Duration::from_millis(200);
/// So many read back at once at the end.
const READERS: usize = 64;

/// Refuses a server on which something counts.
async fn check(server: &Server) -> Result<(), Failure> {
    let Some(first) = server.tickets.first() else {
        return Ok(());
    };
    let tally = Arc::<Tally>::default();
    let mut guest = Candidate::new(first.clone(), Line::to(server.address), (0, 1), tally.clone());
    match guest.is_rehearsal().await {
        Ok(true) => Ok(()),
        Ok(false) => Err(Failure::new(
            "this server is not a rehearsal's: nothing was played. Start `jianding rehearse host` beside it",
        )),
        Err(GaveUp) => Err(Failure::new(tally.first_error.get().cloned().unwrap_or_default())),
    }
}

/// Plays everything; gives the sheet.
pub(super) async fn play(arguments: &PlayArguments, server: &mut Server, bar: &ProgressBar) -> Result<Sheet, Failure> {
    check(server).await?;
    let quiet = match &server.own {
        Some(own) => {
            bar.set_message("disk");
            let probe = DiskProbe::begin(&own.data(), Duration::ZERO)?;
            sleep(QUIET).await;
            Some(probe.end())
        }
        None => None,
    };
    let memory_before = server.own.as_ref().and_then(|own| resident_kb(own.process()));
    let wave = Duration::from_secs(arguments.wave);
    let doors = Instant::now() + SOON;
    let begins = doors + wave + SOON;
    let steady = begins + wave;
    let day = Day {
        doors,
        begins,
        ends: steady + Duration::from_secs(arguments.seconds),
        wave,
        pace: Duration::from_millis(arguments.pace),
    };
    let tally = Arc::<Tally>::default();
    let seated = seat(server, &day, &tally);
    let (show, hide) = (show(bar.clone(), tally.clone(), day), memory_before);
    let candidates = seated.len();
    let watched = watch(
        server.own.as_ref(),
        &tally,
        (steady, day.ends),
        candidates,
        arguments.pace,
    )
    .await?;
    let mut back = Vec::with_capacity(candidates);
    for one in seated {
        back.extend(one.await?);
    }
    show.abort();
    bar.set_message("comparing");
    compare(back).await?;
    bar.set_message("scoring");
    let scored = match &mut server.own {
        Some(own) => Some(own.settle()?),
        None => None,
    };
    let (steady, beside) = watched;
    let mut sheet = Sheet::of(&tally, candidates, steady);
    sheet.server = server.address.to_string();
    sheet.engine = if arguments.database_url.is_some() {
        "postgresql"
    } else {
        "sqlite"
    };
    sheet.disk_quiet = quiet.as_deref().map(DiskLine::of);
    sheet.disk_beside = beside.as_deref().map(DiskLine::of);
    sheet.memory_before_kb = hide;
    sheet.scored = scored.map(|(number, _)| number);
    sheet.scored_ms = scored.map(|(_, ms)| ms);
    sheet.decide();
    Ok(sheet)
}

type Back = JoinHandle<Option<Candidate>>;

/// Everybody, each to follow the day; who gave up does not come back.
fn seat(server: &Server, day: &Day, tally: &Arc<Tally>) -> Vec<Back> {
    let of = u32::try_from(server.tickets.len()).unwrap_or(u32::MAX);
    let places = server.tickets.iter().zip(0_u32..);
    let day = *day;
    places
        .map(|(ticket, place)| {
            let line = Line::to(server.address);
            let mut candidate = Candidate::new(ticket.clone(), line, (place, of), tally.clone());
            tokio::spawn(async move { candidate.sits(&day).await.ok().map(|()| candidate) })
        })
        .collect()
}

/// Looks on during the steady part: rate, CPU, memory, and the disk beside it.
async fn watch(
    own: Option<&Own>,
    tally: &Arc<Tally>,
    (from, until): (Instant, Instant),
    candidates: usize,
    pace: u64,
) -> Result<(Steady, Option<Arc<Times>>), Failure> {
    sleep_until(from).await;
    let probe = own.map(|own| DiskProbe::begin(&own.data(), PROBE_PAUSE)).transpose()?;
    let process = own.map(Own::process);
    let me = std::process::id();
    let look = || {
        (
            tally.of(Kind::Save).times.number(),
            process.and_then(cpu_ms),
            cpu_ms(me),
        )
    };
    let (begun, before) = (Instant::now(), look());
    sleep_until(until).await;
    let (spent, after) = (begun.elapsed(), look());
    let used = |a: Option<u64>, b: Option<u64>| Some(b?.saturating_sub(a?));
    let steady = Steady {
        ms: u64::try_from(spent.as_millis()).unwrap_or(u64::MAX),
        saves: after.0 - before.0,
        offered: u64::try_from(candidates).unwrap_or(u64::MAX) * u64::try_from(spent.as_millis()).unwrap_or(0)
            / pace.max(1),
        server_cpu_ms: used(before.1, after.1),
        players_cpu_ms: used(before.2, after.2),
        memory_kb: process.and_then(resident_kb),
    };
    Ok((steady, probe.map(DiskProbe::end)))
}

/// Shows how far the day is, until it is stopped.
fn show(bar: ProgressBar, tally: Arc<Tally>, day: Day) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut before = 0;
        loop {
            sleep(Duration::from_secs(1)).await;
            let now = Instant::now();
            let part = if now < day.begins {
                "sign-in"
            } else if now < day.begins + day.wave {
                "start"
            } else if now < day.ends {
                "saves"
            } else {
                "hand-in"
            };
            let saves = &tally.of(Kind::Save).times;
            let number = saves.number();
            bar.set_message(format!(
                "{part}: {} signed in, {} started, {number} saves ({}/s, p99 {} ms), {} handed in, {} errors, {} lost",
                tally.of(Kind::SignIn).times.number(),
                tally.of(Kind::Start).times.number(),
                number - before,
                saves.quantile(990) / 1_000,
                tally.of(Kind::Submit).times.number(),
                tally.errors(),
                tally.lost.load(Relaxed),
            ));
            before = number;
        }
    })
}

/// Everybody who is still there reads back, a few at once.
pub(super) async fn compare(candidates: Vec<Candidate>) -> Result<(), Failure> {
    let turns = Arc::new(tokio::sync::Semaphore::new(READERS));
    let mut reading = Vec::with_capacity(candidates.len());
    for mut one in candidates {
        let turns = turns.clone();
        reading.push(tokio::spawn(async move {
            let _turn = turns.acquire().await;
            // Who gives up is counted.
            let _ = one.compares(Kind::Compare).await;
        }));
    }
    for one in reading {
        one.await?;
    }
    Ok(())
}
