// Turn a pasted list into cards, one per line.
const TITLE_MAX = 200;
const LIST_MARKER = /^\s*([-*•–·]|\d+[.)])\s+/;
export const LINES_MAX = 50;

// Return the lines without bullets, numbers and blank lines.
export function splitLines(text) {
  const lines = text.split(/\r\n|\r|\n/).map((line) => line.replace(LIST_MARKER, "").trim());
  return lines.filter(Boolean);
}

// Return {title} for a line, and {title, body} for one too long for a title: the body holds the whole line.
export function lineToCard(line) {
  if (line.length <= TITLE_MAX) return { title: line };
  const paragraph = document.createElement("p");
  paragraph.textContent = line;
  return { title: `${line.slice(0, TITLE_MAX - 1).trimEnd()}…`, body: paragraph.outerHTML };
}
