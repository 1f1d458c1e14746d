/** The editor of a question with its runs: from the start of a run to its outcome. */

import { isAbort, messageOf, onlyLast, stream } from "./api.js";
import { el } from "./dom.js";
import { makeEditor } from "./editor.js";
import { announce, sentence } from "./notices.js";
import { outcomeSentence, runDetails } from "./run_outcome.js";

/**
 * @param {any} row
 * @param {Promise<any>} release
 */
export function runPanel(row, release) {
  return new RunPanel(row, release);
}

class RunPanel {
  #next = onlyLast();
  #isRunning = false;
  #isAvailable = false;
  /** What the editor was last started from; a text that differs was written by the reader. */
  #started = "";

  /**
   * @param {any} row
   * @param {Promise<any>} release
   */
  constructor(row, release) {
    this.row = row;
    this.editor = makeEditor("", () => this.run());
    this.runButton = el(
      "button",
      { type: "button", class: "main", disabled: true, "aria-describedby": "run-note", click: () => this.run() },
      "Run",
    );
    this.stopButton = el("button", { type: "button", hidden: true, click: () => this.#stopByReader() }, "Stop");
    this.status = el("p", { class: "outcome", role: "status", "aria-live": "polite" }, "Not run yet.");
    this.clock = el("span", { class: "clock", "aria-hidden": "true" });
    this.note = el("p", { id: "run-note", class: "soft" });
    this.replaced = el("p", { class: "replaced", hidden: true });
    this.details = el("div", { class: "run-details" });
    this.element = this.#build();
    this.#start(row.stub || "", "");
    release
      .then((about) => this.#allow(about.running))
      .catch(
        () => (this.note.textContent = "Whether solutions can be run here is not known: the server did not answer."),
      );
  }

  /** Puts a text into the editor; one that the reader wrote can be had back. @param {string} text @param {string} name */
  load(text, name) {
    const before = this.editor.get();
    const isOwn = before.trim() !== "" && before !== this.#started;
    this.#start(text, name);
    this.replaced.hidden = !isOwn || before === text;
    if (this.replaced.hidden) return;
    const undo = () => {
      this.editor.set(before);
      this.replaced.hidden = true;
      this.editor.focus();
    };
    this.replaced.replaceChildren(
      "Replaced your text. ",
      el("button", { type: "button", class: "quiet", click: undo }, "Undo"),
    );
    announce("Replaced your text. It can be undone.");
  }

  /** Runs what the editor holds. */
  async run() {
    if (this.#isRunning || !this.#isAvailable) return;
    this.#toggle(true);
    this.#say("Sending", "waits");
    const stopClock = this.#startClock();
    this.details.replaceChildren();
    const signal = this.#next();
    try {
      await this.#follow(signal);
    } catch (error) {
      if (!isAbort(error) && !signal.aborted) this.#say(sentence(messageOf(error)), "bad");
    }
    stopClock();
    this.#toggle(false);
  }

  /** Ends a run, which ends it on the server too. */
  stop() {
    this.#next();
  }

  /** @param {AbortSignal} signal */
  async #follow(signal) {
    let isOver = false;
    for await (const event of stream(
      "runs",
      { question_id: this.row.question_id, solution: this.editor.get() },
      signal,
    )) {
      if (signal.aborted) return;
      if (event.state === "queued") this.#say(event.ahead ? `Queued, ${event.ahead} ahead` : "Queued", "waits");
      else if (event.state === "running") this.#say("Running", "waits");
      else if (event.state === "refused") this.#say(sentence(event.message), "bad");
      else if (event.state === "done") this.#finish(event);
      isOver ||= event.state === "refused" || event.state === "done";
    }
    if (!isOver) this.#say("The run broke off without a result. Try again.", "bad");
  }

  /** @param {any} event */
  #finish(event) {
    this.details.replaceChildren(...runDetails(event));
    this.#say(outcomeSentence(event), event.outcome === "passed" ? "good" : "bad");
  }

  #stopByReader() {
    this.stop();
    this.#say("Stopped.", "");
    this.runButton.disabled = false;
    this.runButton.focus();
  }

  /** @param {string} text @param {string} mood */
  #say(text, mood) {
    this.status.className = `outcome ${mood}`;
    this.status.textContent = text;
  }

  /** @param {boolean} isRunning */
  #toggle(isRunning) {
    const hadFocus = document.activeElement === this.stopButton;
    const runHadFocus = document.activeElement === this.runButton;
    this.#isRunning = isRunning;
    this.stopButton.hidden = !isRunning;
    this.runButton.disabled = isRunning || !this.#isAvailable;
    // A control that goes away would take the focus with it.
    if (isRunning && runHadFocus) this.stopButton.focus();
    if (!isRunning && hadFocus) this.runButton.focus();
  }

  /** Time that passes is seen, not heard. */
  #startClock() {
    const begun = performance.now();
    const tick = setInterval(
      () => (this.clock.textContent = `${((performance.now() - begun) / 1000).toFixed(0)} s`),
      1000,
    );
    return () => {
      clearInterval(tick);
      this.clock.textContent = "";
    };
  }

  /** @param {string} text @param {string} name */
  #start(text, name) {
    this.editor.set(text);
    this.#started = text;
    if (name) announce(`The editor holds: ${name}.`);
  }

  /** @param {any} running */
  #allow(running) {
    this.#isAvailable = running.available;
    this.runButton.disabled = !running.available || this.#isRunning;
    const limits = `At most ${running.timeout_s} s and ${running.memory_mb} MB${running.isolation ? `, isolated by ${running.isolation}` : ""}.`;
    this.note.textContent = running.available ? limits : sentence(running.message || "Running is not available here");
    this.note.classList.toggle("unavailable", !running.available);
  }

  #build() {
    const starts = [
      ["Stub", this.row.stub],
      ["Reference", this.row.solution],
    ].filter(([, text]) => text);
    return el(
      "div",
      { class: "run-panel" },
      el(
        "div",
        { class: "run-head" },
        el("label", { for: "editor" }, "Solution"),
        el(
          "div",
          { class: "starts" },
          el("span", { class: "soft", "aria-hidden": "true" }, "start from"),
          starts.map(([name, text]) =>
            el("button", { type: "button", class: "quiet", click: () => this.load(text, name) }, name),
          ),
        ),
      ),
      this.editor.element,
      this.replaced,
      el(
        "p",
        { id: "editor-hint", class: "soft" },
        "The tests import this as the module ",
        el("code", {}, "solution"),
        ". Tab indents; Escape, then Tab leaves the field. Ctrl Enter runs.",
      ),
      el("div", { class: "run-line" }, this.runButton, this.stopButton, this.status, this.clock),
      this.note,
      this.details,
    );
  }
}
