import { Controller } from "@hotwired/stimulus";
import { toast } from "../live/announce.js";
import { connection, perform, sender } from "../live/board.js";
import { board } from "../live/context.js";
import { drafts } from "../live/drafts.js";
import { asCommand, checkDates, fillHolding, holdingIn, holdingInWords, sayWrong } from "../live/holding.js";
import { differences, merge, publishedIn } from "../live/merge.js";
import { t } from "../live/words.js";

const PAUSE_MS = 1200;
const TYPING_MS = 3000;
const OFFLINE_MS = 1500;
const MENDED_SILENTLY = ["title", "body", "internal_note"];

// Editing the open card: it saves itself. What is typed is kept on this machine until it has arrived, and never overwritten by what others do.
export default class extends Controller {
  static targets = ["title", "text", "silent", "state", "notice", "noticeWords", "choice", "theirs", "titleProblem", "textProblem"];
  #saving = null;
  #theirs = null; // what somebody else published in the fields that I changed too, until one chooses
  #heard = 0;
  #body = "";
  #gone = false;

  connect() {
    this.id = Number(this.element.dataset.panelCard);
    ({ version: this.version, values: this.base } = JSON.parse(this.element.dataset.published));
    this.#open(drafts.read(this.#draft));
    document.addEventListener("board:change", this.#changed);
    this.#typing(true);
    this.timer = setInterval(() => this.#typing(true), TYPING_MS);
    this.titleTarget.focus();
  }

  disconnect() {
    clearInterval(this.timer);
    clearTimeout(this.pause);
    this.#typing(false);
    document.removeEventListener("board:change", this.#changed);
    this.#save();
    this.editor?.destroy();
    this.#gone = true;
  }

  keep() {
    this.#remember();
    clearTimeout(this.pause);
    this.pause = setTimeout(() => this.#save(), PAUSE_MS);
  }

  // Enter in the title is « Terminer », as in any form of one line.
  titleKey(event) {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    this.element.requestSubmit();
  }

  async submit(event) {
    event.preventDefault();
    const offline = setTimeout(() => sender.waiting && this.#state(t("Hors ligne : partira au retour de la connexion")), OFFLINE_MS);
    const saved = await this.#save().finally(() => clearTimeout(offline));
    if (this.#gone) return;
    if (saved) document.dispatchEvent(new CustomEvent("card:left"));
    else this.element.querySelector("[aria-invalid]")?.focus();
  }

  keepMine() {
    this.#settle();
    this.#save();
  }

  keepBoth() {
    const { body } = this.#theirs.values;
    this.editor?.commands.insertContentAt(this.editor.state.doc.content.size, body);
    this.keepMine();
  }

  takeTheirs() {
    if (this.#theirs) this.#settle();
    this.#fill(this.base);
    drafts.forget(this.#draft);
    this.noticeTarget.hidden = true;
    this.titleTarget.focus();
  }

  async #open(draft) {
    this.#fill({ ...this.base, ...draft?.values });
    await this.#loadEditor();
    if (!draft || this.#gone) return;
    const published = { version: this.version, values: this.base };
    ({ version: this.version, sent: this.sent } = draft);
    this.base = { ...this.base, ...draft.base };
    this.#bringTogether(published);
    if (!this.#theirs && Object.keys(this.#edits()).length) this.#say(t("Brouillon retrouvé : ce que vous aviez commencé d’écrire ici."), ["theirs"]);
  }

  async #loadEditor() {
    try {
      const { createEditor, normal } = await import("../editor.js");
      if (this.#gone) return;
      this.normal = normal;
      this.base = { ...this.base, body: normal(this.base.body) };
      this.editor = createEditor(this.textTarget, this.#body, () => this.keep());
    } catch {
      this.textTarget.textContent = t("L’éditeur de texte n’a pas pu être chargé. Le titre et la date peuvent être modifiés.");
    }
  }

  // One save at a time; what is typed meanwhile follows. Resolves to whether everything has arrived.
  #save() {
    clearTimeout(this.pause);
    this.#saving ??= this.#saveAll().finally(() => (this.#saving = null));
    return this.#saving;
  }

  async #saveAll() {
    for (let edits; Object.keys((edits = this.#edits())).length; ) {
      if (this.#theirs || !this.#check()) return false;
      try {
        await this.#send(edits);
      } catch (problem) {
        if (problem.code !== "stale_version") return this.#explain(problem);
        if (!(await this.#reconcile())) return false;
      }
      if (this.#gone) return true;
    }
    if (!this.#theirs) drafts.forget(this.#draft);
    return !this.#theirs;
  }

  async #send(edits) {
    this.#state(t("Enregistrement…"));
    this.sent = { ...this.base, ...edits };
    this.#remember();
    await perform({ type: "edit_card", card: this.id, version: this.version, ...asCommand(edits), ...(this.#mends(edits) && { silent: true }) });
    this.base = this.sent;
    this.version += 1;
    if (this.#gone) return drafts.forget(this.#draft);
    this.noticeTarget.hidden = true;
    this.#state(t("Enregistré"));
    if (this.#heard > this.version) await this.#reconcile();
  }

  // Somebody changed this very card meanwhile.
  #changed = ({ detail: change }) => {
    const now = change.whole ? document.getElementById(`card-${this.id}`)?.dataset : change.cards[this.id];
    if (now === undefined && !change.whole) return;
    if (!now) return this.#leftTheBoard(change.actor?.name);
    this.#heard = Number(now.version);
    if (!this.#saving && this.#heard > this.version) this.#reconcile(change.actor?.name);
  };

  // It was archived, unless it waits for its day: then one goes on writing.
  async #leftTheBoard(name) {
    const article = await this.#published();
    if (!article || this.#gone) return;
    if (!("scheduled" in article.dataset)) return this.#say(t("Cette info vient d’être archivée. Votre texte est conservé sur ce poste."));
    this.#heard = Number(article.dataset.version);
    if (!this.#saving && this.#heard > this.version) this.#bringTogether(publishedIn(article), name);
  }

  // Fetches what is published now. Resolves to whether one may go on saving.
  async #reconcile(name) {
    const article = await this.#published();
    if (!article || this.#gone) return false;
    this.#bringTogether(publishedIn(article), name);
    return !this.#theirs;
  }

  async #published() {
    const response = await fetch(`/cards/${this.id}`, { headers: { "X-Fragment": "panel", Accept: "text/html" } }).catch(() => null);
    if (!response?.ok) return null;
    return new DOMParser().parseFromString(await response.text(), "text/html").querySelector("article");
  }

  #bringTogether({ version, values: published }, name = t("Quelqu’un")) {
    const theirs = { ...published, body: this.normal?.(published.body) ?? published.body };
    const { values, clashes } = merge({ base: this.base, sent: this.sent, mine: this.#values, theirs });
    this.#fill(values);
    this.#theirs = { version, values: theirs };
    if (!clashes.length) return this.#settle();
    this.theirsTarget.hidden = false;
    this.theirsTarget.querySelector("h3").textContent = theirs.title;
    this.theirsTarget.querySelector(".text").innerHTML = published.body; // sanitised by the server, as everywhere
    this.theirsTarget.querySelector("dl").replaceChildren(...holdingInWords(theirs, clashes).flatMap(([field, value]) => [told("dt", field), told("dd", value)]));
    this.#state(t("Pas encore enregistré"));
    this.#say(t("{name} a modifié cette info pendant que vous écriviez. Son texte est affiché plus bas, le vôtre n’est pas perdu.", { name }), ["mine", "theirs", clashes.includes("body") && "both"]);
  }

  // From here on mine is an edit of theirs.
  #settle() {
    ({ version: this.version, values: this.base } = this.#theirs);
    this.#theirs = null;
    this.theirsTarget.hidden = true;
    this.noticeTarget.hidden = true;
  }

  get #draft() {
    return `card:${this.id}`;
  }

  get #values() {
    return {
      title: this.titleTarget.value.replace(/[\t\n\r ]+/g, " ").trim(),
      body: this.editor ? this.normal(this.editor) : this.#body,
      ...holdingIn(this.element),
    };
  }

  #edits() {
    const { body, ...others } = this.#values;
    return differences(this.base, this.editor ? { ...others, body } : others);
  }

  // A date or a choice is always told.
  #mends(edits) {
    return this.silentTarget.checked && Object.keys(edits).every((name) => MENDED_SILENTLY.includes(name));
  }

  #fill({ title, body, ...holding }) {
    const now = this.#values;
    if (title !== now.title) this.titleTarget.value = title;
    fillHolding(this.element, holding);
    if (body !== now.body) this.editor?.commands.setContent(body, { emitUpdate: false });
    this.#body = body;
  }

  #remember() {
    drafts.write(this.#draft, { version: this.version, base: this.base, sent: this.sent, values: this.#values });
  }

  // A title half rubbed out or a date half typed is not sent.
  #check() {
    this.#mark(this.titleTarget, this.titleProblemTarget, this.#values.title ? "" : t("Écrivez un titre."));
    this.textProblemTarget.textContent = "";
    return checkDates(this.element) && !this.element.querySelector("[aria-invalid]");
  }

  #mark(input, place, words) {
    place.textContent = words;
    if (words) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  }

  #explain(problem) {
    if (this.#gone) return toast(t("Votre texte n’a pas pu être enregistré, il est conservé sur ce poste : {reason}", { reason: problem.detail }));
    const places = { title: [this.titleTarget, this.titleProblemTarget], body: [this.textTarget, this.textProblemTarget] };
    const known = (problem.errors ?? []).filter(({ field, message }) => (places[field] ? (this.#mark(...places[field], message), true) : sayWrong(this.element, field, message)));
    if (!known.length) this.#say(problem.detail);
    this.#state(t("Pas enregistré"));
    return false;
  }

  #say(words, choices = []) {
    this.noticeTarget.hidden = false;
    this.noticeWordsTarget.textContent = words;
    for (const choice of this.choiceTargets) choice.hidden = !choices.includes(choice.dataset.choice);
  }

  #state(words) {
    this.stateTarget.textContent = words;
  }

  #typing(on) {
    if (connection.isLive) connection.request("typing", { board: board.id, card: this.id, on }).catch(() => {});
  }
}

function told(name, words) {
  return Object.assign(document.createElement(name), { textContent: words });
}
