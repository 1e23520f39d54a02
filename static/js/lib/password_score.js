// Estimate how easily a password is guessed. Loaded on demand: the dictionaries are large.
import { ZxcvbnFactory } from "@zxcvbn-ts/core";
import { adjacencyGraphs, dictionary } from "@zxcvbn-ts/language-common";
import { dictionary as french } from "@zxcvbn-ts/language-fr";

const CHARACTERS_MAX = 100; // further ones cannot make it weaker, and the estimate takes time
const estimator = new ZxcvbnFactory({ dictionary: { ...dictionary, ...french }, graphs: adjacencyGraphs });

// Return 0 (guessed at once) to 4. words: what the person's own data would suggest, such as their name.
export function score(password, words) {
  return estimator.check(password.slice(0, CHARACTERS_MAX), words).score;
}
