// A shopper finds the stores near them, by name, postcode, position or a click on the map.

import { type Locator, type Page } from "@playwright/test";
import { expect, test } from "../fixtures";

const FIELD = "동네, 역, 도로 이름이나 우편번호";

function rows(page: Page): Locator {
  return page.getByRole("main").getByRole("listitem").filter({ has: page.getByRole("heading", { level: 3 }) });
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
  await page.getByRole("button", { name: "내 위치에서 찾기" }).click();
  await expect(page.getByRole("heading", { level: 2, name: /^강남점 선반에 5개/ })).toBeVisible();
  await partner.putOnShelf("gangnam", goods.first.sku, 3);
  await expect(page.getByRole("heading", { level: 2, name: /^강남점 선반에 3개/ })).toBeVisible({ timeout: 1_000 });
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
  await filters.getByRole("button", { name: "지금 영업" }).click();
  await expect(filters.getByRole("button", { name: "지금 영업" })).toHaveAttribute("aria-pressed", "true");
  const open = await partner.stores({ place: "성수동", open_now: "true", limit: "12" });
  expect(await names(page)).toEqual(open);
  if (open.length === 0) await expect(page.getByRole("heading", { name: "조건에 맞는 매장이 없어요" })).toBeVisible();
  await filters.getByRole("button", { name: "지금 영업" }).click();
  await expect(filters.getByRole("button", { name: "지금 영업" })).toHaveAttribute("aria-pressed", "false");

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
  await expect(page.getByRole("table", { name: "오늘부터 이레" }).getByRole("row")).toHaveCount(7);
  await expect(page.getByRole("row").filter({ hasText: "오늘" })).toHaveAttribute("aria-current", "date");
  const ways = page.getByRole("navigation", { name: "성수점 길찾기" }).getByRole("link");
  const addresses = await ways.evaluateAll((links) => links.map((link) => link.getAttribute("href") ?? ""));
  for (const service of ["naver", "kakao", "google", "apple", "geo:"]) {
    expect(addresses.some((address) => address.includes(service)), service).toBe(true);
  }
  await audit();
});
