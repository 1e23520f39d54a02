// The board and the person this page was rendered for, read once from the root element.
const root = document.body.dataset;

export const board = { id: Number(root.boardId), slug: root.boardSlug };
export const me = root.me ? JSON.parse(root.me) : null;

// The role or person a facilitator previews the board as; null when one looks as oneself.
export const previewedAs = root.as ?? null;

// Return a path of this board or of its cards with the current preview kept.
export const withPreview = (path) => (previewedAs ? `${path}?as=${encodeURIComponent(previewedAs)}` : path);
