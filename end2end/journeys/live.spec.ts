// A change at a till is on every open page within a second, and a page that slept catches up.

import { type Page } from "@playwright/test";
import { expect, makeMine, test } from "../fixtures";

/** From the till's answer to the number on the screen. */
const SECOND = { timeout: 1_000 };

/** Opens a page, and waits until it listens. */
async function listen(page: Page, address: string): Promise<void> {
  const stream = page.waitForResponse((response) => response.url().includes("/api/v1/live/stock"));
  await page.goto(address);
  expect((await stream).status()).toBe(200);
}

test("product, list and basket follow the till @scripts", async ({ page, context, goods, partner }) => {
  const { slug, sku, ko } = goods.first;
  await partner.putOnShelf("seongsu", sku, 5);
  await makeMine(page, "seongsu");
  await page.goto(`/p/${slug}?sku=${sku}`);
  await page.getByRole("button", { name: "장바구니에 담기" }).click();

  const [list, basket] = [await context.newPage(), await context.newPage()];
  await listen(basket, "/basket");
  await listen(list, `/search?q=${encodeURIComponent(ko)}`);
  await listen(page, `/p/${slug}?sku=${sku}`);
  const heading = page.getByRole("heading", { level: 2, name: /^성수점 선반/ });
  const card = list.getByRole("listitem").filter({ has: list.getByRole("heading", { name: ko, exact: true }) });
  const line = basket.getByRole("listitem").filter({ has: basket.getByRole("heading", { name: ko, exact: true }) });
  await expect(heading).toHaveText(/성수점 선반에 5개/);

  await partner.putOnShelf("seongsu", sku, 2);
  await Promise.all([
    expect(heading).toHaveText(/성수점 선반에 2개/, SECOND),
    expect(card).toContainText("2개", SECOND),
    expect(line).toContainText("성수점 선반에 2개", SECOND),
    expect(card).toContainText(/준비\s*방금 확인/, SECOND),
    expect(line).toContainText("방금 확인", SECOND),
  ]);
  await expect(page.getByText("방금 확인").first()).toBeVisible();

  await partner.putOnShelf("seongsu", sku, 0);
  await expect(page.getByText("성수점 선반이 비었어요").first()).toBeVisible(SECOND);
  await partner.putOnShelf("seongsu", sku, 40);
  await expect(heading).toHaveText(/성수점 선반에 9\+개/, SECOND);
});

test("a shelf in the panel that sells out leads to its store instead @scripts", async ({ page, goods, partner }) => {
  const { slug, sku } = goods.first;
  await partner.putOnShelf("seongsu", sku, 5);
  await partner.putOnShelf("seoulforest", sku, 3);
  await makeMine(page, "seongsu");
  await listen(page, `/p/${slug}?sku=${sku}`);
  const panel = page.getByRole("article", { name: "매장 재고" });
  // Late in the day stores that are open longer come first.
  const more = panel.getByText(/곳 더 펼치기/);
  if (await more.count()) await more.click();
  const row = panel.getByRole("listitem").filter({ hasText: "서울숲점" });
  await expect(row.getByRole("link", { name: "매장 보기" })).toHaveCount(0);
  await expect(row.getByRole("link", { name: /맡아두기/ })).toBeVisible();
  await partner.putOnShelf("seoulforest", sku, 0);
  await expect(row.getByRole("link", { name: "매장 보기" })).toBeVisible(SECOND);
  await expect(row.getByRole("link", { name: /맡아두기/ })).toHaveCount(0);
});

test("a reservation made elsewhere is seen at once @scripts", async ({ page, goods, partner }) => {
  const { slug, sku } = goods.second;
  await partner.putOnShelf("seongsu", sku, 3);
  await makeMine(page, "seongsu");
  await listen(page, `/p/${slug}?sku=${sku}`);
  await partner.reserve("seongsu", sku, 1);
  await expect(page.getByRole("heading", { level: 2, name: "성수점 선반에 2개" })).toBeVisible(SECOND);
});

test("a page that lost its network catches up by itself @scripts", async ({ page, context, goods, partner, watchdog }) => {
  const { slug, sku } = goods.first;
  await partner.putOnShelf("seongsu", sku, 5);
  await makeMine(page, "seongsu");
  await listen(page, `/p/${slug}?sku=${sku}`);
  const heading = page.getByRole("heading", { level: 2, name: /^성수점 선반/ });
  await watchdog.without(async () => {
    await context.setOffline(true);
    await partner.putOnShelf("seongsu", sku, 7);
    await page.waitForTimeout(1_500);
    await context.setOffline(false);
    await expect(heading).toHaveText(/성수점 선반에 7개/, { timeout: 10_000 });
  });
  await partner.putOnShelf("seongsu", sku, 4);
  await expect(heading).toHaveText(/성수점 선반에 4개/, SECOND);
});

test("a page that is gone back to has the numbers of now @scripts", async ({ page, goods, partner }) => {
  const { slug, sku } = goods.first;
  await partner.putOnShelf("seongsu", sku, 5);
  await makeMine(page, "seongsu");
  await listen(page, `/p/${slug}?sku=${sku}`);
  await page.getByRole("banner").getByRole("link", { name: /성수점/ }).click();
  await expect(page.getByRole("heading", { level: 1, name: "매장 찾기" })).toBeVisible();
  await partner.putOnShelf("seongsu", sku, 8);
  await page.goBack();
  await expect(page.getByRole("heading", { level: 2, name: "성수점 선반에 8개" })).toBeVisible();
});

