//! Who read and did what, for head office.

use onshelf_shop::{
    export::{self, Format},
    staff::NewStaff,
    testing::{TestShop, on_each_engine},
};
use onshelf_vocabulary::{
    Lang,
    staff::{BoardDeed, Role},
};

use crate::process::run;

async fn written(test: &TestShop, since: i64) -> Vec<Vec<String>> {
    let mut out = Vec::new();
    export::trail(test.shop.db(), since, Format::Csv, &mut out).await.unwrap();
    let mut reader = csv::ReaderBuilder::new().has_headers(true).from_reader(out.as_slice());
    assert_eq!(reader.headers().unwrap(), vec!["at", "actor", "login", "deed", "subject"]);
    reader.records().map(|row| row.unwrap().iter().map(ToOwned::to_owned).collect()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_staff_read_and_did_can_be_seen() {
    on_each_engine(async |test| {
        test.with_stock("seongsu", "CUP", 3).await;
        let held = test.reserve("010-2222-3333", "seongsu", &[("CUP", 1)]).await.unwrap();
        let staff = NewStaff {
            // Whoever opens this in a spreadsheet must not run anything.
            login: "=cmd|calc".to_owned(),
            name: "하나".to_owned(),
            password: "a long password".to_owned(),
            role: Role::Associate,
            stores: vec!["seongsu".to_owned()],
        };
        test.shop.add_staff(staff).await.unwrap();
        let session = test.shop.sign_in("=cmd|calc", "a long password").await.unwrap();
        let who = test.shop.associate(&session).await.unwrap();
        // A page that stays open asks every moment.
        for _ in 0..3 {
            test.shop.board(&who, Lang::Ko, "seongsu").await.unwrap();
            test.shop.look_up(&who, Lang::Ko, "seongsu", &held.number).await.unwrap();
        }
        test.clock.advance(std::time::Duration::from_secs(60));
        let later = test.shop.now_ms();
        test.shop.do_on_board(&who, "seongsu", &held.number, BoardDeed::StartPicking).await.unwrap();

        let all = written(test, 0).await;
        let deeds: Vec<(&str, &str)> = all.iter().map(|row| (row[3].as_str(), row[4].as_str())).collect();
        assert_eq!(
            deeds,
            [
                ("staff.add", "'=cmd|calc"),
                ("sign_in", ""),
                ("read.board", "seongsu"),
                ("read.look_up", held.number.as_str()),
                (BoardDeed::StartPicking.code(), held.number.as_str()),
            ]
        );
        assert!(all[1..].iter().all(|row| row[1] == who.actor() && row[2] == "'=cmd|calc"), "{all:?}");
        assert_eq!(written(test, later).await.len(), 1);

        let folder = tempfile::tempdir().unwrap();
        let told = run(test, folder.path(), &["trail", "--since", "2026-11-01"]);
        assert!(told.status.success(), "{told:?}");
        let text = String::from_utf8(told.stdout).unwrap();
        assert_eq!(text.lines().count(), 6, "{text}");
        assert!(
            text.lines().any(|line| line.contains("read.look_up") && line.contains("'=cmd|calc")),
            "{text}"
        );
        let wrong = run(test, folder.path(), &["trail", "--since", "yesterday"]);
        assert_eq!(wrong.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&wrong.stderr).contains("--since"));
    })
    .await;
}
