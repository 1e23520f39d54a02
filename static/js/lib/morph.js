// Shows fresh HTML in an element without taking away what somebody does there: the focus stays, and so does every form that is being filled in,
// and what is busy showing something newer.
import { Idiomorph } from "idiomorph";

export function showInPlace(element, html) {
  const callbacks = {
    beforeNodeMorphed: (node) => !isOpenForm(node) && node.ariaBusy !== "true",
    beforeNodeRemoved: (node) => !(isOpenForm(node) && isBegun(node)),
    beforeAttributeUpdated: (name) => name !== "aria-expanded",
  };
  Idiomorph.morph(element, html, { morphStyle: "innerHTML", ignoreActiveValue: true, callbacks });
}

const isOpenForm = (node) => node instanceof Element && node.matches("form[data-kept]:not([hidden])");
const isBegun = (form) => [...form.querySelectorAll("textarea")].some(({ value }) => value);
