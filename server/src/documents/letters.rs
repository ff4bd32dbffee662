//! The typeface on paper: the slices that the pages use, and one more with the rare syllables. A letter is looked for
//! in each of them in turn. One that none has (a Chinese character, an emoji) is drawn as an empty box; it stands
//! behind the box all the same, so that it can be copied, searched and read aloud.

use std::sync::{Arc, OnceLock};

use include_dir::{Dir, File, include_dir};
use krilla::text::{Font, GlyphId, KrillaGlyph, Tag};
use skrifa::{
    FontRef, MetadataProvider,
    charmap::Charmap,
    instance::{Location, Size},
    metrics::GlyphMetrics,
    raw::{
        TableProvider,
        tables::gsub::{SingleSubst, SubstitutionSubtables},
    },
};
use unicode_normalization::UnicodeNormalization;

use super::DocumentError;

/// The pages' slices, compressed as the browser gets them; unpacked once, when the first document is made.
static SLICES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../public/fonts");
const RARE: &[u8] = include_bytes!("../../fonts/sans-rare.woff2");

const BOX: char = '□';

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weight {
    Text,
    Strong,
}

impl Weight {
    const ALL: [Weight; 2] = [Weight::Text, Weight::Strong];

    const fn on_axis(self) -> f32 {
        match self {
            Weight::Text => 400.0,
            Weight::Strong => 700.0,
        }
    }
}

/// The unpacked slices.
pub(super) struct Typeface(Vec<Slice>);

struct Slice {
    data: Arc<Vec<u8>>,
    /// One for each weight, in the order of `Weight::ALL`.
    cuts: Vec<(Font, Location)>,
}

/// Of what lies in that folder, not the licence; by name, so that the slice with the most frequent letters is asked first.
fn slices() -> impl Iterator<Item = &'static File<'static>> {
    SLICES.files().filter(|file| file.path().extension().is_some_and(|ending| ending == "woff2"))
}

impl Typeface {
    /// The one of this process.
    pub(super) fn shared() -> Result<&'static Typeface, DocumentError> {
        static SHARED: OnceLock<Result<Typeface, DocumentError>> = OnceLock::new();
        SHARED.get_or_init(Typeface::unpack).as_ref().map_err(Clone::clone)
    }

    fn unpack() -> Result<Typeface, DocumentError> {
        let packed = slices().map(File::contents).chain([RARE]);
        packed.map(Slice::unpack).collect::<Result<_, _>>().map(Typeface)
    }
}

impl Slice {
    fn unpack(packed: &[u8]) -> Result<Slice, DocumentError> {
        let data = wuff::decompress_woff2(packed).map_err(|error| DocumentError(format!("{error:?}")))?;
        let data = Arc::new(data);
        let font = FontRef::new(&data).map_err(|error| DocumentError(error.to_string()))?;
        let cut = |weight: Weight| {
            let at = weight.on_axis();
            // The rare slice has one weight, and no axis to set.
            let made = match font.axes().is_empty() {
                true => Font::new(data.clone().into(), 0),
                false => Font::new_variable(data.clone().into(), 0, &[(Tag::new(b"wght"), at)]),
            };
            let made =
                made.ok_or_else(|| DocumentError("a slice of the typeface is unreadable".to_owned()))?;
            Ok((made, font.axes().location([("wght", at)])))
        };
        let cuts = Weight::ALL.into_iter().map(cut).collect::<Result<_, DocumentError>>()?;
        Ok(Slice { cuts, data })
    }
}

/// Letters of one slice in one weight.
struct Cut<'f> {
    font: &'f Font,
    charmap: Charmap<'f>,
    metrics: GlyphMetrics<'f>,
    units: f32,
    /// The digits that are all of one width, so that numbers stand in columns.
    digits: [Option<skrifa::GlyphId>; 10],
}

