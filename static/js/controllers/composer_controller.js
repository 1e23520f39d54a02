import { Controller } from "@hotwired/stimulus";
import { columnId, findCard, menuColumn, titleOf } from "../board/card_dom.js";
import { mayAddTo } from "../board/rights.js";
import { LINES_MAX, lineToCard, splitLines } from "../editing/bulk_paste.js";
import { drafts } from "../editing/drafts.js";
import { readSuggestion, toggleServiceField } from "../editing/suggestion_fields.js";
import {
  fillFields,
  fromCommand,
  readEnteredFields,
  readFields,
  showFieldError,
  validateDates,
} from "../editing/validity_fields.js";
import { t } from "../lib/i18n.js";
import { toast } from "../lib/toast.js";
import { commandQueue, perform } from "../live/client.js";

// Add cards at the foot or the head of a column: a title and Enter; the form stays open for the next one.
export default class extends Controller {
  static targets = ["form"];

  open(event) {
    this.openIn(event.target.closest(".column"));
  }

  openOnTop() {
    this.openIn(menuColumn(), { top: true });
  }

  openIn(column, { top = false } = {}) {
    if (!column || !mayAddTo(column)) return toast(t("Vous ne pouvez pas ajouter d’info dans cette colonne."));
    if (column.matches(".folded")) column.querySelector(".unfold").click();
    const form = column.querySelector(".composer") ?? this.#createForm(column);
    form.dataset.place = top ? "top" : "bottom";
    if (top) column.querySelector(":scope > header").after(form);
    else column.querySelector(":scope > footer").append(form);
    column.querySelector(".add").hidden = !top;
    form.elements.title.focus();
  }

  keep({ target: { form } }) {
    writeDraft(form, form.closest(".column"));
  }

