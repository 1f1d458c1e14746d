/** Going from one address to another: links, history, and where focus and scrolling end up. */

import { here, hrefOf } from "./address.js";

/**
 * @typedef {"start" | "view" | "keep" | "back"} Arrival
 *   how the reader got here: the page was loaded; a link to another view; a filter, after which the focus stays;
 *   the browser's back and forward
 */

/** @type {(place: import("./address.js").Place, arrival: Arrival) => Promise<void> | void} */
let show = () => {};
let shown = "";

/**
 * Shows the address, and from now on whatever it becomes.
 * @param {typeof show} showPlace
 */
export function startRouting(showPlace) {
  show = showPlace;
  history.scrollRestoration = "manual";
  document.addEventListener("click", followLink);
  window.addEventListener("scrollend", keepScroll);
  window.addEventListener("popstate", () => {
    if (location.search !== shown) arrive("back");
  });
  arrive("start");
}

/**
 * @param {import("./address.js").Place} place
 * @param {Arrival} [arrival]
 */
export function go(place, arrival = "view") {
  goTo(hrefOf(place), arrival);
}

/** Shows the same address again, after something failed. */
export function again() {
  arrive("view");
}

/**
 * @param {string} href
 * @param {Arrival} arrival
 */
function goTo(href, arrival) {
  keepScroll();
  if (new URL(href, document.baseURI).search !== location.search) history.pushState(null, "", href);
  arrive(arrival);
}

/** Every entry of the history knows how far down it was. */
function keepScroll() {
  history.replaceState({ ...history.state, scroll: window.scrollY }, "");
}

/** @param {Arrival} arrival */
async function arrive(arrival) {
  shown = location.search;
  const scroll = arrival === "back" || arrival === "start" ? history.state?.scroll : undefined;
  await show(here(), arrival);
  if (location.search === shown && typeof scroll === "number") window.scrollTo(0, scroll);
}

/**
 * Focus on the heading of the view that is now shown, if the reader came here and did not just load the page.
 * @param {Arrival} arrival
 * @param {HTMLElement | null} [instead]  gets the focus in its place when going back
 */
export function arriveAt(arrival, instead = null) {
  if (arrival === "start") return;
  const isLost = document.activeElement === document.body || document.activeElement === null;
  if (arrival === "keep" && !isLost) return;
  const target = (arrival === "back" && instead) || document.querySelector("main h1");
  if (target instanceof HTMLElement) target.focus({ preventScroll: true });
  if (target === instead) instead?.scrollIntoView({ block: "center" });
  if (arrival === "view") window.scrollTo(0, 0);
}

/** @param {MouseEvent} event */
function followLink(event) {
  const link = event.target instanceof Element ? event.target.closest("a[data-nav]") : null;
  if (!link || event.defaultPrevented || event.button !== 0) return;
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  goTo(
    /** @type {string} */ (link.getAttribute("href")),
    /** @type {Arrival} */ (link.getAttribute("data-nav") || "view"),
  );
}
