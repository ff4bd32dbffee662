//! Several parcels to a courier in one press of a plain form.

use onshelf_shop::testing::{on_each_engine, with_payments};
use onshelf_vocabulary::staff::Role;
use serde_json::{Value, json};

use crate::{
    call::{Call, site},
    picking::{send, signed_in},
};

#[tokio::test]
async fn one_that_cannot_go_holds_up_none_beside_it() {
    on_each_engine(async |test| {
        test.with_stock("seongsu", "CUP", 9).await;
        let payments = with_payments(test);
        let site = site(test);
        let cookie = signed_in(test, "hana", Role::Associate).await;
        let till = test.shop.create_token("pos", None).await.unwrap();
        let say = async |order: &str, group: &str, deed: &str| {
            let path = format!("/api/v1/orders/{order}/groups/{group}/{deed}");
            Call::post(&path).key(&format!("{group}-{deed}")).token(&till).on(&site).await.ok(200);
        };
        // Paid and picked; number of the order and of its group.
        let mut parcels = Vec::new();
        for key in ["o1", "o2", "o3"] {
            let address = json!({"line1": "연무장길 12", "postcode": "04782"});
            let wish = json!({
                "groups": [{"way": "delivery", "address": address, "lines": [{"sku": "CUP", "quantity": 1}]}],
                "contact": {"name": "김민지", "phone": "010-1234-5678"},
                "payment": {"provider": "test"},
            });
            let placed = Call::post("/api/v1/orders").key(key).json(&wish).on(&site).await.ok(201);
            let name = |value: &Value| value.as_str().unwrap().to_owned();
            let (number, token) = (name(&placed["number"]), name(&placed["token"]));
            let group = name(&placed["groups"][0]["id"]);
            payments.pay_for(&test.shop, &number, &token).await;
            say(&number, &group, "picking").await;
            parcels.push((number, group));
        }
        let board = async || Call::get("/staff/seongsu").with("cookie", &cookie).on(&site).await.text();
        let shown = board().await;
        for (_, group) in &parcels {
            assert!(shown.contains(&format!("name=\"parcel:{group}\"")), "{shown}");
        }
        let press = async |groups: &[&str]| {
            let ticked: Vec<String> = groups.iter().map(|group| format!("&parcel%3A{group}=1")).collect();
            let form = format!("tab=prepare&deed=courier{}", ticked.concat());
            send("/staff/seongsu/deeds", &cookie, &form).on(&site).await
        };
        let group = |index: usize| parcels[index].1.as_str();
        let none = press(&[]).await;
        assert_eq!(none.status.as_u16(), 422);
        assert!(none.text().contains("하나도 고르지 않았어요"), "{}", none.text());

        // A till was quicker with the second, and the fourth is nobody's.
        say(&parcels[1].0, &parcels[1].1, "dispatched").await;
        let some = press(&[group(0), group(1), "R-0000-0000"]).await;
        assert_eq!(some.status.as_u16(), 409);
        let told = some.text();
        assert!(told.contains("배송 1건을 보냈어요") && told.contains("이미 배송하러 나갔어요"), "{told}");
        let status = async |parcel: &(String, String)| {
            let carried = Call::post(&format!("/api/v1/orders/{}/groups/{}/delivered", parcel.0, parcel.1));
            carried.key(&format!("{}-delivered", parcel.1)).token(&till).on(&site).await.status.as_u16()
        };
        assert_eq!(status(&parcels[2]).await, 409, "it was not ticked");
        assert_eq!(status(&parcels[1]).await, 200);

        let all = press(&[group(2)]).await;
        assert_eq!(all.status.as_u16(), 303, "{}", all.text());
        let told = Call::get(all.header("location")).with("cookie", &cookie).on(&site).await.text();
        assert!(told.contains("배송 1건을 보냈어요"), "{told}");
        assert!(!board().await.contains("name=\"parcel:"), "there is nothing left to tick");
        assert_eq!(test.available("seongsu", "CUP").await, 6);
    })
    .await;
}
