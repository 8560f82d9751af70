// Places in a picture: by pointing, by a cross that the arrow keys move, or by numbers in fields.

import { mark, readPoints, writePoints } from './exam-field-core.js';
import { fill } from './exam-core.js';
import { make, picture } from './exam-rich.js';

const STEP = 10;

export function spot({ picture: shown, need }, question, words, on) {
  const { width, height } = shown;
  let points = [];
  let cross = { x: Math.round(width / 2), y: Math.round(height / 2) };
  const near = Math.max(6, Math.round(Math.max(width, height) / 60));

  const image = picture(shown);
  const crossMark = make('span', { class: 'spot-cross', 'aria-hidden': 'true' });
  const marks = Array.from({ length: need }, (_, index) => make('span', { class: 'spot-mark', 'aria-hidden': 'true' }, String(index + 1)));
  const at = make('p', { class: 'muted', role: 'status' });
  const box = make('div', { class: 'spot', tabindex: '0', role: 'application', 'aria-label': `${shown.shows} ${words.field_spot_how}` }, image, crossMark, ...marks);

  const place = (element, point) => {
    element.hidden = !point;
    if (!point) return;
    element.style.left = `${(point.x / width) * 100}%`;
    element.style.top = `${(point.y / height) * 100}%`;
  };
  const tell = () => on.set(question, writePoints(points));
  const move = (x, y) => {
    cross = { x: Math.min(width, Math.max(0, x)), y: Math.min(height, Math.max(0, y)) };
    place(crossMark, cross);
    at.textContent = fill(words.field_spot_at, { at: `${cross.x}, ${cross.y}` });
  };
  const toggle = () => {
    if (box.getAttribute('aria-disabled') === 'true') return;
    points = mark(points, { ...cross }, need, near);
    tell();
  };

  box.addEventListener('keydown', (event) => {
    const step = event.shiftKey ? 1 : STEP;
    const moves = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
    if (moves[event.key]) move(cross.x + moves[event.key][0], cross.y + moves[event.key][1]);
    else if (event.key === 'Enter' || event.key === ' ') toggle();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  box.addEventListener('click', (event) => {
    const edge = image.getBoundingClientRect();
    move(Math.round(((event.clientX - edge.left) / edge.width) * width), Math.round(((event.clientY - edge.top) / edge.height) * height));
    toggle();
  });

  const rows = Array.from({ length: need }, (_, index) => {
    const field = (name, most) => make('input', { type: 'number', min: '0', max: String(most), step: '1', 'aria-label': `${fill(words.field_spot, { n: index + 1 })} ${name}` });
    const [x, y] = [field(words.field_spot_left, width), field(words.field_spot_top, height)];
    const changed = () => {
      if (x.value === '' && y.value === '') points = points.filter((_, own) => own !== index);
      else if (x.value === '' || y.value === '' || !x.checkValidity() || !y.checkValidity()) return;
      else points = [...points.slice(0, index), { x: Number(x.value), y: Number(y.value) }, ...points.slice(index + 1)];
      tell();
    };
    x.addEventListener('change', changed);
    y.addEventListener('change', changed);
    return { x, y, node: make('p', { class: 'spot-row' }, fill(words.field_spot, { n: index + 1 }), ' ', words.field_spot_left, x, words.field_spot_top, y) };
  });
  const button = make('button', { type: 'button' }, words.field_spot_here);
  button.addEventListener('click', toggle);
  move(cross.x, cross.y);

  return {
    body: [make('p', { class: 'muted' }, `${fill(words.field_spot_need, { n: need })} ${words.field_spot_how}`), box, make('p', { class: 'spot-row' }, button), at, ...rows.map((row) => row.node)],
    show(value) {
      points = readPoints(value);
      marks.forEach((element, index) => place(element, points[index]));
      rows.forEach(({ x, y }, index) => {
        x.value = points[index]?.x ?? '';
        y.value = points[index]?.y ?? '';
      });
    },
  };
}
