//! Whole maps: reading what operators have, refusing what is broken, drawing.
use onshelf_vocabulary::{
    Lang, Point,
    map::{Anchor, LabelKind, MapView, ShapeKind},
    stock::Level,
};

use super::{
    Basemap, BasemapError, Drawing, Marker, Sheet, View,
    layout::{text_frame, text_width},
    outline::Frame,
};

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

/// Everything on a sheet that is read or pressed: shelves, their names, distances, names of places.
fn frames(view: &MapView) -> Vec<(String, Frame)> {
    let mut frames = Vec::new();
    for pin in &view.pins {
        let (x, y, half) = (f64::from(pin.x + pin.dx), f64::from(pin.y + pin.dy), f64::from(pin.width) / 2.0);
        frames
            .push((pin.spoken.clone(), Frame { left: x - half, right: x + half, top: y - 28.0, bottom: y }));
        let Some(at) = pin.label_at else { continue };
        let wide = text_width(&pin.label, 12.0, 0.0);
        let middle = f64::from(at.x)
            + match at.anchor {
                Anchor::Start => wide / 2.0,
                Anchor::Middle => 0.0,
                Anchor::End => -wide / 2.0,
            };
        frames.push((pin.label.clone(), text_frame(middle, f64::from(at.y), wide, 12.0)));
    }
    let far = view.rings.iter().filter_map(|ring| Some((&ring.label, ring.label_at?, 10.5, 0.0)));
    let places = view.labels.iter().filter(|label| label.kind == LabelKind::Place);
    let named = places.map(|label| (&label.text, (label.x, label.y), 13.0, 0.1));
    for (text, (x, y), size, spacing) in far.chain(named) {
        let wide = text_width(text, size, spacing);
        frames.push((text.clone(), text_frame(f64::from(x), f64::from(y), wide, size)));
    }
    frames
}

/// What covers what, of the first two that do.
fn covered(frames: &[(String, Frame)]) -> Option<(&str, &str)> {
    let mut pairs =
        frames.iter().enumerate().flat_map(|(i, one)| frames[..i].iter().map(move |other| (one, other)));
    // What is drawn is rounded to a tenth of a pixel.
    let found = pairs.find(|(one, other)| one.1.grown(-0.2).meets(&other.1));
    found.map(|(one, other)| (one.0.as_str(), other.0.as_str()))
}

#[test]
fn the_chosen_store_and_the_nearest_are_named_before_others_take_the_room() {
    let map = Basemap::parse(SMALL.as_bytes()).unwrap();
    let close = |i: u32| (f64::from(i * 37 % 29) - 14.0) / 1500.0;
    let mut markers: Vec<Marker> = (0..40)
        .map(|i| marker(&format!("가게{i}"), 37.5446 + close(i), 127.0557 + close(i * 11 + 5), 1))
        .collect();
    markers[17].selected = true;
    let view = map.draw(&Drawing { here: None, ..drawing("37.5446,127.0557,4", &markers) });
    let chosen = view.pins.iter().find(|pin| pin.selected).unwrap();
    assert!(chosen.stores == 1 && chosen.label_at.is_some());
    let nearest = view.pins.iter().rev().skip(1).take(2);
    assert!(nearest.into_iter().all(|pin| pin.label_at.is_some()), "{:?}", view.pins);
}

#[test]
fn the_chosen_stores_name_gives_way_to_a_shelf_that_has_nobody_to_join() {
    let map = Basemap::parse(SMALL.as_bytes()).unwrap();
    let mut markers = [
        marker("한가운데에있는제일큰두가게", 37.551_24, 127.038_04, 1),
        marker("옆집", 37.5446, 127.040_73, 1),
    ];
    markers[0].selected = true;
    let view = map.draw(&Drawing { sheet: Sheet::DESK, ..drawing("37.5446,127.0557,8.106884", &markers) });
    assert_eq!(covered(&frames(&view)), None, "{:?}", view.pins);
    assert!(view.pins.iter().all(|pin| pin.label_at.is_some()), "{:?}", view.pins);
}

#[test]
fn what_many_stores_have_together_fits_on_one_shelf() {
    let map = Basemap::parse(SMALL.as_bytes()).unwrap();
    let markers: Vec<Marker> = (0..30).map(|i| marker(&format!("s{i}"), 37.55, 127.05, 9)).collect();
    let view = map.draw(&Drawing { here: None, ..drawing("37.55,127.05,9", &markers) });
    assert_eq!((view.pins[0].count.as_str(), view.pins[0].width), ("99+", 46.0));
    assert_eq!(view.pins[0].spoken, "매장 30곳, 모두 270개, 가까이 보기");
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
    fn nothing_on_a_map_covers_anything_else(
        stores in proptest::collection::vec((-0.02..0.02_f64, -0.02..0.02_f64, 0..12_i64), 1..60),
        chosen in 0..90_usize, desk in proptest::bool::ANY, looked_for in proptest::bool::ANY,
        span in 1.0..9.0_f64,
    ) {
        let map = Basemap::parse(SMALL.as_bytes()).unwrap();
        let names = ["성수점", "동대문디자인플라자지하", "Dongdaemun Design Plaza Underground", "K"];
        let mut markers: Vec<Marker> = Vec::new();
        for (i, (lat, lng, available)) in stores.iter().enumerate() {
            let shown = if *available > 9 { "9+".to_owned() } else { available.to_string() };
            markers.push(Marker {
                name: names[i % names.len()].to_owned(),
                shown: if looked_for { shown } else { String::new() },
                selected: i == chosen,
                ..marker(&format!("s{i}"), 37.5446 + lat, 127.0557 + lng, *available)
            });
        }
        let sheet = if desk { Sheet::DESK } else { Sheet::PHONE };
        let view = View::new(Point::new(37.5446, 127.0557).unwrap(), span).unwrap();
        let drawn = map.draw(&Drawing { view, sheet, ..drawing("0,0,1", &markers) });
        let frames = frames(&drawn);
        proptest::prop_assert_eq!(covered(&frames), None);
    }

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
