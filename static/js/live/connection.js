// The socket: open, lost, back again. Says which; carries requests that are answered.
import { io } from "socket.io-client";
import { NoAnswer, Problem } from "./problem.js";

const ANSWER_MS = 6000;
const RECONNECT_MS = 1000;

export class Connection extends EventTarget {
  // live: joined and hearing everything; waiting: trying to reach the server; ended: the sign-in is over.
  state = "connecting";

  constructor() {
    super();
    this.socket = io({
      transports: ["websocket", "polling"],
      tryAllTransports: true,
      timeout: 8000,
      // Spread out: after a restart of the server four hundred pages come back at once.
      reconnectionDelay: RECONNECT_MS,
      reconnectionDelayMax: 4000, // a page that was away for long is in step within seconds of the server's return
      randomizationFactor: 0.8,
    });
    this.socket.on("connect", () => this.#opened());
    this.socket.on("disconnect", (reason) => this.#lost(reason));
    this.socket.on("connect_error", () => this.#refused());
    this.socket.on("signed_out", () => this.setState("ended"));
    this.socket.on("closing", (detail) => this.#goOver(detail));
    for (const event of ["changes", "presence", "typing", "flashes", "view_changed", "seen"]) {
      this.socket.on(event, (detail) => this.dispatchEvent(new CustomEvent(event, { detail })));
    }
    addEventListener("online", () => this.socket.connect());
    document.addEventListener("visibilitychange", () => this.#wake());
  }

  get isLive() {
    return this.state === "live" && this.socket.connected;
  }

  setState(state) {
    if (this.state === "ended" || this.state === state) return;
    this.state = state;
    this.dispatchEvent(new Event("state"));
  }

  async request(event, data) {
    if (!this.socket.connected) throw new NoAnswer();
    let answer;
    try {
      answer = await this.socket.timeout(ANSWER_MS).emitWithAck(event, data);
    } catch {
      throw new NoAnswer();
    }
    if (answer?.error) throw new Problem(answer.error);
    return answer;
  }

  #opened() {
    this.socket.io.reconnectionDelay(RECONNECT_MS);
    this.dispatchEvent(new Event("open"));
  }

  // This server ends soon. Another one takes over, at a moment of this page's own; where there is none, it is waited for as patiently.
  #goOver({ within }) {
    const { id } = this.socket;
    this.socket.io.reconnectionDelay(Math.max(RECONNECT_MS, within * 500));
    setTimeout(() => this.socket.id === id && this.socket.disconnect().connect(), Math.random() * within * 1000);
  }

  #wake() {
    if (document.hidden) return;
    if (this.socket.connected) this.dispatchEvent(new Event("awake"));
    else this.socket.connect();
  }

  #lost(reason) {
    this.setState("waiting");
    if (reason === "io server disconnect") setTimeout(() => this.socket.connect(), 500 + Math.random() * 1500);
  }

  // The server answers but takes no connection: most often the sign-in is over. A server that is away is tried again by the socket itself.
  async #refused() {
    this.setState("waiting");
    if (this.socket.active) return;
    try {
      const response = await fetch("/api/boards/0", { headers: { Accept: "application/json" } });
      if (response.status === 401) return this.setState("ended");
    } catch {
      // no network: try again below
    }
    setTimeout(() => this.socket.connect(), 1000 + Math.random() * 3000);
  }
}
