// One window for one paper: a second one is refused and told why. The first keeps it for as long as it lives.

const NAME = 'jianding-paper';
const PATIENCE = 400;

/** Whether this window has the paper. A lock ends with its window, also after a crash; where the browser offers none (on a
    plain address), the windows ask each other. */
export async function alone() {
  if (navigator.locks) {
    return new Promise((resolve) => {
      navigator.locks.request(NAME, { ifAvailable: true }, (lock) => {
        resolve(lock !== null);
        return lock === null ? undefined : new Promise(() => {});
      }).catch(() => resolve(true));
    });
  }
  if (!('BroadcastChannel' in window)) return true;
  const channel = new BroadcastChannel(NAME);
  return new Promise((resolve) => {
    const first = setTimeout(() => {
      // Nobody answered: this window is the first, and answers those that come.
      channel.onmessage = (event) => { if (event.data === 'who') channel.postMessage('here'); };
      resolve(true);
    }, PATIENCE);
    channel.onmessage = (event) => {
      if (event.data !== 'here') return;
      clearTimeout(first);
      channel.close();
      resolve(false);
    };
    channel.postMessage('who');
  });
}
