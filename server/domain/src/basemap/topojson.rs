//! TopoJSON: borders that are shared are stored once, which tells coast from border and keeps both from being drawn
//! twice.

use std::collections::HashMap;

use onshelf_vocabulary::map::ShapeKind;
use serde::Deserialize;

use super::{
    BasemapError, MAX_POINTS,
    outline::Site,
    reader::{Document, Gathering, Geometry, Position, Traits, nested, site},
};

/// From whole numbers to degrees.
#[derive(Clone, Copy, Deserialize)]
pub(super) struct Transform {
    scale: [f64; 2],
    translate: [f64; 2],
}

impl Transform {
    fn apply(self, x: f64, y: f64) -> Position {
        Position(x * self.scale[0] + self.translate[0], y * self.scale[1] + self.translate[1])
    }
}

/// A polygon's rings, each a list of arcs; `!i` is arc `i` backwards.
type ArcRings = Vec<Vec<i64>>;

struct Topology {
    transform: Option<Transform>,
    arcs: Vec<Vec<Site>>,
    /// Points followed so far: a small file may name one arc again and again.
    followed: usize,
}

/// An object's areas that say no kind: divisions of one land.
#[derive(Default)]
struct Division {
    areas: Vec<(Vec<ArcRings>, Traits)>,
}

pub(super) fn read(document: &Document<'_>, gathering: &mut Gathering) -> Result<(), BasemapError> {
    let mut topology = Topology::of(document)?;
    let mut divisions = Vec::new();
    for object in document.objects.values() {
        let mut division = Division::default();
        topology.add(object, gathering, &mut division, 0)?;
        if !division.areas.is_empty() {
            divisions.push(division);
        }
    }
    divisions.sort_by_key(|division| division.areas.len());
    let mut drawn = vec![false; topology.arcs.len()];
    for (index, division) in divisions.iter().enumerate() {
        let rank = u8::try_from(index + 1).unwrap_or(u8::MAX);
        let uses = uses(division, topology.arcs.len())?;
        if index == 0 {
            coast(&topology, division, &uses, gathering)?;
        }
        borders(&topology, &uses, rank, &mut drawn, gathering)?;
        for (polygons, traits) in &division.areas {
            topology.name_district(polygons, traits, rank, gathering)?;
        }
    }
    Ok(())
}

impl Topology {
    fn of(document: &Document<'_>) -> Result<Topology, BasemapError> {
        let raw: Vec<Vec<Position>> = nested(document.arcs)?;
        let transform = document.transform;
        let mut arcs = Vec::with_capacity(raw.len());
        for line in raw {
            let (mut x, mut y) = (0.0, 0.0);
            let place = |Position(dx, dy): Position| match transform {
                Some(transform) => {
                    (x, y) = (x + dx, y + dy);
                    site(transform.apply(x, y))
                }
                None => site(Position(dx, dy)),
            };
            arcs.push(line.into_iter().map(place).collect::<Result<Vec<_>, _>>()?);
        }
        Ok(Topology { transform, arcs, followed: 0 })
    }

    fn add(
        &mut self,
        geometry: &Geometry<'_>,
        gathering: &mut Gathering,
        division: &mut Division,
        depth: u8,
    ) -> Result<(), BasemapError> {
        Gathering::check_depth(depth)?;
        let traits = Traits::of(geometry.properties.as_ref())?;
        match geometry.kind.as_deref().unwrap_or_default() {
            "" => {}
            "Point" => gathering.point(&traits, self.place(nested(geometry.coordinates)?)?),
            "MultiPoint" => {
                for at in nested::<Vec<Position>>(geometry.coordinates)? {
                    gathering.point(&traits, self.place(at)?);
                }
            }
            "LineString" => gathering.line(&traits, &self.follow(&nested::<Vec<i64>>(geometry.arcs)?)?)?,
            "MultiLineString" => {
                for line in nested::<ArcRings>(geometry.arcs)? {
                    gathering.line(&traits, &self.follow(&line)?)?;
                }
            }
            "Polygon" => self.areas(vec![nested(geometry.arcs)?], traits, gathering, division)?,
            "MultiPolygon" => self.areas(nested(geometry.arcs)?, traits, gathering, division)?,
            "GeometryCollection" => {
                for part in &geometry.geometries {
                    self.add(part, gathering, division, depth + 1)?;
                }
            }
            other => return Err(BasemapError::Geometry(other.chars().take(40).collect())),
        }
        Ok(())
    }

    fn areas(
        &mut self,
        polygons: Vec<ArcRings>,
        traits: Traits,
        gathering: &mut Gathering,
        division: &mut Division,
    ) -> Result<(), BasemapError> {
        if traits.kind.is_none() {
            division.areas.push((polygons, traits));
            return Ok(());
        }
        let polygons = self.follow_all(&polygons)?;
        for polygon in &polygons {
            gathering.polygon(&traits, polygon)?;
        }
        gathering.name_area(&traits, &polygons);
        Ok(())
    }

