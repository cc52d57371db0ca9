// What the server sends to the page of a take, and what its scripts pass to each other. Times are seconds of the take.
// Nothing loads this file: it is for `make check` and for readers.

export type PlayerName = "child" | "child2" | "therapist" | "partner";

/** A stretch of the take; a moment where both ends are the same. */
export interface Span {
  first: number;
  last: number;
}

export interface Loop extends Span {
  on: boolean;
}

export interface Marker extends Span {
  id: string;
}

export interface Remark extends Span {
  id: string;
  words: string;
}

/** A remark or a marker in the list of what is written; `kind` is its part of the address. */
export interface Entry extends Span {
  id: string;
  kind: "markers" | "remarks";
  words?: string;
}

/** Whether a proposed moment was accepted. */
export interface Verdict extends Span {
  id: string;
  kind: string;
  accepted: boolean;
}

/** A link from the session's note or a goal, whose words are `to`. */
export interface Link extends Span {
  id: string;
  to: string;
}

export interface Goal {
  id: string;
  words: string;
}

/** Everything that people wrote about a take. */
export interface Writings {
  markers: Marker[];
  remarks: Remark[];
  verdicts: Verdict[];
  links: Link[];
  goals: Goal[];
}

/** A moment that is proposed, with its evidence in words. */
export interface Moment extends Span {
  id?: undefined;
  kind: string;
  label: string;
  evidence: string;
}

/** What somebody chose at the bed: `by` is "child" or an adult. */
export interface Choice {
  seconds: number;
  what: string;
  which: string;
  by: string;
}

/** One player's notes, in order of onset; `again` lists the rows that a replay played. */
export interface Columns {
  onset: number[];
  duration: number[];
  key: number[];
  velocity: number[];
  again: number[];
}

/** A take as the server sends it. */
export interface Take extends Writings {
  players: PlayerName[];
  notes: Partial<Record<PlayerName, Columns>>;
  gaps: [number, number][];
  choices: Choice[];
}

/** One curve of a chart; a value is null where there is no data. */
export interface Curve {
  player: PlayerName | "";
  label: string;
  values: (number | null)[];
}

/** A chart of curves at the times `t`, with the band or the mean that chance gives. */
export interface Chart {
  name: string;
  group: string;
  title: string;
  unit: string;
  means: string;
  t: number[];
  lines: Curve[];
  band?: { low: number; high: number };
  chance?: number;
  least?: number;
  most?: number;
}

/** A mark in one of the lanes below the roll. */
export interface LaneMark extends Span {
  row: number;
  text: string;
  shape: "circle" | "diamond" | "flag" | "square";
  colour: PlayerName | "edge" | "ink" | "main";
  hollow?: boolean;
}

/** The colours of one player: of lines, of fills, and of notes from soft to loud. */
export interface PlayerInk {
  strong: string;
  fill: string;
  levels: string[];
}

/** The page's colours and font. */
export interface Ink {
  ground: string;
  card: string;
  raised: string;
  ink: string;
  soft: string;
  line: string;
  edge: string;
  main: string;
  wash: string;
  focus: string;
  font: string;
  players: Record<PlayerName, PlayerInk>;
}
