import { Controller } from "@hotwired/stimulus";
import { wordTimes } from "../live/times.js";

// The board's beginning: times in words, the column of the address in sight.
export default class extends Controller {
  static targets = ["board", "nothing"];

  connect() {
    wordTimes();
    document.getElementById(location.hash.slice(1))?.scrollIntoView({ inline: "center", block: "nearest" });
    document.documentElement.dataset.ready = "";
  }
}
