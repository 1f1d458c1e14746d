/** What is told besides the page itself: announcements for screen readers, errors, waiting. */

import { isAbort, messageOf } from "./api.js";
import { byId, el } from "./dom.js";

/** Says it to screen readers. A log, not a status: the status of the page is that of a run. @param {string} text */
export function announce(text) {
  const log = byId("announcer");
  log.replaceChildren(el("p", {}, text));
}

/**
 * An error with the way to try again.
 * @param {any} error
 * @param {() => void} retry
 */
export function errorBox(error, retry) {
  return el(
    "div",
    { class: "error", role: "alert" },
    el("p", {}, sentence(messageOf(error))),
    el("button", { type: "button", click: retry }, "Try again"),
  );
}

/**
 * The same as the whole of a view, which has a heading.
 * @param {any} error
 * @param {() => void} retry
 */
export function errorView(error, retry) {
  return [el("h1", { tabindex: "-1" }, "This could not be shown"), errorBox(error, retry)];
}

/**
 * Shows what `work` gives in `holder`: a sign of waiting only if it takes long, an error with the way to try again.
 * Work that was overtaken shows nothing.
 * @param {HTMLElement} holder
 * @param {() => Promise<void>} work
 * @param {() => void} retry
 */
export async function withNotices(holder, work, retry) {
  holder.setAttribute("aria-busy", "true");
  try {
    await work();
  } catch (error) {
    if (isAbort(error)) return;
    holder.replaceChildren(...(holder.localName === "main" ? errorView(error, retry) : [errorBox(error, retry)]));
  }
  holder.removeAttribute("aria-busy");
}

/** @param {string} text */
export function sentence(text) {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?…]$/.test(begun) ? begun : `${begun}.`;
}
