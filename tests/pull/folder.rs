//! A folder as the place.

use std::path::{Path, PathBuf};

use layerglass::digest::{Algorithm, Digest};
use layerglass::error::{ErrorKind, Reason};
use layerglass::fs::{PullFolder, block_on};
use layerglass::pull::{Outcome, Part, Place, PullError, PullRequest, pull};
use layerglass::reference::Source;

use crate::shelf::{Shelf, contents, library};

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn run(shelf: &Shelf, place: &PullFolder, request: &PullRequest) -> Result<(PathBuf, Outcome), PullError> {
    block_on(pull(shelf, place, request, |_| {})).map(|pulled| (pulled.placed.location, pulled.outcome))
}

#[test]
fn a_file_is_placed_by_its_digest_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let place = PullFolder::open(folder.path()).unwrap();
    let bytes = contents();
    let digest = Digest::sha256(&bytes);
    let request = PullRequest::new(library());
    let wrong = request.clone().with_digest(Digest::sha256(b""));
    assert!(matches!(run(&Shelf::of(&bytes), &place, &wrong), Err(PullError::DigestMismatch { .. })));
    assert!(run(&Shelf { breaks_after: Some(10), ..Shelf::of(&bytes) }, &place, &request).is_err());
    assert_eq!(
        names(folder.path()),
        [""; 0],
        "nothing is left of what was refused, nor of what nobody can go on with"
    );
    let (path, outcome) = run(&Shelf::of(&bytes), &place, &request).unwrap();
    assert_eq!((names(folder.path()), outcome), (vec![digest.hex()], Outcome::Fetched { bytes: 10_500 }));
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
    #[cfg(unix)]
    assert_eq!(std::os::unix::fs::MetadataExt::mode(&path.metadata().unwrap()) & 0o777, 0o600);

    let known = request.clone().with_digest(digest);
    assert_eq!(run(&Shelf::default(), &place, &known).unwrap(), (path.clone(), Outcome::Known));
    // Damaged contents are fetched again.
    std::fs::write(&path, b"damaged").unwrap();
    assert_eq!(run(&Shelf::of(&bytes), &place, &known).unwrap().1, Outcome::Fetched { bytes: 10_500 });
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
    assert_eq!((place.remove(&digest), place.remove(&digest)), (Ok(true), Ok(false)));
    assert_eq!(names(folder.path()), [""; 0]);
}

#[test]
fn an_interrupted_pull_goes_on_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = contents();
    let digest = Digest::of(Algorithm::Sha512, &bytes);
    let request = PullRequest::new(library()).with_digest(digest).with_size(bytes.len() as u64);
    let mut shelf = Shelf { breaks_after: Some(6000), ..Shelf::of(&bytes) };
    let open = || PullFolder::open(folder.path()).unwrap();
    assert!(run(&shelf, &open(), &request).is_err());
    let part = names(folder.path());
    assert!(part.len() == 1 && part[0].starts_with(".tmp-pull-sha512-"), "{part:?}");
    shelf.breaks_after = None;
    let (path, outcome) = run(&shelf, &open(), &request).unwrap();
    assert_eq!((shelf.asked(), outcome), (vec![0, 6000], Outcome::Fetched { bytes: 4500 }));
    assert_eq!((std::fs::read(&path).unwrap(), names(folder.path()).len()), (bytes.clone(), 1));
    assert!(path.ends_with(format!("sha512-{}", digest.hex())));

    // A part that others wrote into, or that is longer than the whole, does no harm.
    std::fs::remove_file(&path).unwrap();
    for garbage in [vec![7; 500], vec![7; 20_000]] {
        std::fs::write(folder.path().join(&part[0]), &garbage).unwrap();
        let first = run(&Shelf::of(&bytes), &open(), &request);
        if garbage.len() < bytes.len() {
            assert!(matches!(first, Err(PullError::DigestMismatch { .. })), "{first:?}");
            assert_eq!(names(folder.path()), [""; 0]);
        }
        assert!(run(&Shelf::of(&bytes), &open(), &request).is_ok());
        std::fs::remove_file(&path).unwrap();
    }
    // All of it had come, and only the last step was missing.
    std::fs::write(folder.path().join(&part[0]), &bytes).unwrap();
    let shelf = Shelf::default();
    assert_eq!(run(&shelf, &open(), &request).unwrap().1, Outcome::Fetched { bytes: 0 });
    assert_eq!(shelf.asked(), [0; 0]);
}

