//! Whether an answer is one that the description of the API has: its status, its type, its shape, and no member more.
//! It reads as much of JSON Schema as our description uses; formats and most patterns are left to those who wrote them.

use std::{collections::BTreeSet, sync::LazyLock};

use axum::http::{Method, header};
use onshelf_server::http::openapi;
use serde_json::{Value, json};

use super::{Answer, PUBLIC};

static CONTRACT: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(&openapi::document(PUBLIC)).expect("the description is JSON"));

/// "Kinds have members of their own beside these", it says.
const OPEN: &str = "Problem";
/// Where shapes of a name are.
const SHAPES: &str = "#/components/schemas/";

/// Ends the test where an answer is not as described. What the description has not (pages, files, addresses and
/// methods that are refused) is no matter of this.
pub fn check(method: &Method, path: &str, answer: &Answer) {
    let Some((route, call)) = described(method, path) else { return };
    if let Err(fault) = hold_against(call, answer) {
        panic!("{method} {route} answers {}: {fault}: {}", answer.status, answer.text());
    }
}

fn hold_against(call: &Value, answer: &Answer) -> Result<(), String> {
    let status = answer.status.as_u16().to_string();
    let response = call["responses"].get(&status).ok_or("the description has no such status")?;
    let content = response["content"].as_object().filter(|content| !content.is_empty());
    let Some(content) = content else {
        return if answer.body.is_empty() { Ok(()) } else { Err("the description has no body".to_owned()) };
    };
    let kind = answer.header(header::CONTENT_TYPE).split(';').next().unwrap_or_default().trim();
    let media = content.get(kind).ok_or("the description has no such type of content")?;
    // What is compressed is read elsewhere, and what is no JSON has no shape.
    if !kind.ends_with("json") || !answer.header(header::CONTENT_ENCODING).is_empty() {
        return Ok(());
    }
    let faults = faults(&media["schema"], &answer.json());
    if faults.is_empty() { Ok(()) } else { Err(faults.join("; ")) }
}

/// The call of the description that a path is an address of; literal pieces go before placeholders.
fn described(method: &Method, path: &str) -> Option<(&'static str, &'static Value)> {
    let paths = CONTRACT["paths"].as_object()?;
    let literal = |route: &&String| route.split('/').filter(|piece| !piece.starts_with('{')).count();
    let route = paths.keys().filter(|route| is_at(route, path)).max_by_key(literal)?;
    let call = paths.get(route)?.get(method.as_str().to_ascii_lowercase())?;
    Some((route.as_str(), call))
}

fn is_at(route: &str, path: &str) -> bool {
    let (pieces, given): (Vec<&str>, Vec<&str>) = (route.split('/').collect(), path.split('/').collect());
    let fits =
        |(piece, given): (&&str, &&str)| piece == given || (piece.starts_with('{') && !given.is_empty());
    pieces.len() == given.len() && pieces.iter().zip(&given).all(fits)
}

/// What is wrong with a value, each with its JSON pointer.
fn faults(schema: &Value, value: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    let is_short = value["type"].as_str().is_some_and(|kind| kind.ends_with("/problems/out-of-stock"));
    // A problem may be anything that a problem is; one of this kind has a shape of its own where that is described.
    if is_short && schema.get("anyOf").is_some() {
        look(&json!({ "$ref": format!("{SHAPES}OutOfStock") }), value, "", true, &mut faults);
    } else {
        look(schema, value, "", true, &mut faults);
    }
    faults
}

/// `closed`: members that are not described are a fault.
fn look(schema: &Value, value: &Value, at: &str, closed: bool, faults: &mut Vec<String>) {
    if let Some(name) = named(schema) {
        return look(shape(name), value, at, closed && name != OPEN, faults);
    }
    parts(schema, "allOf").iter().for_each(|part| look(part, value, at, false, faults));
    for key in ["oneOf", "anyOf"] {
        let ways = parts(schema, key);
        let fitting = ways.iter().filter(|way| is_fit(way, value)).count();
        if !ways.is_empty() && (fitting == 0 || (key == "oneOf" && fitting > 1)) {
            faults.push(format!("{at} fits {fitting} of {key}"));
            // What was nearly meant: the last, as the first is null in most.
            ways.last().into_iter().for_each(|way| look(way, value, at, true, faults));
        }
    }
    let kinds: Vec<&str> = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        kind => kind.as_str().into_iter().collect(),
    };
    if !kinds.is_empty() && !kinds.iter().any(|kind| is_of(kind, value)) {
        return faults.push(format!("{at} is no {}", kinds.join(" or ")));
    }
    if parts(schema, "enum").iter().all(|one| one != value) && schema.get("enum").is_some() {
        faults.push(format!("{at} is none of {}", schema["enum"]));
    }
    match value {
        Value::Object(_) => look_at_members(schema, value, at, closed, faults),
        Value::Array(items) => {
            for (place, item) in items.iter().enumerate() {
                look(&schema["items"], item, &format!("{at}/{place}"), true, faults);
            }
        }
        Value::String(text) => look_at_text(schema, text, at, faults),
        Value::Number(_) => {
            let (number, bound) = (value.as_f64(), |key: &str| schema[key].as_f64());
            if number < bound("minimum") || bound("maximum").is_some_and(|most| number > Some(most)) {
                faults.push(format!("{at} is out of its bounds"));
            }
        }
        Value::Null | Value::Bool(_) => {}
    }
}

