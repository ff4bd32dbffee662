//! Names that would like to be code. An import takes markup out; a row that came another way is only shown.

use onshelf_db::{
    Error,
    catalog::{self, CategoryRow, ProductRow},
    meta,
};
use onshelf_shop::testing::{TestShop, on_each_engine};
use serde_json::{Value, json};

use crate::call::{Call, site};

const NAME: &str = "Kettle </script><script>alert(7)</script><!-- \"' onmouseover=\"alert(7)\" \u{2028}<img src=x onerror=alert(7)>";

/// The kettle, its category, its brand and what it is chosen by, all called so.
async fn rename(test: &TestShop) {
    let (now, both) = (test.shop.now_ms(), json!({"ko": NAME, "en": NAME}));
    let value =
        |code: &str| json!({"code": code, "ko": format!("{NAME}{code}"), "en": format!("{NAME}{code}")});
    let kettle = ProductRow {
        code: "kettle".to_owned(),
        slug: "kettle".to_owned(),
        name_ko: NAME.to_owned(),
        name_en: NAME.to_owned(),
        brand_ko: NAME.to_owned(),
        brand_en: NAME.to_owned(),
        category: Some("kitchen".to_owned()),
        description_ko: NAME.to_owned(),
        description_en: NAME.to_owned(),
        attributes: json!([{"name": both, "value": both}]).to_string(),
        options: json!([{"name": both, "values": [value("moss"), value("milk")]}]).to_string(),
        images: "[]".to_owned(),
        tags: "[]".to_owned(),
        related: "[\"cup\"]".to_owned(),
        status: "active".to_owned(),
        ..ProductRow::default()
    };
    let kitchen = CategoryRow {
        slug: "kitchen".to_owned(),
        name_ko: NAME.to_owned(),
        name_en: NAME.to_owned(),
        ..CategoryRow::default()
    };
    let written = test.shop.db().write(move |mut tx| {
        let (kettle, kitchen) = (kettle.clone(), kitchen.clone());
        Box::pin(async move {
            catalog::upsert_categories(&mut tx, &[kitchen]).await?;
            catalog::upsert_products(&mut tx, &[kettle]).await?;
            meta::touch_catalogue(&mut tx, now).await?;
            Ok::<_, Error>(())
        })
    });
    written.await.unwrap();
    assert!(test.shop.refresh_book().await.unwrap());
}

#[track_caller]
fn is_inert(path: &str, page: &str) {
    for code in ["<script>alert", "<img src=x", "<!-- \""] {
        assert!(!page.contains(code), "{path} has {code}");
    }
    for tag in tags(page) {
        assert!(!tag.contains("onmouseover"), "{path} has <{tag}>");
    }
}

/// What stands in tags outside of quotes: their names, and those of their attributes.
fn tags(page: &str) -> Vec<String> {
    let begun = |part: &&str| part.starts_with(|letter: char| letter.is_ascii_alphabetic());
    page.split('<').skip(1).filter(begun).map(unquoted).collect()
}

fn unquoted(tag: &str) -> String {
    let mut quote = None;
    let mut names = String::new();
    for letter in tag.chars() {
        match (quote, letter) {
            (Some(open), letter) if open == letter => quote = None,
            (Some(_), _) => {}
            (None, '>') => break,
            (None, '"' | '\'') => quote = Some(letter),
            (None, letter) => names.push(letter),
        }
    }
    names
}

#[test]
fn an_attribute_that_broke_out_is_seen() {
    assert_eq!(tags(r#"<a title="x" onmouseover="y">z</a>"#), ["a title= onmouseover="]);
    assert_eq!(tags(r#"<a title="x &quot; onmouseover=y">" onmouseover="<b>"#), ["a title=", "b"]);
}

/// What a page tells machines, read as a browser finds where it ends.
#[track_caller]
fn structured(page: &str) -> (&str, Value) {
    let begun = page.split(r#"<script type="application/ld+json">"#).nth(1).expect("structured data");
    let text = begun.split("</script>").next().unwrap();
    (text, serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}")))
}

#[tokio::test]
async fn a_name_that_would_like_to_be_code_is_shown() {
    on_each_engine(async |test| {
        test.with_stock("seongsu", "KETTLE-MO", 3).await;
        rename(test).await;
        let site = site(test);
        for language in ["", "/en"] {
            for page in [
                "/",
                "/products",
                "/search?q=kettle",
                "/search?q=%3C%2Fscript%3E%3Cscript%3Ealert(7)%22%20onmouseover%3D%22alert",
                "/category/kitchen",
                "/p/kettle",
                "/p/kettle?sku=KETTLE-MI",
                "/p/cup",
                "/stores/seongsu",
                "/basket",
                "/suggest?q=kettle",
            ] {
                let path = if page == "/" && !language.is_empty() {
                    language.to_owned()
                } else {
                    format!("{language}{page}")
                };
                let answer =
                    Call::get(&path).with("cookie", "basket=KETTLE-MO:1; store=seongsu").on(&site).await;
                assert_eq!(answer.status, 200, "{path}");
                is_inert(&path, &answer.text());
            }

            let page = Call::get(&format!("{language}/p/kettle")).on(&site).await.text();
            assert!(page.contains("&lt;/script&gt;"), "the name is shown as it is");
            let (text, told) = structured(&page);
            assert_eq!((&told[0]["name"], &told[0]["brand"]["name"]), (&json!(NAME), &json!(NAME)));
            assert!(!text.contains(['<', '\u{2028}']), "{text}");
            let page = Call::get(&format!("{language}/category/kitchen")).on(&site).await.text();
            let (text, told) = structured(&page);
            assert!(told.to_string().contains("</script><script>alert(7)"), "{told}");
            assert!(!text.contains(['<', '\u{2028}']), "{text}");
        }
        let told = Call::get("/api/v1/products/kettle").on(&site).await.ok(200);
        assert_eq!(told["name"], NAME);
    })
    .await;
}
