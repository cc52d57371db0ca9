// The list of curves to choose from, and the headings of those that are chosen.

import { element, find } from "./dom.js";

/** @import { Chart } from "./types.js" */

const KEPT = "bedside.curves";
const USUAL = ["density", "velocity_mean"];

/**
 * List the charts; call `chosen` with those that are ticked, in their order.
 * @param {Chart[]} frames
 * @param {(frames: Chart[]) => void} chosen
 */
export function offer(frames, chosen) {
  /** @type {string[]} */
  const kept = JSON.parse(localStorage.getItem(KEPT) ?? "null") ?? USUAL;
  const wanted = new Set(kept);
  /** @type {Map<string, HTMLFieldSetElement>} */
  const groups = new Map();
  for (const frame of frames) {
    const group = groups.get(frame.group) ?? fieldset(frame.group);
    groups.set(frame.group, group);
    group.append(choice(frame, wanted));
  }
  find("offered").replaceChildren(...groups.values());
  find("offered").addEventListener("change", ({ target }) => {
    if (!(target instanceof HTMLInputElement)) return;
    if (target.checked) wanted.add(target.value);
    else wanted.delete(target.value);
    localStorage.setItem(KEPT, JSON.stringify([...wanted]));
    chosen(frames.filter((frame) => wanted.has(frame.name)));
  });
  chosen(frames.filter((frame) => wanted.has(frame.name)));
}

/**
 * Return the heading and the canvas of a chart; `hear` plays the notes behind its value at the playhead.
 * @param {Chart} frame
 * @param {() => void} hear
 */
export function head(frame, hear) {
  const section = element("section", "frame");
  const row = element("div", "row");
  const title = element("h3");
  title.textContent = `${frame.title} `;
  title.title = frame.means;
  const unit = element("span", "unit");
  unit.textContent = frame.unit;
  title.append(unit);
  const values = element("p", "values");
  for (const line of frame.lines) {
    const said = element("span", line.player);
    said.append(`${line.label} `, document.createElement("output"));
    values.append(said, " ");
  }
  if (frame.band || frame.chance !== undefined) {
    const chance = element("span", "chance soft");
    chance.textContent = frame.band ? "by chance" : "mean by chance";
    values.append(chance);
  }
  const button = element("button", "quiet no-print");
  button.type = "button";
  button.textContent = "Hear and list";
  button.title = "Hear the six seconds before the playhead, and list their notes (C)";
  button.setAttribute("aria-label", `Hear the six seconds behind ${frame.title}, and list their notes`);
  button.addEventListener("click", hear);
  row.append(title, values, button);
  const canvas = document.createElement("canvas");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", words(frame));
  section.append(row, canvas);
  return section;
}

/** Return in words what a chart shows. @param {Chart} frame */
function words(frame) {
  const lines = frame.lines.map((line) => {
    const known = line.values.filter((value) => value !== null);
    if (!known.length) return `${line.label}: no data`;
    const low = known.reduce((least, value) => Math.min(least, value));
    const high = known.reduce((most, value) => Math.max(most, value));
    return `${line.label}: from ${low.toPrecision(3)} to ${high.toPrecision(3)}`;
  });
  const chance = frame.band ? ` By chance from ${frame.band.low.toPrecision(3)} to ${frame.band.high.toPrecision(3)}.` : "";
  return `${frame.title} over time. ${frame.means} ${lines.join("; ")}.${chance}`;
}

/** @param {string} name */
function fieldset(name) {
  const made = document.createElement("fieldset");
  const legend = document.createElement("legend");
  legend.textContent = name;
  made.append(legend);
  return made;
}

/** @param {Chart} frame @param {Set<string>} wanted */
function choice(frame, wanted) {
  const label = document.createElement("label");
  const box = document.createElement("input");
  box.type = "checkbox";
  box.value = frame.name;
  box.checked = wanted.has(frame.name);
  const small = document.createElement("small");
  small.textContent = frame.means;
  label.append(box, frame.title, small);
  return label;
}
