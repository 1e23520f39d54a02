// Pages beside the board.
import { Application } from "@hotwired/stimulus";
import AlertsController from "./controllers/alerts_controller.js";
import CloseController from "./controllers/close_controller.js";
import CopyController from "./controllers/copy_controller.js";
import NewsController from "./controllers/news_controller.js";
import PrintController from "./controllers/print_controller.js";
import RestoreController from "./controllers/restore_controller.js";
import RevealController from "./controllers/reveal_controller.js";
import StrengthController from "./controllers/strength_controller.js";
import { wordTimes } from "./live/times.js";

const application = Application.start();
application.register("alerts", AlertsController);
application.register("close", CloseController);
application.register("copy", CopyController);
application.register("news", NewsController);
application.register("print", PrintController);
application.register("restore", RestoreController);
application.register("reveal", RevealController);
application.register("strength", StrengthController);
wordTimes();
