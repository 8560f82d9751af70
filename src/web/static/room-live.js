// The room, live: a stream of what changes each second, and questions every two seconds where there is no stream. What
// comes is one shape either way: { now, state, paused_at, ends_at, counts, incidents, troubles, seats }.

const POLL = 2_000;
const OLD = 5_000;
const TRIES = 3;

/** Joins a change to what is known; a change that does not follow the last one is useless until a whole comes. */
export function joined(known, told) {
  if (!told.whole && (!known || told.number !== known.number + 1)) return null;
  const seats = new Map(told.whole ? [] : known.seats);
  for (const seat of told.seats) seats.set(seat.seat, seat);
  return { ...told, seats };
}

/** Milliseconds left for a seat at this instant of the server; null when its time does not run or stand. */
export function leftOf(seat, now) {
  if (seat.left_ms !== null) return seat.left_ms;
  return seat.deadline === null ? null : Math.max(0, seat.deadline - now);
}

/** A board of the API in the shape of the stream. */
export function fromBoard(board) {
  return {
    number: 0,
    whole: true,
    now: board.now,
    state: board.session.state,
    paused_at: board.session.paused_at,
    ends_at: board.ends_at,
    counts: board.counts,
    incidents: board.incidents.length,
    troubles: board.troubles,
    seats: new Map(board.seats.map((seat) => [seat.seat, { ...seat, deadline: seat.remaining_ms === null ? null : seat.deadline }])),
  };
}

/** Watches a session: `show` gets the room, `stale` is told whether what is shown is old. */
export function watch(session, show, stale) {
  let known = null;
  let heard = performance.now();
  let failures = 0;
  let polling = false;

  function take(room) {
    known = room;
    heard = performance.now();
    stale(false);
    show(room);
  }

  async function poll() {
    polling = true;
    try {
      const response = await fetch(`/api/v1/sessions/${session}/board`, { headers: { accept: 'application/json' } });
      if (response.status === 401) return location.reload();
      if (!response.ok) throw new Error(String(response.status));
      take(fromBoard(await response.json()));
    } catch {
      stale(true);
    }
    return setTimeout(poll, document.hidden ? POLL * 5 : POLL);
  }

  function listen() {
    const stream = new EventSource(`/rooms/${session}/live`);
    // Whoever signs out stops listening first: a stream that outlives its sign-in is refused.
    document.querySelector('form[action="/do/sign-out"]')?.addEventListener('submit', () => stream.close());
    stream.addEventListener('message', (event) => {
      failures = 0;
      const room = joined(known, JSON.parse(event.data));
      if (room) take(room);
      else {
        // A change was missed: begin anew.
        stream.close();
        known = null;
        listen();
      }
    });
    stream.addEventListener('error', () => {
      failures += 1;
      known = null;
      if (stream.readyState !== EventSource.CLOSED && failures < TRIES) return;
      stream.close();
      if (failures < TRIES) setTimeout(listen, POLL);
      else if (!polling) poll();
    });
  }

  setInterval(() => { if (performance.now() - heard > OLD) stale(true); }, 1_000);
  if ('EventSource' in window) listen();
  else poll();
}
