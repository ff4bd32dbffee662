// The style of an archive of tiles: paper, water, hairlines and quiet names, in the page's own colours, light or dark.
// It reads the schemas of Protomaps (old and new) and of OpenMapTiles.

import { lang } from "./words.js";

/** A MapLibre style. @param about which layers the archive has, if it says so. */
export function paper(frame, ground, about) {
  const colour = coloursOf(frame);
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const fonts = fontsOf(frame, ground);
  const layers = [
    ...land(colour),
    ...water(colour),
    ...houses(colour),
    ...ways(colour),
    ...bounds(colour),
    ...names(colour, fonts, Boolean(ground.sprites)),
  ];
  const known = ({ "source-layer": layer }) => !layer || !about?.layers || about.layers.has(layer);
  return {
    version: 8,
    ...(ground.glyphs && { glyphs: new URL(ground.glyphs, location).href.replace(/%7B/g, "{").replace(/%7D/g, "}") }),
    ...(ground.sprites && { sprite: new URL(`${ground.sprites}/${dark ? "dark" : "light"}`, location).href }),
    sources: { tiles: { type: "vector", url: `pmtiles://${new URL(ground.archive, location).href}` } },
    layers: layers.filter(known),
  };
}

/** The style sheet's colours as red, green and blue, however they were mixed there. */
function coloursOf(frame) {
  const probe = document.createElement("i");
  // Else a colour would be read on its way from the one before.
  probe.style.setProperty("transition", "none", "important");
  frame.append(probe);
  const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
  const ink = canvas.getContext("2d", { willReadFrequently: true });
  const read = (name) => {
    probe.style.color = `var(--${name})`;
    ink.fillStyle = getComputedStyle(probe).color;
    ink.fillRect(0, 0, 1, 1);
    const [red, green, blue] = ink.getImageData(0, 0, 1, 1).data;
    return [red, green, blue];
  };
  const names = ["paper", "water", "hill", "quiet", "way", "board", "line", "ink-2", "none"];
  const colours = Object.fromEntries(names.map((name) => [name, read(name)]));
  probe.remove();
  // Streets are read here, not only felt: a little darker than on the drawn map, which has few.
  const mixed = (one, other, share) => colours[one].map((part, place) => Math.round(part + (colours[other][place] - part) * share));
  Object.assign(colours, { street: mixed("line", "paper", 0.25), road: mixed("line", "none", 0.22), house: mixed("paper", "line", 0.45) });
  return Object.fromEntries(Object.entries(colours).map(([name, parts]) => [name, `rgb(${parts.join(", ")})`]));
}

