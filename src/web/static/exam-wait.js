// The waiting screen: counts down to the start, asks every few seconds, and opens the button when the way is free.

import { clockText, Countdown } from './exam-core.js';
import { ask } from './exam-link.js';

const box = document.getElementById('waiting');
const button = document.getElementById('start');
const reason = document.getElementById('gate');
const clock = document.getElementById('countdown');
const words = document.getElementById('words').dataset;
const countdown = new Countdown(() => performance.now());
countdown.correct(Number(box.dataset.opensInMs));

function show(gate) {
  const name = typeof gate === 'string' ? gate : Object.keys(gate)[0];
  const free = ['ready', 'resume', 'take_over'].includes(name);
  button.disabled = !free;
  const text = words[`gate_${name}`] ?? '';
  if (reason.textContent !== text) reason.textContent = text;
  reason.dataset.free = free;
}

async function look() {
  const begun = performance.now();
  try {
    const state = await ask('/api/v1/terminal?brief=true');
    countdown.correct(state.opens_in_ms, performance.now() - begun);
    if (state.state === 'submitted') {
      location.assign('/exam/done');
      return;
    }
    show(state.gate);
  } catch (error) {
    if (error.status === 401) {
      location.assign('/exam');
      return;
    }
    reason.textContent = words.offline;
  }
  setTimeout(look, 4_000 + Math.random() * 2_000);
}

function tick() {
  const left = countdown.remaining();
  clock.textContent = left > 0 ? clockText(left) : words.now;
}

show(box.dataset.gate);
tick();
setInterval(tick, 500);
setTimeout(look, 1_000 + Math.random() * 2_000);
