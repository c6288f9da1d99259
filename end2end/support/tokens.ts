// No token of an identity provider may reach a browser: here is all that does.
import { type CDPSession, expect, type Page } from "@playwright/test";

/** A JSON Web Token, signed or encrypted, wherever it stands in a text. */
const token = /eyJ[\w-]{10,}\.[\w-]{10,}/;

/** What the first part of a token begins with, whichever of its fields comes first. */
const beginnings = ["alg", "kid", "typ", "cty", "enc"].map((field) => Buffer.from(`{"${field}":`).toString("base64url"));

/** The same in base64 once more, wherever in three bytes it begins. */
const wrapped = beginnings.flatMap((beginning) =>
  [0, 1, 2].map((offset) => {
    const characters = Buffer.from("\0".repeat(offset) + beginning).toString("base64url");
    // Those at the edges are of the neighbours, too.
    return characters.slice(offset === 0 ? 0 : offset + 1, -2);
  }),
);

/** Whether a text holds a token. */
export function holdsToken(text: string): boolean {
  return token.test(text) || wrapped.some((part) => text.includes(part));
}

/** Looks at each answer before the page gets it. */
export class TokenWatch {
  /** Where a token was seen. */
  readonly found: string[] = [];
  /** How many were looked through. */
  bodies = 0;
  events = 0;
  cookies = 0;

  private readonly looking: Promise<void>[] = [];

  private constructor(private readonly page: Page) {}

  static async over(page: Page): Promise<TokenWatch> {
    const watch = new TokenWatch(page);
    const browser = await page.context().newCDPSession(page);
    await browser.send("Network.enable");
    browser.on("Network.eventSourceMessageReceived", (message) => {
      watch.events += 1;
      watch.look(`an event ${message.eventName}`, message.data);
    });
    // As they came: elsewhere a browser leaves `Set-Cookie` out.
    browser.on("Network.responseReceivedExtraInfo", ({ statusCode, headers }) => {
      for (const [name, value] of Object.entries(headers)) {
        if (name.toLowerCase() === "set-cookie") watch.cookies += 1;
        watch.look(`the header ${name} of an answer ${statusCode}`, value);
      }
    });
    // Held back until it was looked at, so that none is gone with its page.
    browser.on("Fetch.requestPaused", (answer) => watch.looking.push(watch.pass(browser, answer)));
    await browser.send("Fetch.enable", { patterns: [{ requestStage: "Response" }] });
    return watch;
  }

  /** Notes a place whose text holds a token. */
  look(place: string, text: string): void {
    if (holdsToken(text)) this.found.push(place);
  }

  /** Everything so far, and what the browser has kept. */
  async expectNone(): Promise<void> {
    await Promise.all(this.looking);
    const kept = await this.page.context().storageState({ indexedDB: true });
    this.look("cookies, local storage or databases of the browser", JSON.stringify(kept));
    const session = await this.page.evaluate(() => JSON.stringify({ ...sessionStorage }));
    this.look("session storage", session);
    this.look("the page", await this.page.content());
    expect(this.bodies, "answers looked through").toBeGreaterThan(20);
    expect(this.events, "events looked through").toBeGreaterThan(0);
    expect(this.cookies, "cookies looked through").toBeGreaterThan(0);
    expect(this.found, "places with a token").toEqual([]);
  }

  private async pass(browser: CDPSession, answer: PausedAnswer): Promise<void> {
    const { requestId, responseStatusCode: status = 0, responseHeaders: headers = [] } = answer;
    const place = `${answer.request.method} ${new URL(answer.request.url).pathname} ${status}`;
    const isStream = headers.some(
      ({ name, value }) => name.toLowerCase() === "content-type" && value.startsWith("text/event-stream"),
    );
    const isRedirect = status >= 300 && status < 400;
    try {
      if (status > 0 && !isStream && !isRedirect) {
        const { body, base64Encoded } = await browser.send("Fetch.getResponseBody", { requestId });
        this.look(`body of ${place}`, base64Encoded ? Buffer.from(body, "base64").toString("latin1") : body);
        this.bodies += 1;
      }
      await browser.send("Fetch.continueRequest", { requestId });
    } catch (error) {
      // A page that is left takes its requests along.
      const said = String(error);
      if (!/Invalid InterceptionId|Target .*closed|Session closed/.test(said)) this.found.push(`${place}: ${said}`);
    }
  }
}

type PausedAnswer = {
  requestId: string;
  request: { method: string; url: string };
  responseStatusCode?: number;
  responseHeaders?: { name: string; value: string }[];
};
