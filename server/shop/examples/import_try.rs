//! temporary
#![allow(clippy::all, clippy::print_stdout, clippy::unwrap_used, clippy::disallowed_methods)]
use onshelf_shop::import::*;
#[tokio::main]
async fn main() {
    let a: Vec<String> = std::env::args().collect();
    // url kind file [k=v...]
    let db = onshelf_db::Db::open(&a[1]).await.unwrap();
    let mut o = Options {
        now_ms: std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis()
            as i64,
        media_store: Some("/tmp/imp/media".into()),
        ..Default::default()
    };
    for kv in &a[4..] {
        let (k, v) = kv.split_once('=').unwrap();
        match k {
            "map" => o.mapping = Mapping::built_in(v).unwrap(),
            "mapfile" => o.mapping = Mapping::read(v.as_ref()).unwrap(),
            "format" => o.format = Some(v.parse().unwrap()),
            "enc" => o.encoding = Some(v.parse().unwrap()),
            "dry" => o.dry_run = true,
            "media" => o.media = Some(v.into()),
            "rejects" => o.rejects = Some(v.into()),
            "limit" => o.limit = Some(v.parse().unwrap()),
            "cur" => o.currency = onshelf_vocabulary::Currency::from_code(v),
            "country" => o.country = Some(v.into()),
            "price" => o.price_default = Some(v.into()),
            _ => panic!("{k}"),
        }
    }
    let t = std::time::Instant::now();
    let src = if a[3] == "-" {
        Source::Stream { name: "-".into(), reader: Box::new(std::io::stdin()) }
    } else {
        Source::File(a[3].clone().into())
    };
    match run(&db, a[2].parse().unwrap(), src, o, &mut |_| {}).await {
        Err(e) => {
            println!("ERROR {e}");
        }
        Ok(r) => {
            for w in r.warned.iter().take(6) {
                println!("  w {w:?}");
            }
            for w in r.rejections.iter().take(6) {
                println!("  r {w:?}");
            }
            println!("  warned {:?}", r.warned_by);
            println!("  rejected {:?}", r.rejected_by);
            println!(
                "{} {} rows {} accepted {} rejected {} skipped {} warnings {} written {:?} stopped {:?} {:.2}s",
                a[3],
                r.format,
                r.rows,
                r.accepted,
                r.rejected,
                r.skipped,
                r.warnings,
                r.written,
                r.stopped,
                t.elapsed().as_secs_f64()
            );
        }
    }
    let rss = std::fs::read_to_string("/proc/self/status")
        .unwrap()
        .lines()
        .find(|l| l.starts_with("VmHWM"))
        .unwrap()
        .to_owned();
    println!("  {rss} total {:.2}s", t.elapsed().as_secs_f64());
}
