// The keyboard does everything. Single letters and signs can be switched off, for people who dictate (WCAG 2.1.4).

import { findAs } from "./dom.js";

const KEPT = "bedside.single-keys";
const WORDS = "input:not([type=range]):not([type=checkbox]), textarea, select, [contenteditable]";

/**
 * Call each of `acts` when its key is pressed; `dialog` lists the keys.
 * @param {Record<string, (event: KeyboardEvent, digit: number) => void>} acts
 * @param {HTMLDialogElement} dialog
 */
export function keys(acts, dialog) {
  const single = findAs("single", HTMLInputElement);
  single.checked = localStorage.getItem(KEPT) !== "off";
  single.addEventListener("change", () => localStorage.setItem(KEPT, single.checked ? "on" : "off"));
  document.addEventListener("keydown", (event) => {
    const target = event.target instanceof Element ? event.target : document.body;
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || dialog.open) return;
    if (target.matches(WORDS)) return;
    const range = target.matches("input[type=range]:not(#position)");
    if (range && /^(Arrow|Home|End|Page)/.test(event.key)) return;
    if (event.key === " " && target.closest("button, a, summary, input[type=checkbox]")) return;
    if (/^(Arrow|Home|End|Page)/.test(event.key) && target.closest(".scroll, .things")) return;
    if (event.key.length === 1 && event.key !== " " && !single.checked) return;
    const digit = /^Digit([1-4])$/.exec(event.code) ?? /^Numpad([1-4])$/.exec(event.code);
    const name = digit ? "digit" : event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const act = acts[name];
    if (!act) return;
    event.preventDefault();
    act(event, digit ? Number(digit[1]) : 0);
  });
}

/** Give the keyboard back to the music after a button was pressed with the mouse. @param {MouseEvent} event */
export function release(event) {
  if (event.detail > 0 && event.currentTarget instanceof HTMLElement) event.currentTarget.blur();
}
