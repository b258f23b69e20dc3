//! Vectors made by running the systems that this project grew from.

mod exclusions;
mod image_store;
mod moby;
mod moby_tests;
mod singularity;
mod tag_store;

use crate::seeds::{self, Check};

const FILES: &[(&str, Check)] = &[
    ("seeds/moby-imagestore.json", image_store::check),
    ("seeds/moby-digestset.json", image_store::check_search),
    ("seeds/moby-tests.json", moby_tests::check),
    ("seeds/moby-refstore.json", moby::check),
    ("seeds/docker-graph.json", tag_store::check),
    ("seeds/singularity-cri.json", singularity::check),
    ("seeds/singularity-cri-tests.json", singularity::check_tests),
];

#[test]
fn vectors() {
    seeds::check(FILES);
}
