// Marking with the keyboard: digits choose the level of the present line and go on to the next, Enter saves.

const form = document.getElementById('rubric');
const save = form.querySelector('button.primary');
const lines = [...form.querySelectorAll('.rubric-line')];
let present = 0;

function show() {
  lines.forEach((line, index) => line.classList.toggle('present', index === present));
}

function choose(digit) {
  const input = lines[present]?.querySelectorAll('input[type=radio]')[digit - 1];
  if (!input) return;
  input.checked = true;
  input.dispatchEvent(new Event('change', { bubbles: true }));
}

form.addEventListener('change', (event) => {
  const line = event.target.closest('.rubric-line');
  if (!line) return;
  for (const label of line.querySelectorAll('.option')) label.classList.toggle('chosen', label.querySelector('input').checked);
  present = Math.min(lines.indexOf(line) + 1, lines.length);
  show();
});

document.addEventListener('keydown', (event) => {
  // A key that is held down would choose for line after line.
  if (event.repeat) return;
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.matches?.('textarea')) return;
  if (/^[1-9]$/.test(event.key)) choose(Number(event.key));
  else if (event.key === 'Backspace' || event.key === 'u') present = Math.max(0, present - 1);
  else if (event.key === 'Enter' && !event.target.matches?.('button, a, summary')) {
    if (!save.disabled) form.requestSubmit();
  }
  else return;
  event.preventDefault();
  show();
});

show();
