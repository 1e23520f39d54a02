import { Controller } from "@hotwired/stimulus";

// A link that leads back, also followed by Escape.
export default class extends Controller {
  close(event) {
    if (event.defaultPrevented || event.target.closest("input, textarea, select, dialog[open], [popover]:popover-open")) return;
    this.element.click();
  }
}
