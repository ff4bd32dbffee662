use super::{Place, PlaceIndex};
use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

fn place(
    name_ko: &str,
    name_en: &str,
    region: &str,
    postcode: Option<&str>,
    lat: f64,
    lng: f64,
    weight: u32,
) -> Place {
    Place {
        name_ko: name_ko.into(),
        name_en: name_en.into(),
        kind: "dong".into(),
        region: region.into(),
        lat,
        lng,
        postcode: postcode.map(Into::into),
        weight,
    }
}

fn index() -> PlaceIndex {
    PlaceIndex::build(vec![
        place("성수동1가", "Seongsu-dong 1-ga", "서울특별시 성동구", Some("04766"), 37.544, 127.047, 5),
        place("성수동2가", "Seongsu-dong 2-ga", "서울특별시 성동구", Some("133-821"), 37.541, 127.057, 6),
        place("성수면", "Seongsu-myeon", "전라북도 진안군", None, 35.73, 127.38, 5),
        place("성동구", "Seongdong-gu", "서울특별시", None, 37.563, 127.037, 50),
        place("강남구", "Gangnam-gu", "서울특별시", None, 37.517, 127.047, 60),
        place("서울특별시", "Seoul", "", None, 37.552, 126.992, 1_000),
        place("중구", "Jung-gu", "서울특별시", None, 37.564, 126.998, 40),
        place("중구", "Jung-gu", "부산광역시", None, 35.106, 129.032, 40),
        place("창원시", "Changwon-si", "경상남도", None, 35.228, 128.682, 70),
        place("", "Beverly Hills", "CA", Some("90210"), 34.088, -118.406, 3),
        place("", "Toronto", "ON", Some("M5V"), 43.64, -79.39, 9),
        place("역삼동", "Yeoksam-dong", "서울특별시 강남구", Some("06236"), 37.5, 127.036, 8),
    ])
}

fn names(index: &PlaceIndex, text: &str, near: Option<(f64, f64)>) -> Vec<String> {
    let name = |place: Place| if place.name_ko.is_empty() { place.name_en } else { place.name_ko };
    index.find(text, near, 5).into_iter().map(name).collect()
}

#[test]
fn finds() {
    let index = index();
    let table: [(&str, &[&str]); 24] = [
        ("성동구 성수동", &["성수동2가", "성수동1가"]),
        ("성수", &["성수동2가", "성수동1가", "성수면"]),
        ("성수동1가", &["성수동1가"]),
        ("ㅅㅅㄷ", &["성수동2가", "성수동1가"]),
        ("서울시 강남구", &["강남구"]),
        ("서울 중구", &["중구"]),
        ("경남 창원", &["창원시"]),
        ("강남역", &["강남구"]),
        ("수동", &["성수동2가", "성수동1가"]),
        ("04766", &["성수동1가"]),
        ("133-821", &["성수동2가"]),
        ("133821", &["성수동2가"]),
        ("(04766) 성수동", &["성수동1가"]),
        ("0476", &["성수동1가"]),
        ("90210", &["Beverly Hills"]),
        ("90210-1234", &["Beverly Hills"]),
        ("m5v 2t6", &["Toronto"]),
        ("seongsu", &["성수동2가", "성수동1가", "성수면"]),
        ("gangnamgu", &["강남구"]),
        ("beverly hil", &["Beverly Hills"]),
        ("tjdtnehd", &["성수동2가", "성수동1가"]),
        ("역상동", &["역삼동"]),
        ("torronto", &["Toronto"]),
        ("부산 성수동", &[]),
    ];
    for (text, expected) in table {
        assert_eq!(names(&index, text, None), expected, "{text}");
    }
}

#[test]
fn equal_weights_by_nearness() {
    let index = index();
    let first = |near| index.find("중구", Some(near), 5).remove(0);
    assert_eq!(first((35.1, 129.0)).region, "부산광역시");
    assert_eq!(first((37.5, 127.0)).region, "서울특별시");
}

#[test]
fn gives_back_what_it_was_given() {
    let given = place(
        "성수동1가",
        "Seongsu-dong 1-ga",
        "서울특별시 성동구",
        Some("133-821"),
        37.544_123_4,
        -127.047,
        5,
    );
    let index = PlaceIndex::build(vec![given.clone()]);
    assert_eq!(index.find("성수", None, 1)[0], given);
}

