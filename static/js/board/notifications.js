// Mark the notifications about a card as read once the card is open.
import { requestJson } from "../lib/http.js";

// The server answers how many notifications are left. On failure they stay unread until the card is opened again.
export async function markNotificationsRead(card) {
  const path = `/cards/${card}/noticed`;
  const answer = await requestJson("PUT", path, undefined, { keepalive: true }).catch(() => null);
  if (answer) document.dispatchEvent(new CustomEvent("notices:count", { detail: answer.unread }));
}
