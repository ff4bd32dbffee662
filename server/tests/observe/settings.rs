//! Settings as the commands find them in their environment.

use std::{ffi::OsStr, net::TcpListener, os::unix::ffi::OsStrExt};

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

#[tokio::test]
async fn what_a_server_cannot_use_is_named_in_one_line() {
    let test = TestShop::on(Engine::Sqlite).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let somebody = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let addr = somebody.local_addr().unwrap().to_string();
    let [file, none] = ["file", "none"].map(|name| folder.path().join(name).display().to_string());
    std::fs::write(&file, "{").unwrap();
    let taken = format!("cannot listen on {addr}: Address already in use");
    for (name, value, said) in [
        ("ONSHELF_BASEMAP", none.clone(), format!("basemap: {none}: No such file or directory")),
        ("ONSHELF_BASEMAP", file.clone(), format!("basemap: {file}: not JSON")),
        ("ONSHELF_TILES", format!("{none}.pmtiles"), format!("tiles: {none}.pmtiles: No such file")),
        ("ONSHELF_DATA_DIR", file.clone(), format!("data_dir: {file}: ")),
        ("ONSHELF_SITE_DIR", none.clone(), format!("site_dir: {none}: there is no such folder")),
        ("ONSHELF_DATABASE_URL", format!("sqlite://{file}/shop.db"), "database_url: the database".to_owned()),
        ("ONSHELF_ADDR", addr.clone(), format!("addr: {taken}")),
        ("ONSHELF_METRICS_ADDR", addr.clone(), format!("metrics_addr: {taken}")),
    ] {
        let mut command = command(&test, folder.path());
        let settings = [("ONSHELF_ADDR", "127.0.0.1:0"), ("ONSHELF_LOG", "off"), (name, value.as_str())];
        let refused = command.arg("serve").envs(settings).output().unwrap();
        let told = String::from_utf8_lossy(&refused.stderr);
        assert!(told.starts_with(&format!("onshelf: {said}")) && told.lines().count() == 1, "{told}");
        assert_eq!((refused.status.code(), refused.stdout.len()), (Some(2), 0), "{said}");
    }
    test.close().await;
}
