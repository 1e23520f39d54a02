// Queue unsent commands and send them in order: by the socket while it is live, else by HTTP; retry until answered.
import { requestJson } from "../lib/http.js";
import { t } from "../lib/i18n.js";
import { board, previewedAs } from "../lib/page_context.js";
import { NoResponse, Problem } from "../lib/problem.js";
import { newKey, outbox } from "./outbox.js";

const SOCKET_MAX_CHARACTERS = 50_000;
const HTTP_TIMEOUT_MS = 15_000;
const RETRY_MS = 2000;
const QUEUE_MAX = 200;
const RETRIED_STATUSES = [429, 502, 503, 504];

export class CommandQueue extends EventTarget {
  // False when a waiting command would not survive a reload.
  isPersisted = true;
  #pending = new Map(); // key → {request, persisted, resolve, reject}: commands of this page
  #stalled = false;
  #flushing = null;

  // connection: null on a page without a live connection.
  constructor(connection) {
    super();
    this.connection = connection;
    connection?.addEventListener("state", () => connection.isLive && this.flush());
    addEventListener("online", () => this.flush());
    addEventListener("storage", ({ key }) => outbox.owns(key) && this.#notify());
    if (this.#requests().length) this.flush();
  }

  // The number of commands that could not be sent yet.
  get waiting() {
    return this.#stalled ? this.#requests().length : 0;
  }

  // Resolves with {seq, changes}; rejects with a Problem. While the server cannot be reached it stays pending.
  perform(command) {
    if (previewedAs) return Promise.reject(PREVIEW_ONLY);
    if (this.#requests().length >= QUEUE_MAX) return Promise.reject(QUEUE_FULL);
    const request = { ...command, key: newKey() };
    const persisted = outbox.save(request);
    return new Promise((resolve, reject) => {
      this.#pending.set(request.key, { request, persisted, resolve, reject });
      this.#notify();
      this.flush();
    });
  }

  flush() {
    this.#flushing ??= this.#flushAll().finally(() => (this.#flushing = null));
    return this.#flushing;
  }

  // In order, each answered before the next is sent: a card must exist before it is moved, and the last move must win.
  // Another tab of the same person may send the same commands: the key makes the second time harmless.
  async #flushAll() {
    for (let request; (request = this.#requests()[0]);) {
      try {
        this.#settle(request, "resolve", await this.#send(request));
      } catch (error) {
        if (error instanceof NoResponse || error.status === 401) return this.#retryLater();
        this.#settle(request, "reject", error);
      }
    }
  }

  // This page's commands and those that earlier pages left in the outbox, oldest first.
  #requests() {
    const own = [...this.#pending.values()].map(({ request }) => request);
    const left = outbox.list().filter(({ key }) => !this.#pending.has(key));
    return [...own, ...left].sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  // A command of an earlier page has no promise: its outcome becomes an event.
  #settle(request, method, outcome) {
    const pending = this.#pending.get(request.key);
    this.#pending.delete(request.key);
    outbox.remove(request);
    this.#stalled = false;
    this.#notify();
    if (pending) return pending[method](outcome);
    const event = method === "resolve" ? "answered" : "refused";
    this.dispatchEvent(new CustomEvent(event, { detail: { request, outcome } }));
  }

  #retryLater() {
    this.#stalled = true;
    this.#notify();
    setTimeout(() => this.flush(), RETRY_MS * (0.5 + Math.random()));
  }

  #notify() {
    this.isPersisted = [...this.#pending.values()].every(({ persisted }) => persisted);
    this.dispatchEvent(new Event("waiting"));
  }

  async #send(request) {
    if (this.connection?.isLive && JSON.stringify(request).length < SOCKET_MAX_CHARACTERS) {
      try {
        return await this.connection.request("command", { board: board.id, ...request });
      } catch (error) {
        if (!(error instanceof NoResponse) && error.status !== 503) throw error;
      }
    }
    return post(request);
  }
}

async function post(request) {
  try {
    const signal = AbortSignal.timeout(HTTP_TIMEOUT_MS);
    return await requestJson("POST", `/boards/${board.slug}/commands`, request, { signal });
  } catch (error) {
    throw RETRIED_STATUSES.includes(error.status) ? new NoResponse() : error;
  }
}

const PREVIEW_ONLY = new Problem({
  status: 403,
  code: "only_previewing",
  detail: t("Vous regardez le tableau comme quelqu’un d’autre : rien ne s’y modifie."),
});
const QUEUE_FULL = new Problem({
  status: 503,
  code: "too_many_waiting",
  detail: t("Trop de modifications attendent déjà le retour de la connexion."),
});
