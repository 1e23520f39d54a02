// A pasted list as cards: one a line, without its bullets or numbers.
const TITLE_MAX = 200;
export const LINES_MAX = 50;

export function linesOf(text) {
  return text
    .split(/\r\n|\r|\n/)
    .map((line) => line.replace(/^\s*([-*•–·]|\d+[.)])\s+/, "").trim())
    .filter(Boolean);
}

// What does not fit in a title goes whole into the text.
export function cardOf(line) {
  if (line.length <= TITLE_MAX) return { title: line };
  const paragraph = document.createElement("p");
  paragraph.textContent = line;
  return { title: `${line.slice(0, TITLE_MAX - 1).trimEnd()}…`, body: paragraph.outerHTML };
}
