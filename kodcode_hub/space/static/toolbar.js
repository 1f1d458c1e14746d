/** The row above the results: filters that hold, the order, and what can be done with the selection. */

import { address, get, isAbort, messageOf, onlyLast } from "./api.js";
import {
  CHOICES,
  RANGES,
  here,
  hrefOf,
  isFiltered,
  narrowed,
  opened,
  queryOf,
  unfiltered,
  withChoice,
  withRange,
} from "./address.js";
import { copyButton } from "./copying.js";
import { byId, el, redraw, spoken } from "./dom.js";
import { toggleFilters } from "./filters.js";
import { announce, errorBox, sentence, withNotices } from "./notices.js";
import { go } from "./router.js";
import { FACET_NAMES, SORTS, rangeWords, readable } from "./words.js";

const nextCode = onlyLast();
const nextRandom = onlyLast();

/** Makes the row once; `showSelection` fills it. */
export function startToolbar() {
  const sort = el("select", {
    id: "sort",
    change: () => go(narrowed(here(), { sort: sort.value === "relevance" ? "" : sort.value }), "keep"),
  });
  sort.append(...SORTS.map(([value, text]) => el("option", { value: value || "relevance" }, text)));
  byId("toolbar").append(
    el(
      "button",
      {
        type: "button",
        id: "filters-button",
        "aria-expanded": "false",
        "aria-controls": "filters",
        click: toggleFilters,
      },
      "Filters",
    ),
    el("div", { id: "chips" }),
    el(
      "div",
      { class: "actions" },
      el("span", { class: "sorting" }, el("label", { for: "sort" }, "sort"), sort),
      el("button", { type: "button", "data-go": "random", click: openRandom }, "Random"),
      el(
        "details",
        { class: "menu" },
        el("summary", {}, "Download"),
        el("div", { class: "sheet" }, downloadLink("jsonl", "JSONL"), downloadLink("parquet", "Parquet")),
      ),
      el(
        "details",
        { class: "menu", toggle: showCode },
        el("summary", {}, "Load in Python"),
        el("div", { class: "sheet wide", id: "loading-code" }),
      ),
    ),
  );
  document.addEventListener("click", (event) => closeMenus(/** @type {Node} */ (event.target)));
  document.addEventListener("keydown", (event) => event.key === "Escape" && closeMenus(null));
}

/** @param {import("./address.js").Place} place */
export function showSelection(place) {
  byId("toolbar").hidden = place.show !== "" && place.show !== "statistics";
  closeMenus(null);
  byId("sort").value = place.sort || "relevance";
  byId("sort").options[0].textContent = place.q ? "relevance" : "order of release";
  for (const link of document.querySelectorAll("[data-format]")) {
    link.setAttribute(
      "href",
      address(
        `download?${new URLSearchParams([...new URLSearchParams(queryOf(place)), ["format", link.getAttribute("data-format") ?? ""]])}`,
      ),
    );
  }
  redraw(byId("chips"), chips(place));
}

/** @param {import("./address.js").Place} place */
export function chips(place) {
  const all = [
    ...(place.q ? [chip("words", place.q, narrowed(place, { q: "" }))] : []),
    ...CHOICES.flatMap((name) =>
      place.choices[name].map((value) =>
        chip(
          FACET_NAMES[name],
          readable(value),
          withChoice(
            place,
            name,
            place.choices[name].filter((each) => each !== value),
          ),
        ),
      ),
    ),
    ...RANGES.filter((name) => place.ranges[name]).map((name) =>
      chip(FACET_NAMES[name], rangeWords(name, place.ranges[name]), withRange(place, name, "")),
    ),
  ];
  return isFiltered(place)
    ? [...all, el("a", { class: "clear", href: hrefOf(unfiltered(place)), "data-nav": "keep" }, "Clear all")]
    : all;
}

/**
 * @param {string} name
 * @param {string} value
 * @param {import("./address.js").Place} without
 */
function chip(name, value, without) {
  return el(
    "a",
    { class: "chip", href: hrefOf(without), "data-nav": "keep", "data-key": `chip:${name}:${value}` },
    spoken("Remove "),
    el("span", { class: "chip-name" }, `${name} `),
    value,
    el("span", { class: "cross", "aria-hidden": "true" }, "×"),
  );
}

/**
 * @param {string} format
 * @param {string} text
 */
function downloadLink(format, text) {
  return el("a", { "data-format": format, href: "app/download", download: true }, text);
}

async function openRandom() {
  try {
    const found = await get(`random?${queryOf(here(), { ordered: true })}`, nextRandom());
    go(opened(here(), found.question_id, found.n));
  } catch (error) {
    if (!isAbort(error)) tell(error);
  }
}

/** @param {any} error */
function tell(error) {
  const box = errorBox(error, () => (box.remove(), openRandom()));
  byId("toolbar").querySelector(".error")?.remove();
  byId("toolbar").append(box);
  announce(sentence(messageOf(error)));
}

/** @param {any} event */
function showCode(event) {
  if (event.target.open) loadCode();
}

function loadCode() {
  const holder = byId("loading-code");
  withNotices(
    holder,
    async () => {
      const { code } = await get(`code?${queryOf(here(), { ordered: true })}`, nextCode());
      holder.replaceChildren(
        el("pre", { class: "plain", tabindex: "0", role: "region", "aria-label": "Python" }, code),
        copyButton("Python", () => code),
      );
    },
    loadCode,
  );
}

/** All but the one in which `target` is. @param {Node | null} target */
function closeMenus(target) {
  for (const menu of /** @type {NodeListOf<HTMLDetailsElement>} */ (document.querySelectorAll("details.menu[open]"))) {
    if (target && menu.contains(target)) continue;
    const hasFocus = menu.contains(document.activeElement);
    menu.open = false;
    if (hasFocus && !target) menu.querySelector("summary")?.focus();
  }
}
