//! Outages: from a terminal's silences to the time that its candidate lost.
//!
//! Only silences while the candidate's time ran count. A long one is paid; a short one is not, and many short ones are
//! shown to people instead: a cable that is pulled twenty times for ten seconds is no outage.

use super::time::Span;
use crate::kernel::{MINUTE, SECOND, Timestamp};

/// A silence of at most this long is the ordinary rhythm of a terminal and is not written down.
pub const NOTICED: i64 = 30 * SECOND;

/// A time in which nothing was heard of a terminal; half-open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Silence {
    /// When it was last heard before.
    pub from: Timestamp,
    /// When it was heard again, or now.
    pub until: Timestamp,
}

/// What counts as an outage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutageRule {
    /// A silence of this length or longer is paid.
    pub paid_from_ms: i64,
    /// So many shorter ones are flagged.
    pub many: usize,
    /// No proposal gives more.
    pub most_ms: i64,
}

impl Default for OutageRule {
    fn default() -> Self {
        Self {
            paid_from_ms: MINUTE,
            many: 5,
            most_ms: 120 * MINUTE,
        }
    }
}

/// What a candidate lost, and what is proposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Assessment {
    /// How many silences are paid.
    pub paid: usize,
    /// How long they were together, in milliseconds.
    pub paid_ms: i64,
    /// How many shorter silences there were.
    pub short: usize,
    /// How long they were together, in milliseconds.
    pub short_ms: i64,
    /// Extra time to propose: the paid silences, rounded up to whole minutes.
    pub proposal_ms: i64,
    /// Whether the short silences are so many that somebody should look.
    pub flagged: bool,
}

/// Assesses silences against the spans in which the candidate's time ran. Overlapping silences count once.
pub fn assess(silences: &[Silence], ran: &[Span], rule: &OutageRule) -> Assessment {
    let mut found = Assessment::default();
    for silence in merged(silences) {
        let lost: i64 = ran.iter().map(|span| overlap(&silence, span)).sum();
        if lost <= 0 {
            continue;
        }
        if lost >= rule.paid_from_ms {
            found.paid += 1;
            found.paid_ms += lost;
        } else {
            found.short += 1;
            found.short_ms += lost;
        }
    }
    let minutes = (found.paid_ms + MINUTE - 1).div_euclid(MINUTE);
    found.proposal_ms = (minutes * MINUTE).min(rule.most_ms);
    found.flagged = found.short >= rule.many;
    found
}

fn overlap(silence: &Silence, span: &Span) -> i64 {
    (silence.until.min(span.until) - silence.from.max(span.from)).max(0)
}

fn merged(silences: &[Silence]) -> Vec<Silence> {
    let mut sorted = silences.to_vec();
    sorted.sort_unstable_by_key(|silence| (silence.from, silence.until));
    let mut merged: Vec<Silence> = Vec::with_capacity(sorted.len());
    for silence in sorted {
        match merged.last_mut() {
            Some(last) if silence.from < last.until => last.until = last.until.max(silence.until),
            _ => merged.push(silence),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: fn(i64) -> Timestamp = Timestamp::from_millis;

    fn silence(from: i64, until: i64) -> Silence {
        Silence {
            from: AT(from * SECOND),
            until: AT(until * SECOND),
        }
    }

    fn ran(from: i64, until: i64) -> Span {
        Span {
            from: AT(from * SECOND),
            until: AT(until * SECOND),
        }
    }

    fn assessed(silences: &[Silence], ran: &[Span]) -> Assessment {
        assess(silences, ran, &OutageRule::default())
    }

    #[test]
    fn a_long_silence_is_paid_in_whole_minutes_rounded_up() {
        let found = assessed(&[silence(100, 161)], &[ran(0, 5_400)]);
        assert_eq!(
            (found.paid, found.paid_ms, found.proposal_ms),
            (1, 61 * SECOND, 2 * MINUTE)
        );
        let exactly = assessed(&[silence(100, 160)], &[ran(0, 5_400)]);
        assert_eq!(exactly.proposal_ms, MINUTE, "the shortest that is paid");
        let shorter = assessed(&[silence(100, 159)], &[ran(0, 5_400)]);
        assert_eq!((shorter.paid, shorter.short, shorter.proposal_ms), (0, 1, 0));
    }

    #[test]
    fn many_short_silences_are_flagged_and_not_paid() {
        let short: Vec<_> = (0..5).map(|n| silence(n * 100, n * 100 + 40)).collect();
        let found = assessed(&short, &[ran(0, 5_400)]);
        assert_eq!((found.short, found.proposal_ms, found.flagged), (5, 0, true));
        assert!(!assessed(&short[..4], &[ran(0, 5_400)]).flagged);
    }

    #[test]
    fn only_what_was_lost_of_running_time_counts() {
        // From before the start, over a pause, beyond the end.
        let long = [silence(0, 10_000)];
        let found = assessed(&long, &[ran(100, 400), ran(1_000, 1_300)]);
        assert_eq!(found.paid_ms, 600 * SECOND);
        assert_eq!(assessed(&long, &[]), Assessment::default());
    }

    #[test]
    fn overlapping_silences_are_one() {
        let found = assessed(
            &[silence(100, 200), silence(150, 250), silence(120, 130)],
            &[ran(0, 5_400)],
        );
        assert_eq!((found.paid, found.paid_ms), (1, 150 * SECOND));
    }

    #[test]
    fn no_proposal_is_larger_than_the_rule_allows() {
        let found = assessed(&[silence(0, 20_000)], &[ran(0, 20_000)]);
        assert_eq!(found.proposal_ms, 120 * MINUTE);
    }
}
