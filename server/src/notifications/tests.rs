//! What each message says, in both languages, and that nothing a shopper typed becomes markup.

use jiff::{Timestamp, tz::TimeZone};
use onshelf_shop::fulfilment::Owned;
use onshelf_vocabulary::{
    Lang, Moment, Money,
    cart::CoverView,
    fulfilment::{ReservationLineView, ReservationStatus as Status, ReservationView},
    stores::{DirectionView, StoreCard},
};

use super::{
    html, is_stale,
    letter::{Letter, Occasion, compose},
    plain, qr,
};

const PAGE: &str = "https://shop.example/reservations/R-7K3M-9QXD?t=tok";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn moment(text: &str) -> Moment {
    Moment { at: text.to_owned(), label: "17:40".to_owned() }
}

fn line(name: &str, options: &str, quantity: i64, price: i64) -> ReservationLineView {
    ReservationLineView {
        sku: "KETTLE-MO".to_owned(),
        slug: "법랑-주전자".to_owned(),
        name: name.to_owned(),
        options: options.to_owned(),
        quantity,
        price: Money::won(price),
        discounts: Vec::new(),
        image: None,
    }
}

fn owned(lang: Lang) -> Owned {
    let store = StoreCard {
        code: "seongsu".to_owned(),
        kind: onshelf_vocabulary::stores::StoreKind::Store,
        name: lang.pick("성수점", "Seongsu").to_owned(),
        address: lang.pick("서울 성동구 연무장길 1", "1 Yeonmujang-gil, Seongdong-gu, Seoul").to_owned(),
        phone: "02-000-0000".to_owned(),
        point: None,
        distance_m: None,
        open_now: true,
        hours: String::new(),
        closes_at: None,
        opens_at: None,
        services: Vec::new(),
        mine: false,
        shelf: None,
    };
    Owned {
        view: ReservationView {
            number: "R-7K3M-9QXD".to_owned(),
            code: "K7Q2MD".to_owned(),
            status: Status::Placed,
            name: lang.pick("김제자리", "Kim").to_owned(),
            store,
            lines: vec![
                line(lang.pick("법랑 주전자", "Enamel kettle"), lang.pick("이끼색", "Moss"), 2, 38_000),
                line(lang.pick("찻잔", "Tea cup"), "", 1, 9_000),
            ],
            missing: Vec::new(),
            total: Money::won(85_000),
            placed_at: moment("2026-11-23T17:10:00+09:00"),
            ready_by: moment("2026-11-23T17:40:00+09:00"),
            expires_at: moment("2026-11-25T21:00:00+09:00"),
            ready_at: None,
            collected_at: None,
            can_cancel: true,
        },
        lang,
        email: Some("kim@shopper.example".to_owned()),
        phone: None,
        token: "tok".to_owned(),
        ready_by: at("2026-11-23T17:40:00+09:00"),
        expires_at: at("2026-11-25T21:00:00+09:00"),
    }
}

fn letter_of(owned: &Owned, about: Status) -> Option<Letter> {
    let zone = TimeZone::get("Asia/Seoul").unwrap();
    compose(&Occasion {
        owned,
        about,
        brand: owned.lang.pick("제자리", "Jejari"),
        public_url: "https://shop.example",
        zone: &zone,
        now: at("2026-11-23T17:10:00+09:00"),
        directions: vec![
            DirectionView {
                label: "카카오맵".to_owned(),
                href: "https://map.kakao.com/link/to/x".to_owned(),
            },
            DirectionView { label: "다른 지도 앱".to_owned(), href: "geo:37.5,127.0".to_owned() },
        ],
        hours: Some("10:30–21:00".to_owned()),
        elsewhere: if about == Status::NotFound { vec![cover(owned.lang)] } else { Vec::new() },
    })
}

fn cover(lang: Lang) -> CoverView {
    CoverView {
        store: "gangnam".to_owned(),
        store_name: lang.pick("강남점", "Gangnam").to_owned(),
        distance_m: Some(5_800),
        covered_lines: 2,
        lines: 2,
        missing: Vec::new(),
        ready_by: Some(moment("2026-11-23T18:10:00+09:00")),
        checked: None,
        hours: String::new(),
        mine: false,
    }
}

fn letter(lang: Lang, about: Status) -> Letter {
    letter_of(&owned(lang), about).unwrap()
}

