// Words and measures the parts of the live map share.

const korean = document.documentElement.lang !== "en";

/** One of two texts, by the page's language. */
export const pick = (ko, en) => (korean ? ko : en);

export const lang = korean ? "ko" : "en";

/** Metres on the ground in one pixel, where the world is 512 pixels wide at zoom 0. */
export const metresPerPixel = (lat, zoom) => (40_075_016.685578 * Math.cos((lat * Math.PI) / 180)) / (512 * 2 ** zoom);

/** Distances people think in, in metres. */
export const ROUND = [20, 50, 100, 200, 300, 500, 1e3, 2e3, 3e3, 5e3, 1e4, 2e4, 3e4, 5e4, 1e5, 2e5, 3e5, 5e5, 1e6];

export const distance = (metres) =>
  metres < 1000 ? `${metres}${pick("", " ")}m` : `${metres / 1000}${pick("", " ")}km`;

/** `3개`, `9개 이상`, `3`, `9 or more`. */
export function units(shown) {
  const least = shown.endsWith("+") ? shown.slice(0, -1) : "";
  return least ? pick(`${least}개 이상`, `${least} or more`) : pick(`${shown}개`, shown);
}
