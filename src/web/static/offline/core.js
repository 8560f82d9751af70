// Checks certificates and codes with nothing but the issuer's keys: no network, no page, no other library.

export class Refused extends Error {}
const refuse = (code) => { throw new Refused(code); };
const utf8 = new TextDecoder('utf-8', { fatal: true });
const bytesOf = (text) => new TextEncoder().encode(text);
const latin = (bytes) => { let s = ''; for (let i = 0; i < bytes.length; i += 8192) s += String.fromCharCode(...bytes.subarray(i, i + 8192)); return s; };
export const hex = (bytes) => [...bytes].map((b) => b.toString(16).padStart(2, '0')).join('');
const same = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i]);
const join = (...parts) => { const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0)); let at = 0; for (const p of parts) { out.set(p, at); at += p.length; } return out; };
const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
export const fromBase64 = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));

// ---- ECDSA on P-256, in one spelling of two: s in the lower half.
const N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
async function ecdsa(spki, raw, message) {
  if (raw.length !== 64 || BigInt('0x' + hex(raw.subarray(32))) > N / 2n) return false;
  const key = await crypto.subtle.importKey('spki', spki, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['verify']);
  return crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key, raw, message);
}

// ---- The code on the sheet: base 32 after the last slash, COSE_Sign1 over a small CBOR map.
function base32(text) {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const out = []; let held = 0; let count = 0;
  for (const letter of text.toUpperCase()) {
    const value = alphabet.indexOf(letter);
    if (value < 0) refuse('statement-shape');
    held = (held << 5) | value; count += 5;
    if (count >= 8) { count -= 8; out.push((held >> count) & 255); held &= (1 << count) - 1; }
  }
  if (held !== 0 || count >= 5) refuse('statement-shape');
  return Uint8Array.from(out);
}

function cbor(bytes) {
  let at = 0;
  const take = (n) => { if (at + n > bytes.length) refuse('statement-shape'); at += n; return bytes.subarray(at - n, at); };
  const item = (depth) => {
    if (depth > 6) refuse('statement-shape');
    const head = take(1)[0]; const major = head >> 5; let n = head & 31;
    if (n > 27) refuse('statement-shape');
    if (n > 23) {
      const least = [24, 256, 65536, 4294967296][n - 24];
      n = take(1 << (n - 24)).reduce((value, byte) => value * 256 + byte, 0);
      if (n < least) refuse('statement-shape');
    }
    switch (major) {
      case 0: return n;
      case 1: return -1 - n;
      case 2: return take(n).slice();
      case 3: try { return utf8.decode(take(n)); } catch { return refuse('statement-shape'); }
      case 4: return Array.from({ length: n }, () => item(depth + 1));
      case 5: { const map = new Map(); for (let i = 0; i < n; i += 1) map.set(item(depth + 1), item(depth + 1)); return map; }
      case 6: return { tag: n, value: item(depth + 1) };
      default: return head === 0xf6 ? null : refuse('statement-shape');
    }
  };
  const value = item(0);
  if (at !== bytes.length) refuse('statement-shape');
  return value;
}

function cborBytes(length, major) {
  if (length < 24) return [major << 5 | length];
  return length < 256 ? [major << 5 | 24, length] : [major << 5 | 25, length >> 8, length & 255];
}

