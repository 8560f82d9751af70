import { Refused, checkFile, checkStatement, checkStatus, fromBase64 } from './core.js';

const known = JSON.parse(document.getElementById('keys').textContent);
const words = JSON.parse(document.getElementById('words').textContent);
const roots = known.roots.map(fromBase64);
const keys = known.keys.map(({ kid, spki }) => ({ kid, spki: fromBase64(spki) }));
let language = navigator.language.startsWith('zh') ? 'zh' : 'en';
let list = null;
let last = null;
const say = (key) => words[language][key] ?? key;
const at = (id) => document.getElementById(id);

function row(target, label, value) {
  if (!value) return;
  const [dt, dd] = [document.createElement('dt'), document.createElement('dd')];
  dt.textContent = say(label);
  dd.textContent = value;
  target.append(dt, dd);
}

function show() {
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  for (const part of document.querySelectorAll('[data-say]')) part.textContent = say(part.dataset.say);
  at('made').textContent = known.made;
  const out = at('answer');
  out.hidden = !last;
  if (!last) return;
  out.dataset.verdict = last.verdict;
  at('verdict').textContent = say(`verdict-${last.verdict}`);
  at('reason').textContent = last.reason ? say(`reason-${last.reason}`) : '';
  const facts = at('facts');
  facts.replaceChildren();
  for (const [label, value] of last.facts ?? []) row(facts, label, value);
  at('unknown').textContent = last.unknown ? say(last.unknown) : '';
}

const day = (date) => date.toISOString().replace('T', ' ').slice(0, 16) + ' UTC';

async function file(bytes) {
  const found = await checkFile(bytes, roots, keys, known.revoked);
  const { record } = found;
  const facts = [['title', record.title], ['number', record.number], ['name', record.name], ['occupation', record.occupation], ['level', record.level], ['issuer', record.issuer], ['issued', record.issued_on], ['until', record.valid_until], ['signed', day(found.signedAt)]];
  if (found.stamp) facts.push(['stamped', `${found.stamp.by} · ${day(new Date(found.stamp.at))}`]);
  if (found.ledger) facts.push(['ledger', `${found.ledger.origin} · ${day(found.ledger.enteredAt)}`]);
  const over = record.valid_until && new Date(`${record.valid_until}T24:00:00+08:00`) < new Date();
  let [verdict, unknown] = [record.sample ? 'sample' : over ? 'expired' : 'genuine', 'not-revocation'];
  if (list && found.status) {
    const status = await checkStatus(list, found.status, keys);
    facts.push(['as-of', day(status.asOf)]);
    unknown = 'not-since';
    if (status.set) verdict = 'revoked';
  }
  return { verdict, facts, unknown };
}

async function code(text) {
  const found = await checkStatement(text, keys);
  const facts = [['number', found.number], ['name', found.name], ['occupation', found.occupation], ['level', String(found.level)], ['issued', found.issuedOn]];
  return { verdict: 'code', facts, unknown: 'not-paper' };
}

async function answer(work) {
  try {
    last = await work();
  } catch (error) {
    const reason = error instanceof Refused ? error.message : 'unreadable';
    last = { verdict: reason === 'unreadable' ? 'unreadable' : 'false', reason };
  }
  show();
}

at('file').addEventListener('change', (event) => {
  const [chosen] = event.target.files;
  if (chosen) answer(async () => file(new Uint8Array(await chosen.arrayBuffer())));
});
at('list').addEventListener('change', async (event) => { list = event.target.files[0] ? await event.target.files[0].text() : null; });
at('code').addEventListener('submit', (event) => {
  event.preventDefault();
  answer(() => code(new FormData(event.target).get('text')));
});
at('language').addEventListener('click', () => { language = language === 'zh' ? 'en' : 'zh'; show(); });

async function look() {
  const video = at('video');
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
  video.srcObject = stream;
  video.hidden = false;
  await video.play();
  const detector = new BarcodeDetector({ formats: ['qr_code'] });
  const stop = () => { stream.getTracks().forEach((track) => track.stop()); video.hidden = true; };
  const beat = async () => {
    const [found] = await detector.detect(video).catch(() => []);
    if (!found) return setTimeout(beat, 200);
    stop();
    return answer(() => code(found.rawValue));
  };
  beat();
}
if ('BarcodeDetector' in window && navigator.mediaDevices) {
  at('camera').hidden = false;
  at('camera').addEventListener('click', () => look().catch(() => { at('video').hidden = true; }));
}
if (location.hash.length > 100) answer(() => code(location.hash.slice(1)));
show();
