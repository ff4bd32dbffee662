// Stores on the live map as little shelves with what stands on them. Those that would cover one another share one that
// leads closer. Numbers are the page's own: they carry `data-stock`, and the loader keeps them true.

import { pick, units } from "./words.js";

/** Shelves nearer than this would cover each other: half of what is as wide as a number, or as the things drawn on it. */
const APART = { counted: 24, plain: 20, y: 58 };
/** How long the stem of a shelf is that stands over the chosen store's. */
const LIFTED = "68px";
/** Room for a name beside what is there already. */
const NAME = { height: 16, letter: { ko: 11, en: 7 } };
const THINGS = "M0 15h5V2H0zm7 0h5V6H7zm7 0h5V4h-5z";
/** Places that no zoom tells apart. */
const DEEPEST = 17.5;

export class Spots {
  /** @param row finds the list's row of a store. */
  constructor(ground, row) {
    this.ground = ground;
    this.row = row;
    this.board = Object.assign(document.createElement("div"), { className: "live-spots" });
    ground.getCanvasContainer().append(this.board);
    this.alone = [];
    this.together = [];
    ground.on("move", () => this.place());
    ground.on("zoomend", () => this.arrange());
    ground.on("resize", () => this.arrange());
    this.heed();
  }

  show(stores) {
    this.alone = stores.map((store) => ({ store, members: [], element: shelf(store), lngLat: [store.at[1], store.at[0]] }));
    this.board.replaceChildren(...this.alone.map(({ element }) => element));
    this.arrange();
    this.tell();
  }

  /** Who shares a shelf with whom. The list's order is the order of importance; the chosen store stands alone. */
  arrange() {
    const left = this.together.find(({ element }) => element === document.activeElement);
    for (const { element } of this.together) element.remove();
    this.together = [];
    const leads = [];
    const order = [...this.alone].sort((a, b) => b.store.selected - a.store.selected);
    for (const spot of order) {
      spot.at = this.ground.project(spot.lngLat);
      spot.members = [spot];
      const near = (other) => Math.abs(other.at.x - spot.at.x) < half(other) + half(spot) && Math.abs(other.at.y - spot.at.y) < APART.y;
      const lead = leads.find((other) => !other.store.selected && near(other));
      const crowded = leads.some((other) => other.store.selected && near(other));
      spot.element.style.setProperty("--stem", crowded ? LIFTED : "");
      if (lead) lead.members.push(spot);
      else leads.push(spot);
      spot.element.hidden = Boolean(lead);
    }
    for (const lead of leads.filter(({ members }) => members.length > 1)) {
      const had = document.activeElement === lead.element;
      lead.element.hidden = true;
      const many = { ...lead, element: bundle(() => this.closer(lead.members)) };
      many.element.style.setProperty("--stem", lead.element.style.getPropertyValue("--stem"));
      this.board.append(many.element);
      this.together.push(many);
      if (had) many.element.focus();
    }
    this.count();
    this.place();
    this.names();
    // Who opened a shared shelf goes on from the first store on it.
    if (left && document.activeElement === document.body) this.standing(left.members[0])?.focus();
  }

  /** The shelf a store stands on now: its own or a shared one. */
  standing(spot) {
    return spot.element.hidden ? this.together.find(({ members }) => members.includes(spot))?.element : spot.element;
  }

