// The options of a combobox, of which the field's arrow keys make one active (WAI-ARIA combobox pattern).
export class Listbox {
  // box holds the options; it may hold other elements too.
  constructor(input, box) {
    this.input = input;
    this.box = box;
  }

  get options() {
    return [...this.box.querySelectorAll("[role=option]:not([hidden])")];
  }

  get active() {
    return this.box.querySelector("[role=option][aria-selected=true]");
  }

  // option: null to make none active.
  activate(option) {
    this.active?.setAttribute("aria-selected", "false");
    if (!option) return this.input.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", option.id);
  }

  // Activate the next option (1) or the previous one (-1), around the ends.
  step(by) {
    const { options } = this;
    const index = options.indexOf(this.active);
    this.activate(index < 0 && by < 0 ? options.at(-1) : options.at((index + by) % options.length));
  }
}
