// Tries a file of questions and shows everything that it would do; only what was shown can then be accepted.

import { waiting } from './waiting.js';

const form = document.querySelector('form[data-try]');
const result = document.querySelector('[data-result]');
const part = (name) => result.querySelector(`[data-${name}]`);
const accept = form?.querySelector('[data-accept]');

function forget() {
  form.elements.namedItem('report').value = '';
  form.elements.namedItem('label').disabled = true;
  accept.hidden = true;
  result.hidden = true;
}

function tell(text) {
  form.querySelector(':scope > .told')?.remove();
  if (!text) return;
  const box = Object.assign(document.createElement('p'), { className: 'told', textContent: text });
  box.dataset.kind = 'wrong';
  box.setAttribute('role', 'alert');
  form.append(box);
}

function row(cells) {
  const tr = document.createElement('tr');
  tr.append(...cells.map((text) => Object.assign(document.createElement('td'), { textContent: text })));
  return tr;
}

function show(tried) {
  for (const name of ['read', 'same', 'left_out', 'parts']) part(name).textContent = tried[name];
  part('new').textContent = tried.new.length;
  part('changed').textContent = tried.changed.length;
  part('changes').replaceChildren(...tried.changed.slice(0, 200).map((text) => Object.assign(document.createElement('li'), { textContent: text })));
  const rows = part('rows');
  rows.replaceChildren(...tried.losses.map(({ at, item, degree, message }) => row([at, item, rows.dataset[degree], message])));
  part('losses').hidden = tried.losses.length === 0;
  part('clean').hidden = tried.left_out + tried.parts > 0;
  part('more').hidden = tried.more === 0;
  part('more').querySelector('span').textContent = tried.more;
  result.hidden = false;
  if (tried.new.length + tried.changed.length === 0) return;
  form.elements.namedItem('report').value = tried.report;
  form.elements.namedItem('label').disabled = false;
  accept.hidden = false;
}

async function check(button) {
  forget();
  tell('');
  if (!form.reportValidity()) return;
  button.disabled = true;
  const done = waiting(form);
  try {
    const body = new FormData(form);
    body.delete('report');
    body.delete('label');
    const answer = await fetch(form.dataset.try, { method: 'POST', headers: { accept: 'application/json' }, body });
    const told = await answer.json();
    if (answer.ok) show(told.outcome);
    else tell([told.message, ...(told.problems ?? []).map((problem) => problem.message)].join(' '));
  } catch {
    const zh = document.documentElement.lang.startsWith('zh');
    tell(zh ? '连接不上服务器，没有发送。请稍后再试。' : 'No connection: nothing was sent. Try again.');
  } finally {
    done();
    button.disabled = false;
  }
}

if (form && result) {
  forget();
  const button = form.querySelector('[data-check]');
  button.addEventListener('click', () => check(button));
  form.addEventListener('change', (event) => {
    if (event.target.name !== 'label') forget();
  });
}