    fn name_district(
        &mut self,
        polygons: &[ArcRings],
        traits: &Traits,
        rank: u8,
        gathering: &mut Gathering,
    ) -> Result<(), BasemapError> {
        let polygons = self.follow_all(polygons)?;
        gathering.name_area(&traits.ranked(rank), &polygons);
        Ok(())
    }

    fn place(&self, at: Position) -> Result<Site, BasemapError> {
        site(self.transform.map_or(at, |transform| transform.apply(at.0, at.1)))
    }

    fn follow_all(&mut self, polygons: &[ArcRings]) -> Result<Vec<Vec<Vec<Site>>>, BasemapError> {
        let mut followed = Vec::with_capacity(polygons.len());
        for rings in polygons {
            followed.push(rings.iter().map(|ring| self.follow(ring)).collect::<Result<Vec<_>, _>>()?);
        }
        Ok(followed)
    }

    fn follow(&mut self, ring: &[i64]) -> Result<Vec<Site>, BasemapError> {
        let mut line: Vec<Site> = Vec::new();
        for &arc in ring {
            let points = self.arcs.get(index(arc)).ok_or(BasemapError::Arc(arc))?;
            self.followed += points.len();
            if self.followed > 4 * MAX_POINTS {
                return Err(BasemapError::TooManyPoints);
            }
            // Where two arcs meet, both have the point.
            line.pop();
            if arc < 0 {
                line.extend(points.iter().rev());
            } else {
                line.extend(points);
            }
        }
        Ok(line)
    }
}

fn index(arc: i64) -> usize {
    usize::try_from(if arc < 0 { !arc } else { arc }).unwrap_or(usize::MAX)
}

/// Who has an arc on its outline.
#[derive(Clone, Copy, PartialEq)]
enum Use {
    Nobody,
    /// A coast; the arc in the direction of its area.
    One(usize, i64),
    /// A border.
    Two,
    /// A seam within one area.
    Seam,
}

fn uses(division: &Division, arcs: usize) -> Result<Vec<Use>, BasemapError> {
    let mut uses = vec![Use::Nobody; arcs];
    for (area, (polygons, _)) in division.areas.iter().enumerate() {
        for &arc in polygons.iter().flatten().flatten() {
            let found = uses.get_mut(index(arc)).ok_or(BasemapError::Arc(arc))?;
            *found = match *found {
                Use::Nobody => Use::One(area, arc),
                Use::One(other, _) if other == area => Use::Seam,
                _ => Use::Two,
            };
        }
    }
    Ok(uses)
}

fn borders(
    topology: &Topology,
    uses: &[Use],
    rank: u8,
    drawn: &mut [bool],
    gathering: &mut Gathering,
) -> Result<(), BasemapError> {
    for ((arc, found), drawn) in topology.arcs.iter().zip(uses).zip(drawn) {
        if *found == Use::Two && !*drawn {
            *drawn = true;
            gathering.outline(ShapeKind::Bound, rank, false, 0.0, arc)?;
        }
    }
    Ok(())
}

/// Joins the arcs that only one area has into rings: the outline of all areas together.
fn coast(
    topology: &Topology,
    division: &Division,
    uses: &[Use],
    gathering: &mut Gathering,
) -> Result<(), BasemapError> {
    let mut leaving: HashMap<Site, Vec<i64>> = HashMap::new();
    let used = |arc: i64| matches!(uses.get(index(arc)), Some(Use::One(..)));
    for &arc in division.areas.iter().flat_map(|(polygons, _)| polygons.iter().flatten().flatten()) {
        if let (true, Some((from, _))) = (used(arc), ends(topology, arc)) {
            leaving.entry(from).or_default().push(arc);
        }
    }
    let mut starts: Vec<Site> = leaving.keys().copied().collect();
    starts.sort_unstable();
    for start in starts {
        while let Some(first) = leaving.get_mut(&start).and_then(Vec::pop) {
            let mut ring: Vec<Site> = Vec::new();
            let mut next = Some(first);
            while let Some(arc) = next {
                let points = topology.arcs.get(index(arc)).map(Vec::as_slice).unwrap_or_default();
                ring.pop();
                if arc < 0 {
                    ring.extend(points.iter().rev());
                } else {
                    ring.extend(points);
                }
                let end = ends(topology, arc).map(|(_, end)| end);
                next = end.filter(|end| *end != start).and_then(|end| leaving.get_mut(&end)?.pop());
            }
            gathering.outline(ShapeKind::Land, 0, true, 0.0, &ring)?;
        }
    }
    Ok(())
}

/// Where an arc begins and ends in its direction.
fn ends(topology: &Topology, arc: i64) -> Option<(Site, Site)> {
    let points = topology.arcs.get(index(arc))?;
    let (first, last) = (*points.first()?, *points.last()?);
    Some(if arc < 0 { (last, first) } else { (first, last) })
}
