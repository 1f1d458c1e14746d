/** Plots as inline SVG, drawn for the width that they have. Each has a name; the figures stand in a table besides. */

import { el, svg } from "./dom.js";
import { grouped, percent } from "./words.js";

const ROW = 26;
const BAR = 14;
const LETTER = 7;

/** @typedef {{ name: string, parts: { label: string, value: number, css: string }[], note: string }} Stack */
/** @typedef {{ name: string, spread: { p10: number, p50: number, p90: number } | null }} Span */
/** @typedef {{ name: string, values: [string, number | null][] }} Curve */

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
 * Bars that all have the full length, divided by share.
 * @param {string} title
 * @param {Stack[]} rows
 */
export function stackedBars(title, rows) {
  return responsive((width) => {
    const { left, inner } = frame(rows.map((row) => row.name), width, 78);
    return plot(title, width, rows.length * ROW, rows.map((row, index) => stack(row, index * ROW, left, inner)));
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
    const { left, inner } = frame(rows.map((row) => row.name), width, 54);
    const ticks = axisTicks(greatest).map((value) => axisTick(left + (inner * value) / greatest, rows.length * ROW, grouped(value)));
    return plot(title, width, rows.length * ROW + 18, [...ticks, ...rows.map((row, index) => span(row, index * ROW, left, inner / greatest))]);
  });
}

/**
 * One small plot for each row, all with the scale 0 to 100%.
 * @param {Curve[]} rows
 */
export function smallCurves(rows) {
  return el("div", { class: "curves" }, rows.map((row) => el("figure", {}, el("figcaption", {}, row.name), responsive((width) => curve(row, width)))));
}

/** @param {[string, string][]} entries  label and class of the colour */
export function legend(entries) {
  return el("ul", { class: "legend" }, entries.map(([label, css]) => el("li", {}, svg("svg", { width: 12, height: 12, "aria-hidden": "true" }, svg("rect", { width: 12, height: 12, rx: 2, class: css })), label)));
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
  const bars = row.parts.filter((part) => part.value > 0).map((part) => {
    const length = (inner * part.value) / total;
    const label = percent(part.value / total);
    const words = length > 34 ? svg("text", { x: x + length / 2, y: top + 17, class: `inside ${part.css}`, "text-anchor": "middle" }, label) : null;
    const bar = svg("g", {}, svg("title", {}, `${row.name}, ${part.label}: ${grouped(part.value)} (${label})`), svg("rect", { x, y: top + 4, width: Math.max(0.5, length - 1), height: BAR + 4, rx: 2, class: part.css }), words);
    x += length;
    return bar;
  });
  return svg("g", {}, rowName(row.name, top, left), bars, svg("text", { x: left + inner + 8, y: top + 17, class: "figure" }, row.note));
}

/**
 * @param {Span} row
 * @param {number} top
 * @param {number} left
 * @param {number} unit
 */
function span(row, top, left, unit) {
  if (!row.spread) return svg("g", {}, rowName(row.name, top, left), svg("text", { x: left + 4, y: top + 17, class: "figure" }, "unknown"));
  const { p10, p50, p90 } = row.spread;
  const at = (/** @type {number} */ value) => left + value * unit;
  return svg("g", {},
    svg("title", {}, `${row.name}: ${grouped(p10)} to ${grouped(p90)}, median ${grouped(p50)}`),
    rowName(row.name, top, left),
    svg("rect", { x: at(p10), y: top + 9, width: Math.max(2, at(p90) - at(p10)), height: 8, rx: 4, class: "fill-range" }),
    svg("rect", { x: at(p50) - 1.5, y: top + 5, width: 3, height: 16, rx: 1.5, class: "fill-median" }),
    svg("text", { x: at(p90) + 8, y: top + 17, class: "figure" }, grouped(p50)));
}

/**
 * @param {Curve} row
 * @param {number} width
 */
function curve(row, width) {
  const [left, right, top, height] = [50, 20, 22, 70];
  const step = (width - left - right) / Math.max(1, row.values.length - 1);
  const y = (/** @type {number} */ value) => top + height * (1 - value);
  const points = row.values.flatMap(([k, value], index) => (value === null ? [] : [{ k, value, x: left + index * step, y: y(value) }]));
  const lines = [0, 0.5, 1].map((value) => svg("g", {}, svg("line", { x1: 26, x2: width - right + 12, y1: y(value), y2: y(value), class: "grid" }), svg("text", { x: 20, y: y(value) + 4, class: "tick", "text-anchor": "end" }, `${value * 100}`)));
  const names = row.values.map(([k], index) => svg("text", { x: left + index * step, y: top + height + 16, class: "tick", "text-anchor": "middle" }, `k=${k}`));
  const spokenValues = points.map((point) => `${point.k}: ${percent(point.value)}`).join(", ") || "unknown";
  return plot(`${row.name}, pass@k. ${spokenValues}`, width, top + height + 20, [
    ...lines, ...names,
    svg("polyline", { points: points.map((point) => `${point.x},${point.y}`).join(" "), class: "curve" }),
    ...points.map((point) => svg("g", {}, svg("title", {}, `pass@${point.k}: ${percent(point.value)}`), svg("circle", { cx: point.x, cy: point.y, r: 3.5, class: "point" }))),
    ...points.filter((_, index) => index === 0 || index === points.length - 1).map((point) => svg("text", { x: point.x, y: point.y - 8, class: "figure", "text-anchor": "middle" }, percent(point.value))),
  ]);
}

/**
 * @param {string} title
 * @param {number} width
 * @param {number} height
 * @param {any[]} children
 */
function plot(title, width, height, children) {
  return svg("svg", { role: "img", "aria-label": title, width, height, viewBox: `0 0 ${width} ${height}` }, children);
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

/** Two to four round numbers. @param {number} greatest */
function axisTicks(greatest) {
  const power = Math.max(1, 10 ** Math.floor(Math.log10(greatest)));
  const step = [0.5, 1, 2, 5].map((each) => Math.max(1, each * power)).find((each) => greatest / each <= 4) ?? power;
  return Array.from({ length: Math.floor(greatest / step) + 1 }, (_, index) => index * step);
}

/**
 * @param {number} x
 * @param {number} height
 * @param {string} text
 */
function axisTick(x, height, text) {
  return svg("g", {}, svg("line", { x1: x, x2: x, y1: 0, y2: height, class: "grid" }), svg("text", { x, y: height + 14, class: "tick", "text-anchor": "middle" }, text));
}
