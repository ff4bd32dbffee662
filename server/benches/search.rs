//! Search on 624,941 real product names, in process, against PostgreSQL's full text and pg_trgm: the index alone, and a
//! results page's facts as a shop of these products gathers them, anywhere and of what one store has. And how many of a
//! judged set of queries, with their typing errors, each finds, so that speed is not bought with quality.
//! `cargo xtask bench search [--quick]`

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a benchmark that cannot go on ends"
)]
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::print_stdout,
    reason = "it prints what it measured"
)]

mod common;

#[path = "../shop/src/catalog/search/judged.rs"]
#[allow(dead_code, clippy::unwrap_used, reason = "its tests run with the shop's")]
mod judged;

use std::time::Instant;

use common::{
    Called, catalogue,
    data::{self, Row as Product},
    machine,
    meant::{self, Meant},
    postgres::{Asker, Scratch},
    report::{self, Better, Row},
    shop, took,
    turns::{self, Side},
};
use judged::{Judgement, PRODUCTS};
use onshelf_shop::{
    Viewer,
    catalog::search::{Document, SearchIndex},
};
use onshelf_vocabulary::{Lang, catalog::ListingQuery};
use sqlx::{PgConnection, Postgres};

const LIMIT: u32 = 24;
/// Microseconds that half of all questions may take, whatever is typed.
const MOST: f64 = 500.0;
/// How many times as long PostgreSQL is to take to find as many.
const TIMES: f64 = 50.0;
/// Subject and floor take turns so often.
const ROUNDS: usize = 10;
const FULL_TEXT: &str = "SELECT id FROM products, websearch_to_tsquery('simple', $1) AS asked
    WHERE words @@ asked ORDER BY ts_rank(words, asked) DESC LIMIT 24";
/// The same of what one of ten stores has (`catalogue::STORES`). A remainder spares it every look at a shelf.
const FULL_TEXT_OF_A_STORE: &str = "SELECT id FROM products, websearch_to_tsquery('simple', $1) AS asked
    WHERE words @@ asked AND id % 10 = 0 ORDER BY ts_rank(words, asked) DESC LIMIT 24";
const TRIGRAMS: &str = "SELECT id FROM products WHERE $1 <% name ORDER BY $1 <<-> name LIMIT 24";

fn main() {
    let called = Called::now();
    machine::pin(machine::SERVER);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut rows = Vec::new();
    runtime.block_on(quality(&mut rows));
    if let Some(products) = data::products(called.pick(usize::MAX, 50_000)) {
        runtime.block_on(speed(called, &products, &mut rows));
    }
    report::publish(called, "search", &rows);
}

/// What PostgreSQL is asked: its name, and the SQL.
type Floor = (&'static str, &'static str);

const WORDS: Floor = ("PostgreSQL full text", FULL_TEXT);
const WORDS_OF_A_STORE: Floor = ("PostgreSQL full text, a tenth", FULL_TEXT_OF_A_STORE);
const LETTERS: Floor = ("PostgreSQL pg_trgm", TRIGRAMS);

/// Queries of one kind.
struct Kind {
    name: &'static str,
    queries: Vec<String>,
    floor: Floor,
}

/// Queries that ours and its floor are asked.
struct Asked<'k> {
    subject: String,
    queries: &'k [String],
    floor: Option<Floor>,
}

async fn speed(called: Called, products: &[Product], rows: &mut Vec<Row>) {
    let (index, mut memory) = build(products, rows);
    let scratch = Scratch::begin("search").await;
    let mut asker = match &scratch {
        Some(scratch) => fill(scratch, products).await,
        None => None,
    };
    if let Some(asker) = asker.as_mut() {
        let floor = asker.megabytes("products").await;
        memory = memory.beside("PostgreSQL, table and indexes", floor, Better::Less, None);
    }
    rows.push(memory);
    let kinds = kinds(products, called.pick(1_000, 100));
    for kind in &kinds {
        let subject = format!("search, {} ({} queries)", kind.name, kind.queries.len());
        let asked = Asked { subject, queries: &kind.queries, floor: Some(kind.floor) };
        let own = |query: &str| drop(index.search(query, LIMIT as usize));
        let columns = compared(called, &asked, own, asker.as_mut()).await;
        let near = multiple(&columns[2]);
        rows.extend(columns);
        rows.extend(near);
    }
    among_all(&index, asker.as_mut().map(|asker| &mut asker.connection), products, rows).await;
    drop(index);
    results_pages(called, products, &kinds, asker.as_mut(), rows).await;
    drop(asker);
    if let Some(scratch) = scratch {
        scratch.end().await;
    }
}

