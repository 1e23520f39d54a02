// Entry point of every page beside the board.
import { Application } from "@hotwired/stimulus";
import AlertsController from "../controllers/alerts_controller.js";
import BackLinkController from "../controllers/back_link_controller.js";
import CopyController from "../controllers/copy_controller.js";
import NewsController from "../controllers/news_controller.js";
import PasswordRevealController from "../controllers/password_reveal_controller.js";
import PasswordStrengthController from "../controllers/password_strength_controller.js";
import PrintController from "../controllers/print_controller.js";
import RestoreController from "../controllers/restore_controller.js";
import { localizeTimes } from "../lib/local_time.js";

const application = Application.start();
application.register("alerts", AlertsController);
application.register("back-link", BackLinkController);
application.register("copy", CopyController);
application.register("news", NewsController);
application.register("password-reveal", PasswordRevealController);
application.register("password-strength", PasswordStrengthController);
application.register("print", PrintController);
application.register("restore", RestoreController);
localizeTimes();
