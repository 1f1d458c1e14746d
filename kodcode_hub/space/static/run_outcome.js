/** What a run gave: a sentence, the tests, the output, and which lines ran. */

import { codeBlock } from "./code_block.js";
import { el } from "./dom.js";
import { counted, readable, seconds } from "./words.js";

const WORDS = /** @type {Record<string, string>} */ ({
  passed: "pass",
  xfailed: "pass",
  failed: "fail",
  error: "fail",
  xpassed: "fail",
  skipped: "skipped",
});
const SHOWN_TESTS = 300;

/** The summary; the outcome's word is always in it. @param {any} event */
export function outcomeSentence(event) {
  const summary = event.summary || "";
  return summary.toLowerCase().includes(event.outcome) ? summary : `${readable(event.outcome)}: ${summary}`;
}

/**
 * @param {any} event  of the state `done`
 * @returns {Node[]}
 */
export function runDetails(event) {
  const parts = [
    testTable(event.record),
    complaint(event.record),
    output(event.output),
    coverage(event),
    figures(event.record),
  ];
  return parts.filter((part) => part !== null);
}

/** @param {any} record */
function testTable(record) {
  if (!record.tests.length) return null;
  const rest = record.tests.length - SHOWN_TESTS;
  const heads = ["Test", "Result", "Time"].map((name) => el("th", { scope: "col" }, name));
  return el(
    "div",
    {},
    el("h3", {}, "Tests of this run"),
    el(
      "table",
      { class: "run-tests" },
      el("thead", {}, el("tr", {}, heads)),
      el("tbody", {}, failingFirst(record.tests).slice(0, SHOWN_TESTS).map(testRow)),
    ),
    rest > 0 && el("p", { class: "soft" }, `${counted(rest, "test")} more.`),
  );
}

/** @param {any[]} tests */
function failingFirst(tests) {
  const hasFailed = (/** @type {any} */ test) => WORDS[test.outcome] === "fail";
  return [...tests.filter(hasFailed), ...tests.filter((test) => !hasFailed(test))];
}

/** @param {any} test */
function testRow(test) {
  const word = WORDS[test.outcome] ?? readable(test.outcome);
  const more =
    test.outcome === "xfailed"
      ? " (was expected to break)"
      : test.outcome === "xpassed"
        ? " (was expected to break)"
        : test.outcome === "error"
          ? " (error)"
          : "";
  return el(
    "tr",
    { class: `is-${word}` },
    el(
      "th",
      { scope: "row" },
      el("span", { class: "test-name" }, test.name),
      test.message && word !== "pass" && el("pre", { class: "message", tabindex: "0" }, test.message),
    ),
    el(
      "td",
      {},
      el("span", { class: `verdict is-${word === "pass" ? "good" : word === "fail" ? "bad" : "soft"}` }, word),
      more && el("span", { class: "soft" }, more),
    ),
    el("td", { class: "number" }, seconds(test.seconds)),
  );
}

/** What stopped the run as a whole. @param {any} record */
function complaint(record) {
  if (!record.message) return null;
  return el("div", {}, el("h3", {}, "Message"), el("pre", { class: "message", tabindex: "0" }, record.message));
}

/** @param {string} text */
function output(text) {
  if (!text) return null;
  return el(
    "details",
    { class: "output" },
    el("summary", {}, `Output (${counted(text.replace(/\n$/, "").split("\n").length, "line")})`),
    el("pre", { class: "plain", tabindex: "0", role: "region", "aria-label": "Output" }, text),
  );
}

/** @param {any} event */
function coverage(event) {
  const { coverage: percent } = event.record;
  if (percent === null || percent === undefined || !event.solution_lines?.length) return null;
  const missing = new Set(event.missing_lines);
  const words = missing.size
    ? `${percent}% of the statements ran; ${counted(missing.size, "line")} did not and ${missing.size === 1 ? "is" : "are"} marked.`
    : `${percent}% of the statements ran.`;
  return el(
    "details",
    { class: "coverage", open: missing.size > 0 },
    el("summary", {}, `Coverage: ${percent}%`),
    el("p", { class: "soft" }, words),
    codeBlock(event.solution_lines, "Lines that ran", { missing }),
  );
}

/** @param {any} record */
function figures(record) {
  const known = /** @type {[string, string][]} */ ([
    ["Time", seconds(record.seconds)],
    ["CPU", seconds(record.cpu_seconds)],
    ["Memory", record.peak_memory_mb ? `${Math.round(record.peak_memory_mb)} MB` : ""],
    ["Isolation", record.isolation ?? ""],
    ["Assurance", record.assurance ?? ""],
  ]).filter(([, value]) => value);
  return el(
    "dl",
    { class: "figures" },
    known.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))),
  );
}
