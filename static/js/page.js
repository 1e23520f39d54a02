// Pages beside the board.
import { Application } from "@hotwired/stimulus";
import RestoreController from "./controllers/restore_controller.js";
import { wordTimes } from "./live/times.js";

const application = Application.start();
application.register("restore", RestoreController);
wordTimes();
