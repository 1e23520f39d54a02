// Which board this page shows, and to whom: read once from the root.
const root = document.body.dataset;

export const board = { id: Number(root.boardId), slug: root.boardSlug };
export const me = root.me ? JSON.parse(root.me) : null;

export function csrfToken() {
  return document.querySelector("meta[name=csrf-token]").content;
}

// A key that makes a repeated command harmless. crypto.randomUUID only exists on secure addresses.
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
