//! Points in order of distance, found lazily: a static tree of boxes around points on the unit sphere,
//! walked best first. The libraries at hand answer "the nearest k"; here the caller does not know k,
//! as it goes on until enough of the stores also have stock.

use std::{
    cmp::{Ordering, Reverse},
    collections::BinaryHeap,
};

use onshelf_vocabulary::Point;

/// Mean radius, as [`Point::distance_m`] uses it.
const EARTH_M: f64 = 6_371_008.8;
/// So few points that looking at each is cheaper than going further down.
const LEAF: usize = 8;

type Vector = [f64; 3];

/// A fixed set of points with the ids they were given.
#[derive(Clone, Debug, Default)]
pub struct Nearest {
    points: Vec<(Vector, u32)>,
    /// A complete binary tree in level order; the children of `n` are `2n + 1` and `2n + 2`.
    boxes: Vec<Bounds>,
}

/// The box around some points, and which of them it holds.
#[derive(Clone, Copy, Debug)]
struct Bounds {
    low: Vector,
    high: Vector,
    start: usize,
    end: usize,
}

impl Nearest {
    /// O(n log² n); ids need not be unique.
    #[must_use]
    pub fn build(points: Vec<(u32, Point)>) -> Nearest {
        let mut points: Vec<(Vector, u32)> =
            points.into_iter().map(|(id, point)| (on_sphere(point), id)).collect();
        if points.is_empty() {
            return Nearest::default();
        }
        let leaves = points.len().div_ceil(LEAF).next_power_of_two();
        let mut boxes: Vec<Bounds> = Vec::with_capacity(2 * leaves - 1);
        for node in 0..2 * leaves - 1 {
            let (start, end) = match node.checked_sub(1) {
                None => (0, points.len()),
                Some(below) => {
                    let parent = boxes[below / 2];
                    let middle = parent.start.midpoint(parent.end);
                    if node % 2 == 1 { (parent.start, middle) } else { (middle, parent.end) }
                }
            };
            boxes.push(bounds(&points[start..end], start));
            if node < leaves - 1 && end - start > 1 {
                split(&mut points[start..end], &boxes[node]);
            }
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

    /// All of them outward from `point`: id and metres along the ground. Work is done as it is asked for.
    #[must_use]
    pub fn walk(&self, point: Point) -> Walk<'_> {
        let from = on_sphere(point);
        let mut ahead = BinaryHeap::with_capacity(128);
        if let Some(root) = self.boxes.first() {
            ahead.push(Reverse(Ahead { squared: root.squared_distance(&from), found: Found::Node(0) }));
        }
        Walk { tree: self, from, ahead }
    }
}

impl Bounds {
    fn squared_distance(&self, from: &Vector) -> f64 {
        (0..3)
            .map(|axis| (self.low[axis] - from[axis]).max(from[axis] - self.high[axis]).max(0.0).powi(2))
            .sum()
    }
}

/// The walk outward; see [`Nearest::walk`].
#[derive(Debug)]
pub struct Walk<'a> {
    tree: &'a Nearest,
    from: Vector,
    ahead: BinaryHeap<Reverse<Ahead>>,
}

/// Something still to be looked at; no part of it is nearer than its square root.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Ahead {
    squared: f64,
    found: Found,
}

/// A box goes before a point of the same distance, so that equally far points go by id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Found {
    Node(usize),
    Point(u32),
}

impl Eq for Ahead {}

impl Ord for Ahead {
    fn cmp(&self, other: &Ahead) -> Ordering {
        self.squared.total_cmp(&other.squared).then_with(|| self.found.cmp(&other.found))
    }
}

impl PartialOrd for Ahead {
    fn partial_cmp(&self, other: &Ahead) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Walk<'_> {
    fn open(&mut self, node: usize) {
        let Walk { tree, from, ahead } = self;
        let first = 2 * node + 1;
        if first < tree.boxes.len() {
            for child in first..first + 2 {
                let squared = tree.boxes[child].squared_distance(from);
                ahead.push(Reverse(Ahead { squared, found: Found::Node(child) }));
            }
            return;
        }
        let Bounds { start, end, .. } = tree.boxes[node];
        for (point, id) in &tree.points[start..end] {
            let squared = (0..3).map(|axis| (point[axis] - from[axis]).powi(2)).sum();
            ahead.push(Reverse(Ahead { squared, found: Found::Point(*id) }));
        }
    }
}

impl Iterator for Walk<'_> {
    type Item = (u32, f64);

    fn next(&mut self) -> Option<(u32, f64)> {
        loop {
            let Reverse(Ahead { squared, found }) = self.ahead.pop()?;
            match found {
                Found::Node(node) => self.open(node),
                Found::Point(id) => {
                    return Some((id, 2.0 * EARTH_M * (squared.sqrt() / 2.0).min(1.0).asin()));
                }
            }
        }
    }
}

fn on_sphere(point: Point) -> Vector {
    let (lat, lng) = (point.lat().to_radians(), point.lng().to_radians());
    [lat.cos() * lng.cos(), lat.cos() * lng.sin(), lat.sin()]
}

/// Of no points at all it is a box that is infinitely far away.
fn bounds(points: &[(Vector, u32)], start: usize) -> Bounds {
    let empty =
        Bounds { low: [f64::INFINITY; 3], high: [f64::NEG_INFINITY; 3], start, end: start + points.len() };
    points.iter().fold(empty, |mut bounds, (point, _)| {
        for axis in 0..3 {
            bounds.low[axis] = bounds.low[axis].min(point[axis]);
            bounds.high[axis] = bounds.high[axis].max(point[axis]);
        }
        bounds
    })
}

/// Half to either side along the axis they spread most on.
fn split(points: &mut [(Vector, u32)], bounds: &Bounds) {
    let spread = |axis: &usize| bounds.high[*axis] - bounds.low[*axis];
    let axis = (0..3).max_by(|a, b| spread(a).total_cmp(&spread(b))).unwrap_or(0);
    let middle = points.len() / 2;
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
