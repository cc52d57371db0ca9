// The keyboard does everything; single letters and signs can be switched off, for who speaks to the computer.

const KEPT = "bedside.single-keys";
const WORDS = "input:not([type=range]):not([type=checkbox]), textarea, select, [contenteditable]";

/** Let `acts`, named by key, be done when their keys are pressed; `dialog` lists them. */
export function keys(acts, dialog) {
  const single = dialog.querySelector("#single");
  single.checked = localStorage.getItem(KEPT) !== "off";
  single.addEventListener("change", () => localStorage.setItem(KEPT, single.checked ? "on" : "off"));
  document.addEventListener("keydown", (event) => {
    const { target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || dialog.open) return;
    if (target.matches?.(WORDS)) return;
    const range = target.matches?.("input[type=range]:not(#position)");
    if (range && /^(Arrow|Home|End|Page)/.test(event.key)) return;
    if (event.key === " " && target.closest?.("button, a, summary, input[type=checkbox]")) return;
    if (/^(Arrow|Home|End|Page)/.test(event.key) && target.closest?.(".scroll, .things")) return;
    if (event.key.length === 1 && event.key !== " " && !single.checked) return;
    const digit = /^Digit([1-4])$/.exec(event.code) ?? /^Numpad([1-4])$/.exec(event.code);
    const name = digit ? "digit" : event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const act = acts[name];
    if (!act) return;
    event.preventDefault();
    act(event, digit ? Number(digit[1]) : undefined);
  });
}

/** After a press with the mouse the keys belong to the music again, not to the button. */
export function release(event) {
  if (event.detail > 0) event.currentTarget.blur();
}
