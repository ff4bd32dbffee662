//! Settings as the commands find them in their environment.

use std::{ffi::OsStr, os::unix::ffi::OsStrExt};

use onshelf_shop::testing::{Engine, TestShop};

use crate::process::command;

#[tokio::test]
async fn a_variable_that_is_no_text_stops_a_command_only_where_it_is_a_setting() {
    let test = TestShop::on(Engine::Sqlite).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let with = |name: &str, value: &[u8]| {
        let mut command = command(&test, folder.path());
        command.env(name, OsStr::from_bytes(value)).arg("openapi").output().unwrap()
    };
    let foreign = with("SOMEBODY_ELSES", b"caf\xe9");
    assert!(foreign.status.success(), "{}", String::from_utf8_lossy(&foreign.stderr));
    for (value, said) in [
        (&b"\xec\x98"[..], "onshelf: ONSHELF_TRUSTED_PROXIES: is not UTF-8\n"),
        (
            b"10.0.0",
            "onshelf: trusted_proxies: \"10.0.0\" is no IP address and no network such as 10.0.0.0/8\n",
        ),
    ] {
        let ours = with("ONSHELF_TRUSTED_PROXIES", value);
        assert_eq!(ours.status.code(), Some(2), "{said}");
        assert_eq!(String::from_utf8_lossy(&ours.stderr), said);
    }
    test.close().await;
}
