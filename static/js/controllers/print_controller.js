import { Controller } from "@hotwired/stimulus";

export default class extends Controller {
  print() {
    window.print();
  }

  // A form that counts what is printed; without script it is sent, and the answer says how to print.
  printAndCount(event) {
    event.preventDefault();
    fetch(event.target.action, { method: "POST", body: new FormData(event.target), keepalive: true }).catch(() => {}); // the paper matters more than the count
    window.print();
  }
}
