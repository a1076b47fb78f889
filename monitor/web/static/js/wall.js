/** The wall: every chair at once, read from across the room. */

import { byId, mark } from "./dom.js";
import { Keys } from "./keys.js";
import { ROTATE_MS, inStep } from "./message.js";
import { Shell } from "./shell.js";
import { TileView } from "./tile.js";
import { TrendView } from "./trend.js";

/** Most chairs a density takes, with its columns and rows; beyond the last use a second screen. */
const GRIDS = [
  { most: 1, density: "1", columns: 1, rows: 1 },
  { most: 2, density: "6", columns: 2, rows: 1 },
  { most: 4, density: "6", columns: 2, rows: 2 },
  { most: 6, density: "6", columns: 3, rows: 2 },
  { most: 12, density: "12", columns: 4, rows: 3 },
  { most: 24, density: "24", columns: 6, rows: 4 },
];
const CHAIRS_MOST = 24;

class WallPage {
  /** @param {Shell} shell */
  constructor(shell) {
    this._shell = shell;
    this._grid = byId("tiles");
    /** @type {TileView[]} */
    this._tiles = [];
    /** @type {TrendView|null} */
    this._trend = null;
    this._columns = 1;
    setInterval(() => this._turn(), ROTATE_MS / 10);
    new Keys({
      labels: () => this._shell.stream.wall?.tiles.map((tile) => tile.label) ?? [],
      open: (label) => this._open(label),
      move: (step) => this._move(step),
      columns: () => this._columns,
      acknowledge: () => this._focused()?.acknowledge(),
      pause: () => this._focused()?.pause(),
      go: () => this._focused()?.go(),
    });
  }

  /** @param {import("./contract.js").Wall} wall */
  draw(wall) {
    const tiles = portion(wall.tiles);
    const chairs = tiles.map((tile) => tile.chair).join("\n");
    if (chairs !== this._tiles.map((view) => view.chair).join("\n")) this._layout(tiles);
    tiles.forEach((tile, place) => this._tiles[place]?.draw(tile));
    this._trend?.refresh();
    inStep();
  }

  blank() {
    for (const tile of this._tiles) tile.blank();
    this._trend?.blank();
  }

  /** @param {import("./contract.js").Tile[]} tiles */
  _layout(tiles) {
    const grid = GRIDS.find((one) => tiles.length <= one.most) ?? GRIDS.at(-1);
    if (!grid) return;
    this._columns = grid.columns;
    mark(document.body, "density", grid.density);
    this._grid.style.setProperty("--columns", String(grid.columns));
    this._grid.style.setProperty("--rows", String(grid.rows));
    this._tiles = tiles.map((tile) => new TileView(this._shell.acts, tile.chair));
    this._grid.replaceChildren(...this._tiles.map((view) => view.element));
    this._layoutTrend();
  }

  /** A single chair has room for its trend. */
  _layoutTrend() {
    const [only, second] = this._tiles;
    this._trend = only && !second ? new TrendView(only.chair) : null;
    if (only && this._trend) only.element.append(this._trend.element);
  }

  _turn() {
    for (const tile of this._tiles) tile.turn();
    inStep();
  }

  /** @param {string} label */
  _open(label) {
    const place = this._shell.stream.wall?.tiles.find((tile) => tile.label === label);
    if (place) window.location.assign(`/chair/${encodeURIComponent(place.chair)}`);
  }

  _focused() {
    return this._tiles.find((tile) => tile.element.contains(document.activeElement));
  }

  /** @param {number} step */
  _move(step) {
    const focused = this._focused();
    const at = focused ? this._tiles.indexOf(focused) + step : 0;
    this._tiles[Math.max(0, Math.min(at, this._tiles.length - 1))]?.focus();
  }
}

/**
 * The chairs of this screen: `/?screen=2` shows the second two dozen.
 * @param {import("./contract.js").Tile[]} tiles
 */
function portion(tiles) {
  const screen = Number(new URLSearchParams(window.location.search).get("screen") ?? "1") || 1;
  return tiles.slice((screen - 1) * CHAIRS_MOST, screen * CHAIRS_MOST);
}

new Shell((shell) => new WallPage(shell));