// What the code says, if one of the issuer's keys signed it. `keys`: [{ kid: hex, spki: bytes }].
export async function checkStatement(text, keys) {
  const letters = text.trim().split(/[/#]/).pop();
  if (letters.length < 100 || letters.length > 2000) refuse('statement-shape');
  const cose = cbor(base32(letters));
  const parts = cose?.tag === 18 ? cose.value : cose;
  if (!Array.isArray(parts) || parts.length !== 4) refuse('statement-shape');
  const [header, open, payload, signature] = parts;
  if (!(open instanceof Map) || open.size || !(header instanceof Uint8Array) || !(payload instanceof Uint8Array)) refuse('statement-shape');
  const protectedHeader = cbor(header);
  if (!(protectedHeader instanceof Map) || protectedHeader.get(1) !== -7 || protectedHeader.size !== 2) refuse('statement-shape');
  const kid = hex(protectedHeader.get(4) ?? []);
  const key = keys.find((one) => one.kid === kid) ?? refuse('untrusted');
  const name = bytesOf('Signature1');
  const signed = join(Uint8Array.of(0x84, 0x60 | name.length), name, Uint8Array.from(cborBytes(header.length, 2)), header,
    Uint8Array.of(0x40), Uint8Array.from(cborBytes(payload.length, 2)), payload);
  if (!(signature instanceof Uint8Array) || !await ecdsa(key.spki, signature, signed)) refuse('statement-forged');
  const claims = cbor(payload);
  const days = claims.get(6);
  return {
    number: claims.get(1), name: claims.get(2), idDigest: hex(claims.get(3)), occupation: claims.get(4), level: claims.get(5),
    issuedOn: new Date(days * 86400000).toISOString().slice(0, 10), key: kid,
  };
}

// ---- DER, as far as certificates and envelopes need it.
function der(bytes, at = 0) {
  const tag = bytes[at]; let length = bytes[at + 1]; let start = at + 2;
  if (length & 128) {
    const n = length & 127; length = 0;
    if (n < 1 || n > 3) refuse('envelope');
    for (let i = 0; i < n; i += 1) length = length * 256 + bytes[start + i];
    start += n;
  }
  if (!(start + length <= bytes.length)) refuse('envelope');
  return { tag, whole: bytes.subarray(at, start + length), body: bytes.subarray(start, start + length), end: start + length };
}

function children(node) {
  const parts = [];
  for (let at = 0; at < node.body.length;) { const part = der(node.body, at); parts.push(part); at = part.end; }
  return parts;
}

// The parts of a node, which must have just these tags.
function parts(node, ...tags) {
  const found = children(node);
  if (found.length !== tags.length || found.some((part, i) => part.tag !== tags[i])) refuse('envelope');
  return found;
}
const exactly = (node, ...spelled) => { if (!spelled.includes(hex(node.whole))) refuse('envelope'); };
const SHA_256 = '300b0609608648016503040201';
const ECDSA = '300a06082a8648ce3d040302';

const OID = { signedData: '2a864886f70d010702', data: '2a864886f70d010701', contentType: '2a864886f70d010903', digest: '2a864886f70d010904', certificate: '2a864886f70d010910022f', constraints: '551d13', usage: '551d0f', purposes: '551d25', documentSigning: '2b06010505070324', token: '2a864886f70d010910020e', stamp: '2a864886f70d0109100104' };

function certificate(node) {
  if (node.tag !== 0x30) refuse('envelope');
  const [tbs, algorithm, signature] = parts(node, 0x30, 0x30, 3);
  if (signature.body[0] !== 0) refuse('envelope');
  const [serial, , issuer, validity, subject, spki, ...rest] = children(tbs).filter((part) => part.tag !== 0xa0);
  const wrapped = rest.find((part) => part.tag === 0xa3) ?? refuse('purpose');
  const extensions = new Map(children(children(wrapped)[0]).map((one) => {
    const fields = children(one);
    return [hex(fields[0].body), fields[fields.length - 1].body];
  }));
  const time = (part) => {
    const text = latin(part.body); const long = part.tag === 0x18 ? text : (Number(text.slice(0, 2)) < 50 ? '20' : '19') + text;
    return Date.UTC(long.slice(0, 4), long.slice(4, 6) - 1, long.slice(6, 8), long.slice(8, 10), long.slice(10, 12), long.slice(12, 14));
  };
  const [from, until] = children(validity).map(time);
  return { whole: node.whole, tbs: tbs.whole, algorithm, signature: signature.body.subarray(1), serial: serial.whole, issuer: issuer.whole, subject: subject.whole, spki: spki.whole, from, until, extensions };
}

function rawSignature(bytes, size = 32) {
  const node = der(bytes);
  if (node.tag !== 0x30 || node.end !== bytes.length) refuse('signature');
  const [r, s] = parts(node, 2, 2).map((part) => part.body);
  const padded = (part) => { const plain = part[0] === 0 ? part.subarray(1) : part; if (part[0] === 0 ? !(plain[0] & 128) : part[0] & 128) refuse('signature'); if (plain.length > size) refuse('signature'); return join(new Uint8Array(size - plain.length), plain); };
  return join(padded(r), padded(s));
}

const isAuthority = (one) => { const constraints = one.extensions.get(OID.constraints); return !!constraints && children(der(constraints))[0]?.tag === 1; };
const isSigning = (one) => hex(one.extensions.get(OID.purposes) ?? []).includes(OID.documentSigning) && !isAuthority(one);

// ---- The file: one revision, one signature over all of it, nothing else.
const places = (text, needle) => { const found = []; for (let at = text.indexOf(needle); at >= 0; at = text.indexOf(needle, at + 1)) found.push(at); return found; };
const ROOM = 2 * 3072 + 2;
// A time stamp has up to twelve steps more.
const roomFor = (length, stamped) => { const steps = (length - ROOM) / 2048; return stamped ? Number.isInteger(steps) && steps > 0 && steps <= 12 : steps === 0; };

function singleRevision(text) {
  if (!text.startsWith('%PDF-')) refuse('unreadable');
  const ranges = places(text, '/ByteRange');
  if (ranges.length === 0) refuse('not-signed');
  if (ranges.length > 1) refuse('many-signatures');
  if (places(text, '%%EOF').length !== 1 || places(text, 'startxref').length !== 1 || !text.endsWith('\n%%EOF\n')) refuse('later-revision');
  const range = /^\/ByteRange\[0 (\d+) (\d+) (\d+) *\]/.exec(text.slice(ranges[0], ranges[0] + 70)) ?? refuse('not-covered');
  const [open, close, rest] = range.slice(1).map(Number);
  if (close + rest !== text.length || !(roomFor(close - open, false) || roomFor(close - open, true)) || !text.slice(0, open).endsWith('/Contents')) refuse('not-covered');
  return [open, close];
}

function envelopeIn(hole) {
  const found = /^<([0-9A-F]+)>$/.exec(hole) ?? refuse('hole');
  const bytes = Uint8Array.from(found[1].match(/../g), (pair) => parseInt(pair, 16));
  if (bytes[0] !== 0x30 || bytes[1] !== 0x82) refuse('envelope');
  const length = 4 + bytes[2] * 256 + bytes[3];
  if (bytes.subarray(length).some((byte) => byte !== 0)) refuse('hole');
  return bytes.subarray(0, length);
}

async function inflate(bytes, format) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream(format));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

async function credentialIn(text, bytes) {
  const found = [...text.matchAll(/<<[^>]*\/Type\/EmbeddedFile(?:[^<>]|<<[^>]*>>)*>>\s*stream\r?\n/g)];
  if (found.length !== 1) refuse('credential');
  const length = /\/Length (\d+)/.exec(found[0][0]) ?? refuse('credential');
  const start = found[0].index + found[0][0].length;
  try {
    return JSON.parse(utf8.decode(await inflate(bytes.subarray(start, start + Number(length[1])), 'deflate')));
  } catch { return refuse('credential'); }
}

// ---- The time stamp: a token over the signature, by somebody whose certificates were signed with the file.
const HASHES = { '608648016503040201': 'SHA-256', '608648016503040202': 'SHA-384', '608648016503040203': 'SHA-512' };
const METHODS = { '2a864886f70d010101': null, '2a864886f70d01010b': 'SHA-256', '2a864886f70d01010c': 'SHA-384', '2a864886f70d01010d': 'SHA-512', '2a8648ce3d040302': 'SHA-256', '2a8648ce3d040303': 'SHA-384', '2a8648ce3d040304': 'SHA-512' };
const late = () => refuse('time-stamp');

// An algorithm without parameters, or with the empty ones.
function method(node) {
  const [oid, parameters, more] = children(node);
  if (more || oid.tag !== 6 || (parameters && (parameters.tag !== 5 || parameters.body.length))) late();
  return hex(oid.body);
}

async function foreign(spki, hash, signature, message) {
  const kind = hex(children(children(der(spki))[0])[0].body);
  if (kind === '2a864886f70d010101') {
    const key = await crypto.subtle.importKey('spki', spki, { name: 'RSASSA-PKCS1-v1_5', hash }, false, ['verify']);
    return crypto.subtle.verify('RSASSA-PKCS1-v1_5', key, signature, message);
  }
  const [namedCurve, size] = { '2a8648ce3d030107': ['P-256', 32], '2b81040022': ['P-384', 48] }[hex(children(children(der(spki))[0])[1].body)] ?? late();
  const key = await crypto.subtle.importKey('spki', spki, { name: 'ECDSA', namedCurve }, false, ['verify']);
  return crypto.subtle.verify({ name: 'ECDSA', hash }, key, rawSignature(signature, size), message);
}

async function stampIn(unsigned, value, text, signedAt) {
  const [oid, values] = parts(parts(unsigned, 0x30)[0], 6, 0x31);
  exactly(oid, `060b${OID.token}`);
  const [kind, wrapped] = parts(parts(values, 0x30)[0], 6, 0xa0);
  const [version, digests, content, held, infos] = parts(parts(wrapped, 0x30)[0], 2, 0x31, 0x30, 0xa0, 0x31);
  exactly(kind, `0609${OID.signedData}`); exactly(version, '020103');
  const all = children(held);
  if (!all.length || !all.every((each) => text.includes(latin(each.whole)))) late();
  const [form, sid, digest, attributes, algorithm, signature] = parts(parts(infos, 0x30)[0], 2, 0x30, 0x30, 0xa0, 0x30, 4);
  exactly(form, '020101');
  if (!same(digests.body, digest.whole)) late();
  const [issuer, serial] = parts(sid, 0x30, 2);
  const own = all.map(certificate).find((each) => same(each.issuer, issuer.whole) && same(each.serial, serial.whole)) ?? late();
  const [type, box] = parts(content, 6, 0xa0);
  const [info] = parts(box, 4);
  const hash = HASHES[method(digest)] ?? late();
  const fixed = METHODS[method(algorithm)];
  if (fixed === undefined || hex(type.body) !== OID.stamp || hex(own.extensions.get(OID.purposes) ?? []) !== '300a06082b06010505070308') late();
  const attribute = new Map(children(attributes).map((each) => { const [name, set] = children(each); return [hex(name.body), children(set)[0]]; }));
  if (hex(attribute.get(OID.contentType)?.body ?? []) !== OID.stamp) late();
  if (!same(attribute.get(OID.digest)?.body ?? [], new Uint8Array(await crypto.subtle.digest(hash, info.body)))) late();
  if (!await foreign(own.spki, fixed ?? hash, signature.body, join(Uint8Array.of(0x31), attributes.whole.subarray(1)))) late();
  const [, , imprint, , time] = children(der(info.body));
  const [of, hashed] = children(imprint);
  if (HASHES[method(of)] !== 'SHA-256' || !same(hashed.body, await sha256(value))) late();
  const [, year, month, day, hour, minute, second_] = (/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\.\d+)?Z$/.exec(latin(time.body)) ?? late()).map(Number);
  const at = Date.UTC(year, month - 1, day, hour, minute, second_);
  if (at + 600000 < signedAt || own.from > at || at > own.until) late();
  return { at, by: commonName(own.subject) };
}

