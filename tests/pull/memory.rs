//! The rules of a pull, in memory.

use layerglass::digest::{Algorithm, Digest};
use layerglass::error::{ErrorKind, Reason};
use layerglass::fs::block_on;
use layerglass::limits::Limits;
use layerglass::pull::{
    MemoryPlace, Outcome, PullError, PullProgress, PullRequest, library_info, pull, remote_info,
};
use layerglass::reference::Source;

use crate::shelf::{Shelf, contents, library};

fn run(shelf: &Shelf, place: &MemoryPlace, request: &PullRequest) -> Result<(Digest, Outcome), PullError> {
    block_on(pull(shelf, place, request, |_| {})).map(|pulled| (pulled.placed.digest, pulled.outcome))
}

#[test]
fn contents_come_with_progress_and_are_known_the_next_time() {
    let (bytes, place) = (contents(), MemoryPlace::new());
    let digest = Digest::sha256(&bytes);
    let mut shelf = Shelf::of(&bytes);
    shelf.announced_size = Some(bytes.len() as u64);
    let mut told = Vec::new();
    let request = PullRequest::new(library());
    let pulled = block_on(pull(&shelf, &place, &request, |progress| told.push(progress))).unwrap();
    assert_eq!((pulled.placed.digest, pulled.placed.size), (digest, 10_500));
    assert_eq!(pulled.outcome, Outcome::Fetched { bytes: 10_500 });
    assert_eq!(told.last(), Some(&PullProgress { bytes: 10_500, total: Some(10_500) }));
    assert_eq!((told.len(), place.contents(&digest)), (11, Some(bytes)));

    // The other side announces what is there already: nothing is fetched.
    shelf.announced = Some(digest);
    assert_eq!(run(&shelf, &place, &request), Ok((digest, Outcome::Known)));
    // Who names the digest need not even ask.
    let asked = *shelf.infos.lock().unwrap();
    assert_eq!(run(&shelf, &place, &request.with_digest(digest)), Ok((digest, Outcome::Known)));
    assert_eq!((shelf.asked(), *shelf.infos.lock().unwrap()), (vec![0], asked));
}

#[test]
fn what_is_not_what_was_asked_for_is_not_placed() {
    let bytes = contents();
    let (right, wrong) = (Digest::sha256(&bytes), Digest::sha256(b"something else"));
    let named = |digest: &Digest| Source::parse(&format!("docker://demo/tool@{digest}")).unwrap();
    let in_library = Source::parse(&format!("library://demo/tool:sha256.{}", wrong.hex())).unwrap();
    let request = PullRequest::new;
    for request in [
        request(library()).with_digest(wrong),
        request(named(&wrong)),
        request(in_library),
        request(named(&right)).with_digest(wrong),
    ] {
        let place = MemoryPlace::new();
        let error = run(&Shelf::of(&bytes), &place, &request).unwrap_err();
        assert!(matches!(error, PullError::DigestMismatch { .. }), "{error}");
        assert_eq!((error.kind(), place.digests()), (ErrorKind::Corrupt, vec![]));
        // Nothing of it is taken up by the next pull.
        let shelf = Shelf::of(&bytes);
        assert!(run(&shelf, &place, &request).is_err());
        assert!(shelf.asked().iter().all(|&offset| offset == 0));
    }
    let place = MemoryPlace::new();
    let lying = Shelf { announced: Some(wrong), ..Shelf::of(&bytes) };
    assert!(matches!(run(&lying, &place, &request(library())), Err(PullError::DigestMismatch { .. })));
    for size in [0, 10_499, 10_501, u64::MAX] {
        let error = run(&Shelf::of(&bytes), &place, &request(library()).with_size(size)).unwrap_err();
        assert!(matches!(error, PullError::SizeMismatch { expected, .. } if expected == size), "{error}");
        let announced = Shelf { announced_size: Some(size), ..Shelf::of(&bytes) };
        assert!(matches!(run(&announced, &place, &request(library())), Err(PullError::SizeMismatch { .. })));
    }
    let mut limited = request(library());
    limited.limits = Limits { pull_bytes: 5000, ..Limits::default() };
    assert_eq!(run(&Shelf::of(&bytes), &place, &limited).unwrap_err().kind(), ErrorKind::Limit);
    assert_eq!(place.digests(), []);
}

#[test]
fn a_pull_goes_on_where_the_last_one_broke() {
    let bytes = contents();
    let digest = Digest::sha256(&bytes);
    for (from_start, now, offsets) in [(false, 2500, [0, 4000, 8000]), (true, 10_500, [0, 4000, 4000])] {
        let place = MemoryPlace::new();
        let request = PullRequest::new(library()).with_digest(digest);
        let mut shelf = Shelf { breaks_after: Some(4000), from_start, ..Shelf::of(&bytes) };
        for _ in 0..2 {
            assert!(matches!(run(&shelf, &place, &request), Err(PullError::Fetch { .. })));
            assert_eq!(place.digests(), []);
        }
        shelf.breaks_after = None;
        assert_eq!(run(&shelf, &place, &request), Ok((digest, Outcome::Fetched { bytes: now })));
        assert_eq!((shelf.asked(), place.contents(&digest)), (offsets.to_vec(), Some(bytes.clone())));
    }
    // What cannot be told apart is begun again.
    let place = MemoryPlace::new();
    let mut shelf = Shelf { breaks_after: Some(4000), ..Shelf::of(&bytes) };
    assert!(run(&shelf, &place, &PullRequest::new(library())).is_err());
    shelf.breaks_after = None;
    let algorithm = Algorithm::Sha512;
    let mut request = PullRequest::new(library());
    request.algorithm = algorithm;
    assert_eq!(run(&shelf, &place, &request).unwrap().0, Digest::of(algorithm, &bytes));
    assert_eq!(shelf.asked(), [0, 0]);
}

#[test]
fn sources_are_told_apart() {
    let shelf = Shelf { absent: true, ..Shelf::default() };
    let place = MemoryPlace::new();
    let error = run(&shelf, &place, &PullRequest::new(library())).unwrap_err();
    assert_eq!((error.kind(), matches!(error, PullError::NotFound { .. })), (ErrorKind::NotFound, true));
    let with_digest = PullRequest::new(library()).with_digest(Digest::sha256(b""));
    assert!(matches!(run(&shelf, &place, &with_digest), Err(PullError::NotFound { .. })));
    assert!(matches!(block_on(library_info(&shelf, &library())), Err(PullError::NotFound { .. })));
    let docker = Source::parse("docker://busybox").unwrap();
    let local = Source::LocalFile { path: "/x.sif".into() };
    for source in [&docker, &local] {
        let error = block_on(library_info(&shelf, source)).unwrap_err();
        assert!(matches!(error, PullError::WrongSource { expected: "library", .. }));
        assert!(error.to_string().ends_with("is not library"), "{error}");
    }
    assert!(matches!(block_on(remote_info(&shelf, &local)), Err(PullError::WrongSource { .. })));
    assert!(matches!(block_on(remote_info(&Shelf::of(b"x"), &docker)), Ok(info) if info.digest.is_none()));
    let unsupported = run(&shelf, &place, &PullRequest::new(local)).unwrap_err();
    assert_eq!(unsupported.kind(), ErrorKind::Unsupported);
}
