// The live map: where the operator set tiles it takes the drawn one's place once it is wanted, and nobody else loads
// any of it. On a server of its own, with tiles written here.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Locator, type Page } from "@playwright/test";
import { expect, test as base } from "../fixtures";
import { AnotherShop } from "../fixtures/another-shop";
import { Partner } from "../fixtures/partner";
import { lakeAround } from "../fixtures/tiles";
import config from "../playwright.config";

const test = base.extend<object, { shop: AnotherShop }>({
  shop: [
    async ({}, use) => {
      const shop = await AnotherShop.open(async (folder) => {
        const tiles = join(folder, "lake.pmtiles");
        await writeFile(tiles, lakeAround(37.5446, 127.0557, '<a href="https://tiles.example">© Lake</a>'));
        return { ONSHELF_TILES: tiles };
      });
      await use(shop);
      await shop.close();
    },
    { scope: "worker" },
  ],
});

const launch = config.use?.launchOptions;
test.use({
  // Software draws what a graphics card would: on a busy machine that takes its time.
  actionTimeout: 30_000,
  navigationTimeout: 40_000,
  // WebGL without a graphics card.
  launchOptions: {
    ...launch,
    args: [
      ...(launch?.args ?? []).filter((flag) => flag !== "--disable-gpu"),
      "--use-angle=swiftshader",
      "--enable-unsafe-swiftshader",
    ],
  },
});

const SEONGSU = "/stores?place=%EC%84%B1%EC%88%98%EB%8F%99";
const frame = (page: Page): Locator => page.locator(".map");
const spots = (page: Page): Locator => page.locator(".spot:visible");

test.beforeEach(() => test.slow());

/** The page with its live map, or the end of the journey where the browser has no WebGL. */
async function openLive(page: Page, address: string): Promise<void> {
  await page.goto(address);
  const can = await page.evaluate(() => document.createElement("canvas").getContext("webgl2") !== null);
  test.skip(!can, "this browser has no WebGL");
  await expect(frame(page)).toHaveAttribute("data-live", "", { timeout: 40_000 });
}

test("it takes the drawn map's place and shows the operator's tiles @scripts", async ({ page, shop, audit }) => {
  const parts: { path: string; status: number; range: string | null }[] = [];
  page.on("response", (response) => {
    const path = new URL(response.url()).pathname;
    if (path.startsWith("/map/")) parts.push({ path, status: response.status(), range: response.request().headers().range ?? null });
  });
  await page.goto(shop.url + SEONGSU);
  await expect(page.locator(".map-picture").filter({ visible: true })).toBeVisible();
  await openLive(page, shop.url + SEONGSU);
  expect(parts.length).toBeGreaterThan(1);
  for (const part of parts) expect(part, part.path).toMatchObject({ status: 206, range: expect.stringContaining("bytes=") });
  await expect(frame(page).getByText("© Lake", { exact: true })).toBeVisible();
  await expect(page.locator(".map-picture").filter({ visible: true })).toHaveCount(0);
  await expect(page.getByRole("region", { name: /지도/ })).toBeVisible();
  expect(await spots(page).count()).toBeGreaterThan(2);
  await expect(page.getByRole("link", { name: /^성수점/ }).and(page.locator(".spot"))).toBeVisible();

  // The lake has the colour that water has on the drawn map.
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await expect.poll(async () => (await colourOfGround(page)).join() === (await colourOfWater(page)).join()).toBe(true);
  }
  await audit();
});

test("its stores are reached by keyboard and lead to their pages @scripts @once", async ({ page, shop }) => {
  await openLive(page, shop.url + SEONGSU);
  await page.getByRole("region", { name: /지도/ }).focus();
  await page.keyboard.press("Tab");
  const first = page.locator(".spot:focus");
  await expect(first).toHaveCount(1);
  await page.getByRole("link", { name: /^성수점/ }).and(page.locator(".spot")).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "성수점" })).toBeVisible({ timeout: 30_000 });
});

test("list and map are in step @scripts @once", async ({ page, shop }) => {
  await openLive(page, shop.url + SEONGSU);
  const row = page.locator(".store-row", { hasText: "성수점" });
  await row.getByRole("link", { name: "성수점" }).focus();
  await expect(page.getByRole("link", { name: /^성수점/ }).and(page.locator(".spot"))).toHaveAttribute("data-lit");
  await page.getByRole("link", { name: /^성수점/ }).and(page.locator(".spot")).focus();
  await expect(row).toHaveAttribute("data-lit");
});

