//! Lines as they are stored and drawn: how much each point matters, clipping to a rectangle, short path data.

use std::fmt::Write as _;

/// A point of the ground: unit Mercator times 2³², which is about a centimetre.
pub(super) type Site = [u32; 2];
/// A point of the sheet in pixels.
pub(super) type Pixel = (f64, f64);

/// Kept at every scale.
pub(super) const ALWAYS: u8 = u8::MAX;
/// Steps of `weight` to a doubling of the tolerance.
const STEPS: f64 = 7.9;
/// A stretch longer than this is cut before it is weighed, so that no file can make the weighing quadratic.
const STRETCH: usize = 4096;

/// The tolerance (in ground units) as a weight: points that weigh as much or more stay.
pub(super) fn weight(tolerance: f64) -> u8 {
    let steps = (tolerance.max(1.0).log2() * STEPS).clamp(0.0, 254.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0..=254")]
    let weight = steps as u8;
    weight
}

/// For every point the tolerance up to which Douglas and Peucker would keep it, so that drawing at any scale only
/// has to compare. Ends are always kept.
pub(super) fn weights(line: &[Site]) -> Vec<u8> {
    let mut found = vec![0; line.len()];
    let mut from = 0;
    while from + 1 < line.len() {
        let to = (from + STRETCH).min(line.len() - 1);
        found[from] = ALWAYS;
        found[to] = ALWAYS;
        weigh_stretch(line, from, to, &mut found);
        from = to;
    }
    found
}

fn weigh_stretch(line: &[Site], from: usize, to: usize, found: &mut [u8]) {
    let mut open = vec![(from, to, 254_u8)];
    while let Some((from, to, most)) = open.pop() {
        let (mut far, mut at) = (-1.0, from);
        for i in from + 1..to {
            let distance = squared_distance(line[i], line[from], line[to]);
            if distance > far {
                (far, at) = (distance, i);
            }
        }
        if at > from {
            // A point never outweighs the one that split its stretch: that is what the plain algorithm would do.
            found[at] = weight(far.sqrt()).min(most);
            open.push((from, at, found[at]));
            open.push((at, to, found[at]));
        }
    }
}

fn squared_distance(point: Site, from: Site, to: Site) -> f64 {
    let [x, y] = point.map(f64::from);
    let [ax, ay] = from.map(f64::from);
    let (dx, dy) = (f64::from(to[0]) - ax, f64::from(to[1]) - ay);
    let length = dx * dx + dy * dy;
    let along = if length > 0.0 { (((x - ax) * dx + (y - ay) * dy) / length).clamp(0.0, 1.0) } else { 0.0 };
    let (ex, ey) = (x - ax - along * dx, y - ay - along * dy);
    ex * ex + ey * ey
}

/// A rectangle on the sheet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Frame {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

impl Frame {
    pub(super) fn around((x, y): Pixel, width: f64, height: f64) -> Frame {
        Frame {
            left: x - width / 2.0,
            top: y - height / 2.0,
            right: x + width / 2.0,
            bottom: y + height / 2.0,
        }
    }

    pub(super) fn holds(&self, (x, y): Pixel) -> bool {
        x >= self.left && x <= self.right && y >= self.top && y <= self.bottom
    }

    pub(super) fn meets(&self, other: &Frame) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }

    pub(super) fn grown(&self, by: f64) -> Frame {
        Frame { left: self.left - by, top: self.top - by, right: self.right + by, bottom: self.bottom + by }
    }

    pub(super) fn moved(&self, x: f64, y: f64) -> Frame {
        Frame { left: self.left + x, top: self.top + y, right: self.right + x, bottom: self.bottom + y }
    }

    pub(super) fn contains(&self, other: &Frame) -> bool {
        self.holds((other.left, other.top)) && self.holds((other.right, other.bottom))
    }
}

