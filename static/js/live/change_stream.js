// Puts changes in order: what is known is dropped, what follows is applied, what leaves a gap waits for the catch-up.
const GAP_PATIENCE_MS = 250;

export class Stream {
  #waiting = new Map();
  #gapTimer = null;

  // apply(change) shows it; recover({whole}) fetches what is missing, or rejects.
  constructor(seq, { apply, recover }) {
    this.seq = seq;
    this.apply = apply;
    this.recover = recover;
  }

  receive(changes) {
    for (const change of changes) if (change.seq > this.seq) this.#waiting.set(change.seq, change);
    for (let next; (next = this.#waiting.get(this.seq + 1)) && !next.resync; ) {
      this.#waiting.delete(next.seq);
      this.seq = next.seq;
      this.apply(next);
    }
    if (this.#waiting.size) this.#recoverAfter(this.#needsWhole ? 0 : GAP_PATIENCE_MS);
    else this.#gapTimer = clearTimeout(this.#gapTimer);
  }

  // The board was fetched whole at this seq.
  restartFrom(seq) {
    this.seq = seq;
    for (const waiting of this.#waiting.keys()) if (waiting <= seq) this.#waiting.delete(waiting);
    this.receive([]);
  }

  // Too large to be sent piece by piece, or written by another program: only the board itself will do.
  get #needsWhole() {
    return [...this.#waiting.values()].some((change) => change.resync);
  }

  // Tried until the gap is closed, less and less eagerly.
  #recoverAfter(patience) {
    this.#gapTimer ??= setTimeout(async () => {
      await this.recover({ whole: this.#needsWhole }).catch(() => {});
      this.#gapTimer = null;
      if (this.#waiting.size) this.#recoverAfter(Math.min((patience || GAP_PATIENCE_MS) * 2, 10_000));
    }, patience);
  }
}
