/** The address of the page: a selection, the opened question, the page that is shown. Pure but for `here`. */

export const CHOICES = ["subset", "style", "difficulty", "split", "library", "flag", "assurance"];
export const RANGES = ["pass", "coverage", "strength"];
const SHOWS = ["statistics", "check", "revisions"];
export const PAGE_ROWS = 20;

/**
 * @typedef {object} Place
 * @property {string} q
 * @property {Record<string, string[]>} choices  facet to the values of which a row has one
 * @property {Record<string, string>} ranges  facet to `a..b`
 * @property {string} sort
 * @property {number} p  from 1
 * @property {string} id  of the opened question, or empty
 * @property {number | null} n  its position in the selection, from 0
 * @property {string} show  another page, or empty
 */

/**
 * @param {string} search  such as `?q=heap&subset=Leetcode`; names that are not known are left out
 * @returns {Place}
 */
export function readPlace(search) {
  const pairs = new URLSearchParams(search);
  const show = pairs.get("show") ?? "";
  return {
    q: pairs.get("q") ?? "",
    choices: Object.fromEntries(CHOICES.map((name) => [name, [...new Set(pairs.getAll(name).filter(Boolean))]])),
    ranges: Object.fromEntries(RANGES.map((name) => [name, pairs.getAll(name).at(-1) ?? ""])),
    sort: pairs.get("sort") ?? "",
    p: whole(pairs.get("p")) || 1,
    id: pairs.get("id") ?? "",
    n: whole(pairs.get("n")),
    show: SHOWS.includes(show) ? show : "",
  };
}

/** The place that the address bar has. */
export function here() {
  return readPlace(location.search);
}

/**
 * The address of a place, relative to the page.
 * @param {Place} place
 */
export function hrefOf(place) {
  const pairs = selectionPairs(place);
  if (place.sort) pairs.append("sort", place.sort);
  if (place.p > 1) pairs.append("p", String(place.p));
  if (place.show) pairs.append("show", place.show);
  if (place.id) pairs.append("id", place.id);
  if (place.id && place.n !== null) pairs.append("n", String(place.n));
  return `?${pairs}`;
}

/**
 * What is asked of the API: which rows, and with `ordered` in which order.
 * @param {Place} place
 * @param {{ ordered?: boolean, paged?: boolean }} [parts]
 */
export function queryOf(place, { ordered = false, paged = false } = {}) {
  const pairs = selectionPairs(place);
  if (ordered && place.sort) pairs.append("sort", place.sort);
  if (paged && place.p > 1) pairs.append("p", String(place.p));
  return pairs.toString();
}

/**
 * Back in the list, on its first page: what a changed filter leads to.
 * @param {Place} place
 * @param {Partial<Place>} changes
 * @returns {Place}
 */
export function narrowed(place, changes) {
  const show = place.show === "statistics" ? place.show : "";
  return { ...place, p: 1, id: "", n: null, show, ...changes };
}

/**
 * @param {Place} place
 * @param {string} name
 * @param {string[]} values
 */
export function withChoice(place, name, values) {
  return narrowed(place, { choices: { ...place.choices, [name]: values } });
}

/**
 * @param {Place} place
 * @param {string} name
 * @param {string} range
 */
export function withRange(place, name, range) {
  return narrowed(place, { ranges: { ...place.ranges, [name]: range } });
}

/**
 * An opened question; the list turns to the page on which it stands.
 * @param {Place} place
 * @param {string} id
 * @param {number | null} n
 * @returns {Place}
 */
export function opened(place, id, n) {
  return { ...place, id, n, show: "", p: n === null ? place.p : Math.floor(n / PAGE_ROWS) + 1 };
}

/** @param {Place} place */
export function isFiltered(place) {
  return (
    Boolean(place.q) || CHOICES.some((name) => place.choices[name].length) || RANGES.some((name) => place.ranges[name])
  );
}

/** Everything; the order stays. @param {Place} place */
export function unfiltered(place) {
  return narrowed({ ...readPlace(""), sort: place.sort, show: place.show }, {});
}

/** @param {Place} place */
function selectionPairs(place) {
  const pairs = new URLSearchParams();
  if (place.q) pairs.append("q", place.q);
  for (const name of CHOICES) for (const value of place.choices[name]) pairs.append(name, value);
  for (const name of RANGES) if (place.ranges[name]) pairs.append(name, place.ranges[name]);
  return pairs;
}

/** @param {string | null} text */
function whole(text) {
  return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : null;
}
