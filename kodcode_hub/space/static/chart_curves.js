/** Small plots beside each other, one for each subset: how pass@k grows with k. */

import { plot, responsive } from "./chart_frame.js";
import { el, svg } from "./dom.js";
import { percent } from "./words.js";

/** @typedef {{ name: string, values: [string, number | null][] }} Curve */

/**
 * One small plot for each row, all with the scale 0 to 100%.
 * @param {Curve[]} rows
 */
export function smallCurves(rows) {
  return el(
    "div",
    { class: "curves" },
    rows.map((row) =>
      el(
        "figure",
        {},
        el("figcaption", {}, row.name),
        responsive((width) => curve(row, width)),
      ),
    ),
  );
}

/**
 * @param {Curve} row
 * @param {number} width
 */
function curve(row, width) {
  const [left, right, top, height] = [50, 20, 22, 70];
  const step = (width - left - right) / Math.max(1, row.values.length - 1);
  const y = (/** @type {number} */ value) => top + height * (1 - value);
  const points = row.values.flatMap(([k, value], index) =>
    value === null ? [] : [{ k, value, x: left + index * step, y: y(value) }],
  );
  const lines = [0, 0.5, 1].map((value) =>
    svg(
      "g",
      {},
      svg("line", { x1: 26, x2: width - right + 12, y1: y(value), y2: y(value), class: "grid" }),
      svg("text", { x: 20, y: y(value) + 4, class: "tick", "text-anchor": "end" }, `${value * 100}`),
    ),
  );
  const names = row.values.map(([k], index) =>
    svg("text", { x: left + index * step, y: top + height + 16, class: "tick", "text-anchor": "middle" }, `k=${k}`),
  );
  const spokenValues = points.map((point) => `${point.k}: ${percent(point.value)}`).join(", ") || "unknown";
  return plot(`${row.name}, pass@k. ${spokenValues}`, width, top + height + 20, [
    ...lines,
    ...names,
    svg("polyline", { points: points.map((point) => `${point.x},${point.y}`).join(" "), class: "curve" }),
    ...points.map((point) =>
      svg(
        "g",
        {},
        svg("title", {}, `pass@${point.k}: ${percent(point.value)}`),
        svg("circle", { cx: point.x, cy: point.y, r: 3.5, class: "point" }),
      ),
    ),
    ...points
      .filter((_, index) => index === 0 || index === points.length - 1)
      .map((point) =>
        svg("text", { x: point.x, y: point.y - 8, class: "figure", "text-anchor": "middle" }, percent(point.value)),
      ),
  ]);
}