/// Ours, on the core of what is measured, and PostgreSQL, on the same with its asker on the other, take turns: a slice of
/// the queries each. Answers the columns of the table, p50 with what it may be.
async fn compared(
    called: Called,
    asked: &Asked<'_>,
    own: impl Fn(&str),
    mut asker: Option<&mut Asker>,
) -> [Row; 4] {
    let (mut ours, mut floor) = (Side::default(), Side::default());
    for round in 0..ROUNDS {
        let slice = asked.queries.iter().skip(round).step_by(ROUNDS);
        ours.ask_here(|| slice.clone().map(|query| took(|| own(query))).collect());
        if let (Some((_, sql)), Some(asker)) = (asked.floor, asker.as_deref_mut()) {
            let few = slice.step_by(called.pick(10, 5));
            let questions = few.map(|query| sqlx::query_scalar::<Postgres, i64>(sql).bind(query));
            asker.ask(questions, &mut floor).await;
        }
    }
    let name = asked.floor.map_or("", |(name, _)| name);
    let [rate, cpu, half, most] = turns::columns(&asked.subject, &ours, &floor, name);
    [rate, cpu, half.at_most(MOST), most]
}

/// The same p50 with what it is to be beside its floor, where that had a turn.
fn multiple(half: &Row) -> Option<Row> {
    half.ratio?;
    let subject = format!("{}, as a multiple", half.subject);
    Some(Row { subject, cell: None, ..half.clone() }.ratio_at_least(TIMES))
}

/// What a shop of these products gathers for a results page: all that is found, sorted into facets, and the first of it
/// with prices and shelves; anywhere, and of what one store has. PostgreSQL finds the first and nothing else, which is a
/// strict floor for whole words. Other queries have none here: what its trigrams take to find as many stands beside the
/// index already.
async fn results_pages(
    called: Called,
    products: &[Product],
    kinds: &[Kind],
    mut asker: Option<&mut Asker>,
    rows: &mut Vec<Row>,
) {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let (count, store, start) = (products.len(), shop::store(0), Instant::now());
    let shop = catalogue::open(&shop::sqlite(folder.path()), products).await;
    let seconds = start.elapsed().as_secs_f64();
    rows.push(Row::new(format!("a shop of {count} products, filled and opened"), "s", seconds));
    let (book, viewer) = (shop.book(), Viewer::new(Lang::En));
    let listed = |text: &str, at: Option<&str>| shop.listing(&viewer, &book, &page_of(text, at));
    // What the store has is what the floor takes for that.
    assert_eq!(listed("", Some(store.as_str())).total as usize, count.div_ceil(catalogue::STORES));
    let everywhere =
        kinds.iter().map(|kind| (kind, None::<&str>, Some(kind.floor).filter(|floor| *floor == WORDS)));
    let at_the_store = kinds.first().map(|kind| (kind, Some(store.as_str()), Some(WORDS_OF_A_STORE)));
    for (kind, at, floor) in everywhere.chain(at_the_store) {
        let only = at.map_or("", |_| " in stock at a store");
        let subject =
            format!("page of {count} products, {}{only} ({} queries)", kind.name, kind.queries.len());
        let asked = Asked { subject, queries: &kind.queries, floor };
        let own = |query: &str| drop(listed(query, at));
        rows.extend(compared(called, &asked, own, asker.as_deref_mut()).await);
    }
}

/// The first page of what is typed, of what a store has where one is named.
fn page_of(text: &str, store: Option<&str>) -> ListingQuery {
    ListingQuery {
        text: text.to_owned(),
        in_stock_at: store.map(str::to_owned),
        page: 1,
        per_page: LIMIT,
        ..ListingQuery::default()
    }
}

