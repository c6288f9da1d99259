// The language of a dictation: chosen, remembered, sent, shown.
import { expectAccessible, expectNoSidewaysScroll } from "../support/accessible.ts";
import { expect, test } from "../support/doctor.ts";
import { shortDictation } from "../support/files.ts";
import { hydrated, onDictationPage, sendDictation } from "../support/pages.ts";
import type { Page, Route } from "@playwright/test";

const list = "**/fn/offered_languages";

test("a doctor chooses Hindi once, and every dictation is sent and shown as Hindi", async ({ page }) => {
  // What is sent stays as it is while it is looked at.
  await page.route("**/events", () => {});
  const findings = page.getByText(/^Medicines and conditions are looked for in English text only\./);
  const language = page.getByLabel("Language", { exact: true });
  await page.goto("/dictations/new");
  await hydrated(page);
  await expect(language).toHaveValue("en-US");
  await expect(findings).toHaveCount(0);
  await language.selectOption({ label: "Hindi" });
  await expect(findings).toBeVisible();
  await expectAccessible(page);
  await expectNoSidewaysScroll(page);

  await page.reload();
  await expect(language).toHaveValue("hi-IN");
  await sendDictation(page, shortDictation);
  const id = await onDictationPage(page);
  const { transcription } = await (await page.request.get(`/api/v1/transcriptions/${id}`)).json();
  expect(transcription.language_code).toBe("hi-IN");
  await expect(page.locator(".page__facts")).toContainText("Hindi");
  await expect(findings).toBeVisible();
  await expectAccessible(page);
  await expectNoSidewaysScroll(page);

  // This time the page is made by script.
  await page.keyboard.press("n");
  await expect(language).toHaveValue("hi-IN");
});

for (const [what, answer] of [
  ["is on its way", () => {}],
  ["can't be loaded", (route: Route) => route.abort()],
] as const) {
  test(`a dictation is in the language chosen before while the list of languages ${what}`, async ({ page }) => {
    await page.route("**/events", () => {});
    await page.route(list, answer);
    await chooseHindiAndComeBack(page);
    await page.locator("#audio_file").setInputFiles(shortDictation);
    await page.getByRole("button", { name: "Send", exact: true }).click();
    const id = await onDictationPage(page);
    const { transcription } = await (await page.request.get(`/api/v1/transcriptions/${id}`)).json();
    expect(transcription.language_code).toBe("hi-IN");
  });
}

test("the list of languages is loaded again after a failure, and the form stays filled", async ({ page }) => {
  await page.route(list, (route) => route.abort());
  await chooseHindiAndComeBack(page);
  const language = page.getByLabel("Language", { exact: true });
  const trouble = page.getByRole("alert").filter({ hasText: "The server can't be reached. Nothing is lost." });
  const meanwhile = page.getByText("Until you can choose again, the language stays: Hindi.", { exact: true });
  const patient = page.getByRole("textbox", { name: /^Patient/ });
  await expect(trouble).toBeVisible();
  await expect(meanwhile).toBeVisible();
  await expect(language).toHaveCount(0);
  await expectAccessible(page);
  await expectNoSidewaysScroll(page);
  await patient.fill("Asha Verma");
  await page.locator("#audio_file").setInputFiles(shortDictation);
  const take = page.locator(".take__name");
  await expect(take).toContainText("speech.m4a");

  await page.unroute(list);
  await trouble.getByRole("button", { name: "Try again" }).click();
  await expect(language).toHaveValue("hi-IN");
  await expect(trouble).toHaveCount(0);
  await expect(meanwhile).toHaveCount(0);
  await expect(patient).toHaveValue("Asha Verma");
  await expect(take).toContainText("speech.m4a");
});

/** Chooses Hindi, leaves, and opens the form once more by script, which then asks for the list. */
async function chooseHindiAndComeBack(page: Page): Promise<void> {
  await page.goto("/dictations/new");
  await hydrated(page);
  await page.getByLabel("Language", { exact: true }).selectOption({ label: "Hindi" });
  await page.goto("/");
  await hydrated(page);
  const asked = page.waitForRequest(list);
  await page.keyboard.press("n");
  await asked;
  await expect(page.locator("#audio_file")).toBeAttached();
}
