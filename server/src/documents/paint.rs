//! What is placed on a page, and how it is drawn.

use krilla::{
    color::rgb,
    geom::{PathBuilder, Point, Rect},
    num::NormalizedF32,
    paint::{Fill, FillRule},
    surface::Surface,
    tagging::{Artifact, ArtifactType, ContentTag, Identifier, SpanTag},
};

use super::letters::Run;

/// The tones of the house on paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    Ink,
    Quiet,
    Line,
    Accent,
}

impl Tone {
    fn color(self) -> rgb::Color {
        match self {
            Tone::Ink => rgb::Color::new(0x1d, 0x1b, 0x18),
            Tone::Quiet => rgb::Color::new(0x5d, 0x57, 0x4e),
            Tone::Line => rgb::Color::new(0xd9, 0xd2, 0xc5),
            Tone::Accent => rgb::Color::new(0xc2, 0x41, 0x0c),
        }
    }
}

/// What is placed on a page.
pub(super) enum What {
    Text { x: f32, baseline: f32, size: f32, tone: Tone, runs: Vec<Run> },
    Bar { x: f32, y: f32, width: f32, height: f32, tone: Tone },
}

pub(super) struct Piece {
    pub(super) page: usize,
    /// Which leaf of the tree it belongs to; none: it is there for the eye alone.
    pub(super) leaf: Option<usize>,
    pub(super) what: What,
}

/// Draws a piece, and notes for its leaf where it stands.
pub(super) fn draw(surface: &mut Surface<'_>, piece: &Piece, ids: &mut [Vec<Identifier>]) {
    match piece.leaf {
        Some(leaf) => {
            let id = surface.start_tagged(ContentTag::Span(SpanTag::empty()));
            if let Some(ids) = ids.get_mut(leaf) {
                ids.push(id);
            }
        }
        None => {
            surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)));
        }
    }
    match &piece.what {
        What::Text { x, baseline, size, tone, runs } => {
            surface.set_fill(Some(filled(*tone)));
            let mut x = *x;
            for run in runs {
                let start = Point::from_xy(x, *baseline);
                surface.draw_glyphs(start, &run.glyphs, run.font.clone(), &run.text, *size, false);
                x += run.width * size;
            }
        }
        What::Bar { x, y, width, height, tone } => {
            surface.set_fill(Some(filled(*tone)));
            if let Some(path) = rectangle(*x, *y, *width, *height) {
                surface.draw_path(&path);
            }
        }
    }
    surface.end_tagged();
}

fn rectangle(x: f32, y: f32, width: f32, height: f32) -> Option<krilla::geom::Path> {
    let mut builder = PathBuilder::new();
    builder.push_rect(Rect::from_xywh(x, y, width, height)?);
    builder.finish()
}

fn filled(tone: Tone) -> Fill {
    Fill { paint: tone.color().into(), opacity: NormalizedF32::ONE, rule: FillRule::NonZero }
}
