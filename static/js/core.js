// What the board's script shares with its parts that come later: named by all of them, it travels as one file instead of many small ones.
import "@hotwired/stimulus";
import "./live/arranging.js";
import "./live/board.js";
import "./live/filters.js";
import "./live/merge.js";
import "./live/refusals.js";
import "./live/rights.js";
import "./live/selection.js";
import "./live/suggesting.js";
import "./live/times.js";
import "./live/undo.js";
