//! The go/no-go sheet: what was done, how long it took, what was lost, and the verdict with its reasons.

use std::fmt::Write as _;
use std::sync::atomic::Ordering::Relaxed;

use serde::Serialize;

use super::tally::{Kind, Tally, Times};
use crate::kernel::Language;

/// The sheet.
#[derive(Debug, Serialize)]
pub(super) struct Sheet {
    /// Whether the real one may come.
    pub(super) go: bool,
    /// Why not.
    pub(super) reasons: Vec<Reason>,
    /// The server's address.
    pub(super) server: String,
    /// `sqlite` or `postgresql`; of a server that is not our own, unknown.
    pub(super) engine: &'static str,
    /// How many candidates.
    pub(super) candidates: usize,
    /// Each kind of act.
    pub(super) acts: Vec<ActLine>,
    /// The steady part.
    pub(super) steady: Steady,
    /// Answers compared with what was acknowledged, and how many of them were missing or different.
    pub(super) compared: u64,
    /// See `compared`.
    pub(super) lost: u64,
    /// Lines cut on purpose.
    pub(super) cut: u64,
    /// Candidates that gave up.
    pub(super) gave_up: u64,
    /// The first thing that went wrong.
    pub(super) first_error: Option<String>,
    /// The disk before anybody came.
    pub(super) disk_quiet: Option<DiskLine>,
    /// The disk beside the saves.
    pub(super) disk_beside: Option<DiskLine>,
    /// The server's memory before anybody came.
    pub(super) memory_before_kb: Option<u64>,
    /// Memory for each connected candidate, in bytes.
    pub(super) memory_each_bytes: Option<u64>,
    /// How many were scored after the last hand-in, and how long it took.
    pub(super) scored: Option<usize>,
    /// See `scored`.
    pub(super) scored_ms: Option<u128>,
}

/// Why it is no-go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Reason {
    /// An acknowledged answer is missing or different.
    AnswersLost,
    /// Something failed.
    Errors,
    /// Somebody gave up.
    GaveUp,
    /// Fewer saves were acknowledged than were to be.
    RateNotHeld,
    /// One save of a hundred took longer than the time to the next one.
    Slow,
    /// Not everybody was scored within a minute.
    ScoredLate,
}

/// One kind of act.
#[derive(Debug, Serialize)]
pub(super) struct ActLine {
    /// Which.
    pub(super) act: Kind,
    /// How many were done.
    pub(super) done: u64,
    /// Half took less, in microseconds, from the first try to the answer.
    pub(super) p50_us: u64,
    /// 99 of 100 took less.
    pub(super) p99_us: u64,
    /// The longest.
    pub(super) max_us: u64,
    /// How often the server said to come back later.
    pub(super) told_to_wait: u64,
    /// How often it failed.
    pub(super) errors: u64,
}

/// The part in which everybody saves at a steady pace.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Steady {
    /// How long.
    pub(super) ms: u64,
    /// Saves that were to be.
    pub(super) offered: u64,
    /// Saves that were acknowledged.
    pub(super) saves: u64,
    /// CPU of the server.
    pub(super) server_cpu_ms: Option<u64>,
    /// CPU of the players.
    pub(super) players_cpu_ms: Option<u64>,
    /// Memory of the server.
    pub(super) memory_kb: Option<u64>,
}

/// The disk: one durable write of 4 KiB.
#[derive(Debug, Serialize)]
pub(super) struct DiskLine {
    /// How many.
    pub(super) writes: u64,
    /// Half took less, in microseconds.
    pub(super) p50_us: u64,
    /// 99 of 100 took less.
    pub(super) p99_us: u64,
}

impl DiskLine {
    /// The line of these times.
    pub(super) fn of(times: &Times) -> Self {
        Self {
            writes: times.number(),
            p50_us: times.quantile(500),
            p99_us: times.quantile(990),
        }
    }
}

impl ActLine {
    fn of(tally: &Tally, act: Kind) -> Self {
        let count = tally.of(act);
        Self {
            act,
            done: count.times.number(),
            p50_us: count.times.quantile(500),
            p99_us: count.times.quantile(990),
            max_us: count.times.most(),
            told_to_wait: count.told_to_wait.load(Relaxed),
            errors: count.errors.load(Relaxed),
        }
    }
}

/// One of a hundred saves may be as late as this: the time to the next save.
const LATE_US: u64 = 3_000_000;
const SCORED_WITHIN_MS: u128 = 60_000;
/// A rate counts as held from so many of a thousand on.
const HELD: u64 = 980;