fn look_at_members(schema: &Value, value: &Value, at: &str, closed: bool, faults: &mut Vec<String>) {
    let Some(members) = value.as_object() else { return };
    for name in parts(schema, "required").iter().filter_map(Value::as_str) {
        if !members.contains_key(name) {
            faults.push(format!("{at}/{name} is missing"));
        }
    }
    let known = known(schema).filter(|_| closed);
    for (name, member) in members {
        let at = format!("{at}/{name}");
        let more = schema.get("additionalProperties").filter(|more| !more.is_boolean());
        match schema["properties"].get(name).or(more) {
            Some(schema) => look(schema, member, &at, true, faults),
            None if schema["additionalProperties"] == true => {}
            None if known.as_ref().is_some_and(|known| !known.contains(name.as_str())) => {
                faults.push(format!("{at} is not described"));
            }
            None => {}
        }
    }
}

fn look_at_text(schema: &Value, text: &str, at: &str, faults: &mut Vec<String>) {
    let length = text.chars().count() as u64;
    let bound = |key: &str| schema[key].as_u64();
    if bound("minLength").is_some_and(|least| length < least)
        || bound("maxLength").is_some_and(|most| length > most)
    {
        faults.push(format!("{at} is too short or too long"));
    }
    // `^(one|other)$` is how the words of a state are described.
    let words = schema["pattern"].as_str().and_then(|text| text.strip_prefix("^(")?.strip_suffix(")$"));
    let is_plain = |words: &&str| words.chars().all(|c| c.is_ascii_alphabetic() || matches!(c, '_' | '|'));
    if words.filter(is_plain).is_some_and(|words| words.split('|').all(|word| word != text)) {
        faults.push(format!("{at} is none of its words: {text}"));
    }
}

/// The members a shape has with all it is made of; none where anything may stand in it.
fn known(schema: &Value) -> Option<BTreeSet<&str>> {
    if let Some(name) = named(schema) {
        return if name == OPEN { None } else { known(shape(name)) };
    }
    let own = schema["properties"].as_object();
    let all = parts(schema, "allOf");
    if own.is_none() && all.is_empty() {
        return None;
    }
    let mut names: BTreeSet<&str> = own.into_iter().flat_map(|own| own.keys().map(String::as_str)).collect();
    for part in all {
        names.extend(known(part)?);
    }
    Some(names)
}

fn is_fit(schema: &Value, value: &Value) -> bool {
    let mut faults = Vec::new();
    look(schema, value, "", true, &mut faults);
    faults.is_empty()
}

fn is_of(kind: &str, value: &Value) -> bool {
    match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "number" => value.is_number(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        other => panic!("a type of the description that this cannot read: {other}"),
    }
}

fn named(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str().map(|to| to.strip_prefix(SHAPES).expect("a shape of the description"))
}

fn shape(name: &str) -> &'static Value {
    CONTRACT["components"]["schemas"].get(name).unwrap_or_else(|| panic!("{name} is not described"))
}

fn parts<'s>(schema: &'s Value, key: &str) -> &'s [Value] {
    schema[key].as_array().map_or(&[], Vec::as_slice)
}

#[test]
fn what_is_not_described_is_found() {
    let money = json!({ "$ref": format!("{SHAPES}Money") });
    let list = json!({"type": "array", "items": money});
    let either = json!({"oneOf": [{"type": "null"}, money]});
    let good = json!({"amount": 1, "currency": "KRW"});
    for (schema, value, fault) in [
        (&money, good.clone(), ""),
        (&money, json!({"amount": 1, "currency": "KRW", "tax": 1}), "/tax is not described"),
        (&money, json!({"amount": 1}), "/currency is missing"),
        (&money, json!({"amount": "1", "currency": "KRW"}), "/amount is no integer"),
        (&list, json!([good, {"amount": 1.5, "currency": "KRW"}]), "/1/amount is no integer"),
        (&either, json!(null), ""),
        (&either, json!({"amount": 1}), " fits 0 of oneOf; /currency is missing"),
        (&json!({"type": "integer", "minimum": 1, "maximum": 9}), json!(0), " is out of its bounds"),
        (&json!({"type": "integer", "minimum": 1, "maximum": 9}), json!(9), ""),
        (&json!({"type": "string", "pattern": "^(low|out)$"}), json!("high"), " is none of its words: high"),
        (&json!({"type": ["string", "null"], "maxLength": 2}), json!("abc"), " is too short or too long"),
        (&json!({"type": "object"}), json!({"anything": 1}), ""),
        (
            &json!({"type": "object", "additionalProperties": {"type": "string"}}),
            json!({"mon": 1}),
            "/mon is no string",
        ),
    ] {
        assert_eq!(faults(schema, &value).join("; "), fault, "{value}");
    }
    let problem =
        json!({ "anyOf": [{"$ref": format!("{SHAPES}OutOfStock")}, {"$ref": format!("{SHAPES}Problem")}] });
    let told = |kind: &str| json!({"type": format!("{PUBLIC}/problems/{kind}"), "title": "x", "status": 409, "limit": 5});
    assert_eq!(faults(&problem, &told("too-many-reservations")), Vec::<String>::new());
    assert_eq!(faults(&problem, &told("out-of-stock")), ["/short is missing", "/elsewhere is missing"]);
}

#[test]
fn an_address_belongs_to_one_call() {
    let route = |method, path| described(&method, path).map(|(route, _)| route);
    assert_eq!(route(Method::GET, "/api/v1/products/cup"), Some("/api/v1/products/{slug}"));
    assert_eq!(
        route(Method::GET, "/api/v1/products/CUP/availability"),
        Some("/api/v1/products/{sku}/availability")
    );
    assert_eq!(route(Method::GET, "/api/v1/products/"), None);
    assert_eq!(route(Method::DELETE, "/api/v1/products/cup"), None);
    assert_eq!(route(Method::GET, "/p/cup"), None);
}
