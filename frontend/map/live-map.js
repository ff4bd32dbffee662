// The live map: the same look and the same stores as the drawn one, to be dragged and zoomed. It stands on MapLibre
// and PMTiles, and knows no rule: what a store is called, how much it has and where a click leads came with the page.

import { Map as Ground, addProtocol, setWorkerUrl } from "maplibre-gl";
import { PMTiles, Protocol } from "pmtiles";
import { furnish } from "./furniture.js";
import { paper } from "./paper.js";
import { Spots } from "./spots.js";
import { metresPerPixel, pick } from "./words.js";

/** Pixels across which a drawn sheet's view is told (`Sheet` in the server's basemap). */
const SPANS = { phone: 220, desk: 600 };
/** A ground that has not come by then does not come. */
const PATIENCE = 20_000;

const protocol = new Protocol({ metadata: true });
addProtocol("pmtiles", protocol.tile);

/** Opens the live map in the frame of the drawn one; true once it stands there. */
export async function open(frame) {
  let scene = JSON.parse(frame.dataset.scene);
  setWorkerUrl(new URL(scene.worker, location).href);
  const [about] = await Promise.all([archive(scene.ground), sheet(scene.sheet)]);
  const layer = document.createElement("div");
  layer.className = "live-map";
  layer.inert = true;
  const box = document.createElement("div");
  box.className = "live-ground";
  layer.append(box);
  frame.append(layer);
  const style = () => scene.ground.style || paper(frame, scene.ground, about);
  const ground = new Ground({ container: box, style: style(), ...firstView(frame), ...MANNERS, locale: locale() });
  try {
    await standing(ground, Boolean(scene.ground.style));
  } catch {
    ground.remove();
    layer.remove();
    return false;
  }
  if (!scene.ground.style) {
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => ground.setStyle(style()));
  }

  const spots = new Spots(ground, (code) => document.getElementById(`store-${code}`));
  const owed = scene.ground.attribution || about?.attribution || styled(ground);
  const furniture = furnish(layer, ground, owed, (point) => ask(nearby(scene, point)));
  const show = () => {
    spots.show(scene.stores);
    furniture.show(scene.here);
    // The numbers on the map go on by themselves, as all others on the page do.
    document.dispatchEvent(new Event("shelves"));
  };

  /** The list of another question; the map stays where it is. */
  async function ask(address, push = true) {
    const list = document.querySelector(".locator-side");
    try {
      const answer = await fetch(address);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const [next, map] = [page.querySelector(".locator-side"), page.querySelector(".map[data-scene]")];
      if (!answer.ok || !list || !next || !map) throw new Error("not a list of stores");
      list.replaceWith(next);
      scene = JSON.parse(map.dataset.scene);
      if (push) history.pushState({ map: true }, "", address);
      document.title = page.title;
      show();
      furniture.say(next.querySelector(".locator-about")?.textContent ?? "");
    } catch {
      location.assign(address);
    }
  }

  ground.on("click", (event) => {
    if (event.originalEvent.target.closest?.(".spot")) return;
    ask(nearby(scene, event.lngLat));
  });
  addEventListener("popstate", () => !location.hash && document.querySelector(".locator-side") && ask(location.href, false));

  const focused = document.activeElement?.closest?.(".map-sheet a[href]")?.getAttribute("href");
  show();
  frame.dataset.live = "";
  // What was drawn while nobody could see it may not have been kept.
  requestAnimationFrame(() => ground.triggerRepaint());
  layer.inert = false;
  if (focused) spots.focus(focused);
  return true;
}

const MANNERS = {
  attributionControl: false,
  // Streets stand north up, as on the drawn map.
  dragRotate: false,
  touchPitch: false,
  pitchWithRotate: false,
  maxPitch: 0,
  minZoom: 2,
  maxZoom: 18.5,
  // On a phone one finger goes on moving the page: the list is below.
  cooperativeGestures: !matchMedia("(min-width: 900px)").matches,
};

const locale = () => ({
  "Map.Title": pick("지도, 화살표로 움직이고 +와 -로 크기를 바꿔요", "Map: arrow keys move it, + and - zoom"),
  "CooperativeGesturesHandler.WindowsHelpText": pick("Ctrl을 누른 채 굴리면 커지고 작아져요", "Hold Ctrl and scroll to zoom"),
  "CooperativeGesturesHandler.MacHelpText": pick("⌘을 누른 채 굴리면 커지고 작아져요", "Hold ⌘ and scroll to zoom"),
  "CooperativeGesturesHandler.MobileHelpText": pick("두 손가락으로 지도를 움직여요", "Use two fingers to move the map"),
});

/** What the archive says of itself. Throws where it cannot be read: there is nothing to draw then. */
async function archive(ground) {
  if (!ground.archive) return null;
  const source = new PMTiles(new URL(ground.archive, location).href);
  protocol.add(source);
  const [, said] = await Promise.all([source.getHeader(), source.getMetadata()]);
  const layers = said?.vector_layers?.map((layer) => layer.id);
  return { layers: layers && new Set(layers), attribution: text(said?.attribution) };
}

/** Whom a style's sources are owed to. */
function styled(ground) {
  const sources = Object.keys(ground.getStyle().sources).map((name) => ground.getSource(name)?.attribution);
  return [...new Set(sources.map(text).filter(Boolean))].join(" ");
}

/** Names without the links around them. */
const text = (html) => new DOMParser().parseFromString(html ?? "", "text/html").body.textContent.replace(/\s+/g, " ").trim();

function sheet(href) {
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href });
  return new Promise((done, failed) => {
    Object.assign(link, { onload: done, onerror: failed });
    document.head.append(link);
  });
}

/** The view that is drawn at the moment. */
function firstView(frame) {
  const sheets = [...frame.querySelectorAll(".map-sheet")];
  const shown = sheets.find((sheet) => sheet.offsetParent) ?? sheets[0];
  const [lat, lng, span] = shown.querySelector("[name=view]").value.split(",").map(Number);
  const across = SPANS[shown.querySelector("[name=sheet]").value] ?? SPANS.desk;
  return { center: [lng, lat], zoom: Math.log2(metresPerPixel(lat, 0) / ((span * 1000) / across)) };
}

/** Settles once the ground is drawn; a style that cannot be had is a failure, a tile that is missing is none. */
function standing(ground, foreign) {
  return new Promise((done, failed) => {
    const timer = setTimeout(() => failed(new Error("too slow")), PATIENCE);
    ground.on("error", () => foreign && !ground.isStyleLoaded() && failed(new Error("no style")));
    ground.once("idle", () => (clearTimeout(timer), done()));
  });
}

function nearby(scene, { lat, lng }) {
  const query = new URLSearchParams(scene.keep);
  query.set("near", `${lat.toFixed(5)},${(((lng + 540) % 360) - 180).toFixed(5)}`);
  return `${scene.action}?${query}`;
}
