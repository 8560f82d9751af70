// What a form tells below itself, and rows of a table made from text.

/** The box below a form with what happened to it; read aloud at once. */
export function tell(form, text, kind = 'wrong') {
  let box = form.querySelector(':scope > .told');
  if (!box) {
    box = document.createElement('p');
    box.className = 'told';
    box.setAttribute('role', 'alert');
    form.append(box);
  }
  box.dataset.kind = kind;
  box.textContent = text;
  return box;
}

/** Takes away what was told. */
export function untell(form) {
  form.querySelector(':scope > .told')?.remove();
}

/** A refusal in one sentence after another. */
export function refused({ message, problems = [] }) {
  return [message, ...problems.map((problem) => problem.message)].join(' ');
}

/** What to say when the server could not be reached. */
export function unreachable(zh, en) {
  return document.documentElement.lang.startsWith('zh') ? `连接不上服务器，没有发送。${zh}` : `No connection: nothing was sent. ${en}`;
}

export function cell(text, kind = '') {
  return Object.assign(document.createElement('td'), { textContent: text, className: kind });
}

export function row(cells) {
  const tr = document.createElement('tr');
  tr.append(...cells);
  return tr;
}
