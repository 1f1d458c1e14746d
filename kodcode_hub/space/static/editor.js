/** A place to write Python: a textarea with line numbers, in which Tab indents. */

import { byId, el } from "./dom.js";

const INDENT = "    ";
const MOST_ROWS = 32;
const LEAST_ROWS = 10;

/**
 * @param {string} text
 * @param {() => void} run  on Ctrl+Enter
 */
export function makeEditor(text, run) {
  const gutter = el("div", { class: "gutter", "aria-hidden": "true" });
  const area = /** @type {HTMLTextAreaElement} */ (
    el("textarea", {
      id: "editor",
      spellcheck: "false",
      autocomplete: "off",
      autocapitalize: "off",
      autocorrect: "off",
      wrap: "off",
      "aria-describedby": "editor-hint",
    })
  );
  let isLeaving = false;
  area.addEventListener("input", () => number(area, gutter));
  area.addEventListener("scroll", () => (gutter.scrollTop = area.scrollTop));
  area.addEventListener("blur", () => (isLeaving = false));
  area.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      run();
    } else if (event.key === "Tab" && !isLeaving && !event.ctrlKey && !event.altKey && !event.metaKey) {
      event.preventDefault();
      if (event.shiftKey) dedent(area);
      else indent(area);
    } else if (event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      insert(area, `\n${nextIndent(area)}`);
    }
    isLeaving = event.key === "Escape" || (isLeaving && event.key === "Shift");
  });
  const set = (/** @type {string} */ value) => {
    area.value = value;
    area.scrollTop = 0;
    number(area, gutter);
  };
  set(text);
  const element = el("div", { class: "editor" }, gutter, area);
  return { element, set, get: () => area.value, focus: () => byId("editor").focus() };
}

/**
 * @param {HTMLTextAreaElement} area
 * @param {HTMLElement} gutter
 */
function number(area, gutter) {
  const count = area.value.split("\n").length;
  area.rows = Math.min(MOST_ROWS, Math.max(LEAST_ROWS, count + 1));
  if (gutter.dataset.count === String(count)) return;
  gutter.dataset.count = String(count);
  gutter.textContent = Array.from({ length: count }, (_, index) => index + 1).join("\n");
}

/**
 * In a way that the browser can undo.
 * @param {HTMLTextAreaElement} area
 * @param {string} text
 */
function insert(area, text) {
  const isDone = text ? document.execCommand("insertText", false, text) : document.execCommand("delete");
  if (isDone) return;
  area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
  area.dispatchEvent(new Event("input"));
}

/** That of the line, and one more after a colon. @param {HTMLTextAreaElement} area */
function nextIndent(area) {
  const before = area.value.slice(area.value.lastIndexOf("\n", area.selectionStart - 1) + 1, area.selectionStart);
  const own = /^[ \t]*/.exec(before)?.[0] ?? "";
  return /:\s*(#.*)?$/.test(before) ? own + INDENT : own;
}

/** @param {HTMLTextAreaElement} area */
function indent(area) {
  if (area.selectionStart === area.selectionEnd) {
    const column = area.selectionStart - area.value.lastIndexOf("\n", area.selectionStart - 1) - 1;
    insert(area, " ".repeat(INDENT.length - (column % INDENT.length)));
  } else {
    changeLines(area, (line) => (line ? INDENT + line : line));
  }
}

/** @param {HTMLTextAreaElement} area */
function dedent(area) {
  changeLines(area, (line) => line.replace(/^(\t| {1,4})/, ""));
}

/**
 * All lines that the selection touches.
 * @param {HTMLTextAreaElement} area
 * @param {(line: string) => string} change
 */
function changeLines(area, change) {
  const { selectionStart, selectionEnd, value } = area;
  const start = value.lastIndexOf("\n", selectionStart - 1) + 1;
  const after = value.indexOf(
    "\n",
    selectionEnd > selectionStart && value[selectionEnd - 1] === "\n" ? selectionEnd - 1 : selectionEnd,
  );
  const end = after < 0 ? value.length : after;
  const lines = value.slice(start, end).split("\n");
  const changed = lines.map(change);
  if (changed.join("\n") === lines.join("\n")) return;
  area.setSelectionRange(start, end);
  insert(area, changed.join("\n"));
  if (selectionStart !== selectionEnd) area.setSelectionRange(start, start + changed.join("\n").length);
  else {
    const at = Math.max(start, selectionStart + changed[0].length - lines[0].length);
    area.setSelectionRange(at, at);
  }
}
