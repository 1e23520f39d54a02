// Searching, and the sheets of services: fetched when somebody begins to.
import "./core.js";
import SearchController from "./controllers/search_controller.js";
import ServiceSheetController from "./controllers/service_sheet_controller.js";

export const controllers = { search: SearchController, "service-sheet": ServiceSheetController };
