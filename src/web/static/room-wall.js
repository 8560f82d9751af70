// The wall: the hall's clock and the time left, from the server's time and a clock that nobody can set.

import { clockText } from './exam-core.js';
import { hallClock } from './hall-clock.js';
import { watch } from './room-live.js';

const element = document.getElementById('now');
const left = document.getElementById('left');
const clock = hallClock(element);
let room = null;

function tick() {
  if (!room) return;
  const paused = room.paused_at !== null;
  document.body.classList.toggle('paused', paused);
  const text = paused ? left.dataset.paused : room.ends_at === null ? left.dataset.none : clockText(Math.max(0, room.ends_at - clock.now()));
  if (left.textContent !== text) left.textContent = text;
}

watch(element.dataset.session, (told) => {
  room = told;
  clock.correct(room.now);
  for (const count of document.querySelectorAll('[data-count]')) count.textContent = room.counts[count.dataset.count] ?? '';
  tick();
}, (old) => { document.getElementById('stale').hidden = !old; });
setInterval(tick, 250);
