// The live board: one connection, one stream of changes, one sender. Everything else on the page goes through these.
import { toast } from "./announce.js";
import { board } from "./context.js";
import { Connection } from "./connection.js";
import { NoAnswer } from "./problem.js";
import { applyBoard, applyChange } from "./render.js";
import { Sender } from "./sender.js";
import { Stream } from "./stream.js";

const CHECK_MS = 60_000;

export const connection = new Connection();
export const sender = new Sender(connection);
export const stream = new Stream(Number(document.body.dataset.seq), { apply: show, recover });

// Sends a command and shows its change at once, in its turn among the others.
export async function perform(command) {
  const answer = await sender.perform(command);
  stream.receive(answer.changes);
  return answer;
}

connection.addEventListener("open", join);
connection.addEventListener("awake", join);
connection.addEventListener("changes", ({ detail }) => stream.receive(detail));
sender.addEventListener("answered", ({ detail }) => stream.receive(detail.changes));
sender.addEventListener("refused", ({ detail }) => toast(`Une modification en attente n’a pas pu être faite : ${detail.error.detail}`));
setInterval(() => connection.isLive && !document.hidden && join(), CHECK_MS);

function show(change) {
  applyChange(change);
  document.body.dataset.seq = change.seq;
}

// Enters the board's room and asks for what came since; the server reads after it has let us in, so nothing falls between.
async function join() {
  try {
    const { changes, resync, people } = await connection.request("join", { board: board.id, after: stream.seq });
    if (resync) await fetchBoard();
    else stream.receive(changes);
    connection.dispatchEvent(new CustomEvent("presence", { detail: { people } }));
    connection.setState("live");
  } catch (error) {
    if (!(error instanceof NoAnswer) && error.status === 401) connection.setState("ended");
  }
}

function recover({ whole }) {
  if (!whole && connection.socket.connected) return join();
  return fetchBoard();
}

let fetching = null;

function fetchBoard() {
  fetching ??= fetchWhole().finally(() => (fetching = null));
  return fetching;
}

async function fetchWhole() {
  const response = await fetch(`/boards/${board.slug}`, { headers: { Accept: "text/html" } });
  if (!response.ok || response.redirected) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  applyBoard(page.getElementById("board"));
  document.body.dataset.seq = page.body.dataset.seq;
  stream.restartFrom(Number(page.body.dataset.seq));
}
