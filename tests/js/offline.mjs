// node tests/js/offline.mjs DIR: what the offline page says of the certificates in DIR (root.pem, keys.json, N.pdf), and of
// a hundred altered ones. Run by the Rust tests, which make the folder.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.argv[2];
const source = readFileSync(new URL('../../src/web/static/offline/core.js', import.meta.url), 'utf8');
const core = await import(`data:text/javascript,${encodeURIComponent(source)}`);
const given = JSON.parse(readFileSync(join(folder, 'keys.json'), 'utf8'));
const roots = given.roots.map(core.fromBase64);
const keys = given.keys.map(({ kid, spki }) => ({ kid, spki: core.fromBase64(spki) }));

const refusedAs = async (work) => {
  try { await work(); } catch (error) { assert.ok(error instanceof core.Refused, error.stack); return error.message; }
  return 'genuine';
};

// One bit of every third byte of the envelope, the token in it: none may be changed.
async function envelopeBytes(bytes) {
  const start = Buffer.from(bytes).indexOf('/Contents<3082') + 10;
  const length = 4 + parseInt(Buffer.from(bytes.subarray(start + 4, start + 8)).toString(), 16);
  let count = 0;
  for (let at = 1; at < length; at += 3) {
    const copy = bytes.slice();
    const place = start + 2 * at;
    const value = parseInt(Buffer.from(copy.subarray(place, place + 2)).toString(), 16) ^ (1 << (at % 8));
    copy.set(Buffer.from(value.toString(16).toUpperCase().padStart(2, '0')), place);
    assert.notEqual(await refusedAs(() => core.checkFile(copy, roots, keys)), 'genuine', `envelope byte ${at}`);
    count += 1;
  }
  return count;
}

let altered = 0;
for (const name of readdirSync(folder).filter((one) => one.endsWith('.pdf'))) {
  const bytes = new Uint8Array(readFileSync(join(folder, name)));
  const found = await core.checkFile(bytes, roots, keys);
  assert.ok(found.record.number.length > 10);
  assert.equal(found.ledger?.size, 2, 'the proof inside holds');
  const { statement } = JSON.parse(readFileSync(join(folder, name.replace('.pdf', '.json')), 'utf8'));
  const claims = await core.checkStatement(statement, keys);
  assert.equal(claims.number, found.record.number);
  assert.equal(claims.name, found.record.name);
  assert.equal(claims.issuedOn, found.record.issued_on);
  assert.equal(await refusedAs(() => core.checkFile(bytes, [], keys)), 'untrusted');
  assert.equal(await refusedAs(() => core.checkStatement(statement, [])), 'untrusted');
  const serial = given.serials[0];
  const told = { serial, at: Date.UTC(2020, 0), always: false };
  assert.equal(await refusedAs(() => core.checkFile(bytes, roots, keys, [told])), 'key-revoked');
  assert.equal(await refusedAs(() => core.checkFile(bytes, roots, keys, [{ ...told, at: Date.UTC(2090, 0) }])), 'genuine');
  assert.equal(await refusedAs(() => core.checkFile(bytes, roots, keys, [{ serial, at: Date.UTC(2090, 0), always: true }])), 'key-revoked');
  for (let round = 0; round < 50; round += 1) {
    const at = (round * 7919 + 11) % bytes.length;
    const copy = bytes.slice();
    copy[at] ^= 1 << (round % 8);
    assert.notEqual(await refusedAs(() => core.checkFile(copy, roots, keys)), 'genuine', `byte ${at}`);
    const start = statement.lastIndexOf('/') + 1;
    const letter = start + (round * 31) % (statement.length - start);
    const other = statement[letter] === 'A' ? 'B' : 'A';
    const code = statement.slice(0, letter) + other + statement.slice(letter + 1);
    assert.notEqual(await refusedAs(() => core.checkStatement(code, keys)), 'genuine', `letter ${letter}`);
    altered += 2;
  }
  assert.equal(found.stamp?.by, name === 'stamped.pdf' ? '授时 Clock' : undefined);
  if (found.stamp) {
    assert.equal(found.stamp.at, found.signedAt.getTime());
    altered += await envelopeBytes(bytes);
  }
  const longer = new Uint8Array(bytes.length + 4);
  longer.set(bytes);
  assert.equal(await refusedAs(() => core.checkFile(longer, roots, keys)), 'later-revision');
}
const status = readFileSync(join(folder, 'status.jwt'), 'utf8');
const place = { list: 'https://exam.example/status/1', index: 7 };
assert.equal((await core.checkStatus(status, place, keys)).set, true);
assert.equal((await core.checkStatus(status, { ...place, index: 8 }, keys)).set, false);
console.log(`ok, ${altered} altered ones refused`);
