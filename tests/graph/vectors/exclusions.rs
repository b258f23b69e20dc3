//! The vectors that show what the originals do wrong, each with the reason why it is not ours.

pub const DESTROYS: &str = "what fails to register destroys what is there; here nothing is touched";
pub const OTHER_ID: &str = "a document of another id is taken and then unreadable; here it is refused";
pub const ID_GRAMMAR: &str =
    "nearly any text is an id, also one that leads elsewhere; here ids have a grammar";
pub const EXACT: &str = "an id that begins another is never found; here a whole id goes first";
pub const EMPTY_PREFIX: &str = "an empty text makes an empty index fall over; here it is not found";
pub const EMPTY_ID: &str = "an index takes an empty id; here it is no id";
pub const NOT_EXIST: &str =
    "whether something is not there is told from the text of an error; here by its kind";

pub const TAG_FORCE: &str = "without force a tag is moved; here that is a conflict";
pub const TAG_GRAMMAR: &str = "any text without `/` and `:` is a tag; here tags have a grammar";
pub const TAG_PORT: &str = "the port of a registry is taken for a tag; here all names of an image go";
pub const TAG_DELETE: &str = "an unknown repository is not reported; here it is not found";
pub const TAG_PANIC: &str = "a file with `null` makes it fall over; here it has no names";

pub const URL_BUILD: &str = "a URL is joined from unchecked parts; here store and id are checked";
pub const URL_PANIC: &str = "the URL of a store makes it fall over; here it is the URL of no layer";
pub const URL_LOOSE: &str = "what is no layer's URL is taken for one; here it is refused";
pub const URL_FORM: &str = "a URL keeps the form in which it was given; here it has one form";
pub const FILTER_NULL: &str = "a filter has a set or none; here it always has one";
pub const ROOT_PANIC: &str = "deleting the root falls over; here the tree is empty then";

pub const UNCHECKED: &str = "another checksum for a known id is not noticed; here it is a conflict";
pub const DETACHED: &str =
    "answers from memory without the storage; here what other writers do is seen at once";
pub const STATUS: &str = "status codes of a service; errors have kinds here";
pub const MODEL: &str = "the form of a service's answers; there is no service here";
pub const ON_DISK: &str = "compares unpacked folders; checked where layers are unpacked";
