import { Controller } from "@hotwired/stimulus";
import { announce } from "../live/announce.js";
import { t } from "../live/words.js";

const SAID_MS = 2000;

// A text beside a button that copies it; without script, or where the clipboard is closed, it can be selected.
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
      document.execCommand("copy"); // an address without https has no clipboard
    }
    if (this.textTarget.tabIndex < 0) this.buttonTarget.focus(); // nobody could leave a field that is not to be seen
    announce(t("Copié."));
    this.buttonTarget.classList.add("done");
    setTimeout(() => this.buttonTarget.classList.remove("done"), SAID_MS);
  }
}
