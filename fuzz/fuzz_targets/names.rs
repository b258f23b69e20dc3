//! Files of names: what was read is the same when it is written and read again, and every name leads to its image.
#![no_main]

use layerglass::limits::Limits;
use layerglass::store::Names;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let limits = Limits::default();
    let Ok((mut names, problems)) = Names::read(input, &limits) else { return };
    let file = names.to_bytes();
    let (again, left) = Names::read(&file, &limits).expect("what was written can be read");
    assert_eq!(again, names);
    assert_eq!(again.to_bytes(), file);
    assert_eq!(left.len(), problems.iter().filter(|problem| problem.is_kept()).count());
    let all: Vec<_> = names.iter().map(|(name, id)| (name.clone(), id)).collect();
    assert_eq!(all.len(), names.len());
    for (name, id) in &all {
        assert_eq!(names.get(name), Some(*id));
        assert!(names.names_of(id).contains(name));
    }
    for (name, _) in &all {
        names.untag(name).expect("the name is there");
    }
    assert!(names.is_empty() && names.ids().next().is_none());
    assert_eq!(Names::read(&names.to_bytes(), &limits).expect("what was written can be read").0, names);
});
