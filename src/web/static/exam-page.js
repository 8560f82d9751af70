// The paper at the terminal: joins the rules (exam-core), the keep (exam-keep), the line (exam-link) and the view.

import { Answers, choose, clockText, Countdown, dueNotice, fill, keyMeaning } from './exam-core.js';
import { openKeep } from './exam-keep.js';
import { ask, Link } from './exam-link.js';
import { letters, numberLinks, palette, questionCard, showAnswer, showPalette } from './exam-view.js';
import { openReview } from './exam-review.js';
import { commitTyped } from './exam-field.js';
import { isPartial } from './exam-field-core.js';
import { lockDown } from './exam-lock.js';
import { watchPresence } from './exam-presence.js';
import { alone } from './exam-tabs.js';

const $ = (id) => document.getElementById(id);
const words = $('words').dataset;
const csrf = document.body.dataset.csrf;
const shown = { current: 1, list: false, filter: 'all', over: false, frozen: false, paused: false, extra: null };

async function load() {
  if (!await alone()) {
    $('loading').hidden = true;
    $('frozen').textContent = words.other_tab;
    $('frozen').hidden = false;
    return;
  }
  const again = async (path) => {
    for (let failures = 0; ; failures += 1) {
      try {
        return await ask(path);
      } catch (error) {
        if (error.status === 401) location.assign('/exam');
        if (error.status === 409) location.assign('/exam/wait');
        $('loading').textContent = words.offline;
        await new Promise((resolve) => setTimeout(resolve, 2_000 + failures * 500));
      }
    }
  };
  const [state, paper] = [await again('/api/v1/terminal'), await again('/api/v1/terminal/paper')];
  const keep = await openKeep(state.attempt);
  const answers = new Answers(paper.questions.map((question) => question.number));
  answers.fromServer(state.answers);
  answers.fromKept(await keep.all().catch(() => []));
  const countdown = new Countdown(() => performance.now());
  countdown.hold(state.paused ? state.remaining_ms : null);
  countdown.correct(state.remaining_ms ?? 0);
  run({ state, paper, keep, answers, countdown });
}

/** A practice paper is kept nowhere and sent nowhere: it says what the real one says. */
function practise() {
  const paper = JSON.parse($('practice').dataset.paper);
  const answers = new Answers(paper.questions.map((question) => question.number));
  const countdown = new Countdown(() => performance.now());
  const state = { remaining_ms: Number($('practice').dataset.ms), submit_in_ms: 0, extra_ms: 0, paused: false };
  countdown.correct(state.remaining_ms);
  const line = (tell) => ({
    change: (answer) => setTimeout(() => { answers.ack([{ ...answer, clash: false }]); tell('changed'); }, 600),
    flush: async () => {},
    start: () => {},
    stop: () => {},
    submit: async () => location.assign($('practice').dataset.next),
  });
  run({ state, paper, keep: { clear: async () => {} }, answers, countdown, line });
}

