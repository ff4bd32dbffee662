// Every page in every state, in both languages: it is found accessible in light and dark, fits every screen from the
// narrowest phone to a desk, speaks one language, and names its twin in the other.

import { type Page } from "@playwright/test";
import { expect, expectAccessible, expectToFit, settled, test } from "../fixtures";
import { LANGUAGES, type Language, sceneOf, STATES } from "../fixtures/pages";

/** Words of the one language that have no place on a page of the other. Names are said in the page's language too. */
const FOREIGN: Record<Language, RegExp> = {
  en: /[\p{Script=Hangul}]+/gu,
  ko: /\b(reserve|basket|search|find|stores?|ready|left|quantity|checked|filter|show|see|open|close[ds]?|from|until|and|the|of|your?|none|now|more|home|sign|password)\b/gi,
};

/** What a person reads or hears: texts, names, placeholders, the title. Not what says that it is of another language. */
async function said(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const own = document.documentElement.lang;
    const foreign = (element: Element | null) =>
      Boolean(element?.closest(`[lang]:not([lang="${own}"]), [translate="no"], script, style, noscript`));
    const texts = [document.title];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (!foreign(node.parentElement)) texts.push(node.textContent ?? "");
    }
    for (const element of document.body.querySelectorAll("*")) {
      if (foreign(element)) continue;
      for (const name of ["aria-label", "aria-description", "placeholder", "alt", "title", "data-say-have", "data-say-out"]) {
        texts.push(element.getAttribute(name) ?? "");
      }
    }
    for (const meta of document.querySelectorAll('meta[name="description"], meta[property^="og:"]')) {
      texts.push(meta.getAttribute("content") ?? "");
    }
    return texts.map((text) => text.trim()).filter((text) => text !== "" && !/^https?:/.test(text));
  });
}

async function expectOneLanguage(page: Page, lang: Language): Promise<void> {
  await expect(page.locator("html")).toHaveAttribute("lang", lang);
  // People, their cars and their streets are called what they are called: the staff, and the shoppers on their board.
  const names = /흰색 아반떼 1234|서울 성동구 왕십리로 83|한결|서윤|도현|김민지|이서준|박하늘|민지/g;
  // What a shopper searched for is repeated as they wrote it.
  const asked = [...new URL(page.url()).searchParams.values()].filter((value) => value !== "");
  const strange = (await said(page))
    .map((text) => asked.reduce((rest, value) => rest.replaceAll(value, ""), text.replace(names, "")))
    .filter((text) => text.match(FOREIGN[lang]) !== null);
  expect(strange, `words of the other language on ${page.url()}`).toEqual([]);
}

async function expectTwin(page: Page, lang: Language): Promise<void> {
  const alternate = (of: Language) => page.locator(`link[rel="alternate"][hreflang="${of}"]`).getAttribute("href");
  const [ko, en] = [await alternate("ko"), await alternate("en")];
  const canonical = await page.locator('link[rel="canonical"]').getAttribute("href");
  expect(canonical).toBe(lang === "ko" ? ko : en);
  expect(new URL(en ?? "").pathname.replace(/^\/en/, "") || "/").toBe(new URL(ko ?? "").pathname);
  const twin = await page.request.get(new URL((lang === "ko" ? en : ko) ?? "").pathname);
  expect(twin.status()).toBe(200);
  expect(await twin.text()).toContain(`<html lang="${lang === "ko" ? "en" : "ko"}"`);
}

for (const lang of LANGUAGES) {
  for (const state of STATES) {
    test(`${lang}: ${state.name} @once`, async ({ page, goods, partner }) => {
      await page.emulateMedia({ colorScheme: "light" });
      const status = await state.open(sceneOf(page, goods, partner, lang));
      expect(status).toBe(state.status);
      await expectOneLanguage(page, lang);
      if (state.indexed) await expectTwin(page, lang);
      await expectToFit(page);
      // The whole audit follows, as after every journey: of the Korean page in the dark, of the English one in the
      // light. Colours do not depend on the language.
      if (lang === "en") return;
      await expectAccessible(page, { colours: true });
      await page.emulateMedia({ colorScheme: "dark" });
      await settled(page);
    });
  }
}
