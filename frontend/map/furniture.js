// What stands on and below the live map besides stores: buttons, the scale, whom the ground is owed to, the shopper's place with
// rings around it, and the question that follows a map that was moved.

import { ROUND, distance, metresPerPixel, pick } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";
/** Circles further out than this would not be circles on the map. */
const ROUND_EARTH = 300_000;

const BUTTONS = [
  ["wider", "M5 12h14", () => pick("넓게 보기", "Zoom out"), (ground) => ground.zoomOut()],
  ["closer", "M5 12h14M12 5v14", () => pick("가까이 보기", "Zoom in"), (ground) => ground.zoomIn()],
];

/** Puts it all there. `ask` is called with a point to search around. */
export function furnish(layer, ground, owed, ask) {
  const moves = made("div", { className: "map-moves", role: "group", ariaLabel: pick("지도 움직이기", "Move the map") });
  for (const [name, path, label, deed] of BUTTONS) {
    const button = made("button", { className: `map-move map-${name}`, type: "button", ariaLabel: label(), title: label() });
    const icon = drawn("svg", { viewBox: "0 0 24 24", width: 20, height: 20, "aria-hidden": true });
    icon.append(drawn("path", { d: path }));
    button.append(icon);
    button.addEventListener("click", () => deed(ground));
    moves.append(button);
  }

  const again = made("button", { className: "live-again", type: "button", hidden: true });
  again.textContent = pick("이 둘레에서 다시 찾기", "Search this area");
  again.addEventListener("click", () => {
    again.hidden = true;
    ask(ground.getCenter());
  });
  // Only a hand that moves the map raises the question.
  ground.on("moveend", (event) => event.originalEvent && document.querySelector(".locator-side") && (again.hidden = false));

  const foot = made("p", { className: "map-foot" });
  const scale = made("span", { className: "map-scale", ariaHidden: "true" });
  const bar = drawn("svg", { height: 5 });
  const line = drawn("path", {});
  const long = document.createTextNode("");
  bar.append(line);
  scale.append(bar, long);
  foot.append(scale);
  if (owed) foot.append(Object.assign(document.createElement("span"), { className: "map-owed", textContent: owed }));

  const said = made("p", { className: "quiet", role: "status" });
  const rings = drawn("svg", { class: "live-rings", "aria-hidden": true });
  ground.getCanvasContainer().append(rings);
  const strip = made("div", { className: "map-bar" });
  strip.append(foot, moves);
  layer.append(strip, again, said);

  let here = null;
  const draw = () => {
    measure(ground, bar, line, long);
    rings.replaceChildren(...(here ? around(ground, here) : []));
  };
  ground.on("move", draw);
  ground.on("resize", draw);
  return {
    show(point) {
      here = point && { lat: point[0], lng: point[1] };
      draw();
    },
    say(words) {
      again.hidden = true;
      said.textContent = words;
    },
  };
}

function measure(ground, bar, line, long) {
  const perPixel = metresPerPixel(ground.getCenter().lat, ground.getZoom());
  const metres = ROUND.findLast((metres) => metres / perPixel <= 96) ?? ROUND[0];
  const width = metres / perPixel;
  bar.setAttribute("width", width.toFixed(1));
  line.setAttribute("d", `M.75 0v4.25h${(width - 1.5).toFixed(1)}V0`);
  if (long.data !== distance(metres)) long.data = distance(metres);
}

/** The shopper's place, and up to three distances around it. */
function around(ground, here) {
  const { x, y } = ground.project(here);
  const { clientWidth, clientHeight } = ground.getContainer();
  const widest = Math.min(clientWidth, clientHeight) * 0.62;
  const perPixel = metresPerPixel(here.lat, ground.getZoom());
  const parts = [];
  let last = 0;
  for (const metres of ROUND) {
    const r = metres / perPixel;
    if (metres > ROUND_EARTH || r < 44 || r > widest || r < last * 1.6 || parts.length === 6) continue;
    last = r;
    parts.push(drawn("circle", { class: "map-ring", cx: x, cy: y, r }));
    const label = drawn("text", { class: "map-km", x, y: y - r - 5 });
    label.textContent = distance(metres);
    parts.push(label);
  }
  parts.push(drawn("circle", { class: "map-here-halo", cx: x, cy: y, r: 17 }));
  parts.push(drawn("circle", { class: "map-here", cx: x, cy: y, r: 7 }));
  return parts;
}

const made = (name, { role, ariaLabel, ariaHidden, ...rest }) => {
  const element = Object.assign(document.createElement(name), rest);
  if (role) element.setAttribute("role", role);
  if (ariaLabel) element.setAttribute("aria-label", ariaLabel);
  if (ariaHidden) element.setAttribute("aria-hidden", ariaHidden);
  return element;
};

function drawn(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    element.setAttribute(key, typeof value === "number" ? String(Math.round(value * 10) / 10) : value);
  }
  return element;
}
