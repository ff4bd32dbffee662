// An associate prepares a reservation and hands it over.

import { randomUUID } from "node:crypto";
import { type Locator, type Page } from "@playwright/test";
import { expect, signIn, somebody, test } from "../fixtures";

const BOARD = "/staff/seongsu";
const FIELD = "픽업 코드나 예약 번호";

/** A reservation's card, wherever on the board it stands; its code is read in halves. */
function card(page: Page, code: string): Locator {
  return page.getByRole("listitem").filter({ hasText: `${code.slice(0, 3)} ${code.slice(3)}` });
}

/** On a small screen one column is seen at a time. */
async function look(page: Page, column: string): Promise<void> {
  const tab = page.getByRole("radio", { name: new RegExp(`^${column}`) });
  if ((await tab.count()) > 0 && (await page.getByRole("group", { name: "보이는 칸" }).isVisible())) await tab.check();
}

/** What was done is said above the columns, which move down for it: nothing is pressed until it is there. */
async function said(page: Page, words: string): Promise<void> {
  await expect(page.locator("[data-kind=done]")).toContainText(words);
}

test("sign-in: a wrong password says so and keeps the name", async ({ page, audit }) => {
  await page.goto(BOARD);
  await expect(page).toHaveURL(/\/staff\/sign-in\?next=/);
  await audit();
  await page.getByLabel("아이디").fill("seongsu");
  await page.getByLabel("비밀번호").fill("제자리");
  await page.getByRole("button", { name: "로그인", exact: true }).click();
  await expect(page.getByRole("alert")).toContainText("아이디나 비밀번호가 맞지 않아요");
  await expect(page.getByLabel("아이디")).toHaveValue("seongsu");
  await expect(page.getByLabel("비밀번호")).toHaveValue("");
  await audit();
  await page.getByLabel("비밀번호").fill("jejari-demo");
  await page.getByRole("button", { name: "로그인", exact: true }).click();
  await expect(page).toHaveURL(new RegExp(`${BOARD}$`));
  await page.getByRole("button", { name: "로그아웃" }).click();
  await page.goto(BOARD);
  await expect(page).toHaveURL(/\/staff\/sign-in/);
});

test("from a new reservation to the counter", async ({ page, goods, partner, javaScriptEnabled, audit }) => {
  await partner.putOnShelf("seongsu", goods.first.sku, 6);
  await signIn(page, "seongsu", BOARD);
  if (javaScriptEnabled) await expect(page.locator("[data-link=live]")).toBeAttached({ timeout: 15_000 });
  const reserved = await partner.reserve("seongsu", goods.first.sku, 2);
  // It shows up by itself; without scripts one asks for it.
  if (!javaScriptEnabled) await page.getByRole("link", { name: "새로 고침" }).click();
  const own = card(page, reserved.code);
  await expect(own).toBeVisible();
  await expect(own).toContainText(goods.first.ko);
  await expect(own).toContainText("2개");
  await audit();

  const shopper = await page.context().newPage();
  await shopper.goto(`/reservations/${reserved.number}?t=${reserved.token}`);
  await expect(shopper.getByRole("heading", { level: 1, name: "맡아두었어요" })).toBeVisible();

  await page.bringToFront();
  await own.getByRole("button", { name: "담기 시작" }).click();
  await expect(own).toContainText("담는 중");
  await expect(own).toContainText("내가 담는 중");
  await own.getByLabel("둔 자리").fill("A-3");
  await own.getByRole("button", { name: "준비 완료" }).click();
  await said(page, "준비 완료, 손님께 알렸어요");
  await look(page, "준비됨");
  await expect(own.getByText("건네기")).toBeVisible();
  await expect(own).toContainText("A-3");
  await audit();

  await shopper.bringToFront();
  // The shopper's page is open all the while and goes along by itself; without scripts one looks again.
  if (!javaScriptEnabled) await shopper.reload();
  await expect(shopper.getByRole("heading", { level: 1, name: "준비됐어요" })).toBeVisible({ timeout: 15_000 });

  await page.bringToFront();
  // What is taken back only for a moment takes a second touch, which says to whom.
  await own.getByText("건네기").click();
  await expect(own).toContainText("10분 안에 되돌릴 수 있어요");
  await own.getByRole("button", { name: "네, 계산하고 건넸어요" }).click();
  await said(page, "건넸어요");
  await look(page, "끝난 것");
  await expect(own).toContainText("건넴");
  await shopper.bringToFront();
  if (!javaScriptEnabled) await shopper.reload();
  await expect(shopper.getByRole("heading", { level: 1, name: "받아 가셨어요" })).toBeVisible({ timeout: 15_000 });
  await shopper.close();
});

