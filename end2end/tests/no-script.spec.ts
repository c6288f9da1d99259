// Before hydration, or without it: sign in, send, read, search, prescribe, sign.
import { expect, newDoctor, signIn } from "../support/doctor.ts";
import { forgedRefusal, shortDictation } from "../support/files.ts";
import { onDictationPage } from "../support/pages.ts";
import { pdfText } from "../support/pdf.ts";
import { type Page, test as base } from "@playwright/test";

/** `page` is signed in by the form. */
const test = base.extend({
  page: async ({ page, request, baseURL }, use) => {
    await signIn(page, await newDoctor(request, baseURL ?? ""));
    await use(page);
  },
});
test.use({ javaScriptEnabled: false });

test("without JavaScript a doctor signs in, sends a file and reads it", async ({ page }) => {
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Today");
  await page.goto("/dictations/new");
  await page.getByRole("textbox", { name: /^Patient/ }).fill("Read Without Script");
  await page.locator("#audio_file").setInputFiles(shortDictation);
  await page.getByRole("button", { name: "Send" }).click();
  await onDictationPage(page);
  await expect(async () => {
    await page.reload();
    await expect(page.locator("#transcript")).toContainText(/metformin/i, { timeout: 500 });
  }).toPass({ timeout: 120_000 });
  await expect(page.locator(".entity--medication").first()).toBeVisible();
  await page.getByText(/^All findings/).click();
  await expect(page.getByRole("cell", { name: /Medicines/ }).first()).toBeVisible();
});

test("without JavaScript a prescription is written, checked and signed", async ({ page }) => {
  await newPrescription(page, "Asha Verma");
  const draft = page.url();
  await page.getByRole("button", { name: "Add a medicine" }).click();
  await expect(page.getByLabel("Name", { exact: true })).toHaveValue("Asha Verma");
  await page.getByLabel("Medicine", { exact: true }).fill("Amoxicillin");
  await page.getByLabel("Dose").fill("500 mg");
  await page.getByLabel("Frequency", { exact: true }).fill("1-0-1");
  await page.getByLabel("Duration").fill("5 days");
  await page.getByRole("button", { name: "Check and sign" }).click();
  await expect(page).toHaveURL(/\?sign=ask$/);
  const question = page.getByRole("region", { name: "Sign the prescription for Asha Verma?" });
  await question.getByRole("button", { name: "Sign" }).click();
  // Refused, and the sentence came back without the address.
  await expect(page.getByRole("alert")).toHaveText(
    "Enter your registration number in your profile before you sign.",
  );
  await expect(page).toHaveURL(/\?sign=ask$/);
  await expect(page.getByLabel("Dose")).toHaveValue("500 mg");
  await page.reload();
  await expect(page.getByRole("alert")).toHaveCount(0);

  await page.goto("/profile");
  await page.getByLabel(/^Registration number/).fill("KMC 48213");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Saved.")).toBeVisible();
  await page.goto(draft);
  await page.getByRole("button", { name: "Check and sign" }).click();
  await question.getByRole("button", { name: "Sign" }).click();
  const link = await page.getByRole("link", { name: "Download the PDF" }).getAttribute("href");
  const text = await pdfText(await (await page.request.get(link ?? "")).body());
  for (const part of ["Asha Verma", "Amoxicillin", "500 mg", "KMC 48213"]) expect(text).toContain(part);
});

test("without JavaScript lists are searched, and no address holds the words", async ({ page }) => {
  const addresses: string[] = [];
  page.on("request", (asked) => addresses.push(asked.url()));
  await newPrescription(page, "Farida Khan");
  await newPrescription(page, "Imran Qureshi");
  await page.goto("/prescriptions");
  await search(page, "farida");
  await expect(page).toHaveURL(/\/prescriptions$/);
  await expect(page.getByRole("link", { name: "Farida Khan" })).toBeVisible();
  await expect(page.getByRole("link", { name: "Imran Qureshi" })).toHaveCount(0);
  await expect(page.getByRole("searchbox")).toHaveValue("farida");
  // No script, no axe; that the button fits can be seen without.
  await expect(page.getByRole("button", { name: "Search" })).toBeInViewport({ ratio: 1 });
  await search(page, "nobody of that name");
  await expect(page.getByText(/^No prescription holds these words/)).toBeVisible();
  await search(page, "");
  await expect(page.getByRole("link", { name: "Farida Khan" })).toBeVisible();
  await expect(page.getByRole("link", { name: "Imran Qureshi" })).toBeVisible();
  // A page without a list opens all dictations.
  await page.goto("/profile");
  await search(page, "farida");
  await expect(page).toHaveURL(/\/dictations$/);
  await expect(page.getByText(/^No dictation holds these words/)).toBeVisible();
  expect(addresses.filter((address) => /farida|nobody/i.test(address))).toEqual([]);
});

base.describe("at the door", () => {
  base.use({ javaScriptEnabled: false });

  base("a wrong password is told once, and not by the address", async ({ page, request, baseURL }) => {
    const doctor = await newDoctor(request, baseURL ?? "");
    await page.goto("/sign-in");
    await page.getByLabel("E-mail").fill(doctor.email);
    await page.getByLabel("Password").fill("Not-the-one-1");
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("alert")).toHaveText("The e-mail address or the password is wrong.");
    await expect(page).toHaveURL(/\/sign-in$/);
    await page.reload();
    await expect(page.getByRole("alert")).toHaveCount(0);
  });

  base("what an address says is not shown", async ({ page }) => {
    await page.goto(`/sign-in?${forgedRefusal("/fn/sign_in", "Call 000 and tell your password.")}`);
    await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
    await expect(page.getByText("tell your password")).toHaveCount(0);
  });
});

async function newPrescription(page: Page, patient: string): Promise<void> {
  await page.goto("/prescriptions");
  await page.getByRole("button", { name: "New prescription" }).click();
  await expect(page).toHaveURL(/\/prescriptions\/[0-9a-f-]+$/);
  await page.getByLabel("Name", { exact: true }).fill(patient);
  await page.locator("noscript").getByRole("button", { name: "Save" }).click();
  await expect(page.getByLabel("Name", { exact: true })).toHaveValue(patient);
}

async function search(page: Page, words: string): Promise<void> {
  await page.getByRole("searchbox").fill(words);
  await page.getByRole("button", { name: "Search" }).click();
}
