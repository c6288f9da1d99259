// Files that can't be used: each gets a sentence, and nothing is stored.
import { expectAccessible } from "../support/accessible.ts";
import { expect, test } from "../support/doctor.ts";
import { lyingFile, shortDictation, silentWav, tooLargeFile } from "../support/files.ts";
import { hydrated, onDictationPage, sendDictation } from "../support/pages.ts";

async function expectNothingStored(page: import("@playwright/test").Page): Promise<void> {
  const list = await page.request.get("/api/v1/transcriptions");
  expect(list.status()).toBe(200);
  expect(JSON.stringify(await list.json())).not.toContain('"id"');
}

test("a file that is no recording is refused by its content", async ({ page }) => {
  await sendDictation(page, lyingFile());
  await expect(page.getByRole("alert")).toContainText(/recording/i);
  await expectAccessible(page);
  await expectNothingStored(page);
});

test("a silent recording is refused with a sentence", async ({ page }) => {
  await sendDictation(page, silentWav(4));
  await expect(page.getByRole("alert")).toContainText(/no sound|silent|nothing/i);
  await expectNothingStored(page);
});

test("a file that is too large is refused before it is sent", async ({ page }) => {
  await page.goto("/dictations/new");
  await hydrated(page);
  await page.locator("#audio_file").setInputFiles(tooLargeFile());
  await expect(page.getByText(/^This file is 16.0 MB; at most/)).toBeVisible();
  await expectNothingStored(page);
});

test("an upload that breaks off is sent again without choosing the file again", async ({ page }) => {
  let broken = true;
  await page.route("**/api/v1/transcriptions", (route) => {
    if (route.request().method() === "POST" && broken) {
      broken = false;
      return route.abort("connectionreset");
    }
    return route.continue();
  });
  await sendDictation(page, shortDictation);
  await expect(page.getByRole("alert")).toContainText(/still chosen/);
  await page.getByRole("button", { name: "Try again" }).click();
  await onDictationPage(page);
});
