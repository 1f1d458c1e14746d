/** Highlighted code with numbered lines. */

import { copyButton } from "./copying.js";
import { el, trustedHtml } from "./dom.js";

/**
 * @param {string[]} lines  safe HTML
 * @param {string} label  of the region, which can be scrolled with the keyboard
 * @param {{ missing?: Set<number> }} [options]  lines, from 1, that did not run
 */
export function codeBlock(lines, label, { missing = new Set() } = {}) {
  const html = lines.map((line, index) => lineHtml(line, missing.has(index + 1))).join("");
  const digits = String(lines.length).length;
  const block = el(
    "pre",
    { class: "code", tabindex: "0", role: "region", "aria-label": label },
    el("code", {}, trustedHtml(html)),
  );
  block.style.setProperty("--digits", `${Math.max(2, digits)}ch`);
  return block;
}

/**
 * @param {string} what
 * @param {string} text
 */
export function copied(what, text) {
  return copyButton(what, () => text);
}

/**
 * Numbers are drawn by the style sheet, so that they are neither copied nor read aloud.
 * @param {string} line
 * @param {boolean} isMissing
 */
function lineHtml(line, isMissing) {
  return isMissing
    ? `<span class="line missed">${line}<span class="not-run"> not run</span>\n</span>`
    : `<span class="line">${line}\n</span>`;
}
