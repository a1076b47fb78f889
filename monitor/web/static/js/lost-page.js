/**
 * MONITORING LOST where a page was asked for and no service answered (`lost-worker.js`).
 *
 * It counts, sounds as every page does when its service is lost, asks for the
 * service, and loads the page that was asked for as soon as there is an answer.
 */

import { byId, mark, write } from "./dom.js";
import { LostScreen } from "./lost.js";
import { Sounder } from "./sound.js";

const ASK_MS = 2_000;
const DRAW_MS = 250;
const OWN = "/lost/page";

const screen = new LostScreen();
const button = byId("sound");
let attempts = 1;

/** @param {import("./sound.js").SoundState} state */
function drawSound(state) {
  mark(button, "state", state);
  write(button, state === "on" ? "SOUND ON" : "SOUND OFF - TAP TO TURN ON");
  // Another page of this browser sounds already.
  button.hidden = state === "elsewhere";
}

function draw() {
  screen.draw("lost", performance.now(), attempts, "");
  drawSound(sounder.state);
}

async function ask() {
  attempts += 1;
  try {
    const options = { cache: /** @type {const} */ ("no-store"), signal: AbortSignal.timeout(ASK_MS) };
    if ((await fetch(OWN, options)).ok) comeBack();
  } catch {
    // Not yet.
  }
}

function comeBack() {
  if (window.location.pathname === OWN) window.location.replace("/");
  else window.location.reload();
}

const sounder = new Sounder(() => undefined);
sounder.lose();
draw();
setInterval(draw, DRAW_MS);
setInterval(() => void ask(), ASK_MS);
