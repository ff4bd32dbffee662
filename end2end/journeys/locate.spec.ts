// A shopper finds the stores near them, by name, postcode, position or a click on the map.

import { type Locator, type Page } from "@playwright/test";
import { expect, makeMine, test } from "../fixtures";

const FIELD = "동네, 역, 도로 이름이나 우편번호";

function rows(page: Page): Locator {
  return page.getByRole("main").getByRole("listitem").filter({ has: page.getByRole("heading", { level: 3 }) });
}

/** Whether one box is wholly inside another. */
async function liesWithin(inner: Locator, outer: Locator): Promise<boolean> {
  const [a, b] = [await inner.boundingBox(), await outer.boundingBox()];
  if (!a || !b) return false;
  return a.x >= b.x && a.y >= b.y && a.x + a.width <= b.x + b.width && a.y + a.height <= b.y + b.height;
}

async function names(page: Page): Promise<string[]> {
  return page.getByRole("main").getByRole("heading", { level: 3 }).getByRole("link").allInnerTexts();
}

for (const [way, typed, query] of [
  ["the name of a place", "성수동", { place: "성수동" }],
  ["a postcode", "04766", { postcode: "04766" }],
  ["a station", "강남역", { place: "강남역" }],
] as const) {
  test(`by ${way}`, async ({ page, partner }) => {
    await page.goto("/stores");
    await page.getByRole("searchbox", { name: FIELD }).fill(typed);
    await page.getByRole("searchbox", { name: FIELD }).press("Enter");
    await expect(page).toHaveURL(/place=/);
    await expect(page.getByText(/에서 가까운 순/)).toBeVisible();
    const nearest = await partner.stores({ ...query, limit: "5" });
    expect((await names(page)).slice(0, 5)).toEqual(nearest);
    await expect(rows(page).first()).toContainText(/\d(m|km)/);
  });
}

test("a place nobody knows is said, with all stores below", async ({ page }) => {
  await page.goto("/stores?place=%EC%97%86%EB%8A%94%EA%B3%B3");
  await expect(page.getByRole("alert")).toContainText("찾지 못했어요");
  await expect(page.getByRole("searchbox", { name: FIELD })).toHaveValue("없는곳");
  expect((await names(page)).length).toBeGreaterThan(5);
});

test("by the browser's position, which stays out of the address @scripts", async ({ page, context }) => {
  await context.grantPermissions(["geolocation"]);
  await context.setGeolocation({ latitude: 37.4979, longitude: 127.0276 });
  await page.goto("/stores");
  await page.getByRole("button", { name: "내 위치에서" }).click();
  await expect(rows(page).first()).toContainText("강남점");
  expect(page.url()).not.toContain("37.");
  // It is remembered.
  await page.goto("/stores");
  await expect(rows(page).first()).toContainText("강남점");
});

test("on a product's page the position brings its shelves @scripts", async ({ page, context, goods, partner }) => {
  await partner.putOnShelf("gangnam", goods.first.sku, 5);
  await context.grantPermissions(["geolocation"]);
  await context.setGeolocation({ latitude: 37.4979, longitude: 127.0276 });
  await page.goto(`/p/${goods.first.slug}?sku=${goods.first.sku}`);
  await page.getByRole("textbox", { name: "동네, 역, 우편번호" }).fill("성수동");
  await page.keyboard.press("Enter");
  const order = page.getByRole("heading", { level: 2, name: /에서 가까운 순서예요$/ });
  await expect(order).toBeVisible();
  await page.getByRole("button", { name: "내 위치에서 찾기" }).click();
  await expect(page.getByRole("heading", { level: 2, name: /^강남점 선반에 5개/ })).toBeVisible();
  // What was said of the order before is true no more.
  await expect(order).toHaveCount(0);
  await partner.putOnShelf("gangnam", goods.first.sku, 3);
  await expect(page.getByRole("heading", { level: 2, name: /^강남점 선반에 3개/ })).toBeVisible({ timeout: 1_000 });
});

test("while the browser is asked for its position, the locator says so @scripts", async ({ page }) => {
  await page.addInitScript(() => {
    navigator.geolocation.getCurrentPosition = () => undefined;
  });
  await page.goto("/stores");
  const button = page.getByRole("button", { name: "내 위치에서" });
  await button.click();
  await expect(page.getByRole("status").filter({ hasText: "위치를 묻고 있어요" })).toBeVisible();
  await expect(button).toHaveAttribute("aria-busy", "true");
});