  key(event) {
    const form = event.currentTarget;
    if (event.key === "Escape") {
      event.stopPropagation();
      closeForm(form);
    } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.target.matches("[name=title]")) {
      event.preventDefault();
      form.requestSubmit();
    }
  }

  close(event) {
    closeForm(event.currentTarget.form);
  }

  // Offer to make several pasted lines as many cards.
  paste(event) {
    const lines = splitLines(event.clipboardData.getData("text/plain"));
    if (lines.length < 2) return;
    event.preventDefault();
    const form = event.target.form;
    form.lines = lines.slice(0, LINES_MAX);
    const count = lines.length;
    const offer = form.querySelector(".paste-offer");
    offer.querySelector("p").textContent =
      count > LINES_MAX
        ? t("{count} lignes collées ; les {most} premières peuvent devenir des infos.", { count, most: LINES_MAX })
        : t("{count} lignes collées.", { count });
    const button = offer.querySelector("[data-several]");
    button.textContent = t("En faire {count} infos", { count: form.lines.length });
    offer.hidden = false;
    button.focus();
  }

  addLines({ currentTarget: { form } }) {
    const cards = form.lines.map(lineToCard);
    hideOffer(form);
    // At the head of the column each card goes above the one before, so the last one is added first.
    if (form.dataset.place === "top") cards.reverse();
    for (const card of cards) this.#add(form, card);
  }

  joinLines({ currentTarget: { form } }) {
    const field = form.elements.title;
    field.setRangeText(form.lines.join(" "), field.selectionStart, field.selectionEnd, "end");
    field.value = field.value.slice(0, field.maxLength);
    this.keep({ target: field });
    hideOffer(form);
  }

  showAsked({ currentTarget: kind }) {
    toggleServiceField(kind.form.elements);
  }

  submit(event) {
    event.preventDefault();
    const form = event.target;
    const { title, suggestion, asked } = form.elements;
    showProblem(form, "");
    if (suggestion.value === "request" && !asked.value) {
      asked.focus();
      return showProblem(form, t("Choisissez le service à qui vous demandez cette information."));
    }
    if (!title.value.trim()) return showProblem(form, t("Écrivez un titre."));
    if (!validateDates(form)) return showInvalidField(form);
    const card = { title: title.value, ...readEnteredFields(form) };
    title.value = "";
    resetFields(form);
    this.#add(form, card, { thenEdit: event.submitter?.value === "write" });
  }

  async #add(form, card, { thenEdit = false } = {}) {
    const column = form.closest(".column");
    const top = form.dataset.place === "top";
    const placeholder = showPendingCard(column, card.title, top);
    const suggestion = isSuggestion(form) ? readSuggestion(form.elements) : {};
    try {
      const command = { type: "add_card", column: columnId(column), ...card, ...suggestion };
      const adding = perform(top ? { ...command, after: null } : command);
      if (commandQueue.isPersisted) drafts.remove(draftKey(column)); // the outbox has it now
      const { changes } = await adding;
      const [id, added] = Object.entries(changes[0].cards)[0];
      findCard(id)?.scrollIntoView({ block: "nearest" });
      if (!added) announceScheduled(id);
      if (thenEdit) document.dispatchEvent(new CustomEvent("card:write", { detail: id }));
    } catch (problem) {
      this.#restore(form, column, card, problem);
    } finally {
      placeholder.remove();
    }
  }

  // Put a refused card back into the form, unless the next one is being typed there.
  #restore(form, column, card, problem) {
    const { title } = form.elements;
    if (!title.value) fillFields(form, fromCommand(card));
    title.value ||= card.title;
    writeDraft(form, column);
    const others = (problem.errors ?? []).filter(({ field, message }) => !showFieldError(form, field, message));
    showProblem(form, others.length || !problem.errors ? problem.detail : "");
    if (!form.isConnected) toast(problem.detail);
    else if (form.querySelector("details [aria-invalid]")) showInvalidField(form);
    else title.focus();
  }

  #createForm(column) {
    const template = document.createElement("template");
    // Several forms may be open: element ids get the column's.
    template.innerHTML = this.formTarget.innerHTML.replaceAll("composer-", `composer-${column.dataset.columnId}-`);
    const form = template.content.firstElementChild;
    const field = form.elements.title;
    field.setAttribute("aria-label", t("Titre de la nouvelle info, colonne {title}", { title: titleOf(column) }));
    const { title, ...fields } = drafts.read(draftKey(column)) ?? {};
    field.value = title ?? "";
    fillFields(form, { ...fields, tellable: fields.tellable || column.dataset.forResidents });
    const suggests = column.dataset.columnKind === "suggestions";
    form.querySelector(".suggestion-fields").hidden = !suggests;
    if (suggests) field.placeholder = t("Votre idée, ou l’info qui vous manque, en une ligne");
    return form;
  }
}

const draftKey = (column) => `new:${column.dataset.columnId}`;

const writeDraft = (form, column) =>
  drafts.write(draftKey(column), { title: form.elements.title.value, ...readFields(form) });

const isSuggestion = ({ elements: { suggestion } }) => !suggestion.closest("[hidden]");

const showProblem = (form, words) => (form.querySelector(".problem").textContent = words);

// Dates and the choice of audience are not carried over to the next card.
function resetFields(form) {
  fillFields(form, { tellable: form.closest(".column").dataset.forResidents });
  form.querySelector("details").open = false;
}

function showInvalidField(form) {
  form.querySelector("details").open = true;
  form.querySelector("[aria-invalid]").focus();
}

function hideOffer(form) {
  form.querySelector(".paste-offer").hidden = true;
  form.elements.title.focus();
}

function closeForm(form) {
  const add = form.closest(".column").querySelector(".add");
  form.remove();
  add.hidden = false;
  add.focus();
}

function announceScheduled(id) {
  const open = () => document.dispatchEvent(new CustomEvent("card:open", { detail: id }));
  toast(t("Programmée : cette info sera visible à sa date."), { words: t("Ouvrir"), run: open });
}

function showPendingCard(column, title, top) {
  const card = Object.assign(document.createElement("li"), { className: "card pending" });
  card.append(Object.assign(document.createElement("h3"), { textContent: title }));
  column.querySelector(".cards")[top ? "prepend" : "append"](card);
  card.scrollIntoView({ block: "nearest" });
  return card;
}
