//! Points in order of distance, found lazily: a static tree of boxes around points on the unit sphere,
//! walked best first. The libraries at hand answer "the nearest k"; here the caller does not know k,
//! as it goes on until enough of the stores also have stock.

use std::{cmp::Reverse, collections::BinaryHeap, ops::Range};

use onshelf_vocabulary::{Point, places::EARTH_RADIUS_M};

/// So few points that looking at each is cheaper than going further down.
const LEAF: usize = 16;

type Vector = [f64; 3];

/// A fixed set of points with the ids they were given.
#[derive(Clone, Debug, Default)]
pub struct Nearest {
    points: Vec<(Vector, u32)>,
    /// A complete binary tree in level order; the children of `n` are `2n + 1` and `2n + 2`.
    boxes: Vec<Bounds>,
}

/// The box around some points, and which of them it holds. Rounded outward to single precision: half the
/// memory to walk through, and still no point outside.
#[derive(Clone, Copy, Debug)]
struct Bounds {
    low: [f32; 3],
    high: [f32; 3],
    start: u32,
    end: u32,
}

impl Nearest {
    /// O(n log n); ids need not be unique. At most `u32::MAX` points are taken.
    #[must_use]
    pub fn build(points: Vec<(u32, Point)>) -> Nearest {
        let mut points: Vec<(Vector, u32)> =
            points.into_iter().map(|(id, point)| (on_sphere(point), id)).collect();
        points.truncate(u32::MAX as usize);
        if points.is_empty() {
            return Nearest::default();
        }
        let leaves = points.len().div_ceil(LEAF).next_power_of_two();
        let mut ranges = Vec::with_capacity(2 * leaves - 1);
        ranges.push(0..points.len());
        let mut boxes: Vec<Bounds> = Vec::with_capacity(2 * leaves - 1);
        for node in 0..2 * leaves - 1 {
            let range = ranges[node].clone();
            let bounds = bounds(&points[range.clone()], &range);
            if node < leaves - 1 {
                split(&mut points[range.clone()], &bounds);
                let middle = range.start + range.len() / 2;
                ranges.extend([range.start..middle, middle..range.end]);
            }
            boxes.push(bounds);
        }
        Nearest { points, boxes }
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.points.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    /// All of them outward from `point`: id and metres along the ground; equally far ones by id.
    /// Work is done as it is asked for.
    #[must_use]
    pub fn walk(&self, point: Point) -> Walk<'_> {
        let mut ahead = BinaryHeap::with_capacity(256);
        if !self.boxes.is_empty() {
            ahead.push(Reverse(key(0.0, 0)));
        }
        Walk { tree: self, from: on_sphere(point), ahead }
    }
}

/// The walk outward; see [`Nearest::walk`].
#[derive(Debug)]
pub struct Walk<'a> {
    tree: &'a Nearest,
    from: Vector,
    /// What is still to be looked at, as keys.
    ahead: BinaryHeap<Reverse<u128>>,
}

/// Marks the id of a point in a key; without it stands a node. So a box goes before a point of the same
/// distance, and equally far points go by id.
const POINT: u64 = 1 << 32;

/// Distance and name in one number, which a heap compares faster than a pair. The bits of a float that is
/// not negative rise as it does.
fn key(squared: f64, name: u64) -> u128 {
    u128::from(squared.to_bits()) << 64 | u128::from(name)
}

impl Walk<'_> {
    /// Down the nearer side of a node as long as nothing else is nearer, keeping the other sides for later.
    fn open(&mut self, mut node: usize) {
        let Walk { tree, from, ahead } = self;
        while let [left, right, ..] = tree.boxes.get(2 * node + 1..).unwrap_or_default() {
            let (left, right) = (left.squared_distance(from), right.squared_distance(from));
            let (first, second) = (2 * node + 1, 2 * node + 2);
            let (near, far) = if left <= right {
                ((left, first), (right, second))
            } else {
                ((right, second), (left, first))
            };
            ahead.push(Reverse(key(far.0, far.1 as u64)));
            let near_key = key(near.0, near.1 as u64);
            if ahead.peek().is_some_and(|Reverse(nearest)| *nearest < near_key) {
                ahead.push(Reverse(near_key));
                return;
            }
            node = near.1;
        }
        let Bounds { start, end, .. } = tree.boxes[node];
        for (point, id) in &tree.points[start as usize..end as usize] {
            let squared = (0..3).map(|axis| (point[axis] - from[axis]).powi(2)).sum();
            ahead.push(Reverse(key(squared, POINT | u64::from(*id))));
        }
    }
}