test("a code at the counter opens its reservation", async ({ page, goods, partner, audit }) => {
  await partner.putOnShelf("seongsu", goods.second.sku, 6);
  const { code, number } = await partner.reserve("seongsu", goods.second.sku, 1);
  await signIn(page, "seongsu", BOARD);
  const field = page.getByLabel("픽업 코드나 예약 번호");
  await expect(field).toBeFocused();

  await field.fill("ZZZZZZ");
  await field.press("Enter");
  await expect(page.getByRole("alert")).toContainText("그런 예약이 없어요");
  await audit();

  // As it is read out, not as it is written.
  await page.getByLabel("픽업 코드나 예약 번호").fill(`${code.slice(0, 3).toLowerCase()} ${code.slice(3).toLowerCase()}`);
  await page.getByLabel("픽업 코드나 예약 번호").press("Enter");
  const found = page.getByRole("article", { name: "찾은 예약" });
  await expect(found).toContainText(number);
  await expect(found).toContainText(goods.second.ko);
  await audit();
  await found.getByRole("button", { name: "계산 확인하고 건네기" }).click();
  await expect(found).toHaveCount(0);

  await page.getByLabel("픽업 코드나 예약 번호").fill(code);
  await page.getByLabel("픽업 코드나 예약 번호").press("Enter");
  await expect(found).toContainText("이미 건넨 예약이에요");
});

test("a look-up keeps what was ticked, typed and unfolded @scripts", async ({ page, goods, partner }) => {
  await partner.putOnShelf("seongsu", goods.second.sku, 6);
  const picked = await partner.reserve("seongsu", goods.second.sku, 1);
  const asked = await partner.reserve("seongsu", goods.second.sku, 1);
  await signIn(page, "seongsu", BOARD);
  await expect(page.locator("[data-link=live]")).toBeAttached({ timeout: 15_000 });
  const own = card(page, picked.code);
  await own.getByRole("button", { name: "담기 시작" }).click();
  await said(page, "담기 시작했어요");
  await own.getByRole("checkbox").check();
  await own.getByLabel("둔 자리").fill("A-3");
  await own.getByText("문제가 있어요").click();
  const kept = async () => {
    await expect(own.getByRole("checkbox")).toBeChecked();
    await expect(own.getByLabel("둔 자리")).toHaveValue("A-3");
    await expect(own.getByText("선반에 없어요")).toBeVisible();
  };
  const found = page.getByRole("article", { name: "찾은 예약" });
  await page.getByLabel(FIELD).fill(asked.code);
  await page.getByLabel(FIELD).press("Enter");
  await expect(found).toContainText(asked.number);
  // It is said, too, to those who do not see it appear.
  const told = page.locator("#counter [role=status]");
  await expect(told).toContainText(`찾은 예약: ${asked.code.slice(0, 3)} ${asked.code.slice(3)} · 김민지`);
  await kept();
  await found.getByRole("link", { name: "닫기" }).click();
  await expect(found).toHaveCount(0);
  await expect(told).toBeEmpty();
  await kept();
  expect(new URL(page.url()).search).toBe("");
});

test("what is not on the shelf ends with a second touch, and the shopper is told", async ({ page, goods, partner }) => {
  // A browser without a screen prints nothing, and would not say so: here it is a fault.
  await page.addInitScript(() => {
    window.print = () => {
      throw new Error("A press on the board prints it");
    };
  });
  await partner.putOnShelf("seongsu", goods.second.sku, 6);
  const reserved = await partner.reserve("seongsu", goods.second.sku, 1);
  await signIn(page, "seongsu", BOARD);
  const own = card(page, reserved.code);
  await own.getByText("문제가 있어요").click();
  await own.getByText("선반에 없어요").click();
  await own.getByRole("button", { name: "없음으로 끝내기" }).click();
  await said(page, "상품 없음으로 끝냈어요");
  await look(page, "끝난 것");
  await expect(own).toContainText("상품 없음");
  await page.goto(`/reservations/${reserved.number}?t=${reserved.token}`);
  await expect(page.getByRole("heading", { level: 1, name: "선반에서 찾지 못했어요" })).toBeVisible();
});

test("a store that is not theirs stays closed", async ({ page, goods, partner }) => {
  await partner.putOnShelf("gangnam", goods.second.sku, 6);
  const elsewhere = await partner.reserve("gangnam", goods.second.sku, 1);
  await signIn(page, "seongsu", BOARD);
  for (const store of ["gangnam", "nosuchstore"]) {
    const answer = await page.goto(`/staff/${store}`);
    expect(answer?.status(), store).toBe(403);
    await expect(page.getByRole("heading", { level: 1, name: "담당 매장이 아니에요" })).toBeVisible();
    // Where the link past the bar leads.
    await expect(page.locator("#work")).toContainText("담당 매장이 아니에요");
  }
  await page.goto(BOARD);
  await page.getByLabel("픽업 코드나 예약 번호").fill(elsewhere.code);
  await page.getByLabel("픽업 코드나 예약 번호").press("Enter");
  await expect(page.getByRole("alert")).toContainText("그런 예약이 없어요");
});

