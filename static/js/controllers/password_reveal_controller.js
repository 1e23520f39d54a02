import { Controller } from "@hotwired/stimulus";

// Show or hide what is typed in a password field. Hidden again on submit, so that browsers save it as a password.
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
