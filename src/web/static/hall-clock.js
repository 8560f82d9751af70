// The hall's clock: the server's time of day, carried on by a clock that nobody can set.

const DAY = 86_400;
const two = (n) => String(n).padStart(2, '0');

/** Starts the clock in an element that holds the server's instant and its text; gives a function that corrects it and one
    that tells the server's instant now. */
export function hallClock(element) {
  const [h, m, s] = element.dataset.text.split(':').map(Number);
  const shown = { seconds: h * 3600 + m * 60 + s, millis: Number(element.dataset.now) };
  let last = { server: shown.millis, here: performance.now() };
  const now = () => last.server + performance.now() - last.here;
  const tick = () => {
    const seconds = (((shown.seconds + Math.floor((now() - shown.millis) / 1000)) % DAY) + DAY) % DAY;
    const text = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
    if (element.textContent !== text) element.textContent = text;
  };
  tick();
  setInterval(tick, 250);
  return { now, correct: (server) => { last = { server, here: performance.now() }; } };
}