/// The part of a ring inside the frame (Sutherland and Hodgman): one ring, perhaps with seams along the frame.
pub(super) fn clip_ring(ring: Vec<Pixel>, frame: &Frame) -> Vec<Pixel> {
    let sides: [(bool, f64, bool); 4] = [
        (true, frame.left, true),
        (true, frame.right, false),
        (false, frame.top, true),
        (false, frame.bottom, false),
    ];
    let mut ring = ring;
    for (is_x, limit, above) in sides {
        let value = |p: Pixel| if is_x { p.0 } else { p.1 };
        let inside = |p: Pixel| if above { value(p) >= limit } else { value(p) <= limit };
        let mut kept = Vec::with_capacity(ring.len() + 4);
        let Some(mut before) = ring.last().copied() else { return ring };
        for &point in &ring {
            if inside(point) != inside(before) {
                let share = (limit - value(before)) / (value(point) - value(before));
                kept.push((before.0 + share * (point.0 - before.0), before.1 + share * (point.1 - before.1)));
            }
            if inside(point) {
                kept.push(point);
            }
            before = point;
        }
        ring = kept;
    }
    ring
}

/// The parts of a line inside the frame, in order.
pub(super) fn clip_line(line: &[Pixel], frame: &Frame) -> Vec<Vec<Pixel>> {
    let mut parts: Vec<Vec<Pixel>> = Vec::new();
    let mut joined = false;
    for pair in line.windows(2) {
        let Some((from, to)) = clip_segment(pair[0], pair[1], frame) else {
            joined = false;
            continue;
        };
        match parts.last_mut() {
            Some(part) if joined => part.push(to),
            _ => parts.push(vec![from, to]),
        }
        joined = to == pair[1];
    }
    parts
}

/// Liang and Barsky.
fn clip_segment(from: Pixel, to: Pixel, frame: &Frame) -> Option<(Pixel, Pixel)> {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
    for (step, room) in [
        (-dx, from.0 - frame.left),
        (dx, frame.right - from.0),
        (-dy, from.1 - frame.top),
        (dy, frame.bottom - from.1),
    ] {
        if step == 0.0 {
            if room < 0.0 {
                return None;
            }
        } else if step < 0.0 {
            enter = enter.max(room / step);
        } else {
            leave = leave.min(room / step);
        }
    }
    let at = |share: f64| (from.0 + share * dx, from.1 + share * dy);
    let end = if leave >= 1.0 { to } else { at(leave) };
    (enter < leave).then(|| (at(enter), end))
}

/// SVG path data in relative steps of a tenth of a pixel.
#[derive(Default)]
pub(super) struct PathData {
    text: String,
    at: (i64, i64),
}

impl PathData {
    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }

    /// Straight from point to point.
    pub(super) fn straight(&mut self, points: &[Pixel], closed: bool) {
        let Some((first, rest)) = points.split_first() else { return };
        self.begin(*first);
        let mut letter = 'l';
        for point in rest {
            let to = tenths(*point);
            if to != self.at {
                self.step(&mut letter, &[to]);
            }
        }
        self.finish(closed, *first);
    }

    /// Bent softly through the points (Catmull and Rom), as a hand would draw them; sharp corners stay sharp.
    pub(super) fn soft(&mut self, points: &[Pixel], closed: bool) {
        let count = points.len();
        if count < 3 {
            self.straight(points, closed);
            return;
        }
        self.begin(points[0]);
        let mut letter = 'c';
        let segments = if closed { count } else { count - 1 };
        for i in 0..segments {
            let (from, to) = (points[i], points[(i + 1) % count]);
            let leaving = bend(points, i, closed, distance(from, to));
            let arriving = bend(points, (i + 1) % count, closed, distance(from, to));
            let first = tenths((from.0 + leaving.0, from.1 + leaving.1));
            let second = tenths((to.0 - arriving.0, to.1 - arriving.1));
            self.step(&mut letter, &[first, second, tenths(to)]);
        }
        self.finish(closed, points[0]);
    }

    fn begin(&mut self, first: Pixel) {
        let to = tenths(first);
        self.text.push('M');
        self.number(to.0, true);
        self.number(to.1, false);
        self.at = to;
    }

    fn finish(&mut self, closed: bool, first: Pixel) {
        if closed {
            self.text.push('z');
            self.at = tenths(first);
        }
    }

    fn step(&mut self, letter: &mut char, to: &[(i64, i64)]) {
        let mut first = false;
        if *letter != ' ' {
            self.text.push(*letter);
            *letter = ' ';
            first = true;
        }
        for (x, y) in to {
            self.number(x - self.at.0, first);
            self.number(y - self.at.1, false);
            first = false;
        }
        if let Some(last) = to.last() {
            self.at = *last;
        }
    }

    fn number(&mut self, value: i64, first: bool) {
        if !first && value >= 0 {
            self.text.push(' ');
        }
        if value < 0 {
            self.text.push('-');
        }
        let (whole, tenth) = (value.abs() / 10, value.abs() % 10);
        // Writing to a String cannot fail.
        let _ = match (whole, tenth) {
            (whole, 0) => write!(self.text, "{whole}"),
            (0, tenth) => write!(self.text, ".{tenth}"),
            (whole, tenth) => write!(self.text, "{whole}.{tenth}"),
        };
    }
}

