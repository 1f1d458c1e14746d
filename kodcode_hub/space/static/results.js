/** A list of results: the count, the rows, the pages, or what to do where there is none. */

import { hrefOf, isFiltered, opened, unfiltered } from "./address.js";
import { el, marked, spoken } from "./dom.js";
import { pager } from "./pager.js";
import { chips } from "./toolbar.js";
import { counted, percent, readable } from "./words.js";

/** @typedef {import("./address.js").Place} Place */

/**
 * @param {Place} place
 * @param {any} answer  of `/app/search`
 * @param {{ isMain: boolean }} where  in the middle of the page, or beside an opened question
 * @returns {import("./dom.js").Child[]}
 */
export function resultList(place, answer, { isMain }) {
  const count = counted(answer.total, "question");
  const heading = isMain
    ? el("h1", { tabindex: "-1", class: "result-count" }, count)
    : el("p", { class: "result-count" }, count);
  return [
    el("div", { class: "result-head" }, heading, understood(answer)),
    answer.rows.length
      ? el(
          "ol",
          { class: "results", start: (answer.p - 1) * answer.size + 1 },
          answer.rows.map((/** @type {any} */ row) => result(place, row)),
        )
      : nothing(place, answer),
    pager(place, answer.pages),
  ];
}

/** Grey rows of about the size of results, until the first ones are there. */
export function emptyRows() {
  return el(
    "ol",
    { class: "results waiting", "aria-hidden": "true" },
    Array.from({ length: 8 }, () => el("li", {}, el("span"), el("span"), el("span"))),
  );
}

/**
 * @param {Place} place
 * @param {any} row
 */
function result(place, row) {
  const isOpen = row.question_id === place.id;
  // The snippet of a short question is its title over again: then the title has the marks.
  const repeats = row.snippets.find(
    (/** @type {any} */ piece) => piece.where === "question" && textOf(piece) === row.title,
  );
  const link = el(
    "a",
    {
      class: "open",
      href: hrefOf(opened(place, row.question_id, row.n)),
      "data-nav": true,
      "data-key": `row:${row.question_id}`,
      "aria-current": isOpen ? "true" : null,
    },
    el("span", { class: "title" }, repeats ? marked(repeats.parts) : row.title || "Untitled"),
    " ",
    el("span", { class: "id" }, row.question_id),
  );
  return el(
    "li",
    { class: isOpen ? "is-open" : null },
    link,
    badges(row),
    el("div", { class: "snippets" }, row.snippets.filter((/** @type {any} */ piece) => piece !== repeats).map(snippet)),
  );
}

/** @param {any} row */
function badges(row) {
  return el(
    "ul",
    { class: "badges" },
    el("li", { class: "badge subset" }, readable(row.subset)),
    row.style && el("li", { class: "badge" }, readable(row.style)),
    row.difficulty && el("li", { class: `badge level ${row.difficulty}` }, row.difficulty),
    row.pass_rate !== null && el("li", { class: "badge" }, `${percent(row.pass_rate)} passed`),
    row.coverage !== null && el("li", { class: "badge" }, `${row.coverage}% covered`),
    row.tests !== null && el("li", { class: "badge" }, counted(row.tests, "test")),
    row.split === "use_with_caution" && el("li", { class: "badge caution" }, "use with caution"),
  );
}

/** @param {{ parts: [string, boolean][] }} piece */
function textOf(piece) {
  return piece.parts
    .map(([text]) => text)
    .join("")
    .trim();
}

/** @param {{ where: string, parts: [string, boolean][] }} piece */
function snippet(piece) {
  const isCode = piece.where !== "question";
  return el(
    "p",
    { class: isCode ? "snippet is-code" : "snippet" },
    isCode ? el("span", { class: "where" }, piece.where === "test" ? "tests" : piece.where, " ") : spoken("Question: "),
    marked(piece.parts),
  );
}

/** How the words were read, where that is more than words. @param {any} answer */
function understood(answer) {
  const { phrases = [], excluded = [] } = answer.understood ?? {};
  const said = [
    ...phrases.map((/** @type {string} */ text) => `with “${text.replaceAll('"', "")}”`),
    ...excluded.map((/** @type {string} */ text) => `without ${text.replace(/^-/, "")}`),
  ];
  return said.length ? el("p", { class: "understood" }, said.join(", ")) : null;
}

/**
 * @param {Place} place
 * @param {any} answer
 */
function nothing(place, answer) {
  if (answer.total > 0)
    return el(
      "div",
      { class: "nothing" },
      el(
        "p",
        {},
        `There are only ${counted(answer.pages, "page")}. `,
        el("a", { href: hrefOf({ ...place, p: 1 }), "data-nav": true }, "Go to the first page"),
      ),
    );
  const hint = isFiltered(place)
    ? "No question has all of this. Take something away:"
    : "This release has no questions.";
  return el(
    "div",
    { class: "nothing" },
    el("p", {}, hint),
    el("p", { class: "chips" }, chips(place)),
    place.q &&
      el(
        "p",
        { class: "soft" },
        "All words must occur. Fewer or shorter words find more; quotation marks ask for words side by side, and a minus leaves words out.",
      ),
    isFiltered(place) &&
      el("p", {}, el("a", { href: hrefOf(unfiltered(place)), "data-nav": true }, "Show all questions")),
  );
}
