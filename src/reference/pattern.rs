//! Patterns as the shell has them, by the rules of Go's `path.Match`.

use crate::error::{ErrorKind, Reason};

/// A pattern is malformed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("syntax error in the pattern at byte {offset}")]
pub struct PatternError {
    /// Where what is wrong starts.
    pub offset: usize,
}

impl Reason for PatternError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid
    }

    fn code(&self) -> &'static str {
        "pattern-syntax"
    }

    fn offset(&self) -> Option<u64> {
        Some(self.offset as u64)
    }
}

/// A pattern: `*` is any text without a slash, `?` one character but a slash, `[a-z]` one character of those, `[^a-z]`
/// one other character (a slash as well), and a backslash takes the next character as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// What stands between stars; the first has no star before it when `anchored`.
    chunks: Vec<Vec<Token>>,
    anchored: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Literal(char),
    Any,
    Class { negated: bool, ranges: Vec<(char, char)> },
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// Where it is malformed: a class without end or with a bare `-`, or a backslash at the end.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let mut reader = Reader { text, at: 0 };
        let mut chunks = vec![Vec::new()];
        let mut star = false;
        let anchored = !text.starts_with('*');
        while let Some(c) = reader.next() {
            if c == '*' {
                star = true;
                continue;
            }
            if std::mem::take(&mut star) {
                chunks.push(Vec::new());
            }
            let token = match c {
                '?' => Token::Any,
                '[' => reader.class()?,
                '\\' => Token::Literal(reader.next().ok_or(PatternError { offset: text.len() - 1 })?),
                c => Token::Literal(c),
            };
            if let Some(chunk) = chunks.last_mut() {
                chunk.push(token);
            }
        }
        if star {
            chunks.push(Vec::new());
        }
        if !anchored {
            // The empty chunk before the first star.
            chunks.remove(0);
        }
        Ok(Self { chunks, anchored })
    }

    /// Whether the whole of a text fits. Each part between stars is matched at the first place where it fits, so this
    /// takes at most as many steps as the text's length times the pattern's.
    pub fn matches(&self, text: &str) -> bool {
        let mut rest = text;
        let last = self.chunks.len().saturating_sub(1);
        for (index, chunk) in self.chunks.iter().enumerate() {
            let star = index > 0 || !self.anchored;
            if star && chunk.is_empty() && index == last {
                return !rest.as_bytes().contains(&b'/');
            }
            let limit = if star { rest.find('/').unwrap_or(rest.len()) } else { 0 };
            if star && index == last {
                // As many characters as it has tokens, at the very end.
                let start = rest.char_indices().rev().nth(chunk.len() - 1).map(|(at, _)| at);
                let end = start.filter(|&at| at <= limit).and_then(|at| rest.get(at..));
                return end.is_some_and(|end| match_chunk(chunk, end).is_some());
            }
            let fit = rest
                .char_indices()
                .map(|(at, _)| at)
                .chain([rest.len()])
                .take_while(|&at| at <= limit)
                .filter_map(|at| match_chunk(chunk, rest.get(at..)?))
                .find(|after| index < last || after.is_empty());
            match fit {
                Some(after) => rest = after,
                None => return false,
            }
        }
        rest.is_empty()
    }
}

/// What follows the part of the text that the tokens match at its start.
fn match_chunk<'t>(chunk: &[Token], text: &'t str) -> Option<&'t str> {
    let mut chars = text.chars();
    for token in chunk {
        let c = chars.next()?;
        let fits = match token {
            Token::Literal(literal) => c == *literal,
            Token::Any => c != '/',
            Token::Class { negated, ranges } => {
                ranges.iter().any(|&(low, high)| (low..=high).contains(&c)) != *negated
            }
        };
        if !fits {
            return None;
        }
    }
    Some(chars.as_str())
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.text.get(self.at..)?.chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    /// A class, whose opening bracket has been read.
    fn class(&mut self) -> Result<Token, PatternError> {
        let start = self.at - 1;
        let negated = self.peek() == Some('^');
        if negated {
            self.at += 1;
        }
        let mut ranges = Vec::new();
        loop {
            if !ranges.is_empty() && self.peek() == Some(']') {
                self.at += 1;
                return Ok(Token::Class { negated, ranges });
            }
            let low = self.class_character(start)?;
            let mut high = low;
            if self.peek() == Some('-') {
                self.at += 1;
                high = self.class_character(start)?;
            }
            ranges.push((low, high));
        }
    }

    /// One end of a range; something has to follow it.
    fn class_character(&mut self, start: usize) -> Result<char, PatternError> {
        let offset = self.at;
        let c = match self.next() {
            None => return Err(PatternError { offset: start }),
            Some('-' | ']') => return Err(PatternError { offset }),
            Some('\\') => self.next().ok_or(PatternError { offset })?,
            Some(c) => c,
        };
        if self.peek().is_none() { Err(PatternError { offset: start }) } else { Ok(c) }
    }
}
