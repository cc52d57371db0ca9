// The page of a take: everything joined together.

import { ask } from "./ask.js";
import { clock } from "./axis.js";
import { Deck } from "./deck.js";
import { keys, release } from "./keys.js";
import { Notes } from "./notes.js";
import { head, offer } from "./offer.js";
import { Player } from "./player.js";
import { Scene } from "./scene.js";
import { fill } from "./table.js";
import { Written } from "./written.js";

const BEHIND = 6;
const find = (id) => document.getElementById(id);
const { take, seconds: length } = find("take").dataset;
const seconds = Number(length);

const says = (words) => {
  find("says").textContent = words;
};
const fault = (words) => {
  find("fault").textContent = words;
  find("fault").hidden = !words;
};

async function begin() {
  const given = await ask(`/api/takes/${take}`);
  const notes = new Notes(given.notes);
  const player = new Player(take, given.players, seconds, find("sounds"), () => deck?.show());
  const scene = new Scene(seconds, player, {
    seek: (to) => deck.seek(to),
    loop: (first, last, done) => deck.loop(first, last, done),
    open: (thing) => deck.land(thing),
    behind: (at, title) => behind(at, title),
    seen: () => find("text").open && fill(find("table"), notes, scene.axis.start, scene.axis.end),
  });
  const written = new Written(take, { go: (thing) => deck.land(thing), changed: () => lay(), say: says, fault });
  const deck = new Deck(take, player, scene, written, says, fault);

  /** Hear the six seconds behind a moment, and list their notes. */
  const behind = (at, title) => {
    const first = Math.max(at - BEHIND, 0);
    player.span(first, at);
    find("behind").hidden = false;
    find("behind-title").textContent = `Notes behind ${title} at ${clock(at)}`;
    fill(find("behind-table"), notes, first, at);
  };

  /** Lay everything that has a moment into the lanes. */
  const lay = () => {
    const proposed = written.moments.map((moment) => {
      const verdict = written.verdict(moment);
      return { ...moment, row: 0, text: moment.label, shape: "diamond", colour: verdict && !verdict.accepted ? "edge" : "main", hollow: !verdict?.accepted };
    });
    const things = written.things.map((thing) => {
      const remark = thing.kind === "remarks";
      return { ...thing, row: 1, text: remark ? thing.words : "", shape: remark ? "circle" : "flag", colour: "ink" };
    });
    const choices = given.choices.map((choice) => {
      const child = choice.by === "child";
      const text = chosen(choice);
      return { first: choice.seconds, last: choice.seconds, row: 2, text, shape: child ? "circle" : "square", colour: child ? "child" : "therapist" };
    });
    const inOrder = (list) => list.sort((one, other) => one.first - other.first);
    scene.lanes.things = [...inOrder(proposed), ...inOrder(things), ...inOrder(choices)];
    scene.redraw();
  };

  if (given.choices.length) scene.lanes.names.push("Choices");
  scene.take(notes, given.players, given.gaps);
  scene.measure();
  written.take(given);
  ledger(given.choices, deck);
  deck.begin();
  keys(deck.keys(() => behind(player.position, "here")), find("keys"));
  find("behind-close").addEventListener("click", () => {
    find("behind").hidden = true;
  });
  find("text").addEventListener("toggle", () => scene.hooks.seen());

  const frame = () => {
    player.tick();
    deck.draw();
    scene.draw();
    requestAnimationFrame(frame);
  };
  frame();
  document.documentElement.dataset.usable = String(Math.round(performance.now()));

  // The curves come after what is needed to listen.
  const measured = await ask(`/api/takes/${take}/measures`);
  const frames = measured.frames.map((each) => ({ ...each, t: measured.t }));
  offer(frames, (wanted) => {
    scene.show(wanted, (each) => head(each, () => behind(player.position, each.title)));
    scene.tell();
  });
  const { moments } = await ask(`/api/takes/${take}/moments`);
  find("proposed").hidden = !moments;
  written.propose(moments ?? []);
  document.documentElement.dataset.whole = String(Math.round(performance.now()));
}

/** List the choices, and say how many were a child's. */
function ledger(choices, deck) {
  if (!choices.length) return;
  const own = choices.filter((choice) => choice.by === "child").length;
  find("choices-share").textContent = `${own} of ${choices.length} choices were the child’s, ${choices.length - own} an adult’s.`;
  find("choices-list").hidden = false;
  find("choices").replaceChildren(
    ...choices.map((choice) => {
      const item = document.createElement("li");
      const button = document.createElement("button");
      button.type = "button";
      button.className = "go";
      const by = document.createElement("span");
      by.className = `by ${choice.by === "child" ? "child" : "therapist"}`;
      const when = document.createElement("time");
      when.textContent = clock(choice.seconds, 1);
      button.append(when, by, `${choice.by === "child" ? "Child" : "Adult"}: ${chosen(choice)}`);
      button.addEventListener("click", (event) => {
        deck.land({ first: choice.seconds, last: choice.seconds });
        release(event);
      });
      item.append(button);
      return item;
    }),
  );
}

function chosen(choice) {
  return choice.which ? `${choice.what} ${choice.which}` : choice.what;
}

begin().catch((problem) => fault(problem.message));
