//! A judged set: queries as people type them, in both languages and with their slips, and the products each
//! should bring up. Thresholds are set just below what the search reaches, so that a change for the worse fails.

use super::{Document, SearchIndex};

/// Korean name, English name, category, other words.
pub(super) type Product = (&'static str, &'static str, &'static str, &'static str);

pub(super) const PRODUCTS: [Product; 60] = [
    ("법랑 주전자 1.2L", "Enamel Kettle 1.2 L", "주방 Kitchen", "포트 teapot"),
    ("스테인리스 전기 주전자", "Stainless Electric Kettle", "주방가전 Appliances", "전기포트"),
    ("주전자 받침", "Kettle Stand", "주방 Kitchen", "냄비받침 trivet"),
    ("전자레인지 덮개", "Microwave Cover", "주방 Kitchen", ""),
    ("무쇠 프라이팬 26cm", "Cast Iron Frying Pan 26 cm", "주방 Kitchen", "후라이팬 skillet"),
    ("세라믹 냄비 20cm", "Ceramic Pot 20 cm", "주방 Kitchen", "saucepan"),
    ("대나무 도마", "Bamboo Cutting Board", "주방 Kitchen", "chopping board"),
    ("식도 20cm", "Chef's Knife 20 cm", "주방 Kitchen", "식칼 부엌칼"),
    ("빵칼", "Bread Knife", "주방 Kitchen", ""),
    ("유리 물병 500ml", "Glass Water Bottle 500 ml", "식기 Tableware", ""),
    ("보온 텀블러 350ml", "Insulated Tumbler 350 ml", "식기 Tableware", "보온병 thermos"),
    ("도자기 머그컵", "Stoneware Mug", "식기 Tableware", "커피잔 coffee cup"),
    ("백자 밥그릇", "White Porcelain Rice Bowl", "식기 Tableware", "공기"),
    ("백자 국그릇", "White Porcelain Soup Bowl", "식기 Tableware", "대접"),
    ("나무 숟가락 젓가락 세트", "Wooden Spoon and Chopsticks Set", "식기 Tableware", "수저"),
    ("와인잔 2개입", "Wine Glasses, Set of 2", "식기 Tableware", "글라스"),
    ("찻잔 세트", "Tea Cup Set", "식기 Tableware", ""),
    ("핸드드립 서버", "Pour-over Coffee Server", "커피 Coffee", "드리퍼 dripper"),
    ("커피 그라인더", "Coffee Grinder", "커피 Coffee", "원두 분쇄기 mill"),
    ("원두커피 200g", "Whole Bean Coffee 200 g", "커피 Coffee", ""),
    ("리넨 앞치마", "Linen Apron", "패브릭 Textiles", ""),
    ("면 행주 3장", "Cotton Dishcloths, 3-pack", "패브릭 Textiles", "키친타월"),
    ("호텔 수건", "Hotel Bath Towel", "욕실 Bath", "타월"),
    ("욕실 발매트", "Bath Mat", "욕실 Bath", "러그"),
    ("천연 비누", "Natural Soap Bar", "욕실 Bath", ""),
    ("샴푸 500ml", "Shampoo 500 ml", "욕실 Bath", ""),
    ("칫솔 4개입", "Toothbrushes, 4-pack", "욕실 Bath", ""),
    ("빨래 바구니", "Laundry Basket", "수납 Storage", "세탁 hamper"),
    ("라탄 수납함", "Rattan Storage Box", "수납 Storage", "정리함"),
    ("책상 서랍 정리함", "Desk Drawer Organiser", "수납 Storage", "organizer"),
    ("원목 책장", "Solid Wood Bookcase", "가구 Furniture", "책꽂이 bookshelf"),
    ("접이식 의자", "Folding Chair", "가구 Furniture", "체어"),
    ("높이 조절 책상", "Standing Desk", "가구 Furniture", "데스크"),
    ("거실 소파 테이블", "Living Room Coffee Table", "가구 Furniture", "탁자"),
    ("독서 스탠드 조명", "LED Reading Lamp", "조명 Lighting", "램프"),
    ("무드등", "Bedside Night Light", "조명 Lighting", "수면등"),
    ("건전지 AA 4개입", "AA Batteries, 4-pack", "전자 Electronics", "배터리"),
    ("USB-C 충전 케이블 1m", "USB-C Charging Cable 1 m", "전자 Electronics", "충전기 charger"),
    ("무선 마우스", "Wireless Mouse", "전자 Electronics", ""),
    ("블루투스 스피커", "Bluetooth Speaker", "전자 Electronics", ""),
    ("공책 A5", "Notebook A5", "문구 Stationery", "노트"),
    ("만년필", "Fountain Pen", "문구 Stationery", ""),
    ("연필 12자루", "Pencils, Box of 12", "문구 Stationery", ""),
    ("가위", "Scissors", "문구 Stationery", ""),
    ("줄자 5m", "Tape Measure 5 m", "공구 Tools", ""),
    ("장도리 망치", "Claw Hammer", "공구 Tools", ""),
    ("드라이버 세트", "Screwdriver Set", "공구 Tools", ""),
    ("캠핑용 랜턴", "Camping Lantern", "야외 Outdoor", ""),
    ("자전거 헬멧", "Bicycle Helmet", "야외 Outdoor", "bike"),
    ("우산", "Umbrella", "야외 Outdoor", "장우산"),
    ("남성 면 티셔츠", "Men's Cotton T-Shirt", "의류 Clothing", "반팔 tee"),
    ("여성 니트 가디건", "Women's Knit Cardigan", "의류 Clothing", ""),
    ("울 양말", "Wool Socks", "의류 Clothing", ""),
    ("가죽 지갑", "Leather Wallet", "잡화 Accessories", ""),
    ("캔버스 에코백", "Canvas Tote Bag", "잡화 Accessories", "가방"),
    ("여행용 백팩", "Travel Backpack", "잡화 Accessories", "배낭 가방"),
    ("고양이 장난감", "Cat Toy", "반려동물 Pets", ""),
    ("강아지 목줄", "Dog Leash", "반려동물 Pets", ""),
    ("화분 15cm", "Plant Pot 15 cm", "정원 Garden", "planter"),
    ("물뿌리개", "Watering Can", "정원 Garden", ""),
];

