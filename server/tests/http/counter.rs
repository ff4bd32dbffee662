//! What the people of a store do with plain forms: say where something stands, undo a slip, put back, find by name.

use onshelf_shop::testing::on_each_engine;
use onshelf_vocabulary::staff::Role;

use crate::{
    call::{Call, site},
    picking::{send, signed_in},
};

#[tokio::test]
async fn it_stands_somewhere_and_a_slip_is_undone() {
    on_each_engine(async |test| {
        test.with_stock("seongsu", "CUP", 3).await;
        let site = site(test);
        let cookie = signed_in(test, "hana", Role::Associate).await;
        let held = test.reserve("010-2222-3333", "seongsu", &[("CUP", 1)]).await.unwrap();
        // What is done answers with the board it leads to.
        let done = async |deed: &str, place: &str| {
            let form = format!("number={}&tab=ready&deed={deed}&place={place}", held.number);
            let answer = send("/staff/seongsu/deeds", &cookie, &form).on(&site).await;
            assert_eq!(answer.status.as_u16(), 303, "{deed}: {}", answer.text());
            Call::get(answer.header("location")).with("cookie", &cookie).on(&site).await.text()
        };
        let ready = done("mark_ready", "ZONE9").await;
        assert!(ready.contains("ZONE9") && ready.contains("되돌리기"), "{ready}");
        let moved = done("place", "%3Cb%3E").await;
        assert!(moved.contains("자리를 적었어요") && moved.contains("&lt;b&gt;"), "{moved}");
        assert!(!moved.contains("ZONE9"));
        let again = done("unready", "").await;
        assert!(again.contains("준비할 것으로 되돌렸어요"), "{again}");
        let refused = send("/staff/seongsu/deeds", &cookie, &format!("number={}&deed=unready", held.number))
            .on(&site)
            .await;
        assert_eq!(refused.status.as_u16(), 409);
        assert!(refused.text().contains("이미 준비할 것으로 돌아갔어요"), "{}", refused.text());

        done("mark_ready", "").await;
        let released = done("release&confirm=yes", "").await;
        assert!(
            released.contains("예약을 풀었어요") && released.contains("선반에 되돌려 놓을 것"),
            "{released}"
        );
        let back = done("put_back", "").await;
        assert!(back.contains("선반에 되돌려 놓았어요") && !back.contains("선반에 되돌려 놓을 것"), "{back}");
    })
    .await;
}

#[tokio::test]
async fn a_board_that_is_as_it_was_is_not_sent_again() {
    on_each_engine(async |test| {
        test.with_stock("seongsu", "CUP", 3).await;
        let site = site(test);
        let cookie = signed_in(test, "hana", Role::Associate).await;
        test.reserve("010-2222-3333", "seongsu", &[("CUP", 1)]).await.unwrap();
        let page = Call::get("/staff/seongsu").with("cookie", &cookie).on(&site).await.text();
        let address = page.split("data-address=\"").nth(1).unwrap().split('"').next().unwrap();
        let ask = async || Call::get(address).with("cookie", &cookie).on(&site).await;
        assert_eq!(ask().await.status.as_u16(), 204, "{address}");
        test.reserve("010-2222-4444", "seongsu", &[("CUP", 1)]).await.unwrap();
        let changed = ask().await;
        assert_eq!(changed.status.as_u16(), 200);
        // Each form that does something has its key all the same.
        assert!(changed.text().contains(" name=\"key\" value=\""), "{}", changed.text());
    })
    .await;
}

