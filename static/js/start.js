// The page is read before it is touched: its script begins once the board has been painted in its own letters.
const PATIENCE_MS = 300; // for letters that are slow to come
const AT_THE_LATEST_MS = 1000; // a tab in the background is never painted

let begun = false;

function begin() {
  if (begun) return;
  begun = true;
  import("./app.js");
}

const letters = Promise.race([document.fonts.ready, new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
letters.then(() => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(begin))));
if (document.hidden) begin();
else setTimeout(begin, AT_THE_LATEST_MS);
