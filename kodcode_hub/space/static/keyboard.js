/** Keys for the whole page, and the dialog that lists them. */

import { byId, el } from "./dom.js";

const KEYS = [
  [["/"], "go to the search"],
  [["Enter"], "in the search: search; on a result: open it"],
  [["Escape"], "in the search: clear it"],
  [["j", "k"], "next and previous result"],
  [["]", "["], "next and previous question; also n and p, and the arrows → and ←"],
  [["u"], "back to the results"],
  [["r"], "a random question of the selection"],
  [["Ctrl", "Enter"], "in the editor: run"],
  [["Tab"], "in the editor: indent; Shift Tab dedents; Escape, then Tab, leaves"],
  [["?"], "this list"],
];
const WORDS = [
  ["two words", "questions that have both, in question, solution or tests"],
  ['"two words"', "both beside each other, in this order"],
  ["-word", "questions without it"],
];

/** @type {Record<string, string>} */
const CLICKS = {
  "]": "[data-go=next]",
  n: "[data-go=next]",
  ArrowRight: "[data-go=next]",
  "[": "[data-go=previous]",
  p: "[data-go=previous]",
  ArrowLeft: "[data-go=previous]",
  u: "[data-go=back]",
  r: "[data-go=random]",
};

/** Listens for as long as the page lives. */
export function startKeyboard() {
  fillHelp();
  byId("help-button").addEventListener("click", () => byId("help").showModal());
  document.addEventListener("keydown", onKey);
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  const target = /** @type {HTMLElement} */ (event.target);
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (target.closest("input, textarea, select, dialog, [contenteditable]")) return;
  if (act(event.key, target)) event.preventDefault();
}

/**
 * Whether the key meant something.
 * @param {string} key
 * @param {HTMLElement} target
 */
function act(key, target) {
  if (key === "/") {
    byId("search").focus();
    byId("search").select();
    return true;
  }
  if (key === "?") {
    byId("help").showModal();
    return true;
  }
  const isInList = target.closest(".results") !== null;
  if (key === "j" || (key === "ArrowDown" && isInList)) return moveInResults(1);
  if (key === "k" || (key === "ArrowUp" && isInList)) return moveInResults(-1);
  // In code that is wider than its box the arrows scroll it.
  if (key.startsWith("Arrow") && target.closest("[tabindex='0'], summary")) return false;
  return click(CLICKS[key]);
}

/** @param {string | undefined} selector */
function click(selector) {
  const control = selector ? /** @type {HTMLElement | null} */ (document.querySelector(selector)) : null;
  control?.click();
  return control !== null;
}

/** @param {number} step */
function moveInResults(step) {
  const links = /** @type {HTMLElement[]} */ ([...document.querySelectorAll(".results .open")]).filter(
    (link) => link.offsetParent,
  );
  if (links.length === 0) return false;
  const focused = links.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  const from = focused >= 0 ? focused : links.findIndex((link) => link.getAttribute("aria-current"));
  const next = from < 0 ? 0 : Math.min(links.length - 1, Math.max(0, from + step));
  links[next].focus({ preventScroll: true });
  links[next].closest("li")?.scrollIntoView({ block: "nearest" });
  return true;
}

function fillHelp() {
  const dialog = byId("help");
  dialog.append(
    el("h2", { id: "help-title" }, "Keys and search"),
    el(
      "dl",
      { class: "keys" },
      KEYS.map(([keys, text]) =>
        el(
          "div",
          {},
          el(
            "dt",
            {},
            [...keys].map((key) => el("kbd", {}, key)),
          ),
          el("dd", {}, /** @type {string} */ (text)),
        ),
      ),
    ),
    el("h3", {}, "Words"),
    el(
      "dl",
      { class: "keys" },
      WORDS.map(([word, text]) => el("div", {}, el("dt", {}, el("code", {}, word)), el("dd", {}, text))),
    ),
    el("form", { method: "dialog" }, el("button", { autofocus: true }, "Close")),
  );
  dialog.addEventListener("click", (/** @type {MouseEvent} */ event) => event.target === dialog && dialog.close());
}
