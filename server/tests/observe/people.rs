//! Tokens and webhooks as operators make them: what cannot work is refused with a line that names it.

use onshelf_shop::testing::on_each_engine;

use crate::process::run;

#[tokio::test(flavor = "multi_thread")]
async fn what_could_never_work_is_not_made() {
    on_each_engine(async |test| {
        let folder = tempfile::tempdir().unwrap();
        let refused = |words: &[&str]| {
            let told = run(test, folder.path(), words);
            assert_eq!(told.status.code(), Some(2), "{told:?}");
            assert!(told.stdout.is_empty(), "no token, no secret: {told:?}");
            String::from_utf8(told.stderr).unwrap()
        };
        let token = refused(&["token", "create", "--scope", "stock", "--store", "nowhere"]);
        assert!(token.contains("there is no store nowhere"), "{token}");
        let to = "https://erp.example/hook";
        let webhook = refused(&["webhook", "add", to, "--events", "order.*,reservation.plased"]);
        assert!(webhook.contains("there are no events `reservation.plased`"), "{webhook}");

        let token = run(test, folder.path(), &["token", "create", "--scope", "stock", "--store", "seongsu"]);
        assert!(token.status.success(), "{token:?}");
        let alone = String::from_utf8_lossy(&token.stdout);
        assert!(alone.starts_with("osk_") && alone.lines().count() == 1, "{token:?}");
        let webhook = run(test, folder.path(), &["webhook", "add", to, "--events", "order.*,stock.changed"]);
        assert!(webhook.stdout.starts_with(b"whsec_"), "{webhook:?}");
    })
    .await;
}
