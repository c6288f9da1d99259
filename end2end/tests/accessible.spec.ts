// Axe on every page behind the sign-in, with and without content, in the light
// and in the dark. What axe sees on the way through the main job is in main-job.spec.
import { expectAccessibleLightAndDark, expectNoSidewaysScroll } from "../support/accessible.ts";
import { expect, newDoctor, test } from "../support/doctor.ts";
import { longDictation, shortDictation, wordlessWav } from "../support/files.ts";
import { fillProfile, hydrated, onDictationPage, sendDictation, watchUntilReady } from "../support/pages.ts";
import type { Page } from "@playwright/test";

const lists = ["/", "/dictations", "/prescriptions"];

async function expectGood(page: Page): Promise<void> {
  await hydrated(page);
  await expectAccessibleLightAndDark(page);
  await expectNoSidewaysScroll(page);
}

test("pages with nothing in them yet", async ({ page }) => {
  for (const path of [...lists, "/dictations/new", "/profile", "/profile/tokens"]) {
    await page.goto(path);
    await expectGood(page);
  }
  for (const path of lists) {
    await page.goto(path);
    await hydrated(page);
    await page.getByRole("searchbox").fill("nobody of that name");
    await expect(page.getByText(/matches the search|holds these words/)).toBeVisible();
    await expectGood(page);
  }
});

test("lists with content, and what they lead to", async ({ page }) => {
  await fillProfile(page);
  await sendDictation(page, shortDictation, "Asha Verma");
  await onDictationPage(page);
  await watchUntilReady(page);
  await expectGood(page);
  await page.getByRole("button", { name: "Check and sign" }).click();
  await expect(page.getByLabel("Medicine", { exact: true })).toHaveValue(/metformin/i);
  await expect(page.getByLabel("Dose")).toHaveValue("500 mg");
  await expectGood(page);
  await page.getByRole("button", { name: "Check and sign" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Sign", exact: true }).click();
  await expect(page.getByRole("link", { name: "Download the PDF" })).toBeVisible();
  await expectGood(page);
  for (const path of lists) {
    await page.goto(path);
    await expect(page.getByRole("link", { name: "Asha Verma" })).toBeVisible();
    await expect(page.getByRole("link", { name: "PDF" })).toBeVisible();
    await expectGood(page);
  }
});

test("a dictation that runs, one that was cancelled and one that failed", async ({ page }) => {
  await sendDictation(page, longDictation(), "Runs And Stops");
  await onDictationPage(page);
  await expect(page.locator(".transcript--live .provisional").first()).toBeVisible({ timeout: 120_000 });
  // From here on the page hears nothing, so it stays as it is while axe looks.
  await page.route("**/events", () => {});
  await page.reload();
  await expect(page.locator(".transcript--live .provisional").first()).toBeVisible();
  await expectGood(page);
  await page.goto("/");
  await expect(page.getByText("Transcribing", { exact: true })).toBeVisible();
  await expectGood(page);
  await page.unroute("**/events");
  await page.getByRole("link", { name: "Runs And Stops" }).click();
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByRole("heading", { name: "Cancelled" })).toBeVisible();
  await expectGood(page);

  await sendDictation(page, wordlessWav(3), "Only A Hum");
  await onDictationPage(page);
  await expect(page.getByRole("heading", { name: "This dictation could not be transcribed" })).toBeVisible({
    timeout: 120_000,
  });
  await expect(page.getByRole("alert").locator("p")).toHaveText(
    "No words were heard in this recording. Listen to it; if it is silent, check the microphone and record it again.",
  );
  await expectGood(page);
  for (const path of ["/", "/dictations"]) {
    await page.goto(path);
    await expect(page.getByText("Failed", { exact: true })).toBeVisible();
    await expect(page.getByText("Cancelled", { exact: true })).toBeVisible();
    await expectGood(page);
  }
});

test("sign-in, when it is refused", async ({ page, request, baseURL, context }) => {
  const doctor = await newDoctor(request, baseURL ?? "");
  await context.clearCookies();
  await page.goto("/sign-in");
  await hydrated(page);
  await page.getByLabel("E-mail").fill(doctor.email);
  await page.getByLabel("Password").fill("Not-the-one-1");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert").locator("p")).toHaveText("The e-mail address or the password is wrong.");
  await expectGood(page);
});
