/** Making elements. Text always goes in as text; `trustedHtml` is the one way for the server's own safe HTML. */

/** @typedef {Node | string | number | null | undefined | false} Child */

/**
 * An HTML element. A property that is a function listens to the event of that name; `true` sets an empty attribute,
 * `false` and null none.
 * @param {string} tag
 * @param {Record<string, any>} [properties]
 * @param {...(Child | Child[])} children
 * @returns {any}
 */
export function el(tag, properties = {}, ...children) {
  return filled(document.createElement(tag), properties, children);
}

/**
 * An SVG element, with presentation attributes.
 * @param {string} tag
 * @param {Record<string, any>} [properties]
 * @param {...(Child | Child[])} children
 * @returns {any}
 */
export function svg(tag, properties = {}, ...children) {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", tag), properties, children);
}

/**
 * A fragment of HTML that the server has made safe: `question_html`, lines of code and of differences. Nothing else.
 * @param {string} html
 * @returns {DocumentFragment}
 */
export function trustedHtml(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}

/**
 * Text with the words that were searched for in `<mark>`.
 * @param {[string, boolean][]} parts
 * @returns {Child[]}
 */
export function marked(parts) {
  return parts.map(([text, isHit]) => (isHit ? el("mark", {}, text) : text));
}

/**
 * Text that is read aloud but not shown. Labels are not used for this: a label on a second control would make the
 * first one ambiguous.
 * @param {string} text
 */
export function spoken(text) {
  return el("span", { class: "visually-hidden" }, text);
}

/**
 * Draws a part of the page anew; what had the focus has it again if it is still there under the same `data-key`.
 * @param {HTMLElement} holder
 * @param {Child[]} children
 */
export function redraw(holder, children) {
  const active = /** @type {HTMLElement | null} */ (document.activeElement);
  const key = active && holder.contains(active) ? active.dataset.key : undefined;
  holder.replaceChildren(.../** @type {any[]} */ (children.filter(isChild)));
  if (key) {
    /** @type {HTMLElement | null} */ (holder.querySelector(`[data-key="${CSS.escape(key)}"]`))?.focus({
      preventScroll: true,
    });
  }
}

/**
 * @param {string} id
 * @returns {any}
 */
export function byId(id) {
  return document.getElementById(id);
}

/**
 * @param {Element} element
 * @param {Record<string, any>} properties
 * @param {(Child | Child[])[]} children
 */
function filled(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  element.append(.../** @type {any[]} */ (children.flat().filter(isChild)));
  return element;
}

/** @param {any} child */
function isChild(child) {
  return child !== null && child !== undefined && child !== false;
}