/// What is found of what people meant among all the products of the file: the share of right ones among the first ten,
/// or among as many as there are.
async fn among_all(
    index: &SearchIndex,
    mut connection: Option<&mut PgConnection>,
    products: &[Product],
    rows: &mut Vec<Row>,
) {
    let told: Vec<String> =
        products.iter().map(|product| format!("{} {}", product.name, product.brand).to_lowercase()).collect();
    let kinds: [(&str, &[Meant]); 3] =
        [("as written", &meant::WRITTEN), ("half typed", &meant::TYPED), ("with slips", &meant::SLIPS)];
    for (kind, asked) in kinds {
        let (mut own, mut floor) = (Vec::new(), Vec::new());
        for (typed, wanted) in asked {
            let is_right = |name: &String| wanted.split(' ').all(|word| name.contains(word));
            let right = told.iter().filter(|name| is_right(name)).count();
            if right == 0 {
                continue;
            }
            let share = |hits: &[usize]| {
                let found = hits.iter().take(10).filter(|hit| told.get(**hit).is_some_and(is_right)).count();
                found as f64 / right.min(10) as f64
            };
            let hits: Vec<usize> =
                index.search(typed, 10).ordinals.iter().map(|hit| hit.0 as usize).collect();
            own.push(share(&hits));
            if let Some(connection) = connection.as_deref_mut() {
                floor.push(share(&both(connection, typed).await));
            }
        }
        let mean = |shares: &[f64]| shares.iter().sum::<f64>() / shares.len() as f64;
        let subject = format!("{} products, {} queries {kind}: right among 10", told.len(), own.len());
        let mut row = Row::new(subject, "share", mean(&own));
        if !floor.is_empty() {
            row = row.beside("full text, else trigrams", mean(&floor), Better::More, None);
            row = row.ratio_at_least(1.0);
        }
        rows.push(row);
    }
}

/// The index, and what it takes.
fn build(products: &[Product], rows: &mut Vec<Row>) -> (SearchIndex, Row) {
    let start = Instant::now();
    let texts: Vec<([&str; 1], [&str; 1], [&str; 1])> = products
        .iter()
        .map(|product| ([product.name.as_str()], [product.brand.as_str()], [product.gtin.as_str()]))
        .collect();
    let documents = texts.iter().zip(0_u32..).map(|((names, brands, gtins), ordinal)| Document {
        ordinal,
        names,
        brands,
        gtins,
        ..Document::default()
    });
    let index = SearchIndex::build(None, documents).unwrap();
    let count = products.len();
    rows.push(Row::new(format!("index of {count} products, built"), "s", start.elapsed().as_secs_f64()));
    let memory = index.heap_bytes() as f64 + index.file_bytes() as f64;
    (index, Row::new(format!("index of {count} products, memory"), "MB", memory / 1e6))
}

/// What people type, made from the names in the file, the same in every run.
fn kinds(products: &[Product], most: usize) -> Vec<Kind> {
    let sample = |step: usize, make: &dyn Fn(&[&str]) -> Option<String>| -> Vec<String> {
        let step = step.min(products.len() / most.max(1)).max(1);
        let picked = products.iter().step_by(step).filter_map(|product| {
            let words: Vec<&str> = product
                .name
                .split(|c: char| !c.is_alphanumeric())
                .filter(|word| word.len() > 3 && !word.contains(|c: char| c.is_ascii_digit()))
                .collect();
            make(&words)
        });
        picked.take(most).collect()
    };
    let kind = |name, queries, floor| Kind { name, queries, floor };
    vec![
        kind("one word", sample(611, &|words| words.first().map(ToString::to_string)), WORDS),
        kind("two words", sample(607, &|words| Some(words.get(..2)?.join(" "))), WORDS),
        kind("three words", sample(601, &|words| Some(words.get(..3)?.join(" "))), WORDS),
        kind(
            "second word begun",
            sample(599, &|words| Some(format!("{} {}", words.first()?, words.get(1)?.get(..3)?))),
            LETTERS,
        ),
        kind(
            "letters swapped",
            sample(593, &|words| Some(format!("{} {}", words.first()?, swapped(words.get(1)?)))),
            LETTERS,
        ),
        kind(
            "a word nobody knows",
            sample(587, &|words| Some(format!("{} {} unheardof", words.first()?, words.get(1)?))),
            LETTERS,
        ),
    ]
}

fn swapped(word: &str) -> String {
    let mut chars: Vec<char> = word.chars().collect();
    let at = chars.len() / 2;
    chars.swap(at - 1, at);
    chars.into_iter().collect()
}

