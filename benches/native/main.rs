//! The native half of `cargo xtask bench`, which runs this program and takes its times.
//!
//! ```text
//! native inputs FOLDER SOURCE…    makes the input files out of the files in the SOURCEs
//! native layer FILE               scans one layer on one thread
//! native store FOLDER RUNS        times a store of 100,000 images that it makes there
//! native unpack FILE FOLDER       unpacks an image, and checks every digest of its layers
//! native extract FILE TAR         writes what the image's layers make as one tar, and checks every digest
//! native load FILE ROOT DRIVER SYNC   loads an image into a data root, `synced` or `unsynced`
//! native convert FILE FOLDER      writes all images into an OCI layout, their layers compressed with gzip
//! native oci FILE FOLDER          writes the image into an OCI layout, for programs that unpack those
//! native access FOLDER RUNS       times opening files deep in a gzip layer of 500 MB
//! native image FILE               scans every layer of an image on all cores and checks every digest
//! ```

mod access;
#[cfg(target_os = "linux")]
mod convert;
#[cfg(target_os = "linux")]
mod extract;
mod inputs;
mod load;
mod read;
mod store;
mod tar;
#[cfg(target_os = "linux")]
mod unpack;

use std::path::Path;
use std::process::ExitCode;

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    // `cargo bench` adds an option of its own.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match arguments[..] {
        ["inputs", folder, ref sources @ ..] => inputs::make(Path::new(folder), sources),
        ["layer", file] => read::layer(Path::new(file)),
        ["store", folder, runs] => store::bench(Path::new(folder), runs.parse().unwrap_or(1)),
        ["load", image, root, driver, sync] => {
            load::load(Path::new(image), Path::new(root), driver, sync == "synced")
        }
        #[cfg(target_os = "linux")]
        ["unpack", file, folder] => unpack::unpack(Path::new(file), Path::new(folder)),
        #[cfg(target_os = "linux")]
        ["convert", file, folder] => convert::convert(Path::new(file), Path::new(folder)),
        #[cfg(target_os = "linux")]
        ["extract", file, tar] => extract::extract(Path::new(file), Path::new(tar)),
        #[cfg(target_os = "linux")]
        ["oci", file, folder] => unpack::oci(Path::new(file), Path::new(folder)),
        ["access", folder, runs] => {
            access::bench(&Path::new(folder).join(inputs::ACCESS), runs.parse().unwrap_or(1))
        }
        ["image", file] => read::image(Path::new(file)),
        _ => {
            println!("run by `cargo xtask bench`");
            Ok(())
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
