import { Controller } from "@hotwired/stimulus";
import { toast } from "../live/announce.js";
import { connection, perform, sender } from "../live/board.js";
import { board } from "../live/context.js";
import { drafts } from "../live/drafts.js";

const TYPING_MS = 3000;

// Editing the open card. What is typed is kept on this machine until it has arrived, and never overwritten by what others do.
export default class extends Controller {
  static targets = ["title", "validUntil", "text", "notice", "noticeWords", "theirs", "titleProblem", "dateProblem", "textProblem", "save"];
  #body = "";

  connect() {
    this.published = JSON.parse(this.element.dataset.published);
    this.version = Number(this.element.dataset.version);
    this.id = Number(this.element.dataset.panelCard);
    const draft = drafts.read(this.#draft);
    const found = draft && !same(draft, this.published);
    this.#fill(found ? draft : this.published);
    if (found) this.#say("Brouillon retrouvé : ce que vous aviez commencé d’écrire ici.", "draft");
    this.#loadEditor();
    document.addEventListener("board:change", this.#changed);
    this.#typing(true);
    this.timer = setInterval(() => this.#typing(true), TYPING_MS);
    this.titleTarget.focus();
  }

  disconnect() {
    clearInterval(this.timer);
    this.#typing(false);
    document.removeEventListener("board:change", this.#changed);
    this.editor?.destroy();
  }

  keep() {
    drafts.write(this.#draft, this.#values);
  }

  cancel() {
    drafts.forget(this.#draft);
    document.dispatchEvent(new CustomEvent("card:left"));
  }

  startOver() {
    drafts.forget(this.#draft);
    this.#fill(this.published);
    this.editor?.commands.setContent(this.#body);
    this.noticeTarget.hidden = true;
    this.titleTarget.focus();
  }

  // Enter in the title saves, as in any form of one line.
  titleKey(event) {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    this.element.requestSubmit();
  }

  async submit(event) {
    event.preventDefault();
    if (this.saveTarget.getAttribute("aria-disabled") === "true") return;
    const edits = this.#edits();
    if (!Object.keys(edits).length) return this.cancel();
    this.#busy(true);
    this.#clearProblems();
    try {
      const sending = perform({ type: "edit_card", card: this.id, version: this.version, ...edits });
      const left = setTimeout(() => sender.waiting && this.#say("Hors ligne : votre modification partira au retour de la connexion.", "waiting"), 1500);
      await sending.finally(() => clearTimeout(left));
      drafts.forget(this.#draft);
      if (this.element.isConnected) document.dispatchEvent(new CustomEvent("card:left"));
    } catch (problem) {
      this.#busy(false);
      this.#explain(problem);
    }
  }

  get #draft() {
    return `card:${this.id}`;
  }

  get #values() {
    return { title: this.titleTarget.value, body: this.editor ? htmlOf(this.editor) : this.#body, valid_until: this.validUntilTarget.value };
  }

  #edits() {
    const { title, body, valid_until: day } = this.#values;
    const edits = {};
    if (title !== this.published.title) edits.title = title;
    if (body !== this.startBody) edits.body = body;
    if (day !== this.published.valid_until) edits.valid_until = day || null;
    return edits;
  }

  #fill({ title, body, valid_until: day }) {
    this.titleTarget.value = title;
    this.validUntilTarget.value = day ?? "";
    this.#body = body;
  }

  async #loadEditor() {
    let createEditor;
    try {
      ({ createEditor } = await import("../editor.js"));
    } catch {
      this.textTarget.textContent = "L’éditeur de texte n’a pas pu être chargé. Le titre et la date peuvent être modifiés.";
      return;
    }
    if (!this.element.isConnected) return;
    const { editor, normal } = createEditor(this.textTarget, this.#body, this.published.body, () => this.keep());
    this.editor = editor;
    this.startBody = normal;
  }

  // Somebody else changed this very card meanwhile: say so, show theirs, let the person choose.
  #changed = ({ detail: change }) => {
    if (!(this.id in change.cards) || change.cards[this.id]?.version === this.version) return;
    if (change.cards[this.id] === null) return this.#say("Cette info vient d’être archivée. Votre texte est conservé sur ce poste.", "gone");
    if (this.saveTarget.getAttribute("aria-disabled") !== "true") this.#showConflict(change.actor?.name);
  };

  async #showConflict(name) {
    const response = await fetch(`/api/boards/${board.slug}`, { headers: { Accept: "application/json" } }).catch(() => null);
    const theirs = response?.ok && (await response.json()).cards.find((card) => card.id === this.id);
    if (theirs) this.#takeNote({ version: theirs.version, title: theirs.title, body_html: theirs.body_html }, name);
  }

  #takeNote({ version, title, body_html: body }, name = "Quelqu’un") {
    this.version = version;
    this.published = { ...this.published, title, body };
    this.theirsTarget.hidden = false;
    this.theirsTarget.querySelector("h3").textContent = title;
    this.theirsTarget.querySelector(".text").innerHTML = body; // sanitised by the server, as everywhere
    this.#say(`${name} a modifié cette info pendant que vous écriviez. Enregistrer gardera votre texte ; le sien est affiché plus bas.`, "conflict");
  }

  #explain(problem) {
    if (problem.code === "stale_version") return this.#takeNote(problem.current);
    const places = { title: [this.titleProblemTarget, this.titleTarget], valid_until: [this.dateProblemTarget, this.validUntilTarget], body: [this.textProblemTarget, null] };
    for (const { field, message } of problem.errors ?? []) {
      const [place, input] = places[field] ?? [];
      if (place) place.textContent = message;
      input?.setAttribute("aria-invalid", "true");
      input?.focus();
    }
    if (!problem.errors?.length) this.#say(problem.detail ?? "L’enregistrement a échoué.", "failed");
    else toast(problem.detail);
  }

  #clearProblems() {
    for (const place of [this.titleProblemTarget, this.dateProblemTarget, this.textProblemTarget]) place.textContent = "";
    for (const input of [this.titleTarget, this.validUntilTarget]) input.removeAttribute("aria-invalid");
  }

  #say(words, reason) {
    this.noticeTarget.hidden = false;
    this.noticeTarget.dataset.reason = reason;
    this.noticeWordsTarget.textContent = words;
    this.noticeTarget.querySelector("button").hidden = !["draft", "conflict"].includes(reason);
  }

  #busy(on) {
    this.saveTarget.setAttribute("aria-disabled", on);
    this.saveTarget.lastChild.textContent = on ? "Enregistrement…" : "Enregistrer";
  }

  #typing(on) {
    if (connection.isLive) connection.request("typing", { board: board.id, card: this.id, on }).catch(() => {});
  }
}

const htmlOf = (editor) => (editor.isEmpty ? "" : editor.getHTML());
const same = (draft, published) => draft.title === published.title && draft.body === published.body && (draft.valid_until ?? "") === (published.valid_until ?? "");
