// Run with: node --test tests/js
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';

const source = readFileSync(new URL('../../src/web/static/sheet.js', import.meta.url), 'utf8');
const sheet = await import(`data:text/javascript,${encodeURIComponent(source)}`);

test('saved at is the server\'s instant in the installation\'s zone', () => {
  assert.equal(sheet.clockIn(1_795_395_600_000, 'Asia/Shanghai'), '09:00:00');
  assert.equal(sheet.clockIn(1_795_395_600_000 - 9 * 3_600_000, 'Asia/Shanghai'), '00:00:00');
  assert.equal(sheet.clockIn(1_795_395_600_000, 'UTC'), '01:00:00');
});

test('marks are counted in whole hundredths', () => {
  assert.equal(sheet.remaining(1000, [{ each: 50, count: 2 }], null, true), 900);
  assert.equal(sheet.remaining(100, [{ each: 50, count: 5 }], null, true), 0);
  assert.equal(sheet.remaining(100, [], null, false), null);
  assert.equal(sheet.hundredths('2.5'), 250);
  assert.equal(sheet.shown(250), '2.5');
});