function commonName(subject) {
  const parts = children(der(subject)).flatMap(children).map(children);
  const found = parts.find(([oid]) => hex(oid.body) === '550403');
  return found ? utf8.decode(found[1].body) : '';
}

// What the file says, if it is byte for byte what the issuer signed. `roots`: DER of the trusted root certificates.
// `revoked`: [{ serial: hex, at: milliseconds, always: the date of signing says nothing }].
export async function checkFile(bytes, roots, keys, revoked = []) {
  try {
    return await wholeFile(bytes, roots, keys, revoked);
  } catch (error) {
    // Parts that are not where they belong, or a key that cannot be one.
    throw error instanceof Refused ? error : new Refused('envelope');
  }
}

async function wholeFile(bytes, roots, keys, revoked) {
  const text = latin(bytes);
  const [open, close] = singleRevision(text);
  const [kind, wrapped] = parts(der(envelopeIn(text.slice(open, close))), 6, 0xa0);
  exactly(kind, `0609${OID.signedData}`);
  const [version, digests, content, held, infos] = parts(parts(wrapped, 0x30)[0], 2, 0x31, 0x30, 0xa0, 0x31);
  exactly(version, '020101'); exactly(digests, `310d${SHA_256}`); exactly(content, `300b0609${OID.data}`);
  const certificates = children(held).map(certificate);
  const [signer] = parts(infos, 0x30);
  const stamped = roomFor(close - open, true);
  const [form, sid, method256, attributes, algorithm, signature, unsigned] = parts(signer, 2, 0x30, 0x30, 0xa0, 0x30, 4, ...(stamped ? [0xa1] : []));
  exactly(form, '020101'); exactly(method256, SHA_256); exactly(algorithm, ECDSA);
  if (certificates.length !== 3) refuse('envelope');
  certificates.forEach((one) => exactly(one.algorithm, ECDSA));
  const [issuer, serial] = parts(sid, 0x30, 2);
  const signing = certificates.find((one) => same(one.issuer, issuer.whole) && same(one.serial, serial.whole)) ?? refuse('envelope');
  const attribute = new Map(children(attributes).map((one) => { const [oid, values] = children(one); return [hex(oid.body), children(values)[0]]; }));
  const digest = await sha256(join(bytes.subarray(0, open), bytes.subarray(close)));
  if (attribute.size !== 3 || hex(attribute.get(OID.contentType)?.body ?? []) !== OID.data) refuse('envelope');
  if (!same(attribute.get(OID.digest)?.body ?? [], digest)) refuse('altered');
  const named = children(children(children(attribute.get(OID.certificate) ?? refuse('envelope'))[0])[0])[0].body;
  if (!same(named, await sha256(signing.whole))) refuse('envelope');
  const asSet = join(Uint8Array.of(0x31), attributes.whole.subarray(1));
  if (!await ecdsa(signing.spki, rawSignature(signature.body), asSet)) refuse('signature');
  const root = certificates.find((one) => roots.some((trusted) => same(trusted, one.whole))) ?? refuse('untrusted');
  const issuing = certificates.find((one) => one !== signing && one !== root) ?? refuse('untrusted');
  for (const [below, above] of [[signing, issuing], [issuing, root], [root, root]]) {
    if (!same(below.issuer, above.subject) || !await ecdsa(above.spki, rawSignature(below.signature), below.tbs)) refuse('untrusted');
  }
  if (!isAuthority(root) || !isAuthority(issuing) || !isSigning(signing)) refuse('purpose');
  const at = /\/M\(D:(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z\)/.exec(text) ?? refuse('structure');
  const [year, month, day, hour, minute, second] = at.slice(1).map(Number);
  const signedAt = Date.UTC(year, month - 1, day, hour, minute, second);
  if (![signing, issuing, root].every((one) => one.from <= signedAt && signedAt <= one.until)) refuse('expired');
  const stamp = unsigned ? await stampIn(unsigned, signature.body, text, signedAt) : null;
  const latest = Math.max(signedAt, stamp ? stamp.at : 0);
  if (revoked.some((one) => (one.always || one.at <= latest) && [signing, issuing].some(({ serial: own }) => hex(own) === one.serial))) refuse('key-revoked');
  if (!/\/TransformMethod\/DocMDP/.test(text) || !/\/P 1\b/.test(text) || /\/(JavaScript|OpenAction|Launch|XFA)\b/.test(text)) refuse('structure');
  const credential = await credentialIn(text, bytes);
  const spkiId = hex((await sha256(signing.spki)).subarray(0, 4));
  const statement = await checkStatement(credential.statement, [...keys, { kid: spkiId, spki: signing.spki }]);
  if (statement.number !== credential.record.number || statement.name !== credential.record.name) refuse('credential');
  const ledger = credential.ledger ? await checkProof(credential) : null;
  return { record: credential.record, signedAt: new Date(signedAt), stamp, sha256: hex(await sha256(bytes)), ledger, status: credential.status, signing };
}

// ---- The ledger's proof inside: the record's entry is in the tree that the checkpoint signs.
const canonical = (value) => {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value && typeof value === 'object') return `{${Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(',')}}`;
  return JSON.stringify(value);
};

