// Answers that are not letters of options: how they are written down, without a page. The server writes them the same way.

/** Letters at places, `-` where there is none: 'CA-B'. Nothing anywhere is the empty answer. */
export function readPlaces(value, places) {
  return Array.from({ length: places }, (_, place) => value[place] ?? '-');
}

export function writePlaces(letters) {
  return letters.every((letter) => letter === '-') ? '' : letters.join('');
}

/** Puts an option at a step (from 1; 0 takes it out). What stood there goes where the option came from, or, where it came
    from nowhere, to the first free step: nothing that was put in order falls out of it. */
export function putStep(value, places, letter, step) {
  const letters = readPlaces(value, places);
  const from = letters.indexOf(letter);
  const there = step > 0 ? letters[step - 1] : '-';
  if (from >= 0) letters[from] = '-';
  if (step > 0) letters[step - 1] = letter;
  if (there !== '-' && there !== letter) letters[from >= 0 ? from : letters.indexOf('-')] = there;
  return writePlaces(letters);
}

/** A text for each blank, as a list. */
export function readBlanks(value, blanks) {
  let list = [];
  try {
    list = value === '' ? [] : JSON.parse(value);
  } catch {
    // What is not ours is no answer.
  }
  return Array.from({ length: blanks }, (_, blank) => (typeof list[blank] === 'string' ? list[blank] : ''));
}

export function writeBlanks(texts) {
  const trimmed = texts.map((text) => text.trim());
  return trimmed.every((text) => text === '') ? '' : JSON.stringify(trimmed);
}

/** A number and the letter of a chosen unit: '20.5 B'. Without units to choose from there is only the number. */
export function readNumber(value, units) {
  const found = units > 1 ? value.match(/^(.*?)(?:^|\s)([A-Z])$/) : null;
  return found && found[2].charCodeAt(0) - 65 < units ? { number: found[1].trim(), unit: found[2] } : { number: value, unit: '' };
}

export function writeNumber(number, unit) {
  return `${number.trim()} ${unit}`.trim();
}

/** Whether a text is a number as the server reads it. */
export function isNumber(text) {
  const narrow = text.replace(/\s/g, '').replace(/[！-～]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0)).replace('−', '-');
  return /^[+-]?(\d+\.?\d*|\.\d+)((e|E|[x×*·]10\^)[+-]?\d{1,2})?$/.test(narrow);
}

/** Points of a picture, sorted: '120,45;300,20'. */
export function readPoints(value) {
  return value.split(';').map((point) => point.split(',').map(Number)).filter(([x, y]) => Number.isInteger(x) && Number.isInteger(y)).map(([x, y]) => ({ x, y }));
}

export function writePoints(points) {
  return [...points].sort((a, b) => a.x - b.x || a.y - b.y).map(({ x, y }) => `${x},${y}`).join(';');
}

/** Marks a point: near a marked one it unmarks that; when all are used it moves the nearest. */
export function mark(points, point, need, near) {
  const distance = (other) => Math.hypot(other.x - point.x, other.y - point.y);
  const nearest = [...points].sort((a, b) => distance(a) - distance(b))[0];
  if (nearest && distance(nearest) <= near) return points.filter((other) => other !== nearest);
  if (points.length >= need) return [...points.filter((other) => other !== nearest), point];
  return [...points, point];
}

/** Whether an answer was begun and lacks a part. */
export function isPartial(question, value) {
  const field = question.field;
  if (!field || value === '') return false;
  if (field.cloze) return readBlanks(value, field.cloze.blanks.length).some((text) => text === '');
  if (field.matching || field.ordering) return value.includes('-');
  if (field.hotspot) return readPoints(value).length < field.hotspot.need;
  if (field.numeric && field.numeric.units.length > 1) {
    const { number, unit } = readNumber(value, field.numeric.units.length);
    return number === '' || unit === '';
  }
  return false;
}
