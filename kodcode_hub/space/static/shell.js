/** What stands around every view: name and size of the release, the search, the pages. */

import { here, hrefOf, narrowed } from "./address.js";
import { byId } from "./dom.js";
import { go } from "./router.js";
import { counted } from "./words.js";

/** What the view is called; the release's name may become known later. */
let titled = "";

/** Makes the search work. */
export function startShell() {
  const input = /** @type {HTMLInputElement} */ (byId("search"));
  byId("search-form").addEventListener("submit", (/** @type {Event} */ event) => {
    event.preventDefault();
    go({ ...narrowed(here(), { q: input.value.trim() }), show: "" }, "keep");
  });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    if (input.value) input.value = "";
    else input.blur();
  });
}

/**
 * @param {Promise<any>} release
 */
export async function showRelease(release) {
  const about = await release.catch(() => null);
  if (!about) return;
  byId("release-name").textContent = about.name;
  byId("release-size").textContent = [about.version && versionWords(about.version), counted(about.rows, "question")]
    .filter(Boolean)
    .join(" · ");
  titlePage(titled || document.title);
}

/**
 * Puts the place into search and navigation.
 * @param {import("./address.js").Place} place
 */
export function showPlace(place) {
  const input = byId("search");
  input.value = place.q;
  for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll(".pages a"))) {
    const show = link.dataset.show ?? "";
    link.setAttribute("href", hrefOf({ ...place, show, id: "", n: null, p: show ? 1 : place.p }));
    if (show === place.show) link.setAttribute("aria-current", place.id ? "true" : "page");
    else link.removeAttribute("aria-current");
  }
}

/** @param {string} title */
export function titlePage(title) {
  titled = title;
  const name = byId("release-name").textContent.trim();
  document.title = name && title !== name ? `${title} · ${name}` : title;
}

/** @param {string} version */
function versionWords(version) {
  return /^\d/.test(version) ? `v${version}` : version;
}
