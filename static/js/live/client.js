// The live board: one connection, one stream of changes, one sender. Everything else on the page goes through these.
import { toast } from "./announce.js";
import { bannersIn } from "./banners.js";
import { board, lookingAs, seen } from "./context.js";
import { Connection } from "./connection.js";
import { differences } from "./differences.js";
import { giveBack } from "./drafts.js";
import { takeReads } from "./reads.js";
import { applyBoard, applyChange } from "./render.js";
import { Sender } from "./sender.js";
import { Stream } from "./stream.js";
import { sayArchived, showWholeBoard } from "./whole_board.js";
import { hear, takeProgress } from "./unread.js";
import { compare } from "./upgrade.js";
import { t } from "./words.js";

const CHECK_MS = 60_000;
const REJOIN_MS = 2000;
const RESTORED_MS = 30_000; // a board that was archived may come back

export const connection = new Connection();
export const sender = new Sender(connection);
export const stream = new Stream(Number(document.body.dataset.seq), { apply: show, recover });

// Sends a command and shows its change at once, in its turn among the others.
export async function perform(command) {
  const answer = await sender.perform(command);
  stream.receive(answer.changes);
  document.dispatchEvent(new CustomEvent("board:done", { detail: { command, answer } }));
  return answer;
}

connection.addEventListener("open", enter);
connection.addEventListener("awake", enter);
connection.addEventListener("view_changed", () => fetchBoard().catch(enter));
connection.addEventListener("changes", ({ detail }) => stream.receive(detail));
connection.addEventListener("seen", ({ detail }) => hear(detail));
sender.addEventListener("answered", ({ detail }) => stream.receive(detail.outcome.changes));
sender.addEventListener("refused", ({ detail }) => giveBack(detail.request));
sender.addEventListener("refused", ({ detail }) => toast(t("Une modification en attente n’a pas pu être faite : {reason}", { reason: detail.outcome.detail })));
setInterval(() => connection.isLive && !document.hidden && enter(), CHECK_MS);

function show(change) {
  applyChange(change);
  if (change.board) showWholeBoard(change.board);
  document.body.dataset.seq = change.seq;
}

// On the board, or trying to be as long as the socket is open.
async function enter() {
  try {
    await join();
    connection.setState("live");
  } catch (error) {
    if (error.status === 401) connection.setState("ended");
    else if (error.status === 404) {
      sayArchived();
      setTimeout(enter, RESTORED_MS);
    } else if (connection.socket.connected) setTimeout(enter, REJOIN_MS * (0.5 + Math.random()));
  }
}

// Enters the board's room and asks for what came since; the server reads after it has let us in, so nothing falls between.
async function join() {
  const { changes, resync, people, total, reads, flashes, script, seen: progress } = await connection.request("join", {
    board: board.id,
    after: stream.seq,
    as: lookingAs,
    view: document.body.dataset.view,
  });
  if (resync) await catchUp();
  else stream.receive(changes);
  takeReads(reads);
  takeProgress(progress);
  connection.dispatchEvent(new CustomEvent("presence", { detail: { people, total } }));
  connection.dispatchEvent(new CustomEvent("flashes", { detail: flashes }));
  compare(script);
}

function recover({ whole }) {
  return whole || !connection.socket.connected ? catchUp() : join();
}

let fetching = null;

// Too far behind to be told change by change: what differs will do, or else the whole board.
function catchUp() {
  fetching ??= fetchWhatDiffers().finally(() => (fetching = null));
  return fetching;
}

function fetchBoard() {
  fetching ??= fetchWhole().finally(() => (fetching = null));
  return fetching;
}

async function fetchWhatDiffers() {
  const found = await differences(stream.seq);
  if (!found) return fetchWhole();
  if (found.seq < stream.seq) return; // overtaken while it was on its way
  show({ ...found, type: "differed", actor: null });
  stream.restartFrom(found.seq);
}

async function fetchWhole() {
  const response = await fetch(seen(`/boards/${board.slug}`), { headers: { Accept: "text/html" } });
  if (response.status === 404) sayArchived();
  if (!response.ok || response.redirected) throw new Error("the board could not be fetched");
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const seq = Number(page.body.dataset.seq);
  if (seq < stream.seq) return; // overtaken while it was on its way
  document.body.classList.toggle("may-arrange", page.body.classList.contains("may-arrange"));
  document.body.dataset.reads = page.body.dataset.reads;
  takeProgress(JSON.parse(page.body.dataset.seen || "null"));
  document.body.dataset.placements = page.body.dataset.placements;
  document.body.dataset.unread = page.body.dataset.unread;
  connection.dispatchEvent(new CustomEvent("flashes", { detail: bannersIn(page) }));
  applyBoard(page.getElementById("board"));
  document.body.dataset.seq = seq;
  document.body.dataset.view = page.body.dataset.view;
  showWholeBoard({ title: page.querySelector("[data-board-title]").textContent, archived: "archived" in page.body.dataset });
  stream.restartFrom(seq);
}