/// The same products in PostgreSQL with both kinds of index; none where it lacks the trigrams.
async fn fill(scratch: &Scratch, products: &[Product]) -> Option<Asker> {
    if !scratch.extend("pg_trgm").await {
        return None;
    }
    let mut connection = scratch.connect().await;
    let names: Vec<(String, String)> =
        products.iter().map(|product| (product.name.clone(), product.brand.clone())).collect();
    insert(&mut connection, &names).await;
    Some(Asker::new(connection).await)
}

async fn insert(connection: &mut PgConnection, products: &[(String, String)]) {
    let run = async |connection: &mut PgConnection, sql: &'static str| {
        sqlx::raw_sql(sql).execute(connection).await.unwrap();
    };
    run(
        connection,
        "CREATE TABLE products (id BIGINT PRIMARY KEY, name TEXT NOT NULL, words TSVECTOR
         GENERATED ALWAYS AS (to_tsvector('simple', name)) STORED)",
    )
    .await;
    for (start, chunk) in (0_i64..).step_by(10_000).zip(products.chunks(10_000)) {
        let ids: Vec<i64> = (start..).take(chunk.len()).collect();
        let names: Vec<String> = chunk.iter().map(|(name, brand)| format!("{name} {brand}")).collect();
        sqlx::query("INSERT INTO products (id, name) SELECT * FROM UNNEST($1::BIGINT[], $2::TEXT[])")
            .bind(ids)
            .bind(names)
            .execute(&mut *connection)
            .await
            .unwrap();
    }
    run(connection, "CREATE INDEX ON products USING gin (words)").await;
    // The distance operator of the trigrams' order is one that only GiST answers from its index.
    run(connection, "CREATE INDEX ON products USING gist (name gist_trgm_ops(siglen = 64))").await;
    run(connection, "ANALYZE products; SET jit = off").await;
}

/// How much of what people meant is found: ours, full text, and trigrams where full text finds nothing.
async fn quality(rows: &mut Vec<Row>) {
    let index = judged::index();
    let scratch = Scratch::begin("judged").await;
    let mut connection = None;
    if let Some(scratch) = &scratch
        && scratch.extend("pg_trgm").await
    {
        let mut fresh = scratch.connect().await;
        let texts: Vec<(String, String)> = PRODUCTS
            .iter()
            .map(|(ko, en, category, others)| (format!("{ko} {en}"), format!("{category} {others}")))
            .collect();
        insert(&mut fresh, &texts).await;
        connection = Some(fresh);
    }
    let kinds: [(&str, &[Judgement]); 3] =
        [("as written", &judged::EXACT), ("half typed", &judged::TYPED), ("with slips", &judged::SLIPS)];
    for (kind, judgements) in kinds {
        let hits = |query: &str| index.search(query, 10).ordinals.iter().map(|hit| hit.0 as usize).collect();
        let found: Vec<(&[&str], Vec<usize>)> =
            judgements.iter().map(|(query, wanted)| (*wanted, hits(query))).collect();
        let mut row =
            Row::new(format!("judged queries {kind}: found in the first 10"), "share", shares(&found));
        if let Some(connection) = connection.as_mut() {
            let mut found = Vec::new();
            for (query, wanted) in judgements {
                found.push((*wanted, both(connection, query).await));
            }
            let floor = shares(&found);
            row = row.beside("full text, else trigrams", floor, Better::More, None).ratio_at_least(1.0);
        }
        rows.push(row);
    }
    drop(connection);
    if let Some(scratch) = scratch {
        scratch.end().await;
    }
}

async fn both(connection: &mut PgConnection, query: &str) -> Vec<usize> {
    for sql in [FULL_TEXT, TRIGRAMS] {
        let ids: Vec<i64> = sqlx::query_scalar(sql).bind(query).fetch_all(&mut *connection).await.unwrap();
        if !ids.is_empty() {
            return ids.into_iter().take(10).map(|id| id as usize).collect();
        }
    }
    Vec::new()
}

/// The mean share of the right ones among those found, over the queries that have any.
fn shares(found: &[(&[&str], Vec<usize>)]) -> f64 {
    let judged: Vec<f64> = found
        .iter()
        .filter(|(wanted, _)| !wanted.is_empty())
        .map(|(wanted, hits)| {
            let right = |hit: &&usize| wanted.iter().any(|start| PRODUCTS[**hit].0.starts_with(start));
            hits.iter().filter(right).count() as f64 / wanted.len() as f64
        })
        .collect();
    judged.iter().sum::<f64>() / judged.len() as f64
}
