/** The page: which view an address has, and what starts with it. */

import { here } from "./address.js";
import { ApiError, getKept } from "./api.js";
import { leaveResults, rememberOpened, showCounts, showResults, showSide } from "./browse.js";
import { byId } from "./dom.js";
import { fillSubsets, showFilters, startFilters } from "./filters.js";
import { startKeyboard } from "./keyboard.js";
import { errorView } from "./notices.js";
import { again, startRouting } from "./router.js";
import { showPlace, showRelease, startShell } from "./shell.js";
import { startTheme } from "./theme.js";
import { showSelection, startToolbar } from "./toolbar.js";

const WIDE = matchMedia("(min-width: 1100px)");

/** Asked for once, at the same time as the first results. @type {Promise<any>} */
let release;
let isAsked = false;
/** Ends what the view before was doing. */
let leave = () => {};
/** Counts what was shown: a view whose module arrives late is not shown over a newer one. */
let visit = 0;

/** @typedef {import("./address.js").Place} Place */

/**
 * @param {Place} place
 * @param {import("./router.js").Arrival} arrival
 */
async function show(place, arrival) {
  const view = place.id ? "question" : place.show || "browse";
  visit += 1;
  askRelease();
  document.body.dataset.view = view;
  byId("main").removeAttribute("aria-busy");
  showPlace(place);
  showSelection(place);
  showFilters(place);
  if (view !== "question") {
    leave();
    leave = () => {};
  }
  const current = visit;
  try {
    await VIEWS[view](place, arrival);
  } catch (error) {
    if (current === visit) byId("main").replaceChildren(...errorView(error, again));
  }
}

/**
 * The module of a view; never, if another view was asked for meanwhile.
 * @template T
 * @param {Promise<T>} module
 * @returns {Promise<T | null>}
 */
async function loaded(module) {
  const mine = visit;
  const view = await module.catch(() => {
    throw new ApiError("A part of this page could not be loaded. Check the connection and try again.");
  });
  return mine === visit ? view : null;
}

/** @type {Record<string, (place: Place, arrival: import("./router.js").Arrival) => Promise<void>>} */
const VIEWS = {
  browse: showResults,
  async question(place, arrival) {
    rememberOpened(place.id);
    if (WIDE.matches) showSide(place);
    else leaveResults();
    const view = await loaded(import("./question.js"));
    leave = view?.leaveQuestion ?? leave;
    await view?.showQuestion(place, arrival, release);
  },
  async statistics(place, arrival) {
    showCounts(place);
    const view = await loaded(import("./statistics.js"));
    leave = view?.leaveStatistics ?? leave;
    await view?.showStatistics(place, arrival);
  },
  async check(_, arrival) {
    leaveResults();
    const view = await loaded(import("./check.js"));
    leave = view?.leaveCheck ?? leave;
    await view?.showCheck(arrival, release);
  },
  async revisions(_, arrival) {
    leaveResults();
    const view = await loaded(import("./revisions.js"));
    leave = view?.leaveRevisions ?? leave;
    await view?.showRevisions(arrival, release);
  },
};

/** Once, and again with the next view if there was no answer; the view itself tells of that. */
function askRelease() {
  if (isAsked) return;
  isAsked = true;
  release = getKept("release");
  showRelease(release);
  release.then((about) => fillSubsets(here(), about.subsets)).catch(() => (isAsked = false));
}

function start() {
  startTheme();
  startShell();
  startToolbar();
  startFilters();
  startKeyboard();
  startRouting(show);
  WIDE.addEventListener("change", () => document.body.dataset.view === "question" && WIDE.matches && showSide(here()));
}

start();
