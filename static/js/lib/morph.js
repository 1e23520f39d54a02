// Replace HTML in place by Idiomorph: nodes that stay keep their focus, scroll position and open forms.
import { Idiomorph } from "idiomorph";

export const morph = (element, fresh, options) => Idiomorph.morph(element, fresh, options);

// Morph the children of an element, except forms that are being filled in and nodes that show something newer
// (aria-busy).
export function morphChildren(element, html) {
  const callbacks = {
    beforeNodeMorphed: (node) => !isOpenForm(node) && node.ariaBusy !== "true",
    beforeNodeRemoved: (node) => !(isOpenForm(node) && hasText(node)),
    beforeAttributeUpdated: (name) => name !== "aria-expanded",
  };
  morph(element, html, { morphStyle: "innerHTML", ignoreActiveValue: true, callbacks });
}

// Return the first element of an HTML fragment.
export function parseElement(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content.firstElementChild;
}

const isOpenForm = (node) => node instanceof Element && node.matches("form[data-kept]:not([hidden])");
const hasText = (form) => [...form.querySelectorAll("textarea")].some(({ value }) => value);
