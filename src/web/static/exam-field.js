// What an answer is entered into, where it is not letters of options: fields, lists to choose from, a picture. Each is made
// of the browser's own controls, so that the keyboard alone suffices.

import { isNumber, putStep, readBlanks, readNumber, readPlaces, writeBlanks, writeNumber, writePlaces } from './exam-field-core.js';
import { fill } from './exam-core.js';
import { make, rich } from './exam-rich.js';
import { spot } from './exam-spot.js';

const IDLE = 700;
const typed = new Map();

/** Hands over what is being typed at this moment. */
export function commitTyped() {
  for (const commit of [...typed.values()]) commit();
}

addEventListener('pagehide', commitTyped, { capture: true });

/** Tells of typing: at once that something changes, and what it is after a pause or when the field is left. */
function listen(control, question, on, read, pauses = control.tagName !== 'SELECT') {
  const commit = () => {
    clearTimeout(timer);
    typed.delete(question.number);
    on.set(question, read());
  };
  let timer = null;
  control.addEventListener('input', () => {
    clearTimeout(timer);
    // What was begun in another field of the question is handed over first.
    if (typed.has(question.number) && typed.get(question.number) !== commit) typed.get(question.number)();
    timer = setTimeout(commit, IDLE);
    typed.set(question.number, commit);
    on.typing(question);
  });
  control.addEventListener(pauses && control.tagName === 'SELECT' ? 'blur' : 'change', () => { if (typed.get(question.number) === commit) commit(); });
}

function put(control, value) {
  if (control.value !== value) control.value = value;
}

function choice(label, none, options) {
  return make('select', { 'aria-label': label }, make('option', { value: '' }, none),
    ...options.map(({ value, text }) => make('option', { value }, text)));
}

const lettered = (texts) => texts.map((text, place) => ({ value: String.fromCharCode(65 + place), text }));

/** A field for a number, with its unit; `changed` is given what it holds. */
function number(units, label, words, question, on, read) {
  const input = make('input', { type: 'text', inputmode: 'decimal', autocomplete: 'off', maxlength: '40', class: 'number-field', 'aria-label': label });
  const hint = make('span', { class: 'field-hint', role: 'status' });
  const unit = units.length > 1 ? choice(`${label} ${words.field_unit}`, words.field_unit, lettered(units)) : null;
  listen(input, question, on, read);
  if (unit) listen(unit, question, on, read);
  input.addEventListener('change', () => { hint.textContent = input.value.trim() === '' || isNumber(input.value) ? '' : words.field_no_number; });
  return {
    nodes: [make('span', { class: 'number-of' }, input, unit ?? (units[0] ? make('span', { class: 'unit' }, units[0]) : ''), hint)],
    value: () => writeNumber(input.value, unit?.value ?? ''),
    show(value) {
      const shown = readNumber(value, units.length);
      put(input, shown.number);
      if (unit) put(unit, shown.unit);
    },
  };
}

function line(max, label, question, on, read) {
  const input = make('input', { type: 'text', autocomplete: 'off', spellcheck: 'false', maxlength: String(max), class: 'line-field', 'aria-label': label });
  listen(input, question, on, read);
  return { nodes: [input], value: () => input.value.trim(), show: (value) => put(input, value) };
}

function cloze({ blanks }, question, words, on) {
  const read = () => writeBlanks(fields.map((field) => field.value()));
  const fields = blanks.map((blank, index) => {
    const label = fill(words.field_blank, { n: index + 1 });
    if (blank.numeric) return number(blank.numeric.units, label, words, question, on, read);
    if (blank.text) return line(blank.text.max_chars, label, question, on, read);
    const select = choice(label, words.field_choose, lettered(blank.choice.options));
    listen(select, question, on, read);
    return { nodes: [select], value: () => select.value, show: (value) => put(select, value) };
  });
  return {
    body: [make('div', { class: 'cloze' }, ...rich(question.parts, question.stem, (n) => make('span', { class: 'blank' }, make('sub', {}, String(n)), ...fields[n - 1].nodes)))],
    show: (value) => readBlanks(value, blanks.length).forEach((text, index) => fields[index].show(text)),
  };
}

