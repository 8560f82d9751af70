// Keeps the console's map, troubles and counts up to date; acts are ordinary forms. A form being filled in is never
// disturbed: the panel of a seat is loaded anew only when nobody is typing in it.

import { clockText } from './exam-core.js';

const map = document.getElementById('map');
const words = document.getElementById('words').dataset;
const base = `/rooms/${map.dataset.session}`;
const EVERY = 2_000;
let sessionState = null;

function set(element, text) {
  if (element && element.textContent !== String(text)) element.textContent = text;
}

function showSeats(seats) {
  for (const seat of seats) {
    const place = map.querySelector(`[data-seat="${seat.seat}"]`);
    if (place) {
      place.className = `seat ${seat.state}`;
      set(place.querySelector('.seat-state'), words[`seat_${seat.state}`]);
      set(place.querySelector('.seat-name'), seat.name);
    }
    const row = document.querySelector(`[data-row="${seat.seat}"]`);
    if (!row) continue;
    set(row.querySelector('[data-cell=state]'), words[`seat_${seat.state}`]);
    set(row.querySelector('[data-cell=answered]'), seat.answered);
    set(row.querySelector('[data-cell=left]'), seat.remaining_ms === null ? '' : clockText(seat.remaining_ms));
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
}

function busy() {
  const active = document.activeElement;
  return Boolean(active?.closest('form') || document.querySelector('details[open] form') || document.querySelector('form .told'));
}

function refreshPanel(board) {
  const panel = document.getElementById('panel-state');
  const chosen = board.seats.find((seat) => seat.seat === Number(map.dataset.chosen));
  const changed = (panel && chosen && panel.dataset.state !== chosen.state)
    || (sessionState !== null && sessionState !== board.session.state);
  if (changed && !busy()) location.reload();
  else if (!changed || sessionState === null) sessionState = board.session.state;
}

async function look() {
  const stale = document.getElementById('stale');
  try {
    const response = await fetch(`/api/v1/sessions/${map.dataset.session}/board`, { headers: { accept: 'application/json' } });
    if (response.status === 401) {
      location.reload();
      return;
    }
    if (!response.ok) throw new Error(String(response.status));
    const board = await response.json();
    stale.hidden = true;
    showSeats(board.seats);
    showTroubles(board.troubles);
    for (const count of document.querySelectorAll('[data-count]')) set(count, board.counts[count.dataset.count] ?? '');
    refreshPanel(board);
  } catch {
    stale.hidden = false;
  }
  setTimeout(look, document.hidden ? EVERY * 5 : EVERY);
}

look();