/// The control arm at a point towards the next: a third of the way at most, none at ends and sharp corners.
fn bend(points: &[Pixel], i: usize, closed: bool, length: f64) -> Pixel {
    let count = points.len();
    if !closed && (i == 0 || i + 1 == count) {
        return (0.0, 0.0);
    }
    let (before, at, after) = (points[(i + count - 1) % count], points[i], points[(i + 1) % count]);
    let (a, b) = (distance(before, at), distance(at, after));
    let turn = (at.0 - before.0) * (after.0 - at.0) + (at.1 - before.1) * (after.1 - at.1);
    let chord = distance(before, after);
    if turn <= 0.2 * a * b || chord == 0.0 {
        return (0.0, 0.0);
    }
    let arm = length.min(a).min(b).mul_add(0.5, length * 0.5) / 3.0;
    ((after.0 - before.0) / chord * arm, (after.1 - before.1) / chord * arm)
}

fn distance(a: Pixel, b: Pixel) -> f64 {
    (a.0 - b.0).hypot(a.1 - b.1)
}

fn tenths((x, y): Pixel) -> (i64, i64) {
    #[expect(clippy::cast_possible_truncation, reason = "a float cast saturates, and pixels are small")]
    let tenth = |px: f64| (px * 10.0).round() as i64;
    (tenth(x), tenth(y))
}

/// A length or place for the page: tenths of a pixel are enough.
pub(super) fn tenth(px: f64) -> f32 {
    #[expect(clippy::cast_possible_truncation, reason = "pixels are small")]
    let short = ((px * 10.0).round() / 10.0) as f32;
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Frame = Frame { left: 0.0, top: 0.0, right: 10.0, bottom: 10.0 };

    #[test]
    fn a_ring_is_cut_at_the_frame() {
        let ring = vec![(-5.0, 2.0), (5.0, 2.0), (5.0, 8.0), (-5.0, 8.0)];
        let cut = clip_ring(ring, &FRAME);
        assert_eq!(cut.len(), 4);
        assert!(cut.iter().all(|p| FRAME.holds(*p)));
        assert!(clip_ring(vec![(20.0, 20.0), (30.0, 20.0), (25.0, 30.0)], &FRAME).is_empty());
        assert_eq!(clip_ring(vec![(-9.0, -9.0), (19.0, -9.0), (19.0, 19.0), (-9.0, 19.0)], &FRAME).len(), 4);
    }

    #[test]
    fn a_line_that_leaves_and_returns_is_two_lines() {
        let line = [(1.0, 1.0), (1.0, -5.0), (6.0, -5.0), (6.0, 5.0), (7.0, 5.0)];
        let parts = clip_line(&line, &FRAME);
        assert_eq!(parts, vec![vec![(1.0, 1.0), (1.0, 0.0)], vec![(6.0, 0.0), (6.0, 5.0), (7.0, 5.0)]]);
    }

    #[test]
    fn points_on_a_straight_line_weigh_nothing() {
        let line = [[0, 0], [1000, 0], [2000, 0], [3000, 4096], [4000, 0]];
        let found = weights(&line);
        assert_eq!((found[0], found[4]), (ALWAYS, ALWAYS));
        assert!(found[3] >= weight(4000.0) && found[3] <= weight(4200.0));
        assert!(found[1] <= found[2] && found[2] <= found[3]);
        assert!(weights(&[]).is_empty() && weights(&[[1, 1]]).len() == 1);
    }

    #[test]
    fn path_data_is_short() {
        let mut path = PathData::default();
        path.straight(&[(1.0, 2.0), (1.5, 1.75), (1.5, 1.75), (11.0, -3.0)], true);
        assert_eq!(path.into_text(), "M1 2l.5-.2 9.5-4.8z");
    }
}
