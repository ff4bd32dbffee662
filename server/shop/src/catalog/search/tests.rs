//! The promises of the search one by one, on a handful of products.

use super::{Document, SearchIndex};

fn index() -> SearchIndex {
    let documents = [
        Document {
            ordinal: 10,
            names: &["법랑 주전자 1.2L", "Enamel Kettle 1.2 L"],
            skus: &["JJ-1001-W"],
            gtins: &["8801234567893"],
            categories: &["주방", "Kitchen"],
            popularity: 50,
            ..Document::default()
        },
        Document {
            ordinal: 20,
            names: &["전자레인지 덮개", "Microwave Cover"],
            skus: &["JJ-2001"],
            gtins: &["012345678905"],
            categories: &["주방", "Kitchen"],
            ..Document::default()
        },
        Document {
            ordinal: 30,
            names: &["주전자받침", "Kettle Stand"],
            skus: &["JJ-1002"],
            ..Document::default()
        },
        Document {
            ordinal: 40,
            names: &["면 티셔츠", "Cotton T-Shirt"],
            brands: &["제자리", "Jejari"],
            ..Document::default()
        },
        Document {
            ordinal: 50,
            names: &["건전지 AA 4개", "AA Batteries 4-pack"],
            keywords: &["배터리"],
            ..Document::default()
        },
        Document {
            ordinal: 60,
            names: &["유리 물병 500ml", "Glass Water Bottle 500 ml"],
            popularity: 5,
            ..Document::default()
        },
        Document {
            ordinal: 70,
            names: &["유리 물병 500ml", "Glass Water Bottle 500 ml"],
            popularity: 5,
            ..Document::default()
        },
    ];
    SearchIndex::build(None, documents.into_iter()).unwrap()
}

fn found(index: &SearchIndex, text: &str) -> Vec<u32> {
    index.search(text, 10).ordinals.into_iter().map(|hit| hit.0).collect()
}

#[test]
fn finds_first() {
    let index = index();
    let table = [
        ("주전자", 10),
        ("주저", 10),
        ("주ㅈ", 10),
        ("ㅈㅈㅈ", 10),
        ("주ㅈㅈ", 10),
        ("ㅂㄹㅈㅈㅈ", 10),
        ("법랑주전자", 10),
        ("주전저", 10),
        ("주전자를", 10),
        ("wnwjswk", 10),
        ("Wnwjswk", 10),
        ("enamle kettle", 10),
        ("ketle", 10),
        ("KETTLES", 10),
        ("ㅏㄷㅅ싣", 10),
        ("enamelkettle", 10),
        ("kettle for the kitchen", 10),
        ("battery", 50),
        ("batteries", 50),
        ("t shirt", 40),
        ("tshirt", 40),
        ("티셔츠", 40),
        ("jejari shirts", 40),
        ("물병 500 ml", 60),
        ("500ml 물병", 60),
        ("물 병", 60),
        ("레인지", 20),
        ("배터리", 50),
        ("kettle purple", 10),
    ];
    for (text, expected) in table {
        assert_eq!(found(&index, text).first(), Some(&expected), "{text}: {:?}", index.search(text, 10));
    }
    assert!(found(&index, "전자").contains(&10));
}

#[test]
fn codes_come_first() {
    let index = index();
    for text in [
        "8801234567893",
        "08801234567893",
        "880-1234-567893",
        "jj-1001-w",
        "JJ1001W",
        "jj 1001 w",
        "주전자 JJ-1001-W",
    ] {
        assert_eq!(found(&index, text).first(), Some(&10), "{text}");
    }
    assert_eq!(found(&index, "012345678905"), [20]);
    assert_eq!(found(&index, "0012345678905"), [20]);
    assert!(found(&index, "8801234567894").is_empty());
}

#[test]
fn says_what_it_mended() {
    let index = index();
    let corrected = |text: &str| index.search(text, 10).corrected;
    assert_eq!(corrected("wnwjswk").as_deref(), Some("주전자"));
    assert_eq!(corrected("주전저").as_deref(), Some("주전자"));
    assert_eq!(corrected("enamle ketle").as_deref(), Some("enamel kettle"));
    assert_eq!(corrected("ㅏㄷㅅ싣").as_deref(), Some("kettle"));
    assert_eq!(corrected("주전자"), None);
    assert_eq!(corrected("법랑주전자"), None);
}

