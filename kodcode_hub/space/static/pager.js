/** Links to the pages of results. */

import { hrefOf } from "./address.js";
import { el, spoken } from "./dom.js";
import { grouped } from "./words.js";

/**
 * @param {import("./address.js").Place} place
 * @param {number} pages
 * @returns {HTMLElement | null}
 */
export function pager(place, pages) {
  if (pages < 2) return null;
  const link = (
    /** @type {number} */ page,
    /** @type {import("./dom.js").Child[]} */ children,
    /** @type {object} */ more = {},
  ) =>
    el(
      "a",
      {
        href: hrefOf({ ...place, p: page }),
        "data-nav": place.id ? "keep" : "view",
        "data-key": `page:${page}`,
        ...more,
      },
      children,
    );
  const numbers = pagesAround(place.p, pages).map((page) =>
    page === null
      ? el("li", { class: "gap", "aria-hidden": "true" }, "…")
      : el("li", {}, link(page, [spoken("Page "), grouped(page)], page === place.p ? { "aria-current": "page" } : {})),
  );
  return el(
    "nav",
    { class: "pager", "aria-label": "Pages" },
    place.p > 1
      ? link(place.p - 1, [el("span", { "aria-hidden": "true" }, "‹ "), "Previous", spoken(" page")], {
          class: "step",
          rel: "prev",
        })
      : el("span", { class: "step" }),
    el("ol", {}, numbers),
    place.p < pages
      ? link(place.p + 1, ["Next", spoken(" page"), el("span", { "aria-hidden": "true" }, " ›")], {
          class: "step",
          rel: "next",
        })
      : el("span", { class: "step" }),
  );
}

/**
 * The first, the last and those around; null stands for a gap.
 * @param {number} page
 * @param {number} pages
 * @returns {(number | null)[]}
 */
function pagesAround(page, pages) {
  const near = new Set([1, page - 1, page, page + 1, pages]);
  const shown = [...near].filter((each) => each >= 1 && each <= pages).sort((a, b) => a - b);
  return shown.flatMap((each, index) => (index > 0 && each - shown[index - 1] > 1 ? [null, each] : [each]));
}
