// What a terminal tells of itself with each sign of life: answers that wait, and whether the candidate looks elsewhere.

export class Presence {
  constructor() {
    Object.assign(this, { away: false, left: 0, last: null });
  }

  /** The candidate looks elsewhere, or is back. */
  look(away) {
    if (away && !this.away) this.left += 1;
    this.away = away;
  }

  told(unsaved) {
    const quiet = unsaved === 0 && !this.away && this.left === 0;
    return { unsaved, away: this.away, left: this.left, cleared: quiet && this.last !== null };
  }

  /** What was told has arrived: it is told once. */
  heard(told) {
    this.left -= told.left;
    this.last = told.unsaved > 0 || told.away ? told : null;
  }
}

/** Follows the window; gives what is told of it. */
export function watchPresence() {
  const presence = new Presence();
  const look = () => presence.look(document.hidden || !document.hasFocus());
  document.addEventListener('visibilitychange', look);
  addEventListener('blur', look);
  addEventListener('focus', look);
  return presence;
}
