//! What the log tells of people: nothing. A message has to be readable alone, without naming who it is about.

use std::{
    io::Write,
    sync::{Arc, Mutex},
};

use onshelf_shop::testing::on_each_engine;
use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;

use crate::call::{Call, site};

const NAME: &str = "홍비밀";
const PHONE: &str = "010-4321-8765";
const EMAIL: &str = "somebody.secret@shopper.example";

/// A log that is kept in memory.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'w> MakeWriter<'w> for Log {
    type Writer = Log;

    fn make_writer(&'w self) -> Log {
        self.clone()
    }
}

#[tokio::test]
async fn no_person_and_no_token_stands_in_the_log() {
    on_each_engine(async |test| {
        let log = Log::default();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::DEBUG)
            .with_writer(log.clone())
            .with_ansi(false)
            .finish();
        let listening = tracing::subscriber::set_default(subscriber);
        test.with_stock("seongsu", "CUP", 3).await;
        let site = site(test);
        let contact = json!({ "name": NAME, "phone": PHONE, "email": EMAIL });
        let lines = json!([{ "sku": "CUP", "quantity": 1 }]);
        let body = json!({ "store": "seongsu", "lines": lines, "contact": contact });
        let made = Call::post("/api/v1/reservations").key("k-1").json(&body).on(&site).await.ok(201);
        let (number, token) = (made["number"].as_str().unwrap(), made["token"].as_str().unwrap());
        let own = format!("/api/v1/reservations/{number}");
        Call::get(&own).token(token).on(&site).await.ok(200);
        Call::get(&format!("/reservations/{number}?t={token}")).on(&site).await;
        Call::get(&format!("{own}?email={EMAIL}&phone={PHONE}")).token(token).on(&site).await;
        // Refusals and faults have most to tell.
        let bad = json!({ "store": "seongsu", "lines": lines, "contact": { "name": NAME, "phone": EMAIL } });
        Call::post("/api/v1/reservations").key("k-2").json(&bad).on(&site).await.problem(422, "invalid");
        Call::post("/api/v1/reservations").key("k-1").json(&bad).on(&site).await;
        let order = json!({ "groups": [{ "way": "collect", "store": "seongsu", "lines": lines }],
                            "contact": contact });
        Call::post("/api/v1/orders").key("k-3").json(&order).on(&site).await.ok(201);
        let typed = format!("login={EMAIL}&password={PHONE}");
        let form = ("content-type", "application/x-www-form-urlencoded");
        Call::post("/staff/sign-in").with(form.0, form.1).body(typed).on(&site).await;
        Call::post(&format!("{own}/cancel")).key("k-4").token(token).on(&site).await.ok(200);
        drop(listening);
        let said = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        let answered = "POST /api/v1/reservations was answered with 201 in ";
        assert!(said.contains(answered), "nothing was logged: {said}");
        for secret in [NAME, PHONE, "01043218765", "1043218765", EMAIL, token, number] {
            let line = said.lines().find(|line| line.contains(secret));
            assert!(line.is_none(), "{secret} stands in the log: {line:?}");
        }
    })
    .await;
}