test("a press on the ground asks around it, and back goes back @scripts", async ({ page, shop, audit }) => {
  await openLive(page, shop.url + SEONGSU);
  const before = await page.locator(".store-row h3 a").allInnerTexts();
  await page.evaluate(() => Object.assign(window, { sameDocument: true }));
  const free = await freeSpot(page);
  await page.mouse.click(free.x, free.y);
  await expect(page).toHaveURL(/near=37\.\d+%2C12\d\.\d+/);
  await expect(page.getByText(/고른 자리에서 가까운 순/).first()).toBeVisible();
  expect(await page.locator(".store-row h3 a").allInnerTexts()).not.toEqual(before);
  expect(await page.evaluate(() => "sameDocument" in window)).toBe(true);
  await expect(frame(page)).toHaveAttribute("data-live", "");
  await audit();
  await page.goBack();
  await expect(page).toHaveURL(/place=/);
  await expect(page.locator(".store-row h3 a").first()).toHaveText(before[0] ?? "");
});

test("moved and zoomed, it offers to search there @scripts @once", async ({ page, shop }) => {
  await openLive(page, shop.url + SEONGSU);
  const scale = frame(page).locator(".live-map .map-scale");
  const before = await scale.innerText();
  await page.getByRole("button", { name: "가까이 보기", exact: true }).click();
  await page.getByRole("button", { name: "가까이 보기", exact: true }).click();
  await expect(scale).not.toHaveText(before);
  await page.getByRole("region", { name: /지도/ }).focus();
  for (let step = 0; step < 3; step += 1) await page.keyboard.press("ArrowRight");
  await page.getByRole("button", { name: "이 둘레에서 다시 찾기" }).click();
  await expect(page).toHaveURL(/near=37/);
});

test("what is sold at a till leaves the map's shelf by itself @scripts @once", async ({ page, shop, playwright, goods }) => {
  const api = await playwright.request.newContext({ baseURL: shop.url, extraHTTPHeaders: { "accept-language": "ko" } });
  const till = new Partner(api, await shop.stockToken());
  await till.putOnShelf("seongsu", goods.first.sku, 6);
  await openLive(page, `${shop.url}/stores?place=%EC%84%B1%EC%88%98%EB%8F%99&sku=${goods.first.sku}`);
  const spot = page.locator(`.spot [data-stock="${goods.first.sku}@seongsu"]`);
  await expect(spot).toHaveText("6");
  await till.putOnShelf("seongsu", goods.first.sku, 2);
  await expect(spot).toHaveText("2");
  await expect(page.getByRole("link", { name: /^성수점, 2개/ }).and(page.locator(".spot"))).toHaveAttribute("data-level", "low");
  await api.dispose();
});

test("where no tiles are set nothing of it is loaded @scripts", async ({ page }) => {
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await page.goto(SEONGSU, { waitUntil: "networkidle" });
  await frame(page).hover();
  await page.waitForTimeout(500);
  expect(asked.filter((path) => /map/.test(path))).toEqual([]);
});

/** A point of the ground that no store and no button covers. */
async function freeSpot(page: Page): Promise<{ x: number; y: number }> {
  await frame(page).scrollIntoViewIfNeeded();
  return page.evaluate(() => {
    const canvas = document.querySelector(".maplibregl-canvas");
    const box = canvas?.getBoundingClientRect() ?? new DOMRect();
    for (const down of [0.8, 0.3, 0.6]) {
      for (const across of [0.1, 0.85, 0.25, 0.7]) {
        const [x, y] = [box.x + box.width * across, box.y + box.height * down];
        if (document.elementFromPoint(x, y) === canvas) return { x, y };
      }
    }
    throw new Error("no spot of the ground is free");
  });
}

/** As the style sheet has it. */
async function colourOfWater(page: Page): Promise<number[]> {
  return page.evaluate(() => {
    const probe = document.createElement("i");
    probe.style.setProperty("transition", "none", "important");
    probe.style.color = "var(--water)";
    document.body.append(probe);
    const colour = getComputedStyle(probe).color.match(/\d+/g) ?? [];
    probe.remove();
    return colour.map(Number);
  });
}

/** As it is on the screen, somewhere without a store. */
async function colourOfGround(page: Page): Promise<number[]> {
  const { x, y } = await freeSpot(page);
  const shot = await page.screenshot({ clip: { x, y, width: 1, height: 1 }, scale: "css" });
  return page.evaluate(async (png) => {
    const picture = Object.assign(new Image(), { src: `data:image/png;base64,${png}` });
    await picture.decode();
    const canvas = new OffscreenCanvas(1, 1).getContext("2d");
    canvas?.drawImage(picture, 0, 0);
    return [...(canvas?.getImageData(0, 0, 1, 1).data ?? [])].slice(0, 3);
  }, shot.toString("base64"));
}
