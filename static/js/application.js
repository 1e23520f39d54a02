// LEAD TO P: see /tmp/wishes/P.md — this file is not to be committed; Stimulus stays.
// What the page's behaviour hangs on: a controller for each element that names it, and its methods for what happens there.
//
//   <div data-controller="copy">
//   <input data-copy-target="text" data-action="focus->copy#select"> <button data-action="copy#copy">…</button>
//
// The attributes are Stimulus's and mean what they mean there: targets, values that are read, actions with `@document`, `.esc`, `:stop`,
// `:capture` and parameters. Pages use no more of it, and it is a fifth of the size.

const USUAL = { BUTTON: "click", FORM: "submit", INPUT: "input", SELECT: "change", TEXTAREA: "input" };
const KEYS = { esc: "Escape" };
const ACTION = /^(?:([\w:]+)(?:\.(\w+))?(@document)?->)?([\w-]+)#(\w+)(?::(\w+))?$/;
const ALIVE = "[data-controller], [data-action]";

export class Controller {
  static targets = [];
  static values = {};

  constructor(element, application) {
    Object.assign(this, { element, application });
  }

  connect() {}

  disconnect() {}
}

export class Application {
  #kinds = new Map(); // name → its class
  #standing = new Map(); // element → {name: controller}
  #heard = new Map(); // element → what ends its actions
  #hasBegun = false;

  // Once those are registered that are known from the start; the page has been read by then.
  static start() {
    const application = new Application();
    queueMicrotask(() => application.#begin());
    return application;
  }

  #begin() {
    const page = document.documentElement;
    this.#hasBegun = true;
    this.#enter(page);
    new MutationObserver((records) => records.forEach(this.#follow)).observe(page, {
      childList: true,
      subtree: true,
      attributes: true,
      attributeFilter: ["data-controller", "data-action"],
    });
  }

  // A class that comes in place of another takes over its elements.
  register(name, kind) {
    const elements = [...document.querySelectorAll(named(name))];
    elements.forEach((element) => this.#disconnect(element, name));
    this.#kinds.set(name, furnished(name, kind));
    if (this.#hasBegun) elements.forEach((element) => this.#connect(element, name));
  }

  getControllerForElementAndIdentifier(element, name) {
    return this.#standing.get(element)?.[name] ?? null;
  }

  #follow = ({ type, target, addedNodes, removedNodes }) => {
    if (type === "attributes") {
      this.#leave(target, false);
      return this.#enter(target, false);
    }
    for (const node of removedNodes) if (!node.isConnected) this.#leave(node);
    for (const node of addedNodes) if (node.isConnected) this.#enter(node);
  };

  #enter(node, whole = true) {
    if (whole) this.#standing.forEach((here, element) => element.contains(node) && Object.values(here).forEach((each) => meet(each, node)));
    for (const element of alive(node, whole)) {
      if (element.dataset.action && !this.#heard.has(element)) this.#hear(element);
      for (const name of names(element)) this.#connect(element, name);
    }
  }

  #leave(node, whole = true) {
    for (const element of alive(node, whole)) {
      this.#heard.get(element)?.abort();
      this.#heard.delete(element);
      for (const name of Object.keys(this.#standing.get(element) ?? {})) {
        if (whole || !names(element).includes(name)) this.#disconnect(element, name);
      }
    }
  }

  #connect(element, name) {
    const Kind = this.#kinds.get(name);
    const here = this.#standing.get(element) ?? {};
    if (!Kind || here[name]) return;
    try {
      const controller = new Kind(element, this);
      this.#standing.set(element, { ...here, [name]: controller });
      controller.connect();
      meet(controller, element);
    } catch (error) {
      reportError(error); // the others stand all the same
    }
  }

  #disconnect(element, name) {
    const { [name]: controller, ...others } = this.#standing.get(element) ?? {};
    if (!controller) return;
    if (Object.keys(others).length) this.#standing.set(element, others);
    else this.#standing.delete(element);
    controller.disconnect();
  }

  #hear(element) {
    const heard = new AbortController();
    this.#heard.set(element, heard);
    for (const words of element.dataset.action.trim().split(/\s+/)) {
      const [, type = USUAL[element.tagName] ?? "click", key, everywhere, name, method, option] = ACTION.exec(words);
      const act = (event) => {
        if (key && event.key !== KEYS[key]) return;
        const holder = element.closest(named(name));
        if (!everywhere && element.contains(event.target) && event.target.closest(named(name)) !== holder) return;
        const controller = this.getControllerForElementAndIdentifier(holder, name);
        if (!controller) return;
        if (option === "stop") event.stopPropagation();
        event.params = paramsOf(element, name);
        controller[method](event);
      };
      (everywhere ? document : element).addEventListener(type, act, { capture: option === "capture", signal: heard.signal });
    }
  }
}

// Tells a controller that wishes to know, by a method `…TargetConnected`, of its targets that came with this node.
function meet(controller, node) {
  for (const target of controller.constructor.targets) {
    const hook = controller[`${target}TargetConnected`];
    if (hook) controller[`${target}Targets`].filter((each) => node.contains(each)).forEach((each) => hook.call(controller, each));
  }
}

const named = (name) => `[data-controller~="${name}"]`;

const names = (element) => element.dataset.controller?.trim().split(/\s+/) ?? [];

function alive(node, whole) {
  if (!(node instanceof HTMLElement)) return [];
  return whole ? within(node, ALIVE) : [node];
}

const within = (element, selector) => [...(element.matches(selector) ? [element] : []), ...element.querySelectorAll(selector)];

const camel = (words) => words.replace(/-(\w)/g, (_, letter) => letter.toUpperCase());

function paramsOf(element, name) {
  const params = {};
  for (const { name: attribute, value } of element.attributes) {
    const [, key] = attribute.match(new RegExp(`^data-${name}-(.+)-param$`)) ?? [];
    if (key) params[camel(key)] = typed(value);
  }
  return params;
}

function typed(value) {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

// The class with what it declares: fooTarget, fooTargets, hasFooTarget; barValue, which is only read.
function furnished(name, kind) {
  class Furnished extends kind {}
  const give = (property, get) => Object.defineProperty(Furnished.prototype, property, { get });
  for (const target of kind.targets) {
    const all = ({ element }) => within(element, `[data-${name}-target~="${target}"]`).filter((each) => each.closest(named(name)) === element);
    give(`${target}Targets`, function () {
      return all(this);
    });
    give(`has${target[0].toUpperCase()}${target.slice(1)}Target`, function () {
      return all(this).length > 0;
    });
    give(`${target}Target`, function () {
      const [first] = all(this);
      if (!first) throw new Error(`${name} misses its target “${target}”`);
      return first;
    });
  }
  for (const [value, type] of Object.entries(kind.values)) {
    const attribute = `data-${name}-${value.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}-value`;
    give(`${value}Value`, function () {
      const words = this.element.getAttribute(attribute);
      return type === String ? (words ?? "") : type === Number ? Number(words ?? 0) : JSON.parse(words ?? "[]");
    });
  }
  return Furnished;
}
