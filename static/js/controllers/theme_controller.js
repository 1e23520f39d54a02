import { Controller } from "@hotwired/stimulus";
import { csrfToken } from "../live/context.js";

const YEAR_SECONDS = 31_536_000;

// Light, dark, or as the machine has it; kept with the account, and in a cookie for the pages before the sign-in.
export default class extends Controller {
  static targets = ["choice"];

  choose(event) {
    const theme = event.currentTarget.dataset.themeValue;
    const [prefix, secure] = location.protocol === "https:" ? ["__Host-", "; secure"] : ["", ""];
    document.cookie = `${prefix}theme=${theme}; path=/; max-age=${YEAR_SECONDS}; samesite=lax${secure}`;
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    fetch("/profile/theme", {
      method: "PUT",
      keepalive: true,
      headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken() },
      body: JSON.stringify(theme),
    }).catch(() => {}); // the cookie holds it here all the same
    this.choiceTargets.forEach((choice) => choice.setAttribute("aria-checked", choice.dataset.themeValue === theme));
  }
}
