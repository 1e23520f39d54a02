import { Controller } from "@hotwired/stimulus";
import { findCard } from "../board/card_dom.js";
import { drafts } from "../editing/drafts.js";
import { EditSession } from "../editing/edit_session.js";
import { fetchArticle, readPublishedCard } from "../editing/published_card.js";
import { RichTextField } from "../editing/rich_text_field.js";
import {
  describeFields,
  fillFields,
  readFields,
  setError,
  showFieldError,
  toCommand,
  validateDates,
} from "../editing/validity_fields.js";
import { t } from "../lib/i18n.js";
import { board } from "../lib/page_context.js";
import { toast } from "../lib/toast.js";
import { commandQueue, connection, perform } from "../live/client.js";

const SAVE_DELAY_MS = 1200;
const TYPING_MS = 3000;
const OFFLINE_MS = 1500;

// Edit the open card. It saves itself while one types; a draft is kept until the server has the text, and what others
// publish meanwhile is merged, never overwritten.
export default class extends Controller {
  static targets = [
    "title",
    "text",
    "silent",
    "state",
    "notice",
    "noticeWords",
    "choice",
    "theirs",
    "titleProblem",
    "textProblem",
  ];
  #saving = null; // promise of the save in progress
  #latestVersion = 0; // highest version that a change announced
  #isDisconnected = false;

