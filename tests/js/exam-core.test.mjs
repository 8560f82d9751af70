// Run with: node --test tests/js
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';

// The modules are served as plain files without a package: read as text, they need no package file here either.
const source = readFileSync(new URL('../../src/web/static/exam-core.js', import.meta.url), 'utf8');
const core = await import(`data:text/javascript,${encodeURIComponent(source)}`);

test('an answer is saved only once its own revision is acknowledged', () => {
  const answers = new core.Answers([1, 2]);
  const first = answers.change(1, { value: 'A' });
  answers.change(1, { value: 'B' });
  assert.equal(answers.saveState(1), 'waiting');
  answers.ack([{ number: 1, revision: first.revision, clash: false }]);
  assert.equal(answers.saveState(1), 'waiting', 'the older one was acknowledged');
  assert.deepEqual(answers.unacked(), [{ number: 1, value: 'B', flagged: false, revision: 2 }]);
  answers.ack([{ number: 1, revision: 2, clash: false }]);
  assert.equal(answers.saveState(1), 'saved');
  assert.deepEqual(answers.unacked(), []);
});

test('a clash goes again under a higher revision', () => {
  const answers = new core.Answers([1]);
  answers.change(1, { value: 'A' });
  answers.ack([{ number: 1, revision: 4, clash: true }]);
  assert.deepEqual(answers.unacked(), [{ number: 1, value: 'A', flagged: false, revision: 5 }]);
});

test('after a reload what was kept and not acknowledged comes back, and an older one does not', () => {
  const answers = new core.Answers([1, 2, 3]);
  answers.fromServer([{ number: 1, value: 'A', revision: 2, flagged: false }, { number: 2, value: 'C', revision: 5, flagged: true }]);
  answers.fromKept([{ number: 1, value: 'B', revision: 3, flagged: false }, { number: 2, value: 'D', revision: 4, flagged: false }, { number: 3, value: 'T', revision: 1, flagged: false }]);
  assert.equal(answers.get(1).value, 'B');
  assert.equal(answers.get(2).value, 'C');
  assert.deepEqual(answers.unacked().map((answer) => answer.number), [1, 3]);
});

test('a failed save is shown as not saved and is still sent', () => {
  const answers = new core.Answers([1]);
  const sent = [answers.change(1, { value: 'A' })];
  answers.fail(sent);
  assert.equal(answers.saveState(1), 'unsaved');
  assert.equal(answers.unacked().length, 1);
});

test('filters list unanswered and flagged questions', () => {
  const answers = new core.Answers([1, 2, 3]);
  answers.change(1, { value: 'A' });
  answers.change(2, { flagged: true });
  assert.deepEqual(answers.numbers('unanswered'), [2, 3]);
  assert.deepEqual(answers.numbers('flagged'), [2]);
  assert.equal(answers.answered(), 1);
  assert.deepEqual([1, 2, 3].map((n) => answers.state(n)), ['answered', 'seen', 'unseen']);
});

test('choosing replaces in a single choice and toggles in order in a multiple one', () => {
  assert.equal(core.choose('single', 'A', 'C'), 'C');
  assert.equal(core.choose('multiple', 'BD', 'A'), 'ABD');
  assert.equal(core.choose('multiple', 'ABD', 'B'), 'AD');
  assert.equal(core.choose('true_false', 'T', 'F'), 'F');
});

test('keys choose, move, flag and review', () => {
  const meaning = (key, kind = 'single') => core.keyMeaning(key, kind, ['A', 'B', 'C', 'D']);
  assert.deepEqual(meaning('b'), { act: 'choose', letter: 'B' });
  assert.deepEqual(meaning('4'), { act: 'choose', letter: 'D' });
  assert.equal(meaning('5'), null);
  assert.deepEqual(meaning('f', 'true_false'), { act: 'choose', letter: 'F' });
  assert.deepEqual(meaning('PageDown'), { act: 'next' });
  assert.deepEqual(meaning('m'), { act: 'flag' });
  assert.deepEqual(meaning('R'), { act: 'review' });
  assert.equal(meaning('Tab'), null);
});

test('the countdown follows its own clock and the server, never the time of day', () => {
  let now = 0;
  const countdown = new core.Countdown(() => now);
  assert.equal(countdown.remaining(), null);
  countdown.correct(10_000, 200);
  assert.equal(countdown.remaining(), 9_900);
  now = 20_000;
  assert.equal(countdown.remaining(), 0);
  countdown.correct(60_000);
  assert.equal(countdown.remaining(), 60_000, 'extra time came');
});

test('each notice is given once, when its minute is crossed', () => {
  assert.equal(core.dueNotice(30 * 60_000 + 1, 30 * 60_000), 30);
  assert.equal(core.dueNotice(30 * 60_000, 30 * 60_000 - 500), null);
  assert.equal(core.dueNotice(40 * 60_000, 4 * 60_000), 5, 'after a gap only the last');
  assert.equal(core.dueNotice(null, 1), null);
});

test('time is shown so that the last second is a second', () => {
  assert.equal(core.clockText(5_400_000), '1:30:00');
  assert.equal(core.clockText(59_001), '01:00');
  assert.equal(core.clockText(1), '00:01');
  assert.equal(core.clockText(0), '00:00');
});

test('waiting between tries grows and stays within bounds', () => {
  assert.ok(core.pause(1, 0) >= 1_000 && core.pause(1, 1) <= 2_000);
  assert.ok(core.pause(20, 1) <= 15_000);
});