#[test]
fn totals_limits_ties_and_filters() {
    let index = index();
    let hits = index.search("유리 물병", 1);
    assert_eq!((hits.total, hits.ordinals.len(), hits.ordinals[0].0), (2, 1, 60));
    assert_eq!(found(&index, "유리 물병"), [60, 70]);
    let hits = index.search_where("유리 물병", 10, &|ordinal| ordinal != 60);
    assert_eq!((hits.total, hits.ordinals[0].0), (1, 70));
    assert_eq!(index.search("유리 물병", 0).total, 2);
    assert!(index.search("kettle purple", 10).relaxed && !index.search("kettle", 10).relaxed);
}

#[test]
fn all_words_before_some() {
    let index = index();
    assert_eq!(found(&index, "kettle stand"), [30]);
    let hits = index.search("주전자 물병", 10);
    assert!(hits.relaxed && hits.total >= 3, "{hits:?}");
}

#[test]
fn suggestions() {
    let index = index();
    let texts = |prefix: &str| index.suggest(prefix, 5).into_iter().map(|each| each.text).collect::<Vec<_>>();
    assert_eq!(texts("주저"), ["주전자", "주전자받침"]);
    assert!(texts("ㅈㅈㅈ").contains(&"주전자".to_owned()));
    assert_eq!(texts("wnwjs"), ["주전자", "주전자받침"]);
    assert_eq!(texts("glass b"), ["glass bottle"]);
    assert_eq!(texts("enamel ke"), ["enamel kettle"]);
    assert!(texts("").is_empty() && texts("!!").is_empty());
    assert_eq!(index.suggest("유리 물", 1)[0].products, 2);
}

#[test]
fn any_text_is_safe() {
    let index = index();
    let long = "주전자 kettle ".repeat(70_000);
    let letters: String = "a b c d e f g h i j k l m n o p ".repeat(10);
    for text in [
        "",
        " ",
        "\0",
        "주전자\0",
        "!?…—",
        "\u{202e}\u{200f}",
        "((((",
        "a:b AND OR NOT *?~^",
        "'",
        "-",
        ".",
        "ㅏ",
        "ㄳㄳ",
        "💥🫖",
        "0",
        "００１２３",
        "\u{1100}",
        &long,
        &letters,
    ] {
        let hits = index.search(text, 10_000);
        assert!(hits.ordinals.len() <= 10_000 && hits.ordinals.iter().all(|hit| hit.1.is_finite()));
        index.suggest(text, 10);
    }
    assert!(!found(&index, "주전자\0").is_empty());
    assert!(!found(&index, "\u{202e}주전자").is_empty());
}

#[test]
fn an_empty_index_finds_nothing() {
    let index = SearchIndex::build(None, std::iter::empty()).unwrap();
    assert!(
        index.is_empty()
            && index.search("주전자", 10).ordinals.is_empty()
            && index.suggest("주", 10).is_empty()
    );
    let nameless = SearchIndex::build(None, [Document::default()].into_iter()).unwrap();
    assert!(nameless.search("a", 10).ordinals.is_empty());
}

#[test]
fn files_are_replaced_while_the_old_index_is_still_read() {
    let dir = std::env::temp_dir().join(format!("onshelf-search-{}", std::process::id()));
    let build = |name: &str| {
        SearchIndex::build(
            Some(&dir),
            [Document { ordinal: 7, names: &[name], ..Document::default() }].into_iter(),
        )
        .unwrap()
    };
    let old = build("주전자");
    let new = build("물병");
    assert_eq!(found(&old, "주전자"), [7]);
    assert_eq!(found(&new, "물병"), [7]);
    assert_eq!(std::fs::read_dir(&dir).unwrap().count(), 1);
    std::fs::remove_dir_all(&dir).unwrap();
}
