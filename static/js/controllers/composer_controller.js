import { Controller } from "@hotwired/stimulus";
import { perform, sender } from "../live/board.js";
import { drafts } from "../live/drafts.js";
import { toast } from "../live/announce.js";

// Adding a card at the foot of its column: a title and Enter; the next one may follow at once.
export default class extends Controller {
  open(event) {
    this.openIn(event.target.closest(".column"));
  }

  openIn(column) {
    const footer = column.querySelector(":scope > footer");
    if (!footer.checkVisibility()) return toast("Vous ne pouvez pas ajouter d’info dans cette colonne.");
    if (!footer.querySelector(".composer")) footer.append(this.#form(column));
    footer.querySelector(".add").hidden = true;
    footer.querySelector("textarea").focus();
  }

  #form(column) {
    const form = document.createElement("form");
    form.className = "composer";
    form.dataset.kept = "";
    form.noValidate = true;
    const field = Object.assign(document.createElement("textarea"), { name: "title", maxLength: 200, rows: 2, placeholder: "La question de l’usager, ou sa réponse en une ligne" });
    field.setAttribute("aria-label", `Titre de la nouvelle info, colonne ${column.querySelector("h2").textContent}`);
    field.value = drafts.read(this.#draft(column)) ?? "";
    const problem = Object.assign(document.createElement("p"), { className: "problem" });
    problem.setAttribute("role", "alert");
    const row = Object.assign(document.createElement("div"), { className: "row" });
    row.append(button("Ajouter", "btn primary", "submit"), button("Ajouter et rédiger", "btn", "submit", "write"), button("Fermer", "btn ghost", "button", "close"));
    form.append(field, problem, row);
    field.addEventListener("input", () => drafts.write(this.#draft(column), field.value));
    field.addEventListener("keydown", (event) => this.#key(event, form));
    row.lastElementChild.addEventListener("click", () => this.#close(form));
    form.addEventListener("submit", (event) => this.#submit(event, form, column));
    return form;
  }

  #key(event, form) {
    if (event.key === "Escape") {
      event.stopPropagation();
      this.#close(form);
    } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      form.requestSubmit();
    }
  }

  async #submit(event, form, column) {
    event.preventDefault();
    const write = event.submitter?.value === "write";
    const field = form.elements.title;
    const problem = form.querySelector(".problem");
    const title = field.value;
    problem.textContent = "";
    if (!title.trim()) return (problem.textContent = "Écrivez un titre.");
    const ghost = this.#showPending(column, title);
    field.value = "";
    try {
      const adding = perform({ type: "add_card", column: Number(column.dataset.columnId), title });
      if (sender.waiting) drafts.forget(this.#draft(column));
      const { changes } = await adding;
      drafts.forget(this.#draft(column));
      const id = Object.keys(changes[0].cards)[0];
      document.getElementById(`card-${id}`)?.scrollIntoView({ block: "nearest" });
      if (write) document.dispatchEvent(new CustomEvent("card:write", { detail: id }));
    } catch (error) {
      problem.textContent = error.detail;
      if (!field.value) field.value = title;
      drafts.write(this.#draft(column), field.value);
      field.focus();
    } finally {
      ghost.remove();
    }
  }

  #showPending(column, title) {
    const ghost = Object.assign(document.createElement("li"), { className: "card pending" });
    ghost.append(Object.assign(document.createElement("h3"), { textContent: title }));
    column.querySelector(".cards").append(ghost);
    ghost.scrollIntoView({ block: "nearest" });
    return ghost;
  }

  #close(form) {
    const opener = form.parentElement.querySelector(".add");
    form.remove();
    opener.hidden = false;
    opener.focus();
  }

  #draft(column) {
    return `new:${column.dataset.columnId}`;
  }
}

function button(words, className, type, value = "") {
  return Object.assign(document.createElement("button"), { textContent: words, className, type, value });
}
