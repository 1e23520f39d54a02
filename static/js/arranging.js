// The menu and the dialogs that put columns and cards elsewhere: fetched when somebody begins to.
import "./app.js"; // one file with all that the board’s script shares with its parts, instead of many small ones
import ColumnFormController from "./controllers/column_form_controller.js";
import ColumnMenuController from "./controllers/column_menu_controller.js";
import MergeFormController from "./controllers/merge_form_controller.js";
import MoveFormController from "./controllers/move_form_controller.js";

export const controllers = {
  "column-form": ColumnFormController,
  "column-menu": ColumnMenuController,
  "merge-form": MergeFormController,
  "move-form": MoveFormController,
};
