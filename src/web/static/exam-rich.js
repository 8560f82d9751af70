// Text with formulas, pictures and blanks, as the server took it apart. Formulas come as MathML that the server built from a
// short list of elements; a browser that cannot show MathML shows what the author wrote.

export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, '');
    else if (value !== false && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

const MATHML = 'http://www.w3.org/1998/Math/MathML';
const RETRY = 4_000;

function formula({ tex, mathml }) {
  if (!('MathMLElement' in window)) return make('code', { class: 'tex' }, tex);
  const parsed = new DOMParser().parseFromString(mathml, 'text/html').body.firstElementChild;
  const all = parsed ? [parsed, ...parsed.querySelectorAll('*')] : [];
  if (all.length === 0 || all.some((one) => one.namespaceURI !== MATHML)) return make('code', { class: 'tex' }, tex);
  const math = document.importNode(parsed, true);
  math.setAttribute('alttext', tex);
  return math;
}

/** A picture of the paper; one that does not arrive is asked for again. */
export function picture({ digest, shows, width, height }) {
  const address = `/exam/picture/${digest}`;
  const image = make('img', { class: 'shown', src: address, alt: shows, width, height, draggable: 'false' });
  let tries = 0;
  image.addEventListener('error', () => {
    tries += 1;
    setTimeout(() => { image.src = `${address}?again=${tries}`; }, RETRY * (0.5 + Math.random()));
  });
  return image;
}

/** The nodes of a text. `blank` makes what stands at a blank. */
export function rich(parts, text, blank = () => '____') {
  if (!parts) return [text];
  return parts.map((part) => {
    if ('formula' in part) return formula(part.formula);
    if ('picture' in part) return picture(part.picture);
    if ('blank' in part) return blank(part.blank);
    return part.text;
  });
}
