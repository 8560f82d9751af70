// The score sheet under a thumb: a tap adds a fault, another takes it back, every change saves itself. The server computes
// what counts; here marks are only shown, in whole hundredths so that nothing is rounded.

export function remaining(most, faults, given, marked) {
  if (given !== null) return given;
  if (!marked) return null;
  const off = faults.reduce((sum, fault) => sum + fault.each * fault.count, 0);
  return Math.max(0, most - off);
}

export function hundredths(text) {
  const match = /^(\d{1,6})(?:\.(\d{1,2}))?$/.exec(text.trim());
  return match ? Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0')) : null;
}

export function shown(marks) {
  const rest = marks % 100;
  const whole = Math.floor(marks / 100);
  if (rest === 0) return String(whole);
  return `${whole}.${String(rest).padStart(2, '0').replace(/0$/, '')}`;
}

/** The server's instant as a time of day in the installation's zone: what this machine's clock says is no matter. */
export function clockIn(millis, zone) {
  return new Intl.DateTimeFormat('zh-CN', { timeZone: zone, hourCycle: 'h23', hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(millis);
}

const PAUSE = 700;
const RETRY = 5000;

function start(form) {
  const saved = document.getElementById('saved');
  let timer = 0;
  let dirty = false;
  let sending = null;
  let stopped = false;

  const parts = (element) => ({
    most: Number(element.dataset.most),
    given: element.querySelector('[name^="marks."]'),
    done: element.querySelector('[name^="done."]'),
    faults: [...element.querySelectorAll('.fault')],
    out: element.querySelector('.remaining output'),
  });
  const count = (fault) => fault.querySelector('input');

  function paint(element) {
    const { most, given, done, faults, out } = parts(element);
    const seen = faults.map((fault) => ({ each: Number(fault.dataset.each), count: Number(count(fault).value) || 0 }));
    const marks = remaining(most, seen, hundredths(given.value), done.checked);
    out.value = marks === null ? '–' : shown(marks);
    element.classList.toggle('marked', marks !== null);
    faults.forEach((fault, index) => {
      fault.classList.toggle('seen', seen[index].count > 0);
      fault.querySelector('[data-undo]').disabled = seen[index].count === 0;
    });
  }

  function changed(element) {
    if (element) paint(element);
    dirty = true;
    saved.textContent = form.dataset.saving;
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE);
  }

  async function post() {
    dirty = false;
    const response = await fetch(form.getAttribute('action'), {
      method: 'POST',
      headers: { accept: 'application/json' },
      body: new URLSearchParams(new FormData(form)),
    });
    const answer = await response.json();
    if (!response.ok) {
      // A refusal does not go away by repeating; the next change tries again. Nothing typed is lost.
      stopped = response.status === 409;
      saved.textContent = [answer.message, ...(answer.problems ?? []).map((problem) => problem.message)].join(' ');
      saved.classList.add('bad');
      return;
    }
    const { revision, total, unmarked } = answer.outcome;
    form.elements.namedItem('revision').value = revision;
    document.getElementById('total').value = total;
    document.getElementById('open').value = unmarked.length;
    const late = document.getElementById('late');
    const off = answer.outcome.overtime;
    late.textContent = off === '0' ? '' : `${late.dataset.text} −${off}`;
    saved.classList.remove('bad');
    saved.textContent = `${form.dataset.saved} ${clockIn(answer.outcome.saved_at, form.dataset.zone)}`;
  }

  function save() {
    clearTimeout(timer);
    if (sending || stopped) return sending ?? Promise.resolve();
    sending = post()
      .catch(() => {
        dirty = true;
        saved.classList.add('bad');
        saved.textContent = form.dataset.unsaved;
        timer = setTimeout(save, RETRY);
      })
      .finally(() => {
        sending = null;
        if (dirty && !saved.classList.contains('bad')) timer = setTimeout(save, PAUSE);
      });
    return sending;
  }

  for (const button of form.querySelectorAll('[data-add], [data-undo]')) {
    button.hidden = false;
    button.addEventListener('click', () => {
      const element = button.closest('.element');
      const { given, done } = parts(element);
      const field = count(button.closest('.fault'));
      const step = button.dataset.add === undefined ? -1 : 1;
      field.value = Math.min(99, Math.max(0, (Number(field.value) || 0) + step));
      given.value = '';
      done.checked = true;
      changed(element);
    });
  }
  form.addEventListener('input', (event) => {
    const element = event.target.closest('.element');
    if (element && event.target.name.startsWith('marks.') && event.target.value !== '') {
      for (const fault of parts(element).faults) count(fault).value = 0;
      parts(element).done.checked = true;
    } else if (element && event.target.name.startsWith('count.')) {
      parts(element).given.value = '';
      if (Number(event.target.value) > 0) parts(element).done.checked = true;
    }
    changed(element);
  });

  // Before any form is sent, what was tapped is saved, so that the two do not overtake each other.
  let flushed = false;
  document.addEventListener(
    'submit',
    (event) => {
      if (flushed || (!sending && !dirty)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      const { target, submitter } = event;
      Promise.resolve(sending)
        .then(() => (dirty ? save() : null))
        .then(() => {
          // Once: without a network the form itself says that it was not sent.
          flushed = true;
          target.requestSubmit(submitter ?? undefined);
          flushed = false;
        });
    },
    true,
  );
  form.querySelector('[data-sign]').addEventListener('click', (event) => {
    const open = [...form.querySelectorAll('.element')].find((element) => !element.classList.contains('marked'));
    if (!open || document.querySelector('.veto .notice.bad')) return;
    event.preventDefault();
    open.scrollIntoView({ block: 'center' });
    open.querySelector('button, input').focus({ preventScroll: true });
    open.classList.add('asked');
  });
  window.addEventListener('beforeunload', (event) => {
    if (dirty || sending) event.preventDefault();
  });
  document.body.classList.add('scripted');
  for (const element of form.querySelectorAll('.element')) paint(element);
}

const form = globalThis.document?.getElementById('sheet');
if (form) start(form);
