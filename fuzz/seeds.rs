//! What each target begins from, as texts: `lays_out_the_seeds` (`server/tests/drills/fuzz.rs`) makes files of them.

pub const HOURS: &[&str] = &[
    "10:30-21:00",
    "Mon: 10-9; Tue: 10-9; Wed: closed",
    "평일 10:00~21:00, 주말 11:00~20:00",
    "Mo-Fr 08:00-12:00,13:00-17:30; Sa 08:00-12:00; PH off",
    "Monday: 9:00 AM – 9:00 PM | Tuesday: Open 24 hours",
    r#"{"mon":["10:30-21:00"],"sun":[]}"#,
    "22:00-06:00",
];

/// The first byte chooses what the file is said to hold, the second in which format, the third in which letters and by
/// which of the mappings that come with the program.
pub const FILES: &[&str] = &[
    "\u{0}\u{0}\u{0}store code,store name,latitude,longitude,zip,country,hours\njamsil,잠실점,37.5,127.1,05510,KR,10:30-21:00\n",
    "\u{1}\u{0}\u{0}id,title,price,gtin\nA-1,\"법랑 \"\"주전자\"\"\",38000 KRW,8801234567893\nA-2,x,=1+1,\n",
    "\u{2}\u{1}\u{0}store\tsku\ton_hand\njamsil\tA-1\t3\n",
    "\u{1}\u{2}\u{0}{\"sku\":\"A-1\",\"name\":{\"ko\":\"찻잔\"},\"price\":9000}\n",
    "\u{1}\u{3}\u{0}[{\"sku\":\"A-1\",\"name\":\"cup\",\"images\":[\"a.png\"]}]",
    "\u{1}\u{5}\u{0}<?xml version=\"1.0\"?><rss xmlns:g=\"http://base.google.com/ns/1.0\"><channel><item><g:id>1</g:id></item></channel></rss>",
    "\u{3}\u{0}\u{0}name,lat,lng\n성수동,37.54,127.05\n",
    // EUC-KR, then Windows-1252.
    "\u{1}\u{0}\u{2}sku,name,price\nA-1,cup,9000 KRW\nA-2,찻잔,1 KRW\n",
    "\u{0}\u{0}\u{3}store code;store name;latitude;longitude;country\nmuc1;Laden München;48,1374;11,5755;DE\n",
    // Vendure, Google's local inventory, Shopify, WooCommerce, and Korean roads in EUC-KR.
    "\u{1}\u{2}\u{24}{\"id\":\"P-1\",\"name\":\"Laptop\",\"facets\":[\"brand:Onshelf\",\"category:computers\"],\"option_groups\":[\"RAM\"],\"variants\":[{\"sku\":\"L-8\",\"options\":[\"8 GB\"],\"price\":\"1299 USD\"}]}\n",
    "\u{2}\u{1}\u{38}store_code\tid\tquantity\tavailability\njamsil\tA-1\t\tin stock\n",
    "\u{1}\u{0}\u{30}Handle,Title,Body (HTML),Variant SKU,Variant Price,Image Src\nmug,Mug,<p>A &amp; b,a b,18,1.jpg\nmug,,,,,2.jpg\nmug,,,,,3.jpg\ntote,Tote,,T-1,12.5,\n",
    "\u{1}\u{0}\u{34}ID,Type,SKU,Name,Regular price,Images,Parent\n44,variable,VN,Tee,,v.jpg,\n45,variation,VN-S,Tee - S,12,,VN\n46,variable,EMPTY,Nothing,,,\n",
    "\u{3}\u{0}\u{3e}road,sido,sigungu,lat,lng,n_addresses\nWangsimni-ro,Seoul,Seongdong,37.5,127.0,12\n",
];

