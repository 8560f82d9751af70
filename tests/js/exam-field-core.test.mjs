// Tests of the answers that are not letters of options. Run: node --test tests/js

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { isNumber, isPartial, mark, putStep, readBlanks, readNumber, readPlaces, readPoints, writeBlanks, writeNumber, writePlaces, writePoints } from '../../src/web/static/exam-field-core.js';

test('letters stand at places, and none anywhere is no answer', () => {
  assert.deepEqual(readPlaces('C-A', 4), ['C', '-', 'A', '-']);
  assert.equal(writePlaces(['-', '-']), '');
  assert.equal(writePlaces(['B', '-']), 'B-');
});

test('a step that is taken goes where the new one came from', () => {
  assert.equal(putStep('', 3, 'B', 1), 'B--');
  assert.equal(putStep('B--', 3, 'A', 1), 'AB-', 'A came from nowhere: B goes to the first free step');
  assert.equal(putStep('AB-', 3, 'C', 1), 'CBA');
  assert.equal(putStep('AB-', 3, 'B', 1), 'BA-');
  assert.equal(putStep('ABC', 3, 'B', 0), 'A-C');
  assert.equal(putStep('A--', 3, 'A', 0), '');
  assert.equal(putStep('A--', 3, 'A', 1), 'A--');
});

test('blanks are a list, and strange lists are none', () => {
  assert.deepEqual(readBlanks('["A","3"]', 3), ['A', '3', '']);
  assert.deepEqual(readBlanks('{"x":1}', 2), ['', '']);
  assert.deepEqual(readBlanks('nonsense', 1), ['']);
  assert.equal(writeBlanks([' ', '']), '');
  assert.equal(writeBlanks([' M ', '']), '["M",""]');
});

test('a number has a unit where units are to be chosen', () => {
  assert.deepEqual(readNumber('20.5 B', 3), { number: '20.5', unit: 'B' });
  assert.deepEqual(readNumber('B', 3), { number: '', unit: 'B' });
  assert.deepEqual(readNumber('20 D', 3), { number: '20 D', unit: '' });
  assert.deepEqual(readNumber('20 B', 0), { number: '20 B', unit: '' });
  assert.equal(writeNumber(' 20 ', 'A'), '20 A');
  assert.equal(writeNumber('', ''), '');
});

test('numbers are those that the server reads', () => {
  for (const right of ['20', '-0.5', '.5', '3.', '１２．５', '1.5e-6', '1.5×10^3', '−2']) assert.ok(isNumber(right), right);
  for (const wrong of ['', '-', '1,000', '12V', 'e5', '1.2.3']) assert.ok(!isNumber(wrong), wrong);
});

test('pointing marks, unmarks and moves', () => {
  assert.deepEqual(mark([], { x: 5, y: 5 }, 1, 6), [{ x: 5, y: 5 }]);
  assert.deepEqual(mark([{ x: 5, y: 5 }], { x: 9, y: 5 }, 1, 6), []);
  assert.deepEqual(mark([{ x: 5, y: 5 }], { x: 50, y: 5 }, 1, 6), [{ x: 50, y: 5 }]);
  assert.deepEqual(mark([{ x: 5, y: 5 }], { x: 50, y: 5 }, 2, 6).length, 2);
  assert.equal(writePoints([{ x: 120, y: 45 }, { x: 3, y: 4 }]), '3,4;120,45');
  assert.deepEqual(readPoints('3,4;120,45'), [{ x: 3, y: 4 }, { x: 120, y: 45 }]);
  assert.deepEqual(readPoints(''), []);
});

test('an answer that lacks a part is known', () => {
  const with_ = (field) => ({ field });
  assert.ok(isPartial(with_({ cloze: { blanks: [{}, {}] } }), '["A",""]'));
  assert.ok(!isPartial(with_({ cloze: { blanks: [{}, {}] } }), '["A","1"]'));
  assert.ok(isPartial(with_({ ordering: {} }), 'A-B'));
  assert.ok(isPartial(with_({ hotspot: { need: 2 } }), '3,4'));
  assert.ok(isPartial(with_({ numeric: { units: ['A', 'V'] } }), '20'));
  assert.ok(!isPartial(with_({ numeric: { units: ['A'] } }), '20'));
  assert.ok(!isPartial(with_({ written: { max_chars: 9 } }), 'x'));
  assert.ok(!isPartial(with_({ cloze: { blanks: [{}, {}] } }), ''));
  assert.ok(!isPartial({}, 'A'));
});
