//! Messages to shoppers: sent once, by the way they gave, whole.

use std::time::Duration;

use mail_parser::{MessageParser, MimeHeaders};
use onshelf_server::config::Config;
use onshelf_shop::{
    Once,
    fulfilment::Reserve,
    testing::{on_each_engine, request},
};
use onshelf_vocabulary::Lang;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};

use crate::{config_in, outbox_of, placing::files, send_all, waiting};

fn by_mail(lang: Lang, name: &str) -> Reserve {
    let mut request = request("", "seongsu", &[("KETTLE-MO", 2), ("CUP", 1)], "mail");
    request.input.contact.name = name.to_owned();
    request.input.contact.email = Some("kim@shopper.example".to_owned());
    request.input.contact.phone = None;
    request.lang = lang;
    request.once = Once::new("test", "reserve", "by-mail", name);
    request
}

#[tokio::test]
async fn a_confirmation_carries_the_code_the_qr_and_the_calendar() {
    on_each_engine(async |test| {
        let folder = tempfile::tempdir().unwrap();
        test.with_stock("seongsu", "KETTLE-MO", 3).await.with_stock("seongsu", "CUP", 3).await;
        let outbox = outbox_of(&test.shop, &config_in(folder.path()));
        let reserved = test.shop.reserve(by_mail(Lang::Ko, "김 \"제자리\" <b>")).await.unwrap();
        send_all(&outbox).await;
        assert_eq!(waiting(test).await, 0);

        let written = files(folder.path());
        assert_eq!(written.len(), 1, "sent once: {written:?}");
        let (file, bytes) = &written[0];
        assert!(file.ends_with(&format!("{}-placed.eml", reserved.number)), "{file}");
        let mail = MessageParser::default().parse(bytes).unwrap();
        let to = mail.to().unwrap().first().unwrap();
        assert_eq!((to.address().unwrap(), to.name().unwrap()), ("kim@shopper.example", "김 \"제자리\" <b>"));
        assert_eq!(mail.message_id().unwrap(), format!("{}@shop.example", file.trim_end_matches(".eml")));
        assert!(mail.subject().unwrap().starts_with("[제자리] 성수점에 맡아두었어요"));

        let page = format!("https://shop.example/reservations/{}?t={}", reserved.number, reserved.token);
        let text = mail.body_text(0).unwrap();
        assert!(text.contains(&page) && text.contains("법랑 주전자") && text.contains("₩85,000"), "{text}");
        let html = mail.body_html(0).unwrap();
        assert!(html.contains(&page) && html.contains("cid:qr@onshelf") && !html.contains("<b>"), "{html}");

        let kinds: Vec<String> = mail
            .parts
            .iter()
            .filter_map(|part| part.content_type())
            .map(|kind| format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or_default()))
            .collect();
        assert_eq!(
            kinds,
            [
                "multipart/mixed",
                "multipart/alternative",
                "text/plain",
                "multipart/related",
                "text/html",
                "image/png",
                "text/calendar"
            ]
        );
        let picture = mail.parts.iter().find(|part| part.content_id() == Some("qr@onshelf")).unwrap();
        assert!(picture.contents().starts_with(b"\x89PNG"));
        let calendar =
            mail.attachments().find(|part| part.attachment_name().is_some_and(|n| n.ends_with(".ics")));
        let calendar: icalendar::Calendar = calendar.unwrap().text_contents().unwrap().parse().unwrap();
        assert_eq!(calendar.events().count(), 1);
    })
    .await;
}

#[tokio::test]
async fn who_gave_a_telephone_is_told_there_and_in_their_language() {
    on_each_engine(async |test| {
        let folder = tempfile::tempdir().unwrap();
        test.with_stock("seongsu", "CUP", 3).await;
        let outbox = outbox_of(&test.shop, &config_in(folder.path()));
        let mut english = request("01012345678", "seongsu", &[("CUP", 1)], "english");
        english.lang = Lang::En;
        let reserved = test.shop.reserve(english).await.unwrap();
        send_all(&outbox).await;
        let written = files(folder.path());
        assert_eq!(written.len(), 1);
        let text = String::from_utf8(written[0].1.clone()).unwrap();
        assert!(written[0].0.ends_with(".txt") && text.starts_with("To: "), "{text}");
        assert!(text.contains("[Jejari] Tea cup: held for you at Seongsu."), "{text}");
        let page = format!("https://shop.example/en/reservations/{}?t={}", reserved.number, reserved.token);
        assert!(text.contains(&page), "{text}");
    })
    .await;
}

#[tokio::test]
async fn a_confirmation_that_was_overtaken_by_a_cancellation_stays_unsent() {
    on_each_engine(async |test| {
        let folder = tempfile::tempdir().unwrap();
        test.with_stock("seongsu", "CUP", 3).await;
        let outbox = outbox_of(&test.shop, &config_in(folder.path()));
        let reserved = test.reserve("01012345678", "seongsu", &[("CUP", 1)]).await.unwrap();
        test.shop.cancel_reservation(Lang::Ko, &reserved.number, &reserved.token, None).await.unwrap();
        send_all(&outbox).await;
        let names: Vec<String> = files(folder.path()).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names.len(), 1, "{names:?}");
        assert!(names[0].ends_with("-cancelled.txt"), "{names:?}");
        assert_eq!(waiting(test).await, 0);
    })
    .await;
}

