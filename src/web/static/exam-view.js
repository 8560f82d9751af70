// What the candidate sees of the paper: the questions, the palette, the review. It shows and asks; it decides nothing.

import { fill } from './exam-core.js';
import { fieldOf, isTyping } from './exam-field.js';
import { isPartial } from './exam-field-core.js';
import { make, rich } from './exam-rich.js';

function options(question, words) {
  if (question.kind !== 'true_false') return question.options;
  return [{ letter: 'T', text: words.true }, { letter: 'F', text: words.false }];
}

/** The letters that a question offers; none where letters are not the answer. */
export function letters(question) {
  if (question.field) return [];
  return options(question, {}).map((option) => option.letter);
}

/** A question with its options; `on` is told of choices. */
export function questionCard(question, words, on) {
  const number = question.number;
  const several = question.kind === 'multiple';
  const choices = (question.field ? [] : options(question, words)).map((option) => {
    const input = make('input', { type: several ? 'checkbox' : 'radio', name: `q${number}`, value: option.letter });
    input.addEventListener('change', () => on.choose(question, option.letter));
    const letter = question.kind === 'true_false' ? '' : make('b', {}, option.letter);
    return make('label', { class: 'option' }, input, letter, make('span', {}, ...rich(option.parts, option.text)));
  });
  const flag = make('button', { type: 'button', class: 'flag', 'aria-pressed': 'false' }, `⚑ ${words.flag}`);
  flag.addEventListener('click', () => on.flag(number));
  const clear = make('button', { type: 'button', class: 'quiet clear' }, words.clear);
  clear.addEventListener('click', () => on.clear(question));
  const field = question.field ? fieldOf(question, words, on) : null;
  const stem = question.field?.cloze ? [] : rich(question.parts, question.stem);
  const card = make('article', { class: 'question', id: `q${number}`, 'data-number': number, tabindex: '-1', 'aria-label': fill(words.question, { n: number }) },
    make('p', { class: 'question-head' },
      make('span', { class: 'tag' }, words[`kind_${question.kind}`] ?? question.kind),
      make('span', { class: 'muted' }, fill(words.marks, { marks: question.marks })),
      make('span', { class: 'save-state' })),
    make('fieldset', {}, make('legend', {}, make('strong', {}, `${number}. `), ...stem), ...choices, ...(field?.body ?? [])),
    make('p', { class: 'question-foot' }, flag, clear));
  shows.set(card, { question, show: field?.show });
  return card;
}

/** What shows an answer on a card whose answer is not letters. */
const shows = new WeakMap();

/** Brings a card in line with its answer. */
export function showAnswer(card, own, save, words) {
  const { question, show } = shows.get(card);
  if (show && !isTyping(question.number)) show(own.value);
  for (const input of show ? [] : card.querySelectorAll('input')) {
    input.checked = own.value.includes(input.value);
    input.closest('label').classList.toggle('chosen', input.checked);
  }
  card.dataset.partial = isPartial(question, own.value);
  if (isTyping(question.number)) save = 'waiting';
  const flag = card.querySelector('.flag');
  flag.setAttribute('aria-pressed', own.flagged);
  const state = card.querySelector('.save-state');
  state.dataset.state = save;
  state.textContent = save === 'none' ? '' : words[`save_${save}`];
}

/** The palette's buttons, by number, in groups of the sections. */
export function palette(paper, words, go) {
  const buttons = new Map();
  const groups = (paper.sections.length ? paper.sections : [{ kind: '', first: 1, last: paper.questions.length }]).map((section) => {
    const grid = make('div', { class: 'palette-grid' });
    for (const { number } of paper.questions.filter((q) => q.number >= section.first && q.number <= section.last)) {
      const button = make('button', { type: 'button', 'data-number': number }, String(number));
      button.addEventListener('click', () => go(number));
      buttons.set(number, button);
      grid.append(button);
    }
    return make('section', {}, make('h3', {}, words[`kind_${section.kind}`] ?? ''), grid);
  });
  return { groups, buttons };
}

/** Brings a palette button in line: shape by class, words for those who do not see it. */
export function showPalette(button, number, state, own, current, words, partial = false) {
  button.className = `${state}${partial ? ' partial' : ''}${own.flagged ? ' flagged' : ''}`;
  if (current) button.setAttribute('aria-current', 'true');
  else button.removeAttribute('aria-current');
  const said = [fill(words.question, { n: number }), partial ? words.state_partial : words[`state_${state}`], own.flagged ? words.state_flagged : ''];
  button.setAttribute('aria-label', said.filter(Boolean).join(' '));
}

/** The numbers of a review list, as links. */
export function numberLinks(list, numbers, words, go) {
  list.replaceChildren(...(numbers.length === 0 ? [make('span', { class: 'muted' }, words.none)] : numbers.map((number) => {
    const link = make('a', { href: `#q${number}` }, String(number));
    link.addEventListener('click', (event) => {
      event.preventDefault();
      go(number);
    });
    return link;
  })));
}
