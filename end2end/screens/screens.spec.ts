// Pictures of each page for docs/screens, light, dark and phone. Run by
// `cargo xtask screens`; not a test.
import path from "node:path";
import { expect, test, type Page } from "@playwright/test";
import { newDoctor, signIn } from "../support/doctor.ts";
import { sampleDictation } from "../support/files.ts";
import { fillProfile, onDictationPage, sendDictation, watchUntilReady } from "../support/pages.ts";

const folder = path.resolve(import.meta.dirname, "../../docs/screens");

const looks = [
  { name: "light", viewport: { width: 1280, height: 800 }, colorScheme: "light" },
  { name: "dark", viewport: { width: 1280, height: 800 }, colorScheme: "dark" },
  { name: "phone", viewport: { width: 360, height: 740 }, colorScheme: "light" },
] as const;

for (const look of looks) {
  test(look.name, async ({ browser, request, baseURL }) => {
    const doctor = await newDoctor(request, baseURL ?? "");
    const context = await browser.newContext({ baseURL, viewport: look.viewport, colorScheme: look.colorScheme });
    const page = await context.newPage();
    const shoot = async (name: string) => {
      await expect(page.locator(".row--skeleton")).toHaveCount(0);
      await page.screenshot({ path: path.join(folder, `${name}-${look.name}.png`), animations: "disabled" });
    };
    await page.goto("/sign-in");
    await shoot("sign-in");
    await page.goto("/register");
    await shoot("register");
    await signIn(page, doctor);
    await shoot("today-empty");
    await fillProfile(page);
    await shoot("profile");
    await page.goto("/dictations/new");
    await shoot("new-dictation");
    await sendDictation(page, sampleDictation, "Ravi Kulkarni");
    await onDictationPage(page);
    await page.locator(".transcript--live .provisional").first().waitFor();
    await shoot("dictation-running");
    await watchUntilReady(page);
    await shoot("dictation");
    await openPrescription(page);
    await shoot("prescription-draft");
    await page.getByText("Saved", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Check and sign" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Sign", exact: true }).click();
    await page.getByRole("link", { name: "Download the PDF" }).waitFor();
    await shoot("prescription-signed");
    await page.goto("/");
    await shoot("today");
    await page.goto("/dictations");
    await shoot("dictations");
    await page.goto("/prescriptions");
    await shoot("prescriptions");
    await context.close();
  });
}

async function openPrescription(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Check and sign" }).click();
  await page.waitForURL(/\/prescriptions\//);
  await page.getByRole("button", { name: "Add a medicine" }).waitFor();
}
