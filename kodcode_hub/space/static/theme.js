/** Light or dark: the system's, until the reader chooses; the choice is kept where storage allows. */

import { byId } from "./dom.js";

const KEY = "kodcode-theme";

/** Makes the button work; theme_early.js has set what was kept. */
export function startTheme() {
  const system = matchMedia("(prefers-color-scheme: dark)");
  byId("theme-button").addEventListener("click", () => {
    choose(isDark(system) ? "light" : "dark");
    name(system);
  });
  system.addEventListener("change", () => name(system));
  name(system);
}

/** @param {MediaQueryList} system */
function isDark(system) {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : system.matches;
}

/** @param {string} theme */
function choose(theme) {
  document.documentElement.dataset.theme = theme;
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // Storage is closed to us: the choice holds until the page is left.
  }
}

/** The button says what it leads to. @param {MediaQueryList} system */
function name(system) {
  byId("theme-name").textContent = isDark(system) ? "Light theme" : "Dark theme";
}
