// Sends forms marked data-act without leaving the page, so that a refusal is told beside the fields and nothing typed is
// lost. Without this script the same forms work by themselves.

import { tell, unreachable } from './told.js';
import { waiting } from './waiting.js';

function clear(form) {
  for (const note of form.querySelectorAll('.told, .field-told')) note.remove();
  for (const field of form.querySelectorAll('[aria-invalid]')) field.removeAttribute('aria-invalid');
}

function tellProblems(form, refusal) {
  const rest = [];
  for (const problem of refusal.problems ?? []) {
    const field = problem.field && form.elements.namedItem(problem.field);
    if (!(field instanceof HTMLElement) || field.type === 'hidden') {
      rest.push(problem.message);
      continue;
    }
    field.setAttribute('aria-invalid', 'true');
    const note = document.createElement('span');
    note.className = 'field-told';
    note.textContent = problem.message;
    field.after(note);
  }
  const box = tell(form, rest.length > 1 ? refusal.message : [refusal.message, ...rest].join(' '), 'wrong');
  if (rest.length > 1) {
    const list = document.createElement('ul');
    list.append(...rest.map((text) => Object.assign(document.createElement('li'), { textContent: text })));
    box.append(list);
  }
  form.querySelector('[aria-invalid]')?.focus();
}

function save(blob, disposition) {
  const name = /filename\*=UTF-8''([^;]+)/.exec(disposition)?.[1];
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name ? decodeURIComponent(name) : 'download';
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

async function send(form, submitter) {
  clear(form);
  const body = new FormData(form);
  // Older browsers do not take the button that was pressed as a second argument.
  if (submitter?.name) body.append(submitter.name, submitter.value);
  const files = form.enctype === 'multipart/form-data';
  const target = submitter?.getAttribute('formaction') || form.getAttribute('action');
  const response = await fetch(target, {
    method: 'POST',
    headers: { accept: 'application/json' },
    body: files ? body : new URLSearchParams(body),
  });
  const disposition = response.headers.get('content-disposition');
  if (disposition) {
    save(await response.blob(), disposition);
    if (form.dataset.reload !== undefined) location.reload();
    return;
  }
  const answer = await response.json();
  if (!response.ok) return tellProblems(form, answer);
  if (form.dataset.show) {
    const value = answer.outcome?.[form.dataset.show] ?? '';
    tell(form, value.startsWith('/') ? location.origin + value : value, 'done');
    return;
  }
  if (answer.next === location.pathname + location.search) location.reload();
  else location.assign(answer.next);
}

document.addEventListener('submit', async (event) => {
  const form = event.target;
  if (!form.matches('form[data-act]')) return;
  event.preventDefault();
  const question = event.submitter?.dataset.confirm ?? form.dataset.confirm;
  if (question && form.dataset.confirmed !== 'yes') {
    form.dataset.confirmed = 'yes';
    tell(form, question, 'ask');
    return;
  }
  delete form.dataset.confirmed;
  const buttons = [...form.querySelectorAll('button')];
  for (const button of buttons) button.disabled = true;
  const done = waiting(form);
  try {
    await send(form, event.submitter);
  } catch {
    tell(form, unreachable('填写的内容还在，请稍后再试。', 'What you filled in is still here; try again.'));
  } finally {
    done();
    for (const button of buttons) button.disabled = false;
  }
});

for (const button of document.querySelectorAll('[data-print]')) button.addEventListener('click', () => window.print());