impl Cut<'_> {
    fn glyph(&self, letter: char) -> Option<skrifa::GlyphId> {
        let digit = letter.to_digit(10).and_then(|digit| *self.digits.get(digit as usize)?);
        digit.or_else(|| self.charmap.map(letter)).filter(|glyph| glyph.to_u32() != 0)
    }
}

/// Sets text in both weights.
pub(super) struct Letters<'f> {
    cuts: [Vec<Cut<'f>>; 2],
}

/// Text of one font.
#[derive(Clone)]
pub(super) struct Run {
    pub(super) font: Font,
    pub(super) text: String,
    pub(super) glyphs: Vec<KrillaGlyph>,
    /// In ems.
    pub(super) width: f32,
}

impl<'f> Letters<'f> {
    pub(super) fn of(face: &'f Typeface) -> Result<Letters<'f>, DocumentError> {
        let cuts = |weight: usize| {
            let cut = |slice: &'f Slice| {
                let font = FontRef::new(&slice.data).map_err(|error| DocumentError(error.to_string()))?;
                let (made, location) = slice.cuts.get(weight).ok_or(DocumentError(String::new()))?;
                let metrics = font.glyph_metrics(Size::unscaled(), location);
                let (charmap, units) = (font.charmap(), made.units_per_em());
                let digits = std::array::from_fn(|digit| tabular(&font, charmap.map(b"0123456789"[digit])?));
                Ok(Cut { font: made, charmap, metrics, units, digits })
            };
            face.0.iter().map(cut).collect::<Result<Vec<_>, DocumentError>>()
        };
        Ok(Letters { cuts: [cuts(0)?, cuts(1)?] })
    }

    /// Which slice has a letter, as which glyph, how wide in ems.
    fn find(&self, letter: char, weight: Weight) -> Option<(&Cut<'f>, skrifa::GlyphId, f32)> {
        self.cuts[weight as usize].iter().find_map(|cut| {
            let glyph = cut.glyph(letter)?;
            Some((cut, glyph, cut.metrics.advance_width(glyph)? / cut.units))
        })
    }

    /// Runs of text, each in the font that has it.
    pub(super) fn set(&self, text: &str, weight: Weight) -> Vec<Run> {
        let mut runs: Vec<Run> = Vec::new();
        for letter in text.nfc().filter(|letter| !is_unseen(*letter)) {
            let Some((cut, glyph, advance)) = self
                .find(letter, weight)
                .or_else(|| self.find(BOX, weight))
                .or_else(|| self.find('?', weight))
            else {
                continue;
            };
            if runs.last().is_none_or(|run| run.font != *cut.font) {
                let (font, text) = (cut.font.clone(), String::new());
                runs.push(Run { font, text, glyphs: Vec::new(), width: 0.0 });
            }
            let Some(run) = runs.last_mut() else { continue };
            let start = run.text.len();
            run.text.push(letter);
            let (id, range) = (GlyphId::new(glyph.to_u32()), start..run.text.len());
            run.glyphs.push(KrillaGlyph::new(id, advance, 0.0, 0.0, 0.0, range, None));
            run.width += advance;
        }
        runs
    }

    /// How wide `text` is, in ems.
    pub(super) fn width(&self, text: &str, weight: Weight) -> f32 {
        let width =
            |letter: char| self.find(letter, weight).or_else(|| self.find(BOX, weight)).map(|found| found.2);
        text.nfc().filter(|letter| !is_unseen(*letter)).filter_map(width).sum()
    }
}

/// The figure of the common width in place of a digit: what the font's feature `tnum` puts there. A digit that was
/// only moved apart would be read back as two words.
fn tabular(font: &FontRef<'_>, digit: skrifa::GlyphId) -> Option<skrifa::GlyphId> {
    let table = font.gsub().ok()?;
    let features = table.feature_list().ok()?;
    let records = features.feature_records();
    let record = records.iter().find(|record| record.feature_tag().to_be_bytes() == *b"tnum")?;
    let feature = record.feature(features.offset_data()).ok()?;
    let lookups = table.lookup_list().ok()?;
    feature.lookup_list_indices().iter().find_map(|index| {
        let lookup = lookups.lookups().get(usize::from(index.get())).ok()?;
        let SubstitutionSubtables::Single(tables) = lookup.subtables().ok()? else { return None };
        (0..tables.len()).find_map(|place| replaced(&tables.get(place).ok()?, digit))
    })
}

