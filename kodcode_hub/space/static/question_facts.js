/** What is known of a question besides its text and code. */

import { hrefOf, opened } from "./address.js";
import { el } from "./dom.js";
import { readable } from "./words.js";

/** A table of names and values. @param {any} row */
export function facts(row) {
  return pairs("facts", row.facts);
}

/** @param {any} row */
export function provenance(row) {
  return el("div", { class: "provenance" }, pairs("facts", row.provenance));
}

/**
 * The same question in other styles.
 * @param {import("./address.js").Place} place
 * @param {any} row
 */
export function siblings(place, row) {
  if (row.siblings.length === 0) return null;
  return el(
    "div",
    { class: "siblings" },
    el("h3", {}, "The same in another style"),
    el(
      "ul",
      {},
      row.siblings.map((/** @type {any} */ each) =>
        el(
          "li",
          {},
          el(
            "a",
            { href: hrefOf(opened(place, each.question_id, null)), "data-nav": true },
            el("span", {}, readable(each.style)),
            " ",
            el("span", { class: "id" }, each.question_id),
          ),
        ),
      ),
    ),
  );
}

/**
 * @param {string} name
 * @param {[string, string][]} rows
 */
function pairs(name, rows) {
  return el(
    "table",
    { class: name },
    el(
      "tbody",
      {},
      rows.map(([label, value]) => el("tr", {}, el("th", { scope: "row" }, label), el("td", {}, value))),
    ),
  );
}
