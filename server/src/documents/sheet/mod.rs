//! An A4 sheet that is filled from the top: first everything is placed, then drawn page by page, and every piece is
//! hung into a tree that says what it is, so that a screen reader finds headings, tables and their heads. Lengths are
//! points.

mod table;

use krilla::{
    Document, SerializeSettings,
    configure::{Accessibility, Configuration, ConfigurationBuilder},
    destination::XyzDestination,
    geom::Point,
    metadata::Metadata,
    outline::{Outline, OutlineNode},
    page::PageSettings,
    tagging::{Identifier, Tag, TagGroup, TagKind, TagTree},
};

pub(in crate::documents) use table::{Cell, Column, Row};

use super::{
    DocumentError,
    letters::{Letters, Typeface, Weight},
    paint::{Piece, Tone, What, draw},
};

const WIDTH: f32 = 595.28;
const HEIGHT: f32 = 841.89;
const TOP: f32 = 56.0;
/// Below it stands only the foot of the page.
const BOTTOM: f32 = HEIGHT - 62.0;
pub(super) const LEFT: f32 = 60.0;
pub(super) const RIGHT: f32 = WIDTH - 60.0;
pub(super) const ACROSS: f32 = RIGHT - LEFT;
/// A cell says no more than this many lines: no name fills a page.
const MOST_LINES: usize = 8;

#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    pub(super) size: f32,
    pub(super) weight: Weight,
    pub(super) tone: Tone,
}

impl Style {
    pub(super) const fn new(size: f32, weight: Weight, tone: Tone) -> Style {
        Style { size, weight, tone }
    }

    fn leading(self) -> f32 {
        (self.size * 1.42).round()
    }

    /// From the top of a line to the feet of its letters.
    fn rise(self) -> f32 {
        self.size * 1.06
    }
}

enum Twig {
    Branch(Branch),
    Leaf(usize),
}

struct Branch {
    tag: TagKind,
    twigs: Vec<Twig>,
}

pub(super) struct Sheet<'f> {
    letters: Letters<'f>,
    pieces: Vec<Piece>,
    page: usize,
    y: f32,
    leaves: usize,
    /// Branches that are still growing; the last is the one things are hung on.
    open: Vec<Branch>,
    grown: Vec<Twig>,
    /// Headings with their page and height, for the outline.
    headings: Vec<(String, usize, f32)>,
}

impl Sheet<'static> {
    pub(super) fn new() -> Result<Sheet<'static>, DocumentError> {
        Ok(Sheet {
            letters: Letters::of(Typeface::shared()?)?,
            pieces: Vec::new(),
            page: 0,
            y: TOP,
            leaves: 0,
            open: Vec::new(),
            grown: Vec::new(),
            headings: Vec::new(),
        })
    }
}

