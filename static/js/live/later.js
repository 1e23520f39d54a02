// Controllers that come when they are first wanted, in three parts; until then their places are empty, or held by a stand-in.
import { Controller } from "@hotwired/stimulus";
import { toast } from "./announce.js";
import { t } from "./words.js";

const PARTS = {
  finding: () => import("../finding.js"),
  writing: () => import("../writing.js"),
  arranging: () => import("../arranging.js"),
};

const coming = new Map();
let application;

// From here on whoever calls one of these methods, an action of the page or another controller, has the part come that it is in:
// {part: {controller: [method, …]}}.
export function comeLater(beginning, wanted) {
  application = beginning;
  for (const [part, controllers] of Object.entries(wanted)) {
    for (const [name, methods] of Object.entries(controllers)) application.register(name, standIn(part, name, methods));
  }
}

// Resolves once the part's controllers have taken their places; rejects when it cannot be fetched, and may then be tried again.
export function bring(part) {
  if (!coming.has(part)) coming.set(part, fetchPart(part).catch((problem) => (coming.delete(part), Promise.reject(problem))));
  return coming.get(part);
}

// Says so when it cannot. Resolves to whether it is there.
export function brought(part) {
  return bring(part).then(
    () => true,
    () => (toast(t("Cette fonction n’a pas pu être chargée. Réessayez quand la connexion sera revenue.")), false),
  );
}

// All of them, one after the other: what one has not used yet is there when the connection is gone.
export async function bringAll() {
  for (const part of Object.keys(PARTS)) await bring(part);
}

async function fetchPart(part) {
  const { controllers } = await PARTS[part]();
  for (const [name, controller] of Object.entries(controllers)) application.register(name, controller);
}

function standIn(part, name, methods) {
  const StandIn = class extends Controller {};
  for (const method of methods) {
    StandIn.prototype[method] = async function (...given) {
      const handed = given.map((each) => (each instanceof Event ? handOver(each) : each));
      if (await brought(part)) return application.getControllerForElementAndIdentifier(this.element, name)?.[method](...handed);
    };
  }
  return StandIn;
}

// What a method reads of its event, which is over by the time it is asked: nothing can be prevented any more.
const handOver = ({ type, key, target, currentTarget, params, detail }) => ({ type, key, target, currentTarget, params, detail, preventDefault() {}, stopPropagation() {} });
