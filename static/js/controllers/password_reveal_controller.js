import { Controller } from "@hotwired/stimulus";

// Shows what is typed in a password field, until the form leaves: what is remembered is only ever a password.
export default class extends Controller {
  static targets = ["password", "button"];

  connect() {
    this.buttonTarget.hidden = false;
    this.passwordTarget.form?.addEventListener("submit", this.#hide);
  }

  disconnect() {
    this.passwordTarget.form?.removeEventListener("submit", this.#hide);
  }

  toggle() {
    this.#set(this.passwordTarget.type === "password");
    this.passwordTarget.focus();
  }

  #hide = () => this.#set(false);

  #set(shown) {
    this.passwordTarget.type = shown ? "text" : "password";
    this.buttonTarget.setAttribute("aria-pressed", shown);
  }
}
