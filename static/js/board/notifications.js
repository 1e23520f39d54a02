// What somebody was told of a card is read once the card is open before them: said to the server, which answers how many notices are left.
import { csrfToken, renewCsrfToken } from "./context.js";

// When it does not get there, the notices stay unread, and the next look says it again.
export async function noticed(card, again = true) {
  const response = await fetch(`/cards/${card}/noticed`, {
    method: "PUT",
    keepalive: true, // it leaves even when the card is left at once
    headers: { Accept: "application/json", "X-CSRFToken": csrfToken() },
  }).catch(() => null);
  const answer = await response?.json().catch(() => null);
  if (response?.ok && answer) document.dispatchEvent(new CustomEvent("notices:count", { detail: answer.unread }));
  else if (answer?.code === "csrf" && again && (await renewCsrfToken())) await noticed(card, false);
}