/// The first byte chooses what the file is said to hold; behind the mapping and a NUL comes the file.
pub const MAPPINGS: &[&str] = &[
    "\u{1}[fields]\nsku = { template = \"AW-{id}\" }\nname = \"title\"\nprice = { column = \"price\", default = \"1 KRW\" }\n\u{0}id,title,price\n1,찻잔,9000 KRW\n2,Cup,\n",
    "\u{0}encoding = \"euc-kr\"\n[fields]\ncode = { column = \"name\", digest = true }\nhours = { days = { mon = \"Mon\" } }\n\u{0}name,Mon\nJamsil,10-21\n",
    "\u{2}kind = \"stock\"\nin_stock_quantity = -1\ndelimiter = \";\"\n[fields]\nstore = \"shop\"\nsku = \"id\"\non_hand = { column = \"n\", optional = true }\n\u{0}shop;id;n\nx;A-1;3\n",
    "\u{1}format = \"jsonl\"\nvariants = \"variants\"\nattributes_from = \"facts\"\noptions_from = { names = \"option_names\", values = \"options\" }\n[variant]\nsku = \"sku\"\n[names]\nsize = { ko = \"사이즈\", en = \"Size\" }\n[swatches]\nMoss = \"#5f7f5c\"\n\u{0}{\"code\":\"P-1\",\"name\":\"Cup\",\"option_names\":[\"size\"],\"facts\":{\"colour\":\"red\"},\"variants\":[{\"sku\":\"P-1-S\",\"options\":[\"S\"],\"price\":\"9000 KRW\"}]}\n",
    "\u{3}only = { kind = [\"city\"] }\n[fields]\nname_ko = { column = \"names\", split = \"|\", part = \"last\" }\nregion = { columns = [\"a\", \"b\"], take = \"first\", prefix = \"in \", word = \"all-but-last\" }\n\u{0}kind,names,a,b,lat,lng\ncity,Seoul|서울,in the north,,37.5,127.0\ntown,x,,,1,1\n",
    "\u{1}[fields]\nsku = \"id\"\ncategory = { column = \"c\", values = { a = \"b\" }, otherwise = \"drop\" }\ntags = { column = \"c\", lookup = { file = \"none.csv\", key = \"k\", value = \"v\" } }\n\u{0}id,c\n1,a\n",
];

pub const COUNTERS: &[&str] = &[
    "R-7K3M-9QXD",
    "7k3m9qxd",
    "4821",
    "https://shop.example/reservations/R-7K3M-9QXD?t=abc",
    "０１２-３４",
];

/// What a pass says before its signature; the target signs it.
pub const PASSES: &[&str] = &[
    "OS1.k3m9Qx-7aBcD_0.seoul.1795402800",
    "OS1.k3m9Qx-7aBcD_3.seoul.forest.1.1795402800",
    "OS2.a.b.1",
    "OS1.a..-1",
    "OS1....9223372036854775807",
    "OS1.a.b.c.AAAA",
];

/// A signature's header or the name of a transmission, a line's end, and a body.
pub const WEBHOOKS: &[&str] = &[
    "t=1795402800,v1=00ff\n{\"id\":\"evt_1\",\"type\":\"checkout.session.completed\",\"data\":{\"object\":{\"client_reference_id\":\"P-1\"}}}",
    "t=1795402800,v1=,v1=zz,v0=1\n{\"id\":\"evt_2\",\"type\":\"charge.refunded\",\"data\":{\"object\":{\"metadata\":{\"reference\":\"P-2\"}}}}",
    "transmission-1\n{\"eventType\":\"PAYMENT_STATUS_CHANGED\",\"data\":{\"orderId\":\"P-1-abcdef\",\"status\":\"DONE\"}}",
    "\n{\"orderId\":\"P-1-abcdef\",\"status\":\"DONE\",\"secret\":\"x\"}",
    "t=-9223372036854775808,v1=00\n[]",
];

/// Sessions and a refund as Stripe answers them, payments and a transaction as Toss does.
pub const ANSWERS: &[&str] = &[
    r#"{"id":"cs_1","client_reference_id":"P-1","status":"complete","payment_status":"paid","currency":"krw","payment_intent":{"id":"pi_1","status":"succeeded","amount_received":38000,"currency":"krw","latest_charge":{"amount_refunded":1000,"created":1795402800}}}"#,
    r#"{"id":"cs_2","status":"expired","payment_status":"unpaid","currency":"usd","payment_intent":null}"#,
    r#"{"id":"re_1","amount":1000,"status":"succeeded","metadata":{"key":"rf_1"}}"#,
    r#"{"orderId":"P-1-abcdef","paymentKey":"k","status":"PARTIAL_CANCELED","currency":"KRW","totalAmount":38000,"balanceAmount":37000.0,"cancels":[{"transactionKey":"T1","cancelAmount":1000,"cancelStatus":"DONE","cancelReason":"품절 [rf_1]"}]}"#,
    r#"{"orderId":"P-1-abcdef","paymentKey":"k","transactionKey":"T0","status":"DONE","currency":"USD","amount":544.68}"#,
    r#"{"orderId":"P-1","paymentKey":"k","status":"DONE","totalAmount":9223372036854775807,"balanceAmount":-1}"#,
    r#"{"id":"re_2","amount":-9223372036854775808}"#,
];

