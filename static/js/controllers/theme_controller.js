import { Controller } from "@hotwired/stimulus";
import { requestJson } from "../lib/http.js";

const YEAR_SECONDS = 31_536_000;

// Choose the light, dark or system theme: saved with the account, and in a cookie for pages before the sign-in.
export default class extends Controller {
  static targets = ["choice"];

  choose(event) {
    const theme = event.currentTarget.dataset.themeValue;
    writeCookie(theme);
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    // On failure the cookie still keeps the choice in this browser.
    requestJson("PUT", "/profile/theme", theme, { keepalive: true }).catch(() => {});
    for (const choice of this.choiceTargets) choice.setAttribute("aria-checked", choice.dataset.themeValue === theme);
  }
}

// Browsers accept the __Host- prefix on HTTPS addresses only.
function writeCookie(theme) {
  const [prefix, secure] = location.protocol === "https:" ? ["__Host-", "; secure"] : ["", ""];
  document.cookie = `${prefix}theme=${theme}; path=/; max-age=${YEAR_SECONDS}; samesite=lax${secure}`;
}
