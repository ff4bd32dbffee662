//! What the rules cost that a page asks for many times. Each line has its floor beside it:
//! `cargo bench -p onshelf-domain`.
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::cast_precision_loss)]

use std::{hint::black_box, time::Instant};

use jiff::Timestamp;
use onshelf_domain::{
    fulfilment::{PickupRules, ready_by},
    places::Nearest,
    stores::Schedule,
    words::hours_now,
};
use onshelf_vocabulary::{Lang, Point};

/// The best of many short rounds, in nanoseconds a call: what else the machine does can only add.
fn measure(calls: u32, mut call: impl FnMut(u32)) -> f64 {
    let round = |_| {
        let start = Instant::now();
        (0..calls).for_each(&mut call);
        start.elapsed().as_nanos() as f64 / f64::from(calls)
    };
    (0..500).map(round).fold(f64::INFINITY, f64::min)
}

/// Weyl sequences: spread evenly, the same in every run.
fn place(index: u32, size: f64) -> Point {
    let (x, y) = (f64::from(index) * 0.754_877_666, f64::from(index) * 0.569_840_290);
    Point::new(37.5 + size * (x.fract() - 0.5), 127.0 + size * (y.fract() - 0.5)).unwrap()
}

fn nearest() {
    const STORES: u32 = 100_000;
    for (name, size) in [("one country", 6.0), ("one city", 0.5)] {
        let stores: Vec<(u32, Point)> = (0..STORES).map(|id| (id, place(id, size))).collect();
        let tree = Nearest::build(stores.clone());
        // A bitmap of stock that every fourth store has.
        let stock: Vec<bool> = (0..STORES).map(|id| id.wrapping_mul(2_654_435_761) >> 16 & 3 == 0).collect();
        let walked = measure(150, |call| {
            let from = place(call * 7 + 3, size);
            let found = tree.walk(from).filter(|(id, _)| stock[*id as usize]).take(10).last();
            black_box(found);
        });
        let scanned = measure(1, |call| {
            let from = place(call * 7 + 3, size);
            let near = stores.iter().filter(|(id, _)| stock[*id as usize]).map(|(_, at)| at.distance_m(from));
            black_box(near.min_by(f64::total_cmp));
        });
        println!(
            "nearest 10 with stock of 100,000, {name}: {walked:.0} ns; looking at each: {scanned:.0} ns"
        );
    }
}

fn hours() {
    let days =
        ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].map(|day| format!(r#""{day}":["10:30-21:00"]"#));
    let week = format!("{{{}}}", days.join(","));
    let at = |call: u32| Timestamp::from_second(1_795_000_000 + i64::from(call) * 617).unwrap();
    for zone in ["Asia/Seoul", "America/New_York"] {
        let schedule = Schedule::from_parts(zone, &week, "").unwrap();
        let floor = measure(150, |call| {
            black_box(schedule.time_zone().to_datetime(at(call)));
        });
        let open = measure(150, |call| {
            black_box(schedule.is_open(at(call)));
        });
        let said = measure(150, |call| drop(black_box(hours_now(Lang::Ko, &schedule, at(call)))));
        let ready = measure(150, |call| {
            black_box(ready_by(&schedule, &PickupRules::default(), at(call), 0));
        });
        println!(
            "{zone}: open {open:.0} ns, in words {said:.0} ns, ready by {ready:.0} ns; one local time: {floor:.0} ns"
        );
    }
}

fn main() {
    nearest();
    hours();
}
