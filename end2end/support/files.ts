// Files that tests upload, and other bytes. What can be made in a line of code is made here, so
// that the repository holds only real speech.
import { readFileSync } from "node:fs";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "../..");

/** The spoken note behind "Try a sample dictation". */
export const sampleDictation = path.join(root, "public/sample-dictation.m4a");

/** One sentence of it, on metformin: five seconds, for tests that need some speech. */
export const shortDictation = path.join(root, "crates/speech/tests/fixtures/speech.m4a");

/** A file in memory, as `setInputFiles` takes it. */
export type MemoryFile = { name: string; mimeType: string; buffer: Buffer };

/** Nothing at all. */
export function silentWav(seconds: number): MemoryFile {
  return { name: "quiet.wav", mimeType: "audio/wav", buffer: wav(seconds, () => 0) };
}

/** A low hum, in which nobody speaks. */
export function wordlessWav(seconds: number): MemoryFile {
  const hum = (second: number) => 0.2 * Math.sin(2 * Math.PI * 120 * second);
  return { name: "hum.wav", mimeType: "audio/wav", buffer: wav(seconds, hum) };
}

/** The short dictation again and again for eight minutes: almost the most that can be sent, and
 * still being transcribed when a test has done with it. */
export function longDictation(): MemoryFile {
  // 16-bit mono of 16 kHz, behind a header of 44 bytes.
  const speech = readFileSync(path.join(root, "crates/speech/tests/fixtures/speech.wav")).subarray(44);
  const count = speech.length / 2;
  const sound = (second: number) => speech.readInt16LE((Math.round(second * 16_000) % count) * 2) / 32_767;
  return { name: "long.wav", mimeType: "audio/wav", buffer: wav(480, sound) };
}

/** A 16-bit mono WAV of a sound, which is a value from -1 to 1 for each second. */
function wav(seconds: number, sound: (second: number) => number): Buffer {
  const rate = 16_000;
  const data = Buffer.alloc(seconds * rate * 2);
  for (let i = 0; i < seconds * rate; i += 1) {
    data.writeInt16LE(Math.round(sound(i / rate) * 32_767), i * 2);
  }
  const header = Buffer.alloc(44);
  header.write("RIFF", 0);
  header.writeUInt32LE(36 + data.length, 4);
  header.write("WAVEfmt ", 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(rate, 24);
  header.writeUInt32LE(rate * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write("data", 36);
  header.writeUInt32LE(data.length, 40);
  return Buffer.concat([header, data]);
}

/** Text that calls itself a recording. */
export function lyingFile(): MemoryFile {
  return {
    name: "visit.mp3",
    mimeType: "audio/mpeg",
    buffer: Buffer.from("This is a shopping list and not a recording.\n".repeat(200)),
  };
}

/** One byte more than is accepted. */
export function tooLargeFile(): MemoryFile {
  return {
    name: "long.wav",
    mimeType: "audio/wav",
    buffer: Buffer.alloc(16 * 1024 * 1024 + 1),
  };
}

/** The query with which Leptos would tell a page that a function refused. */
export function forgedRefusal(path: string, message: string): string {
  const error = JSON.stringify({ code: "AUTHENTICATION_FAILED", message });
  return new URLSearchParams({ __path: path, __err: Buffer.from(error).toString("base64url") }).toString();
}
