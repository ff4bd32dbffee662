//! Readers on bytes that are fine and on bytes that are not.

use std::io::{Cursor, Read};

use super::{super::source, *};
use crate::import::Source;

fn open(name: &str, reader: impl Read + Send + 'static) -> Result<Opened, ImportError> {
    source::open(Source::Stream { name: name.to_owned(), reader: Box::new(reader) })
}

/// Every record as `line:cell|cell` or `line:{json}`, every bad one as `line!reason`, and a stop as `stop`.
fn read(name: &str, bytes: &[u8]) -> Result<Vec<String>, String> {
    let opened = open(name, Cursor::new(bytes.to_vec())).map_err(|error| error.to_string())?;
    let mut reading = start(opened, Wish::default()).map_err(|error| error.to_string())?;
    let mut told = Vec::new();
    loop {
        match reading.records.next() {
            Ok(None) => return Ok(told),
            Ok(Some(Err(bad))) => told.push(format!("{}!{}", bad.line, bad.reason)),
            Ok(Some(Ok(record))) => told.push(match record.fields {
                Fields::Tree(tree) => format!("{}:{tree}", record.line),
                Fields::Cells(cells) => {
                    let all: Vec<&str> = (0..cells.ends.len()).filter_map(|at| cells.get(at)).collect();
                    format!("{}:{}", record.line, all.join("|"))
                }
            }),
            Err(stop) => {
                told.push(format!("stop {}: {}", stop.line, stop.reason));
                return Ok(told);
            }
        }
    }
}

#[track_caller]
fn check(name: &str, bytes: &[u8], expected: &[&str]) {
    assert_eq!(read(name, bytes).unwrap(), expected, "{name}");
}

#[test]
fn csv_as_it_should_be() {
    check(
        "a.csv",
        b"\xEF\xBB\xBFa,b\r\n1,\"two, \"\"quoted\"\"\"\r\n\r\n3,\"over\r\ntwo lines\"\r\n",
        &["2:1|two, \"quoted\"", "4:3|over\ntwo lines"],
    );
    check("a.csv", "가;나\n1;2\n".as_bytes(), &["2:1|2"]);
    check("a.csv", b"a,b\n1,2", &["2:1|2"]);
    // Separators alone are a blank line; a spreadsheet's own first line says which they are.
    check("a.csv", b"a,b\n1,2\n, \n3,4\n", &["2:1|2", "4:3|4"]);
    check("a.csv", b"sep=;\r\na;b\r\n1,5;2\r\n", &["3:1,5|2"]);
    // A file without any line feed.
    check("a.csv", b"a,b\r1,\"x\ry\"\r3,4", &["2:1|x\ny", "4:3|4"]);
}

#[test]
fn a_bad_row_of_csv_costs_itself_only() {
    check("a.csv", b"a,b\n\"open,1\n2,3\n4,5\n", &["2!a quote that is never closed", "3:2|3", "4:4|5"]);
    check("a.csv", b"a,b\n\"13\" screen\",1\n2,3\n", &["2!a stray quote", "3:2|3"]);
    check(
        "a.csv",
        b"a,b\n1,2,3\n1\n1,2,\n4,5\n",
        &["2!more columns than the header", "3!fewer columns than the header", "4:1|2|", "5:4|5"],
    );
    check(
        "a.csv",
        b"a,b\n\xff\xfe1,2\n3,4\n1,\xc3\n\xa9,2\n",
        &["2!not UTF-8 text", "3:3|4", "4!not UTF-8 text", "5!not UTF-8 text"],
    );
    check("a.csv", b"a,b\n1,x\0y\n3,4\n", &["2!contains a NUL character", "3:3|4"]);
    // A letter cut in two by a separator is two broken cells, also where the bytes together are text.
    check("a.csv", b"a,b\n\xc3,\xa9\n", &["2!not UTF-8 text"]);
    let long = [b"a,b\n".as_slice(), &vec![b'x'; MAX_RECORD + 9], b",2\n3,4\n"].concat();
    check("a.csv", &long, &["2!longer than 1 MiB", "3:3|4"]);
}

#[test]
fn tabs_take_quotes_as_they_come() {
    check(
        "a.tsv",
        b"a\tb\n13\" screen\t1\n\"Best\" thing\t2\n\"tab\t in\"\t3\n",
        &["2:13\" screen|1", "3:\"Best\" thing|2", "4:tab\t in|3"],
    );
}

#[test]
fn a_file_that_cannot_be_read_says_why() {
    for (name, bytes, said) in [
        ("a.csv", b"".as_slice(), "empty"),
        ("a.csv", b"\n \n", "empty"),
        ("a.csv", b"\xEF\xBB\xBF", "empty"),
        ("a.csv", &[0; 64], "NUL"),
        ("a.xlsx", b"PK\x03\x04rest", "spreadsheet"),
        ("a.dat", b"hello", "--format"),
        ("a.csv", &b"c,".repeat(MAX_COLUMNS + 1), "columns"),
        ("a.csv", &b"c,".repeat(1_000_000), "1 MiB"),
    ] {
        let told = read(name, bytes).unwrap_err();
        assert!(told.contains(said), "{name} {told}");
    }
}

