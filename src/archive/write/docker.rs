//! The layout of Docker 1.10 to 24 (`docker save`, Docker image specification 1.2).

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use super::documents::{self, Item};
use super::layout::Layout;
use super::member::{Content, Member};
use super::names::docker_names;
use super::plan::{Fate, Planned, created};
use super::report::WrittenImage;
use crate::image::{CanonicalRules, DiffId, ImageConfig, v1};

/// Modes of members, with the type's bits as Docker 1.10 to 24 had them.
const FILE: u32 = 0o100_644;
const FOLDER: u32 = 0o40_755;
const LINK: u32 = 0o120_777;

/// The members in the order of their paths.
pub(super) fn members(layout: &mut Layout) -> VecDeque<Member> {
    let mut members = BTreeMap::new();
    let mut items: Vec<Item> = Vec::new();
    // The folder that holds the tar of a diff id; others link to it.
    let mut tars: HashMap<String, String> = HashMap::new();
    let mut tops = HashMap::new();
    let names = docker_names(layout);
    let ids: BTreeSet<String> =
        layout.configs.iter().flatten().map(|config| config.id().to_string()).collect();
    for index in 0..layout.contents.images.len() {
        let Some(config) = layout.configs.get(index).and_then(Option::as_ref) else { continue };
        if layout.fates.get(index) == Some(&Fate::Dropped) {
            continue;
        }
        let own = names.get(index).cloned().unwrap_or_default();
        let id = config.id();
        layout.report.images.push(WrittenImage {
            index,
            id: Some(id.to_string()),
            names: own.iter().map(|name| name.as_str().to_owned()).collect(),
            ..WrittenImage::default()
        });
        let path = format!("{}.json", id.hex());
        // An image of which there are two manifests is one image here.
        if items.iter().any(|item| item.config == path) {
            continue;
        }
        let mtime = created(Some(config));
        let uses = layout.uses.get(index).map(Vec::as_slice).unwrap_or_default();
        let folders = layer_folders(config, mtime, &mut members, &mut tars, uses, &mut layout.planned);
        if let Some(top) = folders.last() {
            tops.extend(own.iter().map(|name| (name.clone(), top.clone())));
        }
        put(&mut members, &path, FILE, mtime, Content::Bytes(config.raw().to_vec()));
        let image = layout.contents.images.get(index);
        let parent = image.and_then(|image| image.parent).map(|parent| parent.to_string());
        let foreign = image.map(|image| image.layers.as_slice()).unwrap_or_default().iter();
        let sources = foreign
            .filter_map(|layer| Some((layer.diff_id.as_ref()?.as_str().to_owned(), layer.foreign.clone()?)));
        items.push(Item {
            config: path,
            repo_tags: own.iter().map(|name| name.familiar().to_owned()).collect(),
            layers: folders.iter().map(|folder| format!("{folder}/layer.tar")).collect(),
            parent: parent.filter(|parent| ids.contains(parent)),
            sources: sources.collect(),
        });
    }
    put(&mut members, "manifest.json", FILE, 0, Content::Bytes(documents::manifest_json(&items)));
    let mut repositories: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for (name, top) in tops {
        let tags = repositories.entry(name.familiar_name().to_owned()).or_default();
        tags.insert(name.tag().unwrap_or_default().to_owned(), top);
    }
    if !repositories.is_empty() {
        put(&mut members, "repositories", FILE, 0, Content::Bytes(documents::repositories(&repositories)));
    }
    members.into_values().collect()
}

/// Adds the folder of each layer, and gives their names.
fn layer_folders(
    config: &ImageConfig,
    mtime: u64,
    members: &mut BTreeMap<String, Member>,
    tars: &mut HashMap<String, String>,
    uses: &[Option<usize>],
    planned: &mut [Planned],
) -> Vec<String> {
    let mut folders = Vec::new();
    let diff_ids = config.rootfs().diff_ids.iter();
    for (layer, ((id, document), diff_id)) in
        v1::documents(config, CanonicalRules::Docker2020).into_iter().zip(diff_ids).enumerate()
    {
        folders.push(id.clone());
        let path = format!("{id}/");
        if members.contains_key(&path) {
            continue;
        }
        put(members, &path, FOLDER, mtime, Content::Folder);
        put(members, &format!("{id}/VERSION"), FILE, mtime, Content::Bytes(b"1.0".to_vec()));
        put(members, &format!("{id}/json"), FILE, mtime, Content::Bytes(document));
        let path = format!("{id}/layer.tar");
        if let Some(other) = tars.get(diff_id.as_str()) {
            put(members, &path, LINK, mtime, Content::Link(format!("../{other}/layer.tar")));
        } else if let Some(tar) = uses.get(layer).copied().flatten().and_then(|index| planned.get_mut(index))
        {
            tars.insert(DiffId::as_str(diff_id).to_owned(), id);
            tar.path = Some(path.clone());
            tar.mtime = mtime;
            members.insert(path, Member { mode: FILE, ..tar.member() });
        }
    }
    folders
}

fn put(members: &mut BTreeMap<String, Member>, path: &str, mode: u32, mtime: u64, content: Content) {
    let member = Member { path: Some(path.to_owned()), mode, mtime, content };
    members.insert(path.to_owned(), member);
}
