/** Figures of the selection, for each subset, as plots and as a table. */

import { getKept, onlyLast } from "./api.js";
import { isFiltered, queryOf } from "./address.js";
import { rangeBars, stackedBars } from "./chart_bars.js";
import { smallCurves } from "./chart_curves.js";
import { legend } from "./chart_frame.js";
import { byId, el } from "./dom.js";
import { withNotices } from "./notices.js";
import { again, arriveAt } from "./router.js";
import { titlePage } from "./shell.js";
import { counted, grouped, percent, rangeWords, readable } from "./words.js";

const nextFigures = onlyLast();
const LEVELS = ["easy", "medium", "hard"];
const SPREADS = [
  ["question_characters", "Length of questions", "characters"],
  ["solution_lines", "Length of solutions", "lines"],
  ["tests", "Tests of a question", "tests"],
];

/**
 * @param {import("./address.js").Place} place
 * @param {import("./router.js").Arrival} arrival
 */
export async function showStatistics(place, arrival) {
  const main = byId("main");
  titlePage("Statistics");
  if (!main.querySelector(".statistics"))
    main.replaceChildren(
      el(
        "div",
        { class: "statistics page" },
        el("h1", { tabindex: "-1" }, "Statistics"),
        el("div", { class: "waiting-text", "aria-hidden": "true" }),
      ),
    );
  await withNotices(
    main,
    async () => {
      const figures = await getKept(`statistics?${queryOf(place)}`, nextFigures());
      main.replaceChildren(page(place, figures));
      arriveAt(arrival);
    },
    again,
  );
}

/** Ends its request. */
export function leaveStatistics() {
  nextFigures();
}

/**
 * @param {import("./address.js").Place} place
 * @param {any} figures
 */
function page(place, figures) {
  const of = isFiltered(place) ? "in this selection" : "in this release";
  const subsets = figures.subsets.map((/** @type {any} */ each) => ({ ...each, name: readable(each.subset) }));
  return el(
    "div",
    { class: "statistics page" },
    el("h1", { tabindex: "-1" }, "Statistics"),
    el("p", { class: "lead" }, `${counted(figures.total, "question")} ${of}.`),
    subsets.length ? [...plots(subsets), table(subsets)] : el("p", {}, "There is nothing to plot. Take a filter away."),
  );
}

/** @param {any[]} subsets */
function plots(subsets) {
  const knownPass = subsets.filter((each) => Object.values(each.pass_at).some((value) => value !== null));
  return [
    el(
      "div",
      { class: "plots" },
      figure(
        "Difficulty",
        "Share of questions, by how often attempts passed.",
        legend(LEVELS.map((level) => [level, `fill-${level}`])),
        stackedBars("Difficulty: shares of easy, medium and hard", subsets.map(levels)),
      ),
      figure(
        "Coverage of the tests",
        "Share of questions, by statements that the tests run.",
        legend(bandNames(subsets).map((band, index) => [rangeWords("coverage", spanned(band)), `fill-band-${index}`])),
        stackedBars("Coverage: shares of bands", subsets.map(bands)),
      ),
      ...SPREADS.map(([key, title, unit]) =>
        figure(
          title,
          `10th to 90th percentile of ${unit}, with the median.`,
          null,
          rangeBars(
            title,
            subsets.map((each) => ({ name: each.name, spread: each[key] })),
          ),
        ),
      ),
    ),
    knownPass.length > 0 &&
      el(
        "section",
        { class: "plot whole" },
        el("h2", {}, "pass@k"),
        el("p", { class: "soft" }, "Chance, in per cent, that at least one of k attempts passes."),
        smallCurves(knownPass.map((each) => ({ name: each.name, values: Object.entries(each.pass_at) }))),
      ),
  ];
}

/** @param {any} each */
function levels(each) {
  return {
    name: each.name,
    parts: LEVELS.map((level) => ({ label: level, value: each.difficulty[level] ?? 0, css: `fill-${level}` })),
    note: grouped(each.rows),
  };
}

/** @param {any} each */
function bands(each) {
  const parts = Object.entries(each.coverage.bands).map(([band, value], index) => ({
    label: rangeWords("coverage", spanned(band)),
    value: Number(value),
    css: `fill-band-${index}`,
  }));
  return { name: each.name, parts, note: each.coverage.mean === null ? "" : `mean ${Math.round(each.coverage.mean)}%` };
}

/** @param {any[]} subsets */
function bandNames(subsets) {
  return Object.keys(subsets[0].coverage.bands);
}

/** A band of one number is a range too. @param {string} band */
function spanned(band) {
  return band.includes("..") ? band : `${band}..${band}`;
}

/**
 * @param {string} title
 * @param {string} text
 * @param {HTMLElement | null} key
 * @param {HTMLElement} chart
 */
function figure(title, text, key, chart) {
  return el("section", { class: "plot" }, el("h2", {}, title), el("p", { class: "soft" }, text), key, chart);
}

/** @param {any[]} subsets */
function table(subsets) {
  const ks = Object.keys(subsets[0].pass_at);
  const heads = [
    "Subset",
    "Questions",
    ...LEVELS,
    ...ks.map((k) => `pass@${k}`),
    "coverage, mean",
    ...bandNames(subsets).map((band) => `covered ${rangeWords("coverage", spanned(band))}`),
    ...SPREADS.map(([, title]) => `${title}: p10, p50, p90`),
  ];
  const row = (/** @type {any} */ each) => [
    grouped(each.rows),
    ...LEVELS.map((level) => grouped(each.difficulty[level] ?? 0)),
    ...ks.map((k) => (each.pass_at[k] === null ? "–" : percent(each.pass_at[k]))),
    each.coverage.mean === null ? "–" : `${each.coverage.mean.toFixed(1)}%`,
    ...Object.values(each.coverage.bands).map((value) => grouped(Number(value))),
    ...SPREADS.map(([key]) =>
      each[key] ? [each[key].p10, each[key].p50, each[key].p90].map(grouped).join(", ") : "–",
    ),
  ];
  return el(
    "details",
    { class: "figures-table" },
    el("summary", {}, "The same figures as a table"),
    el(
      "div",
      { class: "scrolled", tabindex: "0", role: "region", "aria-label": "Figures" },
      el(
        "table",
        {},
        el(
          "thead",
          {},
          el(
            "tr",
            {},
            heads.map((head) => el("th", { scope: "col" }, head)),
          ),
        ),
        el(
          "tbody",
          {},
          subsets.map((each) =>
            el(
              "tr",
              {},
              el("th", { scope: "row" }, each.name),
              row(each).map((value) => el("td", { class: "number" }, value)),
            ),
          ),
        ),
      ),
    ),
  );
}
