// What the first visit of each kind of page transfers, as the browser counts it on the wire (headers included, text in
// brotli): until the page is loaded, what comes by itself once the browser is idle, and with the first tap.
// `cargo xtask bench bytes` starts the shop and this, and names in BUDGETS what was weighed against `xtask/budget.toml`.
// Ends with 1 where a budget is missed.

import { createRequire } from "node:module";
import { randomUUID } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";

const require = createRequire(new URL("../../end2end/package.json", import.meta.url));
const { chromium } = require("playwright-core");

const base = process.env.BASE_URL;
const budgets = JSON.parse(process.env.BUDGETS);
const SKU = "JJ-KT-0120-MO";

// The store that has most of it: the demo's till sells the others' last ones.
const { stores } = await (await fetch(`${base}/api/v1/products/${SKU}/availability`)).json();
const store = stores.toSorted((a, b) => b.available - a.available)[0].store.code;
const BASKET = { name: "basket", value: `${SKU}:1`, url: base };

// The address with its token opens an order's page.
async function order() {
  const body = { groups: [{ way: "collect", store, lines: [{ sku: SKU, quantity: 1 }] }], contact: { name: "김민지", phone: "010-1234-5678" } };
  const headers = { "content-type": "application/json", "idempotency-key": randomUUID() };
  const answer = await fetch(`${base}/api/v1/orders`, { method: "POST", headers, body: JSON.stringify(body) });
  if (answer.status !== 201) throw new Error(`an order for its page: ${answer.status} ${await answer.text()}`);
  const { number, token } = await answer.json();
  return `/orders/${number}?t=${token}`;
}

const PAGES = {
  home: ["/"],
  category: ["/category/kitchen"],
  search: ["/search?q=%EC%A3%BC%EC%A0%84%EC%9E%90"],
  product: ["/p/enamel-kettle"],
  store: [`/stores/${store}`],
  locator: ["/stores"],
  basket: ["/basket", BASKET],
  checkout: [`/checkout?sku=${SKU}&store=${store}&way=collect`],
  order: [await order()],
};

const isCode = (kind) => kind === "script" || kind === "wasm";
const KINDS = ["page", "style", "font", "picture", "script", "wasm", "rest"];
const OF_TYPE = { Document: "page", Stylesheet: "style", Font: "font", Image: "picture", Script: "script" };
const kindOf = (type, url) => (new URL(url).pathname.endsWith(".wasm") ? "wasm" : (OF_TYPE[type] ?? "rest"));

/** Hears what comes over the wire; each request belongs to the phase it was begun in. */
class Wire {
  phase = "loaded";
  requests = new Map();

  async listen(cdp) {
    await cdp.send("Network.enable");
    cdp.on("Network.requestWillBeSent", ({ requestId, type, request, redirectResponse }) => {
      // A redirect goes on under the same id.
      const before = redirectResponse ? (this.requests.get(requestId)?.bytes ?? 0) + redirectResponse.encodedDataLength : 0;
      if (/^(data|blob):/.test(request.url)) return;
      this.requests.set(requestId, { kind: kindOf(type, request.url), phase: this.phase, bytes: before, before, head: 0 });
    });
    const add = (requestId, bytes) => this.requests.has(requestId) && (this.requests.get(requestId).bytes += bytes);
    cdp.on("Network.responseReceived", ({ requestId, type, response }) => {
      const coding = Object.entries(response.headers).find(([name]) => name.toLowerCase() === "content-encoding")?.[1];
      if (type === "Document" && coding !== "br") throw new Error(`${response.url} came as ${coding ?? "plain"}, not in brotli`);
      // A stream never ends; until a request does, what has come of it counts.
      add(requestId, response.encodedDataLength);
      if (this.requests.has(requestId)) this.requests.get(requestId).head = response.encodedDataLength;
    });
    cdp.on("Network.dataReceived", ({ requestId, encodedDataLength }) => add(requestId, encodedDataLength));
    cdp.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
      const request = this.requests.get(requestId);
      if (request) request.bytes = request.before + encodedDataLength;
    });
  }

  /** Bytes of what was begun in these phases; without the heads of the answers they can be compared with files. */
  sum(phases, wanted, heads = true) {
    const counted = [...this.requests.values()].filter(({ phase, kind }) => phases.includes(phase) && wanted(kind));
    return counted.reduce((sum, { bytes, head }) => sum + bytes - (heads ? 0 : head), 0);
  }
}

