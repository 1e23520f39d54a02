// Searching, and the sheets of services: fetched when somebody begins to.
import "./app.js"; // one file with all that the board’s script shares with its parts, instead of many small ones
import SearchController from "./controllers/search_controller.js";
import ServiceSheetController from "./controllers/service_sheet_controller.js";

export const controllers = { search: SearchController, "service-sheet": ServiceSheetController };
