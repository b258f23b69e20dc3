//! The browser that tests run in, and the driver that fits it. Found or installed, never done without.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{At, Error, Result};
use crate::process::{Program, find, is_executable};
use crate::project::Project;

const BROWSERS: [&str; 5] =
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "google-chrome-for-testing"];
const DRIVERS: [&str; 2] = ["chromedriver", "chromium.chromedriver"];

/// A Chromium and its driver, of one major version.
pub struct Browser {
    pub chrome: PathBuf,
    pub driver: PathBuf,
}

impl Browser {
    /// The browser is `CHROME`, else one on PATH, else Playwright's; the driver `CHROMEDRIVER`, else one on PATH.
    /// As root on Debian both are installed when absent; elsewhere the command that installs them is named.
    pub fn find(project: &Project) -> Result<Self> {
        let mut chrome = chosen("CHROME")?.or_else(|| find(&BROWSERS)).or_else(|| playwrights(project));
        let mut driver = chosen("CHROMEDRIVER")?.or_else(|| find(&DRIVERS));
        if (chrome.is_none() || driver.is_none()) && is_debian() && is_root() {
            install(chrome.is_none(), driver.is_none())?;
            chrome = chrome.or_else(|| find(&BROWSERS));
            driver = driver.or_else(|| find(&DRIVERS));
        }
        let missing = |what: &str| Error::Missing { what: what.into(), install: install_command().into() };
        let browser = Self {
            chrome: chrome.ok_or_else(|| missing("a browser for the tests (Chromium or Chrome)"))?,
            driver: driver.ok_or_else(|| missing("chromedriver, which drives the browser,"))?,
        };
        browser.check_versions()?;
        Ok(browser)
    }

    /// The project's settings for the driver, with the browser's place filled in.
    pub fn webdriver_settings(&self, project: &Project) -> Result<PathBuf> {
        let from = project.path("webdriver.json");
        let text = fs::read_to_string(&from).at("read", &from)?;
        let mut settings: serde_json::Value = serde_json::from_str(&text)
            .map_err(|error| Error::Project { path: from, problem: error.to_string() })?;
        settings["goog:chromeOptions"]["binary"] = self.chrome.to_string_lossy().into();
        let folder = project.target().join("xtask");
        fs::create_dir_all(&folder).at("create", &folder)?;
        let to = folder.join("webdriver.json");
        fs::write(&to, settings.to_string()).at("write", &to)?;
        Ok(to)
    }

    fn check_versions(&self) -> Result {
        let chrome = version(&self.chrome)?;
        let driver = version(&self.driver)?;
        if major(&chrome) == major(&driver) {
            return Ok(());
        }
        Err(Error::Mismatch {
            left: format!("the browser {} ({chrome})", self.chrome.display()),
            right: format!("its driver {} ({driver})", self.driver.display()),
            remedy: format!(
                "Set CHROME and CHROMEDRIVER to two that fit, or install them:\n    {}",
                install_command()
            ),
        })
    }
}

/// A program named by an environment variable; one that cannot be run is an error, not a reason to take another.
fn chosen(variable: &'static str) -> Result<Option<PathBuf>> {
    let Some(value) = std::env::var_os(variable).filter(|value| !value.is_empty()) else { return Ok(None) };
    let path = PathBuf::from(&value);
    if is_executable(&path) {
        return Ok(Some(path));
    }
    let by_name = value.to_str().and_then(|name| find(&[name]));
    by_name.map(Some).ok_or_else(|| Error::Missing {
        what: format!("`{}`, which {variable} names,", path.display()),
        install: install_command().into(),
    })
}

/// The browser that Playwright has downloaded, if it has.
fn playwrights(project: &Project) -> Option<PathBuf> {
    let script = "import('playwright-core').then(p => console.log(p.chromium.executablePath()))";
    let folder = project.path("tests/www");
    let printed =
        Program::new("node").directory(&folder).args(["--input-type=module", "-e", script]).output().ok()?;
    let path = PathBuf::from(printed.trim());
    is_executable(&path).then_some(path)
}

fn install(browser: bool, driver: bool) -> Result {
    let packages = [(browser, "chromium"), (driver, "chromium-driver")];
    let wanted = packages.iter().filter(|(absent, _)| *absent).map(|(_, package)| package);
    let apt = || Program::new("apt-get").env("DEBIAN_FRONTEND", "noninteractive");
    apt().args(["-q", "update"]).run()?;
    apt().args(["-q", "install", "-y", "--no-install-recommends"]).args(wanted).run()
}

fn install_command() -> &'static str {
    if is_debian() {
        "sudo apt-get update && sudo apt-get install -y chromium chromium-driver"
    } else if cfg!(target_os = "macos") {
        "brew install --cask chromium chromedriver"
    } else if os_release().is_some_and(|text| has_id(&text, "ubuntu")) {
        "sudo snap install chromium"
    } else {
        "npx @puppeteer/browsers install chrome@stable && npx @puppeteer/browsers install chromedriver@stable\n\
         and set CHROME and CHROMEDRIVER to the two paths it prints"
    }
}

fn is_debian() -> bool {
    os_release().is_some_and(|text| has_id(&text, "debian")) && find(&["apt-get"]).is_some()
}

fn is_root() -> bool {
    Program::new("id").arg("-u").output().is_ok_and(|id| id.trim() == "0")
}

fn os_release() -> Option<String> {
    fs::read_to_string("/etc/os-release").ok()
}

/// Whether an os-release file is that of this very distribution. Ubuntu, which is like Debian, is not: its package
/// `chromium` only points to a snap.
fn has_id(os_release: &str, id: &str) -> bool {
    os_release.lines().filter_map(|line| line.strip_prefix("ID=")).any(|value| value.trim_matches('"') == id)
}

fn version(program: &Path) -> Result<String> {
    let printed = Program::new(program).arg("--version").output()?;
    version_in(&printed)
        .map(str::to_owned)
        .ok_or_else(|| Error::Output { command: format!("{} --version", program.display()), found: printed })
}

fn version_in(printed: &str) -> Option<&str> {
    printed
        .split_whitespace()
        .find(|word| word.starts_with(|c: char| c.is_ascii_digit()) && word.contains('.'))
}

fn major(version: &str) -> &str {
    version.split('.').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{has_id, major, version_in};

    #[test]
    fn the_version_is_found_in_what_browsers_and_drivers_print() {
        let chrome = version_in("Chromium 156.0.8078.79 built on Debian GNU/Linux 12 (bookworm)\n");
        assert_eq!(chrome, Some("156.0.8078.79"));
        assert_eq!(version_in("ChromeDriver 156.0.8078.79 (abc)").map(major), Some("156"));
        assert_eq!(version_in("no version"), None);
    }

    #[test]
    fn only_debian_itself_is_debian() {
        assert!(has_id("NAME=x\nID=debian\n", "debian"));
        assert!(!has_id("ID=ubuntu\nID_LIKE=debian\n", "debian"));
    }
}
