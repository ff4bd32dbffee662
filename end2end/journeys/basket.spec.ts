// Several things at once, from the store that has most of them.

import { type Locator, type Page } from "@playwright/test";
import { expect, makeMine, somebody, test } from "../fixtures";
import { type Good, type Goods } from "../fixtures/goods";
import { type Partner } from "../fixtures/partner";

/** More of the first than any other shelf has, so that the two stores are ranked before all others. */
const MANY = 30;

async function stock(partner: Partner, { first, second }: Goods): Promise<void> {
  await partner.putOnShelf("seongsu", first.sku, MANY);
  await partner.putOnShelf("seongsu", second.sku, 6);
  await partner.putOnShelf("seoulforest", first.sku, MANY);
  await partner.putOnShelf("seoulforest", second.sku, 0);
}

async function want(page: Page, good: Good, quantity: number, inAll: number): Promise<void> {
  const field = page.getByRole("textbox", { name: `${good.ko} 수량` });
  await field.fill(String(quantity));
  await field.press("Enter");
  await expect(page.getByRole("banner").getByRole("link", { name: `장바구니, ${inAll}개` })).toBeVisible();
}

/** So many of both that no other shelf has either: late in the day stores that are open longer go before the one these
 * journeys use. */
async function wantMany(page: Page, { first, second }: Goods): Promise<void> {
  await want(page, first, MANY, MANY + 1);
  await want(page, second, MANY, 2 * MANY);
}

async function putIn(page: Page, good: Good): Promise<void> {
  await page.goto(`/p/${good.slug}?sku=${good.sku}`);
  await page.getByRole("button", { name: "장바구니에 담기" }).click();
  await expect(page.getByRole("banner").getByRole("link", { name: /^장바구니, [1-9]/ })).toBeVisible();
}

/** In the evening stores that close later rank before the one these journeys use: it may be among those folded away. */
async function unfold(covers: Locator): Promise<void> {
  const more = covers.getByText(/곳 더 펼치기/);
  if (await more.count()) await more.click();
}

test("two things, ranked stores, one reservation", async ({ page, goods, partner, audit }) => {
  const { first, second } = goods;
  await stock(partner, goods);

  await page.goto("/basket");
  await expect(page.getByRole("heading", { level: 1, name: "장바구니가 비어 있어요" })).toBeVisible();
  // Ways on: a word, a shelf, a store.
  const main = page.getByRole("main");
  await expect(main.getByRole("searchbox", { name: "담을 것의 이름" })).toBeVisible();
  await expect(main.getByRole("link", { name: "매장 찾기" })).toBeVisible();
  await expect(main.getByRole("region", { name: "이런 선반이 있어요" }).getByRole("link").first()).toHaveAttribute("href", /\/category\//);
  await audit();

  await makeMine(page, "seongsu");
  await putIn(page, first);
  await putIn(page, second);
  await page.getByRole("banner").getByRole("link", { name: "장바구니, 2개" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "장바구니", exact: true })).toBeVisible();
  const covers = page.getByRole("region", { name: "어디서 받으시겠어요?" });
  const chosen = covers.getByRole("listitem").filter({ hasText: "고른 매장" });
  await expect(chosen).toContainText("성수점");
  await expect(chosen).toContainText("2가지 모두");
  await audit();

  const line = page.getByRole("listitem").filter({ has: page.getByRole("heading", { name: first.ko }) });
  await line.getByRole("button", { name: `${first.ko} 하나 더` }).click();
  await expect(line.getByRole("textbox", { name: `${first.ko} 수량` })).toHaveValue("2");

  // Which stores lack something, and what.
  await wantMany(page, goods);
  await unfold(covers);
  const lacking = covers.getByRole("listitem").filter({ hasText: "서울숲점" });
  await expect(lacking).toContainText("2가지 중 1가지");
  await expect(lacking).toContainText(`${second.ko} 없음`);
  await want(page, second, 1, MANY + 1);

  await page.getByRole("link", { name: /^성수점에 맡아두기/ }).click();
  await page.getByLabel("받으러 오시는 분").fill("박하늘");
  await page.getByLabel("이메일").fill(somebody().email);
  await page.getByRole("button", { name: "성수점에 맡아두기" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "맡아두었어요" })).toBeVisible();
  const held = page.getByRole("region", { name: "맡아둔 것" });
  await expect(held).toContainText(first.ko);
  await expect(held).toContainText(second.ko);
  await expect(page.getByRole("banner").getByRole("link", { name: "장바구니, 0개" })).toBeVisible();
});

test("another store is chosen, and what it has is reserved there", async ({ page, goods, partner }) => {
  const { first, second } = goods;
  await stock(partner, goods);
  await makeMine(page, "seongsu");
  await putIn(page, first);
  await putIn(page, second);
  await page.goto("/basket");
  await wantMany(page, goods);
  const covers = page.getByRole("region", { name: "어디서 받으시겠어요?" });
  await unfold(covers);
  await covers.getByRole("button", { name: /서울숲점/ }).click();
  await expect(covers.getByRole("listitem").filter({ hasText: "고른 매장" })).toContainText("서울숲점");
  await page.getByRole("link", { name: /^서울숲점에 있는 것만 맡아두기/ }).click();
  await page.getByLabel("받으러 오시는 분").fill("박하늘");
  await page.getByLabel("이메일").fill(somebody().email);
  await page.getByRole("button", { name: "서울숲점에 맡아두기" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "맡아두었어요" })).toBeVisible();
  const held = page.getByRole("region", { name: "맡아둔 것" });
  await expect(held).toContainText(first.ko);
  await expect(held).not.toContainText(second.ko);
  // What was not there stays in the basket.
  await expect(page.getByRole("banner").getByRole("link", { name: `장바구니, ${MANY}개` })).toBeVisible();
});

test("a quantity that is none is kept to be mended, and a line is taken out", async ({ page, goods, audit }) => {
  const { first } = goods;
  await putIn(page, first);
  await page.goto("/basket");
  const quantity = page.getByRole("textbox", { name: `${first.ko} 수량` });
  for (const wrong of ["-1", "1.5", "9223372036854775808", "둘"]) {
    await quantity.fill(wrong);
    await quantity.press("Enter");
    await expect(quantity).toHaveAttribute("aria-invalid", "true");
    await expect(quantity).toHaveValue(wrong);
    await expect(page.getByRole("alert")).toContainText("1에서 999까지");
  }
  await audit();
  await quantity.fill("12");
  await quantity.press("Enter");
  await expect(page.getByRole("banner").getByRole("link", { name: "장바구니, 12개" })).toBeVisible();
  await page.getByRole("button", { name: `${first.ko} 빼기` }).click();
  await expect(page.getByRole("heading", { level: 1, name: "장바구니가 비어 있어요" })).toBeVisible();
});