#[tokio::test]
async fn the_defaults_are_enough_to_send() {
    on_each_engine(async |test| {
        let folder = tempfile::tempdir().unwrap();
        test.with_stock("seongsu", "KETTLE-MO", 3).await.with_stock("seongsu", "CUP", 3).await;
        let config = Config { data_dir: folder.path().to_owned(), ..Config::default() };
        let outbox = outbox_of(&test.shop, &config);
        test.shop.reserve(by_mail(Lang::En, "Kim")).await.unwrap();
        send_all(&outbox).await;
        assert_eq!(files(folder.path()).len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_job_nobody_can_read_holds_up_no_other() {
    on_each_engine(async |test| {
        let folder = tempfile::tempdir().unwrap();
        test.with_stock("seongsu", "CUP", 3).await;
        let now = test.shop.now_ms();
        let strange = test.shop.db().write(move |mut tx| {
            Box::pin(async move {
                onshelf_db::outbox::enqueue(&mut tx, "strange", "{\"job\":\"strange\"}", now, now).await?;
                Ok::<_, onshelf_shop::Error>(())
            })
        });
        strange.await.unwrap();
        let outbox = outbox_of(&test.shop, &config_in(folder.path()));
        test.reserve("01012345678", "seongsu", &[("CUP", 1)]).await.unwrap();
        send_all(&outbox).await;
        assert_eq!((files(folder.path()).len(), waiting(test).await), (1, 1));
    })
    .await;
}

#[tokio::test]
async fn who_was_too_slow_with_a_job_leaves_it_to_who_has_it_now() {
    on_each_engine(async |test| {
        let shop = &test.shop;
        test.with_stock("seongsu", "CUP", 3).await;
        test.reserve("01012345678", "seongsu", &[("CUP", 1)]).await.unwrap();
        let slow = shop.claim_jobs(9).await.unwrap();
        test.clock.advance(Duration::from_secs(61));
        let quick = shop.claim_jobs(9).await.unwrap();
        assert_eq!((slow.len(), quick.len(), slow[0].id), (1, 1, quick[0].id));
        shop.fail_job(&slow[0], "no answer").await.unwrap();
        test.clock.advance(Duration::from_secs(30));
        assert!(shop.claim_jobs(9).await.unwrap().is_empty(), "it is being sent");
        // Given up by one and sent by the other, it was sent.
        shop.finish_job(quick[0].id).await.unwrap();
        shop.give_up_job(&slow[0], "refused").await.unwrap();
        assert_eq!(waiting(test).await, 0);
        test.clock.advance(Duration::from_secs(8 * 86_400));
        assert_eq!(shop.keep_house().await.unwrap().jobs, 1);
    })
    .await;
}

/// A relay that answers RCPT with `verdicts` in turn, then accepts; answers how many mails it took.
async fn relay(verdicts: &'static [&'static str]) -> (u16, tokio::task::JoinHandle<usize>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let task = tokio::spawn(async move {
        let (mut taken, mut verdicts) = (0, verdicts.iter());
        while let Ok(Ok((mut socket, _))) =
            tokio::time::timeout(Duration::from_millis(1_500), listener.accept()).await
        {
            let (reader, mut writer) = socket.split();
            let mut lines = BufReader::new(reader).lines();
            writer.write_all(b"220 test\r\n").await.unwrap();
            let mut in_body = false;
            while let Ok(Some(line)) = lines.next_line().await {
                let answer = match line.split([' ', ':']).next().unwrap_or_default() {
                    "." => {
                        in_body = false;
                        taken += 1;
                        "250 taken"
                    }
                    _ if in_body => continue,
                    "DATA" => {
                        in_body = true;
                        "354 go on"
                    }
                    "RCPT" => verdicts.next().copied().unwrap_or("250 fine"),
                    "QUIT" => break,
                    _ => "250 fine",
                };
                writer.write_all(format!("{answer}\r\n").as_bytes()).await.unwrap();
            }
        }
        taken
    });
    (port, task)
}

#[tokio::test]
async fn a_relay_that_puts_off_is_tried_again_and_one_that_refuses_is_not() {
    for (verdicts, taken) in
        [(&["451 later kim@shopper.example"][..], 1), (&["550 no such user kim@shopper.example"][..], 0)]
    {
        on_each_engine(async |test| {
            let folder = tempfile::tempdir().unwrap();
            test.with_stock("seongsu", "KETTLE-MO", 3).await.with_stock("seongsu", "CUP", 3).await;
            let (port, relay) = relay(verdicts).await;
            let mut config = config_in(folder.path());
            config.smtp_url = Some(format!("smtp://127.0.0.1:{port}"));
            let outbox = outbox_of(&test.shop, &config);
            test.shop.reserve(by_mail(Lang::En, "Kim")).await.unwrap();
            send_all(&outbox).await;
            assert_eq!(waiting(test).await, taken, "what was put off waits, what was refused is given up");
            test.clock.advance(Duration::from_secs(30));
            send_all(&outbox).await;
            assert_eq!(waiting(test).await, 0);
            drop(outbox);
            assert_eq!(i64::try_from(relay.await.unwrap()).unwrap(), taken);
        })
        .await;
    }
}
