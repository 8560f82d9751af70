// Run with: node --test tests/js
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';

const source = readFileSync(new URL('../../src/web/static/room-live.js', import.meta.url), 'utf8');
const live = await import(`data:text/javascript,${encodeURIComponent(source)}`);

const seat = (number, more = {}) => ({ seat: number, state: 'working', deadline: 100_000, left_ms: null, ...more });

test('a change is joined to what is known, and one that does not follow is refused', () => {
  const first = live.joined(null, { number: 4, whole: true, seats: [seat(1), seat(2)] });
  assert.equal(first.seats.size, 2);
  const second = live.joined(first, { number: 5, whole: false, seats: [seat(2, { state: 'disconnected' })] });
  assert.equal(second.seats.get(1).state, 'working');
  assert.equal(second.seats.get(2).state, 'disconnected');
  assert.equal(live.joined(second, { number: 7, whole: false, seats: [] }), null, 'one was missed');
  assert.equal(live.joined(null, { number: 1, whole: false, seats: [] }), null, 'nothing is known yet');
  assert.equal(live.joined(second, { number: 9, whole: true, seats: [] }).seats.size, 0, 'a whole is a whole');
});

test('time left follows the server, and stands still in a pause', () => {
  assert.equal(live.leftOf(seat(1), 40_000), 60_000);
  assert.equal(live.leftOf(seat(1), 400_000), 0);
  assert.equal(live.leftOf(seat(1, { deadline: null, left_ms: 7_000 }), 400_000), 7_000);
  assert.equal(live.leftOf(seat(1, { deadline: null }), 0), null);
});

test('a board of the fallback has the shape of the stream', () => {
  const board = {
    now: 5, session: { state: 'running', paused_at: null }, ends_at: 9, counts: { all: 1 }, incidents: [{}, {}], troubles: [],
    seats: [{ seat: 3, deadline: 100, remaining_ms: null, left_ms: null }],
  };
  const room = live.fromBoard(board);
  assert.equal(room.incidents, 2);
  assert.equal(live.leftOf(room.seats.get(3), 5), null, 'a deadline that does not run any more');
});