test("what was counted days ago stays old while the page is open @scripts", async ({ page, goods, partner }) => {
  const { slug, sku, at } = goods.unheard;
  const days = 3 * 86_400;
  const before = await partner.count(at.code, sku, 9, days + 1);
  await partner.count(at.code, sku, 4 + before.on_hand - before.available, days);
  await makeMine(page, at.code);
  await listen(page, `/p/${slug}?sku=${sku}`);
  const heading = page.getByRole("heading", { level: 2, name: new RegExp(`^${at.ko} 선반`) });
  const lead = page.locator(".lead");
  const isOld = async () => {
    await expect(lead.getByText(/^3일 전 확인/)).toBeVisible();
    await expect(lead.getByText("맡아두면 직원이 먼저 찾아봐요")).toBeVisible();
  };
  await expect(heading).toHaveText(/선반에 4개/);
  await isOld();
  // Somebody has one held, and gives it back: nobody has looked at the shelf.
  const { number, token } = await partner.reserve(at.code, sku, 1);
  await expect(heading).toHaveText(/선반에 3개/, SECOND);
  await isOld();
  await partner.cancel(number, token);
  await expect(heading).toHaveText(/선반에 4개/, SECOND);
  await isOld();
});

/** As `domain::words::age` says them. */
const AGES: [number, string, string][] = [
  [4, "방금 확인", "Checked just now"],
  [12, "12초 전 확인", "Checked 12 s ago"],
  [180, "3분 전 확인", "Checked 3 min ago"],
  [7_200, "2시간 전 확인", "Checked 2 h ago"],
  [86_401, "어제 확인", "Checked yesterday"],
  [3 * 86_400, "3일 전 확인", "Checked 3 days ago"],
  [31 * 86_400, "1개월 전 확인", "Checked 1 month ago"],
  [800 * 86_400, "2년 전 확인", "Checked 2 years ago"],
];

test("an age goes on in the server's words @scripts", async ({ page, goods, partner }) => {
  const { slug, sku } = goods.first;
  await partner.putOnShelf("seongsu", sku, 5);
  await makeMine(page, "seongsu");
  await page.clock.install();
  let age_s = 0;
  const told = () => {
    const checked_ms = Date.now() - age_s * 1_000;
    const stock = [{ sku, store: "seongsu", available: 5, shown: "5", level: "in_stock", checked_ms, age_s, version: 1 }];
    return `retry: 600000\nid: 1\nevent: snapshot\ndata: ${JSON.stringify({ stock })}\n\n`;
  };
  await page.route("**/api/v1/live/stock?*", (route) => route.fulfill({ contentType: "text/event-stream", body: told() }));
  const checked = page.locator(".lead .checked");
  const doubt = page.locator(".lead .when-doubtful");
  for (const [seconds, ko, en] of AGES) {
    age_s = seconds;
    for (const [prefix, words] of [["", ko], ["/en", en]] as const) {
      await page.goto(`${prefix}/p/${slug}?sku=${sku}`);
      await expect(checked).toContainText(words);
      await expect(doubt).toBeVisible({ visible: seconds > 86_400 });
    }
  }
  age_s = 86_400 - 90;
  await page.goto(`/p/${slug}?sku=${sku}`);
  await expect(checked).toContainText("23시간 전 확인");
  await expect(doubt).toBeHidden();
  await page.clock.fastForward("03:00");
  await expect(checked).toContainText("어제 확인");
  await expect(doubt).toBeVisible();
});

test("the stores under a basket grow older with it @scripts", async ({ page, goods, partner }) => {
  const { slug, sku } = goods.first;
  await partner.putOnShelf("seongsu", sku, 5);
  await makeMine(page, "seongsu");
  await page.goto(`/p/${slug}?sku=${sku}`);
  await page.getByRole("button", { name: "장바구니에 담기" }).click();
  await expect(page.getByRole("banner").getByRole("link", { name: "장바구니, 1개" })).toBeVisible();
  await page.clock.install();
  // What was heard of just now tells little of how far the clocks are apart.
  const shelf = { sku, store: "seongsu", available: 5, shown: "5", level: "in_stock", age_s: 60, version: 1 };
  await page.route("**/api/v1/live/stock?*", (route) => {
    const stock = [{ ...shelf, checked_ms: Date.now() - 60_000 }];
    const body = `retry: 600000\nid: 1\nevent: snapshot\ndata: ${JSON.stringify({ stock })}\n\n`;
    return route.fulfill({ contentType: "text/event-stream", body });
  });
  await page.goto("/basket");
  await expect(page.locator(".basket-shelf")).toContainText("1분 전 확인");
  const covers = page.getByRole("region", { name: "어디서 받으시겠어요?" });
  const chosen = covers.getByRole("listitem").filter({ hasText: "고른 매장" });
  await expect(chosen).toContainText(/(방금|초 전) 확인/);
  await page.clock.fastForward("10:00");
  await expect(chosen).toContainText(/1[01]분 전 확인/);
});