/** Faces of the operator's glyphs, else the page's own typeface drawn by the browser. */
function fontsOf(frame, ground) {
  const own = getComputedStyle(frame).fontFamily.split(",").map((name) => name.trim().replace(/^["']|["']$/g, ""));
  const face = (name) => (ground.glyphs ? [name] : own.slice(0, 4));
  return { upright: face(ground.upright), slanted: face(ground.slanted) };
}

/** What a thing is: `kind` of Protomaps, before that `pmap:kind`, `class` of OpenMapTiles. */
const KIND = ["coalesce", ["get", "kind"], ["get", "pmap:kind"], ["get", "class"], ["get", "leisure"], ["get", "landuse"], ""];
const is = (...kinds) => ["in", KIND, ["literal", kinds]];
const NAME = [
  "coalesce",
  ["get", `name:${lang}`],
  ...(lang === "en" ? [["get", "name_en"], ["get", "name:latin"]] : []),
  ["get", "name"],
  ["get", "name:en"],
];
const by = (...stops) => ["interpolate", ["exponential", 1.5], ["zoom"], ...stops];
const AREA = ["==", ["geometry-type"], "Polygon"];
const LINE = ["==", ["geometry-type"], "LineString"];
const SPOT = ["==", ["geometry-type"], "Point"];

const GREEN = ["park", "forest", "wood", "nature_reserve", "national_park", "protected_area", "grass", "grassland", "garden",
  "cemetery", "golf_course", "recreation_ground", "village_green", "meadow", "scrub", "farmland", "orchard", "vineyard"];

function land(colour) {
  const green = (layer, filter) => ({
    id: `green-${layer}`,
    type: "fill",
    source: "tiles",
    "source-layer": layer,
    filter: ["all", AREA, filter],
    paint: { "fill-color": colour.hill },
  });
  return [
    { id: "ground", type: "background", paint: { "background-color": colour.paper } },
    ...["landcover", "natural", "landuse"].map((layer) => green(layer, is(...GREEN))),
    green("park", true),
  ];
}

function water(colour) {
  const streams = (layer, filter) => ({
    id: `stream-${layer}`,
    type: "line",
    source: "tiles",
    "source-layer": layer,
    filter: ["all", LINE, filter],
    layout: { "line-cap": "round", "line-join": "round" },
    paint: { "line-color": colour.water, "line-width": by(10, 1, 15, ["match", KIND, ["river", "waterway"], 4, 2]) },
  });
  return [
    { id: "water", type: "fill", source: "tiles", "source-layer": "water", filter: AREA, paint: { "fill-color": colour.water } },
    streams("physical_line", true),
    streams("water", true),
    streams("waterway", true),
  ];
}

function houses(colour) {
  return ["buildings", "building"].map((layer) => ({
    id: layer,
    type: "fill",
    source: "tiles",
    "source-layer": layer,
    minzoom: 14.5,
    filter: AREA,
    paint: { "fill-color": colour.house, "fill-opacity": ["interpolate", ["linear"], ["zoom"], 14.5, 0, 15.5, 1] },
  }));
}

// Wide, lesser and small ways: what each schema calls them, how wide they are by zoom, from which zoom on.
const WAYS = [
  { id: "small", kinds: ["minor_road", "minor", "service", "other", "pedestrian"], width: [13, 0.5, 15, 2.2, 16, 4, 18, 14], from: 13 },
  { id: "lesser", kinds: ["medium_road", "secondary", "tertiary"], width: [10, 0.5, 13, 1.6, 16, 6, 18, 16], from: 10 },
  { id: "wide", kinds: ["major_road", "highway", "motorway", "trunk", "primary"], width: [6, 0.6, 11, 1.4, 13, 3, 16, 8, 18, 20], from: 6 },
];
const FOOT = ["path", "footway", "steps", "corridor", "cycleway", "track"];
const RAIL = ["rail", "railway", "subway", "light_rail", "transit"];

function ways(colour) {
  const kind = ["coalesce", ["get", "kind"], ["get", "pmap:kind"], ["get", "class"], ""];
  const detail = ["coalesce", ["get", "kind_detail"], ["get", "highway"], ["get", "railway"], ""];
  const below = ["any", ["==", ["get", "brunnel"], "tunnel"], ["<", ["to-number", ["get", "pmap:level"], 0], 0], ["==", ["get", "is_tunnel"], true]];
  const walked = ["in", detail, ["literal", FOOT]];
  const line = (layer, { id, kinds, width, from }) => ({
    id: `way-${id}-${layer}`,
    type: "line",
    source: "tiles",
    "source-layer": layer,
    minzoom: from,
    filter: ["all", LINE, ["in", kind, ["literal", kinds]], ["!", below], ["!", walked]],
    layout: { "line-cap": "round", "line-join": "round" },
    paint: { "line-color": id === "small" ? colour.street : colour.road, "line-width": by(...width) },
  });
  const rail = (layer) => ({
    id: `rail-${layer}`,
    type: "line",
    source: "tiles",
    "source-layer": layer,
    minzoom: 11,
    filter: ["all", LINE, ["in", kind, ["literal", RAIL]], ["!", below]],
    paint: { "line-color": colour.road, "line-width": by(11, 0.8, 16, 1.2), "line-dasharray": [6, 3] },
  });
  const roads = ["roads", "transportation"];
  return [...WAYS.flatMap((way) => roads.map((layer) => line(layer, way))), ...["transit", ...roads].map(rail)];
}

/** Where districts meet. */
function bounds(colour) {
  return ["boundaries", "boundary"].map((layer) => ({
    id: layer,
    type: "line",
    source: "tiles",
    "source-layer": layer,
    filter: LINE,
    layout: { "line-join": "round" },
    paint: { "line-color": colour.none, "line-opacity": 0.45, "line-width": by(4, 0.6, 14, 1.4) },
  }));
}

function names(colour, fonts, icons) {
  const halo = { "text-halo-color": colour.paper, "text-halo-width": 1.5 };
  const street = (layer) => ({
    id: `name-${layer}`,
    type: "symbol",
    source: "tiles",
    "source-layer": layer,
    minzoom: 14.5,
    filter: ["all", LINE, ["has", "name"], ["!", is(...FOOT, ...RAIL)]],
    layout: {
      "symbol-placement": "line",
      "text-field": NAME,
      "text-font": fonts.upright,
      "text-size": by(14, 10, 18, 13),
      "text-padding": 12,
      "symbol-spacing": 320,
    },
    paint: { "text-color": colour.quiet, ...halo },
  });
  const wet = (layer, along) => ({
    id: `name-${layer}${along ? "-line" : ""}`,
    type: "symbol",
    source: "tiles",
    "source-layer": layer,
    minzoom: 9,
    filter: ["all", along ? LINE : SPOT, ["has", "name"]],
    layout: {
      ...(along && { "symbol-placement": "line", "symbol-spacing": 420 }),
      "text-field": NAME,
      "text-font": fonts.slanted,
      "text-size": 12,
      "text-letter-spacing": lang === "ko" ? 0.4 : 0.16,
    },
    paint: { "text-color": colour.quiet, "text-halo-color": colour.water, "text-halo-width": 1 },
  });
  const place = (id, layer, filter, size, from, spread, to = 24) => ({
    id: `place-${id}-${layer}`,
    type: "symbol",
    source: "tiles",
    "source-layer": layer,
    minzoom: from,
    maxzoom: to,
    filter: ["all", SPOT, ["has", "name"], filter],
    layout: { "text-field": NAME, "text-font": fonts.upright, "text-size": size, "text-letter-spacing": spread, "text-max-width": 8, "text-padding": 6 },
    paint: { "text-color": id === "city" ? colour["ink-2"] : colour.quiet, ...halo },
  });
  const place_ = ["coalesce", ["get", "place"], ["get", "kind_detail"], ["get", "class"], ["get", "pmap:kind"], ["get", "kind"], ""];
  const sort = (...kinds) => ["in", place_, ["literal", kinds]];
  const district = sort("suburb", "quarter", "neighbourhood", "borough", "macrohood");
  const village = sort("village", "hamlet", "town", "locality");
  return [
    ...["roads", "transportation_name"].map(street),
    wet("physical_line", true),
    wet("water", true),
    wet("waterway", true),
    wet("water", false),
    wet("physical_point", false),
    wet("water_name", false),
    ...["pois", "poi"].map((layer) => station(layer, colour, fonts, halo, icons)),
    ...["places", "place"].flatMap((layer) => [
      place("village", layer, village, 12, 10, 0.04),
      place("district", layer, district, by(11, 11.5, 15, 14), 11, lang === "ko" ? 0.1 : 0.05),
      place("city", layer, sort("city"), by(5, 12, 12, 18), 4, lang === "ko" ? 0.12 : 0.06, 13.5),
    ]),
  ];
}

/** Where trains stop: what people find their way by. */
function station(layer, colour, fonts, halo, icons) {
  const here = ["any", ["in", ["coalesce", ["get", "railway"], ""], ["literal", ["station", "halt"]]], is("station", "railway", "train_station")];
  return {
    id: `station-${layer}`,
    type: "symbol",
    source: "tiles",
    "source-layer": layer,
    minzoom: 13,
    filter: ["all", SPOT, ["has", "name"], here],
    layout: {
      ...(icons && { "icon-image": "train_station", "icon-size": 0.9, "text-anchor": "top", "text-offset": [0, 0.7], "text-optional": true }),
      "text-field": NAME,
      "text-font": fonts.upright,
      "text-size": 11,
      "text-max-width": 8,
    },
    paint: { "text-color": colour["ink-2"], ...halo },
  };
}
