// Keeps the console's map, troubles and counts up to date; acts are ordinary forms. A form being filled in is never
// disturbed: the page is loaded anew only when nobody is typing in it.

import { clockText } from './exam-core.js';
import { hallClock } from './hall-clock.js';
import { leftOf, watch } from './room-live.js';

const map = document.getElementById('map');
const words = document.getElementById('words').dataset;
const base = `/rooms/${map.dataset.session}`;
const clock = hallClock(document.getElementById('hall-clock'));
const places = new Map([...map.querySelectorAll('[data-seat]')].map((place) => [Number(place.dataset.seat), place]));
const rows = new Map([...document.querySelectorAll('[data-row]')].map((row) => [Number(row.dataset.row), row]));
let room = null;

function set(element, text) {
  if (element && element.textContent !== String(text)) element.textContent = text;
}

function showSeats() {
  const now = clock.now();
  for (const seat of room.seats.values()) {
    const left = leftOf(seat, now);
    const text = left === null ? '' : clockText(left);
    const place = places.get(seat.seat);
    if (place) {
      const look = `seat ${seat.state}${seat.unsaved > 0 ? ' unsaved' : ''}`;
      if (place.className !== look) place.className = look;
      set(place.querySelector('.seat-state'), words[`seat_${seat.state}`]);
      set(place.querySelector('.seat-name'), seat.name);
      set(place.querySelector('.seat-left'), left === null ? '' : `${seat.answered}/${seat.questions} · ${text}`);
    }
    const row = rows.get(seat.seat);
    if (!row) continue;
    set(row.querySelector('[data-cell=state]'), words[`seat_${seat.state}`]);
    set(row.querySelector('[data-cell=answered]'), seat.answered);
    set(row.querySelector('[data-cell=left]'), text);
  }
}

function troubleItem(trouble) {
  const item = document.createElement('li');
  const link = document.createElement('a');
  const number = document.createElement('b');
  const tag = document.createElement('span');
  link.href = `${base}?seat=${trouble.seat}`;
  number.textContent = trouble.seat;
  tag.className = 'tag warn';
  tag.textContent = words[`trouble_${trouble.kind}`] ?? trouble.kind;
  link.append(number, ` ${trouble.name} `, tag);
  item.append(link);
  return item;
}

let lastTroubles = null;
function showTroubles(troubles) {
  const seen = JSON.stringify(troubles);
  if (seen === lastTroubles) return;
  lastTroubles = seen;
  document.getElementById('troubles').replaceChildren(...troubles.map(troubleItem));
  document.getElementById('no-troubles').hidden = troubles.length > 0;
  set(document.getElementById('trouble-count'), troubles.length);
}

function busy() {
  const active = document.activeElement;
  return Boolean(active?.closest('form') || document.querySelector('details[open] form') || document.querySelector('form .told'));
}

/** What the page's forms were made for has changed: load it anew, as soon as nobody is typing. */
function outdated() {
  const panel = document.getElementById('panel-state');
  const chosen = room.seats.get(Number(map.dataset.chosen));
  const state = room.state + (room.paused_at === null ? '' : '-paused');
  return (panel && chosen && panel.dataset.state !== chosen.state)
    || map.dataset.state !== state
    || Number(map.dataset.incidents) !== room.incidents;
}

function show(told) {
  room = told;
  clock.correct(room.now);
  showSeats();
  showTroubles(room.troubles);
  for (const count of document.querySelectorAll('[data-count]')) set(count, room.counts[count.dataset.count] ?? '');
  if (outdated() && !busy()) location.reload();
}

watch(map.dataset.session, show, (old) => { document.getElementById('stale').hidden = !old; });
setInterval(() => { if (room) showSeats(); }, 1_000);
