// Sends commands: by the socket while it is live, else by HTTP; what finds no way out is kept and leaves on return.
import { board, csrfToken, me, newKey } from "./context.js";
import { NoAnswer, Problem } from "./problem.js";

const SOCKET_MAX_CHARACTERS = 50_000;
const RETRY_MS = 4000;
const STORE = `flash-news:outbox:${me?.id}:${board.slug}`;

export class Sender extends EventTarget {
  #kept = read();
  #promises = new Map();
  #flushing = null;

  constructor(connection) {
    super();
    this.connection = connection;
    connection?.addEventListener("state", () => connection.isLive && this.flush());
    addEventListener("online", () => this.flush());
    addEventListener("storage", (event) => event.key === STORE && this.#reread());
    if (this.#kept.length) this.#retryLater();
  }

  get waiting() {
    return this.#kept.length;
  }

  // Resolves with {seq, changes}; rejects with a Problem. While nothing can be reached it stays pending, and is kept across reloads.
  perform(command) {
    const request = { ...command, key: newKey() };
    if (!this.#kept.length) {
      return this.#send(request).catch((error) => (error instanceof NoAnswer ? this.#keep(request) : Promise.reject(error)));
    }
    return this.#keep(request);
  }

  // In order, one after the other: a card must exist before it is moved.
  flush() {
    this.#flushing ??= this.#flushAll().finally(() => (this.#flushing = null));
    return this.#flushing;
  }

  async #flushAll() {
    while (this.#kept.length) {
      const request = this.#kept[0];
      const promise = this.#promises.get(request.key);
      try {
        const answer = await this.#send(request);
        promise ? promise.resolve(answer) : this.dispatchEvent(new CustomEvent("answered", { detail: answer }));
      } catch (error) {
        if (error instanceof NoAnswer || error.status === 401) return this.#retryLater();
        promise ? promise.reject(error) : this.dispatchEvent(new CustomEvent("refused", { detail: { request, error } }));
      }
      this.#promises.delete(request.key);
      this.#write(this.#kept.filter((other) => other.key !== request.key));
    }
  }

  async #send(request) {
    if (this.connection?.isLive && JSON.stringify(request).length < SOCKET_MAX_CHARACTERS) {
      try {
        return await this.connection.request("command", { board: board.id, ...request });
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
      }
    }
    return post(request);
  }

  #keep(request) {
    this.#write([...this.#kept, request]);
    this.#retryLater();
    return new Promise((resolve, reject) => this.#promises.set(request.key, { resolve, reject }));
  }

  #retryLater() {
    setTimeout(() => this.flush(), RETRY_MS * (0.5 + Math.random()));
  }

  #write(kept) {
    this.#kept = kept;
    try {
      localStorage.setItem(STORE, JSON.stringify(kept));
      this.isKept = true;
    } catch {
      this.isKept = false; // private mode or a full store: then it is not true that they survive
    }
    this.dispatchEvent(new Event("waiting"));
  }

  #reread() {
    this.#kept = read();
    this.dispatchEvent(new Event("waiting"));
  }
}

function read() {
  try {
    return JSON.parse(localStorage.getItem(STORE)) ?? [];
  } catch {
    return [];
  }
}

async function post(request) {
  let response;
  try {
    response = await fetch(`/boards/${board.slug}/commands`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrfToken() },
      body: JSON.stringify(request),
      signal: AbortSignal.timeout(15_000),
    });
  } catch {
    throw new NoAnswer();
  }
  if ([502, 503, 504].includes(response.status)) throw new NoAnswer();
  const answer = await response.json().catch(() => ({ status: response.status, detail: "Réponse illisible." }));
  if (!response.ok) throw new Problem(answer);
  return answer;
}
