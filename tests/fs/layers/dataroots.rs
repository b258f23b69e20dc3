//! Data roots that Docker made.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use layerglass::error::{ErrorKind, Reason};
use layerglass::fs::{ImageFile, LayerDriver, LayerFolder, LayerFolderError, OpenOptions};
use layerglass::image::DiffId;
use layerglass::layer::{TarSplitError, TarSplitPiece, TarSplitReader, TarSplitWriter, clean_path};
use layerglass::limits::Limits;
use layerglass::tar::{EntryKind, Event, Reader};

use super::support::{diff_id, export, fixtures, open_as, stored, unpack_archive, unpacked};

/// The tars of the archives that the data roots were filled from.
fn tars() -> BTreeMap<DiffId, Vec<u8>> {
    let mut tars = BTreeMap::new();
    let archives =
        ["quirks.docker20.tar", "quirks.docker28.tar", "shared.docker20.tar", "many-layers.docker20.tar.gz"];
    for archive in archives {
        let path = fixtures().join(archive);
        let bytes = unpacked(&fs::read(&path).expect("an archive")).expect("unpacked");
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("image.tar");
        fs::write(&path, bytes).expect("written");
        let file = ImageFile::open(&path, &OpenOptions::default()).expect("opens");
        for layer in 0..file.archive().layer_count() {
            let tar = stored(&path, file.archive().layer_source(layer).expect("a layer"));
            tars.insert(diff_id(&tar), tar);
        }
    }
    tars
}

/// A data root as Docker has it: the archive is of its folder `image`.
fn data_root(version: u32, folder: &Path) {
    let image = folder.join("image");
    fs::create_dir(&image).expect("a folder");
    unpack_archive(&fixtures().join(format!("dataroot.docker{version}.tar.zst")), &image);
}

/// The lines of tar-split: raw bytes that follow each other as one, and files.
fn pieces(lines: &[u8]) -> Vec<TarSplitPiece> {
    let mut reader = TarSplitReader::new(&Limits::default());
    let mut pieces: Vec<TarSplitPiece> = Vec::new();
    let mut take = |piece: TarSplitPiece| {
        match (pieces.last_mut(), piece) {
            (_, TarSplitPiece::Raw(bytes)) if bytes.is_empty() => {}
            (Some(TarSplitPiece::Raw(before)), TarSplitPiece::Raw(bytes)) => before.extend(bytes),
            (_, piece) => pieces.push(piece),
        }
        Ok::<(), TarSplitError>(())
    };
    reader.push(lines, &mut take).expect("read");
    reader.finish().expect("whole");
    pieces
}

fn split(tar: &[u8]) -> Vec<u8> {
    let mut writer = TarSplitWriter::new(&Limits::default());
    let mut lines = Vec::new();
    for piece in tar.chunks(1000) {
        writer.push(piece).expect("a tar");
        lines.extend(writer.take_lines());
    }
    lines.extend(writer.finish().expect("whole").lines);
    lines
}

