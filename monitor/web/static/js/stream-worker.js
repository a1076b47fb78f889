/**
 * The one stream of this browser, shared by all its pages.
 *
 * In a worker because its timers are not slowed in hidden pages, and shared
 * because a browser opens at most six connections to one server: seven pages
 * with a stream each would leave an acknowledgement waiting for ever. Runs as
 * a dedicated worker too, where shared ones do not exist.
 */

import { Connection } from "./connection.js";
import { merged } from "./merge.js";

const TICK_MS = 250;
const FRESH_MS = 2_000;

/**
 * @typedef {object} Port
 * @property {(message: unknown) => void} postMessage
 * @property {((message: MessageEvent) => void)|null} onmessage
 */

/** @type {Set<Port>} */
const ports = new Set();
/** @type {import("./contract.js").Wall|null} */
let wall = null;
let wall_generation = 0;

const connection = new Connection("/api/stream", (event) => {
  if (event.name === "snapshot") {
    wall = /** @type {import("./contract.js").Wall} */ (event.data);
    wall_generation = event.generation;
  } else if (event.name === "delta" && wall && wall_generation === event.generation) {
    wall = merged(wall, /** @type {import("./contract.js").Delta} */ (event.data));
  }
  for (const port of ports) port.postMessage({ kind: "event", ...event });
});

/** @param {Port} port */
function join(port) {
  ports.add(port);
  port.onmessage = (message) => heed(port, message.data);
  const fresh = wall_generation === connection.generation && connection.silent_ms() < FRESH_MS;
  if (wall && fresh) {
    port.postMessage({
      kind: "event",
      generation: wall_generation,
      name: "snapshot",
      data: wall,
    });
  }
}

/**
 * @param {Port} port
 * @param {{kind: string, after?: number}} request "reopen" asks for a connection newer than `after`
 */
function heed(port, request) {
  if (request.kind === "bye") ports.delete(port);
  if (request.kind === "reopen" && connection.generation <= (request.after ?? 0)) {
    connection.open();
  }
}

setInterval(() => {
  connection.check();
  for (const port of ports) port.postMessage({ kind: "tick", attempts: connection.attempts });
}, TICK_MS);
connection.open();

if ("onconnect" in self) {
  self.addEventListener("connect", (event) => {
    const port = /** @type {MessageEvent} */ (event).ports[0];
    if (port) join(port);
  });
} else {
  join(/** @type {Port} */ (/** @type {unknown} */ (self)));
}