#[test]
fn json_lines_and_their_faults() {
    let bomb = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let text = format!("{{\"a\":1}}\n{{\"a\":\n{{\"a\":{bomb}}}\n[1]\n{{\"a\":\"\\u0000\"}}\n{{\"a\":2}}");
    check(
        "a.jsonl",
        text.as_bytes(),
        &[
            "1:{\"a\":1}",
            "2!not valid JSON",
            "3!JSON nested too deeply",
            "4!not a JSON object",
            "5!contains a NUL character",
            "6:{\"a\":2}",
        ],
    );
}

#[test]
fn arrays_of_json_stream() {
    check(
        "a.json",
        b"[{\"a\":\"]},{\"},\n {\"b\":[1,{\"c\":2}]} , 7]",
        &["1:{\"a\":\"]},{\"}", "2:{\"b\":[1,{\"c\":2}]}", "2!not a JSON object"],
    );
    check(
        "a.json",
        b"{\"count\":2,\"tags\":[1,2],\n\"list\":[\n{\"a\":1},\n{\"a\":2}]}",
        &["3:{\"a\":1}", "4:{\"a\":2}"],
    );
    check(
        "a.json",
        b"{\"meta\":{\"links\":[{\"x\":1}]},\n\"data\":{\"total\":{\"n\":1},\"list\":[{\"a\":1}]}}",
        &["2:{\"a\":1}"],
    );
    check(
        "a.json",
        b"[{\"a\":1},{\"a\":",
        &["1:{\"a\":1}", "stop 1: the file ends inside the record that begins here"],
    );
    check("a.json", b"[{\"a\":1}", &["1:{\"a\":1}", "stop 1: the JSON array is not closed"]);
    let long = format!("[{{\"a\":\"{}\"}},{{\"a\":2}}]", "x".repeat(MAX_RECORD));
    check("a.json", long.as_bytes(), &["1!longer than 1 MiB", "1:{\"a\":2}"]);
}

#[test]
fn a_mapping_says_which_list_holds_the_records() {
    let bytes = b"{\"meta\":{\"list\":[{\"x\":1}]},\"shop\":{\"list\":[{\"a\":1}]}}";
    for (key, told) in
        [("shop.list", Ok("{\"a\":1}")), ("shop.none", Err("no JSON array `shop.none` was found"))]
    {
        let wish = Wish { records: Some(key.to_owned()), ..Wish::default() };
        let mut reading = start(open("a.json", Cursor::new(bytes.to_vec())).unwrap(), wish).unwrap();
        let found = match reading.records.next() {
            Ok(Some(Ok(Record { fields: Fields::Tree(tree), .. }))) => Ok(tree.to_string()),
            Ok(_) => panic!("neither a record nor a stop"),
            Err(stop) => Err(stop.reason),
        };
        assert_eq!(found.as_deref().map_err(String::as_str), told, "{key}");
    }
}

#[test]
fn headings_say_what_their_numbers_count() {
    let names =
        ["Price (KRW)", "재고(개)", "Weight (kg)", "판매가(원)", "가격(도매)", "sale_price_usd", "list set"];
    let header = Header::new(names.map(str::to_owned).to_vec());
    for (name, found) in [
        ("price", Some((0, "KRW"))),
        ("재고", Some((1, ""))),
        ("weight", None),
        ("판매가", Some((3, "원"))),
        ("가격", None),
        ("Price (KRW)", Some((0, ""))),
        ("sale_price", Some((5, "usd"))),
        ("list", None),
    ] {
        assert_eq!(header.column_with_unit(name), found, "{name}");
    }
}

#[test]
fn korean_letters_are_known_by_the_headings() {
    for (text, wanted) in [
        ("상품코드,판매가\n", Encoding::EucKr),
        ("sku,name\n상품\n", Encoding::Utf8),
        ("Größe,Preis\n", Encoding::Utf8),
        ("Änderung,Preis\n", Encoding::Utf8),
    ] {
        let korean = encoding_rs::EUC_KR.encode(text).0;
        let western = encoding_rs::WINDOWS_1252.encode(text).0;
        let bytes = if text.contains(['ö', 'Ä']) { western } else { korean };
        assert_eq!(guess::encoding(&bytes), wanted, "{text}");
        assert_eq!(guess::encoding(text.as_bytes()), Encoding::Utf8, "{text}");
    }
}

