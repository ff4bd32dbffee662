// What is chosen at checkout is kept on its shelf while it is paid for: with a clock, longer once, given back on
// leaving. A receipt of what was paid comes as a file.

import { type Page } from "@playwright/test";
import { expect, makeMine, somebody, test } from "../fixtures";
import { type Good } from "../fixtures/goods";

const KEPT = "잡아 둔 시간";

async function toDetails(page: Page, { slug, sku }: Good): Promise<void> {
  await page.goto(`/p/${slug}?sku=${sku}`);
  await page.getByRole("link", { name: /^결제하고 받기/ }).click();
  await page.getByRole("region", { name: /성수점/ }).getByRole("button", { name: /매장 픽업/ }).click();
  await expect(page.getByRole("heading", { level: 1, name: "받는 분과 결제" })).toBeVisible();
}

test("the last one is held from the first choice on, and back on its shelf when its shopper leaves", async ({ page, goods, partner, audit, isMobile }) => {
  const { first } = goods;
  await partner.putOnShelf("seongsu", first.sku, 1);
  await makeMine(page, "seongsu");
  await toDetails(page, first);
  const kept = page.getByRole("region", { name: KEPT });
  await expect(kept).toContainText(/까지 잡아 둘게요/);
  await expect(kept).toContainText(/(9:[0-5]\d|10:00)/);
  await expect.poll(() => partner.available("seongsu", first.sku)).toBe(0);
  await audit();
  // One clock, and what is to be typed on the first screen, above the button that stays in sight.
  await expect(page.locator("[data-left]").filter({ visible: true })).toHaveCount(1);
  if (isMobile) {
    const [field, foot] = [page.getByLabel("이름", { exact: true }), page.locator(".sum-act")];
    const [name, act] = [await field.boundingBox(), await foot.boundingBox()];
    expect((name?.y ?? 9_999) + (name?.height ?? 0)).toBeLessThanOrEqual(act?.y ?? 0);
  }

  // What is typed outlives "ten minutes more" and a fault; it can be longer once.
  const who = somebody();
  await page.getByLabel("이름", { exact: true }).fill(who.name);
  await kept.getByRole("button", { name: "10분 더" }).click();
  await expect(kept.getByRole("button", { name: "10분 더" })).toBeHidden();
  await expect(page.getByLabel("이름", { exact: true })).toHaveValue(who.name);
  await expect(kept).toContainText(/(9:[0-5]\d|10:00)/);

  // Back to the ways: nothing is chosen, and nothing is kept.
  await page.getByRole("button", { name: "받는 방법 바꾸기" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "어떻게 받으시겠어요?" })).toBeVisible();
  await expect.poll(() => partner.available("seongsu", first.sku)).toBe(1);
  await page.getByRole("region", { name: /성수점/ }).getByRole("button", { name: /매장 픽업/ }).click();
  await expect(kept).toContainText(/까지 잡아 둘게요/);
  await expect.poll(() => partner.available("seongsu", first.sku)).toBe(0);
  await kept.getByRole("button", { name: "그만두고 돌려놓기" }).click();
  await page.waitForURL(/\/products$/);
  await expect.poll(() => partner.available("seongsu", first.sku)).toBe(1);
});

