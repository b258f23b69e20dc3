//! [`Names`] to `repositories.json`.

use super::{Names, Repository};
use crate::json::{Escapes, ObjectWriter};

impl Names {
    /// The file: compact, with sorted keys, without a newline at its end, as Docker writes it. What is kept of a damaged
    /// file stands in its place.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut repositories = ObjectWriter::new(Escapes::Current);
        for (name, repository) in self.repositories.iter() {
            repositories.raw(name, &repository.to_json());
        }
        let mut file = ObjectWriter::new(Escapes::Current);
        file.raw("Repositories", &repositories.finish());
        for (key, json) in &self.others {
            file.raw(key, json);
        }
        file.finish()
    }
}

impl Repository {
    fn to_json(&self) -> Vec<u8> {
        if let Some(json) = &self.instead {
            return json.clone();
        }
        let mut out = ObjectWriter::new(Escapes::Current);
        let mut kept = self.kept.iter().peekable();
        for (name, id) in self.names.iter() {
            while let Some((key, json)) = kept.next_if(|(key, _)| key.as_str() < name.familiar()) {
                out.raw(key, json);
            }
            out.string(name.familiar(), &id.to_string());
        }
        for (key, json) in kept {
            out.raw(key, json);
        }
        out.finish()
    }
}
