// Editing and answering: fetched when somebody begins to.
import "./app.js"; // one file with all that the board’s script shares with its parts, instead of many small ones
import AnswerFormController from "./controllers/answer_form_controller.js";
import RequiredReadingController from "./controllers/required_reading_controller.js";
import EditController from "./controllers/edit_controller.js";
import FlashFormController from "./controllers/flash_form_controller.js";
import LabelsController from "./controllers/labels_controller.js";
import SuggestionController from "./controllers/suggestion_controller.js";

export const controllers = {
  "answer-form": AnswerFormController,
  "required-reading": RequiredReadingController,
  edit: EditController,
  "flash-form": FlashFormController,
  labels: LabelsController,
  suggestion: SuggestionController,
};
