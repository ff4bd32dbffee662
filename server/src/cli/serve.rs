//! `onshelf serve`.

use std::{process::ExitCode, sync::Arc};

use clap::Args;
use onshelf_app::ssr::{Door, Site};
use onshelf_domain::basemap::Basemap;
use onshelf_shop::{Shop, SystemChance, SystemClock};
use tokio_util::sync::CancellationToken;

use super::{Failure, open_database};
use crate::{
    config::{Config, LogFormat},
    demo, http, notifications, payments, worker,
};

#[derive(Debug, Args)]
pub(super) struct Serve {
    /// Seeds the demo chain into an empty database and lets a simulated till move its stock
    #[arg(long)]
    pub(super) demo: bool,
}

impl Serve {
    pub(super) async fn run(&self, config: Config) -> Result<ExitCode, Failure> {
        start_log(&config)?;
        let config = if self.demo { demo::named(config) } else { config };
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
        let site = Arc::new(self.site(&config, &shop)?);
        let door = Door { shop: shop.clone(), site };
        let listener = tokio::net::TcpListener::bind(config.addr)
            .await
            .map_err(|error| format!("cannot listen on {}: {error}", config.addr))?;

        let stop = CancellationToken::new();
        let workers = worker::start(&door, &config, &stop)?;
        if self.demo {
            tokio::spawn(demo::run_till(shop.clone(), stop.clone()));
        }
        if let Some(addr) = config.metrics_addr {
            let metrics = tokio::net::TcpListener::bind(addr).await?;
            tokio::spawn(http::metrics::serve(metrics, shop.clone(), stop.clone()));
        }
        announce(&config);
        tokio::spawn(stop_on_signal(stop.clone()));
        let router = http::router(door, &http_options(&config, self.demo));
        http::serve(listener, router, stop.clone()).await?;
        stop.cancel();
        workers.finish().await;
        shop.db().close().await;
        Ok(ExitCode::SUCCESS)
    }

    fn site(&self, config: &Config, shop: &Shop) -> Result<Site, Failure> {
        let assets = http::assets::site_assets(&config.site_dir);
        let basemap = match &config.basemap {
            Some(path) => Some(Basemap::parse(&std::fs::read(path)?)?),
            None if self.demo => Some(demo::basemap()?),
            None => None,
        };
        Ok(Site {
            public_url: config.public_url(),
            css: assets.css,
            loader: assets.loader,
            client_js: assets.client_js,
            client_wasm: assets.client_wasm,
            name: config.name(),
            secure: config.public_url().starts_with("https://"),
            basemap: basemap.map(Arc::new),
            home: self.demo.then(demo::home).transpose()?,
            demo: self.demo,
            push_key: notifications::public_key(shop),
            shows_messages: config.shows_messages(self.demo),
        })
    }
}

fn http_options(config: &Config, demo: bool) -> http::Options {
    http::Options {
        public_url: config.public_url(),
        data_dir: config.data_dir.clone(),
        site_dir: config.site_dir.clone(),
        shows_messages: config.shows_messages(demo),
        trusted_proxies: config
            .trusted_proxies
            .split(',')
            .filter_map(|address| address.trim().parse().ok())
            .collect(),
        ..http::Options::default()
    }
}

#[expect(clippy::print_stdout, reason = "the address is what whoever starts it waits for")]
fn announce(config: &Config) {
    println!("Onshelf serves {}", config.public_url());
}

fn start_log(config: &Config) -> Result<(), Failure> {
    let filter = tracing_subscriber::EnvFilter::try_new(&config.log)
        .map_err(|error| format!("log: {error}"))?
        .add_directive("sqlx=warn".parse()?)
        .add_directive("tantivy=warn".parse()?);
    let log =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    match config.log_format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().init(),
    }
    Ok(())
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
