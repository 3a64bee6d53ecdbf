// @ts-check
/** Visits that wait on the device for a line: kept with their photos, sent in order, each until it is answered. */

const NAME = "shahrnama-visits";
const STORE = "visits";

/**
 * @typedef {{key: string, name: string, address: string, fields: [string, string | File][], why?: string}} Kept
 * `why`: what the server said when it did not take it.
 * @typedef {{all: () => Promise<Kept[]>, put: (visit: Kept) => Promise<void>, remove: (key: string) => Promise<void>}} Shelf
 * @typedef {{isTaken: boolean, isLost: boolean, isSignedOut: boolean, message: string}} Answer
 */

/** @returns {Promise<Shelf>} the device's own store; it is emptied only of what was taken or removed by hand */
export async function openShelf() {
  const opened = indexedDB.open(NAME, 1);
  opened.onupgradeneeded = () => opened.result.createObjectStore(STORE, { keyPath: "key" });
  const database = await done(opened);
  const store = (/** @type {IDBTransactionMode} */ mode) => database.transaction(STORE, mode).objectStore(STORE);
  return {
    all: () => done(store("readonly").getAll()),
    put: async (visit) => void (await done(store("readwrite").put(visit))),
    remove: async (key) => void (await done(store("readwrite").delete(key))),
  };
}

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/**
 * @param {Kept} visit
 * @param {string} token the page's own, since the one it was filled in with may be stale by now
 * @param {typeof fetch} ask
 * @returns {Promise<Answer>}
 */
export async function sendVisit(visit, token, ask = fetch) {
  const form = new FormData();
  for (const [name, value] of visit.fields) if (name !== "csrf_token") form.append(name, value);
  form.append("csrf_token", token);
  /** @type {Response} */
  let answer;
  try {
    answer = await ask(visit.address, { method: "POST", body: form, headers: { Accept: "application/json" } });
  } catch {
    return { isTaken: false, isLost: true, isSignedOut: false, message: "" };
  }
  const told = await answer.json().catch(() => ({}));
  const message = typeof told.title === "string" ? told.title : `HTTP ${answer.status}`;
  // Of the server's own troubles, and of too much at once, nobody has to mend anything: it is tried again.
  const isLost = answer.status >= 500 || answer.status === 429;
  return { isTaken: answer.ok, isLost, isSignedOut: answer.status === 401, message: answer.ok ? "" : message };
}

/**
 * Send what waits, oldest first, until the line is lost again.
 * @param {Shelf} shelf
 * @param {(visit: Kept) => Promise<Answer>} send
 * @returns {Promise<{sent: number, isSignedOut: boolean}>}
 */
export async function sendWaiting(shelf, send) {
  let sent = 0;
  for (const visit of await shelf.all()) {
    const answer = await send(visit);
    if (answer.isSignedOut) return { sent, isSignedOut: true };
    if (answer.isLost) break;
    if (answer.isTaken) {
      await shelf.remove(visit.key);
      sent += 1;
    } else {
      await shelf.put({ ...visit, why: answer.message });
    }
  }
  return { sent, isSignedOut: false };
}