impl Iterator for Walk<'_> {
    type Item = (u32, f64);

    #[expect(
        clippy::cast_possible_truncation,
        reason = "a key is taken apart into the halves it was made of"
    )]
    fn next(&mut self) -> Option<(u32, f64)> {
        loop {
            let Reverse(key) = self.ahead.pop()?;
            let name = key as u64;
            if name & POINT == 0 {
                self.open(name as usize);
                continue;
            }
            let squared = f64::from_bits((key >> 64) as u64);
            return Some((name as u32, 2.0 * EARTH_RADIUS_M * (squared.sqrt() / 2.0).min(1.0).asin()));
        }
    }
}

impl Bounds {
    fn squared_distance(&self, from: &Vector) -> f64 {
        (0..3)
            .map(|axis| {
                let (low, high) = (f64::from(self.low[axis]), f64::from(self.high[axis]));
                (low - from[axis]).max(from[axis] - high).max(0.0).powi(2)
            })
            .sum()
    }
}

fn on_sphere(point: Point) -> Vector {
    let (lat, lng) = (point.lat().to_radians(), point.lng().to_radians());
    [lat.cos() * lng.cos(), lat.cos() * lng.sin(), lat.sin()]
}

/// Of no points at all it is a box that is infinitely far away.
#[expect(clippy::cast_possible_truncation, reason = "at most u32::MAX points; boxes are rounded outward")]
fn bounds(points: &[(Vector, u32)], range: &Range<usize>) -> Bounds {
    let (start, end) = (range.start as u32, range.end as u32);
    let empty = Bounds { low: [f32::INFINITY; 3], high: [f32::NEG_INFINITY; 3], start, end };
    points.iter().fold(empty, |mut bounds, (point, _)| {
        for (axis, value) in point.iter().enumerate() {
            bounds.low[axis] = bounds.low[axis].min((*value as f32).next_down());
            bounds.high[axis] = bounds.high[axis].max((*value as f32).next_up());
        }
        bounds
    })
}

/// Half to either side along the axis they spread most on.
fn split(points: &mut [(Vector, u32)], bounds: &Bounds) {
    let spread = |axis: &usize| bounds.high[*axis] - bounds.low[*axis];
    let axis = (0..3).max_by(|a, b| spread(a).total_cmp(&spread(b))).unwrap_or(0);
    let middle = points.len() / 2;
    if points.len() < 2 {
        return;
    }
    points.select_nth_unstable_by(middle, |a, b| a.0[axis].total_cmp(&b.0[axis]));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn points() -> impl Strategy<Value = Vec<(u32, Point)>> {
        prop::collection::vec((-90.0f64..=90.0, -180.0f64..=180.0), 0..200).prop_map(|all| {
            (0u32..).zip(all).map(|(id, (lat, lng))| (id, Point::new(lat, lng).unwrap())).collect()
        })
    }

    proptest! {
        #[test]
        fn the_walk_is_the_sorted_list(points in points(), lat in -90.0f64..=90.0, lng in -180.0f64..=180.0) {
            let from = Point::new(lat, lng).unwrap();
            let walked: Vec<(u32, f64)> = Nearest::build(points.clone()).walk(from).collect();
            prop_assert_eq!(walked.len(), points.len());
            prop_assert!(walked.is_sorted_by(|a, b| a.1 <= b.1));
            for (id, metres) in walked {
                let (_, point) = points[id as usize];
                prop_assert!((point.distance_m(from) - metres).abs() < 1.0, "{} {}", point.distance_m(from), metres);
            }
        }
    }

    #[test]
    fn the_date_line_and_one_place_for_all_are_no_trouble() {
        let at = |lat, lng| Point::new(lat, lng).unwrap();
        let tree = Nearest::build(vec![(1, at(0.0, 179.9)), (2, at(0.0, -179.8)), (3, at(0.0, 170.0))]);
        assert_eq!(tree.walk(at(0.0, 180.0)).map(|(id, _)| id).collect::<Vec<_>>(), [1, 2, 3]);
        let kiosks = Nearest::build((0..100).map(|id| (id, at(33.64, -84.44))).collect());
        assert_eq!(
            kiosks.walk(at(33.64, -84.44)).map(|(id, _)| id).collect::<Vec<_>>(),
            (0..100).collect::<Vec<_>>()
        );
        assert_eq!(Nearest::build(Vec::new()).walk(at(0.0, 0.0)).count(), 0);
    }
}
