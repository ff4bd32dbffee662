//! The typeface on paper: the slices that the pages use, and one more with the rare syllables. A letter is looked for
//! in each of them in turn. One that none has (a Chinese character, an emoji) is drawn as an empty box; it stands
//! behind the box all the same, so that it can be copied, searched and read aloud.

use std::sync::{Arc, OnceLock};

use krilla::text::{Font, GlyphId, KrillaGlyph, Tag};
use skrifa::{
    FontRef, MetadataProvider,
    charmap::Charmap,
    instance::{Location, Size},
    metrics::GlyphMetrics,
};
use unicode_normalization::UnicodeNormalization;

use super::DocumentError;

/// Compressed as the browser gets them; unpacked once, when the first document is made.
const SLICES: [&[u8]; 6] = [
    include_bytes!("../../../public/fonts/sans-core.woff2"),
    include_bytes!("../../../public/fonts/sans-common-1.woff2"),
    include_bytes!("../../../public/fonts/sans-common-2.woff2"),
    include_bytes!("../../../public/fonts/sans-common-3.woff2"),
    include_bytes!("../../../public/fonts/sans-common-4.woff2"),
    include_bytes!("../../fonts/sans-rare.woff2"),
];

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

impl Typeface {
    /// The one of this process.
    pub(super) fn shared() -> Result<&'static Typeface, DocumentError> {
        static SHARED: OnceLock<Result<Typeface, DocumentError>> = OnceLock::new();
        SHARED.get_or_init(Typeface::unpack).as_ref().map_err(Clone::clone)
    }

    fn unpack() -> Result<Typeface, DocumentError> {
        SLICES.iter().map(|packed| Slice::unpack(packed)).collect::<Result<_, _>>().map(Typeface)
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
}

/// Sets text in both weights.
pub(super) struct Letters<'f> {
    cuts: [Vec<Cut<'f>>; 2],
    /// How wide a digit is: as wide as the widest, so that numbers stand in columns. In ems.
    digit: [f32; 2],
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
                Ok(Cut { font: made, charmap: font.charmap(), metrics, units: made.units_per_em() })
            };
            face.0.iter().map(cut).collect::<Result<Vec<_>, DocumentError>>()
        };
        let mut letters = Letters { cuts: [cuts(0)?, cuts(1)?], digit: [0.0; 2] };
        for weight in Weight::ALL {
            let widths = ('0'..='9').filter_map(|digit| letters.find(digit, weight)).map(|found| found.2);
            letters.digit[weight as usize] = widths.fold(0.0, f32::max);
        }
        Ok(letters)
    }

    /// Which slice has a letter, as which glyph, how wide in ems.
    fn find(&self, letter: char, weight: Weight) -> Option<(&Cut<'f>, skrifa::GlyphId, f32)> {
        self.cuts[weight as usize].iter().find_map(|cut| {
            let glyph = cut.charmap.map(letter).filter(|glyph| glyph.to_u32() != 0)?;
            Some((cut, glyph, cut.metrics.advance_width(glyph)? / cut.units))
        })
    }

    /// Runs of text, each in the font that has it.
    pub(super) fn set(&self, text: &str, weight: Weight) -> Vec<Run> {
        let mut runs: Vec<Run> = Vec::new();
        for letter in text.nfc().filter(|letter| !is_unseen(*letter)) {
            let Some((cut, glyph, own)) = self
                .find(letter, weight)
                .or_else(|| self.find(BOX, weight))
                .or_else(|| self.find('?', weight))
            else {
                continue;
            };
            let advance = if letter.is_ascii_digit() { self.digit[weight as usize] } else { own };
            if runs.last().is_none_or(|run| run.font != *cut.font) {
                let (font, text) = (cut.font.clone(), String::new());
                runs.push(Run { font, text, glyphs: Vec::new(), width: 0.0 });
            }
            let Some(run) = runs.last_mut() else { continue };
            let start = run.text.len();
            run.text.push(letter);
            let (id, range) = (GlyphId::new(glyph.to_u32()), start..run.text.len());
            run.glyphs.push(KrillaGlyph::new(id, advance, (advance - own) / 2.0, 0.0, 0.0, range, None));
            run.width += advance;
        }
        runs
    }

    /// How wide `text` is, in ems.
    pub(super) fn width(&self, text: &str, weight: Weight) -> f32 {
        let width = |letter: char| {
            let own = || self.find(letter, weight).or_else(|| self.find(BOX, weight)).map(|found| found.2);
            if letter.is_ascii_digit() { Some(self.digit[weight as usize]) } else { own() }
        };
        text.nfc().filter(|letter| !is_unseen(*letter)).filter_map(width).sum()
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