test("the last one that is held can be paid, and its receipt kept", async ({ page, goods, partner, audit }) => {
  const { first } = goods;
  await partner.putOnShelf("seongsu", first.sku, 1);
  await makeMine(page, "seongsu");
  await toDetails(page, first);
  const who = somebody();
  await page.getByLabel("이름", { exact: true }).fill(who.name);
  await page.getByLabel("이메일").fill(who.email);
  await page.getByRole("button", { name: /결제하기/ }).last().click();
  await page.waitForURL(/\/pay\/test\//);
  await page.locator("button[name=action][value=pay]").click();
  await page.waitForURL(/\/orders\/O-/);
  await expect(async () => {
    await page.reload();
    await page.getByRole("link", { name: "영수증" }).click({ timeout: 2_000 });
  }).toPass({ timeout: 20_000 });
  await expect(page.getByRole("region", { name: "부가가치세" }).or(page.getByText("부가가치세"))).toBeVisible();
  // On a phone each sum stands on a line of its own, beside what it is.
  await expect(page.locator('.receipt-tax td[data-head="공급가액"]').first()).toBeVisible();
  await audit();
  const address = (await page.getByRole("link", { name: "PDF로 받기" }).getAttribute("href")) ?? "";
  const file = await page.request.get(address);
  expect(file.status()).toBe(200);
  expect(file.headers()["content-type"]).toBe("application/pdf");
  expect((await file.body()).subarray(0, 5).toString()).toBe("%PDF-");
});

test("from the basket it is one tap to each way, and the tap holds it", async ({ page, goods, partner, audit }) => {
  const { first, second } = goods;
  await partner.putOnShelf("seongsu", first.sku, 2);
  await partner.putOnShelf("seongsu", second.sku, 2);
  await makeMine(page, "seongsu");
  for (const { slug, sku } of [first, second]) {
    await page.goto(`/p/${slug}?sku=${sku}`);
    await page.getByRole("button", { name: "장바구니에 담기" }).click();
    await page.getByRole("banner").getByRole("link", { name: /장바구니, / }).waitFor();
  }
  await page.goto("/basket");
  const chips = page.getByRole("list", { name: "성수점에서 받는 방법" });
  await expect(chips.getByRole("button", { name: /매장/ })).toBeVisible();
  await expect(page.getByRole("button", { name: /집으로 배송/ })).toBeVisible();
  await audit();
  await chips.getByRole("button", { name: /^매장/ }).click();
  await expect(page.getByRole("heading", { level: 1, name: "받는 분과 결제" })).toBeVisible();
  await expect(page.getByRole("region", { name: KEPT })).toContainText(/까지 잡아 둘게요/);
  await expect.poll(() => partner.available("seongsu", first.sku)).toBe(1);
});

test("closing the page gives it back, and coming back holds it again @scripts", async ({ page, goods, partner }) => {
  const { first } = goods;
  await partner.putOnShelf("seongsu", first.sku, 1);
  await makeMine(page, "seongsu");
  await toDetails(page, first);
  await expect(page.getByRole("region", { name: KEPT })).toContainText(/잡아 둘게요/);
  const address = page.url();
  await page.goto("/stores/gangnam");
  await expect.poll(() => partner.available("seongsu", first.sku)).toBe(1);
  // An address alone holds nothing; the page that is looked at does.
  await page.goto(address);
  await expect(page.getByRole("region", { name: KEPT })).toContainText(/잡아 둘게요/);
  await expect.poll(() => partner.available("seongsu", first.sku)).toBe(0);
  await page.goto("/stores/gangnam");
  await expect.poll(() => partner.available("seongsu", first.sku)).toBe(1);
});

test("whoever is at it near the end has more time, once @scripts", async ({ page, goods, partner }) => {
  const { first } = goods;
  await partner.putOnShelf("seongsu", first.sku, 1);
  await makeMine(page, "seongsu");
  await page.clock.install();
  const asked: string[] = [];
  page.on("request", (request) => {
    const act = request.method() === "POST" ? new URLSearchParams(request.postData() ?? "").get("act") : null;
    if (act) asked.push(act);
  });
  // The page that is seen keeps it once more; what is asked for meanwhile is not asked for.
  const seen = page.waitForResponse((answer) => /(^|&)act=keep(&|$)/.test(answer.request().postData() ?? ""));
  await toDetails(page, first);
  await seen;
  const kept = page.getByRole("region", { name: KEPT });
  await expect(kept).toContainText(/(9:[0-5]\d|10:00)/);
  const name = page.getByLabel("이름", { exact: true });
  const type = async (text: string) => {
    await name.fill(text);
    await name.blur();
  };

  // With much time left nothing is asked for.
  await type("하나");
  await page.clock.fastForward("05:30");
  await expect(kept).toContainText(/4:[0-3]\d/);
  expect(asked).not.toContain("extend");
  await type("하나둘");
  await expect(kept).toContainText(/(9:[0-5]\d|10:00)/);
  await expect(kept.getByRole("button", { name: "10분 더" })).toBeHidden();
  await expect(name).toHaveValue("하나둘");

  // Longer once is once.
  await page.clock.fastForward("05:30");
  await expect(kept).toContainText(/4:[0-3]\d/);
  await type("하나둘셋");
  await expect(kept).toContainText(/4:[0-3]\d/);
  expect(asked.filter((act) => act === "extend")).toEqual(["extend"]);

  // That it is over is read out, and no clock stands still at nought.
  await page.clock.fastForward("05:00");
  await expect(kept.getByRole("status")).toHaveText(/선반으로 돌아갔어요/);
  await expect(page.locator("[data-left]")).toHaveCount(0);
  await expect(page.locator(".kept-clock")).toBeHidden();
});
