// The language of a dictation: chosen, remembered, sent, shown.
import { expectAccessible, expectNoSidewaysScroll } from "../support/accessible.ts";
import { expect, test } from "../support/doctor.ts";
import { shortDictation } from "../support/files.ts";
import { hydrated, onDictationPage, sendDictation } from "../support/pages.ts";

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
