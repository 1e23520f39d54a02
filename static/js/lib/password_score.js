// How easily a password is guessed, from 0 (at once) to 4; a chunk of its own, fetched when somebody begins to type one.
import { ZxcvbnFactory } from "@zxcvbn-ts/core";
import { adjacencyGraphs, dictionary } from "@zxcvbn-ts/language-common";
import { dictionary as french } from "@zxcvbn-ts/language-fr";

const CHARACTERS = 100; // what comes after cannot make it weaker, and only takes time
const estimator = new ZxcvbnFactory({ dictionary: { ...dictionary, ...french }, graphs: adjacencyGraphs });

export function score(password, words) {
  return estimator.check(password.slice(0, CHARACTERS), words).score;
}