test("a manager chooses between stores, head office among all", async ({ page, audit }) => {
  await signIn(page, "manager");
  await expect(page.getByRole("heading", { level: 1, name: "어느 매장에서 일하세요?" })).toBeVisible();
  await audit();
  await page.getByRole("link", { name: /서울숲점/ }).click();
  await expect(page).toHaveURL(/\/staff\/seoulforest/);
  const here = page.locator(".staff-switch > summary");
  await expect(here).toHaveText("서울숲점 매장 바꾸기");
  await expect(here).not.toHaveAttribute("aria-label");
  await page.getByRole("button", { name: "로그아웃" }).click();
  await signIn(page, "office");
  await page.getByRole("searchbox", { name: "매장 이름, 동네, 코드" }).fill("ㅎㄷ");
  await page.getByRole("searchbox", { name: "매장 이름, 동네, 코드" }).press("Enter");
  await page.getByRole("link", { name: /홍대점/ }).click();
  await expect(page).toHaveURL(/\/staff\/hongdae/);
});

test("part of it is there: the rest is ready, and the shopper knows", async ({ page, goods, partner, audit }) => {
  await partner.putOnShelf("seongsu", goods.second.sku, 6);
  const reserved = await partner.reserve("seongsu", goods.second.sku, 3);
  await signIn(page, "seongsu", BOARD);
  const own = card(page, reserved.code);
  await own.getByText("문제가 있어요").click();
  await own.getByText("일부만 찾았어요").click();
  await own.getByRole("group", { name: goods.second.ko }).getByRole("radio", { name: "2" }).check();
  await audit();
  await own.getByRole("button", { name: "찾은 것만 준비 완료" }).click();
  await said(page, "찾은 것만 두었어요");

  const shopper = await page.context().newPage();
  await shopper.goto(`/reservations/${reserved.number}?t=${reserved.token}`);
  await expect(shopper.getByRole("heading", { level: 1, name: "찾은 것은 준비됐어요" })).toBeVisible();
  await expect(shopper.getByRole("heading", { level: 3, name: "찾지 못한 것" })).toBeVisible();
  await shopper.close();
});

test("a slip is undone where it is said", async ({ page, goods, partner, audit }) => {
  await partner.putOnShelf("seongsu", goods.second.sku, 6);
  const reserved = await partner.reserve("seongsu", goods.second.sku, 1);
  await signIn(page, "seongsu", BOARD);
  const own = card(page, reserved.code);
  await own.getByRole("button", { name: "준비 완료" }).click();
  await said(page, "준비 완료, 손님께 알렸어요");
  await audit();
  await page.locator("[data-kind=done]").getByRole("button", { name: "되돌리기" }).click();
  await said(page, "준비할 것으로 되돌렸어요");
  await expect(own).toContainText("담는 중");
  await expect(own.getByRole("button", { name: "준비 완료" })).toBeVisible();
});

test("what nobody comes for any more is put back on the shelf", async ({ page, goods, partner, javaScriptEnabled, audit }) => {
  await partner.putOnShelf("seongsu", goods.second.sku, 6);
  const order = await partner.order("seongsu", goods.second.sku);
  const code = order.groups[0]?.code ?? "";
  await signIn(page, "seongsu", BOARD);
  await card(page, code).getByRole("button", { name: "준비 완료" }).click();
  await said(page, "준비 완료, 손님께 알렸어요");
  await partner.cancelOrder(order);
  // It shows up by itself; without scripts one asks for it.
  if (!javaScriptEnabled) await page.getByRole("link", { name: "새로 고침" }).click();
  await page.locator("summary", { hasText: "선반에 되돌려 놓을 것" }).click({ timeout: 15_000 });
  const back = page.locator(".staff-backs li li").filter({ hasText: `${code.slice(0, 3)} ${code.slice(3)}` });
  await expect(back).toContainText(goods.second.ko);
  await audit();
  await back.getByRole("button", { name: "되돌려 놓았어요" }).click();
  await said(page, "선반에 되돌려 놓았어요");
  await expect(back).toHaveCount(0);
});

test("somebody without a code is found by name, phone or order number", async ({ page, goods, partner, audit }) => {
  await partner.putOnShelf("seongsu", goods.second.sku, 6);
  const name = `Kim ${randomUUID().slice(0, 8)}`;
  const first = await partner.reserve("seongsu", goods.second.sku, 1, { ...somebody(), name });
  const second = await partner.order("seongsu", goods.second.sku, "collect", { ...somebody(), name });
  await signIn(page, "seongsu", BOARD);
  const field = page.getByLabel(FIELD);
  await field.fill(name);
  await field.press("Enter");
  const several = page.getByRole("region", { name: /어느 것인가요/ });
  await expect(several.getByRole("link", { name: new RegExp(name) })).toHaveCount(2);
  await audit();
  const found = page.getByRole("article", { name: "찾은 예약" });
  await several.getByRole("link", { name: new RegExp(`${first.code.slice(0, 3)} ${first.code.slice(3)}`) }).click();
  await expect(found).toContainText(first.number);
  await expect(found).toContainText("코드 없이 찾았어요");

  // The order's number stands in every message.
  await page.getByLabel(FIELD).fill(second.number);
  await page.getByLabel(FIELD).press("Enter");
  await expect(found).toContainText(second.groups[0]?.id ?? "");

  await page.getByLabel(FIELD).fill("아무개씨");
  await page.getByLabel(FIELD).press("Enter");
  await expect(page.getByRole("alert")).toContainText("그런 예약이 없어요");
});
