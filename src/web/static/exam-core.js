// The terminal's own rules, without a page and without a network: what is answered, what is saved, how much time is left.
// Everything here is a plain function or class, so that it can be tested by itself.

/** Answers of one attempt. Each is 'saved' (acknowledged), 'waiting' (on its way) or 'unsaved' (refused for now). */
export class Answers {
  constructor(numbers) {
    this.byNumber = new Map(numbers.map((number) => [number, { value: '', flagged: false, revision: 0, acked: 0, seen: false, failed: false }]));
  }

  /** Takes what the server has; what is newer here stays. */
  fromServer(list) {
    for (const answer of list) {
      const own = this.byNumber.get(answer.number);
      if (!own) continue;
      own.seen = true;
      if (answer.revision >= own.revision) Object.assign(own, { value: answer.value, flagged: answer.flagged, revision: answer.revision });
      own.acked = Math.max(own.acked, answer.revision);
    }
  }

  /** Takes what this browser kept and had not seen acknowledged. Kept under a revision that the server uses for another
      value, it gets a new revision: it is the candidate's last word. */
  fromKept(list) {
    for (const kept of list) {
      const own = this.byNumber.get(kept.number);
      if (!own || kept.revision < own.revision) continue;
      const same = kept.value === own.value && kept.flagged === own.flagged;
      if (kept.revision === own.revision && same) continue;
      const revision = kept.revision === own.revision ? own.revision + 1 : kept.revision;
      Object.assign(own, { value: kept.value, flagged: kept.flagged, revision, seen: true });
    }
  }

  get(number) {
    return this.byNumber.get(number);
  }

  see(number) {
    const own = this.byNumber.get(number);
    if (own) own.seen = true;
  }

  change(number, part) {
    const own = this.byNumber.get(number);
    Object.assign(own, part, { revision: own.revision + 1, seen: true, failed: false });
    return { number, value: own.value, flagged: own.flagged, revision: own.revision };
  }

  /** What must still reach the server. */
  unacked() {
    const list = [];
    for (const [number, own] of this.byNumber) {
      if (own.revision > own.acked) list.push({ number, value: own.value, flagged: own.flagged, revision: own.revision });
    }
    return list;
  }

  /** Notes acknowledgements; a clash means that the value must go again under a higher revision. */
  ack(list) {
    for (const ack of list) {
      const own = this.byNumber.get(ack.number);
      if (!own) continue;
      if (ack.clash) own.revision = Math.max(own.revision, ack.revision) + 1;
      else own.acked = Math.max(own.acked, ack.revision);
      own.failed = false;
    }
  }

  /** Notes answers that came too late and were kept aside by the server: they are delivered, and do not count. */
  aside(sent) {
    for (const answer of sent) {
      const own = this.byNumber.get(answer.number);
      if (own.revision === answer.revision) own.acked = own.revision;
      own.aside = true;
    }
  }

  asides() {
    return [...this.byNumber.values()].filter((own) => own.aside).length;
  }

  fail(sent) {
    for (const answer of sent) this.byNumber.get(answer.number).failed = true;
  }

  saveState(number) {
    const own = this.byNumber.get(number);
    if (own.revision === 0) return 'none';
    if (own.revision <= own.acked) return 'saved';
    return own.failed ? 'unsaved' : 'waiting';
  }

  /** 'unseen', 'seen' or 'answered'; the flag is apart, because a flagged question may be answered or not. */
  state(number) {
    const own = this.byNumber.get(number);
    if (own.value !== '') return 'answered';
    return own.seen ? 'seen' : 'unseen';
  }

  numbers(filter = 'all') {
    const wanted = {
      all: () => true,
      unanswered: (own) => own.value === '',
      flagged: (own) => own.flagged,
    }[filter];
    return [...this.byNumber].filter(([, own]) => wanted(own)).map(([number]) => number);
  }

  answered() {
    return this.byNumber.size - this.numbers('unanswered').length;
  }
}

/** The value after choosing a letter. One letter replaces; in a multiple choice it toggles, letters in order. */
export function choose(kind, value, letter) {
  if (kind !== 'multiple') return letter;
  const letters = new Set(value);
  if (!letters.delete(letter)) letters.add(letter);
  return [...letters].sort().join('');
}

/** What a key means on the paper; null if nothing. */
export function keyMeaning(key, kind, letters) {
  const moves = { ArrowRight: 'next', PageDown: 'next', ArrowLeft: 'previous', PageUp: 'previous' };
  if (moves[key]) return { act: moves[key] };
  const upper = key.length === 1 ? key.toUpperCase() : '';
  if (upper === 'M') return { act: 'flag' };
  if (upper === 'R') return { act: 'review' };
  if (kind === 'true_false') {
    const letter = { T: 'T', 1: 'T', F: 'F', 2: 'F' }[upper];
    return letter ? { act: 'choose', letter } : null;
  }
  const byDigit = /^[1-8]$/.test(upper) ? letters[Number(upper) - 1] : undefined;
  const letter = byDigit ?? (letters.includes(upper) ? upper : undefined);
  return letter ? { act: 'choose', letter } : null;
}

/** Counts down from what the server said, on a clock that nobody can set. */
export class Countdown {
  constructor(now) {
    this.now = now;
    this.end = null;
    this.held = null;
  }

  /** `elapsed` is how long ago the answer was asked for; half of it was spent on the way. */
  correct(remainingMs, elapsed = 0) {
    if (this.held !== null) this.held = remainingMs;
    this.end = this.now() + remainingMs - elapsed / 2;
  }

  /** Stands still at so much while time is paused; null lets it run. */
  hold(remainingMs) {
    this.held = remainingMs;
  }

  remaining() {
    if (this.held !== null) return this.held;
    return this.end === null ? null : Math.max(0, this.end - this.now());
  }
}

export const NOTICES = [30, 15, 10, 5, 1];

/** The notice (in minutes) that is due when time passes from `before` to `after` milliseconds; null if none. */
export function dueNotice(before, after) {
  if (before === null || after === null) return null;
  const due = NOTICES.filter((minutes) => before > minutes * 60_000 && after <= minutes * 60_000);
  return due.length ? due[due.length - 1] : null;
}

/** 1:02:03 or 02:03; a second that has begun counts. */
export function clockText(ms) {
  const seconds = Math.ceil(ms / 1000);
  const two = (n) => String(n).padStart(2, '0');
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${two(m)}:${two(s)}`;
}

/** How long to wait before trying again: longer each time, never in step with the neighbours. */
export function pause(failures, dice) {
  return Math.min(15_000, 1_000 * 2 ** Math.min(failures, 4)) * (0.5 + dice / 2);
}

/** Fills {name} in a message. */
export function fill(text, facts) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in facts ? String(facts[name]) : whole));
}
