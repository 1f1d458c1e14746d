/** Bars, one for each subset: divided by share, or from one percentile to another. */

import { plot, responsive } from "./chart_frame.js";
import { svg } from "./dom.js";
import { grouped, percent } from "./words.js";

const ROW = 26;
const BAR = 14;
const LETTER = 7;

/** @typedef {{ name: string, parts: { label: string, value: number, css: string }[], note: string }} Stack */
/** @typedef {{ name: string, spread: { p10: number, p50: number, p90: number } | null }} Span */

/**
 * Bars that all have the full length, divided by share.
 * @param {string} title
 * @param {Stack[]} rows
 */
export function stackedBars(title, rows) {
  return responsive((width) => {
    const { left, inner } = frame(
      rows.map((row) => row.name),
      width,
      78,
    );
    return plot(
      title,
      width,
      rows.length * ROW,
      rows.map((row, index) => stack(row, index * ROW, left, inner)),
    );
  });
}

/**
 * From the 10th to the 90th percentile, with the median as a mark.
 * @param {string} title
 * @param {Span[]} rows
 */
export function rangeBars(title, rows) {
  const greatest = Math.max(1, ...rows.map((row) => row.spread?.p90 ?? 0));
  return responsive((width) => {
    const { left, inner } = frame(
      rows.map((row) => row.name),
      width,
      54,
    );
    const ticks = axisTicks(greatest, inner < 220 ? 2 : 4).map((value) =>
      axisTick(left + (inner * value) / greatest, rows.length * ROW, grouped(value)),
    );
    return plot(title, width, rows.length * ROW + 18, [
      ...ticks,
      ...rows.map((row, index) => span(row, index * ROW, left, inner / greatest)),
    ]);
  });
}

/**
 * @param {Stack} row
 * @param {number} top
 * @param {number} left
 * @param {number} inner
 */
function stack(row, top, left, inner) {
  const total = row.parts.reduce((sum, part) => sum + part.value, 0);
  let x = left;
  const bars = row.parts
    .filter((part) => part.value > 0)
    .map((part) => {
      const length = (inner * part.value) / total;
      const label = percent(part.value / total);
      const words =
        length > 34
          ? svg("text", { x: x + length / 2, y: top + 17, class: `inside ${part.css}`, "text-anchor": "middle" }, label)
          : null;
      const bar = svg(
        "g",
        {},
        svg("title", {}, `${row.name}, ${part.label}: ${grouped(part.value)} (${label})`),
        svg("rect", { x, y: top + 4, width: Math.max(0.5, length - 1), height: BAR + 4, rx: 2, class: part.css }),
        words,
      );
      x += length;
      return bar;
    });
  return svg(
    "g",
    {},
    rowName(row.name, top, left),
    bars,
    svg("text", { x: left + inner + 8, y: top + 17, class: "figure" }, row.note),
  );
}

/**
 * @param {Span} row
 * @param {number} top
 * @param {number} left
 * @param {number} unit
 */
function span(row, top, left, unit) {
  if (!row.spread)
    return svg(
      "g",
      {},
      rowName(row.name, top, left),
      svg("text", { x: left + 4, y: top + 17, class: "figure" }, "unknown"),
    );
  const { p10, p50, p90 } = row.spread;
  const at = (/** @type {number} */ value) => left + value * unit;
  return svg(
    "g",
    {},
    svg("title", {}, `${row.name}: ${grouped(p10)} to ${grouped(p90)}, median ${grouped(p50)}`),
    rowName(row.name, top, left),
    svg("rect", {
      x: at(p10),
      y: top + 9,
      width: Math.max(2, at(p90) - at(p10)),
      height: 8,
      rx: 4,
      class: "fill-range",
    }),
    svg("rect", { x: at(p50) - 1.5, y: top + 5, width: 3, height: 16, rx: 1.5, class: "fill-median" }),
    svg("text", { x: at(p90) + 8, y: top + 17, class: "figure" }, grouped(p50)),
  );
}

/**
 * @param {string} name
 * @param {number} top
 * @param {number} left
 */
function rowName(name, top, left) {
  return svg("text", { x: left - 10, y: top + 17, class: "row-name", "text-anchor": "end" }, name);
}

/**
 * @param {string[]} names
 * @param {number} width
 * @param {number} right
 */
function frame(names, width, right) {
  const left = Math.min(width * 0.4, Math.max(...names.map((name) => name.length)) * LETTER + 16);
  return { left, inner: Math.max(40, width - left - right) };
}

/**
 * Round numbers.
 * @param {number} greatest
 * @param {number} most  of them, besides zero
 */
function axisTicks(greatest, most) {
  const power = Math.max(1, 10 ** Math.floor(Math.log10(greatest)));
  const step =
    [0.5, 1, 2, 5, 10].map((each) => Math.max(1, each * power)).find((each) => greatest / each <= most) ?? power;
  return Array.from({ length: Math.floor(greatest / step) + 1 }, (_, index) => index * step);
}

/**
 * @param {number} x
 * @param {number} height
 * @param {string} text
 */
function axisTick(x, height, text) {
  return svg(
    "g",
    {},
    svg("line", { x1: x, x2: x, y1: 0, y2: height, class: "grid" }),
    svg("text", { x, y: height + 14, class: "tick", "text-anchor": "middle" }, text),
  );
}
