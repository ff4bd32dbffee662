// A pick fails, and the order heals: everything that could take its place is held, and the shopper has one link.

import { type Page } from "@playwright/test";
import { expect, signIn, somebody, test } from "../fixtures";
import { type Good } from "../fixtures/goods";
import { type Ordered, type Partner } from "../fixtures/partner";

const owners = ({ number, token }: Ordered) => `/orders/${number}?t=${token}`;
const stand_ins = (page: Page) => page.getByRole("region", { name: "대신할 것" });

/** Placed at Seongsu, and not on its shelf when an associate looks; another store has it. */
async function lost(page: Page, partner: Partner, good: Good): Promise<Ordered> {
  await partner.putOnShelf("seongsu", good.sku, 4);
  await partner.putOnShelf("gangnam", good.sku, 6);
  const order = await partner.order("seongsu", good.sku, "collect", somebody("김민지"));
  const code = order.groups[0]?.code ?? "";
  const staff = await page.context().newPage();
  await signIn(staff, "seongsu", "/staff/seongsu");
  const own = staff.getByRole("listitem").filter({ hasText: `${code.slice(0, 3)} ${code.slice(3)}` });
  await own.getByText("문제가 있어요").click();
  await own.getByText("선반에 없어요").click();
  await own.getByRole("button", { name: "없음으로 끝내기" }).click();
  await expect(staff.locator("[data-kind=done]")).toBeVisible();
  await staff.close();
  return order;
}

/** It is looked for in a moment; until then the page says so, and changes by itself. */
async function offered(page: Page, order: Ordered): Promise<void> {
  await page.goto(owners(order));
  await expect(async () => {
    if (!(await stand_ins(page).isVisible())) await page.reload();
    await expect(stand_ins(page)).toContainText("잡아 두었어요", { timeout: 1_500 });
  }).toPass({ timeout: 20_000 });
}

test("what was not found is taken at another store instead", async ({ page, goods, partner, audit }) => {
  const order = await lost(page, partner, goods.second);
  await offered(page, order);
  await expect(stand_ins(page)).toContainText("정하지 않으시면");
  // The deadline comes first; one of them is recommended, and says why.
  await expect(stand_ins(page).locator("h3 + p")).toContainText(/까지 정해 주세요/);
  await expect(stand_ins(page).getByText("추천", { exact: true })).toHaveCount(1);
  await audit();
  const store = stand_ins(page).getByRole("listitem").filter({ hasText: "매장 픽업" }).first();
  await expect(store).toContainText("추천");
  await expect(store).toContainText("더 내지 않고 가장 빨리");
  await expect(store).toContainText("추가 비용 없음");
  const other = (await store.locator("p > b").first().innerText()).split(" · ")[0] ?? "";
  await store.getByRole("button", { name: "이걸로 받을게요" }).click();
  await expect(stand_ins(page)).toHaveCount(0);
  await expect(page.getByRole("heading", { level: 1, name: "맡아두었어요" })).toBeVisible();
  const now = page.getByRole("article").filter({ has: page.getByRole("heading", { level: 2, name: other }) }).last();
  await expect(now).toContainText("계산대에서 보여 주세요");
  await expect(now).toContainText(goods.second.ko);
});

test("what was not found is not wanted any more, and nothing is held", async ({ page, goods, partner, audit }) => {
  const order = await lost(page, partner, goods.second);
  await offered(page, order);
  await stand_ins(page).getByRole("button", { name: "괜찮아요, 빼 주세요" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "찾지 못해 취소했어요" })).toBeVisible();
  await expect(page.getByRole("main")).toContainText("빠져나간 돈은 없어요");
  await audit();
});
