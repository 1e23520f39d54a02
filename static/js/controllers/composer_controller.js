import { Controller } from "@hotwired/stimulus";
import { toast } from "../live/announce.js";
import { perform, sender } from "../live/board.js";
import { drafts } from "../live/drafts.js";
import { asTyped, checkDates, fillHolding, givenIn, holdingIn, sayWrong } from "../live/holding.js";
import { cardOf, LINES_MAX, linesOf } from "../live/lines.js";
import { mayAddTo } from "../live/rights.js";
import { showAsked, suggestionOf } from "../live/suggesting.js";
import { t } from "../live/words.js";

// Adding cards at the foot or the head of their column: a title and Enter; the next one may follow at once.
export default class extends Controller {
  static targets = ["form"];

  open(event) {
    this.openIn(event.target.closest(".column"));
  }

  openOnTop() {
    this.openIn(document.getElementById(document.getElementById("column-menu").dataset.column), { top: true });
  }

  openIn(column, { top = false } = {}) {
    if (!column || !mayAddTo(column)) return toast(t("Vous ne pouvez pas ajouter d’info dans cette colonne."));
    if (column.matches(".folded")) column.querySelector(".unfold").click();
    const form = column.querySelector(".composer") ?? this.#form(column);
    form.dataset.place = top ? "top" : "bottom";
    if (top) column.querySelector(":scope > header").after(form);
    else column.querySelector(":scope > footer").append(form);
    column.querySelector(".add").hidden = !top;
    form.elements.title.focus();
  }

  keep({ target: { form } }) {
    drafts.write(draftOf(form.closest(".column")), { title: form.elements.title.value, ...holdingIn(form) });
  }

  key(event) {
    const form = event.currentTarget;
    if (event.key === "Escape") {
      event.stopPropagation();
      this.#close(form);
    } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.target.matches("[name=title]")) {
      event.preventDefault();
      form.requestSubmit();
    }
  }

  close(event) {
    this.#close(event.currentTarget.form);
  }

  // Several pasted lines may be as many cards.
  paste(event) {
    const lines = linesOf(event.clipboardData.getData("text/plain"));
    if (lines.length < 2) return;
    event.preventDefault();
    const form = event.target.form;
    const offer = form.querySelector(".paste-offer");
    form.lines = lines.slice(0, LINES_MAX);
    offer.querySelector("p").textContent = 
      lines.length > LINES_MAX ? t("{count} lignes collées ; les {most} premières peuvent devenir des infos.", { count: lines.length, most: LINES_MAX }) : t("{count} lignes collées.", { count: lines.length });
    offer.querySelector("[data-several]").textContent = t("En faire {count} infos", { count: form.lines.length });
    offer.hidden = false;
    offer.querySelector("[data-several]").focus();
  }

  async addLines({ currentTarget: { form } }) {
    const lines = form.lines.map(cardOf);
    this.#leaveOffer(form);
    // At the head of the column each goes above the one before: the last one first.
    for (const card of form.dataset.place === "top" ? lines.reverse() : lines) this.#add(form, card);
  }

  joinLines({ currentTarget: { form } }) {
    const field = form.elements.title;
    field.setRangeText(form.lines.join(" "), field.selectionStart, field.selectionEnd, "end");
    field.value = field.value.slice(0, field.maxLength);
    this.keep({ target: field });
    this.#leaveOffer(form);
  }

  showAsked({ currentTarget: kind }) {
    showAsked(kind.form.elements);
  }

  submit(event) {
    event.preventDefault();
    const form = event.target;
    const title = form.elements.title.value;
    form.querySelector(".problem").textContent = "";
    if (form.elements.suggestion.value === "request" && !form.elements.asked.value) {
      form.elements.asked.focus();
      return (form.querySelector(".problem").textContent = t("Choisissez le service à qui vous demandez cette information."));
    }
    if (!title.trim()) return (form.querySelector(".problem").textContent = t("Écrivez un titre."));
    if (!checkDates(form)) return this.#showWrong(form);
    const given = givenIn(form);
    form.elements.title.value = "";
    this.#reset(form);
    this.#add(form, { title, ...given }, event.submitter?.value === "write");
  }

  async #add(form, card, write = false) {
    const column = form.closest(".column");
    const top = form.dataset.place === "top";
    const ghost = showPending(column, card.title, top);
    try {
      const adding = perform({ type: "add_card", column: Number(column.dataset.columnId), ...card, ...(isSuggestion(form) && suggestionOf(form.elements)), ...(top && { after: null }) });
      if (sender.isKept) drafts.forget(draftOf(column)); // from here on the outbox has it
      const { changes } = await adding;
      const id = Object.keys(changes[0].cards)[0];
      document.getElementById(`card-${id}`)?.scrollIntoView({ block: "nearest" });
      if (!changes[0].cards[id]) toast(t("Programmée : cette info sera visible à sa date."), { words: t("Ouvrir"), run: () => document.dispatchEvent(new CustomEvent("card:open", { detail: id })) });
      if (write) document.dispatchEvent(new CustomEvent("card:write", { detail: id }));
    } catch (problem) {
      const field = form.elements.title;
      if (!field.value) fillHolding(form, asTyped(card));
      field.value ||= card.title;
      this.keep({ target: field });
      const elsewhere = (problem.errors ?? []).filter(({ field: name, message }) => !sayWrong(form, name, message));
      form.querySelector(".problem").textContent = elsewhere.length || !problem.errors ? problem.detail : "";
      if (form.isConnected && form.querySelector("details [aria-invalid]")) this.#showWrong(form);
      else if (form.isConnected) field.focus();
      else toast(problem.detail);
    } finally {
      ghost.remove();
    }
  }

  #form(column) {
    const template = document.createElement("template");
    template.innerHTML = this.formTarget.innerHTML.replaceAll("composer-", `composer-${column.dataset.columnId}-`); // several may be open
    const form = template.content.firstElementChild;
    const field = form.elements.title;
    field.setAttribute("aria-label", t("Titre de la nouvelle info, colonne {title}", { title: column.querySelector("h2").textContent }));
    const { title, ...holding } = drafts.read(draftOf(column)) ?? {};
    field.value = title ?? "";
    fillHolding(form, { ...holding, tellable: holding.tellable || column.dataset.forResidents });
    const suggests = column.dataset.columnKind === "suggestions";
    form.querySelector(".suggestion-fields").hidden = !suggests;
    if (suggests) field.placeholder = t("Votre idée, ou l’info qui vous manque, en une ligne");
    return form;
  }

  // Each card says for itself how long it holds.
  #reset(form) {
    fillHolding(form, { tellable: form.closest(".column").dataset.forResidents });
    form.querySelector("details").open = false;
  }

  #showWrong(form) {
    form.querySelector("details").open = true;
    form.querySelector("[aria-invalid]").focus();
  }

  #leaveOffer(form) {
    form.querySelector(".paste-offer").hidden = true;
    form.elements.title.focus();
  }

  #close(form) {
    const column = form.closest(".column");
    form.remove();
    column.querySelector(".add").hidden = false;
    column.querySelector(".add").focus();
  }
}

const isSuggestion = ({ elements: { suggestion } }) => !suggestion.closest("[hidden]");
const draftOf = (column) => `new:${column.dataset.columnId}`;

function showPending(column, title, top) {
  const ghost = Object.assign(document.createElement("li"), { className: "card pending" });
  ghost.append(Object.assign(document.createElement("h3"), { textContent: title }));
  column.querySelector(".cards")[top ? "prepend" : "append"](ghost);
  ghost.scrollIntoView({ block: "nearest" });
  return ghost;
}
