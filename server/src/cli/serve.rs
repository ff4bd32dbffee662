//! `onshelf serve`.

use std::{fmt::Display, net::SocketAddr, path::Path, process::ExitCode, sync::Arc};

use clap::Args;
use onshelf_app::ssr::{Door, Site};
use onshelf_domain::basemap::Basemap;
use onshelf_shop::{Shop, SystemChance, SystemClock};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::{Failure, open_database};
use crate::{
    config::{Config, ConfigError},
    demo,
    http::{self, tiles::Tiles},
    metrics, notifications, payments, telemetry, worker,
};

#[derive(Debug, Args)]
pub(super) struct Serve {
    /// Seeds the demo chain into an empty database and lets a simulated till move its stock
    #[arg(long)]
    pub(super) demo: bool,
}

impl Serve {
    pub(super) async fn run(&self, config: Config) -> Result<ExitCode, Failure> {
        let traces = telemetry::start(&config)?;
        let config = if self.demo { demo::named(config) } else { config };
        // What is wrong with a file or a folder is said before anybody waits for the catalogue.
        check_folders(&config)?;
        let tiles = tiles(&config)?.map(Arc::new);
        let basemap = self.basemap(&config)?;
        let db = open_database(&config).await?;
        if self.demo {
            demo::seed(&db).await?;
        }
        let shop =
            Shop::open(db, Arc::new(SystemClock), Arc::new(SystemChance), config.shop_settings()).await?;
        if self.demo {
            demo::add_people(&shop).await?;
        }
        shop.take_payments(payments::providers(&config, &shop).await?);
        let site = Arc::new(self.site(&config, basemap, tiles.as_deref(), &shop)?);
        let door = Door { shop: shop.clone(), site };
        let listener = listen("addr", config.addr)?;
        let beside = config.metrics_addr.map(|addr| listen("metrics_addr", addr)).transpose()?;

        let stop = CancellationToken::new();
        let workers = worker::start(&door, &config, &stop)?;
        if self.demo {
            tokio::spawn(demo::run_till(shop.clone(), stop.clone()));
        }
        if let Some(listener) = beside {
            tokio::spawn(metrics::serve(listener, shop.clone(), stop.clone()));
        }
        announce(&config);
        tokio::spawn(stop_on_signal(stop.clone()));
        let options = http_options(&config, tiles, self.demo)?;
        let router = http::router(door, &options);
        http::serve(listener, router, options, stop.clone()).await?;
        stop.cancel();
        workers.finish().await;
        let last_word = async {
            if let Some(traces) = traces {
                traces.finish().await;
            }
        };
        tokio::join!(shop.db().close(), last_word);
        Ok(ExitCode::SUCCESS)
    }

    /// The operator's drawn map; the demo brings one along.
    fn basemap(&self, config: &Config) -> Result<Option<Arc<Basemap>>, Failure> {
        let basemap = match &config.basemap {
            Some(path) => Some(read_basemap(path)?),
            None if self.demo => Some(demo::basemap()?),
            None => None,
        };
        Ok(basemap.map(Arc::new))
    }

    fn site(
        &self,
        config: &Config,
        basemap: Option<Arc<Basemap>>,
        tiles: Option<&Tiles>,
        shop: &Shop,
    ) -> Result<Site, Failure> {
        let assets = http::assets::site_assets(&config.site_dir);
        if tiles.is_some() && assets.live_map.is_none() {
            tracing::warn!(
                "This build has no live map, npm was out of reach when it was made: the drawn one stays."
            );
        }
        Ok(Site {
            public_url: config.public_url(),
            name: config.name(),
            seller: config.seller.clone(),
            terms: config.terms_url.clone().unwrap_or_default(),
            privacy: config.privacy_url.clone().unwrap_or_default(),
            secure: config.public_url().starts_with("https://"),
            basemap,
            tiles: tiles.map(Tiles::ground),
            assets,
            home: self.demo.then(demo::home).transpose()?,
            demo: self.demo,
            push_key: notifications::public_key(shop),
            shows_messages: config.shows_messages(self.demo),
        })
    }
}

/// The search index is the first that is written into the data folder, and knows of no settings: whoever may not write
/// there is told here. The client's folder may be missing where nobody named one: then only the server was built.
fn check_folders(config: &Config) -> Result<(), Failure> {
    try_writing(&config.index_dir()).map_err(|why| unusable("data_dir", &config.data_dir, &why))?;
    if config.site_dir.is_dir() {
        return Ok(());
    }
    if config.site_dir != Config::default().site_dir {
        return Err(unusable("site_dir", &config.site_dir, &"there is no such folder").into());
    }
    let site_dir = config.site_dir.display();
    tracing::warn!("There is no folder {site_dir} (site_dir): pages come without styles and scripts.");
    Ok(())
}

fn try_writing(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    // Of this process alone: another may look at the same moment.
    let tried = folder.join(format!(".{}.part", std::process::id()));
    std::fs::write(&tried, "")?;
    std::fs::remove_file(&tried)
}

fn read_basemap(path: &Path) -> Result<Basemap, Failure> {
    let bytes = std::fs::read(path).map_err(|why| unusable("basemap", path, &why))?;
    Basemap::parse(&bytes).map_err(|why| unusable("basemap", path, &why).into())
}

fn listen(setting: &str, addr: SocketAddr) -> Result<TcpListener, Failure> {
    http::listen(addr).map_err(|why| format!("{setting}: cannot listen on {addr}: {why}").into())
}

/// The one line that names the setting.
fn unusable(setting: &str, path: &Path, why: &dyn Display) -> String {
    format!("{setting}: {}: {why}", path.display())
}

/// What the operator set for the live map; none if nothing.
fn tiles(config: &Config) -> Result<Option<Tiles>, Failure> {
    let Some(tiles) = &config.tiles else { return Ok(None) };
    let (glyphs, sprites) = (config.tiles_glyphs.as_deref(), config.tiles_sprites.as_deref());
    Ok(Some(Tiles::open(tiles, glyphs, sprites, &config.tiles_attribution)?))
}

fn http_options(
    config: &Config,
    tiles: Option<Arc<Tiles>>,
    demo: bool,
) -> Result<http::Options, ConfigError> {
    Ok(http::Options {
        public_url: config.public_url(),
        data_dir: config.data_dir.clone(),
        site_dir: config.site_dir.clone(),
        shows_messages: config.shows_messages(demo),
        trusted_proxies: config.trusted_proxies()?,
        tiles,
        ..http::Options::default()
    })
}

#[expect(clippy::print_stdout, reason = "the address is what whoever starts it waits for")]
fn announce(config: &Config) {
    println!("Onshelf serves {}", config.public_url());
}

async fn stop_on_signal(stop: CancellationToken) {
    let interrupt = tokio::signal::ctrl_c();
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => {
            let _ = interrupt.await;
        }
    }
    tracing::info!("Stopping: no new requests are taken, those under way are finished.");
    stop.cancel();
}
