/** Numbers, ranges and names in words. Pure. */

const GROUPED = new Intl.NumberFormat("en");

/** `1,234` @param {number} value */
export function grouped(value) {
  return GROUPED.format(value);
}

/**
 * `1 question`, `1,234 questions`
 * @param {number} count
 * @param {string} noun
 */
export function counted(count, noun) {
  return `${grouped(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** A share of 0 to 1 as a whole percentage; never rounded up to 100%. @param {number | null | undefined} share */
export function percent(share) {
  if (share === null || share === undefined) return "unknown";
  const rounded = Math.round(share * 100);
  return `${share < 1 && rounded === 100 ? 99 : rounded}%`;
}

/** `0.12 s` @param {number | null | undefined} value */
export function seconds(value) {
  if (value === null || value === undefined) return "";
  return value < 10 ? `${value.toFixed(value < 0.1 ? 3 : 2)} s` : `${value.toFixed(1)} s`;
}

/** Names of filters, as they are shown. */
export const FACET_NAMES = /** @type {Record<string, string>} */ ({
  subset: "subset",
  style: "style",
  difficulty: "difficulty",
  split: "split",
  pass: "pass rate",
  coverage: "coverage",
  strength: "test strength",
  library: "library",
  flag: "flag",
  assurance: "assurance",
});

/** Shares are written 0 to 1 in the address and as percentages on the page; coverage is a percentage in both. */
const HUNDREDTHS = new Set(["pass", "strength"]);

/**
 * `0..0.3299` of the pass rate as `0–32%`
 * @param {string} name
 * @param {string} range
 */
export function rangeWords(name, range) {
  const [low, high] = rangeEnds(name, range);
  if (low === null && high === null) return "known";
  if (low === null) return `at most ${high}%`;
  if (high === null) return `at least ${low}%`;
  return low === high ? `${low}%` : `${low}–${high}%`;
}

/**
 * Both ends as percentages, whole ones where they are not exact.
 * @param {string} name
 * @param {string} range
 * @returns {(number | null)[]}
 */
export function rangeEnds(name, range) {
  const scale = HUNDREDTHS.has(name) ? 100 : 1;
  const ends = range.split("..");
  return [ends[0], ends[1]].map((end) =>
    end === undefined || end === "" || Number.isNaN(Number(end)) ? null : Math.floor(Number(end) * scale + 1e-6),
  );
}

/**
 * What two fields say, as a range of the address; empty where both are.
 * @param {string} name
 * @param {string} low
 * @param {string} high
 */
export function rangeOf(name, low, high) {
  if (low === "" && high === "") return "";
  const scale = HUNDREDTHS.has(name) ? 100 : 1;
  return [low, high]
    .map((end) => (end === "" ? "" : String(Math.min(100, Math.max(0, Number(end))) / scale)))
    .join("..");
}

export const SORTS = [
  ["", "relevance"],
  ["id", "id"],
  ["-pass", "pass rate, highest first"],
  ["pass", "pass rate, lowest first"],
  ["-coverage", "coverage, highest first"],
  ["coverage", "coverage, lowest first"],
  ["-tests", "most tests"],
  ["tests", "fewest tests"],
  ["-length", "longest question"],
  ["length", "shortest question"],
];

/** Values of the data as they are read: `online_judge` as `online judge`. @param {string} value */
export function readable(value) {
  return value.replaceAll("_", " ");
}
