// The one place that makes HTTP requests: it adds the CSRF token, renews it once when the server refuses it, and turns
// refusals into a Problem.
import { t } from "./i18n.js";
import { board, me } from "./page_context.js";
import { NoResponse, Problem } from "./problem.js";

// Send JSON and return the parsed answer, null when it has no body. Throws a Problem when refused and NoResponse when
// unreachable; with `failure`, a sentence, every request without a readable answer throws a Problem that says it.
// `keepalive` lets the request finish even when the page is left at once (bodies up to 64 kB).
export async function requestJson(method, path, body, { keepalive = false, signal, failure } = {}) {
  const attempt = () =>
    fetchOrFail(path, {
      method,
      keepalive,
      signal,
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrfToken() },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  try {
    let [response, answer] = await attempt();
    if (answer?.code === "csrf" && (await renewCsrfToken())) [response, answer] = await attempt();
    if (response.ok) return answer;
    const unreadable = { detail: failure ?? t("Réponse illisible.") };
    throw new Problem({ status: response.status, ...(answer ?? unreadable) });
  } catch (error) {
    if (error instanceof NoResponse && failure) throw new Problem({ detail: failure });
    throw error;
  }
}

// Fetch a page, or one of its fragments ("panel", "options", "sheet"), as a Response. Rejects when unreachable.
export function requestHtml(path, { fragment, signal } = {}) {
  const headers = { Accept: "text/html", ...(fragment && { "X-Fragment": fragment }) };
  return fetch(path, { headers, signal });
}

// Post a form that holds its own CSRF token, without waiting for the answer.
export function postForm(form) {
  const sent = fetch(form.action, { method: "POST", body: new FormData(form), keepalive: true });
  return sent.catch(() => null);
}

async function fetchOrFail(path, options) {
  const response = await fetch(path, options).catch(() => {
    throw new NoResponse();
  });
  return [response, await response.json().catch(() => null)];
}

const tokenMeta = (page) => page.querySelector("meta[name=csrf-token]");

const csrfToken = () => tokenMeta(document).content;

// Another tab signed in again, and this page's token went with the old session. Return false unless the new session is
// the same person's.
async function renewCsrfToken() {
  try {
    const response = await requestHtml(`/boards/${board.slug}/archive`);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    if (!page.body.dataset.me || JSON.parse(page.body.dataset.me).id !== me.id) return false;
    tokenMeta(document).content = tokenMeta(page).content;
    return true;
  } catch {
    return false;
  }
}