  connect() {
    this.id = Number(this.element.dataset.panelCard);
    this.session = new EditSession(JSON.parse(this.element.dataset.published));
    this.textField = new RichTextField(this.textTarget, { onUpdate: () => this.keep() });
    this.#open(drafts.read(this.#draftKey));
    document.addEventListener("board:change", this.#onChange);
    this.#sendTyping(true);
    this.typingTimer = setInterval(() => this.#sendTyping(true), TYPING_MS);
    this.titleTarget.focus();
  }

  disconnect() {
    clearInterval(this.typingTimer);
    clearTimeout(this.saveTimer);
    this.#sendTyping(false);
    document.removeEventListener("board:change", this.#onChange);
    this.#save();
    this.textField.destroy();
    this.#isDisconnected = true;
  }

  keep() {
    this.#writeDraft();
    clearTimeout(this.saveTimer);
    this.saveTimer = setTimeout(() => this.#save(), SAVE_DELAY_MS);
  }

  // Enter in the title submits, as in a single-line field.
  titleKey(event) {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    this.element.requestSubmit();
  }

  async submit(event) {
    event.preventDefault();
    const warn = () => commandQueue.waiting && this.#showState(t("Hors ligne : partira au retour de la connexion"));
    const timer = setTimeout(warn, OFFLINE_MS);
    const saved = await this.#save().finally(() => clearTimeout(timer));
    if (this.#isDisconnected) return;
    if (saved) document.dispatchEvent(new CustomEvent("card:left"));
    else this.element.querySelector("[aria-invalid]")?.focus();
  }

  keepMine() {
    this.#endConflict();
    this.#save();
  }

  keepBoth() {
    this.textField.append(this.session.conflict.values.body);
    this.keepMine();
  }

  takeTheirs() {
    if (this.session.conflict) this.#endConflict();
    this.#fill(this.session.base);
    drafts.remove(this.#draftKey);
    this.noticeTarget.hidden = true;
    this.titleTarget.focus();
  }

  async #open(draft) {
    this.#fill({ ...this.session.base, ...draft?.values });
    await this.textField.load();
    if (this.#isDisconnected) return;
    const { version, base } = this.session;
    const published = { version, values: { ...base, body: this.textField.canonical(base.body) } };
    this.session.base = published.values;
    if (!draft) return;
    this.session.resume(draft);
    this.#merge(published);
    if (this.session.conflict || !this.#hasEdits) return;
    this.#showNotice(t("Brouillon retrouvé : ce que vous aviez commencé d’écrire ici."), ["theirs"]);
  }

  // One save at a time; what is typed meanwhile is saved next. Resolves to true once everything is saved.
  #save() {
    clearTimeout(this.saveTimer);
    this.#saving ??= this.#saveAll().finally(() => (this.#saving = null));
    return this.#saving;
  }

  async #saveAll() {
    while (this.#hasEdits) {
      if (this.session.conflict || !this.#validate()) return false;
      try {
        await this.#send(this.#edits);
      } catch (problem) {
        if (problem.code !== "stale_version") return this.#showProblem(problem);
        if (!(await this.#reconcile())) return false;
      }
      if (this.#isDisconnected) return true;
    }
    if (!this.session.conflict) drafts.remove(this.#draftKey);
    return !this.session.conflict;
  }

  async #send(edits) {
    this.#showState(t("Enregistrement…"));
    this.session.startSaving(edits);
    this.#writeDraft();
    const silent = this.#isSilent(edits) ? { silent: true } : {};
    const { version } = this.session;
    await perform({ type: "edit_card", card: this.id, version, ...toCommand(this.element, edits), ...silent });
    this.session.finishSaving();
    if (this.#isDisconnected) return drafts.remove(this.#draftKey);
    this.noticeTarget.hidden = true;
    this.#showState(t("Enregistré"));
    if (this.#latestVersion > this.session.version) await this.#reconcile();
  }

  // Somebody, or this page itself, changed the card.
  #onChange = ({ detail: change }) => {
    const card = change.whole ? findCard(this.id)?.dataset : change.cards[this.id];
    if (card === undefined && !change.whole) return;
    if (!card) return this.#onRemoval(change.actor?.name);
    this.#latestVersion = Number(card.version);
    if (!this.#saving && this.#latestVersion > this.session.version) this.#reconcile(change.actor?.name);
  };

  // The card left the board: it was archived, or it was scheduled and is still editable.
  async #onRemoval(name) {
    const article = await fetchArticle(this.id);
    if (!article || this.#isDisconnected) return;
    if (!("scheduled" in article.dataset)) {
      return this.#showNotice(t("Cette info vient d’être archivée. Votre texte est conservé sur ce poste."));
    }
    this.#latestVersion = Number(article.dataset.version);
    if (!this.#saving && this.#latestVersion > this.session.version) this.#merge(readPublishedCard(article), name);
  }

  // Merge what is published now. Resolves to true when saving may go on.
  async #reconcile(name) {
    const article = await fetchArticle(this.id);
    if (!article || this.#isDisconnected) return false;
    this.#merge(readPublishedCard(article), name);
    return !this.session.conflict;
  }

  #merge({ version, values: published }, name = t("Quelqu’un")) {
    const theirs = { ...published, body: this.textField.canonical(published.body) };
    const { values, conflicts } = this.session.merge({ version, values: theirs }, this.#values);
    this.#fill(values);
    if (!conflicts.length) return this.#hideConflict();
    this.#showTheirs({ ...theirs, body: published.body }, conflicts);
    this.#showState(t("Pas encore enregistré"));
    const words = t(
      "{name} a modifié cette info pendant que vous écriviez. Son texte est affiché plus bas, le vôtre n’est pas perdu.",
      { name },
    );
    this.#showNotice(words, ["mine", "theirs", conflicts.includes("body") && "both"]);
  }

  // My edits now apply to their version.
  #endConflict() {
    this.session.rebase();
    this.#hideConflict();
  }

  #hideConflict() {
    this.theirsTarget.hidden = true;
    this.noticeTarget.hidden = true;
  }

  get #draftKey() {
    return `card:${this.id}`;
  }

  get #values() {
    return {
      title: this.titleTarget.value.replace(/[\t\n\r ]+/g, " ").trim(),
      body: this.textField.html,
      ...readFields(this.element),
    };
  }

  // Without the editor the text cannot be edited; the other fields can.
  get #edits() {
    const { body, ...others } = this.#values;
    return this.session.edits(this.textField.isLoaded ? { ...others, body } : others);
  }

  get #hasEdits() {
    return Object.keys(this.#edits).length > 0;
  }

  // A change of dates or audience is always announced.
  #isSilent(edits) {
    const isText = (name) => ["title", "body"].includes(name) || this.element.querySelector(`[name=${name}][data-silent]`);
    return this.silentTarget.checked && Object.keys(edits).every(isText);
  }

  #fill({ title, body, ...fields }) {
    if (title !== this.#values.title) this.titleTarget.value = title;
    fillFields(this.element, fields);
    this.textField.html = body;
  }

  #writeDraft() {
    drafts.write(this.#draftKey, this.session.draft(this.#values));
  }

  // An empty title or an incomplete date is not sent.
  #validate() {
    setError(this.titleTarget, this.titleProblemTarget, this.#values.title ? "" : t("Écrivez un titre."));
    this.textProblemTarget.textContent = "";
    return validateDates(this.element) && !this.element.querySelector("[aria-invalid]");
  }

  #showProblem({ detail, errors = [] }) {
    if (this.#isDisconnected) {
      const values = { reason: detail };
      return toast(t("Votre texte n’a pas pu être enregistré, il est conservé sur ce poste : {reason}", values));
    }
    const shown = errors.filter(({ field, message }) => this.#showError(field, message));
    if (!shown.length) this.#showNotice(detail);
    this.#showState(t("Pas enregistré"));
    return false;
  }

  // Returns false when the form has no place for this field's error.
  #showError(field, message) {
    if (field === "title") setError(this.titleTarget, this.titleProblemTarget, message);
    else if (field === "body") setError(this.textTarget, this.textProblemTarget, message);
    else return showFieldError(this.element, field, message);
    return true;
  }

  #showTheirs(values, conflicts) {
    const fields = describeFields(this.element, values, conflicts);
    this.theirsTarget.hidden = false;
    this.theirsTarget.querySelector("h3").textContent = values.title;
    this.theirsTarget.querySelector(".text").innerHTML = values.body; // sanitized by the server
    const list = this.theirsTarget.querySelector("dl");
    list.replaceChildren(...fields.flatMap(([label, value]) => [element("dt", label), element("dd", value)]));
  }

  #showNotice(words, choices = []) {
    this.noticeTarget.hidden = false;
    this.noticeWordsTarget.textContent = words;
    for (const choice of this.choiceTargets) choice.hidden = !choices.includes(choice.dataset.choice);
  }

  #showState(words) {
    this.stateTarget.textContent = words;
  }

  #sendTyping(on) {
    if (!connection.isLive) return;
    connection.request("typing", { board: board.id, card: this.id, on }).catch(() => {});
  }
}

function element(name, text) {
  return Object.assign(document.createElement(name), { textContent: text });
}
