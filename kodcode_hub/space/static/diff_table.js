/** Two texts side by side, line for line; below each other where the page is narrow. */

import { el, spoken, trustedHtml } from "./dom.js";
import { counted } from "./words.js";

/**
 * @param {any[]} rows  left is the trial, right the chosen one
 * @param {string} name  of the trial
 * @param {string} what
 */
export function diffTable(rows, name, what) {
  if (rows.every((row) => row.kind === "same" || row.kind === "gap"))
    return el("p", { class: "soft" }, `Both ${what} are the same.`);
  return el(
    "div",
    { class: "diff-box" },
    el(
      "table",
      { class: "diff" },
      el(
        "colgroup",
        {},
        ["for-numbers", "", "for-numbers", ""].map((name) => el("col", { class: name })),
      ),
      el(
        "thead",
        {},
        el(
          "tr",
          {},
          el("th", { scope: "col", colspan: "2" }, name),
          el("th", { scope: "col", colspan: "2" }, "chosen"),
        ),
      ),
      el("tbody", {}, rows.map(line)),
    ),
  );
}

/** @param {any} row */
function line(row) {
  if (row.kind === "gap")
    return el("tr", { class: "gap" }, el("td", { colspan: "4" }, `${counted(row.skipped, "line")} the same`));
  const sides =
    row.kind === "same" ? ["", ""] : [row.left ? "only in the trial" : "", row.right ? "only in the chosen one" : ""];
  return el("tr", { class: row.kind }, cells(row.left, "left", sides[0]), cells(row.right, "right", sides[1]));
}

/**
 * The sign is drawn by the style sheet beside the number; what it means is read aloud.
 * @param {[number, string] | null} side
 * @param {string} where
 * @param {string} meaning
 */
function cells(side, where, meaning) {
  if (!side) return [el("td", { class: `no ${where} void` }), el("td", { class: `text ${where} void` })];
  const [number, html] = side;
  return [
    el("td", { class: `no ${where}` }, number),
    el("td", { class: `text ${where}` }, meaning && spoken(`${meaning}: `), trustedHtml(html)),
  ];
}
