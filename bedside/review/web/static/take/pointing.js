// Mouse and fingers on the pictures: a click plays from there, a drag moves the axis, two fingers or the wheel zoom.

/** @import { Axis } from "./axis.js" */

/**
 * What pointing at a canvas does. `wheel`: whether the wheel zooms without a key. `drag` replaces moving the axis.
 * @typedef {object} Acts
 * @property {(x: number, y: number) => void} [click]
 * @property {(x: number | null, y: number | null) => void} [point] with null where nothing points
 * @property {(first: number, last: number, done: boolean) => void} [drag]
 * @property {boolean} [wheel]
 */

const STILL = 5;

/**
 * Listen to mouse and fingers on a canvas.
 * @param {HTMLCanvasElement} canvas
 * @param {Axis} axis
 * @param {Acts} acts
 */
export function pointing(canvas, axis, acts) {
  /** @type {Map<number, [number, number]>} */
  const down = new Map();
  /** @type {{ at: [number, number], start: number, seconds: number } | null} */
  let began = null;
  let moved = false;
  /** @type {{ apart: number, span: number, seconds: number } | null} */
  let pinch = null;

  /** @param {MouseEvent} event @returns {[number, number]} */
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    canvas.setPointerCapture(event.pointerId);
    const at = place(event);
    down.set(event.pointerId, at);
    if (down.size === 1) {
      began = { at, start: axis.start, seconds: axis.at(at[0]) };
      moved = false;
    } else if (down.size === 2) {
      const [one, other] = [...down.values()];
      pinch = { apart: Math.max(Math.abs(one[0] - other[0]), 20), span: axis.span, seconds: axis.at((one[0] + other[0]) / 2) };
      moved = true;
    }
  });

  canvas.addEventListener("pointermove", (event) => {
    const at = place(event);
    if (!down.has(event.pointerId)) {
      acts.point?.(...at);
      return;
    }
    down.set(event.pointerId, at);
    if (down.size === 2 && pinch) {
      const [one, other] = [...down.values()];
      const apart = Math.max(Math.abs(one[0] - other[0]), 20);
      axis.zoom((axis.span * apart) / (pinch.span * pinch.apart), pinch.seconds);
      return;
    }
    if (!began || (!moved && Math.abs(at[0] - began.at[0]) < STILL)) return;
    moved = true;
    if (acts.drag) acts.drag(began.seconds, axis.at(at[0]), false);
    else {
      canvas.closest(".axis")?.classList.add("dragging");
      axis.show(began.start - (at[0] - began.at[0]) / axis.scale, axis.span);
    }
  });

  /** @param {PointerEvent} event */
  const up = (event) => {
    if (!down.delete(event.pointerId)) return;
    canvas.closest(".axis")?.classList.remove("dragging");
    if (down.size || !began) return;
    const at = place(event);
    if (event.type === "pointerup" && !moved) acts.click?.(...at);
    else if (event.type === "pointerup" && acts.drag && !pinch) acts.drag(began.seconds, axis.at(at[0]), true);
    began = null;
    pinch = null;
  };
  canvas.addEventListener("pointerup", up);
  canvas.addEventListener("pointercancel", up);
  canvas.addEventListener("pointerleave", () => acts.point?.(null, null));

  canvas.addEventListener(
    "wheel",
    (event) => {
      const zooms = event.ctrlKey || (acts.wheel && !event.shiftKey && Math.abs(event.deltaY) > Math.abs(event.deltaX));
      const across = event.shiftKey && !event.deltaX ? event.deltaY : event.deltaX;
      if (zooms) {
        const lines = event.deltaMode === 1 ? 16 : 1;
        axis.zoom(Math.exp(-event.deltaY * lines * (event.ctrlKey && Math.abs(event.deltaY) < 50 ? 0.01 : 0.002)), axis.at(place(event)[0]));
      } else if (across) {
        axis.pan((across / axis.scale) * (event.deltaMode === 1 ? 16 : 1));
      } else return;
      event.preventDefault();
    },
    { passive: false },
  );
}