#[test]
fn two_pulls_of_one_image_do_not_write_to_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let place = PullFolder::open(folder.path()).unwrap();
    let bytes = contents();
    let digest = Digest::sha256(&bytes);
    let mut first = block_on(place.begin(Some(&digest))).unwrap();
    block_on(first.write(&bytes[..100])).unwrap();
    let request = PullRequest::new(library()).with_digest(digest);
    assert!(run(&Shelf::of(&bytes), &place, &request).is_ok());
    assert_eq!(PullFolder::open(folder.path()).map(|_| names(folder.path()).len()), Ok(2));
    block_on(first.write(&bytes[100..])).unwrap();
    let placed = block_on(first.commit(&digest)).unwrap();
    assert_eq!((std::fs::read(placed.location).unwrap(), names(folder.path()).len()), (bytes.clone(), 1));

    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| run(&Shelf::of(&bytes), &place, &PullRequest::new(library())).unwrap().0))
            .collect();
        for worker in workers {
            assert_eq!(std::fs::read(worker.join().unwrap()).unwrap(), bytes);
        }
    });
    assert_eq!(names(folder.path()).len(), 1);
}

#[test]
fn a_local_file_stays_where_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let place = PullFolder::open(folder.path().join("place")).unwrap();
    let file = folder.path().join("my image.sif");
    std::fs::write(&file, contents()).unwrap();
    let digest = Digest::sha256(&contents());
    let source = |path: &Path| Source::LocalFile { path: path.display().to_string() };
    let request = PullRequest::new(source(&file));
    let (path, outcome) = run(&Shelf::default(), &place, &request).unwrap();
    assert_eq!((&path, outcome), (&file, Outcome::InPlace));
    let wrong = request.clone().with_digest(Digest::sha256(b""));
    assert!(matches!(run(&Shelf::default(), &place, &wrong), Err(PullError::DigestMismatch { .. })));
    assert!(matches!(
        run(&Shelf::default(), &place, &request.with_size(3)),
        Err(PullError::SizeMismatch { .. })
    ));
    assert_eq!(place.remove(&digest), Ok(false));
    assert_eq!((std::fs::read(&file).unwrap(), names(&folder.path().join("place"))), (contents(), vec![]));
    let absent = run(&Shelf::default(), &place, &PullRequest::new(source(&folder.path().join("absent"))));
    assert_eq!(absent.unwrap_err().kind(), ErrorKind::NotFound);
    let is_folder = run(&Shelf::default(), &place, &PullRequest::new(source(folder.path())));
    assert_eq!(is_folder.unwrap_err().kind(), ErrorKind::Io);
}

/// Who can write to the folder may put a link where a part is expected. It is not written through.
#[cfg(unix)]
#[test]
fn a_link_in_the_place_of_a_part_is_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let place = PullFolder::open(folder.path().join("place")).unwrap();
    let (bytes, victim) = (contents(), folder.path().join("victim"));
    std::fs::write(&victim, b"precious").unwrap();
    let digest = Digest::sha256(&bytes);
    let part = folder.path().join(format!("place/.tmp-pull-sha256-{}.part", digest.hex()));
    std::os::unix::fs::symlink(&victim, part).unwrap();
    let request = PullRequest::new(library()).with_digest(digest);
    let (path, _) = run(&Shelf::of(&bytes), &place, &request).unwrap();
    assert!(!path.is_symlink());
    assert_eq!((std::fs::read(path).unwrap(), std::fs::read(victim).unwrap()), (bytes, b"precious".to_vec()));
}
