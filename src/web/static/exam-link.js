// The line to the server: sends what is not acknowledged until it is, hears the time, hands in. A failed request is tried
// again and never leaves the page.

import { pause } from './exam-core.js';

const HEARTBEAT = 10_000;
const PATIENCE = 20_000;
const TOGETHER = 100;

/** Asks the server; an answer that is no success throws with its status and refusal. */
export async function ask(path, csrf, body) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE);
  try {
    const response = await fetch(path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json', 'x-csrf-token': csrf }) },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: stop.signal,
    });
    const answer = await response.json();
    if (!response.ok) throw Object.assign(new Error(answer.message), { status: response.status, code: answer.code });
    return answer;
  } finally {
    clearTimeout(timer);
  }
}

/** Runs for one attempt. `tell` gets 'online', 'offline', 'changed', 'time' and 'refused' with what there is to know. */
export class Link {
  constructor({ csrf, answers, keep, countdown, tell, presence }) {
    Object.assign(this, { csrf, answers, keep, countdown, tell, presence, failures: 0, sending: false, timer: null, stopped: false });
  }

  start() {
    this.flush();
    this.beat();
    addEventListener('online', () => this.flush());
    addEventListener('pagehide', () => this.lastWord());
  }

  stop() {
    this.stopped = true;
  }

  /** Keeps a change here first, then sends. */
  async change(answer) {
    try {
      await this.keep.put(answer);
    } catch {
      this.tell('unkept');
    }
    this.flush();
  }

  async flush() {
    if (this.sending || this.stopped) return;
    const sent = this.answers.unacked().slice(0, TOGETHER);
    if (sent.length === 0) return;
    this.sending = true;
    clearTimeout(this.timer);
    const begun = performance.now();
    try {
      const saved = await ask('/api/v1/terminal/answers', this.csrf, { answers: sent });
      this.answers.ack(saved.answers);
      this.countdown.correct(saved.remaining_ms, performance.now() - begun);
      this.failures = 0;
      this.tell('online');
      await Promise.all(saved.answers.filter((ack) => !ack.clash).map((ack) => this.keep.remove(ack.number, ack.revision).catch(() => {})));
    } catch (error) {
      // The server keeps them for people to look at: sending again would change nothing.
      if (error.code === 'attempt-closed') this.answers.aside(sent);
      else this.answers.fail(sent);
      this.failures += 1;
      const refused = error.status >= 400 && error.status < 500 && error.status !== 408 && error.status !== 429;
      this.tell(refused ? 'refused' : 'offline', error);
      // A refusal does not go away by asking faster.
      this.timer = setTimeout(() => this.flush(), refused ? 15_000 : pause(this.failures, Math.random()));
      return;
    } finally {
      this.sending = false;
      this.tell('changed');
    }
    this.flush();
  }

  async beat() {
    if (this.stopped) return;
    const begun = performance.now();
    const told = this.presence.told(this.answers.unacked().length);
    try {
      const state = await ask('/api/v1/terminal/beat', this.csrf, told);
      this.presence.heard(told);
      this.countdown.hold(state.paused ? state.remaining_ms : null);
      if (state.remaining_ms !== null) this.countdown.correct(state.remaining_ms, performance.now() - begun);
      this.tell('online');
      this.tell('state', state);
    } catch (error) {
      this.tell(error.status === 401 ? 'refused' : 'offline', error);
    }
    setTimeout(() => this.beat(), HEARTBEAT * (0.9 + Math.random() / 5));
  }

  /** From a terminal that was replaced: what it had not sent goes once more, to be kept aside. */
  async handOver() {
    const left = this.answers.unacked();
    for (let from = 0; from < left.length; from += TOGETHER) {
      await ask('/api/v1/terminal/answers', this.csrf, { answers: left.slice(from, from + TOGETHER) }).catch(() => {});
    }
  }

  /** When the page goes away: one last try that outlives it. What it carries stays kept until acknowledged. */
  lastWord() {
    const sent = this.answers.unacked().slice(0, TOGETHER);
    if (sent.length === 0 || this.stopped) return;
    fetch('/api/v1/terminal/answers', {
      method: 'POST',
      keepalive: true,
      headers: { accept: 'application/json', 'content-type': 'application/json', 'x-csrf-token': this.csrf },
      body: JSON.stringify({ answers: sent }),
    }).catch(() => {});
  }
}