export async function checkProof(credential) {
  const bad = () => refuse('ledger');
  const [head, body, ...lines] = credential.ledger.proof.split('\n\n');
  const [format, extra, index, ...path] = head.split('\n');
  if (format !== 'c2sp.org/tlog-proof@v1' || lines.length !== 1) bad();
  const entry = fromBase64(extra.replace(/^extra /, ''));
  const fields = Object.fromEntries(utf8.decode(entry).split('\n').slice(1, 5).map((line) => line.split(' ')));
  const claims = { record: credential.record, photo_sha256: credential.photo_sha256 ?? null };
  if (fields.act !== 'certificate.enter' || fields.about !== hex(await sha256(bytesOf(canonical(claims))))) bad();
  const [origin, size, root] = body.split('\n');
  let [number, last] = [BigInt(index.replace(/^index /, '')), BigInt(size) - 1n];
  if (number > last) bad();
  let hash = await sha256(join(Uint8Array.of(0), entry));
  for (const one of path.map(fromBase64)) {
    if (last === 0n) bad();
    if (number & 1n || number === last) {
      hash = await sha256(join(Uint8Array.of(1), one, hash));
      while (!(number & 1n) && number !== 0n) { number >>= 1n; last >>= 1n; }
    } else hash = await sha256(join(Uint8Array.of(1), hash, one));
    number >>= 1n; last >>= 1n;
  }
  if (last !== 0n || !same(hash, fromBase64(root))) bad();
  const [name, id, key] = credential.ledger.key.split(/\+(.{8})\+/);
  const raw = fromBase64(key);
  if (name !== origin || raw[0] !== 1 || raw.length !== 33) bad();
  const line = lines[0].split('\n').find((one) => one.startsWith(`\u2014 ${name} `)) ?? bad();
  const signature = fromBase64(line.split(' ')[2]);
  if (hex(signature.subarray(0, 4)) !== id || !await ed25519(raw.subarray(1), signature.subarray(4), bytesOf(`${body}\n`))) bad();
  return { key: credential.ledger.key, origin, size: Number(size), enteredAt: new Date(Number(fields.at)) };
}