#[test]
fn any_text_is_safe() {
    let index = index();
    let long = "성수동 ".repeat(100_000);
    for text in ["", " ", "\0", "-", "!!", "ㄳ", "💥", "a b c d e f g h i j k l", "9", "１２３", &long]
    {
        for near in [None, Some((f64::NAN, 0.0)), Some((1e300, -1e300))] {
            assert!(index.find(text, near, 3).len() <= 3);
        }
    }
    assert!(index.find("성수", None, 0).is_empty());
    assert!(PlaceIndex::build(Vec::new()).find("성수", None, 3).is_empty());
}

/// Columns of a shared gazetteer, or none (with a line that says so) where it is absent.
fn gazetteer(name: &str) -> Option<Vec<Vec<String>>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/gazetteer");
    let file = std::env::var_os("ONSHELF_GAZETTEER").map_or(folder, PathBuf::from).join(name);
    if !file.exists() {
        eprintln!("skipped: no {}", file.display());
        return None;
    }
    let text = String::from_utf8(Command::new("zstd").arg("-dc").arg(&file).output().ok()?.stdout).ok()?;
    Some(text.lines().skip(1).map(|line| line.split(',').map(str::to_owned).collect()).collect())
}

#[test]
#[ignore = "a measurement: run it in release, with the shared data"]
fn three_hundred_thousand_places() {
    let files = [
        "kr_dong.csv.zst",
        "kr_roads.csv.zst",
        "kr_postcodes.csv.zst",
        "kr_postcodes_old6.csv.zst",
        "us_zips.csv.zst",
    ];
    let Some(tables) = files.into_iter().map(gazetteer).collect::<Option<Vec<_>>>() else { return };
    let mut places = Vec::new();
    let number = |text: &str| text.parse().unwrap_or(0.0);
    for row in &tables[0] {
        let (region, name) = row[1].rsplit_once(' ').unwrap_or(("", &row[1]));
        places.push(place(name, "", region, None, number(&row[2]), number(&row[3]), 20));
    }
    for row in &tables[1] {
        places.push(place(
            &row[2],
            "",
            &format!("{} {}", row[0], row[1]),
            None,
            number(&row[7]),
            number(&row[8]),
            1,
        ));
    }
    for row in &tables[2] {
        places.push(place(
            &row[3].replace('|', " "),
            "",
            &format!("{} {}", row[1], row[2]),
            Some(&row[0]),
            number(&row[6]),
            number(&row[7]),
            2,
        ));
    }
    for row in &tables[3] {
        places.push(place(
            &row[3].replace('|', " "),
            "",
            &format!("{} {}", row[1], row[2]),
            Some(&row[0]),
            number(&row[5]),
            number(&row[6]),
            2,
        ));
    }
    for row in &tables[4] {
        places.push(place(
            "",
            &row[1],
            &format!("{} {}", row[2], row[3]),
            Some(&row[0]),
            number(&row[6]),
            number(&row[7]),
            2,
        ));
    }
    let count = places.len();
    let start = Instant::now();
    let index = PlaceIndex::build(places);
    eprintln!(
        "{count} places built in {:.2} s, {} MB",
        start.elapsed().as_secs_f64(),
        index.heap_bytes() / 1_000_000
    );
    let queries = [
        "성동구 성수동",
        "성수",
        "성수동",
        "04766",
        "133-821",
        "90210",
        "ㅅㅅㄷ",
        "ㄱㄴㄱ",
        "서울시 강남구 역삼동",
        "테헤란로",
        "강남역",
        "동",
        "가",
        "서",
        "ㅅ",
        "springfield",
        "new york",
        "s",
        "tjdtnehd",
        "역샴동",
        "없는곳이다",
        "qqqqqqq zzzzzz",
    ];
    let mut times = Vec::new();
    for query in queries {
        let mut best = f64::MAX;
        for _ in 0..20 {
            let start = Instant::now();
            let found = index.find(query, Some((37.55, 127.0)), 10);
            best = best.min(start.elapsed().as_secs_f64() * 1e6);
            assert!(found.len() <= 10);
        }
        let first = index.find(query, Some((37.55, 127.0)), 1);
        eprintln!(
            "{query:<24} {best:>7.0} µs  {:?}",
            first.first().map(|place| (&place.name_ko, &place.name_en, &place.region))
        );
        times.push(best);
    }
    times.sort_by(f64::total_cmp);
    assert!(times[times.len() / 2] <= 1_000.0);
}
