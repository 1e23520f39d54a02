// The socket: open, lost, back again. Says which; carries requests that are answered.
import { io } from "socket.io-client";
import { NoAnswer, Problem } from "./problem.js";

const ANSWER_MS = 6000;

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
      reconnectionDelay: 1000,
      reconnectionDelayMax: 10000,
      randomizationFactor: 0.8,
    });
    this.socket.on("connect", () => this.dispatchEvent(new Event("open")));
    this.socket.on("disconnect", (reason) => this.#lost(reason));
    this.socket.on("connect_error", () => this.#refused());
    this.socket.on("signed_out", () => this.setState("ended"));
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
