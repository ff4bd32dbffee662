//! Whole maps: reading what operators have, refusing what is broken, drawing.
use onshelf_vocabulary::{Lang, Point, map::ShapeKind, stock::Level};

use super::{Basemap, BasemapError, Drawing, Marker, Sheet, View};

const SMALL: &str = r#"{"type":"FeatureCollection","attribution":"us","features":[
 {"type":"Feature","properties":{"kind":"water","name":{"ko":"한강","en":"Han River"},"width":900},
  "geometry":{"type":"LineString","coordinates":[[126.9,37.52],[127.0,37.53,12],[127.1,37.52]]}},
 {"type":"Feature","properties":{"kind":"label","name":"성동","name_eng":"Seongdong","rank":2},
  "geometry":{"type":"Point","coordinates":[127.04,37.56]}},
 {"type":"Feature","properties":{"kind":"bound"},
  "geometry":{"type":"Polygon","coordinates":[[[127,37.5],[127.1,37.5],[127.1,37.6],[127,37.6],[127,37.5]]]}}]}"#;

fn marker(code: &str, lat: f64, lng: f64, available: i64) -> Marker {
    Marker {
        code: code.to_owned(),
        name: format!("{code}점"),
        point: Point::new(lat, lng).unwrap(),
        available,
        shown: available.to_string(),
        level: Some(Level::of(available)),
        distance_m: Some(1040),
        selected: false,
        href: format!("/stores/{code}"),
    }
}

fn drawing<'a>(view: &str, markers: &'a [Marker]) -> Drawing<'a> {
    Drawing {
        view: view.parse().unwrap(),
        sheet: Sheet::PHONE,
        lang: Lang::Ko,
        here: Point::new(37.5446, 127.0557).ok(),
        markers,
        view_href: "/stores?view=",
    }
}

#[test]
fn a_small_map_is_drawn() {
    let map = Basemap::parse(SMALL.as_bytes()).unwrap();
    let view = map.draw(&drawing("37.5446,127.0557,8", &[]));
    let kinds: Vec<_> = view.shapes.iter().map(|shape| shape.kind).collect();
    assert_eq!(kinds, [ShapeKind::Stream, ShapeKind::Bound]);
    assert!(view.shapes.iter().all(|shape| shape.d.starts_with('M')));
    assert!(view.labels.iter().any(|label| label.text == "성동"));
    assert_eq!(view.attribution, "us");
    assert_eq!(view.moves.closer.as_deref(), Some("/stores?view=37.54460,127.05570,4"));
    let english = map.draw(&Drawing { lang: Lang::En, ..drawing("37.5446,127.0557,8", &[]) });
    assert!(english.labels.iter().any(|label| label.text == "Seongdong"));
}