// ---- Ed25519, checking only: not every browser has it, and nothing here is secret.
const Q = 2n ** 255n - 19n; const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const mod = (a, m = Q) => ((a % m) + m) % m;
const power = (base, exponent) => { let out = 1n; for (let b = mod(base), e = exponent; e > 0n; e >>= 1n) { if (e & 1n) out = mod(out * b); b = mod(b * b); } return out; };
const D = mod(-121665n * power(121666n, Q - 2n)); const ROOT = power(2n, (Q - 1n) / 4n);
const little = (bytes) => bytes.reduceRight((value, byte) => value * 256n + BigInt(byte), 0n);
function point(bytes) {
  const value = little(bytes); const y = value & (2n ** 255n - 1n); const sign = value >> 255n;
  if (y >= Q) return null;
  const square = mod((y * y - 1n) * power(D * y * y + 1n, Q - 2n));
  let x = power(square, (Q + 3n) / 8n);
  if (mod(x * x - square) !== 0n) x = mod(x * ROOT);
  if (mod(x * x - square) !== 0n || (x === 0n && sign)) return null;
  if ((x & 1n) !== sign) x = Q - x;
  return [x, y, 1n, mod(x * y)];
}
function add([x1, y1, z1, t1], [x2, y2, z2, t2]) {
  const a = mod((y1 - x1) * (y2 - x2)); const b = mod((y1 + x1) * (y2 + x2)); const c = mod(2n * D * t1 * t2); const d = mod(2n * z1 * z2);
  return [mod((b - a) * (d - c)), mod((d + c) * (b + a)), mod((d - c) * (d + c)), mod((b - a) * (b + a))];
}
const times = (n, p) => { let out = [0n, 1n, 1n, 0n]; for (let q = p, k = n; k > 0n; k >>= 1n, q = add(q, q)) if (k & 1n) out = add(out, q); return out; };
export async function ed25519(key, signature, message) {
  if (signature.length !== 64) return false;
  const [a, r] = [point(key), point(signature.subarray(0, 32))]; const s = little(signature.subarray(32));
  if (!a || !r || s >= L) return false;
  const k = mod(little(new Uint8Array(await crypto.subtle.digest('SHA-512', join(signature.subarray(0, 32), key, message)))), L);
  const base = point(Uint8Array.from([0x58, ...Array(31).fill(0x66)]));
  const [left, right] = [times(s, base), add(r, times(k, a))];
  return mod(left[0] * right[2] - right[0] * left[2]) === 0n && mod(left[1] * right[2] - right[1] * left[2]) === 0n;
}

// ---- A status list that was fetched earlier: what is known, and since when.
export async function checkStatus(jws, place, keys) {
  const [header, payload, signature] = jws.trim().split('.');
  const { kid, alg } = JSON.parse(utf8.decode(fromBase64(header)));
  const key = keys.find((one) => one.kid === kid) ?? refuse('untrusted');
  if (alg !== 'ES256' || !await ecdsa(key.spki, fromBase64(signature), bytesOf(`${header}.${payload}`))) refuse('status-forged');
  const list = JSON.parse(utf8.decode(fromBase64(payload)));
  if (list.id !== place.list) refuse('status-other');
  const bits = await inflate(fromBase64(list.credentialSubject.encodedList.slice(1)), 'gzip');
  return { set: (bits[place.index >> 3] & (0x80 >> (place.index & 7))) !== 0, asOf: new Date(list.validFrom) };
}