fn replaced(table: &SingleSubst<'_>, glyph: skrifa::GlyphId) -> Option<skrifa::GlyphId> {
    match table {
        SingleSubst::Format1(table) => {
            table.coverage().ok()?.get(glyph)?;
            let id = u16::try_from(glyph.to_u32()).ok()?;
            Some(skrifa::GlyphId::from(id.wrapping_add_signed(table.delta_glyph_id())))
        }
        SingleSubst::Format2(table) => {
            let place = table.coverage().ok()?.get(glyph)?;
            Some(table.substitute_glyph_ids().get(usize::from(place))?.get().into())
        }
    }
}

/// Marks that steer how text is drawn and are drawn themselves by nothing.
fn is_unseen(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letters() -> Letters<'static> {
        Letters::of(Typeface::shared().unwrap()).unwrap()
    }

    #[test]
    fn every_syllable_there_is_has_a_glyph() {
        let letters = letters();
        for syllable in '가'..='힣' {
            for weight in Weight::ALL {
                assert!(letters.find(syllable, weight).is_some(), "{syllable}");
            }
        }
    }

    /// A browser believes the style sheet: what a slice is said to have and has not is drawn in another typeface.
    #[test]
    fn each_slice_has_what_the_style_sheet_says_and_none_has_the_same() {
        let sheet = include_str!("../../../style/fonts.css");
        let faces: Vec<&str> = sheet.lines().filter(|line| line.starts_with("@font-face")).collect();
        assert_eq!(faces.len(), slices().count());
        let mut seen = std::collections::BTreeSet::new();
        for face in faces {
            let between = |from: &str, to: &str| face.split_once(from).unwrap().1.split_once(to).unwrap().0;
            let name = between("/fonts/", "\"");
            let slice =
                Slice::unpack(SLICES.get_file(name).unwrap_or_else(|| panic!("{name}")).contents()).unwrap();
            let letters = FontRef::new(&slice.data).unwrap().charmap();
            for range in between("unicode-range: ", ";").split(',') {
                let (first, last) = range[2..].split_once('-').unwrap_or((&range[2..], &range[2..]));
                let code = |text: &str| u32::from_str_radix(text, 16).unwrap();
                for code in code(first)..=code(last) {
                    assert!(letters.map(code).is_some(), "{name} lacks U+{code:X}");
                    assert!(seen.insert(code), "{name} has U+{code:X} as well");
                }
            }
        }
        assert!(seen.len() > 2_700, "KS X 1001 has 2,350 syllables, and there are signs: {}", seen.len());
    }

    #[test]
    fn digits_stand_in_columns_and_rare_letters_keep_their_text() {
        let letters = letters();
        let width = |text: &str| letters.width(text, Weight::Text);
        assert!((width("1111") - width("8888")).abs() < 1e-4);
        for text in ["설믜 뷁", "金民智 🎁", "Łódź ₩1,000"] {
            let set: String = letters.set(text, Weight::Strong).iter().map(|run| run.text.as_str()).collect();
            assert_eq!(set, text);
        }
        // Written in single letters, as some machines do, it is composed.
        let set: String =
            letters.set("\u{1100}\u{1161}\u{200f}", Weight::Text).into_iter().map(|run| run.text).collect();
        assert_eq!(set, "가");
    }

    #[test]
    fn strong_is_wider() {
        let letters = letters();
        assert!(letters.width("Receipt", Weight::Strong) > letters.width("Receipt", Weight::Text));
    }
}
