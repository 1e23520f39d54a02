import { Controller } from "@hotwired/stimulus";

// Follow a link back when Escape is pressed.
export default class extends Controller {
  close(event) {
    const isTaken = event.target.closest("input, textarea, select, dialog[open], [popover]:popover-open");
    if (!event.defaultPrevented && !isTaken) this.element.click();
  }
}