/// The lines that name something, as they are written.
fn named(lines: &[u8]) -> Vec<String> {
    let text = String::from_utf8(lines.to_vec()).expect("text");
    text.lines().filter(|line| line.starts_with(r#"{"type":1"#)).map(str::to_owned).collect()
}

/// Of each layer of Docker's, what it keeps of the tar is what we make of the same tar.
#[test]
fn what_is_kept_of_a_tar_is_what_docker_keeps() {
    let tars = tars();
    let mut compared = 0;
    for version in [20, 28] {
        let folder = tempfile::tempdir().expect("a folder");
        data_root(version, folder.path());
        let (layers, report) = open_as(folder.path(), LayerDriver::Overlay2);
        assert!(report.layers > 0);
        for info in layers.list().expect("listed") {
            let Some(tar) = tars.get(&info.diff_id) else { continue };
            let digest = info.chain_id.digest().expect("a digest");
            let path = folder.path().join("image/overlay2/layerdb/sha256").join(digest.hex());
            let docker = unpacked(&fs::read(path.join("tar-split.json.gz")).expect("read")).expect("gzip");
            let ours = split(tar);
            assert_eq!(named(&docker), named(&ours), "{}", info.diff_id);
            assert_eq!(pieces(&docker), pieces(&ours), "{}", info.diff_id);
            compared += 1;
        }
    }
    assert!(compared > 100, "only {compared} layers were compared");
}

/// Contents as they are in a folder: regular files only, which is all that a tar is put together from.
fn unpack_files(tar: &[u8], folder: &Path) {
    let mut reader = Reader::new(&Limits::default());
    let mut input = tar;
    let mut file: Option<(Vec<u8>, Vec<u8>)> = None;
    while let Some(event) = reader.next(&mut input).expect("a tar") {
        match event {
            Event::Entry(entry) => {
                let is_file = entry.kind == EntryKind::File && entry.size > 0;
                file = is_file.then(|| (clean_path(&entry.path).expect("clean").to_vec(), Vec::new()));
            }
            Event::Data(data) => file.iter_mut().for_each(|(_, contents)| contents.extend(data)),
            Event::Hole(length) => {
                file.iter_mut()
                    .for_each(|(_, contents)| contents.resize(contents.len() + length as usize, 0));
            }
            Event::EntryEnd => {
                if let Some((path, contents)) = file.take() {
                    use std::os::unix::ffi::OsStrExt;
                    let path = folder.join(std::ffi::OsStr::from_bytes(&path));
                    fs::create_dir_all(path.parent().expect("a folder")).expect("made");
                    fs::write(path, contents).expect("written");
                }
            }
        }
    }
    fs::create_dir_all(folder).expect("made");
}

fn fill(
    layers: &LayerFolder,
    tars: &BTreeMap<DiffId, Vec<u8>>,
    place: impl Fn(&str) -> std::path::PathBuf,
) -> u32 {
    let mut filled = 0;
    for info in layers.list().expect("listed") {
        if let Some(tar) = tars.get(&info.diff_id) {
            unpack_files(tar, &place(&info.cache_id));
            filled += 1;
        }
    }
    filled
}

/// Layers of stopped daemons are exported as they were loaded, from what is left of the tar and the unpacked files.
#[test]
fn layers_of_a_stopped_daemon_are_exported_byte_by_byte() {
    let tars = tars();
    for version in [20, 28] {
        let folder = tempfile::tempdir().expect("a folder");
        data_root(version, folder.path());
        fs::rename(folder.path().join("image/overlay2"), folder.path().join("image/vfs")).expect("renamed");
        let (layers, _) = open_as(folder.path(), LayerDriver::Vfs);
        let filled = fill(&layers, &tars, |cache_id| folder.path().join("vfs/dir").join(cache_id));
        assert!(filled >= 5, "{filled}");
        for info in layers.list().expect("listed") {
            match tars.get(&info.diff_id) {
                Some(tar) => assert_eq!(&export(&layers, &info.chain_id), tar, "{}", info.chain_id),
                None => {
                    let error = layers.export(&info.chain_id, &mut Vec::new()).expect_err("no contents");
                    assert_eq!((error.kind(), error.code()), (ErrorKind::Corrupt, "layer-contents"));
                }
            }
        }
        fs::rename(folder.path().join("image/vfs"), folder.path().join("image/overlay2")).expect("renamed");
        let (layers, _) = open_as(folder.path(), LayerDriver::Overlay2);
        fill(&layers, &tars, |cache_id| folder.path().join("overlay2").join(cache_id).join("diff"));
        for (info, tar) in
            layers.list().expect("listed").iter().filter_map(|info| Some((info, tars.get(&info.diff_id)?)))
        {
            assert_eq!(&export(&layers, &info.chain_id), tar, "{}", info.chain_id);
        }
    }
}

/// A file that is not what was registered is named, with the layer.
#[test]
fn contents_that_changed_are_named() {
    let tars = tars();
    let folder = tempfile::tempdir().expect("a folder");
    data_root(20, folder.path());
    let (layers, _) = open_as(folder.path(), LayerDriver::Overlay2);
    let place = |cache_id: &str| folder.path().join("overlay2").join(cache_id).join("diff");
    fill(&layers, &tars, place);
    let info = layers
        .list()
        .expect("listed")
        .into_iter()
        .find(|info| info.parent.is_none() && place(&info.cache_id).join("q/chmodded").exists())
        .expect("the layer of quirks");
    let file = place(&info.cache_id).join("q/chmodded");
    let told = |what: &str| {
        let error = layers.export(&info.chain_id, &mut Vec::new()).expect_err(what);
        match &error {
            LayerFolderError::Contents { chain_id, file: Some(file), .. } => {
                assert_eq!((chain_id, &file[..]), (&info.chain_id, &b"q/chmodded"[..]), "{what}");
            }
            other => panic!("{what}: {other}"),
        }
        assert!(error.to_string().starts_with("could not verify layer data for"), "{error}");
    };
    let contents = fs::read(&file).expect("read");
    let mut other = contents.clone();
    other[3] ^= 1;
    fs::write(&file, &other).expect("written");
    told("other bytes");
    fs::write(&file, &contents[1..]).expect("written");
    told("a shorter file");
    fs::remove_file(&file).expect("removed");
    told("no file");
    fs::create_dir(&file).expect("a folder");
    told("a folder");
    fs::remove_dir(&file).expect("removed");
    std::os::unix::fs::symlink("/etc/hostname", &file).expect("a link");
    told("a link out of the layer");
    fs::remove_file(&file).expect("removed");
    fs::write(&file, &contents).expect("written");
    assert_eq!(diff_id(&export(&layers, &info.chain_id)), info.diff_id);
}
