//! Bringing an image from elsewhere: through a [`Fetcher`] that the caller supplies, into a [`Place`].
//!
//! What comes is hashed on its way. It is placed by its digest in one step once all of it is there and its size and digest
//! are what they should be; before that nobody sees it, and when anything fails nothing is placed. What is in the place
//! already is not fetched again. A part that came before the transport failed is kept where the digest is known
//! beforehand, and the next pull goes on behind it when the fetcher can begin there. A local file is not brought anywhere:
//! it is hashed where it lies, and never changed or deleted.

mod error;
mod fetch;
mod memory;
mod place;
mod run;

pub use error::{FetchError, PlaceError, PullError};
pub use fetch::{Body, Fetch, Fetcher, RemoteInfo};
pub use memory::MemoryPlace;
pub use place::{Part, Place, Placed};
pub use run::{Outcome, PullProgress, PullRequest, Pulled, library_info, pull, remote_info};
