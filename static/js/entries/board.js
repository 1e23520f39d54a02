// The board’s page.
import { Application } from "@hotwired/stimulus";
import NotificationsController from "./controllers/notifications_controller.js";
import BoardController from "./controllers/board_controller.js";
import ComposerController from "./controllers/composer_controller.js";
import ConnectionController from "./controllers/connection_controller.js";
import DatesController from "./controllers/dates_controller.js";
import DragController from "./controllers/drag_controller.js";
import FilterController from "./controllers/filter_controller.js";
import FreshnessController from "./controllers/freshness_controller.js";
import FlashesController from "./controllers/flashes_controller.js";
import ColumnFoldController from "./controllers/column_fold_controller.js";
import KeyboardMoveController from "./controllers/keyboard_move_controller.js";
import MenuController from "./controllers/menu_controller.js";
import PanelController from "./controllers/panel_controller.js";
import PresenceController from "./controllers/presence_controller.js";
import ColumnNavController from "./controllers/column_nav_controller.js";
import ReadsController from "./controllers/reads_controller.js";
import SavedFiltersController from "./controllers/saved_filters_controller.js";
import SelectionController from "./controllers/selection_controller.js";
import RequestsController from "./controllers/requests_controller.js";
import ShortcutsController from "./controllers/shortcuts_controller.js";
import ThemeController from "./controllers/theme_controller.js";
import TourController from "./controllers/tour_controller.js";
import ArrowNavigationController from "./controllers/arrow_navigation_controller.js";
import TypingController from "./controllers/typing_controller.js";
import UnreadController from "./controllers/unread_controller.js";
import { bring, bringAll, comeLater } from "./live/later.js";

const QUIET_MS = 10_000; // what is not needed yet waits until the page has been in use for a while

const application = Application.start();
application.register("notifications", NotificationsController);
application.register("board", BoardController);
application.register("composer", ComposerController);
application.register("connection", ConnectionController);
application.register("dates", DatesController);
application.register("drag", DragController);
application.register("filter", FilterController);
application.register("freshness", FreshnessController);
application.register("flashes", FlashesController);
application.register("column-fold", ColumnFoldController);
application.register("keyboard-move", KeyboardMoveController);
application.register("menu", MenuController);
application.register("panel", PanelController);
application.register("presence", PresenceController);
application.register("column-nav", ColumnNavController);
application.register("reads", ReadsController);
application.register("saved-filters", SavedFiltersController);
application.register("selection", SelectionController);
application.register("requests", RequestsController);
application.register("shortcuts", ShortcutsController);
application.register("theme", ThemeController);
application.register("tour", TourController);
application.register("arrow-navigation", ArrowNavigationController);
application.register("typing", TypingController);
application.register("unread", UnreadController);
comeLater(application, {
  finding: { search: ["show", "type", "key", "left"], "service-sheet": ["open", "show"] },
  writing: {
    "answer-form": ["open"],
    "required-reading": ["open"],
    "flash-form": ["open", "putOut"],
  },
  arranging: {
    "column-form": ["add", "edit", "split"],
    "column-menu": ["open", "pinThis"],
    "merge-form": ["open"],
    "move-form": ["open", "openFor", "openForPanel"],
  },
});
if (location.hash.startsWith("#ask=")) bring("finding").catch(() => {}); // a question that was typed on another page
setTimeout(() => bringAll().catch(() => {}), QUIET_MS);
