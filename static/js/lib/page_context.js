// Which board this page shows, and to whom: read once from the root.
const root = document.body.dataset;

export const board = { id: Number(root.boardId), slug: root.boardSlug };
export const me = root.me ? JSON.parse(root.me) : null;

// In whose place a facilitator looks at the board; null for oneself.
export const lookingAs = root.as ?? null;

// An address of this board or of its cards, as whoever looks sees them.
export const seen = (path) => (lookingAs ? `${path}?as=${encodeURIComponent(lookingAs)}` : path);

const tokenMeta = (page) => page.querySelector("meta[name=csrf-token]");

export const csrfToken = () => tokenMeta(document).content;

// Another tab signed in again: this page's token went with the old session. Returns whether there is a new one for the same person.
export async function renewCsrfToken() {
  try {
    const response = await fetch(`/boards/${board.slug}/archive`, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    if (!page.body.dataset.me || JSON.parse(page.body.dataset.me).id !== me.id) return false;
    tokenMeta(document).content = tokenMeta(page).content;
    return true;
  } catch {
    return false;
  }
}

let lastMoment = 0;

// A key that makes a repeated command harmless; it begins with the time, so keys sort in the order of what was done (as a UUIDv7 does).
// crypto.randomUUID only exists on secure addresses.
export function newKey() {
  lastMoment = Math.max(Date.now(), lastMoment + 1);
  const bytes = crypto.getRandomValues(new Uint8Array(10));
  return lastMoment.toString(16).padStart(12, "0") + Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
