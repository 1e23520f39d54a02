import { Controller } from "@hotwired/stimulus";

const YEAR_SECONDS = 31_536_000;

// Light, dark, or as the machine has it; kept in a cookie so that the next page is right from its first paint.
export default class extends Controller {
  static targets = ["choice"];

  choose(event) {
    const theme = event.currentTarget.dataset.themeValue;
    const secure = location.protocol === "https:" ? "; secure" : "";
    document.cookie = `theme=${theme}; path=/; max-age=${theme === "system" ? 0 : YEAR_SECONDS}; samesite=lax${secure}`;
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    this.choiceTargets.forEach((choice) => choice.setAttribute("aria-checked", choice.dataset.themeValue === theme));
  }
}