impl Sheet {
    /// The sheet of these counts; what only the server's owner knows is still missing.
    pub(super) fn of(tally: &Tally, candidates: usize, steady: Steady) -> Self {
        let acts = Kind::ALL.iter().map(|kind| ActLine::of(tally, *kind));
        Self {
            go: false,
            reasons: Vec::new(),
            server: String::new(),
            engine: "",
            candidates,
            acts: acts
                .filter(|act| act.done + act.errors + act.told_to_wait > 0)
                .collect(),
            steady,
            compared: tally.compared.load(Relaxed),
            lost: tally.lost.load(Relaxed),
            cut: tally.cut.load(Relaxed),
            gave_up: tally.gave_up.load(Relaxed),
            first_error: tally.first_error.get().cloned(),
            disk_quiet: None,
            disk_beside: None,
            memory_before_kb: None,
            memory_each_bytes: None,
            scored: None,
            scored_ms: None,
        }
    }

    /// Go, or the reasons why not.
    pub(super) fn decide(&mut self) {
        let each = u64::try_from(self.candidates).unwrap_or(u64::MAX).max(1);
        self.memory_each_bytes = match (self.memory_before_kb, self.steady.memory_kb) {
            (Some(before), Some(after)) => Some(after.saturating_sub(before) * 1_024 / each),
            _ => None,
        };
        let errors: u64 = self.acts.iter().map(|act| act.errors).sum();
        let save = self.acts.iter().find(|act| act.act == Kind::Save);
        let wrong = [
            (self.lost > 0 || self.compared == 0, Reason::AnswersLost),
            (errors > 0, Reason::Errors),
            (self.gave_up > 0, Reason::GaveUp),
            (
                self.steady.saves * 1_000 < self.steady.offered * HELD,
                Reason::RateNotHeld,
            ),
            (save.is_none_or(|save| save.p99_us > LATE_US), Reason::Slow),
            (
                self.scored_ms.is_some_and(|ms| ms > SCORED_WITHIN_MS),
                Reason::ScoredLate,
            ),
        ];
        self.reasons = wrong.iter().filter(|(is, _)| *is).map(|(_, reason)| *reason).collect();
        self.go = self.reasons.is_empty();
    }

    /// For people.
    pub(super) fn told(&self, language: Language) -> String {
        let say = |zh: &'static str, en: &'static str| match language {
            Language::Zh => zh,
            Language::En => en,
        };
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{}: {} ({})",
            say("服务器", "server"),
            self.server,
            if self.engine.is_empty() { "-" } else { self.engine }
        );
        let _ = writeln!(text, "{}: {}", say("模拟考生", "candidates"), self.candidates);
        let _ = writeln!(
            text,
            "\n{:<12}{:>9}{:>11}{:>11}{:>11}{:>8}{:>8}",
            "",
            say("完成", "done"),
            "p50 ms",
            "p99 ms",
            "max ms",
            say("候", "wait"),
            say("错", "error")
        );
        for act in &self.acts {
            let _ = writeln!(
                text,
                "{:<12}{:>9}{:>11}{:>11}{:>11}{:>8}{:>8}",
                act.act.name(),
                act.done,
                ms(act.p50_us),
                ms(act.p99_us),
                ms(act.max_us),
                act.told_to_wait,
                act.errors
            );
        }
        self.tell_rest(&mut text, language);
        text
    }

    fn tell_rest(&self, text: &mut String, language: Language) {
        let say = |zh: &'static str, en: &'static str| match language {
            Language::Zh => zh,
            Language::En => en,
        };
        let rate = |number: u64| decimal(number * 1_000_000 / self.steady.ms.max(1));
        let _ = writeln!(
            text,
            "\n{}: {}/s {} {}/s",
            say("保存速率", "saves"),
            rate(self.steady.saves),
            say("，计划", "of"),
            rate(self.steady.offered)
        );
        let _ = writeln!(
            text,
            "{}: {} / {}",
            say("逐题核对：丢失 / 已核对", "answers lost / compared"),
            self.lost,
            self.compared
        );
        for (name, line) in [
            (say("磁盘空闲时", "disk, quiet"), &self.disk_quiet),
            (say("磁盘保存时", "disk, beside the saves"), &self.disk_beside),
        ] {
            if let Some(line) = line {
                let (p50, p99) = (ms(line.p50_us), ms(line.p99_us));
                let _ = writeln!(text, "{name}: fdatasync p50 {p50} ms, p99 {p99} ms");
            }
        }
        if let (Some(all), Some(each)) = (self.steady.memory_kb, self.memory_each_bytes) {
            let (all, each) = (all / 1_024, decimal(each * 1_000 / 1_024));
            let _ = writeln!(
                text,
                "{}: {all} MB, {each} kB / {}",
                say("内存", "memory"),
                say("考生", "candidate")
            );
        }
        if let (Some(server), Some(players)) = (self.steady.server_cpu_ms, self.steady.players_cpu_ms) {
            let each = |ms: u64| ms * 1_000 / self.steady.saves.max(1);
            let (server, players) = (each(server), each(players));
            let _ = writeln!(text, "CPU: {server} + {players} us / {}", say("次保存", "save"));
        }
        if let (Some(number), Some(ms)) = (self.scored, self.scored_ms) {
            let _ = writeln!(text, "{}: {number}, {ms} ms", say("评分", "scored"));
        }
        if let Some(error) = &self.first_error {
            let _ = writeln!(text, "{}: {error}", say("第一个错误", "first error"));
        }
        let verdict = if self.go {
            say("可以开考", "GO").to_owned()
        } else {
            let reasons: Vec<_> = self.reasons.iter().map(|reason| reason.told(language)).collect();
            format!("{}: {}", say("不可开考", "NO-GO"), reasons.join(say("；", "; ")))
        };
        let _ = write!(text, "\n{verdict}");
    }
}

