/** The trials of a question; one that is picked is set beside the chosen one. */

import { getKept, onlyLast } from "./api.js";
import { diffTable } from "./diff_table.js";
import { el } from "./dom.js";
import { announce, withNotices } from "./notices.js";
import { readable } from "./words.js";

const nextTrial = onlyLast();

/**
 * @param {any} row
 * @param {{ load(text: string, name: string): void, run(): void }} run  the editor of the question
 * @returns {HTMLElement | null}
 */
export function trialTable(row, run) {
  if (row.trials.length === 0) return null;
  const beside = el("div", { class: "beside" });
  const buttons = /** @type {HTMLElement[]} */ ([]);
  const pick = (/** @type {any} */ trial, /** @type {HTMLElement} */ button) => {
    for (const each of buttons) each.setAttribute("aria-pressed", String(each === button));
    showTrial(beside, row, trial, run);
  };
  const lines = row.trials.map((/** @type {any} */ trial) => {
    const button = trial.has_code
      ? el(
          "button",
          { type: "button", class: "pick", "aria-pressed": "false", click: () => pick(trial, button) },
          readable(trial.trial),
        )
      : null;
    if (button) buttons.push(button);
    return line(trial, button);
  });
  const heads = ["Trial", "Verdict", "Coverage", "Reason"].map((name) => el("th", { scope: "col" }, name));
  return el(
    "div",
    {},
    el("p", { class: "soft" }, "Pick a trial to see where it differs from the one that was chosen."),
    el(
      "div",
      { class: "scrolled", tabindex: "0", role: "region", "aria-label": "Trials" },
      el("table", { class: "trials" }, el("thead", {}, el("tr", {}, heads)), el("tbody", {}, lines)),
    ),
    beside,
  );
}

/**
 * @param {any} trial
 * @param {HTMLElement | null} button
 */
function line(trial, button) {
  return el(
    "tr",
    { class: trial.chosen ? "chosen" : null },
    el(
      "th",
      { scope: "row" },
      button ?? readable(trial.trial),
      trial.chosen && el("span", { class: "badge" }, "chosen"),
    ),
    el(
      "td",
      {},
      el(
        "span",
        { class: `verdict ${trial.verdict === "pass" ? "is-good" : "is-bad"}` },
        readable(trial.verdict || "not run"),
      ),
    ),
    el("td", { class: "number" }, trial.coverage === null || trial.coverage === undefined ? "–" : `${trial.coverage}%`),
    el("td", {}, trial.reason ? readable(trial.reason) : ""),
  );
}

/**
 * @param {HTMLElement} holder
 * @param {any} row
 * @param {any} picked
 * @param {{ load(text: string, name: string): void, run(): void }} run
 */
function showTrial(holder, row, picked, run) {
  withNotices(
    holder,
    async () => {
      const trial = await getKept(
        `rows/${encodeURIComponent(row.question_id)}/trials/${encodeURIComponent(picked.trial)}`,
        nextTrial(),
      );
      const name = readable(trial.trial);
      const start = () => {
        run.load(trial.solution, name);
        run.run();
      };
      holder.replaceChildren(
        el(
          "div",
          { class: "part-head" },
          el("h3", {}, `${name}: ${readable(trial.verdict || "not run")}`),
          el("button", { type: "button", click: start }, "Run this trial on the chosen tests"),
        ),
        trial.reason ? el("p", {}, readable(trial.reason)) : "",
        ...(picked.chosen ? [el("p", { class: "soft" }, "This is the chosen trial itself.")] : []),
        el("h4", {}, "Solutions"),
        diffTable(trial.solution_diff, name, "solutions"),
        el("h4", {}, "Test suites"),
        diffTable(trial.test_diff, name, "test suites"),
      );
      announce(`${name} beside the chosen trial.`);
    },
    () => showTrial(holder, row, picked, run),
  );
}