/// At least one of each kind that the API takes, then some that it refuses.
pub const BODIES: &[&str] = &[
    r#"{"store":"seongsu","lines":[{"sku":"CUP","quantity":2}],"contact":{"name":"김제자리","phone":"010-1234-5678"}}"#,
    r#"{"groups":[{"way":"collect","store":"seongsu","window":"2026-11-24T17:30:00+09:00","lines":[{"sku":"CUP","quantity":1.0}]},{"way":"delivery","address":{"line1":"왕십리로 83","postcode":"04769"},"lines":[{"sku":"KETTLE-MO","quantity":1}]}],"contact":{"name":"a","email":"a@shop.example"},"payment":{"provider":"toss"},"expected_total":{"amount":47000,"currency":"KRW"}}"#,
    r#"{"groups":[{"way":"transfer","store":"gangnam","lines":[]}],"contact":{"name":"a"},"provider":"stripe"}"#,
    r#"{"way":"curbside","window":null,"proxy":{"name":"이모"}}"#,
    r#"{"group":{"way":"collect","lines":[{"sku":"CUP","quantity":1}]},"proxy":""}"#,
    r#"{"provider":"toss"}"#,
    r#"{"arrived":true,"bay":3,"car":"a white van"}"#,
    r#"{"accept":true,"address":{"line1":"왕십리로 83","city":"","postcode":"04769"}}"#,
    r#"{"amount":{"amount":1000,"currency":"KRW"},"reason":"late","lines":[]}"#,
    r#"{"endpoint":"https://fcm.googleapis.com/fcm/send/x","keys":{"p256dh":"BNc","auth":"tBH"}}"#,
    r#"{"endpoint":"https://fcm.googleapis.com/fcm/send/x"}"#,
    r#"{"lines":[{"sku":"CUP","quantity":1e0}],"near":"37.5446,127.0559"}"#,
    r#"{"lines":[],"near":{"lat":37.5446,"lng":-127.0},"store":"seongsu","postcode":"04769"}"#,
    r#"{"on_hand":3,"counted_at":"2026-11-23T12:00:00+09:00"}"#,
    r#"{"lines":[{"store":"seongsu","sku":"CUP","delta":-2,"reason":"damaged","reference":"D-1"}]}"#,
    r#"{"store":"seongsu","receipt":"2026-1","lines":[],"reservation":"R-7K3M-9QXD"}"#,
    "{ }",
    " null",
    "[null, null]",
    r#"{"amount":{"amount":1,"amount":2},"reason":"a"}"#,
    r#"{"a`~/\u0000":1}"#,
    r#"{"on_hand":-9223372036854775808,"counted_at":1e400}"#,
];

/// What addresses and cookies carry: plans, baskets, places, views of the map, whole headers, cursors.
pub const ADDRESSES: &[&str] = &[
    "collect@seongsu@CUP:2,KETTLE-MO:1>delivery@@CUP#:1",
    "curbside@a.b-c_d@CUP:999>transfer@gangnam@CUP:1",
    "JJ-1:2,JJ-2:0,JJ-3:x,:1,JJ:4:5",
    "37.544,127.056,성수동, 서울",
    "-0.0,-180",
    "37.54462,127.05571,4.2",
    "-89.99999,179.99999,99.996",
    "staff=x; __Host-basket=CUP:1; near=37.544,127.056,%EC%84%B1%EC%88%98%EB%8F%99; store=seongsu",
    "near=%E0%A4; near=%+A; near==",
    "__________0AAAEAAAAAAAAAADAFp2inAPq0sGA",
];

pub const MAPS: &[&str] = &[
    r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"name":"x"},"geometry":{"type":"Polygon","coordinates":[[[127,37],[128,37],[128,38],[127,37]]]}}]}"#,
    r#"{"type":"Topology","arcs":[[[0,0],[1,1]]],"objects":{"a":{"type":"LineString","arcs":[0]}},"transform":{"scale":[1,1],"translate":[0,0]}}"#,
];

/// A range, a line's end, and an archive of vector tiles, of which one is cut off.
pub const TILES: &[&str] = &[
    concat!(
        "bytes=16-99\nPMTiles\u{3}",
        "................................................................",
        "...........................\u{1}",
        "...........................",
        "and then what it holds",
    ),
    "bytes=-5, 0-3\nPMTiles\u{3}....",
];

pub const QUERIES: &[&str] = &[
    "법랑 주전자",
    "qjqfkd wnwjswk",
    "enamel kettle 1.5L",
    "ㅂㄹㅈㅈㅈ",
    "A-1/２",
    "\u{1f1f0}\u{1f1f7} ﷽",
    "\u{5a4}\u{1af7}\u{5b4}",
];

pub const PRICES: &[&str] = &["38000 KRW", "12.90 EUR", "₩38,000", "1e9", "-1", "$1,234.56"];
