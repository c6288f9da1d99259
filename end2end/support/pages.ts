// What doctors do, in their words. Tests read like the work itself.
import { expect, type Page } from "@playwright/test";
import type { MemoryFile } from "./files.ts";

/** Fills the form of a new dictation and sends it. */
export async function sendDictation(
  page: Page,
  file: string | MemoryFile,
  patient?: string,
): Promise<void> {
  await page.goto("/dictations/new");
  await hydrated(page);
  if (patient) await page.getByRole("textbox", { name: /^Patient/ }).fill(patient);
  await page.locator("#audio_file").setInputFiles(file);
  await page.getByRole("button", { name: "Send", exact: true }).click();
}

/** The page answers to script: the rail's links navigate without loading. */
export async function hydrated(page: Page): Promise<void> {
  await expect(page.locator("html[data-hydrated]")).toBeAttached();
}

/** The page of one dictation is open. */
export async function onDictationPage(page: Page): Promise<string> {
  await expect(page).toHaveURL(/\/dictations\/[0-9a-f]{8}-[0-9a-f-]+$/);
  return new URL(page.url()).pathname.split("/").at(-1) ?? "";
}

/** What was seen while a dictation ran. */
export type Seen = { percents: number[]; texts: string[] };

/** Watches the page until the transcript is ready, noting each new percentage
 * and each longer text. */
export async function watchUntilReady(page: Page): Promise<Seen> {
  return page.evaluate(async () => {
    const percents: number[] = [];
    const texts: string[] = [];
    const look = () => {
      const bar = document.querySelector<HTMLProgressElement>(".live__bar");
      if (bar && bar.value !== percents.at(-1)) percents.push(bar.value);
      const text = [...document.querySelectorAll(".transcript--live .provisional")]
        .map((part) => part.textContent ?? "")
        .join("");
      if (text && text !== texts.at(-1)) texts.push(text);
      return document.querySelector("#transcript") !== null;
    };
    await new Promise<void>((resolve) => {
      const observer = new MutationObserver(() => {
        if (look()) {
          observer.disconnect();
          resolve();
        }
      });
      observer.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
      if (look()) {
        observer.disconnect();
        resolve();
      }
    });
    return { percents, texts };
  });
}

/** What the sample dictation says is marked. */
export async function expectSpokenEntities(page: Page): Promise<void> {
  const transcript = page.locator("#transcript");
  for (const medicine of ["metformin", "amlodipine"]) {
    await expect(
      transcript.locator(".entity--medication").filter({ hasText: new RegExp(medicine, "i") }).first(),
    ).toBeVisible();
  }
  await expect(
    transcript.locator(".entity--condition.is-negated").filter({ hasText: /chest pain/i }),
  ).toBeVisible();
  await expect(transcript.locator(".entity--condition").filter({ hasText: /hypertension/i }).first()).toBeVisible();
}

/** Fills in what a prescription's header needs before it can be signed. */
export async function fillProfile(page: Page): Promise<void> {
  await page.goto("/profile");
  await hydrated(page);
  await page.getByLabel(/^Qualification/).fill("MBBS, MD");
  await page.getByLabel(/^Registration number/).fill("KMC 48213");
  await page.getByLabel(/^Clinic or hospital/).fill("Lakeside Clinic");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Saved.")).toBeVisible();
}