function run({ state, paper, keep, answers, countdown, line }) {
  const questions = new Map(paper.questions.map((question) => [question.number, question]));
  const order = [...questions.keys()];
  const submitFrom = new Countdown(() => performance.now());
  submitFrom.correct(state.submit_in_ms ?? 0);
  shown.extra = state.extra_ms;
  const presence = watchPresence();
  const link = line ? line(tell) : new Link({ csrf, answers, keep, countdown, tell, presence });
  if (state.lock) lockDown(state.lock, presence, $('full-screen'));

  const changed = (number, part) => {
    if (shown.frozen) return;
    link.change(answers.change(number, part));
    refresh(number);
  };
  const on = {
    choose: (question, letter) => changed(question.number, { value: choose(question.kind, answers.get(question.number).value, letter) }),
    flag: (number) => changed(number, { flagged: !answers.get(number).flagged }),
    clear: (question) => changed(question.number, { value: '' }),
    set: (question, value) => { if (value !== answers.get(question.number).value) changed(question.number, { value }); else refresh(question.number); },
    typing: (question) => refresh(question.number),
  };
  const cards = new Map(paper.questions.map((question) => [question.number, questionCard(question, words, on)]));
  $('loading').remove();
  $('questions').append(...cards.values());
  const { groups, buttons } = palette(paper, words, go);
  $('palette-groups').append(...groups);

  function refresh(number) {
    const own = answers.get(number);
    showAnswer(cards.get(number), own, answers.saveState(number), words);
    showPalette(buttons.get(number), number, answers.state(number), own, number === shown.current, words, isPartial(questions.get(number), own.value));
    refreshWhole();
  }

  function refreshWhole() {
    const unsent = answers.unacked().length;
    const failed = order.some((number) => answers.saveState(number) === 'unsaved');
    const save = $('save');
    save.dataset.state = unsent === 0 ? 'saved' : failed ? 'unsaved' : 'waiting';
    save.textContent = fill(words[`all_${save.dataset.state}`], { n: unsent });
    $('done-count').textContent = fill(words.answered, { n: answers.answered(), all: order.length });
    const fits = new Set(answers.numbers(shown.filter));
    for (const [number, button] of buttons) button.hidden = !fits.has(number);
  }

  function go(number, focus = true) {
    if (!questions.has(number)) return;
    const before = shown.current;
    shown.current = number;
    answers.see(number);
    for (const [other, card] of cards) card.hidden = !shown.list && other !== number;
    refresh(before);
    refresh(number);
    $('place').textContent = fill(words.place, { n: number, all: order.length });
    $('previous').disabled = number === order[0];
    $('next').disabled = number === order[order.length - 1];
    if (shown.list) cards.get(number).scrollIntoView({ block: 'start' });
    if (focus) cards.get(number).focus({ preventScroll: shown.list });
    buttons.get(number).scrollIntoView({ block: 'nearest' });
  }
  const step = (by) => go(order[order.indexOf(shown.current) + by]);

  function tell(kind, about) {
    const connection = $('connection');
    if (kind === 'online' || kind === 'offline') {
      if (kind === 'online' && connection.dataset.state === 'offline') $('notice').hidden = true;
      connection.dataset.state = kind;
      connection.textContent = words[kind];
      if (kind === 'offline' && !shown.over) say(words.offline_kept);
    }
    if (kind === 'unkept') say(words.unkept);
    if (kind === 'changed') for (const number of order) refresh(number);
    if (kind === 'refused') {
      if (about.code === 'second-terminal') replaced();
      else if (about.code !== 'attempt-closed') say(about.message);
    }
    if (kind === 'state') heard(about);
  }

  function heard(now) {
    if (now.extra_ms > shown.extra) say(fill(words.extra, { n: Math.round((now.extra_ms - shown.extra) / 60_000) }));
    shown.extra = now.extra_ms;
    if (now.submit_in_ms !== null) submitFrom.correct(now.submit_in_ms);
    showPause(now.paused);
    if (now.state === 'submitted') leave();
    else if (!now.lease) replaced();
  }

  /** In a pause the paper is hidden, and nothing is lost. */
  function showPause(paused) {
    if (shown.paused === paused) return;
    shown.paused = paused;
    if (paused) $('review-dialog').close();
    $('pause').hidden = !paused;
    $('paper').hidden = paused;
    $('moves').hidden = paused;
  }

  /** Another terminal has the paper now: what this one had not sent goes to be kept aside. */
  function replaced() {
    freeze(words.second_terminal);
    link.handOver();
  }

  /** The last answers go first; what cannot be delivered any more is said, and stays in this browser. */
  async function leave() {
    if (shown.over) return;
    shown.over = true;
    setInputs(true);
    for (let tries = 0; tries < 6 && answers.unacked().length > 0; tries += 1) {
      await link.flush();
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    const left = answers.unacked().length;
    link.stop();
    if (left > 0 || answers.asides() > 0) {
      freeze(left > 0 ? fill(words.undelivered, { n: left }) : fill(words.aside, { n: answers.asides() }));
      $('to-receipt').hidden = false;
      if (left > 0) return;
      await keep.clear().catch(() => {});
      return;
    }
    await keep.clear().catch(() => {});
    location.assign('/exam/done');
  }

  async function submit() {
    commitTyped();
    if (link.submit) return link.submit();
    await link.flush();
    await ask('/api/v1/terminal/submit', csrf, {});
    return leave();
  }

  function freeze(text) {
    shown.frozen = true;
    link.stop();
    setInputs(true);
    $('frozen').textContent = text;
    $('frozen').hidden = false;
  }

  function setInputs(off) {
    for (const input of document.querySelectorAll('#questions :is(input, button, select, textarea)')) input.disabled = off;
    for (const box of document.querySelectorAll('#questions .spot')) box.setAttribute('aria-disabled', off);
  }

  let before = countdown.remaining();
  async function timeIsUp() {
    commitTyped();
    shown.frozen = true;
    setInputs(true);
    say(words.time_up, true);
    for (let failures = 0; !shown.over; failures += 1) {
      try {
        await submit();
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 1_000 + Math.min(failures, 9) * 500 + Math.random() * 1_000));
        // Extra time may have come while the line was down.
        if (countdown.remaining() > 0) {
          shown.frozen = false;
          setInputs(false);
          before = countdown.remaining();
          setTimeout(tick, 250);
          return;
        }
      }
    }
  }

  function tick() {
    const left = countdown.remaining();
    const clock = $('clock-time');
    const text = clockText(left);
    if (clock.textContent !== text) clock.textContent = text;
    $('clock').dataset.last = left <= 5 * 60_000;
    const due = dueNotice(before, left);
    if (due !== null) say(fill(words.left, { n: due }));
    if (due !== null && due <= 5) clock.hidden = false;
    before = left;
    if (left > 0) setTimeout(tick, 250);
    else if (!shown.over) timeIsUp();
  }

  $('clock').addEventListener('click', () => { $('clock-time').hidden = !$('clock-time').hidden; });
  $('previous').addEventListener('click', () => step(-1));
  $('next').addEventListener('click', () => step(1));
  $('list').addEventListener('click', () => {
    shown.list = !shown.list;
    $('list').setAttribute('aria-pressed', shown.list);
    go(shown.current);
  });
  for (const input of document.querySelectorAll('input[name=filter]')) {
    input.addEventListener('change', () => { shown.filter = input.value; refreshWhole(); });
  }
  const partial = () => order.filter((number) => isPartial(questions.get(number), answers.get(number).value));
  const review = () => { commitTyped(); openReview({ answers, words, go, submit, submitFrom, links: numberLinks, partial }); };
  $('review').addEventListener('click', review);
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || shown.paused || document.querySelector('dialog[open]')) return;
    // Letters that are typed into an answer mean themselves.
    if (event.target.matches?.('input:not([type=radio], [type=checkbox]), select, textarea, .spot')) {
      if (event.key === 'Escape') cards.get(shown.current).focus();
      return;
    }
    const question = questions.get(shown.current);
    const meaning = keyMeaning(event.key, question.kind, letters(question));
    if (!meaning) return;
    event.preventDefault();
    if (meaning.act === 'next') step(1);
    if (meaning.act === 'previous') step(-1);
    if (meaning.act === 'flag') on.flag(shown.current);
    if (meaning.act === 'review') review();
    if (meaning.act === 'choose') on.choose(question, meaning.letter);
  });
  $('questions').addEventListener('focusin', (event) => {
    const number = Number(event.target.closest('[data-number]')?.dataset.number);
    if (shown.list && number && number !== shown.current) {
      const last = shown.current;
      shown.current = number;
      answers.see(number);
      refresh(last);
      refresh(number);
    }
  });
  for (const number of order) refresh(number);
  go(order[0], false);
  if (answers.unacked().length > 0) say(fill(words.recovered, { n: answers.unacked().length }));
  showPause(state.paused);
  link.start();
  tick();
}

function say(text, urgent = false) {
  const place = $(urgent ? 'alert' : 'notice');
  place.textContent = text;
  place.hidden = false;
}

if ($('practice')) practise();
else load();
