// Tries a file of questions and shows everything that it would do; only what was shown can then be accepted.

import { cell, refused, row, tell, unreachable, untell } from './told.js';
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

function show(tried) {
  for (const name of ['read', 'same', 'left_out', 'parts']) part(name).textContent = tried[name];
  part('new').textContent = tried.new.length;
  part('changed').textContent = tried.changed.length;
  part('changes').replaceChildren(...tried.changed.slice(0, 200).map((text) => Object.assign(document.createElement('li'), { textContent: text })));
  const rows = part('rows');
  rows.replaceChildren(...tried.losses.map(({ at, item, degree, message }) => row([at, item, rows.dataset[degree], message].map((text) => cell(text)))));
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
  untell(form);
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
    else tell(form, refused(told));
  } catch {
    tell(form, unreachable('请稍后再试。', 'Try again.'));
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
