// What the candidate sees of the paper: the questions, the palette, the review. It shows and asks; it decides nothing.

import { fill } from './exam-core.js';

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, '');
    else if (value !== false && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

function options(question, words) {
  if (question.kind !== 'true_false') return question.options;
  return [{ letter: 'T', text: words.true }, { letter: 'F', text: words.false }];
}

/** The letters that a question offers. */
export function letters(question) {
  return options(question, {}).map((option) => option.letter);
}

/** A question with its options; `on` is told of choices. */
export function questionCard(question, words, on) {
  const number = question.number;
  const several = question.kind === 'multiple';
  const choices = options(question, words).map((option) => {
    const input = make('input', { type: several ? 'checkbox' : 'radio', name: `q${number}`, value: option.letter });
    input.addEventListener('change', () => on.choose(question, option.letter));
    const letter = question.kind === 'true_false' ? '' : make('b', {}, option.letter);
    return make('label', { class: 'option' }, input, letter, make('span', {}, option.text));
  });
  const flag = make('button', { type: 'button', class: 'flag', 'aria-pressed': 'false' }, `⚑ ${words.flag}`);
  flag.addEventListener('click', () => on.flag(number));
  const clear = make('button', { type: 'button', class: 'quiet clear' }, words.clear);
  clear.addEventListener('click', () => on.clear(question));
  return make('article', { class: 'question', id: `q${number}`, 'data-number': number, tabindex: '-1', 'aria-label': fill(words.question, { n: number }) },
    make('p', { class: 'question-head' },
      make('span', { class: 'tag' }, words[`kind_${question.kind}`] ?? question.kind),
      make('span', { class: 'muted' }, fill(words.marks, { marks: question.marks })),
      make('span', { class: 'save-state' })),
    make('fieldset', {}, make('legend', {}, make('strong', {}, `${number}. `), question.stem), ...choices),
    make('p', { class: 'question-foot' }, flag, clear));
}

/** Brings a card in line with its answer. */
export function showAnswer(card, own, save, words) {
  for (const input of card.querySelectorAll('input')) {
    input.checked = own.value.includes(input.value);
    input.closest('label').classList.toggle('chosen', input.checked);
  }
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
export function showPalette(button, number, state, own, current, words) {
  button.className = `${state}${own.flagged ? ' flagged' : ''}`;
  if (current) button.setAttribute('aria-current', 'true');
  else button.removeAttribute('aria-current');
  const said = [fill(words.question, { n: number }), words[`state_${state}`], own.flagged ? words.state_flagged : ''];
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
