// The Socket.IO connection: its state, the server's events as DOM events, requests with an acknowledgement.
import { io } from "socket.io-client";
import { requestJson } from "../lib/http.js";
import { NoResponse, Problem } from "../lib/problem.js";

const ANSWER_MS = 6000;
const CONNECT_MS = 8000;
const RECONNECT_MS = 1000;
const RECONNECT_MAX_MS = 4000; // after a long absence the page is up to date within seconds of the server's return
const RECONNECT_SPREAD = 0.8; // after a restart of the server hundreds of pages reconnect at once
const SERVER_EVENTS = ["changes", "presence", "typing", "flashes", "view_changed", "seen"];

export class Connection extends EventTarget {
  // connecting; live: joined and receiving changes; waiting: trying to reach the server; ended: the session is over.
  state = "connecting";

  constructor() {
    super();
    this.socket = io({
      transports: ["websocket", "polling"],
      tryAllTransports: true,
      timeout: CONNECT_MS,
      reconnectionDelay: RECONNECT_MS,
      reconnectionDelayMax: RECONNECT_MAX_MS,
      randomizationFactor: RECONNECT_SPREAD,
    });
    this.socket.on("connect", () => this.#onConnect());
    this.socket.on("disconnect", (reason) => this.#onDisconnect(reason));
    this.socket.on("connect_error", () => this.#onConnectError());
    this.socket.on("signed_out", () => this.setState("ended"));
    this.socket.on("closing", (detail) => this.#changeServer(detail));
    for (const event of SERVER_EVENTS) this.socket.on(event, (detail) => this.publish(event, detail));
    addEventListener("online", () => this.socket.connect());
    document.addEventListener("visibilitychange", () => this.#onVisibilityChange());
  }

  get isOpen() {
    return this.socket.connected;
  }

  get isLive() {
    return this.state === "live" && this.isOpen;
  }

  setState(state) {
    if (this.state === "ended" || this.state === state) return;
    this.state = state;
    this.publish("state");
  }

  publish(event, detail) {
    this.dispatchEvent(new CustomEvent(event, { detail }));
  }

  // Emit an event and return its acknowledgement. Throws a Problem, or NoResponse.
  async request(event, data) {
    if (!this.isOpen) throw new NoResponse();
    let answer;
    try {
      answer = await this.socket.timeout(ANSWER_MS).emitWithAck(event, data);
    } catch {
      throw new NoResponse();
    }
    if (answer?.error) throw new Problem(answer.error);
    return answer;
  }

  #onConnect() {
    this.socket.io.reconnectionDelay(RECONNECT_MS);
    this.publish("open");
  }

  // This server ends within `within` seconds and another one takes over: reconnect at a random moment, so that not all
  // pages come at once. Where there is no other one, wait as long for the restart.
  #changeServer({ within }) {
    const { id } = this.socket;
    this.socket.io.reconnectionDelay(Math.max(RECONNECT_MS, within * 500));
    setTimeout(() => this.socket.id === id && this.socket.disconnect().connect(), Math.random() * within * 1000);
  }

  #onVisibilityChange() {
    if (document.hidden) return;
    if (this.isOpen) this.publish("awake");
    else this.socket.connect();
  }

  #onDisconnect(reason) {
    this.setState("waiting");
    if (reason === "io server disconnect") setTimeout(() => this.socket.connect(), 500 + Math.random() * 1500);
  }

  // An inactive socket does not retry by itself: the server answered and refused, most often because the session ended.
  async #onConnectError() {
    this.setState("waiting");
    if (this.socket.active) return;
    const answer = await requestJson("GET", "/api/boards/0").catch((error) => error);
    if (answer?.status === 401) return this.setState("ended");
    setTimeout(() => this.socket.connect(), 1000 + Math.random() * 3000);
  }
}