#[test]
fn a_reservation_is_confirmed_with_all_one_needs() {
    let text = plain::render(&letter(Lang::Ko, Status::Placed));
    for part in [
        "맡아두었어요",
        "김제자리 님, 준비되면 바로 알려 드릴게요. 계산은 매장에서 하시면 돼요.",
        "상품: 법랑 주전자 외 1가지\n매장: 성수점\n준비: 11월 23일(월) 17:40\n",
        "받아 갈 기한: 11월 25일(수) 21:00\n예약 번호: R-7K3M-9QXD",
        "픽업 코드: K7Q2MD",
        "- 법랑 주전자 (이끼색 · 2개 × ₩38,000) ₩76,000",
        "- 찻잔 (1개 × ₩9,000) ₩9,000",
        "합계: ₩85,000",
        &format!("예약 보기: {PAGE}\n"),
        &format!("예약 취소하기: {PAGE}#cancel"),
        "11월 23일(월) 10:30–21:00",
        "카카오맵: https://map.kakao.com/link/to/x",
    ] {
        assert!(text.contains(part), "{part:?} is not in\n{text}");
    }
    assert!(!text.contains("geo:"), "mail programs do not open geo: links");

    let text = plain::render(&letter(Lang::En, Status::Placed));
    for part in [
        "It is held for you",
        "Kim, we will let you know the moment it is ready. You pay in store, when you collect.",
        "What: Enamel kettle and 1 more\nWhere: Seongsu\nReady by: Mon 23 Nov, 17:40\n",
        "Kept until: Wed 25 Nov, 21:00\nReservation: R-7K3M-9QXD",
        "Pickup code: K7Q2MD",
        "- Enamel kettle (Moss · 2 × ₩38,000) ₩76,000",
        "https://shop.example/en/reservations/R-7K3M-9QXD?t=tok#cancel",
    ] {
        assert!(text.contains(part), "{part:?} is not in\n{text}");
    }
}

#[test]
fn particles_agree_with_what_they_follow() {
    let said = |letter: &Letter| letter.counter.as_ref().unwrap().event.text.clone();
    let ready = letter(Lang::Ko, Status::Ready);
    assert!(ready.short.contains("법랑 주전자 외 1가지가 성수점에 준비됐어요"), "{}", ready.short);
    assert!(said(&ready).contains("코드 K7Q2MD를"), "{}", said(&ready));
    let mut one = owned(Lang::Ko);
    one.view.lines = vec![line("머그컵", "", 1, 9_000)];
    one.view.code = "K7Q2M3".to_owned();
    let ready = letter_of(&one, Status::Ready).unwrap();
    assert!(said(&ready).contains("코드 K7Q2M3을"), "{}", said(&ready));
    assert!(ready.short.contains("머그컵이 성수점에 준비됐어요"), "{}", ready.short);
    let missed = letter_of(&one, Status::NotFound).unwrap();
    assert!(missed.short.contains("머그컵을 찾지 못해"), "{}", missed.short);
    assert!(missed.store.directions.is_empty(), "nobody is sent where nothing waits");
}

#[test]
fn each_status_has_its_message_and_its_subject() {
    for (about, ko, en) in [
        (Status::Placed, "[제자리] 성수점에 맡아두었어요", "[Jejari] Held for you at Seongsu"),
        (
            Status::Ready,
            "[제자리] 준비됐어요 · 성수점에서 받아 가세요",
            "[Jejari] Ready to collect at Seongsu",
        ),
        (Status::Collected, "[제자리] 성수점에서 받아 가셨어요", "[Jejari] Collected at Seongsu"),
        (
            Status::Cancelled,
            "[제자리] 성수점 예약이 취소됐어요",
            "[Jejari] Your reservation at Seongsu is cancelled",
        ),
        (
            Status::Expired,
            "[제자리] 성수점에 맡아둔 시간이 지났어요",
            "[Jejari] Your reservation at Seongsu has expired",
        ),
        (
            Status::NotFound,
            "[제자리] 죄송합니다, 성수점에서 찾지 못했어요",
            "[Jejari] Sorry: Seongsu could not find it",
        ),
    ] {
        assert_eq!(letter(Lang::Ko, about).subject, ko);
        assert_eq!(letter(Lang::En, about).subject, en);
        let live = matches!(about, Status::Placed | Status::Ready);
        assert_eq!(letter(Lang::Ko, about).counter.is_some(), live, "{about:?}");
        assert_eq!(letter(Lang::Ko, about).cancel.is_some(), live, "{about:?}");
    }
    assert!(letter_of(&owned(Lang::Ko), Status::Picking).is_none());
}

#[test]
fn every_mail_says_the_same_in_the_same_order_and_the_code_once() {
    for (lang, words) in [
        (Lang::Ko, ["상품: ", "매장: ", "예약 번호: ", "픽업 코드: "]),
        (Lang::En, ["What: ", "Where: ", "Reservation: ", "Pickup code: "]),
    ] {
        for about in Status::ALL {
            let Some(letter) = letter_of(&owned(lang), about) else { continue };
            let text = plain::render(&letter);
            let link = format!("{}: {}", letter.action.label, letter.action.href);
            let live = letter.counter.is_some();
            let words: Vec<&str> = words.into_iter().take(if live { 4 } else { 3 }).collect();
            let places: Vec<usize> =
                words.iter().chain([&link.as_str()]).map(|word| text.find(*word).unwrap()).collect();
            assert!(places.is_sorted(), "{places:?} in\n{text}");
            for rendered in [text, html::render(&letter)] {
                let code = rendered.replace("alt=\"QR K7Q2MD\"", "").matches("K7Q2MD").count();
                assert_eq!(code, usize::from(live), "{about:?}:\n{rendered}");
            }
        }
    }
}

