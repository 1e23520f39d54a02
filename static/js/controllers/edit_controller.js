import { Controller } from "@hotwired/stimulus";
import { toast } from "../live/announce.js";
import { connection, perform, sender } from "../live/board.js";
import { board } from "../live/context.js";
import { drafts } from "../live/drafts.js";
import { differences, merge, publishedIn } from "../live/merge.js";
import { t } from "../live/words.js";

const PAUSE_MS = 1200;
const TYPING_MS = 3000;
const OFFLINE_MS = 1500;

// Editing the open card: it saves itself. What is typed is kept on this machine until it has arrived, and never overwritten by what others do.
export default class extends Controller {
  static targets = ["title", "validUntil", "text", "state", "notice", "noticeWords", "choice", "theirs", "titleProblem", "dateProblem", "textProblem"];
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
    this.#fill(draft?.values ?? this.base);
    await this.#loadEditor();
    if (!draft || this.#gone) return;
    const published = { version: this.version, values: this.base };
    ({ base: this.base, version: this.version, sent: this.sent } = draft);
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
    await perform({ type: "edit_card", card: this.id, version: this.version, ...edits, ...("valid_until" in edits && { valid_until: edits.valid_until || null }) });
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
    if (!now) return this.#say(t("Cette info vient d’être archivée. Votre texte est conservé sur ce poste."));
    this.#heard = Number(now.version);
    if (!this.#saving && this.#heard > this.version) this.#reconcile(change.actor?.name);
  };

  // Fetches what is published now. Resolves to whether one may go on saving.
  async #reconcile(name) {
    const response = await fetch(`/cards/${this.id}`, { headers: { "X-Fragment": "panel", Accept: "text/html" } }).catch(() => null);
    if (!response?.ok || this.#gone) return false;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    this.#bringTogether(publishedIn(page.querySelector("article")), name);
    return !this.#theirs;
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
      valid_until: this.validUntilTarget.value,
    };
  }

  #edits() {
    const { body, ...others } = this.#values;
    return differences(this.base, this.editor ? { ...others, body } : others);
  }

  #fill({ title, body, valid_until: day }) {
    const now = this.#values;
    if (title !== now.title) this.titleTarget.value = title;
    if (day !== now.valid_until) this.validUntilTarget.value = day;
    if (body !== now.body) this.editor?.commands.setContent(body, { emitUpdate: false });
    this.#body = body;
  }

  #remember() {
    drafts.write(this.#draft, { version: this.version, base: this.base, sent: this.sent, values: this.#values });
  }

  // A title half rubbed out or a date half typed is not sent.
  #check() {
    this.#mark(this.titleTarget, this.titleProblemTarget, this.#values.title ? "" : t("Écrivez un titre."));
    this.#mark(this.validUntilTarget, this.dateProblemTarget, this.validUntilTarget.validity.valid ? "" : t("Cette date n’existe pas."));
    this.textProblemTarget.textContent = "";
    return !this.element.querySelector("[aria-invalid]");
  }

  #mark(input, place, words) {
    place.textContent = words;
    if (words) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  }

  #explain(problem) {
    if (this.#gone) return toast(t("Votre texte n’a pas pu être enregistré, il est conservé sur ce poste : {reason}", { reason: problem.detail }));
    const places = { title: [this.titleTarget, this.titleProblemTarget], valid_until: [this.validUntilTarget, this.dateProblemTarget], body: [this.textTarget, this.textProblemTarget] };
    const known = (problem.errors ?? []).filter(({ field }) => places[field]);
    for (const { field, message } of known) this.#mark(...places[field], message);
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
