// Sends commands one after the other: by the socket while it is live, else by HTTP. What finds no way out waits, and leaves on return.
import { board, csrfToken, lookingAs, newKey, renewCsrfToken } from "./context.js";
import { outbox } from "./outbox.js";
import { NoAnswer, Problem } from "./problem.js";
import { t } from "./words.js";

const SOCKET_MAX_CHARACTERS = 50_000;
const RETRY_MS = 2000;
const WAITING_MAX = 200;

export class Sender extends EventTarget {
  // Whether everything that waits would survive a reload.
  isKept = true;
  #own = new Map(); // key → {request, resolve, reject}: those that somebody on this page waits for
  #stalled = false;
  #flushing = null;

  constructor(connection) {
    super();
    this.connection = connection;
    connection?.addEventListener("state", () => connection.isLive && this.flush());
    addEventListener("online", () => this.flush());
    addEventListener("storage", ({ key }) => outbox.concerns(key) && this.#tell());
    if (this.#queue().length) this.flush();
  }

  // How many could not be sent yet.
  get waiting() {
    return this.#stalled ? this.#queue().length : 0;
  }

  // Resolves with {seq, changes}; rejects with a Problem. While the server cannot be reached it stays pending.
  perform(command) {
    if (lookingAs) return Promise.reject(ONLY_LOOKING);
    if (this.#queue().length >= WAITING_MAX) return Promise.reject(TOO_MANY);
    const request = { ...command, key: newKey() };
    const kept = outbox.keep(request);
    return new Promise((resolve, reject) => {
      this.#own.set(request.key, { request, kept, resolve, reject });
      this.#tell();
      this.flush();
    });
  }

  flush() {
    this.#flushing ??= this.#flushAll().finally(() => (this.#flushing = null));
    return this.#flushing;
  }

  // In order, each answered before the next leaves: a card must exist before it is moved, and the last move must win.
  // Another tab of the same person may send the same ones: the key makes the second time harmless.
  async #flushAll() {
    for (let request; (request = this.#queue()[0]); ) {
      try {
        this.#settle(request, "resolve", await this.#send(request));
      } catch (error) {
        if (error instanceof NoAnswer || error.status === 401) return this.#retryLater();
        this.#settle(request, "reject", error);
      }
    }
  }

  #queue() {
    const own = [...this.#own.values()].map(({ request }) => request);
    const left = outbox.all().filter(({ key }) => !this.#own.has(key));
    return [...own, ...left].sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  #settle(request, how, outcome) {
    const own = this.#own.get(request.key);
    this.#own.delete(request.key);
    outbox.forget(request);
    this.#stalled = false;
    this.#tell();
    if (own) own[how](outcome);
    else this.dispatchEvent(new CustomEvent(how === "resolve" ? "answered" : "refused", { detail: { request, outcome } }));
  }

  #retryLater() {
    this.#stalled = true;
    this.#tell();
    setTimeout(() => this.flush(), RETRY_MS * (0.5 + Math.random()));
  }

  #tell() {
    this.isKept = [...this.#own.values()].every(({ kept }) => kept);
    this.dispatchEvent(new Event("waiting"));
  }

  async #send(request) {
    if (this.connection?.isLive && JSON.stringify(request).length < SOCKET_MAX_CHARACTERS) {
      try {
        return await this.connection.request("command", { board: board.id, ...request });
      } catch (error) {
        if (!(error instanceof NoAnswer) && error.status !== 503) throw error;
      }
    }
    return post(request);
  }
}

const ONLY_LOOKING = new Problem({ status: 403, code: "only_previewing", detail: t("Vous regardez le tableau comme quelqu’un d’autre : rien ne s’y modifie.") });
const TOO_MANY = new Problem({ status: 503, code: "too_many_waiting", detail: t("Trop de modifications attendent déjà le retour de la connexion.") });

async function post(request, again = true) {
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
  if ([429, 502, 503, 504].includes(response.status)) throw new NoAnswer();
  const answer = await response.json().catch(() => ({ status: response.status, detail: t("Réponse illisible.") }));
  if (answer.code === "csrf" && again && (await renewCsrfToken())) return post(request, false);
  if (!response.ok) throw new Problem(answer);
  return answer;
}
