import { Controller } from "@hotwired/stimulus";
import { t } from "../lib/i18n.js";
import { announce } from "../lib/toast.js";

const SHOWN_MS = 2000;

// A button that copies the text of a field. Without script the text can be selected.
export default class extends Controller {
  static targets = ["text", "button"];

  connect() {
    this.buttonTarget.hidden = false;
  }

  select() {
    this.textTarget.select();
  }

  async copy() {
    this.textTarget.select();
    try {
      await navigator.clipboard.writeText(this.textTarget.value);
    } catch {
      document.execCommand("copy"); // pages without HTTPS have no clipboard
    }
    if (this.textTarget.tabIndex < 0) this.buttonTarget.focus(); // the field is invisible: do not leave the focus in it
    announce(t("Copié."));
    this.buttonTarget.classList.add("done");
    setTimeout(() => this.buttonTarget.classList.remove("done"), SHOWN_MS);
  }
}
