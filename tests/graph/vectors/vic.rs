//! URLs, filters and the tree of vSphere Integrated Containers.

use layerglass::graph::{FilterRule, LayerUrl, PathFilter, StoreUrl, Tree};
use layerglass::limits::Limits;
use serde_json::Value;

use super::exclusions;
use crate::report::Report;
use crate::seeds::{list, text};

pub fn check(vectors: &Value, report: &mut Report) {
    report.each(list(vectors, "build"), |case, report| build(case, report));
    report.each(list(vectors, "parse"), |case, report| parse(case, report));
    report.each(list(vectors, "filter_create"), |case, report| create(case, report));
    report.each(list(vectors, "filter_decode"), |case, report| {
        let found = PathFilter::decode(text(case, "base64"), &Limits::default());
        let found = found.map(|filter| String::from_utf8(filter.to_json()).expect("a text"));
        report.equal(case, case["json"].as_str().map(str::to_owned), found.ok());
    });
    report.each(list(vectors, "filter_encode"), |case, report| {
        let filter =
            PathFilter::from_json(text(case, "json").as_bytes(), &Limits::default()).expect("a filter");
        if text(case, "json").contains("null") {
            assert!(filter.is_empty());
            return report.exclude(exclusions::FILTER_NULL);
        }
        report.equal(case, text(case, "base64"), &filter.encode());
    });
    report.each(list(vectors, "filter_excludes"), |case, report| {
        let rules =
            |key, rule| list(case, key).iter().map(move |path| (path.as_str().expect("a path"), rule));
        let filter = PathFilter::new(
            rules("inclusions", FilterRule::Include).chain(rules("exclusions", FilterRule::Exclude)),
        )
        .expect("a filter");
        report.equal(case, case["excluded"].as_bool(), Some(filter.excludes(text(case, "path").as_bytes())));
    });
    index(list(vectors, "index_script"), report);
}

fn build(case: &Value, report: &mut Report) {
    let built = StoreUrl::new(Some("host"), text(case, "store")).and_then(|store| {
        let layer = store.layer(text(case, "id"))?;
        Ok((store.to_string(), layer.to_string()))
    });
    if case["error"].is_null() && built.is_err() {
        assert!(text(case, "store").is_empty() || text(case, "id").contains('/'), "{case}");
        return report.exclude(exclusions::URL_BUILD);
    }
    let expected =
        case["error"].is_null().then(|| (text(case, "store_url").to_owned(), text(case, "url").to_owned()));
    report.equal(case, expected, built.ok());
}

fn parse(case: &Value, report: &mut Report) {
    let url = text(case, "url");
    let found = url.parse::<LayerUrl>();
    if case.get("panic").is_some() {
        assert!(
            found.is_err()
                && url.parse::<StoreUrl>().is_ok_and(|store| store.name() == text(case, "store_name"))
        );
        return report.exclude(exclusions::URL_PANIC);
    }
    if case["error"].is_null() && found.is_err() {
        let is_loose = url.contains("extra") || url.contains("..") || url.contains("volumes");
        assert!(is_loose, "{case}");
        return report.exclude(exclusions::URL_LOOSE);
    }
    let shown = found.as_ref().map(|found| (found.id().to_owned(), found.store().name().to_owned()));
    let expected =
        case["error"].is_null().then(|| (text(case, "id").to_owned(), text(case, "store_name").to_owned()));
    report.equal(case, expected, shown.ok());
    match found {
        Ok(found) if found.to_string() != text(case, "self") => {
            assert!(url.ends_with('/') || url.contains("//images"), "{case}");
            report.exclude(exclusions::URL_FORM);
        }
        Ok(found) => {
            // A URL without a host is one of a store without a host.
            let expected = text(case, "store").trim_start_matches("http://host");
            let store = found.store().to_string();
            report.equal(format!("{case} store"), expected, store.trim_start_matches("http://host"));
        }
        Err(_) => {}
    }
}

fn create(case: &Value, report: &mut Report) {
    let rules: Vec<(String, i64)> = case["input"].as_object().map_or_else(Vec::new, |rules| {
        rules.iter().map(|(path, kind)| (path.clone(), kind.as_i64().expect("a number"))).collect()
    });
    let rules = rules.into_iter().map(|(path, kind)| Ok((path, FilterRule::from_number(kind)?)));
    let found = rules.collect::<Result<Vec<_>, _>>().and_then(PathFilter::new);
    let found = found.map(|filter| String::from_utf8(filter.to_json()).expect("a text"));
    report.equal(case, case["json"].as_str().map(str::to_owned), found.ok());
}

fn index(script: &[Value], report: &mut Report) {
    let mut tree = Tree::default();
    for step in script {
        let id = step["self"].as_str().or(step["id"].as_str()).unwrap_or("root");
        let is_ok = match text(step, "op") {
            // What points to itself is the root, as long as there is none.
            "insert" if step["parent"] == id && tree.ids().next().is_none() => tree.insert(id, None).is_ok(),
            "insert" => tree.insert(id, step["parent"].as_str()).is_ok(),
            "has_children" => {
                let found = tree.children(id).map(|mut children| children.next().is_some());
                report.equal(
                    format!("{step} result"),
                    step["result"].as_bool(),
                    Some(*found.as_ref().unwrap_or(&false)),
                );
                found.is_ok()
            }
            "delete" => tree.remove(id).is_ok(),
            "delete root" => {
                assert!(tree.remove("root").is_ok() && tree.ids().next().is_none());
                report.exclude(exclusions::ROOT_PANIC);
                continue;
            }
            other => panic!("an operation that is not known: {other}"),
        };
        report.equal(step, step["error"].is_null(), is_ok);
    }
}