test("a position that is refused leads to a name @scripts", async ({ page, context }) => {
  await context.clearPermissions();
  await page.goto("/stores");
  await page.getByRole("button", { name: "내 위치에서" }).click();
  await expect(page.getByText("위치를 알 수 없어요. 동네 이름을 적어 주세요.")).toBeVisible();
});

test("without scripts the position button says what else there is", async ({ page, javaScriptEnabled }) => {
  test.skip(javaScriptEnabled, "the browser is asked");
  await page.goto("/stores");
  await page.getByRole("button", { name: "내 위치에서" }).click();
  await expect(page.getByRole("alert")).toContainText("위치를 받지 못했어요");
});

test("by a click on the map", async ({ page, audit }) => {
  await page.goto("/stores?place=%EC%84%B1%EC%88%98%EB%8F%99");
  const before = (await names(page))[0];
  const map = page.getByRole("button", { name: "지도에서 누른 곳 둘레의 매장 찾기" }).filter({ visible: true });
  await map.scrollIntoViewIfNeeded();
  const free = await map.evaluate((image) => {
    const box = image.getBoundingClientRect();
    // A place beside the pins, far from the middle.
    for (const down of [0.85, 0.15, 0.7, 0.3]) {
      for (const across of [0.1, 0.85, 0.25, 0.7]) {
        const [x, y] = [box.width * across, box.height * down];
        if (document.elementFromPoint(box.x + x, box.y + y) === image) return { x, y };
      }
    }
    return null;
  });
  expect(free, "a spot of the map that can be pressed").not.toBeNull();
  await map.click({ position: free ?? undefined });
  await expect(page).toHaveURL(/near=37\.\d+/);
  await expect(page.getByText(/가까운 순/)).toBeVisible();
  expect((await names(page))[0]).not.toBe(before);
  await audit();
});

test("it opens on the chosen store with what is near it", async ({ page, audit }) => {
  await makeMine(page, "seongsu");
  await page.goto("/stores");
  const nearest = (await names(page)).slice(0, 4);
  expect(nearest[0]).toBe("성수점");
  await expect(page.getByText("성수점에서 가까운 순")).toBeVisible();
  const ground = page.locator(".map-ground").filter({ visible: true });
  await expect(ground.getByRole("link", { name: "성수점" })).toHaveAttribute("aria-current", "true");
  for (const name of nearest) {
    const pin = ground.getByRole("link", { name: new RegExp(`^${name}`) }).locator(".pin-card");
    expect(await liesWithin(pin, ground), name).toBe(true);
  }
  await expect(ground.locator(".pin-selected .pin-name")).toHaveText("성수");
  await audit();
});

test("on a phone the list begins on the first screen @once", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await makeMine(page, "seongsu");
  await page.goto("/stores");
  const first = await rows(page).first().boundingBox();
  expect((first?.y ?? Infinity) + (first?.height ?? 0)).toBeLessThan(844);
});

for (const address of ["/stores", "/en/stores", "/stores?place=%EC%84%B1%EC%88%98%EB%8F%99", "/en/stores?sku=JJ-KT-0120-MO"]) {
  test(`nothing on the map covers anything else: ${address}`, async ({ page }) => {
    await page.goto(address);
    await page.evaluate(() => document.fonts.ready.then(() => null));
    const covered = await page.evaluate(() => {
      const seen = (element: Element) => element.getBoundingClientRect().width > 0;
      const boxes = (selector: string) =>
        [...document.querySelectorAll(selector)].filter(seen).map((element) => ({ what: element.textContent?.trim() || selector, box: element.getBoundingClientRect() }));
      const meet = (a: DOMRect, b: DOMRect) => a.left < b.right - 2 && b.left < a.right - 2 && a.top < b.bottom - 2 && b.top < a.bottom - 2;
      const frame = [...document.querySelectorAll(".map-ground")].find(seen)?.getBoundingClientRect() ?? new DOMRect();
      const onTheMap = boxes(".map-ground :is(.pin-name, .pin-card, .map-km, .map-label-place)").filter(({ box }) => meet(box, frame));
      const covered = [];
      for (const [place, one] of onTheMap.entries()) {
        for (const other of onTheMap.slice(0, place)) if (meet(one.box, other.box)) covered.push(`${one.what} and ${other.what}`);
      }
      for (const { what, box } of boxes(".map-move")) if (meet(box, frame)) covered.push(`a control (${what}) over the map`);
      return covered;
    });
    expect(covered).toEqual([]);
  });
}

