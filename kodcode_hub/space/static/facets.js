/** One filter each: names to tick, bands of numbers to press, the select of subsets. */

import { here, withChoice, withRange } from "./address.js";
import { el, spoken } from "./dom.js";
import { go } from "./router.js";
import { FACET_NAMES, grouped, rangeEnds, rangeOf, rangeWords, readable } from "./words.js";

const SHOWN = 8;
const SEVERAL = "__several";
/** Which lists the reader has opened; they stay open when the counts change. @type {Set<string>} */
const unfolded = new Set();

/** @typedef {import("./address.js").Place} Place */

/**
 * The one control named "subset". Other controls for it are in "several at once" and have the subsets' names.
 * @param {Place} place
 * @param {Record<string, number | null>} counts  null where it is not known yet
 */
export function subsetFacet(place, counts) {
  const chosen = place.choices.subset;
  const names = [...new Set([...Object.keys(counts), ...chosen])].sort();
  const select = el("select", { id: "subset", "data-key": "subset", change: chooseSubset }, [
    el("option", { value: "" }, "All"),
    ...(chosen.length > 1 ? [el("option", { value: SEVERAL }, `${chosen.length} of them`)] : []),
    ...names.map((name) =>
      el(
        "option",
        { value: name },
        counts[name] === null ? readable(name) : `${readable(name)} (${grouped(counts[name] ?? 0)})`,
      ),
    ),
  ]);
  select.value = chosen.length > 1 ? SEVERAL : (chosen[0] ?? "");
  const boxes = names.map((name) => choiceBox(place, "subset", name, counts[name] ?? 0, most(counts)));
  return el(
    "div",
    { class: "facet" },
    el("label", { for: "subset" }, "subset"),
    select,
    folded("subset", "several at once", boxes, chosen.length > 1),
  );
}

/**
 * @param {Place} place
 * @param {string} name
 * @param {Record<string, number>} counts  the most frequent first
 * @returns {HTMLElement | null} none where no row has a value
 */
export function choiceFacet(place, name, counts) {
  const chosen = place.choices[name];
  const values = [...new Set([...Object.keys(counts).slice(0, SHOWN), ...chosen])];
  const rest = Object.keys(counts).filter((value) => !values.includes(value));
  if (values.length === 0 && name !== "library") return null;
  const boxes = (/** @type {string[]} */ them) =>
    them.map((value) => choiceBox(place, name, value, counts[value] ?? 0, most(counts)));
  return el(
    "fieldset",
    { class: "facet" },
    el("legend", {}, FACET_NAMES[name]),
    el("ul", {}, boxes(values)),
    rest.length > 0 && folded(name, `${rest.length} more`, boxes(rest), false),
    name === "library" && libraryField(),
  );
}

/**
 * @param {Place} place
 * @param {string} name
 * @param {Record<string, number>} counts  range to rows
 */
export function rangeFacet(place, name, counts) {
  const bands = Object.entries(counts);
  if (bands.length === 0 && !place.ranges[name]) return null;
  return el(
    "fieldset",
    { class: "facet" },
    el("legend", {}, FACET_NAMES[name]),
    el(
      "ul",
      {},
      bands.map(([range, count]) => bandButton(place, name, range, count, most(counts))),
    ),
    rangeFields(place, name),
  );
}

/**
 * @param {Place} place
 * @param {string} name
 * @param {string} value
 * @param {number} count
 * @param {number} greatest
 */
function choiceBox(place, name, value, count, greatest) {
  const isChosen = place.choices[name].includes(value);
  const toggle = () => {
    const others = here().choices[name].filter((each) => each !== value);
    go(withChoice(here(), name, isChosen ? others : [...others, value]), "keep");
  };
  const box = el("input", {
    type: "checkbox",
    checked: isChosen,
    value,
    "data-key": `${name}:${value}`,
    change: toggle,
  });
  return barred(
    el(
      "li",
      {},
      el(
        "label",
        {},
        box,
        el("span", { class: "value" }, readable(value)),
        el("span", { class: "count" }, grouped(count)),
      ),
    ),
    count,
    greatest,
  );
}

/**
 * @param {Place} place
 * @param {string} name
 * @param {string} range
 * @param {number} count
 * @param {number} greatest
 */
function bandButton(place, name, range, count, greatest) {
  const isChosen = place.ranges[name] === range;
  const press = () => go(withRange(here(), name, isChosen ? "" : range), "keep");
  const button = el(
    "button",
    { type: "button", class: "band", "aria-pressed": String(isChosen), "data-key": `${name}:${range}`, click: press },
    el("span", { class: "value" }, spoken(`${FACET_NAMES[name]} `), rangeWords(name, range)),
    el("span", { class: "count" }, grouped(count)),
  );
  return barred(el("li", {}, button), count, greatest);
}

/**
 * @param {Place} place
 * @param {string} name
 */
function rangeFields(place, name) {
  const [low, high] = rangeEnds(name, place.ranges[name]);
  const fields = [
    ["from", low],
    ["to", high],
  ].map(([end, value]) =>
    el("input", {
      type: "number",
      min: 0,
      max: 100,
      step: "any",
      value,
      "aria-label": `${FACET_NAMES[name]} ${end}, per cent`,
      placeholder: end,
      "data-key": `${name}:${end}`,
      change: apply,
    }),
  );
  function apply() {
    if (fields.every((field) => field.validity.valid))
      go(withRange(here(), name, rangeOf(name, fields[0].value, fields[1].value)), "keep");
    else fields.find((field) => !field.validity.valid).reportValidity();
  }
  return el(
    "div",
    { class: "ends" },
    fields[0],
    el("span", { "aria-hidden": "true" }, "to"),
    fields[1],
    el("span", { "aria-hidden": "true" }, "%"),
  );
}

function libraryField() {
  const add = (/** @type {any} */ event) => {
    const value = event.target.value.trim();
    const others = here().choices.library.filter((each) => each !== value);
    if (value) go(withChoice(here(), "library", [...others, value]), "keep");
  };
  return el("input", {
    type: "text",
    class: "other",
    "aria-label": "another library",
    placeholder: "another library",
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: "false",
    "data-key": "library:",
    change: add,
  });
}

/** @param {any} event */
function chooseSubset(event) {
  const value = event.target.value;
  if (value !== SEVERAL) go(withChoice(here(), "subset", value ? [value] : []), "keep");
}

/**
 * @param {string} name
 * @param {string} summary
 * @param {HTMLElement[]} items
 * @param {boolean} isOpen
 */
function folded(name, summary, items, isOpen) {
  const keep = (/** @type {any} */ event) => (event.target.open ? unfolded.add(name) : unfolded.delete(name));
  return el(
    "details",
    { open: isOpen || unfolded.has(name), toggle: keep },
    el("summary", { "data-key": `${name}:more` }, summary),
    el("ul", {}, items),
  );
}

/**
 * A bar behind the row, as long as its share of the greatest.
 * @param {HTMLElement} item
 * @param {number} count
 * @param {number} greatest
 */
function barred(item, count, greatest) {
  item.style.setProperty("--share", `${greatest ? (100 * count) / greatest : 0}%`);
  return item;
}

/** @param {Record<string, number | null>} counts */
function most(counts) {
  return Math.max(0, ...Object.values(counts).map(Number));
}
