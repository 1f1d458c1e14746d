/** A pasted text beside the questions of the release, and beside benchmarks. */

import { onlyLast, post } from "./api.js";
import { hrefOf, opened, readPlace } from "./address.js";
import { byId, el, marked } from "./dom.js";
import { announce, withNotices } from "./notices.js";
import { arriveAt } from "./router.js";
import { titlePage } from "./shell.js";
import { counted, percent, readable } from "./words.js";

const nextCheck = onlyLast();
/** Kept until the page is left, so that going to a row and back does not lose it. */
let text = "";
/** @type {any} */
let answer = null;

const VERDICTS = /** @type {Record<string, string>} */ ({
  clean: "Clean: no item of a benchmark is near to this text.",
  review: "Review: something of a benchmark is near to this text. Look at it.",
  contaminated: "Contaminated: this text holds an item of a benchmark.",
});

/**
 * @param {import("./router.js").Arrival} arrival
 * @param {Promise<any>} release
 */
export async function showCheck(arrival, release) {
  titlePage("Check");
  const found = el("div", { class: "found" });
  const area = el("textarea", {
    id: "check-text",
    rows: 10,
    maxlength: 20000,
    spellcheck: "false",
    placeholder: "Paste the text of a question",
  });
  area.value = text;
  const check = () => {
    text = area.value;
    run(found);
  };
  area.addEventListener(
    "keydown",
    (/** @type {KeyboardEvent} */ event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && check(),
  );
  const note = el("p", { class: "soft" });
  byId("main").replaceChildren(
    el(
      "div",
      { class: "page check" },
      el("h1", { tabindex: "-1" }, "Check a question"),
      el("p", { class: "lead" }, "Which questions of this release is a text near to, and is it part of a benchmark?"),
      el("label", { for: "check-text" }, "Text"),
      area,
      el("div", { class: "run-line" }, el("button", { type: "button", class: "main", click: check }, "Check"), note),
      found,
    ),
  );
  if (answer) show(found);
  arriveAt(arrival);
  const about = await release.catch(() => null);
  if (about)
    note.textContent = about.benchmarks.length ? `Compared with ${about.benchmarks.join(", ")}.` : noBenchmarks();
}

/** Ends its request. */
export function leaveCheck() {
  nextCheck();
}

/** @param {HTMLElement} found */
function run(found) {
  withNotices(
    found,
    async () => {
      answer = await post("check", { text }, nextCheck());
      show(found);
      announce(answer.rows.length ? counted(answer.rows.length, "near question") : "No question is near.");
    },
    () => run(found),
  );
}

/** @param {HTMLElement} found */
function show(found) {
  found.replaceChildren(benchmarks(), el("section", {}, el("h2", {}, "Nearest questions"), nearest()));
}

function benchmarks() {
  if (!answer.benchmarks.length) return el("section", {}, el("h2", {}, "Benchmarks"), el("p", {}, noBenchmarks()));
  return el(
    "section",
    {},
    el("h2", {}, "Benchmarks"),
    el(
      "p",
      {},
      el(
        "span",
        { class: `verdict ${answer.verdict === "clean" ? "is-good" : "is-bad"}` },
        VERDICTS[answer.verdict] ?? `Verdict: ${answer.verdict}`,
      ),
    ),
    answer.items.length > 0 && el("ol", { class: "near" }, answer.items.map(item)),
  );
}

/** @param {any} each */
function item(each) {
  return el(
    "li",
    {},
    el(
      "p",
      {},
      el("strong", {}, `${each.benchmark} ${each.id}`),
      " ",
      el("span", { class: "badge" }, each.verdict),
      " ",
      el("span", { class: "badge" }, `score ${score(each.score)}`),
    ),
    el("p", { class: "soft" }, readable(each.reason)),
    each.excerpt && el("blockquote", {}, each.excerpt),
  );
}

function nearest() {
  if (!answer.rows.length) return el("p", {}, "No question shares a rare word with this text.");
  return el(
    "ol",
    { class: "near" },
    answer.rows.map((/** @type {any} */ row) =>
      el(
        "li",
        {},
        el(
          "p",
          {},
          el(
            "a",
            { href: hrefOf(opened(readPlace(""), row.question_id, null)), "data-nav": true, class: "id" },
            row.question_id,
          ),
          " ",
          el("span", { class: "badge" }, `${percent(row.similarity)} similar`),
          row.words !== undefined && el("span", { class: "badge" }, `${percent(row.words)} of the words`),
        ),
        el("p", { class: "snippet" }, marked(row.parts)),
      ),
    ),
  );
}

function noBenchmarks() {
  return "No benchmarks are configured here, so only the questions of the release are compared.";
}

/** @param {any} value */
function score(value) {
  return typeof value === "number" ? value.toFixed(2) : String(value ?? "unknown");
}
