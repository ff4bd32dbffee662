// What a browser can be made to send: a clear answer, nothing lost, nothing broken.

import { randomUUID } from "node:crypto";
import { expect, somebody, test } from "../fixtures";

const SCRIPT = `</script><script>document.title = "taken"</script><img src=x onerror="document.title='taken'">`;

test("a script that is searched for stays text", async ({ page }) => {
  for (const address of ["/search?q=", "/en/search?q=", "/stores?place=", "/stores?sku=", "/products?store="]) {
    const answer = await page.goto(address + encodeURIComponent(SCRIPT));
    expect(answer?.status(), address).toBe(200);
    await expect(page).not.toHaveTitle(/taken$/);
    await expect(page.locator("img[onerror]")).toHaveCount(0);
    await expect(page.locator("script:not([src]):not([type='application/ld+json'])")).toHaveCount(0);
  }
  await page.goto(`/search?q=${encodeURIComponent(SCRIPT)}`);
  await expect(page.getByRole("combobox", { name: "상품 검색" })).toHaveValue(SCRIPT);
});

test("what a shopper calls themselves is shown as they wrote it", async ({ page, goods, partner }) => {
  await partner.putOnShelf("seongsu", goods.first.sku, 3);
  const name = `</script><b>민지</b> & "co"`;
  const { number, token } = await partner.reserve("seongsu", goods.first.sku, 1, somebody(name));
  await page.goto(`/reservations/${number}?t=${token}`);
  await expect(page.getByRole("main")).toContainText(name);
});

for (const address of ["/p/no-such-thing", "/category/no-such-room", "/stores/no-such-store", "/reservations/R-0000-0000", "/%00", "/en/nowhere", "/p/%2e%2e%2f"]) {
  test(`nothing is at ${address}`, async ({ page }) => {
    const answer = await page.goto(address);
    expect(answer?.status()).toBeGreaterThanOrEqual(400);
    expect(answer?.status()).toBeLessThan(500);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    const home = address.startsWith("/en") ? "Home" : "처음으로";
    await expect(page.getByRole("main").getByRole("link", { name: home })).toBeVisible();
  });
}

test("an address with a slash too many is the same address, and never another host", async ({ page }) => {
  for (const address of ["/en", "/products", "/en/stores/seongsu"]) {
    const answer = await page.goto(`${address}/`);
    expect(answer?.status(), address).toBe(200);
    expect(new URL(page.url()).pathname).toBe(address);
  }
  for (const address of ["//elsewhere.test/", "/\\elsewhere.test/"]) {
    const answer = await page.request.get(new URL(page.url()).origin + address, { maxRedirects: 0 });
    expect(answer.status(), address).toBe(404);
  }
});

test("quantities that are none", async ({ page, goods, partner }) => {
  const { sku } = goods.first;
  await partner.putOnShelf("seongsu", sku, 3);
  for (const quantity of ["0", "-1", "1.5", "9223372036854775808", "x".repeat(5_000)]) {
    await page.goto(`/reserve?sku=${sku}&store=seongsu&quantity=${quantity}`);
    await expect(page.getByLabel("수량"), quantity.slice(0, 30)).toHaveAttribute("aria-invalid", "true");
    await expect(page.getByLabel("수량")).toHaveAccessibleDescription(/1에서 999까지/);
  }
  await page.getByLabel("수량").fill("0");
  await page.getByLabel("받으러 오시는 분").fill("김민지");
  await page.getByLabel("이메일").fill(somebody().email);
  await page.getByRole("button", { name: "성수점에 맡아두기" }).click();
  await expect(page.getByLabel("수량")).toHaveValue("0");
  await expect(page.getByLabel("받으러 오시는 분")).toHaveValue("김민지");
  await page.getByLabel("수량").fill("1");
  await page.getByRole("button", { name: "성수점에 맡아두기" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "맡아두었어요" })).toBeVisible();
});

test("names nobody has are refused, and kept to be mended", async ({ page, goods, partner }) => {
  const { sku } = goods.second;
  await partner.putOnShelf("seongsu", sku, 3);
  await page.goto(`/reserve?sku=${sku}&store=seongsu&quantity=1`);
  const form = { sku, store: "seongsu", quantity: "1", key: randomUUID(), email: somebody().email };
  for (const name of ["가".repeat(81), "   ", "a\u0000b", "민지\u202e"]) {
    const answer = await page.request.post("/reserve", { form: { ...form, name }, maxRedirects: 0 });
    expect(answer.status(), JSON.stringify(name.slice(0, 10))).toBe(422);
  }
  const flood = await page.request.post("/reserve", { form: { ...form, name: "가".repeat(400_000) }, maxRedirects: 0 });
  expect(flood.status()).toBe(413);
  expect(await flood.text()).toContain("뒤로 가면 대개 적으신 그대로 있으니");
});

test("another site can make a visitor's browser do nothing here", async ({ page, goods, partner, baseURL }) => {
  await partner.putOnShelf("seongsu", goods.second.sku, 3);
  const form = { sku: goods.second.sku, store: "seongsu", quantity: "1", key: randomUUID(), ...somebody() };
  const foreign: Record<string, string>[] = [{ origin: "https://elsewhere.example" }, { origin: "null" }, { "sec-fetch-site": "cross-site" }];
  for (const headers of foreign) {
    const answer = await page.request.post("/reserve", { headers, form, maxRedirects: 0 });
    expect(answer.status(), JSON.stringify(headers)).toBe(403);
  }
  const own = await page.request.post("/reserve", { headers: { origin: baseURL ?? "" }, form, maxRedirects: 0 });
  expect(own.status()).toBe(303);
});

test("a form on another site's page is refused in the browser too @scripts", async ({ page, goods }) => {
  const elsewhere = "http://elsewhere.test/";
  await page.route(elsewhere, (route) =>
    route.fulfill({
      contentType: "text/html; charset=utf-8",
      body: `<!doctype html><html lang="ko"><title>다른 곳</title><main><h1>다른 곳</h1>
        <form method="post" action="${new URL("/basket/add", process.env.BASE_URL).href}">
        <input type="hidden" name="sku" value="${goods.first.sku}"><button>누르기</button></form></main>`,
    }),
  );
  await page.goto(elsewhere);
  const answer = page.waitForResponse((response) => response.request().method() === "POST");
  await page.getByRole("button", { name: "누르기" }).click();
  expect((await answer).status()).toBe(403);
  await page.goto("/basket");
  await expect(page.getByRole("heading", { level: 1, name: "장바구니가 비어 있어요" })).toBeVisible();
});
