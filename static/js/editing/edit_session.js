// The versions of a card that is being edited: the published one that the edits apply to, the one sent last, and a
// conflict until somebody chooses a side.
import { changedFields, mergeFields } from "./three_way_merge.js";

export class EditSession {
  conflict = null; // {version, values} published in fields that I changed too
  #sent = undefined;

  constructor({ version, values }) {
    this.version = version;
    this.base = values;
  }

  // Continue a draft, which may be based on an older version.
  resume({ version, base, sent }) {
    this.version = version;
    this.base = { ...this.base, ...base };
    this.#sent = sent;
  }

  draft(values) {
    return { version: this.version, base: this.base, sent: this.#sent, values };
  }

  edits(values) {
    return changedFields(this.base, values);
  }

  // Note what is sent: when the answer is lost, it is published all the same.
  startSaving(edits) {
    this.#sent = { ...this.base, ...edits };
  }

  finishSaving() {
    this.base = this.#sent;
    this.version += 1;
  }

  // Merge what others published; return {values, conflicts}. Without conflicts, my edits now apply to their version.
  merge(published, mine) {
    const sides = { base: this.base, sent: this.#sent, mine, theirs: published.values };
    const merged = mergeFields(sides);
    this.conflict = published;
    if (!merged.conflicts.length) this.rebase();
    return merged;
  }

  // Apply my edits to their version.
  rebase() {
    ({ version: this.version, values: this.base } = this.conflict);
    this.conflict = null;
  }
}
