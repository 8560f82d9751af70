// The review before handing in: what is unanswered, what is flagged, and two steps.

import { clockText, fill } from './exam-core.js';

const $ = (id) => document.getElementById(id);
let timer = null;
let wired = false;
let present = null;

function showStep(sure) {
  $('review-lists').hidden = sure;
  $('review-sure').hidden = !sure;
}

function showEarliest() {
  const { submitFrom, words } = present;
  const left = submitFrom.remaining() ?? 0;
  $('hand-in').disabled = left > 0;
  $('earliest').hidden = left <= 0;
  $('earliest').textContent = fill(words.earliest, { time: clockText(left) });
}

function close() {
  $('review-dialog').close();
}

function wire() {
  if (wired) return;
  wired = true;
  $('review-dialog').addEventListener('close', () => clearInterval(timer));
  for (const button of document.querySelectorAll('[data-close-review]')) button.addEventListener('click', close);
  $('hand-in').addEventListener('click', () => {
    const open = present.answers.numbers('unanswered').length;
    $('sure-text').textContent = fill(open > 0 ? present.words.sure_open : present.words.sure, { n: open });
    showStep(true);
    $('hand-in-sure').focus();
  });
  $('hand-in-sure').addEventListener('click', async () => {
    const button = $('hand-in-sure');
    button.disabled = true;
    $('review-told').textContent = present.words.handing_in;
    try {
      await present.submit();
    } catch (error) {
      $('review-told').textContent = error.status ? error.message : present.words.not_handed_in;
    } finally {
      button.disabled = false;
    }
  });
}

/** Opens the review. */
export function openReview(facts) {
  present = facts;
  wire();
  const { answers, words, go, links } = facts;
  const [open, flagged] = [answers.numbers('unanswered'), answers.numbers('flagged')];
  const visit = (number) => {
    close();
    go(number);
  };
  $('review-count').textContent = fill(words.answered, { n: answers.answered(), all: answers.byNumber.size });
  $('unanswered-count').textContent = open.length;
  $('flagged-count').textContent = flagged.length;
  links($('unanswered'), open, words, visit);
  links($('flagged'), flagged, words, visit);
  const begun = facts.partial();
  $('partial-box').hidden = begun.length === 0;
  $('partial-count').textContent = begun.length;
  links($('partial'), begun, words, visit);
  $('review-told').textContent = '';
  showStep(false);
  showEarliest();
  clearInterval(timer);
  timer = setInterval(showEarliest, 500);
  if (!$('review-dialog').open) $('review-dialog').showModal();
}
