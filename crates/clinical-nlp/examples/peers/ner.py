#!/usr/bin/env python3
"""The Python peers of the extractor, on JSON lines {id, text, spans?} from standard input.

    ner.py [--peers drugs,diseases,negation] [--tokens words|spacy|split] [--overlapping] [--fuzzy] [--pipeline PATH]

For each peer, each run in a process of its own: a line a text
    {id, peer, entities: [{begin, end, text, type}]}      offsets in code points; negspacy's entities have `negated` too
and a last line
    {peer, version, summary: true, texts, bytes, code_points, entities, load_seconds, seconds, cpu_seconds, mb_per_s,
     peak_rss_kb}
seconds: tokenising and finding, not reading JSON nor loading. bytes are UTF-8.

drugs      drug-named-entity-recognition, find_drugs with its default arguments. It takes tokens; which ones, --tokens
           says. The same span found for several canonical names counts once.
diseases   medical-named-entity-recognition, find_diseases with its default arguments. It reports wrong end tokens for
           names of several words, so the end is taken from its matching_string. It lists every name inside a longer
           one: only the longest of those that overlap are kept (leftmost of equals), unless --overlapping.
negation   negspacy (en_clinical terms) on the spans given: [{begin, end, type?}] or [[begin, end]]. It needs sentences
           and tokens only: spaCy's blank English pipeline with the rule-based sentencizer, or a trained pipeline in
           the folder --pipeline names. A span that does not begin or end at a token is widened to whole tokens for
           the decision; the offsets printed are those given.
Tokens: spacy = spaCy's English tokenizer (blank pipeline); words = letters and digits with inner - ' . kept, anything
else one by one; split = white space only, as in the packages' own examples. Nothing touches the network.
"""
import argparse, importlib.metadata, json, re, subprocess, sys, time

NAMES = {"drugs": "drug-named-entity-recognition", "diseases": "medical-named-entity-recognition", "negation": "negspacy"}
a = argparse.ArgumentParser()
a.add_argument("--peers", default="drugs,diseases,negation")
a.add_argument("--tokens", choices=["words", "spacy", "split"], default="words")
a.add_argument("--overlapping", action="store_true")
a.add_argument("--fuzzy", action="store_true", help="the first two peers' is_fuzzy_match; off as in the packages")
a.add_argument("--pipeline")
a.add_argument("--child", help=argparse.SUPPRESS)
a = a.parse_args()


def peak_kb():
    with open("/proc/self/status") as f:
        return next(int(l.split()[1]) for l in f if l.startswith("VmHWM"))


def tokenizer():
    """text -> [(begin, end)]; Python strings index code points, and so do spaCy's"""
    if a.tokens == "spacy":
        import spacy
        make = spacy.blank("en").make_doc
        return lambda s: [(t.idx, t.idx + len(t)) for t in make(s) if not t.is_space]
    pattern = re.compile(r"\S+" if a.tokens == "split" else r"\w+(?:[-'’.]\w+)*|[^\w\s]")
    return lambda s: [m.span() for m in pattern.finditer(s)]


def finder(find, kind, longest_only):
    tokens = tokenizer()

    def run(text, _):
        at = tokens(text)
        words = [text[b:e] for b, e in at]
        found = set()
        for match in find(words, is_fuzzy_match=a.fuzzy):
            first, said = match[1], match[0]["matching_string"]
            last = first + said.count(" ")
            assert " ".join(words[first:last + 1]) == said, (said, words[first:last + 1])
            found.add((at[first][0], at[last][1]))
        if longest_only:
            kept = []
            for b, e in sorted(found, key=lambda s: (s[0] - s[1], s[0])):
                if all(e <= x or y <= b for x, y in kept):
                    kept.append((b, e))
            found = kept
        return [{"begin": b, "end": e, "text": text[b:e], "type": kind} for b, e in sorted(found)]
    return run


def negation():
    import spacy
    import negspacy.negation  # registers the component
    if a.pipeline:
        nlp = spacy.load(a.pipeline, exclude=["ner", "tagger", "lemmatizer", "attribute_ruler"])
    else:
        nlp = spacy.blank("en")
        nlp.add_pipe("sentencizer")
    negex = negspacy.negation.Negex(nlp, "negex", negspacy.negation.default_ts, span_keys=["given"])

    def run(text, spans):
        doc = nlp(text)
        spans = [(s["begin"], s["end"], s.get("type", "SPAN")) if isinstance(s, dict) else (s[0], s[1], "SPAN")
                 for s in spans]
        given = [doc.char_span(b, e, label=t, alignment_mode="expand") for b, e, t in spans]
        doc.spans["given"] = [s for s in given if s is not None]
        negated = {(s.start, s.end): s for s in negex(doc).spans["given"] if s._.negex}
        return [{"begin": b, "end": e, "text": text[b:e], "type": t,
                 "negated": s is not None and (s.start, s.end) in negated}
                for (b, e, t), s in zip(spans, given)]
    return run


def child(peer):
    inputs = [json.loads(l) for l in sys.stdin if l.strip()]
    t = time.perf_counter()
    if peer == "drugs":
        from drug_named_entity_recognition import find_drugs
        run = finder(find_drugs, "MEDICINE", False)
    elif peer == "diseases":
        from medical_named_entity_recognition import find_diseases
        run = finder(find_diseases, "DISEASE", not a.overlapping)
    else:
        run = negation()
    load = time.perf_counter() - t
    t, c = time.perf_counter(), time.process_time()
    results = [run(i["text"], i.get("spans", [])) for i in inputs]
    seconds, cpu = time.perf_counter() - t, time.process_time() - c
    for i, r in zip(inputs, results):
        print(json.dumps({"id": i["id"], "peer": NAMES[peer], "entities": r}, ensure_ascii=False))
    size = sum(len(i["text"].encode()) for i in inputs)
    print(json.dumps({"peer": NAMES[peer], "version": importlib.metadata.version(NAMES[peer]), "summary": True,
                      "texts": len(inputs), "bytes": size, "code_points": sum(len(i["text"]) for i in inputs),
                      "entities": sum(map(len, results)), "load_seconds": round(load, 3), "seconds": round(seconds, 4),
                      "cpu_seconds": round(cpu, 4), "mb_per_s": round(size / 1e6 / seconds, 3) if seconds else None,
                      "peak_rss_kb": peak_kb()}))


if a.child:
    child(a.child)
else:
    sys.stdin.reconfigure(encoding="utf-8")
    data = sys.stdin.read()
    for peer in a.peers.split(","):
        if peer not in NAMES:
            sys.exit(f"{peer}: no such peer; there are {', '.join(NAMES)}")
        done = subprocess.run([sys.executable, "-X", "utf8", __file__, "--child", peer, *sys.argv[1:]],
                              input=data, text=True, encoding="utf-8", stdout=subprocess.PIPE)
        if done.returncode:
            sys.exit(f"{peer}: exit code {done.returncode}")
        sys.stdout.write(done.stdout)
        sys.stdout.flush()