#[test]
fn feeds_in_xml() {
    let feed = "<?xml version=\"1.0\"?><!DOCTYPE rss [<!ENTITY x \"boom\">]>\n\
        <rss xmlns:g=\"http://base.google.com/ns/1.0\"><channel><title>Shop</title>\n\
        <item><g:id>1</g:id><title>Cup &amp; saucer &#39;x&#39;</title><g:image_link>a</g:image_link>\
        <g:additional_image_link>b</g:additional_image_link><g:additional_image_link>c</g:additional_image_link>\
        <g:shipping><g:country>KR</g:country></g:shipping><description><![CDATA[<b>2</b>]]></description></item>\n\
        <item><g:id>2</g:id><title>&x;</title></item>\n<item/>\n<item><g:id>3";
    let told = read("a.xml", feed.as_bytes()).unwrap();
    let first: serde_json::Value = serde_json::from_str(told[0].trim_start_matches("3:")).unwrap();
    assert_eq!(first["title"], "Cup & saucer 'x'");
    assert_eq!(first["additional_image_link"], serde_json::json!(["b", "c"]));
    assert_eq!(first["description"], "<b>2</b>");
    assert!(first.get("country").is_none());
    assert!(told[1].starts_with("4!not UTF-8 text, or an entity"), "{}", told[1]);
    assert_eq!(told[2], "5:{}");
    assert!(told[3].starts_with("stop"), "{}", told[3]);
    assert!(read("a.xml", b"<html><p>no</p></html>").unwrap()[0].contains("no feed"));
    let long = format!("<rss><item><g:id>{}</g:id></item></rss>", "x".repeat(3 * MAX_RECORD));
    assert!(read("a.xml", long.as_bytes()).unwrap()[0].contains("1 MiB"));
}

#[test]
fn compressed_files_and_those_cut_short() {
    let text = format!("a,b\n{}", "1,2\n".repeat(50_000));
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut gz, text.as_bytes()).unwrap();
    let gz = gz.finish().unwrap();
    assert_eq!(read("a.csv.gz", &gz).unwrap().len(), 50_000);
    let cut = read("a.csv.gz", &gz[..gz.len() - 9]).unwrap();
    assert!(cut.last().unwrap().starts_with("stop"), "{:?}", cut.last());
    let zst = zstd::encode_all(text.as_bytes(), 3).unwrap();
    assert_eq!(read("a.csv.zst", &zst).unwrap().len(), 50_000);
    let cut = read("a.csv.zst", &zst[..zst.len() - 2]).unwrap();
    assert!(cut.last().unwrap().starts_with("stop"), "{:?}", cut.last());
}

#[test]
fn a_file_without_an_end_is_not_kept() {
    // One line without an end after the header: passed over, not remembered.
    let endless = Cursor::new(b"a,b\n1,2\n".to_vec()).chain(std::io::repeat(b'x').take(64 * 1024 * 1024));
    let mut reading = start(open("a.csv", endless).unwrap(), Wish::default()).unwrap();
    assert!(matches!(reading.records.next(), Ok(Some(Ok(_)))));
    assert!(matches!(reading.records.next(), Ok(Some(Err(bad))) if bad.reason == "longer than 1 MiB"));
    assert!(matches!(reading.records.next(), Ok(None)));
}

#[test]
fn formats_are_told_by_content_and_name() {
    for (name, head, format) in [
        ("x", "id\ttitle\timage_link\n", Format::GoogleTsv),
        ("x", "store code\tid\tquantity\n", Format::GoogleTsv),
        ("x.txt", "a\tb\n", Format::Tsv),
        ("x", "a,b\n", Format::Csv),
        ("x", "{\"a\":1}\n{\"a\":2}\n", Format::Jsonl),
        ("x", "{\n  \"stores\": [\n", Format::Json),
        ("x", "{\"list\":[{\"a\":1},", Format::Json),
        ("x", " [ {\"a\":1}", Format::Json),
        ("x.json", "{\"ok\":true,\"count\":1,\"list\":[{\"a\":1}]}\n", Format::Json),
        ("x.jsonl", "{\"ok\":true,\"count\":1,\"list\":[{\"a\":1}]}\n", Format::Jsonl),
        ("x.json", "{\"sku\":\"A\",\"variants\":[{\"a\":1}]}\n", Format::Jsonl),
        ("x", "<?xml version=\"1.0\"?>", Format::GoogleXml),
    ] {
        assert_eq!(guess::format(name, head.as_bytes()).unwrap(), format, "{head}");
    }
}

#[test]
fn utf_16_is_read_as_it_is() {
    let utf16 = |text: &str, little: bool, mark: bool| -> Vec<u8> {
        let units = mark.then_some('\u{feff}').into_iter().chain(text.chars()).collect::<String>();
        units
            .encode_utf16()
            .flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() })
            .collect()
    };
    let text = "name\tqty\r\n주전자 \u{1f375}\t2\r\n";
    for (little, mark) in [(true, true), (false, true)] {
        check("a.txt", &utf16(text, little, mark), &["2:주전자 \u{1f375}|2"]);
    }
    check("a.csv", &utf16("a,b\n1,2\n", true, false), &["2:1|2"]);
    check("a.csv", &utf16("a,b\n1,2\n", false, false), &["2:1|2"]);
    // Longer than any buffer, and broken off within a letter.
    let mut long = utf16(&format!("a,b\n{}", "긴 줄,1\n".repeat(40_000)), true, true);
    long.pop();
    assert_eq!(read("a.csv", &long).unwrap().len(), 40_001 - 1);
}
