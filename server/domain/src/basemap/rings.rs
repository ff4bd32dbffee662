//! Areas, extents and middles of lines and rings.

use super::outline::Site;

/// Twice the area, in ground units squared; the sign tells the direction.
pub(super) fn signed_area(ring: &[Site]) -> f64 {
    let Some(&[ox, oy]) = ring.first() else { return 0.0 };
    let local = |[x, y]: Site| (f64::from(x) - f64::from(ox), f64::from(y) - f64::from(oy));
    let mut area = 0.0;
    for pair in ring.windows(2) {
        let ((ax, ay), (bx, by)) = (local(pair[0]), local(pair[1]));
        area += ax * by - bx * ay;
    }
    area
}

/// West, north, east, south.
pub(super) fn bounds(line: &[Site]) -> [u32; 4] {
    let start = [u32::MAX, u32::MAX, 0, 0];
    line.iter().fold(start, |[w, n, e, s], [x, y]| [w.min(*x), n.min(*y), e.max(*x), s.max(*y)])
}

pub(super) fn area_of([west, north, east, south]: [u32; 4]) -> f64 {
    f64::from(east.saturating_sub(west)) * f64::from(south.saturating_sub(north))
}

/// The middle of a line and its slope there, in degrees clockwise, so turned that a text on it stands upright.
pub(super) fn middle_of_line(line: &[Site]) -> Option<(Site, f32)> {
    let length = |pair: &[Site]| {
        let [dx, dy] = [0, 1].map(|i| f64::from(pair[1][i]) - f64::from(pair[0][i]));
        dx.hypot(dy)
    };
    let half = line.windows(2).map(length).sum::<f64>() / 2.0;
    let mut walked = 0.0;
    for pair in line.windows(2) {
        let step = length(pair);
        if walked + step >= half && step > 0.0 {
            let share = (half - walked) / step;
            let along = |i: usize| f64::from(pair[0][i]) * (1.0 - share) + f64::from(pair[1][i]) * share;
            let [dx, dy] = [0, 1].map(|i| f64::from(pair[1][i]) - f64::from(pair[0][i]));
            let slope = dy.atan2(dx).to_degrees();
            let upright = if slope.abs() > 90.0 { slope - 180.0 * slope.signum() } else { slope };
            #[expect(clippy::cast_possible_truncation, reason = "an angle")]
            return Some((fixed(along(0), along(1)), upright as f32));
        }
        walked += step;
    }
    None
}

/// Where a name has the most room from west to east inside a polygon, near its middle: the point and the room.
pub(super) fn room_inside(rings: &[Vec<Site>]) -> Option<(Site, u32)> {
    let [_, north, _, south] = bounds(rings.first()?);
    let mut best: Option<(f64, Site, u32)> = None;
    for (share, liking) in
        [(0.5, 1.0), (0.42, 0.95), (0.58, 0.95), (0.33, 0.85), (0.67, 0.85), (0.2, 0.6), (0.8, 0.6)]
    {
        let y = f64::from(north) + share * (f64::from(south) - f64::from(north));
        for (west, east) in spans(rings, y) {
            let room = east - west;
            if best.is_none_or(|(score, ..)| room * liking > score) {
                let [across, _] = fixed(room, 0.0);
                best = Some((room * liking, fixed((west + east) / 2.0, y), across));
            }
        }
    }
    best.map(|(_, at, room)| (at, room))
}

/// From where to where a line from west to east is inside.
fn spans(rings: &[Vec<Site>], y: f64) -> Vec<(f64, f64)> {
    let mut crossings = Vec::new();
    for pair in rings.iter().flat_map(|ring| ring.windows(2)) {
        let [[ax, ay], [bx, by]] = [pair[0], pair[1]].map(|point| point.map(f64::from));
        if (ay <= y) != (by <= y) {
            crossings.push(ax + (y - ay) / (by - ay) * (bx - ax));
        }
    }
    crossings.sort_by(f64::total_cmp);
    crossings.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect()
}

fn fixed(x: f64, y: f64) -> Site {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a float cast saturates")]
    let fixed = [x as u32, y as u32];
    fixed
}
