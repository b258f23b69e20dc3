//! What users get, in the order in which it is made: the wasm modules, the npm package, the page.

use crate::error::Result;
use crate::project::Project;
use crate::stamp::Step;
use crate::{npm, wasm};

/// The npm package: `pkg/dist` beside `pkg/wasm`.
pub fn package(project: &Project) -> Result {
    wasm::build(project)?;
    Step::new(project, "pkg")
        .input(project.path("pkg"))
        .input(project.path("package-lock.json"))
        .output(project.path("pkg/dist"))
        .run(|| npm::script(project, "pkg", "build").run())?;
    Ok(())
}

/// The page: `www/dist`, static files that any server can hand out.
pub fn page(project: &Project) -> Result {
    package(project)?;
    Step::new(project, "www")
        .input(project.path("www"))
        .input(project.path("pkg"))
        .input(project.path("package-lock.json"))
        .output(project.path("www/dist"))
        .run(|| npm::script(project, "www", "build").run())?;
    Ok(())
}
