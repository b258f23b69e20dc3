//! Licences as SPDX wants them.

/// Identifiers of SPDX's list that packages declare most, in the order of their bytes. What is not among them is passed on
/// as text, which says as much.
const KNOWN: [&str; 122] = [
    "0BSD",
    "AFL-2.1",
    "AFL-3.0",
    "AGPL-3.0",
    "AGPL-3.0-only",
    "AGPL-3.0-or-later",
    "APSL-2.0",
    "Apache-1.0",
    "Apache-1.1",
    "Apache-2.0",
    "Artistic-1.0",
    "Artistic-1.0-Perl",
    "Artistic-2.0",
    "BSD-1-Clause",
    "BSD-2-Clause",
    "BSD-2-Clause-Patent",
    "BSD-3-Clause",
    "BSD-3-Clause-Clear",
    "BSD-3-Clause-LBNL",
    "BSD-4-Clause",
    "BSD-4-Clause-UC",
    "BSD-Source-Code",
    "BSL-1.0",
    "BlueOak-1.0.0",
    "CC-BY-3.0",
    "CC-BY-4.0",
    "CC-BY-SA-3.0",
    "CC-BY-SA-4.0",
    "CC0-1.0",
    "CDDL-1.0",
    "CDDL-1.1",
    "CPL-1.0",
    "CUA-OPL-1.0",
    "ECL-2.0",
    "EPL-1.0",
    "EPL-2.0",
    "EUPL-1.1",
    "EUPL-1.2",
    "FSFAP",
    "FSFUL",
    "FSFULLR",
    "FTL",
    "GFDL-1.1",
    "GFDL-1.1-or-later",
    "GFDL-1.2",
    "GFDL-1.2-or-later",
    "GFDL-1.3",
    "GFDL-1.3-or-later",
    "GPL-1.0",
    "GPL-1.0-only",
    "GPL-1.0-or-later",
    "GPL-2.0",
    "GPL-2.0-only",
    "GPL-2.0-or-later",
    "GPL-3.0",
    "GPL-3.0-only",
    "GPL-3.0-or-later",
    "HPND",
    "ICU",
    "IJG",
    "IPL-1.0",
    "ISC",
    "Info-ZIP",
    "JSON",
    "LGPL-2.0",
    "LGPL-2.0-only",
    "LGPL-2.0-or-later",
    "LGPL-2.1",
    "LGPL-2.1-only",
    "LGPL-2.1-or-later",
    "LGPL-3.0",
    "LGPL-3.0-only",
    "LGPL-3.0-or-later",
    "LPPL-1.3c",
    "MIT",
    "MIT-0",
    "MIT-CMU",
    "MIT-Modern-Variant",
    "MPL-1.0",
    "MPL-1.1",
    "MPL-2.0",
    "MS-PL",
    "MS-RL",
    "MirOS",
    "NCSA",
    "NTP",
    "Net-SNMP",
    "OFL-1.0",
    "OFL-1.1",
    "OLDAP-2.8",
    "OSL-2.1",
    "OSL-3.0",
    "OpenSSL",
    "PHP-3.0",
    "PHP-3.01",
    "PSF-2.0",
    "PostgreSQL",
    "Python-2.0",
    "Python-2.0.1",
    "QPL-1.0",
    "Ruby",
    "SGI-B-2.0",
    "SISSL",
    "SMLNJ",
    "Sleepycat",
    "TCL",
    "UPL-1.0",
    "Unicode-3.0",
    "Unicode-DFS-2015",
    "Unicode-DFS-2016",
    "Unlicense",
    "Vim",
    "W3C",
    "WTFPL",
    "X11",
    "XFree86-1.1",
    "Xnet",
    "ZPL-2.1",
    "Zlib",
    "blessing",
    "bzip2-1.0.6",
    "curl",
];

/// Exceptions that stand behind `WITH`.
const EXCEPTIONS: [&str; 9] = [
    "Autoconf-exception-2.0",
    "Autoconf-exception-3.0",
    "Bison-exception-2.2",
    "Classpath-exception-2.0",
    "Font-exception-2.0",
    "GCC-exception-3.1",
    "LLVM-exception",
    "Libtool-exception",
    "OpenSSL-exception",
];

/// The identifier that a text is, spelled as SPDX spells it.
pub(super) fn identifier(text: &str) -> Option<&'static str> {
    KNOWN.iter().find(|known| known.eq_ignore_ascii_case(text)).copied()
}

/// The expression that a text is, when it is one whose every identifier is known: operands joined by `AND` and `OR`, with
/// brackets and exceptions.
pub(super) fn expression(text: &str) -> Option<String> {
    let spaced = text.replace('(', " ( ").replace(')', " ) ");
    let mut words = spaced.split_whitespace().peekable();
    let mut parts: Vec<&str> = Vec::new();
    let mut open = 0_u32;
    // Whether an operand has to follow.
    let mut wants_operand = true;
    while let Some(word) = words.next() {
        let upper = word.to_ascii_uppercase();
        match (wants_operand, upper.as_str()) {
            (true, "(") => open += 1,
            (false, ")") => open = open.checked_sub(1)?,
            (false, "AND" | "OR") => wants_operand = true,
            (false, "WITH") => {
                let exception = words.next()?;
                let known = EXCEPTIONS.iter().find(|known| known.eq_ignore_ascii_case(exception))?;
                if parts.last().is_none_or(|last| identifier(last).is_none()) {
                    return None;
                }
                parts.extend(["WITH", known]);
                continue;
            }
            (true, _) => {
                parts.push(identifier(word)?);
                wants_operand = false;
                continue;
            }
            _ => return None,
        }
        parts.push(match upper.as_str() {
            "AND" => "AND",
            "OR" => "OR",
            "(" => "(",
            _ => ")",
        });
    }
    (!wants_operand && open == 0).then(|| parts.join(" ").replace("( ", "(").replace(" )", ")"))
}
