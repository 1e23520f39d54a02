// The live board: one connection, one queue of commands, one stream of changes. Everything that sends commands or shows
// changes goes through this module.
import { requestHtml } from "../lib/http.js";
import { board, previewedAs, withPreview } from "../lib/page_context.js";
import { toast } from "../lib/toast.js";
import { showArchivedDialog, showBoardStatus } from "./board_status.js";
import { applyChange, morphBoard } from "./board_view.js";
import { ChangeStream } from "./change_stream.js";
import { CommandQueue } from "./command_queue.js";
import { Connection } from "./connection.js";
import { checkVersion } from "./version_check.js";

const CHECK_MS = 60_000; // a silent gap is found at the latest after this time
const REJOIN_MS = 2000;
const ARCHIVED_RETRY_MS = 30_000; // an archived board may be restored

export const connection = new Connection();
export const commandQueue = new CommandQueue(connection);
const stream = new ChangeStream(Number(document.body.dataset.seq), { apply: show, recover });

// Send a command and show its change, in its place among the others. Returns {seq, changes}; throws a Problem.
export async function perform(command) {
  const answer = await commandQueue.perform(command);
  stream.receive(answer.changes);
  document.dispatchEvent(new CustomEvent("board:done", { detail: { command, answer } }));
  return answer;
}

// The same; a refusal is shown as a toast and resolves to undefined.
export function performOrToast(command) {
  return perform(command).catch((problem) => toast(problem.detail));
}

connection.addEventListener("open", enter);
connection.addEventListener("awake", enter);
connection.addEventListener("view_changed", () => fetchBoard().catch(enter));
connection.addEventListener("changes", ({ detail }) => stream.receive(detail));
commandQueue.addEventListener("answered", ({ detail }) => stream.receive(detail.outcome.changes));
setInterval(() => connection.isLive && !document.hidden && enter(), CHECK_MS);

function show(change) {
  applyChange(change);
  if (change.board) showBoardStatus(change.board);
  document.body.dataset.seq = change.seq;
}

// Join the board's room; retry as long as the socket is open.
async function enter() {
  try {
    await join();
    connection.setState("live");
  } catch (error) {
    if (error.status === 401) connection.setState("ended");
    else if (error.status === 404) {
      showArchivedDialog();
      setTimeout(enter, ARCHIVED_RETRY_MS);
    } else if (connection.isOpen) setTimeout(enter, REJOIN_MS * (0.5 + Math.random()));
  }
}

// The server lets the socket into the room first and reads what it missed second, so no change falls in between.
async function join() {
  const joined = await connection.request("join", {
    board: board.id,
    after: stream.seq,
    as: previewedAs,
    view: document.body.dataset.view,
  });
  if (joined.resync) await fetchBoard();
  else stream.receive(joined.changes);
  connection.publish("joined", joined);
  checkVersion(joined.script);
}

function recover({ whole }) {
  return whole || !connection.isOpen ? fetchBoard() : join();
}

let fetching = null; // one fetch at a time; others wait for the same

// Too far behind to receive the changes one by one, or the person's rights have changed: fetch the page again.
function fetchBoard() {
  fetching ??= applyWholeBoard().finally(() => (fetching = null));
  return fetching;
}

async function applyWholeBoard() {
  const response = await requestHtml(withPreview(`/boards/${board.slug}`));
  if (response.status === 404) showArchivedDialog();
  if (!response.ok || response.redirected) throw new Error("the board could not be fetched");
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const seq = Number(page.body.dataset.seq);
  if (seq < stream.seq) return; // changes overtook the answer
  document.body.classList.toggle("may-arrange", page.body.classList.contains("may-arrange"));
  for (const name of ["reads", "placements", "unread"]) document.body.dataset[name] = page.body.dataset[name];
  connection.publish("refetched", page);
  morphBoard(page.getElementById("board"));
  document.body.dataset.seq = seq;
  document.body.dataset.view = page.body.dataset.view;
  const title = page.querySelector("[data-board-title]").textContent;
  showBoardStatus({ title, archived: "archived" in page.body.dataset });
  stream.resetTo(seq);
}