#[test]
fn who_writes_stands_first_even_where_something_is_missing() {
    for lang in [Lang::Ko, Lang::En] {
        let mut owned = owned(lang);
        owned.view.missing = vec![line("머그컵", "", 1, 9_000)];
        let short = letter_of(&owned, Status::Ready).unwrap().short;
        let sender = lang.pick("[제자리] 죄송합니다. 머그컵은", "[Jejari] We are sorry: we could not find");
        assert!(short.starts_with(sender) && short.matches('[').count() == 1, "{short}");
    }
}

#[test]
fn what_could_not_be_found_is_offered_elsewhere() {
    let html = html::render(&letter(Lang::Ko, Status::NotFound));
    for part in [
        "지금 있는 매장",
        "https://shop.example/stores/gangnam",
        "5.8",
        "지금 맡아두면 11월 23일(월) 18:10 준비",
        "https://shop.example/p/%EB%B2%95%EB%9E%91-%EC%A3%BC%EC%A0%84%EC%9E%90",
    ] {
        assert!(html.contains(part), "{part:?}");
    }
}

#[test]
fn nothing_a_shopper_typed_becomes_markup() {
    let mut owned = owned(Lang::En);
    owned.view.name = "<script>alert(1)</script>".to_owned();
    owned.view.lines[0].name = "\"><img src=x onerror=alert(1)>".to_owned();
    owned.view.lines[0].slug = "a\"b".to_owned();
    for about in Status::ALL {
        let Some(letter) = letter_of(&owned, about) else { continue };
        let html = html::render(&letter);
        assert!(!html.contains("<script") && !html.contains("<img src=x"), "{about:?}");
        assert!(html.contains("&lt;script&gt;") && !html.contains("/p/a\"b"), "{about:?}");
    }
}

#[test]
fn a_message_to_a_telephone_is_one_short_paragraph_and_a_link() {
    for lang in [Lang::Ko, Lang::En] {
        for about in [Status::Placed, Status::Ready, Status::Cancelled, Status::Expired, Status::NotFound] {
            let short = letter(lang, about).short;
            assert!(short.chars().count() <= 260 && short.lines().count() == 2, "{short}");
            assert!(short.contains("?t=tok"), "{short}");
        }
    }
}

#[test]
fn the_qr_is_read_back_and_opens_nothing_by_itself() {
    let scan = letter(Lang::Ko, Status::Ready).counter.unwrap().scan;
    assert_eq!(scan, "https://shop.example/reservations/R-7K3M-9QXD");
    let png = qr::png(&scan).unwrap();
    let picture = image::load_from_memory(&png).unwrap().to_luma8();
    let mut reader = rqrr::PreparedImage::prepare_from_greyscale(
        picture.width() as usize,
        picture.height() as usize,
        |x, y| picture.get_pixel(u32::try_from(x).unwrap(), u32::try_from(y).unwrap()).0[0],
    );
    let found = reader.detect_grids();
    assert_eq!(found[0].decode().unwrap().1, scan);
}

#[test]
fn the_calendar_file_says_when_and_where() {
    let event = letter(Lang::Ko, Status::Placed).counter.unwrap().event;
    let text = event.file();
    assert!(text.contains("METHOD:PUBLISH\r\n") && text.contains("UID:R-7K3M-9QXD@shop.example\r\n"));
    let calendar: icalendar::Calendar = text.parse().unwrap();
    let entry = calendar.events().next().unwrap();
    let value = |name: &str| icalendar::Component::property_value(entry, name).unwrap().to_owned();
    assert_eq!(value("DTSTART"), "20261123T084000Z");
    assert_eq!(value("DTEND"), "20261123T091000Z");
    assert_eq!(value("SUMMARY"), "제자리 성수점에서 픽업 (코드 K7Q2MD)");
    assert_eq!(text.matches("BEGIN:VALARM").count(), 2, "when it is ready, and before it goes back");
}

#[test]
fn news_that_were_overtaken_are_not_sent() {
    for (about, now, stale) in [
        (Status::Ready, Status::Ready, false),
        // It was said by mistake.
        (Status::Ready, Status::Picking, true),
        (Status::Ready, Status::Cancelled, true),
        (Status::Placed, Status::Picking, false),
        (Status::Collected, Status::Collected, false),
        // So may a hand-over be.
        (Status::Collected, Status::Ready, true),
        (Status::Cancelled, Status::Cancelled, false),
    ] {
        assert_eq!(is_stale(about, now), stale, "{about:?} {now:?}");
    }
}