#[tokio::test]
async fn a_hand_over_is_undone_where_it_is_said() {
    on_each_engine(async |test| {
        test.with_stock("seongsu", "CUP", 3).await;
        let site = site(test);
        let cookie = signed_in(test, "hana", Role::Associate).await;
        let held = test.reserve("010-2222-3333", "seongsu", &[("CUP", 1)]).await.unwrap();
        let form = |deed: &str| format!("number={}&tab=ready&deed={deed}", held.number);
        let done = async |deed: &str| {
            let answer = send("/staff/seongsu/deeds", &cookie, &form(deed)).on(&site).await;
            assert_eq!(answer.status.as_u16(), 303, "{deed}: {}", answer.text());
            Call::get(answer.header("location")).with("cookie", &cookie).on(&site).await.text()
        };
        let handed = done("hand_over").await;
        assert!(handed.contains("건넸어요") && handed.contains("value=\"take_back\""), "{handed}");
        let back = done("take_back").await;
        assert!(back.contains("준비된 것으로 되돌렸어요"), "{back}");
        assert!(!back.contains("value=\"take_back\"") && back.contains("value=\"hand_over\""), "{back}");
        done("hand_over").await;
        test.clock.advance(std::time::Duration::from_secs(600));
        let late = send("/staff/seongsu/deeds", &cookie, &form("take_back")).on(&site).await;
        assert_eq!(late.status.as_u16(), 409);
        assert!(late.text().contains("이제 되돌릴 수 없어요"), "{}", late.text());
    })
    .await;
}

#[tokio::test]
async fn a_till_takes_back_what_it_said_was_collected() {
    on_each_engine(async |test| {
        test.with_stock("seongsu", "CUP", 1).await;
        let site = site(test);
        let wish = serde_json::json!({
            "groups": [{"way": "collect", "store": "seongsu", "lines": [{"sku": "CUP", "quantity": 1}]}],
            "contact": {"name": "김민지", "phone": "010-1234-5678"},
            "payment": null,
        });
        let placed = Call::post("/api/v1/orders").key("o1").json(&wish).on(&site).await.ok(201);
        let number = placed["number"].as_str().unwrap();
        let group = placed["groups"][0]["id"].as_str().unwrap();
        let till = test.shop.create_token("pos", None).await.unwrap();
        let say = |deed: &str, key: &str| {
            Call::post(&format!("/api/v1/orders/{number}/groups/{group}/{deed}")).key(key).token(&till)
        };
        say("collected", "k1").on(&site).await.ok(200);
        for _ in 0..2 {
            assert_eq!(say("taken-back", "k2").on(&site).await.ok(200)["status"], "ready");
        }
        say("taken-back", "k3").on(&site).await.problem(409, "wrong-state");
        assert_eq!(say("collected", "k4").on(&site).await.ok(200)["status"], "collected");
    })
    .await;
}

#[tokio::test]
async fn somebody_without_a_code_is_found_in_a_plain_form() {
    on_each_engine(async |test| {
        test.with_stock("seongsu", "CUP", 3).await;
        let site = site(test);
        let cookie = signed_in(test, "hana", Role::Associate).await;
        let first = test.reserve("010-2222-3333", "seongsu", &[("CUP", 1)]).await.unwrap();
        let second = test.reserve("010-2222-4444", "seongsu", &[("CUP", 1)]).await.unwrap();
        let find = async |typed: &str| {
            let form =
                url::form_urlencoded::Serializer::new(String::new()).append_pair("typed", typed).finish();
            send("/staff/seongsu/find", &cookie, &form).on(&site).await
        };
        let one = find("4444").await;
        assert_eq!(one.header("location"), format!("/staff/seongsu?open={}&by=name", second.number));
        // A code is something only they have; a name is not.
        for (path, asks) in [
            (one.header("location").to_owned(), true),
            (format!("/staff/seongsu?open={}", second.number), false),
        ] {
            let page = Call::get(&path).with("cookie", &cookie).on(&site).await.text();
            assert_eq!(page.contains("코드 없이 찾았어요"), asks, "{path}");
        }
        let several = find("김제자리").await;
        assert_eq!(several.status.as_u16(), 200);
        for number in [&first.number, &second.number] {
            assert!(several.text().contains(&format!("/staff/seongsu?open={number}")), "{number}");
        }
        let nobody = find("홍길동").await;
        assert_eq!(nobody.status.as_u16(), 404);
        assert!(nobody.text().contains("그런 예약이 없어요"));
        let scanned = find(&"ㅒㄴ1.".repeat(20)).await;
        assert!(scanned.text().contains("한/영 키"), "{}", scanned.text());
    })
    .await;
}
