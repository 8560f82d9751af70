// Tries a candidate list and shows what each way of importing would do, row by row. The chosen file stays in the form, so
// that "import" sends the same file. Without this script "import" alone works: it takes the list whole or tells what is wrong.

import { cell, refused, row, tell, unreachable, untell } from './told.js';
import { waiting } from './waiting.js';

const form = document.querySelector('form[data-roll]');
const result = document.querySelector('[data-roll-result]');
const part = (name) => result.querySelector(`[data-${name}]`);
let tried = null;

function modeName(mode) {
  return form.querySelector(`input[name=mode][value=${mode}]`).parentElement.querySelector('span').firstChild.textContent;
}

function showModes() {
  const order = (part('modes').dataset.counts ?? 'rows added overwritten skipped removed kept bad_rows').split(' ');
  part('modes').replaceChildren(...tried.modes.map(({ mode, counts }) => row([
    cell(modeName(mode)), ...order.map((name) => cell(counts[name], 'number')),
  ])));
}

// The problems of the chosen way: a candidate who is approved is in the way of overwriting, not of skipping.
function showProblems() {
  const mode = new FormData(form).get('mode');
  const { problems } = tried.modes.find((one) => one.mode === mode);
  part('problems').replaceChildren(...problems.map(({ row: number, letter, column, message }) => row([
    cell(number, 'number'), cell([letter, column].filter(Boolean).join(' ')), cell(message),
  ])));
  part('bad').hidden = problems.length === 0;
  part('good').hidden = problems.length > 0;
}

async function check(button) {
  if (!form.reportValidity()) return;
  untell(form);
  button.disabled = true;
  result.hidden = false;
  part('busy').hidden = false;
  const done = waiting(form);
  try {
    const answer = await fetch(form.dataset.roll, {
      method: 'POST', headers: { accept: 'application/json' }, body: checked(),
    });
    const told = await answer.json();
    if (!answer.ok) {
      result.hidden = true;
      tell(form, refused(told));
      return;
    }
    tried = told.outcome;
    showModes();
    showProblems();
  } catch {
    result.hidden = true;
    tell(form, unreachable('请稍后再试。', 'Try again.'));
  } finally {
    done();
    part('busy').hidden = true;
    button.disabled = false;
  }
}

function checked() {
  const body = new FormData(form);
  body.delete('mode');
  return body;
}

if (form && result) {
  const button = form.querySelector('[data-check]');
  button.hidden = false;
  button.addEventListener('click', () => check(button));
  form.addEventListener('change', (event) => {
    // Only clearing deletes somebody, so only clearing asks twice.
    const asks = form.querySelector('input[name=mode]:checked').dataset.asks;
    if (asks) form.dataset.confirm = asks;
    else delete form.dataset.confirm;
    delete form.dataset.confirmed;
    if (event.target.name === 'file') {
      tried = null;
      result.hidden = true;
    } else if (tried) showProblems();
  });
}
