// One draft in two windows: a save that would overwrite the other's is refused, the page shows
// both versions, and the doctor says which one stays.
import { expectAccessibleLightAndDark, expectNoSidewaysScroll } from "../support/accessible.ts";
import { expect, test } from "../support/doctor.ts";
import { fillProfile, hydrated } from "../support/pages.ts";
import type { BrowserContext, Locator, Page, Request, Route } from "@playwright/test";

const changed = "Another window changed this draft";

const field = (page: Page, label: string) => page.getByLabel(label, { exact: true });
const state = (page: Page) => page.locator(".saving__state");
const panel = (page: Page, title = changed) => page.getByRole("region", { name: title });
const isSave = (request: Request) => new URL(request.url()).pathname === "/fn/autosave_prescription";

/** Types into a field and waits for the answer to its save. */
async function type(page: Page, label: string, text: string): Promise<void> {
  const answer = page.waitForResponse((response) => isSave(response.request()));
  await field(page, label).fill(text);
  await answer;
}

/** The same, where the save goes through. */
async function write(page: Page, label: string, text: string): Promise<void> {
  await type(page, label, text);
  await expect(state(page)).toHaveText("Saved");
}

/** A stored draft with one medicine. */
async function newDraft(page: Page): Promise<void> {
  await page.goto("/prescriptions");
  await hydrated(page);
  await page.getByRole("button", { name: "New prescription" }).click();
  await expect(page).toHaveURL(/\/prescriptions\/[0-9a-f-]+$/);
  await write(page, "Name", "Asha Verma");
  await page.getByRole("button", { name: "Add a medicine" }).click();
  await write(page, "Medicine", "Paracetamol");
  await write(page, "Dose", "1 tablet");
}

/** The same page in another window of the same doctor. */
async function otherWindow(context: BrowserContext, page: Page): Promise<Page> {
  const other = await context.newPage();
  await other.goto(page.url());
  await hydrated(other);
  await expect(field(other, "Dose")).toHaveValue("1 tablet");
  return other;
}

/** One window saved the dose and the other one typed a follow-up; that one is given back. */
async function inConflict(context: BrowserContext, page: Page): Promise<Page> {
  await newDraft(page);
  const other = await otherWindow(context, page);
  await write(page, "Dose", "2 tablets");
  await type(other, "Follow-up", "After a week");
  await expectDifferences(panel(other), [
    ["Medicine 1, Paracetamol: dose", "1 tablet", "2 tablets"],
    ["Follow-up", "After a week", "Nothing"],
  ]);
  return other;
}

/** These rows and no other. */
async function expectDifferences(where: Locator, expected: [string, string, string][]): Promise<void> {
  const rows = where.getByRole("row");
  await expect(rows).toHaveCount(expected.length + 1);
  for (const [at, [name, mine, theirs]] of expected.entries()) {
    const row = rows.nth(at + 1);
    await expect(row.getByRole("rowheader")).toHaveText(name);
    await expect(row.getByRole("cell")).toHaveText([mine, theirs]);
  }
}

/** What is stored, as a page shows it that is loaded now. */
async function expectStored(page: Page, dose: string, followUp: string): Promise<void> {
  await page.reload();
  await hydrated(page);
  await expect(field(page, "Name")).toHaveValue("Asha Verma");
  await expect(field(page, "Medicine")).toHaveValue("Paracetamol");
  await expect(field(page, "Dose")).toHaveValue(dose);
  await expect(field(page, "Follow-up")).toHaveValue(followUp);
}

async function expectGood(page: Page): Promise<void> {
  await expectAccessibleLightAndDark(page);
  await expectNoSidewaysScroll(page);
}

test("mine is kept, and until then nothing is saved however much is typed", async ({ page, context }) => {
  await newDraft(page);
  const other = await otherWindow(context, page);
  await other.clock.install();
  let saves = 0;
  other.on("request", (request) => {
    if (isSave(request)) saves += 1;
  });
  await write(page, "Dose", "2 tablets");
  await type(other, "Follow-up", "After a week");
  await expect(panel(other).getByRole("heading", { name: changed })).toBeFocused();
  await expect(state(other)).toHaveText("Not saved");

  await field(other, "Follow-up").fill("After two weeks");
  await field(other, "Dose").fill("2 tablets");
  await expectDifferences(panel(other), [["Follow-up", "After two weeks", "Nothing"]]);
  await field(other, "Dose").fill("half a tablet");
  await expectDifferences(panel(other), [
    ["Medicine 1, Paracetamol: dose", "half a tablet", "2 tablets"],
    ["Follow-up", "After two weeks", "Nothing"],
  ]);
  // Long after the writing rests.
  await other.clock.runFor(10_000);
  expect(saves, "only the one that was refused").toBe(1);
  await expect(field(other, "Dose"), "the focus is taken once").toBeFocused();
  // Nor does wanting to sign go around the choice.
  await other.getByRole("button", { name: "Check and sign" }).click();
  await expect(panel(other).getByRole("heading", { name: changed })).toBeFocused();
  await expect(other.getByRole("dialog")).toHaveCount(0);
  expect(saves).toBe(1);

  await panel(other).getByRole("button", { name: "Keep mine" }).click();
  await expect(state(other)).toHaveText("Saved");
  await expect(state(other)).toBeFocused();
  await expect(panel(other)).toHaveCount(0);
  await expectStored(page, "half a tablet", "After two weeks");
});

test("the other version is taken", async ({ page, context }) => {
  const other = await inConflict(context, page);
  await expectGood(other);
  await panel(other).getByRole("button", { name: "Take the other version" }).click();
  await expect(state(other)).toHaveText("Saved");
  await expect(state(other)).toBeFocused();
  await expect(panel(other)).toHaveCount(0);
  await expect(field(other, "Dose")).toHaveValue("2 tablets");
  await expect(field(other, "Follow-up")).toHaveValue("");
  await expectStored(page, "2 tablets", "");

  // What was put into the form can be written on.
  await write(other, "Dose", "3 tablets");
  await write(other, "Follow-up", "On Friday");
  await expectStored(other, "3 tablets", "On Friday");
});