async function visit(browser, [path, cookie]) {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, deviceScaleFactor: 3, isMobile: true, hasTouch: true, locale: "ko-KR" });
  if (cookie) await context.addCookies([cookie]);
  const page = await context.newPage();
  const wire = new Wire();
  await wire.listen(await context.newCDPSession(page));
  const answer = await page.goto(base + path, { waitUntil: "load" });
  if (answer?.status() !== 200) throw new Error(`${path} is answered with ${answer?.status()}`);
  wire.phase = "idle";
  // The client is fetched when the browser has nothing to do, at the latest after eight seconds.
  await page.waitForTimeout(9_500);
  wire.phase = "tapped";
  // A finger on an island, where there is one, else on the search or the page: nothing is followed by it.
  await page.evaluate(() => {
    const target = document.querySelector("leptos-island") ?? document.querySelector("input[name=q]") ?? document.body;
    for (const sign of ["touchstart", "pointerover", "focusin"]) target.dispatchEvent(new Event(sign, { bubbles: true }));
  });
  await page.waitForTimeout(2_500);
  await context.close();
  return wire;
}

const row = (subject, value, target = null, floor = "", floorValue = null) => {
  const met = target === null ? null : value <= target;
  const ratio = floorValue === null ? null : floorValue / value;
  return { subject, floor, unit: "bytes", value, floor_value: floorValue, ratio, target: target === null ? null : `≤ ${target} bytes`, met };
};

const limit = (name) => {
  const found = budgets.find((budget) => budget.name === name);
  if (!found) throw new Error(`xtask/budget.toml has no budget "${name}"`);
  return found.limit;
};

const [early, inAll] = [limit("script before the first interaction"), limit("code in all on a page")];
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox"] });
const rows = budgets.map(({ name, spent, limit }) => row(`${name}, weighed`, spent, limit));
const table = {};
for (const [name, page] of Object.entries(PAGES)) {
  const wire = await visit(browser, page);
  const [loaded, all] = [["loaded"], ["loaded", "idle", "tapped"]];
  rows.push(row(`${name}: until it is loaded, everything`, wire.sum(loaded, () => true)));
  for (const kind of KINDS) rows.push(row(`${name}: until it is loaded, ${kind}`, wire.sum(loaded, (own) => own === kind)));
  rows.push(row(`${name}: script until it is loaded, without heads`, wire.sum(loaded, (own) => own === "script", false), early));
  rows.push(row(`${name}: WASM until it is loaded`, wire.sum(loaded, (own) => own === "wasm"), 0));
  rows.push(row(`${name}: comes by itself when idle`, wire.sum(["idle"], () => true)));
  rows.push(row(`${name}: comes with the first tap`, wire.sum(["tapped"], () => true)));
  rows.push(row(`${name}: code in all, without heads`, wire.sum(all, isCode, false), inAll));
  rows.push(row(`${name}: everything in all`, wire.sum(all, () => true)));
  const loadedOf = Object.fromEntries(KINDS.map((kind) => [kind, wire.sum(loaded, (own) => own === kind)]));
  table[name] = { ...loadedOf, loaded: wire.sum(loaded, () => true), idle: wire.sum(["idle"], () => true), tapped: wire.sum(["tapped"], () => true), code: wire.sum(all, isCode, false) };
}
await browser.close();

console.table(table);
for (const { subject, value, target, met } of rows.filter((row) => row.target)) console.log(`${met ? "met" : "MISSED"}: ${subject}: ${value} (${target})`);
const folder = process.env.BENCH_FOLDER;
mkdirSync(folder, { recursive: true });
writeFileSync(`${folder}/bytes.json`, JSON.stringify(rows, null, 2));
if (rows.some(({ met }) => met === false)) process.exitCode = 1;
