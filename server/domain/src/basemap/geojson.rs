//! GeoJSON (RFC 7946): features one by one.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    BasemapError,
    outline::Site,
    reader::{Document, Gathering, Geometry, Position, Traits, nested, site},
};

#[derive(Deserialize)]
pub(super) struct Feature<'a> {
    #[serde(default)]
    properties: Option<Map<String, Value>>,
    #[serde(borrow, default)]
    geometry: Option<Geometry<'a>>,
}

pub(super) fn read(document: &Document<'_>, gathering: &mut Gathering) -> Result<(), BasemapError> {
    for feature in &document.features {
        if let Some(geometry) = &feature.geometry {
            let traits = Traits::of(feature.properties.as_ref())?;
            add(geometry, &traits, gathering, 0)?;
        }
    }
    Ok(())
}

fn add(
    geometry: &Geometry<'_>,
    traits: &Traits,
    gathering: &mut Gathering,
    depth: u8,
) -> Result<(), BasemapError> {
    Gathering::check_depth(depth)?;
    match geometry.kind.as_deref().unwrap_or_default() {
        "Point" => gathering.point(traits, site(nested(geometry.coordinates)?)?),
        "MultiPoint" => {
            for at in sites(&nested::<Vec<Position>>(geometry.coordinates)?)? {
                gathering.point(traits, at);
            }
        }
        "LineString" => gathering.line(traits, &sites(&nested::<Vec<Position>>(geometry.coordinates)?)?)?,
        "MultiLineString" => {
            for line in nested::<Vec<Vec<Position>>>(geometry.coordinates)? {
                gathering.line(traits, &sites(&line)?)?;
            }
        }
        "Polygon" => areas(vec![nested(geometry.coordinates)?], traits, gathering)?,
        "MultiPolygon" => areas(nested(geometry.coordinates)?, traits, gathering)?,
        "GeometryCollection" => {
            for part in &geometry.geometries {
                add(part, traits, gathering, depth + 1)?;
            }
        }
        other => return Err(BasemapError::Geometry(other.chars().take(40).collect())),
    }
    Ok(())
}

fn areas(
    polygons: Vec<Vec<Vec<Position>>>,
    traits: &Traits,
    gathering: &mut Gathering,
) -> Result<(), BasemapError> {
    let rings = |polygon: Vec<Vec<Position>>| polygon.iter().map(|ring| sites(ring)).collect();
    let polygons: Vec<Vec<Vec<Site>>> = polygons.into_iter().map(rings).collect::<Result<_, _>>()?;
    for polygon in &polygons {
        gathering.polygon(traits, polygon)?;
    }
    gathering.name_area(traits, &polygons);
    Ok(())
}

fn sites(positions: &[Position]) -> Result<Vec<Site>, BasemapError> {
    positions.iter().map(|position| site(*position)).collect()
}
