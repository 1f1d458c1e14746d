/** What all plots have in common: inline SVG with a name, drawn for the width that it has. */

import { el, svg } from "./dom.js";

/**
 * A holder in which the plot is drawn again when its width changes.
 * @param {(width: number) => SVGElement} draw
 */
export function responsive(draw) {
  const holder = el("div", { class: "chart" });
  let width = 0;
  new ResizeObserver(() => {
    const now = Math.floor(holder.clientWidth);
    if (now === width || now === 0) return;
    width = now;
    holder.replaceChildren(draw(width));
  }).observe(holder);
  return holder;
}

/**
 * @param {string} title
 * @param {number} width
 * @param {number} height
 * @param {any[]} children
 */
export function plot(title, width, height, children) {
  return svg("svg", { role: "img", "aria-label": title, width, height, viewBox: `0 0 ${width} ${height}` }, children);
}

/** @param {[string, string][]} entries  label and class of the colour */
export function legend(entries) {
  return el(
    "ul",
    { class: "legend" },
    entries.map(([label, css]) =>
      el(
        "li",
        {},
        svg(
          "svg",
          { width: 12, height: 12, "aria-hidden": "true" },
          svg("rect", { width: 12, height: 12, rx: 2, class: css }),
        ),
        label,
      ),
    ),
  );
}
