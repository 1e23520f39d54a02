import { Controller } from "@hotwired/stimulus";
import { announce } from "../lib/toast.js";
import { performOrToast } from "../live/client.js";

// A button that sends a command: its action parameters are the fields, and `done` is announced afterwards.
export default class extends Controller {
  async send({ params: { done, ...command } }) {
    if (await performOrToast(command)) announce(done);
  }
}