impl Reason {
    fn told(self, language: Language) -> &'static str {
        let (zh, en) = match self {
            Self::AnswersLost => (
                "有已确认的答案丢失，或没有可核对的答案",
                "acknowledged answers are missing, or none could be compared",
            ),
            Self::Errors => ("有请求出错", "requests failed"),
            Self::GaveUp => ("有考生中途放弃", "candidates gave up"),
            Self::RateNotHeld => ("保存速率没有达到计划", "the rate of saves was not held"),
            Self::Slow => ("保存太慢", "saves are too slow"),
            Self::ScoredLate => ("一分钟内没有评完分", "scoring took longer than a minute"),
        };
        match language {
            Language::Zh => zh,
            Language::En => en,
        }
    }
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::SignIn => "sign-in",
            Self::Confirm => "confirm",
            Self::Start => "start",
            Self::Paper => "paper",
            Self::Save => "save",
            Self::Heartbeat => "heartbeat",
            Self::Reload => "reload",
            Self::Reconnect => "reconnect",
            Self::Submit => "submit",
            Self::Compare => "compare",
            Self::Hello => "hello",
        }
    }
}

/// Microseconds as milliseconds with two decimals.
pub(super) fn ms(micros: u64) -> String {
    format!("{}.{:02}", micros / 1_000, micros % 1_000 / 10)
}

/// Thousandths with two decimals.
pub(super) fn decimal(thousandths: u64) -> String {
    ms(thousandths)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn sheet(change: impl Fn(&Tally)) -> Sheet {
        let tally = Tally::default();
        for _ in 0..100 {
            tally.of(Kind::Save).times.count(Duration::from_millis(20));
        }
        tally.compared.store(100, Relaxed);
        change(&tally);
        let steady = Steady {
            ms: 1_000,
            offered: 100,
            saves: 100,
            ..Steady::default()
        };
        let mut sheet = Sheet::of(&tally, 300, steady);
        sheet.decide();
        sheet
    }

    #[test]
    fn a_clean_day_is_go() {
        let sheet = sheet(|_| {});
        assert!(sheet.go, "{:?}", sheet.reasons);
        assert!(sheet.told(Language::Zh).ends_with("可以开考"));
        assert!(sheet.told(Language::En).contains("100.00/s of 100.00/s"));
    }

    #[test]
    fn one_lost_answer_or_one_error_or_nothing_to_compare_is_no_go() {
        let lost = sheet(|tally| tally.lost.store(1, Relaxed));
        assert_eq!(lost.reasons, [Reason::AnswersLost]);
        let nothing = sheet(|tally| tally.compared.store(0, Relaxed));
        assert_eq!(nothing.reasons, [Reason::AnswersLost]);
        let failed = sheet(|tally| tally.of(Kind::Start).errors.store(1, Relaxed));
        assert_eq!(failed.reasons, [Reason::Errors]);
        assert!(failed.told(Language::En).contains("NO-GO: requests failed"));
    }

    #[test]
    fn slow_saves_and_a_rate_that_is_not_held_are_no_go() {
        let slow = sheet(|tally| {
            for _ in 0..10 {
                tally.of(Kind::Save).times.count(Duration::from_secs(4));
            }
        });
        assert_eq!(slow.reasons, [Reason::Slow]);
        let mut few = sheet(|_| {});
        few.steady.saves = 90;
        few.decide();
        assert_eq!(few.reasons, [Reason::RateNotHeld]);
    }
}
