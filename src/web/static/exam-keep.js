// Keeps unacknowledged answers in this browser until the server has them: in IndexedDB, or where there is none in
// localStorage. One store for each attempt, so that the next candidate at this machine finds nothing of the last one.

const STORE = 'answers';

function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function database(name) {
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: 'number' });
  return done(request);
}

function inLocalStorage(name) {
  const read = () => JSON.parse(localStorage.getItem(name) ?? '{}');
  const write = (all) => localStorage.setItem(name, JSON.stringify(all));
  return {
    async all() { return Object.values(read()); },
    async put(answer) { write({ ...read(), [answer.number]: answer }); },
    async remove(number, revision) {
      const all = read();
      if (all[number]?.revision <= revision) delete all[number];
      write(all);
    },
    async clear() { localStorage.removeItem(name); },
  };
}

/** Opens the keep of an attempt. */
export async function openKeep(attempt) {
  const name = `jianding-${attempt}`;
  let db;
  try {
    db = await database(name);
  } catch {
    return inLocalStorage(name);
  }
  const store = (mode) => db.transaction(STORE, mode).objectStore(STORE);
  return {
    all: () => done(store('readonly').getAll()),
    put: (answer) => done(store('readwrite').put(answer)),
    async remove(number, revision) {
      const open = store('readwrite');
      const kept = await done(open.get(number));
      if (kept && kept.revision <= revision) await done(open.delete(number));
    },
    clear: () => done(store('readwrite').clear()),
  };
}
