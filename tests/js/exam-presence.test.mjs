// Run with: node --test tests/js
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';

const read = async (name) => {
  const source = readFileSync(new URL(`../../src/web/static/${name}`, import.meta.url), 'utf8');
  return import(`data:text/javascript,${encodeURIComponent(source)}`);
};
const { Presence } = await read('exam-presence.js');
const core = await read('exam-core.js');

test('leaving the paper is counted once each time and told until it has arrived', () => {
  const presence = new Presence();
  assert.deepEqual(presence.told(0), { unsaved: 0, away: false, left: 0, cleared: false });
  presence.look(true);
  presence.look(true);
  presence.look(false);
  presence.look(true);
  const told = presence.told(0);
  assert.deepEqual(told, { unsaved: 0, away: true, left: 2, cleared: false });
  presence.look(false);
  presence.look(true);
  presence.heard(told);
  assert.equal(presence.told(0).left, 1, 'what happened meanwhile is told next');
});

test('what is over is told once', () => {
  const presence = new Presence();
  presence.heard(presence.told(3));
  const over = presence.told(0);
  assert.deepEqual(over, { unsaved: 0, away: false, left: 0, cleared: true });
  presence.heard(over);
  assert.equal(presence.told(0).cleared, false);
});

test('in a pause the countdown stands still, and goes on from there', () => {
  let now = 0;
  const countdown = new core.Countdown(() => now);
  countdown.correct(10_000);
  countdown.hold(9_000);
  now = 60_000;
  assert.equal(countdown.remaining(), 9_000);
  countdown.correct(9_500);
  assert.equal(countdown.remaining(), 9_500, 'extra time in a pause');
  countdown.hold(null);
  countdown.correct(9_500);
  now = 61_000;
  assert.equal(countdown.remaining(), 8_500);
});

test('what the server keeps aside is delivered, and is told as not counting', () => {
  const answers = new core.Answers([1, 2]);
  const sent = [answers.change(1, { value: 'A' })];
  answers.aside(sent);
  assert.deepEqual(answers.unacked(), []);
  assert.equal(answers.asides(), 1);
  answers.change(2, { value: 'B' });
  assert.equal(answers.unacked().length, 1, 'another answer is still to be delivered');
});