test("where no shelf has it there is a way on", async ({ page, audit }) => {
  await page.goto("/stores?sku=JJ-PD-2026-IN&in_stock=1");
  await expect(page.getByRole("heading", { name: "지금은 어느 선반에도 없어요" })).toBeVisible();
  await expect(page.getByRole("region", { name: "조건을 빼면 보이는 매장" }).getByRole("listitem").first()).toBeVisible();
  await expect(page.locator(".map-ground").filter({ visible: true })).toBeVisible();
  await audit();
  await page.getByRole("link", { name: "상품 보기" }).click();
  await expect(page).toHaveURL(/\/p\/planner-2026/);
});

test("the map is moved and made closer", async ({ page }) => {
  await page.goto("/stores?place=%EC%84%B1%EC%88%98%EB%8F%99");
  const moves = page.getByRole("navigation", { name: "지도 움직이기" });
  await moves.getByRole("link", { name: "가까이 보기" }).filter({ visible: true }).click();
  await expect(page).toHaveURL(/view=/);
  await page.getByRole("link", { name: "지도 가운데에서 다시 찾기" }).click();
  await expect(page).toHaveURL(/near=/);
});

test("filtered by open now and by service", async ({ page, partner, audit }) => {
  await page.goto("/stores?place=%EC%84%B1%EC%88%98%EB%8F%99");
  const filters = page.getByRole("group", { name: "조건" });
  await filters.getByRole("button", { name: "영업 중" }).click();
  await expect(filters.getByRole("button", { name: "영업 중" })).toHaveAttribute("aria-pressed", "true");
  const open = await partner.stores({ place: "성수동", open_now: "true", limit: "12" });
  if (open.length > 0) {
    expect(await names(page)).toEqual(open);
  } else {
    // At night: when the nearest open again is below.
    await expect(page.getByRole("heading", { name: "지금 문을 연 매장이 없어요" })).toBeVisible();
    await expect(page.getByRole("region", { name: "가까운 매장과 여는 시각" }).getByRole("listitem").first()).toBeVisible();
  }
  await filters.getByRole("button", { name: "영업 중" }).click();
  await expect(filters.getByRole("button", { name: "영업 중" })).toHaveAttribute("aria-pressed", "false");

  const service = filters.getByRole("button").nth(1);
  const label = (await service.innerText()).trim();
  await service.click();
  await expect(page).toHaveURL(/service=/);
  await expect(filters.getByRole("button", { name: label })).toHaveAttribute("aria-pressed", "true");
  const does = await rows(page).allInnerTexts();
  expect(does.length).toBeGreaterThan(0);
  for (const row of does) expect(row).toContain(label);
  await audit();
});

test("a product's stores are on the map with their numbers", async ({ page, goods, partner }) => {
  await partner.putOnShelf("seongsu", goods.first.sku, 6);
  await page.goto(`/p/${goods.first.slug}?sku=${goods.first.sku}`);
  await page.getByRole("link", { name: /지도로 보기/ }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText(`${goods.first.ko}, 가까운 선반`);
  await page.getByRole("group", { name: "조건" }).getByRole("button", { name: "재고 있음" }).click();
  const pin = page.getByRole("link", { name: /^성수점/ }).filter({ visible: true }).first();
  await expect(pin).toBeVisible();
  await expect(rows(page).filter({ hasText: "성수점" })).toContainText("6개");
});

test("a store's page: today, the week, the way there", async ({ page, audit }) => {
  await page.goto("/stores?place=%EC%84%B1%EC%88%98%EB%8F%99");
  await page.getByRole("heading", { level: 3 }).getByRole("link", { name: "성수점" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "성수점" })).toBeVisible();
  await expect(page.getByRole("table", { name: "오늘부터 7일" }).getByRole("row")).toHaveCount(7);
  await expect(page.getByRole("row").filter({ hasText: "오늘" })).toHaveAttribute("aria-current", "date");
  const ways = page.getByRole("navigation", { name: "성수점 길찾기" }).getByRole("link");
  const addresses = await ways.evaluateAll((links) => links.map((link) => link.getAttribute("href") ?? ""));
  for (const service of ["naver", "kakao", "google", "apple", "geo:"]) {
    expect(addresses.some((address) => address.includes(service)), service).toBe(true);
  }
  // Which new products it has: each of them stands there now.
  const fresh = page.getByRole("region", { name: "이 매장 선반에 있는 새 상품" }).getByRole("listitem");
  await expect(fresh).toHaveCount(8);
  for (const card of await fresh.all()) await expect(card).toContainText(/\d+\+?개.*준비.*확인/s);
  await audit();
});
