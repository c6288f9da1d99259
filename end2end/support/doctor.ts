// A tour: each test gets a doctor of its own (`test` below), registered through
// the API and confirmed with the code from the mailbox, and a page that is signed
// in. Tests therefore never see each other's patients and may run side by side.
import { randomUUID } from "node:crypto";
import { type APIRequestContext, type Page, test as base, expect } from "@playwright/test";

/** Somebody with an account. */
export type Doctor = { email: string; password: string; fullName: string };

const password = "Well-lit-Room-7";

// The server refuses unsafe requests from elsewhere; this one comes from its own pages.
const sameOrigin = (baseURL: string) => ({ headers: { Origin: baseURL } });

/** Registers and confirms a new doctor. */
export async function newDoctor(request: APIRequestContext, baseURL: string): Promise<Doctor> {
  const doctor = {
    email: `doctor-${randomUUID()}@clinic.example`,
    password,
    fullName: "Dr. Meera Nair",
  };
  const registered = await request.post("/api/v1/auth/register", {
    ...sameOrigin(baseURL),
    data: { email: doctor.email, password, full_name: doctor.fullName },
  });
  expect(registered.status(), await registered.text()).toBe(201);
  const mailbox = await (await request.get("/dev/mailbox")).text();
  const code = codeFor(mailbox, doctor.email);
  const confirmed = await request.post("/api/v1/auth/confirm", {
    ...sameOrigin(baseURL),
    data: { email: doctor.email, confirmation_code: code },
  });
  expect(confirmed.status(), await confirmed.text()).toBe(200);
  return doctor;
}

/** The six digits in the newest mail to an address. */
export function codeFor(mailboxHtml: string, email: string): string {
  const text = mailboxHtml.replace(/<[^>]*>/g, " ");
  const after = text.slice(text.indexOf(email));
  const code = /\b(\d{6})\b/.exec(after)?.[1];
  if (!code) throw new Error("the mailbox holds no code for this address");
  return code;
}

/** Signs in by the form, as a person does. */
export async function signIn(page: Page, doctor: Doctor): Promise<void> {
  await page.goto("/sign-in");
  await page.getByLabel("E-mail").fill(doctor.email);
  await page.getByLabel("Password").fill(doctor.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(/\/$/);
}

/** `page` is signed in as `doctor`, who is new. */
export const test = base.extend<{ doctor: Doctor }>({
  doctor: async ({ playwright, baseURL }, use) => {
    const request = await playwright.request.newContext({ baseURL });
    const doctor = await newDoctor(request, baseURL ?? "");
    await request.dispose();
    await use(doctor);
  },
  page: async ({ page, doctor, baseURL }, use) => {
    const answer = await page.request.post("/api/v1/auth/login", {
      ...sameOrigin(baseURL ?? ""),
      data: { email: doctor.email, password: doctor.password },
    });
    expect(answer.status(), await answer.text()).toBe(200);
    await use(page);
  },
});

export { expect };
