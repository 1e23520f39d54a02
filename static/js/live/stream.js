// Puts changes in order: what is known is dropped, what follows is applied, what leaves a gap waits for the catch-up.
const GAP_PATIENCE_MS = 250;

export class Stream {
  #waiting = new Map();
  #gapTimer = null;

  // apply(change) shows it; recover() fetches what is missing.
  constructor(seq, { apply, recover }) {
    this.seq = seq;
    this.apply = apply;
    this.recover = recover;
  }

  receive(changes) {
    for (const change of changes) {
      if (change.resync) return this.recover({ whole: true });
      if (change.seq > this.seq) this.#waiting.set(change.seq, change);
    }
    for (let next; (next = this.#waiting.get(this.seq + 1)); ) {
      this.#waiting.delete(next.seq);
      this.seq = next.seq;
      this.apply(next);
    }
    this.#watchGap();
  }

  // The board was fetched whole at this seq.
  restartFrom(seq) {
    this.seq = seq;
    for (const waiting of this.#waiting.keys()) if (waiting <= seq) this.#waiting.delete(waiting);
    this.receive([]);
  }

  #watchGap() {
    clearTimeout(this.#gapTimer);
    if (this.#waiting.size) this.#gapTimer = setTimeout(() => this.recover({ whole: false }), GAP_PATIENCE_MS);
  }
}
