// The one time axis: which span of the take is seen, and where on the screen each second of it lies.

/** Pixels left of the axis, where rows bear their names. */
export const GUTTER = 52;
const RIGHT = 6;
const SHORTEST = 2;

export class Axis {
  /** `changed` is called whenever another span is seen. */
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

  x(seconds) {
    return GUTTER + (seconds - this.start) * this.scale;
  }

  at(x) {
    return Math.min(Math.max(this.start + (x - GUTTER) / this.scale, 0), this.seconds);
  }

  sees(seconds) {
    return seconds >= this.start && seconds <= this.end;
  }

  show(start, span) {
    span = Math.min(Math.max(span, SHORTEST), this.seconds);
    start = Math.min(Math.max(start, 0), this.seconds - span);
    if (start === this.start && span === this.span) return;
    this.start = start;
    this.span = span;
    this.changed();
  }

  /** See more (factor below 1) or less, while the second `around` stays where it is. */
  zoom(factor, around) {
    const span = Math.min(Math.max(this.span / factor, SHORTEST), this.seconds);
    this.show(around - ((around - this.start) / this.span) * span, span);
  }

  pan(seconds) {
    this.show(this.start + seconds, this.span);
  }

  /** Turn the page so that a second is near the left edge, if it is not seen. */
  follow(seconds) {
    if (!this.sees(seconds)) this.show(seconds - this.span * 0.06, this.span);
  }
}

/** Write seconds as a player does: 0:07, 12:40.5, 1:02:03. */
export function clock(seconds, digits = 0) {
  const unit = 10 ** digits;
  const all = Math.round(Math.max(seconds, 0) * unit);
  const minutes = Math.floor(all / unit / 60);
  const rest = (all / unit - minutes * 60).toFixed(digits).padStart(digits ? digits + 3 : 2, "0");
  const hours = Math.floor(minutes / 60);
  return hours ? `${hours}:${String(minutes % 60).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

/** Return a step of time, as people count it, that is at least so many pixels wide. */
export function step(scale, pixels) {
  const steps = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];
  return steps.find((each) => each * scale >= pixels) ?? 7200;
}
