import { Controller } from "@hotwired/stimulus";
import { postForm } from "../lib/http.js";

// Print the page.
export default class extends Controller {
  print() {
    window.print();
  }

  // Count the print by the form, which without script leads to a page that says how to print.
  printAndCount(event) {
    event.preventDefault();
    postForm(event.target);
    window.print();
  }
}
