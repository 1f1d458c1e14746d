/** Buttons that copy a text. */

import { el, spoken } from "./dom.js";
import { announce } from "./notices.js";

const SHOWN_MS = 1600;

/**
 * A button "Copy"; screen readers hear what is copied.
 * @param {string} what  such as "solution"
 * @param {() => string} text
 * @param {{ label?: string }} [options]  shown instead of "Copy"
 */
export function copyButton(what, text, { label = "Copy" } = {}) {
  const shown = el("span", {}, label);
  const button = el(
    "button",
    { type: "button", class: "quiet copy", click: () => copy(text(), shown, label) },
    shown,
    spoken(` ${what}`),
  );
  return button;
}

/**
 * @param {string} text
 * @param {HTMLElement} shown
 * @param {string} label
 */
async function copy(text, shown, label) {
  const isCopied = await toClipboard(text);
  shown.textContent = isCopied ? "Copied" : "Not copied";
  announce(isCopied ? "Copied." : "The browser did not allow copying.");
  setTimeout(() => (shown.textContent = label), SHOWN_MS);
}

/** @param {string} text */
async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

/** Where a page inside another page is not allowed to use the clipboard. @param {string} text */
function copyBySelection(text) {
  const holder = el("textarea", { class: "visually-hidden", "aria-hidden": "true", tabindex: "-1" });
  const active = /** @type {HTMLElement | null} */ (document.activeElement);
  holder.value = text;
  document.body.append(holder);
  holder.select();
  const isCopied = document.execCommand("copy");
  holder.remove();
  active?.focus();
  return isCopied;
}