function matching({ prompts }, question, words, on) {
  const read = () => writePlaces(selects.map((select) => select.value || '-'));
  const options = question.options.map(({ letter, text }) => ({ value: letter, text: `${letter} ${text.slice(0, 24)}` }));
  const selects = prompts.map((prompt) => choice(prompt.text, words.field_choose, options));
  for (const select of selects) listen(select, question, on, read);
  const rows = prompts.map((prompt, index) => make('label', { class: 'pair' }, make('span', {}, ...rich(prompt.parts, prompt.text)), selects[index]));
  const list = question.options.map((option) => make('li', {}, make('b', {}, option.letter), make('span', {}, ...rich(option.parts, option.text))));
  return {
    body: [make('p', { class: 'muted' }, words.field_match_how), make('div', { class: 'match' }, make('div', {}, ...rows), make('ul', { class: 'lettered' }, ...list))],
    show: (value) => readPlaces(value, prompts.length).forEach((letter, index) => put(selects[index], letter === '-' ? '' : letter)),
  };
}

function ordering(question, words, on) {
  const { options } = question;
  let present = '';
  const now = make('p', { class: 'order-now', role: 'status' });
  // The text begins with its number, so that the number's key finds it.
  const steps = options.map((_, step) => ({ value: String(step + 1), text: String(step + 1) }));
  const selects = options.map((option) => {
    const select = choice(option.text, words.field_step, steps);
    // Arrow keys pass through the steps between: only where they stop counts.
    listen(select, question, on, () => putStep(present, options.length, option.letter, Number(select.value)), true);
    return select;
  });
  const rows = options.map((option, index) => make('label', { class: 'pair' }, make('span', {}, make('b', {}, option.letter), ' ', ...rich(option.parts, option.text)), selects[index]));
  return {
    body: [make('p', { class: 'muted' }, words.field_order_how), ...rows, now],
    show(value) {
      present = value;
      const letters = readPlaces(value, options.length);
      options.forEach((option, index) => put(selects[index], letters.includes(option.letter) ? String(letters.indexOf(option.letter) + 1) : ''));
      now.textContent = value === '' ? words.field_order_none : fill(words.field_order, { order: letters.map((letter) => (letter === '-' ? '＿' : letter)).join(' → ') });
    },
  };
}

function written({ max_chars: max }, question, words, on) {
  const area = make('textarea', { rows: '10', maxlength: String(max), class: 'written', 'aria-label': words.field_written });
  const count = make('p', { class: 'muted' });
  const recount = () => { count.textContent = fill(words.field_chars, { n: [...area.value].length, all: max }); };
  listen(area, question, on, () => area.value.trim());
  area.addEventListener('input', recount);
  return { body: [area, count], show(value) { put(area, value); recount(); } };
}

/** The field of a question: its nodes, and how it shows an answer. */
export function fieldOf(question, words, on) {
  const [kind] = Object.keys(question.field);
  const own = question.field[kind];
  const single = (field) => ({ body: [make('div', { class: 'single-field' }, ...field.nodes)], show: field.show });
  let field;
  const read = () => field.value();
  if (kind === 'numeric') return single(field = number(own.units, words.field_number, words, question, on, read));
  if (kind === 'text') return single(field = line(own.max_chars, words.field_text, question, on, read));
  if (kind === 'cloze') return cloze(own, question, words, on);
  if (kind === 'matching') return matching(own, question, words, on);
  if (kind === 'ordering') return ordering(question, words, on);
  if (kind === 'hotspot') return spot(own, question, words, on);
  return written(own, question, words, on);
}

/** Whether somebody is typing an answer to this question. */
export function isTyping(number) {
  return typed.has(number);
}
