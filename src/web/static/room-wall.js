// The wall: the hall's clock and the time left, from the server's time and a clock that nobody can set.

import { clockText, Countdown } from './exam-core.js';

const DAY = 86_400;
const now = document.getElementById('now');
const left = document.getElementById('left');
const countdown = new Countdown(() => performance.now());
const [h, m, s] = now.dataset.text.split(':').map(Number);
let drift = { server: Number(now.dataset.now), here: performance.now() };
const shownAt = { seconds: h * 3600 + m * 60 + s, millis: Number(now.dataset.now) };
let running = false;

function tick() {
  const millis = drift.server + performance.now() - drift.here;
  const seconds = (((shownAt.seconds + Math.floor((millis - shownAt.millis) / 1000)) % DAY) + DAY) % DAY;
  const two = (n) => String(n).padStart(2, '0');
  now.textContent = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  left.textContent = running ? clockText(countdown.remaining()) : left.dataset.none;
}

async function look() {
  try {
    const response = await fetch(`/api/v1/sessions/${now.dataset.session}/board`, { headers: { accept: 'application/json' } });
    if (!response.ok) throw new Error(String(response.status));
    const board = await response.json();
    drift = { server: board.now, here: performance.now() };
    running = board.ends_at !== null;
    if (running) countdown.correct(board.ends_at - board.now);
    for (const count of document.querySelectorAll('[data-count]')) count.textContent = board.counts[count.dataset.count] ?? '';
  } catch {
    // The clock goes on by itself; the next look is seconds away.
  }
  setTimeout(look, 2_000);
}

tick();
setInterval(tick, 250);
look();
