/** What changed since another revision of the release. */

import { getKept, onlyLast } from "./api.js";
import { hrefOf, opened, readPlace } from "./address.js";
import { byId, el } from "./dom.js";
import { announce, withNotices } from "./notices.js";
import { again, arriveAt } from "./router.js";
import { titlePage } from "./shell.js";
import { counted, grouped } from "./words.js";

const nextRevision = onlyLast();
let chosen = "";
const KINDS = ["added", "removed", "changed"];

/**
 * @param {import("./router.js").Arrival} arrival
 * @param {Promise<any>} release
 */
export async function showRevisions(arrival, release) {
  titlePage("Revisions");
  const main = byId("main");
  const body = el("div", {});
  main.replaceChildren(el("div", { class: "page revisions" }, el("h1", { tabindex: "-1" }, "Revisions"), body));
  arriveAt(arrival);
  await withNotices(
    body,
    async () => {
      const about = await release.catch(() => getKept("release"));
      body.replaceChildren(...choice(about));
    },
    again,
  );
}

/** Ends its request. */
export function leaveRevisions() {
  nextRevision();
}

/** @param {any} about */
function choice(about) {
  if (!about.revisions.length) return [el("p", {}, "There is no other revision to compare with.")];
  const found = el("div", { class: "found" });
  const select = el(
    "select",
    { id: "revision", change: () => compare((chosen = select.value), found) },
    el("option", { value: "" }, "choose a revision"),
    about.revisions.map((/** @type {string} */ name) => el("option", { value: name }, name)),
  );
  select.value = about.revisions.includes(chosen) ? chosen : "";
  if (select.value) compare(chosen, found);
  return [
    el("p", { class: "lead" }, `What changed between another revision and the one shown here, ${about.version}.`),
    el("p", { class: "field" }, el("label", { for: "revision" }, "Revision"), select),
    found,
  ];
}

/**
 * @param {string} name
 * @param {HTMLElement} found
 */
function compare(name, found) {
  if (!name) {
    nextRevision();
    found.replaceChildren();
    return;
  }
  found.replaceChildren(el("p", { class: "soft" }, "Comparing; this reads both revisions and may take a while."));
  withNotices(
    found,
    async () => {
      const diff = await getKept(`revisions/${encodeURIComponent(name)}`, nextRevision());
      found.replaceChildren(...report(diff));
      announce(`Compared: ${inWords(diff.rows)}.`);
    },
    () => compare(name, found),
  );
}

/** @param {any} diff */
function report(diff) {
  return [
    el("h2", {}, `From ${diff.from} to ${diff.to}`),
    el("p", {}, `${inWords(diff.rows)}.`),
    configs(diff.configs),
    columns(diff.columns),
    ...KINDS.map((kind) => ids(kind, diff)).filter((part) => part !== null),
  ];
}

/** @param {any} rows */
function inWords(rows) {
  return KINDS.map((kind) => `${counted(rows[kind], "question")} ${kind}`).join(", ");
}

/** @param {Record<string, any>} found */
function configs(found) {
  const names = Object.keys(found);
  if (!names.length) return el("p", { class: "soft" }, "No config differs.");
  return el(
    "div",
    { class: "scrolled", tabindex: "0", role: "region", "aria-label": "Configs" },
    el(
      "table",
      {},
      el(
        "thead",
        {},
        el(
          "tr",
          {},
          ["Config", ...KINDS].map((head) => el("th", { scope: "col" }, head)),
        ),
      ),
      el(
        "tbody",
        {},
        names.map((name) =>
          el(
            "tr",
            {},
            el("th", { scope: "row" }, name),
            KINDS.map((kind) => el("td", { class: "number" }, grouped((found[name].rows ?? found[name])[kind] ?? 0))),
          ),
        ),
      ),
    ),
  );
}

/** @param {any} found */
function columns(found) {
  const said = [
    ...found.added.map((/** @type {string} */ name) => ["added", name]),
    ...found.removed.map((/** @type {string} */ name) => ["removed", name]),
    ...Object.entries(found.renamed ?? {}).map(([old, name]) => ["renamed", `${old} → ${name}`]),
    ...Object.entries(found.retyped ?? {}).map(([name, types]) => [
      "type changed",
      `${name}: ${/** @type {string[]} */ (types).join(" → ")}`,
    ]),
  ];
  return el(
    "section",
    {},
    el("h2", {}, "Columns"),
    said.length
      ? el(
          "ul",
          { class: "columns" },
          said.map(([kind, name]) => el("li", {}, el("span", { class: "badge" }, kind), " ", el("code", {}, name))),
        )
      : el("p", { class: "soft" }, "The columns are the same."),
  );
}

/**
 * Removed questions are not in this release, so nothing links to them.
 * @param {string} kind
 * @param {any} diff
 */
function ids(kind, diff) {
  const list =
    kind === "changed" ? Object.entries(diff.ids.changed) : diff.ids[kind].map((/** @type {string} */ id) => [id, []]);
  if (!list.length) return null;
  const all = diff.rows[kind];
  const one = (/** @type {[string, string[]]} */ [id, names]) =>
    el(
      "li",
      {},
      kind === "removed"
        ? el("span", { class: "id" }, id)
        : el("a", { class: "id", href: hrefOf(opened(readPlace(""), id, null)), "data-nav": true }, id),
      names.length > 0 && el("span", { class: "soft" }, ` ${names.join(", ")}`),
    );
  return el(
    "details",
    { class: "ids", open: list.length <= 20 },
    el("summary", {}, `${counted(all, "question")} ${kind}`),
    all > list.length && el("p", { class: "soft" }, `The first ${list.length}:`),
    el("ul", {}, list.map(one)),
  );
}
