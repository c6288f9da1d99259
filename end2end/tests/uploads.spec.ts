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
  await expect(page.getByRole("alert").locator("p")).toHaveText(
    "This is not a recording SEVA can read. Send WAV, MP3, FLAC, MP4, M4A, or WebM or Ogg with Opus.",
  );
  await expectAccessible(page);
  await expectNothingStored(page);
});

test("a silent recording is refused with a sentence", async ({ page }) => {
  await sendDictation(page, silentWav(4));
  await expect(page.getByRole("alert").locator("p")).toHaveText(
    "The recording is silent. Check that the microphone isn't muted, and record again.",
  );
  await expectNothingStored(page);
});

test("a file that is too large is refused before it is sent", async ({ page }) => {
  await page.goto("/dictations/new");
  await hydrated(page);
  await page.locator("#audio_file").setInputFiles(tooLargeFile());
  await expect(
    page.getByText(
      "This file is 16.1 MB; at most 16 MB can be sent. Record in shorter parts, or save it as m4a or mp3.",
      { exact: true },
    ),
  ).toBeVisible();
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
  await expect(page.getByRole("alert").locator("p")).toHaveText(
    "The server can't be reached. Your file is still chosen. Check the connection and try again.",
  );
  await page.getByRole("button", { name: "Try again" }).click();
  await onDictationPage(page);
});
