/** The filters beside the results: shown or not, and their counts. */

import { here } from "./address.js";
import { byId, el, redraw } from "./dom.js";
import { choiceFacet, rangeFacet, subsetFacet } from "./facets.js";
import { counted } from "./words.js";

const WIDE = matchMedia("(min-width: 1000px)");
/** What the reader chose, until the page is left; null as long as it was nothing. @type {boolean | null} */
let isOpen = null;
/** @type {string[]} */
let subsets = [];
/** What was drawn. @type {{ place: import("./address.js").Place, facets: Record<string, Record<string, number>>, total: number } | null} */
let last = null;

/** A first form without counts, so that nothing moves when they arrive. */
export function startFilters() {
  byId("filters").append(
    el("form", { id: "filter-form", submit: (/** @type {Event} */ event) => event.preventDefault() }),
  );
  WIDE.addEventListener("change", () => showFilters(here()));
}

/**
 * Shown beside lists; where a question or another page is open, only when asked for.
 * @param {import("./address.js").Place} place
 */
export function showFilters(place) {
  const hasFilters = place.show === "" || place.show === "statistics";
  const isShown =
    hasFilters && (place.id ? isOpen === true && openedOnQuestion === place.id : (isOpen ?? WIDE.matches));
  byId("filters").hidden = !isShown;
  document.body.classList.toggle("with-filters", isShown);
  byId("filters-button")?.setAttribute("aria-expanded", String(isShown));
}

/** The question beside which the reader asked for the filters. */
let openedOnQuestion = "";

/** Shows them, or not any more. */
export function toggleFilters() {
  isOpen = byId("filters").hidden;
  openedOnQuestion = here().id;
  showFilters(here());
}

/**
 * @param {import("./address.js").Place} place
 * @param {Record<string, Record<string, number>>} facets
 * @param {number} total
 */
export function fillFilters(place, facets, total) {
  last = { place, facets, total };
  const counts = (/** @type {string} */ name) => facets[name] ?? {};
  redraw(byId("filter-form"), [
    subsetFacet(place, { ...Object.fromEntries(subsets.map((name) => [name, 0])), ...counts("subset") }),
    choiceFacet(place, "difficulty", counts("difficulty")),
    choiceFacet(place, "style", counts("style")),
    rangeFacet(place, "pass", counts("pass")),
    rangeFacet(place, "coverage", counts("coverage")),
    rangeFacet(place, "strength", counts("strength")),
    choiceFacet(place, "library", counts("library")),
    choiceFacet(place, "split", counts("split")),
    choiceFacet(place, "flag", counts("flag")),
    choiceFacet(place, "assurance", counts("assurance")),
    el(
      "button",
      { type: "button", class: "show-results", "data-key": "show", click: closeOnPhone },
      `Show ${counted(total, "question")}`,
    ),
  ]);
}

/**
 * All subsets of the release: they can be chosen though no row of this selection has them, and before any count is
 * there.
 * @param {import("./address.js").Place} place
 * @param {string[]} names
 */
export function fillSubsets(place, names) {
  subsets = names;
  const isCounted = byId("filter-form").childElementCount > 0;
  if (isCounted && last) fillFilters(last.place, last.facets, last.total);
  else redraw(byId("filter-form"), [subsetFacet(place, Object.fromEntries(names.map((name) => [name, null])))]);
}

function closeOnPhone() {
  isOpen = false;
  showFilters(here());
  /** @type {HTMLElement | null} */ (document.querySelector("main h1"))?.focus();
  window.scrollTo(0, 0);
}