test("taking the other version can be undone, and is asked again", async ({ page, context }) => {
  const other = await inConflict(context, page);
  await panel(other).getByRole("button", { name: "Take the other version" }).click();
  await expect(field(other, "Follow-up")).toHaveValue("");
  await other.getByRole("button", { name: "Undo" }).click();
  await expectDifferences(panel(other), [
    ["Medicine 1, Paracetamol: dose", "1 tablet", "2 tablets"],
    ["Follow-up", "After a week", "Nothing"],
  ]);
  await expectStored(page, "2 tablets", "");
  await panel(other).getByRole("button", { name: "Keep mine" }).click();
  await expect(state(other)).toHaveText("Saved");
  await write(other, "Dose", "half a tablet");
  await expectStored(page, "half a tablet", "After a week");
});

test("an undo comes through when the page of the draft is closed", async ({ page, context }) => {
  const other = await inConflict(context, page);
  await panel(other).getByRole("button", { name: "Take the other version" }).click();
  await expect(state(other)).toHaveText("Saved");
  await other.getByRole("navigation").getByRole("link", { name: "Prescriptions" }).first().click();
  await expect(other).toHaveURL(/\/prescriptions$/);
  await other.getByRole("button", { name: "Undo" }).click();
  await expect(other.getByText("The draft holds again what you typed.")).toBeVisible();
  await expectStored(page, "1 tablet", "After a week");
});

test("signed in another window, it can be opened there and copied from here", async ({ page, context }) => {
  await fillProfile(page);
  await newDraft(page);
  const other = await otherWindow(context, page);
  await page.getByRole("button", { name: "Check and sign" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Sign", exact: true }).click();
  await expect(page.getByRole("link", { name: "Download the PDF" })).toBeVisible();

  await type(other, "Follow-up", "After a week");
  const signed = panel(other, "This prescription was signed in another window");
  await expectDifferences(signed, [["Follow-up", "After a week", "Nothing"]]);
  await expect(signed.getByRole("heading")).toBeFocused();
  await expect(signed.getByRole("button")).toHaveCount(0);
  await expectGood(other);
  const opened = context.waitForEvent("page");
  await signed.getByRole("link", { name: "Open the signed prescription" }).click();
  await expect((await opened).getByRole("link", { name: "Download the PDF" })).toBeVisible();
  await expect(field(other, "Follow-up")).toHaveValue("After a week");
});

test("deleted in another window, what was typed stays on the page", async ({ page, context }) => {
  await newDraft(page);
  const other = await otherWindow(context, page);
  await page.getByText("Delete", { exact: true }).click();
  await page.getByRole("button", { name: "Delete this draft" }).click();
  await expect(page).toHaveURL(/\/prescriptions$/);

  await type(other, "Follow-up", "After a week");
  const deleted = panel(other, "This draft was deleted in another window");
  await expect(deleted.getByRole("heading")).toBeFocused();
  await expect(deleted.getByRole("alert")).toContainText("stays on this page until you leave it");
  await expectGood(other);
  await expect(field(other, "Follow-up")).toHaveValue("After a week");
});

test("the other version is loaded again after a failure", async ({ page, context }) => {
  await newDraft(page);
  const other = await otherWindow(context, page);
  await other.route("**/fn/load_prescription", (route) => route.abort());
  await write(page, "Dose", "2 tablets");
  await type(other, "Follow-up", "After a week");
  await expect(panel(other).getByRole("alert")).toContainText("The server can't be reached.");
  await expect(panel(other).getByRole("table")).toHaveCount(0);
  await expectGood(other);
  await other.unroute("**/fn/load_prescription");
  await panel(other).getByRole("button", { name: "Try again" }).click();
  await expectDifferences(panel(other), [
    ["Medicine 1, Paracetamol: dose", "1 tablet", "2 tablets"],
    ["Follow-up", "After a week", "Nothing"],
  ]);
  await expect(panel(other).getByRole("heading")).toBeFocused();
});

test("a save whose answer was lost is no conflict", async ({ page, baseURL }) => {
  await newDraft(page);
  const lose = async (route: Route) => {
    const headers = { ...route.request().headers(), origin: baseURL ?? "" };
    expect((await route.fetch({ headers })).status()).toBe(200);
    await route.abort();
  };
  await page.route("**/fn/autosave_prescription", lose, { times: 1 });
  await field(page, "Follow-up").fill("After a week");
  await page.getByRole("button", { name: "Save again" }).click();
  await expect(state(page)).toHaveText("Saved");
  await expect(panel(page)).toHaveCount(0);
  await expectStored(page, "1 tablet", "After a week");
});

test("what another window saved is seen before the signature", async ({ page, context }) => {
  await fillProfile(page);
  await newDraft(page);
  await page.getByRole("button", { name: "Check and sign" }).click();
  const sign = page.getByRole("dialog").getByRole("button", { name: "Sign", exact: true });
  await expect(sign).toBeVisible();
  const other = await otherWindow(context, page);
  await write(other, "Follow-up", "After a week");
  await sign.click();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expectDifferences(panel(page), [["Follow-up", "Nothing", "After a week"]]);
  await panel(page).getByRole("button", { name: "Take the other version" }).click();
  await page.getByRole("button", { name: "Check and sign" }).click();
  await sign.click();
  await expect(page.getByRole("link", { name: "Download the PDF" })).toBeVisible();
  await expect(page.getByText("After a week")).toBeVisible();
});
