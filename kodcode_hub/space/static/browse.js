/** The results, as a view of their own or beside an opened question. */

import { getKept, keptAnswer, onlyLast } from "./api.js";
import { queryOf } from "./address.js";
import { byId, el, redraw } from "./dom.js";
import { fillFilters } from "./filters.js";
import { announce, withNotices } from "./notices.js";
import { emptyRows, resultList } from "./results.js";
import { again, arriveAt } from "./router.js";
import { titlePage } from "./shell.js";
import { counted } from "./words.js";

const nextSearch = onlyLast();
let lastOpened = "";

/** @typedef {import("./address.js").Place} Place */

/**
 * The middle of the page.
 * @param {Place} place
 * @param {import("./router.js").Arrival} arrival
 */
export async function showResults(place, arrival) {
  byId("side").replaceChildren();
  const main = byId("main");
  if (!main.querySelector(":scope > .results")) main.replaceChildren(...waiting());
  titlePage(place.q || "Questions");
  await withNotices(
    main,
    async () => {
      const answer = await search(place);
      redraw(main, resultList(place, answer, { isMain: true }));
      fillFilters(place, answer.facets, answer.total);
      arriveAt(arrival, openedBefore());
      if (arrival !== "start") announce(counted(answer.total, "question"));
    },
    again,
  );
}

/**
 * Beside an opened question.
 * @param {Place} place
 */
export async function showSide(place) {
  const side = byId("side");
  if (!side.hasChildNodes()) side.replaceChildren(emptyRows());
  await withNotices(
    side,
    async () => {
      const answer = await search(place);
      redraw(side, resultList(place, answer, { isMain: false }));
      fillFilters(place, answer.facets, answer.total);
      bringIntoView(side);
    },
    () => showSide(place),
  );
}

/**
 * Facets alone, for views without a list.
 * @param {Place} place
 */
export async function showCounts(place) {
  byId("side").replaceChildren();
  const answer = await search({ ...place, p: 1 }).catch(() => null);
  if (answer) fillFilters(place, answer.facets, answer.total);
}

/** Going back to the list leads to this row. @param {string} id */
export function rememberOpened(id) {
  lastOpened = id;
}

/** Views without any list end a search that is still going on. */
export function leaveResults() {
  nextSearch();
  byId("side").replaceChildren();
}

/** @param {Place} place */
async function search(place) {
  const path = `search?${queryOf(place, { ordered: true, paged: true })}`;
  const signal = nextSearch();
  return keptAnswer(path) ?? getKept(path, signal);
}

/** The opened row, without moving the page itself. @param {HTMLElement} side */
function bringIntoView(side) {
  const row = /** @type {HTMLElement | null} */ (side.querySelector(".is-open"));
  if (!row) return;
  const [top, bottom] = [row.offsetTop, row.offsetTop + row.offsetHeight];
  if (top < side.scrollTop || bottom > side.scrollTop + side.clientHeight) side.scrollTop = top - side.clientHeight / 3;
}

function openedBefore() {
  return lastOpened
    ? /** @type {HTMLElement | null} */ (document.querySelector(`[data-key="${CSS.escape(`row:${lastOpened}`)}"]`))
    : null;
}

function waiting() {
  return [
    el("div", { class: "result-head" }, el("h1", { class: "result-count", tabindex: "-1" }, "Questions")),
    emptyRows(),
  ];
}