  /** Where each stands now. One that cannot be seen and pressed as a whole is out of the tab order, too. */
  place() {
    const { clientWidth: width, clientHeight: height } = this.ground.getContainer();
    for (const spot of [...this.alone, ...this.together]) {
      if (spot.element.hidden) continue;
      const { x, y } = this.ground.project(spot.lngLat);
      const seen = x > 10 && x < width - 10 && y > 20 && y < height + 8;
      spot.element.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`;
      spot.element.toggleAttribute("data-away", !seen && document.activeElement !== spot.element);
    }
  }

  /** A name is written where it covers neither a shelf nor another name. */
  names() {
    const leads = [...this.alone, ...this.together].filter(({ element }) => !element.hidden);
    const taken = leads.map(({ at }) => ({ left: at.x - 22, right: at.x + 22, top: at.y - 40, bottom: at.y + 3 }));
    for (const { store, members, at, element } of leads) {
      const name = element.querySelector(".spot-name");
      if (!name || members.length > 1) continue;
      const wide = [...store.label].reduce((sum, letter) => sum + (letter > "\u1100" ? NAME.letter.ko : NAME.letter.en), 6);
      const frame = { left: at.x - wide / 2, right: at.x + wide / 2, top: at.y + 3.1, bottom: at.y + 3 + NAME.height };
      const free = !taken.some((other) => other.left < frame.right && other.right > frame.left && other.top < frame.bottom && other.bottom > frame.top);
      name.hidden = !free;
      if (free) taken.push(frame);
    }
  }

  /** What stands on shared shelves, and what each says to who listens. */
  count() {
    for (const { members, element } of this.together) {
      const shown = members.map((spot) => number(spot.element)).filter((text) => text !== "");
      const sum = shown.reduce((sum, text) => sum + parseInt(text, 10), 0);
      const more = shown.some((text) => text.endsWith("+")) ? "+" : "";
      const level = ["in_stock", "low", "out"].find((level) => members.some((spot) => spot.element.dataset.level === level));
      element.dataset.level = level ?? "plain";
      put(element.querySelector(".spot-count"), shown.length ? `${sum}${more}` : String(members.length));
      const stores = pick(`매장 ${members.length}곳`, `${members.length} stores`);
      const stock = !shown.length ? [] : [sum ? pick(`모두 ${units(`${sum}${more}`)}`, `${units(`${sum}${more}`)} in all`) : pick("재고 없음", "none left")];
      label(element, [stores, ...stock, pick("가까이 보기", "zoom in")]);
      put(element.querySelector(".spot-name"), shown.length ? pick(`${members.length}곳`, stores) : "");
    }
  }

  tell() {
    for (const { store, element } of this.alone) {
      const shown = number(element);
      const out = element.dataset.level === "out";
      const stock = element.dataset.level === "plain" ? "" : out ? pick("재고 없음", "none left") : pick(units(shown), `${units(shown)} in stock`);
      label(element, [store.name, stock, store.way].filter(Boolean));
    }
  }

  /** Nearer to those that share a shelf; where no map tells them apart, to the first of them in the list. */
  closer(members) {
    const same = members.every((spot) => spot.lngLat.every((degree, axis) => Math.abs(degree - members[0].lngLat[axis]) < 1e-5));
    if (same || this.ground.getZoom() >= DEEPEST) {
      const row = members.map(({ store }) => this.row(store.code)).find(Boolean);
      if (!row) return location.assign(members[0].store.href);
      return row.querySelector("a[href]").focus();
    }
    const edges = members.reduce(([[w, s], [e, n]], { lngLat: [x, y] }) => [[Math.min(w, x), Math.min(s, y)], [Math.max(e, x), Math.max(n, y)]], [[180, 90], [-180, -90]]);
    this.ground.fitBounds(edges, { padding: { top: 70, bottom: 40, left: 60, right: 60 }, maxZoom: DEEPEST });
  }

  /** List and map in step: what is pointed at in the one is shown in the other; numbers follow the page's. */
  heed() {
    const own = (event) => this.alone.find(({ element }) => element === event.target.closest?.(".spot"))?.store.code;
    const listed = (event) => event.target.closest?.(".store-row")?.id.replace(/^store-/, "");
    const light = (code) => {
      for (const { store, members, element } of [...this.alone, ...this.together]) {
        element.toggleAttribute("data-lit", code !== undefined && (store.code === code || members.some((spot) => spot.store.code === code)));
      }
    };
    const mark = (code) => {
      for (const row of document.querySelectorAll(".store-row")) row.toggleAttribute("data-lit", row.id === `store-${code}`);
    };
    for (const sign of ["pointerover", "focusin"]) {
      document.addEventListener(sign, (event) => light(listed(event)), { passive: true });
      document.addEventListener(sign, (event) => mark(own(event)), { passive: true });
    }
    const changes = new MutationObserver(() => {
      this.tell();
      this.count();
      changes.takeRecords();
    });
    changes.observe(this.board, { subtree: true, childList: true, characterData: true, attributeFilter: ["data-level"] });
  }

  /** The shelf of the store whose page is there. */
  focus(href) {
    const spot = this.alone.find(({ store }) => store.href === href);
    if (spot) this.standing(spot)?.focus();
  }
}

const half = ({ store }) => (store.shown === "" ? APART.plain : APART.counted);
const number = (element) => element.querySelector(".spot-count")?.textContent ?? "";
const label = (element, words) => {
  const text = words.join(", ");
  if (element.getAttribute("aria-label") !== text) element.setAttribute("aria-label", text);
};
const put = (element, text) => element.textContent !== text && (element.textContent = text);

function made(name, className, text = "") {
  return Object.assign(document.createElement(name), { className, textContent: text });
}

function shelf(store) {
  const element = Object.assign(made("a", "spot"), { href: store.href, draggable: false });
  element.dataset.level = store.level ?? "plain";
  if (store.selected) element.setAttribute("aria-current", "true");
  if (store.stock) element.dataset.shelf = "";
  const card = made("span", "spot-card");
  if (store.shown === "") {
    const things = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    things.setAttribute("viewBox", "0 0 19 15");
    things.setAttribute("class", "spot-things");
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", THINGS);
    things.append(path);
    card.append(things);
  } else {
    const count = made("b", "spot-count", store.shown);
    if (store.stock) count.dataset.stock = store.stock;
    card.append(count);
  }
  element.append(card, made("span", "spot-name", store.label));
  return element;
}

/** Several stores on one shelf. */
function bundle(closer) {
  const element = Object.assign(made("button", "spot spot-many"), { type: "button" });
  const card = made("span", "spot-card");
  card.append(made("b", "spot-count"));
  element.append(card, made("span", "spot-name"));
  element.addEventListener("click", closer);
  return element;
}
