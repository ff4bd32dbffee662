// What the code of a first visit weighs as it is sent: a loader before anybody has done anything, and the client only
// once the browser rests or an island is touched.

import { type Page } from "@playwright/test";
import { expect, test } from "../fixtures";
import { budget, Wire } from "../fixtures/wire";

const PAGES = { home: "/", category: "/category/kitchen", product: "/p/enamel-kettle", locator: "/stores" };

/** The browser has something to do until it is told to rest. */
async function keepBusy(page: Page): Promise<void> {
  await page.addInitScript(() => {
    window.requestIdleCallback = (run) => {
      addEventListener("rest", () => run({ didTimeout: false, timeRemaining: () => 50 }), { once: true });
      return 1;
    };
  });
}

/** Opens a page that nobody has in their cache, and finds no code there but the loader. */
async function open(page: Page, path: string): Promise<Wire> {
  await keepBusy(page);
  const wire = await Wire.of(page);
  await page.goto(path);
  // Whatever comes by itself has been asked for.
  await page.waitForTimeout(1_000);
  expect(wire.paths(), "code before the first interaction").toEqual([expect.stringMatching(/^\/pkg\/loader\.[0-9a-f]{16}\.js$/)]);
  await expect.poll(() => wire.bytes()).toBeGreaterThan(0);
  expect(wire.bytes()).toBeLessThanOrEqual(budget("script before the first interaction"));
  return wire;
}

async function expectClient(page: Page, wire: Wire): Promise<void> {
  await expect(page.locator("html.awake")).toBeAttached();
  expect(wire.paths().filter((path) => path.endsWith(".wasm"))).toHaveLength(1);
  await expect.poll(() => wire.bytes(), "code in all").toBeGreaterThan(budget("script before the first interaction"));
  expect(wire.bytes()).toBeLessThanOrEqual(budget("code in all on a page"));
}

for (const [name, path] of Object.entries(PAGES)) {
  test(`${name}: the client waits until the browser rests, and all code keeps its budget @scripts @once`, async ({ page }) => {
    const wire = await open(page, path);
    await page.evaluate(() => dispatchEvent(new Event("rest")));
    await expectClient(page, wire);
  });
}

test("whoever touches an island does not wait for the browser to rest @scripts @once", async ({ page }) => {
  const wire = await open(page, PAGES.product);
  await page.getByRole("combobox", { name: "상품 검색" }).focus();
  await expectClient(page, wire);
});
