// Order the changes of a board by seq: drop known ones, apply the next one, catch up when one is missing.
const GAP_PATIENCE_MS = 250; // a change that overtook another is most often followed by it
const RETRY_MAX_MS = 10_000;

export class ChangeStream {
  #waiting = new Map(); // seq → change that came before its predecessor
  #gapTimer = null;

  // apply(change) shows a change; recover({whole}) fetches what is missing, or rejects.
  constructor(seq, { apply, recover }) {
    this.seq = seq;
    this.apply = apply;
    this.recover = recover;
  }

  receive(changes) {
    for (const change of changes) if (change.seq > this.seq) this.#waiting.set(change.seq, change);
    for (let next; (next = this.#waiting.get(this.seq + 1)) && !next.resync;) {
      this.#waiting.delete(next.seq);
      this.seq = next.seq;
      this.apply(next);
    }
    if (this.#waiting.size) this.#recoverAfter(this.#needsWholeBoard ? 0 : GAP_PATIENCE_MS);
    else this.#gapTimer = clearTimeout(this.#gapTimer);
  }

  // The page now shows the board as of this seq.
  resetTo(seq) {
    this.seq = seq;
    for (const waiting of this.#waiting.keys()) if (waiting <= seq) this.#waiting.delete(waiting);
    this.receive([]);
  }

  // A change with `resync` was too large to be sent, or was written by another program.
  get #needsWholeBoard() {
    return [...this.#waiting.values()].some((change) => change.resync);
  }

  // Retry until the gap is closed, doubling the delay each time.
  #recoverAfter(delay) {
    this.#gapTimer ??= setTimeout(async () => {
      await this.recover({ whole: this.#needsWholeBoard }).catch(() => {});
      this.#gapTimer = null;
      if (this.#waiting.size) this.#recoverAfter(Math.min((delay || GAP_PATIENCE_MS) * 2, RETRY_MAX_MS));
    }, delay);
  }
}