#[test]
fn broken_files_are_refused_in_words() {
    let feature = |geometry: &str| {
        format!(r#"{{"type":"FeatureCollection","features":[{{"properties":{{}},"geometry":{geometry}}}]}}"#)
    };
    let nest = (0..12).fold(r#"{"type":"Point","coordinates":[0,0]}"#.to_owned(), |inner, _| {
        format!(r#"{{"type":"GeometryCollection","geometries":[{inner}]}}"#)
    });
    for (text, expected) in [
        (String::new(), "not JSON"),
        ("{".to_owned(), "not JSON"),
        ("[".repeat(100_000), "not JSON"),
        (r#"{"type":"Feature"}"#.to_owned(), "a FeatureCollection or a Topology"),
        (r#"{"type":"FeatureCollection","features":[]}"#.to_owned(), "nothing in it"),
        (r#"{"type":"Topology","objects":{},"arcs":[]}"#.to_owned(), "nothing in it"),
        (feature(r#"{"type":"Point","coordinates":[NaN,0]}"#), "not JSON"),
        (feature(r#"{"type":"Point","coordinates":[1e999,0]}"#), "not JSON"),
        (feature(r#"{"type":"Point","coordinates":[127]}"#), "not JSON"),
        (feature(r#"{"type":"Point"}"#), "not JSON"),
        (feature(r#"{"type":"Point","coordinates":[37.5,127.0]}"#), "no place on the earth"),
        (feature(r#"{"type":"Circle","coordinates":[1,2]}"#), "no geometry"),
        (feature(&nest), "8 deep"),
        (SMALL.replace("\"bound\"", "\"boundary\""), "kind \"\\\"boundary\\\"\""),
        (
            r#"{"type":"Topology","objects":{"a":{"type":"Polygon","arcs":[[0,-9]]}},"arcs":[[[0,0],[1,1]]]}"#.into(),
            "arc -9",
        ),
        (
            r#"{"type":"Topology","objects":{"a":{"type":"Polygon","arcs":[[-9223372036854775808]]}},"arcs":[]}"#
                .into(),
            "arc -9223372036854775808",
        ),
        (
            r#"{"type":"Topology","objects":{},"arcs":[[[0,0],[1,1]]],"transform":{"scale":[1e300,1e300],"translate":[0,0]}}"#
                .into(),
            "no place on the earth",
        ),
    ] {
        let error = Basemap::parse(text.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(expected), "{error:?} should say {expected:?}");
    }
    assert!(matches!(Basemap::parse(b"\xff\xfe"), Err(BasemapError::NotJson(_))));
    assert!(matches!(Basemap::parse(&vec![b' '; super::MAX_BYTES + 1]), Err(BasemapError::TooLarge(_))));
}

#[test]
fn a_small_file_that_follows_one_arc_for_ever_is_stopped() {
    let arc = (0..20_000).map(|i| format!("[{},{}]", i % 2, i % 3)).collect::<Vec<_>>().join(",");
    let ring = vec!["0"; 1000].join(",");
    let text = format!(
        r#"{{"type":"Topology","objects":{{"a":{{"type":"LineString","arcs":[{ring}]}}}},"arcs":[[{arc}]]}}"#
    );
    assert_eq!(Basemap::parse(text.as_bytes()).unwrap_err(), BasemapError::TooManyPoints);
}

#[test]
fn a_shared_border_is_drawn_once_and_the_coast_is_one_ring() {
    let text = r#"{"type":"Topology","objects":{"areas":{"type":"GeometryCollection","geometries":[
      {"type":"Polygon","arcs":[[0,1]],"properties":{"name":"서","name_eng":"West"}},
      {"type":"Polygon","arcs":[[-1,2]],"properties":{"name":"동","name_eng":"East"}}]}},
      "arcs":[[[127.0,37.6],[127.0,37.5]],[[127.0,37.5],[126.9,37.5],[126.9,37.6],[127.0,37.6]],
              [[127.0,37.6],[127.1,37.6],[127.1,37.5],[127.0,37.5]]]}"#;
    let map = Basemap::parse(text.as_bytes()).unwrap();
    let view = map.draw(&Drawing { here: None, ..drawing("37.55,127.0,14", &[]) });
    assert_eq!(view.shapes.len(), 2, "{:?}", view.shapes);
    assert_eq!(view.shapes[0].d.matches('M').count(), 1);
    assert_eq!(view.shapes[1].d.matches(['l', 'M']).count(), 2);
    assert_eq!(view.labels.iter().map(|label| label.text.as_str()).collect::<Vec<_>>(), ["서", "동"]);
}

#[test]
fn neighbours_share_a_pin_and_the_chosen_one_stands_alone() {
    let map = Basemap::parse(SMALL.as_bytes()).unwrap();
    let mut markers = vec![
        marker("성수", 37.5450, 127.0560, 3),
        marker("서울숲", 37.5451, 127.0561, 9),
        marker("뚝섬", 37.5452, 127.0562, 0),
        marker("잠실", 37.5130, 127.1000, 5),
    ];
    markers[1].shown = "9+".to_owned();
    let view = map.draw(&drawing("37.5446,127.0557,20", &markers));
    let together = view.pins.iter().find(|pin| pin.stores == 3).unwrap();
    assert_eq!((together.label.as_str(), together.count.as_str()), ("3곳", "12+"));
    assert_eq!(together.spoken, "매장 3곳, 모두 12개 이상, 가까이 보기");
    assert!(together.href.starts_with("/stores?view=37.5"));
    assert_eq!(view.pins.iter().find(|pin| pin.code == "잠실").unwrap().spoken, "잠실점, 5개, 1.0km");
    markers[0].selected = true;
    let view = map.draw(&drawing("37.5446,127.0557,20", &markers));
    let chosen = view.pins.last().unwrap();
    assert!(chosen.selected && chosen.stores == 1 && chosen.label == "성수");
}

#[test]
fn shelves_never_overlap() {
    let map = Basemap::parse(SMALL.as_bytes()).unwrap();
    let spread = |i: u32| (f64::from(i * 37 % 101) - 50.0) / 2600.0;
    let markers: Vec<Marker> = (0..60)
        .map(|i| marker(&format!("s{i}"), 37.5446 + spread(i), 127.0557 + spread(i * 7 + 3), 1))
        .collect();
    let view = map.draw(&drawing("37.5446,127.0557,6", &markers));
    assert_eq!(view.pins.iter().map(|pin| pin.stores).sum::<u32>(), 60);
    for (i, a) in view.pins.iter().enumerate() {
        for b in &view.pins[..i] {
            let (x, y) = (a.x + a.dx - b.x - b.dx, a.y + a.dy - b.y - b.dy);
            assert!(x.abs() > 46.0 || y.abs() > 28.0, "{} and {}", a.spoken, b.spoken);
        }
    }
}

#[test]
fn stores_at_one_point_lead_somewhere_even_when_no_view_is_closer() {
    let map = Basemap::parse(SMALL.as_bytes()).unwrap();
    let markers: Vec<Marker> = (0..5).map(|i| marker(&format!("kiosk{i}"), 37.55, 127.05, 1)).collect();
    let far = map.draw(&Drawing { here: None, ..drawing("37.55,127.05,9", &markers) });
    assert!(far.pins[0].href.starts_with("/stores?view="));
    let near = map.draw(&Drawing { here: None, ..drawing("37.55,127.05,0.3", &markers) });
    assert_eq!(near.pins[0].href, "/stores/kiosk0");
}

/// Real files, where they lie beside the project.
#[test]
fn real_topologies_are_read_and_drawn() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/basemap/topo");
    for (file, view, expected) in [
        ("kr-municipalities-2018-topo-simple", "37.55,127,40", "성동구"),
        ("kr-submunicipalities-2018-topo-simple", "37.55,127.05,3", "성수1가1동"),
        ("counties-10m", "39,-98,1500", "Kansas"),
        ("countries-110m", "48,10,3000", "Germany"),
    ] {
        let Ok(packed) = std::fs::File::open(format!("{folder}/{file}.json.gz")) else {
            eprintln!("skipped: no {file} in ../shared/data");
            continue;
        };
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(packed), &mut bytes).unwrap();
        let map = Basemap::parse(&bytes).unwrap();
        let drawn = map.draw(&Drawing { here: None, sheet: Sheet::DESK, ..drawing(view, &[]) });
        let kinds: Vec<_> = drawn.shapes.iter().map(|shape| shape.kind).collect();
        assert!(kinds.contains(&ShapeKind::Land) && kinds.contains(&ShapeKind::Bound), "{file}: {kinds:?}");
        assert!(drawn.labels.iter().any(|label| label.text == expected), "{file}: {:?}", drawn.labels);
        let bytes: usize = drawn.shapes.iter().map(|shape| shape.d.len()).sum();
        assert!(bytes < 120_000, "{file}: {bytes} bytes of paths");
    }
}

/// The demo's own map, if it is there.
#[test]
fn the_demo_map_is_read() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../demo/seoul.geojson");
    let Ok(bytes) = std::fs::read(path) else { return };
    let map = Basemap::parse(&bytes).unwrap();
    let view = map.draw(&drawing("37.5446,127.0557,12", &[]));
    assert!(!view.shapes.is_empty() && !view.labels.is_empty());
}

proptest::proptest! {
    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
        let _ = Basemap::parse(&bytes);
    }

    #[test]
    fn no_ring_and_no_view_panics(
        ring in proptest::collection::vec((-180.0..=180.0_f64, -90.0..=90.0_f64), 0..30),
        lat in -90.0..=90.0_f64, lng in -180.0..=180.0_f64, span in 0.0001..1e9_f64,
    ) {
        let positions = ring.iter().map(|(x, y)| format!("[{x},{y}]")).collect::<Vec<_>>().join(",");
        let text = format!(
            r#"{{"type":"FeatureCollection","features":[{{"properties":{{"name":"a"}},
                "geometry":{{"type":"Polygon","coordinates":[[{positions}]]}}}}]}}"#
        );
        if let Ok(map) = Basemap::parse(text.as_bytes()) {
            let view = View::new(Point::new(lat, lng).unwrap(), span).unwrap();
            let markers = [marker("a", lat, lng, 1)];
            let drawn = map.draw(&Drawing { view, ..drawing("0,0,1", &markers) });
            proptest::prop_assert!(!drawn.shapes.iter().any(|shape| shape.d.contains("NaN")));
        }
    }
}
