/** One question: text, facts, solution, tests, a place to run, trials, where it comes from. */

import { getKept, onlyLast } from "./api.js";
import { hrefOf, opened, queryOf } from "./address.js";
import { codeBlock, copied } from "./code_block.js";
import { copyButton } from "./copying.js";
import { byId, el, spoken, trustedHtml } from "./dom.js";
import { withNotices } from "./notices.js";
import { facts, provenance, siblings } from "./question_facts.js";
import { again, arriveAt } from "./router.js";
import { runPanel } from "./run.js";
import { titlePage } from "./shell.js";
import { trialTable } from "./trials.js";
import { grouped, readable } from "./words.js";

/** @typedef {import("./address.js").Place} Place */

const nextRow = onlyLast();
/** The panel of the question that is open; its text lives as long as the question is. @type {{ stop(): void } | null} */
let panel = null;
let shownId = "";

/**
 * @param {Place} place
 * @param {import("./router.js").Arrival} arrival
 * @param {Promise<any>} release
 */
export async function showQuestion(place, arrival, release) {
  const main = byId("main");
  if (shownId === place.id) {
    main.querySelector("[data-go=back]")?.setAttribute("href", hrefOf({ ...place, id: "", n: null }));
    return;
  }
  leaveQuestion();
  if (!main.querySelector(".question"))
    main.replaceChildren(el("div", { class: "waiting-text", "aria-hidden": "true" }));
  await withNotices(
    main,
    async () => {
      const position = place.n === null ? "" : `${queryOf(place, { ordered: true }) ? "&" : ""}n=${place.n}`;
      const row = await getKept(
        `rows/${encodeURIComponent(place.id)}?${queryOf(place, { ordered: true })}${position}`,
        nextRow(),
      );
      shownId = place.id;
      titlePage(row.question_id);
      main.replaceChildren(article(place, row, release));
      arriveAt(arrival);
      if (arrival === "back") window.scrollTo(0, 0);
    },
    again,
  );
}

/** Ends its run and its requests. */
export function leaveQuestion() {
  nextRow();
  panel?.stop();
  panel = null;
  shownId = "";
}

/**
 * @param {Place} place
 * @param {any} row
 * @param {Promise<any>} release
 */
function article(place, row, release) {
  const run = runPanel(row, release);
  panel = run;
  const trials = trialTable(row, run);
  return el(
    "article",
    { class: "question" },
    topLine(place, row),
    heading(row),
    jumps(row),
    el(
      "div",
      { class: "asked" },
      section("question", "Question", [copyButton("question", () => row.question)], questionBody(row)),
      section("facts", "Facts", [], facts(row), siblings(place, row)),
    ),
    el(
      "div",
      { class: "pair" },
      section(
        "solution",
        "Solution",
        [copied("solution", row.solution)],
        codeBlock(row.solution_lines, "Reference code"),
      ),
      section("tests", "Tests", [copied("tests", row.test)], codeBlock(row.test_lines, "Test code")),
    ),
    section("run", "Run", [], run.element),
    trials && section("trials", "Trials", [], trials),
    row.provenance.length > 0 && section("provenance", "Provenance", [], provenance(row)),
  );
}

/**
 * @param {Place} place
 * @param {any} row
 */
function topLine(place, row) {
  const at = row.position;
  const step = (/** @type {any} */ to, /** @type {string} */ name, /** @type {string[]} */ text) =>
    to
      ? el(
          "a",
          {
            class: "step",
            href: hrefOf(opened(place, to.id, to.n)),
            "data-nav": true,
            "data-go": name,
            rel: name === "next" ? "next" : "prev",
          },
          stepWords(text),
        )
      : el("span", { class: "step", "aria-hidden": "true" }, text);
  return el(
    "div",
    { class: "top-line" },
    el(
      "a",
      { class: "back", href: hrefOf({ ...place, id: "", n: null }), "data-nav": "back", "data-go": "back" },
      el("span", { "aria-hidden": "true" }, "← "),
      "Back to results",
    ),
    at &&
      el(
        "nav",
        { class: "position", "aria-label": "Position in the results" },
        step(at.previous, "previous", ["‹ ", "Previous"]),
        el("span", { class: "at" }, `${grouped(at.n + 1)} of ${grouped(at.total)}`),
        step(at.next, "next", ["Next", " ›"]),
      ),
  );
}

/** With the noun for those who hear it: there are links to the next page too. @param {string[]} parts */
function stepWords(parts) {
  return parts
    .map((part) => (/\w/.test(part) ? [part, spoken(" question")] : el("span", { "aria-hidden": "true" }, part)))
    .flat();
}

/** @param {any} row */
function heading(row) {
  return el(
    "header",
    { class: "question-head" },
    el(
      "p",
      { class: "eyebrow" },
      [row.subset, row.style].filter(Boolean).map(readable).join(" · "),
      row.split === "use_with_caution" && el("span", { class: "badge caution" }, "use with caution"),
    ),
    el("h1", { tabindex: "-1" }, row.question_id),
    el(
      "div",
      { class: "copies" },
      copyButton("to the clipboard", () => row.question_id, { label: "Copy id" }),
      copyButton("to the clipboard", () => location.href, { label: "Copy link" }),
    ),
  );
}

/** @param {any} row */
function jumps(row) {
  const names = [
    ["question", "Question"],
    ["solution", "Solution"],
    ["tests", "Tests"],
    ["run", "Run"],
    ...(row.trials.length ? [["trials", "Trials"]] : []),
    ...(row.provenance.length ? [["provenance", "Provenance"]] : []),
  ];
  const jump = (/** @type {Event} */ event, /** @type {string} */ name) => {
    event.preventDefault();
    byId(`to-${name}`).scrollIntoView();
    byId(`to-${name}`).focus({ preventScroll: true });
  };
  return el(
    "nav",
    { class: "jumps", "aria-label": "Parts of the question" },
    names.map(([name, text]) =>
      el(
        "a",
        { href: `${location.search}#to-${name}`, click: (/** @type {Event} */ event) => jump(event, name) },
        text,
      ),
    ),
  );
}

/**
 * Without a label: the label "Solution" is that of the editor alone.
 * @param {string} name
 * @param {string} title
 * @param {import("./dom.js").Child[]} actions
 * @param {...import("./dom.js").Child} children
 */
function section(name, title, actions, ...children) {
  return el(
    "section",
    { class: `part part-${name}` },
    el("div", { class: "part-head" }, el("h2", { id: `to-${name}`, tabindex: "-1" }, title), actions),
    children,
  );
}

/** The headings of a question stand below those of the page. @param {any} row */
function questionBody(row) {
  const body = el("div", { class: "prose" }, trustedHtml(row.question_html));
  for (const old of body.querySelectorAll("h1, h2, h3, h4, h5, h6")) {
    old.replaceWith(el("h3", { class: `was-${old.localName}` }, [...old.childNodes]));
  }
  for (const wide of body.querySelectorAll("pre, table")) {
    wide.replaceWith(
      el(
        "div",
        {
          class: "scrolled",
          tabindex: "0",
          role: "region",
          "aria-label": wide.localName === "pre" ? "Example" : "Table",
        },
        wide.cloneNode(true),
      ),
    );
  }
  if (!body.textContent.trim()) body.append(el("p", { class: "soft" }, "The question is empty."));
  return body;
}
