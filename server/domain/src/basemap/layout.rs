//! Who may stand where on the sheet, and how much room a text takes.

use super::outline::Frame;

/// The frames already given away.
#[derive(Default)]
pub(super) struct Taken(Vec<Frame>);

impl Taken {
    pub(super) fn take(&mut self, frame: Frame) {
        self.0.push(frame);
    }

    pub(super) fn is_free(&self, frame: &Frame) -> bool {
        !self.0.iter().any(|taken| taken.meets(frame))
    }

    /// Gives back what was taken, where nothing will stand after all.
    pub(super) fn release(&mut self, frame: &Frame) {
        self.0.retain(|taken| taken != frame);
    }

    /// The first of the frames that is free, which is then taken: its place in the list.
    pub(super) fn first_free(&mut self, frames: &[Frame]) -> Option<usize> {
        let found = frames.iter().position(|frame| self.is_free(frame))?;
        self.take(frames[found]);
        Some(found)
    }
}

/// About how wide a line of text is, in pixels: nobody here has the font, and a little too wide does no harm.
pub(super) fn text_width(text: &str, size: f64, spacing: f64) -> f64 {
    let em = |letter: char| match letter {
        ' ' | 'i' | 'j' | 'l' | 'I' | '.' | ',' | '\'' => 0.31,
        'm' | 'w' | 'M' | 'W' => 0.86,
        letter if letter.is_ascii_uppercase() => 0.68,
        letter if letter.is_ascii() => 0.57,
        letter if ('\u{1100}'..='\u{ffff}').contains(&letter) => 0.95,
        _ => 0.62,
    };
    text.chars().map(|letter| (em(letter) + spacing) * size).sum()
}

/// The frame of a line of text whose baseline's middle is given.
pub(super) fn text_frame(x: f64, baseline: f64, width: f64, size: f64) -> Frame {
    Frame {
        left: x - width / 2.0,
        right: x + width / 2.0,
        top: baseline - size * 0.88,
        bottom: baseline + size * 0.26,
    }
}