impl Sheet<'_> {
    pub(super) fn gap(&mut self, height: f32) {
        self.y += height;
    }

    /// Goes to the next page where `height` does not fit on this one.
    pub(super) fn need(&mut self, height: f32) {
        if self.y + height > BOTTOM && self.y > TOP {
            self.page += 1;
            self.y = TOP;
        }
    }

    /// What `body` places is one thing of this kind.
    pub(super) fn within(&mut self, tag: impl Into<TagKind>, body: impl FnOnce(&mut Self)) {
        self.open.push(Branch { tag: tag.into(), twigs: Vec::new() });
        body(self);
        let Some(branch) = self.open.pop() else { return };
        self.hang(Twig::Branch(branch));
    }

    fn hang(&mut self, twig: Twig) {
        match self.open.last_mut() {
            Some(branch) => branch.twigs.push(twig),
            None => self.grown.push(twig),
        }
    }

    fn leaf(&mut self) -> usize {
        let leaf = self.leaves;
        self.leaves += 1;
        self.hang(Twig::Leaf(leaf));
        leaf
    }

    fn put(&mut self, leaf: Option<usize>, what: What) {
        self.pieces.push(Piece { page: self.page, leaf, what });
    }

    /// A line of text whose top is at the sheet's height plus `down`.
    fn line(&mut self, leaf: Option<usize>, x: f32, down: f32, text: &str, style: Style) {
        let runs = self.letters.set(text, style.weight);
        let baseline = self.y + down + style.rise();
        self.put(leaf, What::Text { x, baseline, size: style.size, tone: style.tone, runs });
    }

    fn wide(&self, text: &str, style: Style) -> f32 {
        self.letters.width(text, style.weight) * style.size
    }

    pub(super) fn bar(&mut self, x: f32, width: f32, height: f32, tone: Tone) {
        let y = self.y;
        self.put(None, What::Bar { x, y, width, height, tone });
    }

    /// A line across; things stand on it.
    pub(super) fn rule(&mut self, height: f32, tone: Tone) {
        self.bar(LEFT, ACROSS, height, tone);
        self.y += height;
    }

    /// The chain's name with its dash.
    pub(super) fn mark(&mut self, name: &str) {
        let style = Style::new(14.0, Weight::Strong, Tone::Ink);
        self.within(Tag::P, |sheet| {
            let leaf = sheet.leaf();
            sheet.line(Some(leaf), LEFT, 0.0, name, style);
        });
        let x = LEFT + self.wide(name, style) + 5.0;
        let y = self.y + style.rise() - 3.0;
        self.put(None, What::Bar { x, y, width: 15.0, height: 3.0, tone: Tone::Accent });
        self.y += style.leading();
    }

    /// A heading with something quieter beside it. It keeps `with` points of what follows on its page.
    pub(super) fn heading(&mut self, level: u16, text: &str, beside: &str, style: Style, with: f32) {
        self.need(style.leading() + with);
        self.headings.push((text.to_owned(), self.page, self.y));
        let level = std::num::NonZeroU16::new(level).unwrap_or(std::num::NonZeroU16::MIN);
        self.within(Tag::Hn(level, Some(text.to_owned())), |sheet| {
            let leaf = sheet.leaf();
            let lines = sheet.wrapped(text, style, ACROSS);
            for (index, line) in lines.iter().enumerate() {
                sheet.line(Some(leaf), LEFT, 0.0, line, style);
                if index + 1 < lines.len() {
                    sheet.y += style.leading();
                }
            }
            let end = lines.last().map_or(0.0, |line| sheet.wide(line, style));
            let quiet = Style::new(9.0, Weight::Text, Tone::Quiet);
            if !beside.is_empty() && end + 8.0 + sheet.wide(beside, quiet) <= ACROSS {
                sheet.line(Some(leaf), LEFT + end + 8.0, style.rise() - quiet.rise(), beside, quiet);
            }
            sheet.y += style.leading();
        });
    }

    pub(super) fn paragraph(&mut self, text: &str, style: Style) {
        self.within(Tag::P, |sheet| {
            let leaf = sheet.leaf();
            for line in sheet.wrapped(text, style, ACROSS) {
                sheet.need(style.leading());
                sheet.line(Some(leaf), LEFT, 0.0, &line, style);
                sheet.y += style.leading();
            }
        });
    }

    /// A label and what it is of.
    pub(super) fn fact(&mut self, label: &str, text: &str) {
        let (quiet, plain) =
            (Style::new(9.5, Weight::Text, Tone::Quiet), Style::new(9.5, Weight::Text, Tone::Ink));
        const INDENT: f32 = 86.0;
        self.within(Tag::P, |sheet| {
            let leaf = sheet.leaf();
            sheet.need(plain.leading());
            sheet.line(Some(leaf), LEFT, 0.0, label, quiet);
            for line in sheet.wrapped(text, plain, ACROSS - INDENT) {
                sheet.line(Some(leaf), LEFT + INDENT, 0.0, &line, plain);
                sheet.y += plain.leading() + 1.0;
            }
        });
    }

    /// Lines no wider than `width`: broken between words, and within one that is wider than a line.
    fn wrapped(&self, text: &str, style: Style, width: f32) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        let mut line = String::new();
        for word in text.split_whitespace() {
            let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
            if self.wide(&longer, style) <= width {
                line = longer;
                continue;
            }
            if !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            line = self.broken(word, style, width, &mut lines);
            if lines.len() > MOST_LINES {
                break;
            }
        }
        lines.push(line);
        lines.retain(|line| !line.is_empty());
        if lines.len() > MOST_LINES {
            lines.truncate(MOST_LINES);
            if let Some(last) = lines.last_mut() {
                last.push('…');
            }
        }
        lines
    }

    /// Breaks a word that is too wide; answers what is left of it for the next line.
    fn broken(&self, word: &str, style: Style, width: f32, lines: &mut Vec<String>) -> String {
        let (mut line, mut wide) = (String::new(), 0.0);
        for letter in word.chars() {
            let own = self.wide(letter.encode_utf8(&mut [0; 4]), style);
            if wide + own > width && !line.is_empty() {
                lines.push(std::mem::take(&mut line));
                wide = 0.0;
                if lines.len() > MOST_LINES {
                    break;
                }
            }
            line.push(letter);
            wide += own;
        }
        line
    }

    /// The finished document: as PDF/UA where everything in it allows that, else a plain tagged one. Somebody's name
    /// may hold what the standard forbids, and they get their paper all the same.
    pub(super) fn finish(mut self, title: &str, lang: &str, foot: &str) -> Result<Vec<u8>, DocumentError> {
        self.number_pages(foot);
        let accessible =
            ConfigurationBuilder::new().with_accessibility_validator(Accessibility::UA1).finish();
        let accessible = accessible.map_err(|error| DocumentError(format!("{error:?}")))?;
        self.drawn(title, lang, accessible).or_else(|_| {
            // What forbids it is not told: the error names the letters, and they are of somebody's name.
            tracing::debug!("A document has what PDF/UA forbids and is sent as a plain tagged PDF.");
            self.drawn(title, lang, Configuration::default())
        })
    }

    fn number_pages(&mut self, foot: &str) {
        let style = Style::new(8.0, Weight::Text, Tone::Quiet);
        let pages = self.page + 1;
        for page in 0..pages {
            self.page = page;
            self.y = HEIGHT - 44.0;
            self.line(None, LEFT, 0.0, foot, style);
            if pages > 1 {
                let text = format!("{} / {pages}", page + 1);
                let x = RIGHT - self.wide(&text, style);
                self.line(None, x, 0.0, &text, style);
            }
        }
    }

    fn drawn(&self, title: &str, lang: &str, configuration: Configuration) -> Result<Vec<u8>, DocumentError> {
        let settings = SerializeSettings { configuration, ..SerializeSettings::default() };
        let mut document = Document::new_with(settings);
        let mut ids: Vec<Vec<Identifier>> = vec![Vec::new(); self.leaves];
        for number in 0..=self.page {
            let size = PageSettings::from_wh(WIDTH, HEIGHT).ok_or(DocumentError("no page".to_owned()))?;
            let mut page = document.start_page_with(size);
            let mut surface = page.surface();
            for piece in self.pieces.iter().filter(|piece| piece.page == number) {
                draw(&mut surface, piece, &mut ids);
            }
            surface.finish();
            page.finish();
        }
        let mut tree = TagTree::new().with_lang(Some(lang.to_owned()));
        for twig in &self.grown {
            hang(twig, &ids, &mut |node| tree.push(node));
        }
        document.set_tag_tree(tree);
        document.set_outline(self.outline());
        let (title, lang) = (title.to_owned(), lang.to_owned());
        document.set_metadata(
            Metadata::new()
                .document_id(title.clone())
                .title(title)
                .language(lang)
                .creator("Onshelf".to_owned()),
        );
        document.finish().map_err(|error| DocumentError(format!("{error:?}")))
    }

    fn outline(&self) -> Outline {
        let mut outline = Outline::new();
        for (text, page, y) in &self.headings {
            let place = XyzDestination::new(*page, Point::from_xy(0.0, *y));
            outline.push_child(OutlineNode::new(text.clone(), place));
        }
        outline
    }
}

fn hang(twig: &Twig, ids: &[Vec<Identifier>], push: &mut dyn FnMut(krilla::tagging::Node)) {
    match twig {
        Twig::Leaf(leaf) => {
            for id in ids.get(*leaf).into_iter().flatten() {
                push((*id).into());
            }
        }
        Twig::Branch(branch) => {
            let mut group = TagGroup::new(branch.tag.clone());
            for twig in &branch.twigs {
                hang(twig, ids, &mut |node| group.push(node));
            }
            push(group.into());
        }
    }
}
