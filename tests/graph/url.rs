//! URLs of stores and layers.

use layerglass::error::Reason;
use layerglass::graph::{LayerUrl, StoreUrl};
use proptest::prelude::*;

#[test]
fn what_is_no_url_says_why() {
    for (url, code) in [
        ("", "url-relative"),
        ("storage/images/a/b", "url-relative"),
        ("https://host/storage/images/a/b", "url-scheme"),
        ("http:///storage/images/a/b", "url-host"),
        ("http://us er/storage/images/a/b", "url-host"),
        ("/storage/volumes/a/b", "url-place"),
        ("/storage", "url-place"),
        ("/storage/images", "url-missing"),
        ("/storage/images/a", "url-missing"),
        ("/storage/images/a/b/c", "url-further"),
        ("/storage/images/../images/a/b", "url-further"),
        ("/storage/images/a/..", "url-part"),
        ("/storage/images/a/%2e%2E", "url-part"),
        ("/storage/images/a/b%2fc", "url-part"),
        ("/storage/images/a/b%00", "url-part"),
        ("/storage/images/a/%zz", "url-encoding"),
        ("/storage/images/a/%f", "url-encoding"),
        ("/storage/images/a/%ff", "url-encoding"),
        ("/storage/images/a/b?c", "url-query"),
        ("/storage/images/a/b#c", "url-query"),
    ] {
        let error = url.parse::<LayerUrl>().expect_err(url);
        assert_eq!(error.code(), code, "{url}: {error}");
    }
    let long = format!("/storage/images/a/{}", "x".repeat(5000));
    assert_eq!(long.parse::<LayerUrl>().expect_err("is too long").code(), "url-length");
}

proptest! {
    #[test]
    fn a_url_that_is_made_is_read_again(host in proptest::option::of("[a-z0-9.:-]{1,20}"), store in "\\PC{1,20}", id in "\\PC{1,20}") {
        let Ok(store) = StoreUrl::new(host.as_deref(), &store) else { return Ok(()) };
        prop_assert_eq!(store.to_string().parse::<StoreUrl>(), Ok(store.clone()));
        let Ok(layer) = store.layer(&id) else { return Ok(()) };
        prop_assert_eq!(layer.id(), &id);
        prop_assert_eq!(layer.to_string().parse::<LayerUrl>(), Ok(layer));
    }

    #[test]
    fn what_is_read_is_made_again(url in "(http://h)?/storage/images/[a-z%0-9./ -]{0,30}") {
        if let Ok(read) = url.parse::<LayerUrl>() {
            prop_assert_eq!(read.to_string().parse::<LayerUrl>(), Ok(read));
        }
    }

    #[test]
    fn any_text_is_read_or_refused(url in ".{0,200}") {
        let _ = url.parse::<LayerUrl>();
        let _ = url.parse::<StoreUrl>();
    }
}
