//! Vectors made by running the systems that graphs and named stores come from.

mod docker_graph;
mod exclusions;
mod migration;
mod tag_store;
mod vic;
mod vic_scenarios;

use crate::seeds::{self, Check};

const FILES: &[(&str, Check)] = &[
    ("seeds/docker-graph.json", docker_graph::check),
    ("seeds/docker-graph-migration.json", migration::check),
    ("seeds/vic.json", vic::check),
    ("seeds/vic-lookupcache.json", vic_scenarios::check),
];

#[test]
fn vectors() {
    seeds::check(FILES);
}
