// A locked terminal: the paper fills the screen, and nothing is copied, pasted or printed, where the session says so.

const COPYING = ['copy', 'cut', 'paste', 'contextmenu', 'dragstart', 'drop'];

/** Whether these keys print or save the page. */
export function prints(event) {
  return (event.ctrlKey || event.metaKey) && ['p', 's'].includes(event.key.toLowerCase());
}

/** Locks the page; `presence` hears when the screen is left. */
export function lockDown(lock, presence, cover) {
  if (lock.no_copy) {
    document.body.classList.add('locked');
    for (const kind of COPYING) document.addEventListener(kind, (event) => event.preventDefault());
    document.addEventListener('keydown', (event) => { if (prints(event)) event.preventDefault(); }, true);
  }
  if (!lock.full_screen || !document.documentElement.requestFullscreen) return;
  const show = () => {
    const out = document.fullscreenElement === null;
    cover.hidden = !out;
    presence.look(out);
  };
  cover.querySelector('button').addEventListener('click', () => document.documentElement.requestFullscreen().catch(() => {}));
  document.addEventListener('fullscreenchange', show);
  cover.hidden = false;
}
