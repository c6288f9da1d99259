// What lies at AWS, as the program that emulates it tells.
import { type APIRequestContext, expect } from "@playwright/test";

/** What the services hold at this moment, of all doctors. */
export type Holdings = {
  /** Keys of objects. */
  audioBucket: string[];
  prescriptionsBucket: string[];
  /** Names of Transcribe's jobs that are still there. */
  jobs: string[];
  /** Every transcript that Transcribe wrote into the audio bucket, whether it is still there or not. */
  transcriptsWritten: { job: string; key: string }[];
  mail: { from: string; to: string[]; subject: string; text: string }[];
};

export async function holdings(request: APIRequestContext): Promise<Holdings> {
  const address = process.env.SEVA_AWS_HOLDINGS;
  if (!address) throw new Error("SEVA_AWS_HOLDINGS is not set: run `cargo xtask e2e --aws`");
  return (await request.get(address)).json();
}

/** The six digits that Cognito mailed to an address. */
export async function mailedCode(request: APIRequestContext, email: string): Promise<string> {
  let text = "";
  const arrives = async () => {
    const mine = (await holdings(request)).mail.filter((mail) => mail.to.includes(email));
    text = mine.at(-1)?.text ?? "";
    return text;
  };
  await expect.poll(arrives).toMatch(/\b\d{6}\b/);
  return /\b\d{6}\b/.exec(text)?.[0] ?? "";
}
