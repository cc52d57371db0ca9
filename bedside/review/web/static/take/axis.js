// The time axis that all pictures share: which span of the take is seen, and where each second lies on the screen.

/** Pixels left of the axis, for the names of rows. */
export const GUTTER = 52;
const RIGHT = 6;
const SHORTEST = 2;

export class Axis {
  /**
   * `changed` is called whenever another span is seen.
   * @param {number} seconds
   * @param {() => void} changed
   */
  constructor(seconds, changed) {
    this.seconds = Math.max(seconds, SHORTEST);
    this.start = 0;
    this.span = this.seconds;
    this.width = 0;
    this.changed = changed;
  }

  get end() {
    return this.start + this.span;
  }

  /** Pixels for each second. */
  get scale() {
    return Math.max(this.width - GUTTER - RIGHT, 1) / this.span;
  }

  /** Seconds from one line of the axis to the next. */
  get tick() {
    return step(this.scale, 90);
  }

  /** Return where a second lies, in pixels from the left. @param {number} seconds */
  x(seconds) {
    return GUTTER + (seconds - this.start) * this.scale;
  }

  /** Return the second at so many pixels from the left. @param {number} x */
  at(x) {
    return Math.min(Math.max(this.start + (x - GUTTER) / this.scale, 0), this.seconds);
  }

  /** @param {number} seconds */
  sees(seconds) {
    return seconds >= this.start && seconds <= this.end;
  }

  /** @param {number} start @param {number} span */
  show(start, span) {
    span = Math.min(Math.max(span, SHORTEST), this.seconds);
    start = Math.min(Math.max(start, 0), this.seconds - span);
    if (start === this.start && span === this.span) return;
    this.start = start;
    this.span = span;
    this.changed();
  }

  /**
   * Show less time (factor above 1) or more; the second `around` stays in its place.
   * @param {number} factor
   * @param {number} around
   */
  zoom(factor, around) {
    const span = Math.min(Math.max(this.span / factor, SHORTEST), this.seconds);
    this.show(around - ((around - this.start) / this.span) * span, span);
  }

  /** @param {number} seconds */
  pan(seconds) {
    this.show(this.start + seconds, this.span);
  }

  /** Turn the page so that a second is near the left edge, if it is out of sight. @param {number} seconds */
  follow(seconds) {
    if (!this.sees(seconds)) this.show(seconds - this.span * 0.06, this.span);
  }
}

/**
 * Return a time as a player shows it: 0:07, 12:40.5, 1:02:03.
 * @param {number} seconds
 * @param {number} [digits] of tenths, hundredths …
 */
export function clock(seconds, digits = 0) {
  const unit = 10 ** digits;
  const all = Math.round(Math.max(seconds, 0) * unit);
  const minutes = Math.floor(all / unit / 60);
  const rest = (all / unit - minutes * 60).toFixed(digits).padStart(digits ? digits + 3 : 2, "0");
  const hours = Math.floor(minutes / 60);
  return hours ? `${hours}:${String(minutes % 60).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

/**
 * Return the smallest round step of time that is at least so many pixels wide.
 * @param {number} scale pixels for each second
 * @param {number} pixels
 */
export function step(scale, pixels) {
  const steps = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];
  return steps.find((each) => each * scale >= pixels) ?? 7200;
}