/// Query and the Korean names (their beginnings) it should bring up, any order.
pub(super) type Judgement = (&'static str, &'static [&'static str]);

pub(super) const EXACT: [Judgement; 24] = [
    ("주전자", &["법랑 주전자", "스테인리스", "주전자 받침"]),
    ("kettle", &["법랑 주전자", "스테인리스", "주전자 받침"]),
    ("법랑 주전자", &["법랑 주전자"]),
    ("electric kettle", &["스테인리스"]),
    ("프라이팬", &["무쇠"]),
    ("frying pans", &["무쇠"]),
    ("칼", &["식도", "빵칼"]),
    ("knives", &["식도", "빵칼"]),
    ("그릇", &["백자 밥그릇", "백자 국그릇"]),
    ("bowl", &["백자 밥그릇", "백자 국그릇"]),
    ("컵", &["도자기 머그컵"]),
    ("coffee", &["핸드드립", "커피 그라인더", "원두커피", "거실", "도자기"]),
    ("수건", &["호텔 수건"]),
    ("500ml", &["유리 물병", "샴푸"]),
    ("batteries", &["건전지"]),
    ("배터리", &["건전지"]),
    ("책상", &["책상 서랍", "높이"]),
    ("desk", &["책상 서랍", "높이"]),
    ("조명", &["독서", "무드등"]),
    ("가방", &["캔버스", "여행용"]),
    ("t-shirt", &["남성"]),
    ("mens cotton", &["남성"]),
    ("usb c cable", &["USB-C"]),
    ("공구", &["줄자", "장도리", "드라이버"]),
];

pub(super) const TYPED: [Judgement; 22] = [
    ("주저", &["법랑 주전자", "스테인리스", "주전자 받침"]),
    ("주ㅈ", &["법랑 주전자", "스테인리스", "주전자 받침"]),
    ("ㅈㅈㅈ", &["법랑 주전자", "스테인리스", "주전자 받침"]),
    ("ㅂㄹ ㅈㅈㅈ", &["법랑 주전자"]),
    ("ㅂㄹㅈㅈㅈ", &["법랑 주전자"]),
    ("ㅋㅍ", &["커피 그라인더", "원두커피"]),
    ("ㅌㅅㅊ", &["남성"]),
    ("ㅎㅂ", &["화분"]),
    ("프라", &["무쇠"]),
    ("그라인", &["커피 그라인더"]),
    ("scre", &["드라이버"]),
    ("backp", &["여행용"]),
    ("wnwjswk", &["법랑 주전자", "스테인리스", "주전자 받침"]),
    ("djdldn", &[]),
    ("dntks", &["우산"]),
    ("zjvl", &["커피 그라인더", "원두커피"]),
    ("ㅏㄷㅅ싣", &["법랑 주전자", "스테인리스", "주전자 받침"]),
    ("법랑주전자", &["법랑 주전자"]),
    ("유리물병", &["유리 물병"]),
    ("머그 컵", &["도자기 머그컵"]),
    ("물병 500 ml", &["유리 물병"]),
    ("tshirt", &["남성"]),
];

pub(super) const SLIPS: [Judgement; 24] = [
    ("주전저", &["법랑 주전자", "스테인리스", "주전자 받침"]),
    ("쥬전자", &["법랑 주전자", "스테인리스", "주전자 받침"]),
    ("enamle kettle", &["법랑 주전자"]),
    ("ketle", &["법랑 주전자", "스테인리스", "주전자 받침"]),
    ("kettel", &["법랑 주전자", "스테인리스", "주전자 받침"]),
    ("후라이펜", &["무쇠"]),
    ("텀블라", &["보온"]),
    ("tumblr", &["보온"]),
    ("umbrela", &["우산"]),
    ("scisors", &["가위"]),
    ("bicicle helmet", &["자전거"]),
    ("헬맷", &["자전거"]),
    ("드라이바", &["드라이버"]),
    ("블루투쓰 스피커", &["블루투스"]),
    ("stainles kettle", &["스테인리스"]),
    ("notbook", &["공책"]),
    ("가디간", &["여성"]),
    ("microvave", &["전자레인지"]),
    ("주전자를", &["법랑 주전자", "스테인리스", "주전자 받침"]),
    ("우산이", &["우산"]),
    ("캠핑 랜턴", &["캠핑용"]),
    ("kettle for camping", &["캠핑용", "법랑 주전자", "스테인리스", "주전자 받침"]),
    ("purple umbrella", &["우산"]),
    ("water can", &["물뿌리개", "유리 물병"]),
];

pub(super) fn index() -> SearchIndex {
    let documents: Vec<[&str; 2]> = PRODUCTS.iter().map(|product| [product.0, product.1]).collect();
    let others: Vec<([&str; 1], [&str; 1])> =
        PRODUCTS.iter().map(|product| ([product.2], [product.3])).collect();
    let all = documents.iter().zip(&others).zip(0_u32..);
    SearchIndex::build(
        None,
        all.map(|((names, (categories, keywords)), ordinal)| Document {
            ordinal,
            names,
            categories,
            keywords,
            ..Document::default()
        }),
    )
    .unwrap()
}

/// Mean recall among the first ten and mean reciprocal rank of the first right one, over queries that have any.
fn judge(index: &SearchIndex, kind: &str, judgements: &[Judgement]) -> (f64, f64) {
    let (mut recall, mut reciprocal, mut count) = (0.0, 0.0, 0.0);
    for (query, wanted) in judgements.iter().filter(|each| !each.1.is_empty()) {
        let names: Vec<&str> =
            index.search(query, 10).ordinals.iter().map(|hit| PRODUCTS[hit.0 as usize].0).collect();
        let right = |name: &&str| wanted.iter().any(|start| name.starts_with(start));
        let found = names.iter().filter(|name| right(name)).count() as f64 / wanted.len() as f64;
        let first = names.iter().position(right).map_or(0.0, |at| 1.0 / (at + 1) as f64);
        if found < 1.0 || first < 1.0 {
            eprintln!("{kind} {query}: recall {found:.2}, rank {first:.2}: {names:?}");
        }
        recall += found;
        reciprocal += first;
        count += 1.0;
    }
    eprintln!("{kind}: recall@10 {:.3}, MRR {:.3}", recall / count, reciprocal / count);
    (recall / count, reciprocal / count)
}

#[test]
fn people_find_what_they_mean() {
    let index = index();
    let kinds: [(&str, &[Judgement], f64, f64); 3] =
        [("exact", &EXACT, 0.97, 0.97), ("typed", &TYPED, 0.95, 0.95), ("slips", &SLIPS, 0.93, 0.93)];
    for (kind, judgements, recall, rank) in kinds {
        let reached = judge(&index, kind, judgements);
        assert!(reached.0 >= recall && reached.1 >= rank, "{kind}: {reached:?}");
    }
}

#[test]
fn nonsense_finds_nothing() {
    let index = index();
    for query in ["qwzxv", "뷁쀍뛟", "djdldn", "zzzzzzzzzz", "ㅃㅃㅃㅃㅃ"] {
        let hits = index.search(query, 10);
        assert!(hits.ordinals.is_empty(), "{query}: {hits:?}");
    }
}
