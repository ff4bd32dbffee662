//! The demo chain 제자리: its data lies in `server/demo`, is compiled into the binary, and is seeded into an empty
//! database. All of it is made up.

mod drawings;
mod files;
mod seed;
mod till;

use include_dir::{Dir, include_dir};
use onshelf_domain::basemap::Basemap;
use onshelf_shop::{Shop, staff::NewStaff};
use onshelf_vocabulary::staff::Role;
use serde::de::DeserializeOwned;

use crate::config::Config;

pub use drawings::drawing;
pub use seed::seed;
pub use till::run_till;

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/demo");

/// What kept the demo from being set up.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    #[error("demo file {0} is missing")]
    Missing(String),
    #[error("demo file {0}: {1}")]
    Malformed(String, serde_json::Error),
    #[error("demo map: {0}")]
    Map(#[from] onshelf_domain::basemap::BasemapError),
    #[error(transparent)]
    Database(#[from] onshelf_db::Error),
    #[error(transparent)]
    Shop(#[from] onshelf_shop::Error),
}

fn bytes(name: &str) -> Result<&'static [u8], DemoError> {
    FILES.get_file(name).map(include_dir::File::contents).ok_or_else(|| DemoError::Missing(name.to_owned()))
}

fn json<T: DeserializeOwned>(name: &str) -> Result<T, DemoError> {
    serde_json::from_slice(bytes(name)?).map_err(|error| DemoError::Malformed(name.to_owned(), error))
}

/// Who sells, as every shop in Korea has to say; nobody has these numbers.
const SELLER: &str = "(주)제자리 · 대표 한결 · 사업자등록번호 000-00-00000 · 통신판매업신고 제0000-서울성동-0000호 · \
                      서울 성동구 성수이로 88 · 02-6000-0100";

/// The chain's own name, unless the operator gave one.
#[must_use]
pub fn named(config: Config) -> Config {
    let defaults = Config::default();
    if config.name_ko != defaults.name_ko || config.name_en != defaults.name_en {
        return config;
    }
    let seller = if config.seller.is_empty() { SELLER.to_owned() } else { config.seller.clone() };
    Config { name_ko: "제자리".to_owned(), name_en: "Jejari".to_owned(), seller, ..config }
}

/// Seoul, drawn by hand.
pub fn basemap() -> Result<Basemap, DemoError> {
    Ok(Basemap::parse(bytes("seoul.geojson")?)?)
}

/// The home page's words.
pub fn home() -> Result<serde_json::Value, DemoError> {
    json("home.json")
}

/// Everybody's password in the demo; the sign-in page says so.
const PASSWORD: &str = "jejari-demo";

/// One of each role. Their sessions end with a restart, as their passwords are set anew.
pub async fn add_people(shop: &Shop) -> Result<(), DemoError> {
    let people = [
        ("seongsu", "한결", Role::Associate, vec!["seongsu"]),
        ("manager", "서윤", Role::Manager, vec!["seongsu", "seoulforest"]),
        ("office", "도현", Role::HeadOffice, vec![]),
    ];
    for (login, name, role, stores) in people {
        shop.add_staff(NewStaff {
            login: login.to_owned(),
            name: name.to_owned(),
            password: PASSWORD.to_owned(),
            role,
            stores: stores.into_iter().map(str::to_owned).collect(),
        })
        .await?;
    }
    Ok(())
}
