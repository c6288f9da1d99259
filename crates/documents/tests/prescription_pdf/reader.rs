//! Reads a PDF the way a viewer's copy and a scanner's camera do.

use std::collections::BTreeMap;

use lopdf::content::Content;
use lopdf::{Dictionary, Document, Encoding, Object, ObjectId};

/// A parsed PDF.
pub(crate) struct Pdf {
    pub(crate) document: Document,
    pages: Vec<ObjectId>,
}

impl Pdf {
    pub(crate) fn parse(bytes: &[u8]) -> Self {
        let document = Document::load_mem(bytes).unwrap();
        let pages = document.get_pages().into_values().collect();
        Self { document, pages }
    }

    pub(crate) fn page_count(&self) -> usize {
        self.pages.len()
    }

    /// The text of one page, from 0, in drawing order without any white space, because a line
    /// break takes the place of a space.
    pub(crate) fn page_text(&self, page: usize) -> String {
        self.runs(page)
            .concat()
            .chars()
            .filter(|&c| !is_space(c))
            .collect()
    }

    /// The text of all pages, as [`page_text`](Self::page_text) gives it.
    pub(crate) fn text(&self) -> String {
        (0..self.page_count())
            .map(|page| self.page_text(page))
            .collect()
    }

    /// What each text object of a page says: at most one line each.
    pub(crate) fn runs(&self, page: usize) -> Vec<String> {
        let fonts = self.document.get_page_fonts(self.pages[page]).unwrap();
        let encodings: BTreeMap<Vec<u8>, Encoding<'_>> = fonts
            .into_iter()
            .map(|(name, font)| (name, font.get_font_encoding(&self.document).unwrap()))
            .collect();
        let mut runs = Vec::new();
        let mut font: Option<&Encoding<'_>> = None;
        // For each open marked sequence, whether its replacement text stands for its glyphs.
        let mut marked: Vec<bool> = Vec::new();
        for operation in self.content(page).operations {
            match operation.operator.as_str() {
                "BT" => runs.push(String::new()),
                "Tf" => font = encodings.get(operation.operands[0].as_name().unwrap()),
                "BMC" => marked.push(false),
                "BDC" => {
                    let actual = operation.operands[1].as_dict().ok().and_then(actual_text);
                    marked.push(actual.is_some());
                    runs.last_mut()
                        .into_iter()
                        .for_each(|run| run.extend(actual.as_deref()));
                }
                "EMC" => {
                    marked.pop();
                }
                "Tj" | "TJ" if !marked.contains(&true) => {
                    let run = runs.last_mut().unwrap();
                    show(font.unwrap(), &operation.operands, run);
                }
                _ => {}
            }
        }
        runs
    }

    pub(crate) fn content(&self, page: usize) -> Content {
        Content::decode(&self.document.get_page_content(self.pages[page])).unwrap()
    }

    /// What a camera reads from the QR codes drawn on the page.
    pub(crate) fn qr_texts(&self, page: usize) -> Vec<String> {
        let mut path = Vec::new();
        let mut texts = Vec::new();
        for operation in self.content(page).operations {
            let point = || {
                let [x, y] = &operation.operands[..] else {
                    unreachable!("a point is a pair")
                };
                (x.as_float().unwrap(), y.as_float().unwrap())
            };
            match operation.operator.as_str() {
                "m" => path.push(vec![point()]),
                "l" => path.last_mut().unwrap().push(point()),
                "f" if path.len() > 50 => texts.extend(scan(&std::mem::take(&mut path))),
                "f" | "S" | "n" => path.clear(),
                _ => {}
            }
        }
        texts
    }

    /// The document catalogue.
    pub(crate) fn catalog(&self) -> &Dictionary {
        self.document.catalog().unwrap()
    }

    /// The XMP packet.
    pub(crate) fn metadata(&self) -> String {
        let id = self
            .catalog()
            .get(b"Metadata")
            .unwrap()
            .as_reference()
            .unwrap();
        let stream = self.document.get_object(id).unwrap().as_stream().unwrap();
        String::from_utf8(stream.get_plain_content().unwrap()).unwrap()
    }
}

pub(crate) fn is_space(c: char) -> bool {
    c.is_whitespace() || c == '\u{200b}'
}

/// `text` as [`Pdf::text`] would say it.
pub(crate) fn squeezed(text: &str) -> String {
    text.chars().filter(|&c| !is_space(c)).collect()
}

fn actual_text(properties: &Dictionary) -> Option<String> {
    Some(lopdf::decode_text_string(properties.get(b"ActualText").ok()?).unwrap())
}

fn show(encoding: &Encoding<'_>, operands: &[Object], run: &mut String) {
    for operand in operands {
        match operand {
            Object::String(bytes, _) => {
                run.push_str(&Document::decode_text(encoding, bytes).unwrap());
            }
            Object::Array(inner) => show(encoding, inner, run),
            _ => {}
        }
    }
}

/// Paints rectangles given by their corners, in modules, and lets a decoder find the code.
fn scan(rectangles: &[Vec<(f32, f32)>]) -> Vec<String> {
    const PIXELS: f32 = 4.0;
    let bounds: Vec<[f32; 4]> = rectangles
        .iter()
        .map(|corners| {
            corners
                .iter()
                .fold([f32::MAX, f32::MAX, 0.0, 0.0], |[l, t, r, b], &(x, y)| {
                    [l.min(x), t.min(y), r.max(x), b.max(y)]
                })
        })
        .collect();
    let end = bounds.iter().fold(0.0_f32, |end, [.., right, bottom]| {
        end.max(*right).max(*bottom)
    });
    // The white margin on the far sides is as wide as a code needs.
    let side = ((end + 4.0) * PIXELS) as usize;
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(side, side, |x, y| {
        let (x, y) = ((x as f32 + 0.5) / PIXELS, (y as f32 + 0.5) / PIXELS);
        let black = bounds
            .iter()
            .any(|&[l, t, r, b]| (l..r).contains(&x) && (t..b).contains(&y));
        if black { 0 } else { 255 }
    });
    image
        .detect_grids()
        .iter()
        .map(|grid| grid.decode().unwrap().1)
        .collect()
}
