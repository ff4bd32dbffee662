//! Physical lines, each bounded: what is longer is passed over without being kept.

use std::{
    collections::VecDeque,
    io::{self, BufRead},
};

use super::{Input, MAX_RECORD};

/// What was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    End,
    /// A line, with its end.
    Line,
    /// A line over the limit; only its beginning was kept.
    TooLong,
}

pub(super) struct Lines {
    reader: Input,
    /// What ends a line: a line feed, or the carriage return of a file that has no line feeds.
    end: u8,
    /// Lines handed back, to be read again.
    again: VecDeque<Vec<u8>>,
    /// Number of the line read last, from 1.
    pub number: u64,
}

impl Lines {
    /// `head` is what the file begins with: it tells how lines end in it.
    pub fn new(reader: Input, head: &[u8]) -> Lines {
        let end = if head.contains(&b'\r') && !head.contains(&b'\n') { b'\r' } else { b'\n' };
        Lines { reader, end, again: VecDeque::new(), number: 0 }
    }

    pub fn into_inner(self) -> Input {
        self.reader
    }

    /// Reads a line into `line`, emptying it first.
    pub fn read(&mut self, line: &mut Vec<u8>) -> io::Result<Taken> {
        line.clear();
        if let Some(back) = self.again.pop_front() {
            *line = back;
            self.number += 1;
            return Ok(Taken::Line);
        }
        let mut too_long = false;
        let sign = self.end;
        loop {
            let piece = match self.reader.fill_buf() {
                Ok(piece) => piece,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if piece.is_empty() {
                break;
            }
            let end = piece.iter().position(|byte| *byte == sign);
            let used = end.map_or(piece.len(), |at| at + 1);
            let room = MAX_RECORD.saturating_sub(line.len());
            line.extend_from_slice(&piece[..used.min(room)]);
            too_long |= used > room;
            self.reader.consume(used);
            if end.is_some() {
                break;
            }
        }
        if line.is_empty() {
            return Ok(Taken::End);
        }
        self.number += 1;
        Ok(if too_long { Taken::TooLong } else { Taken::Line })
    }

    /// Hands lines back, the first of them to be read next.
    pub fn hand_back(&mut self, lines: Vec<Vec<u8>>) {
        self.number -= lines.len() as u64;
        for line in lines.into_iter().rev() {
            self.again.push_front(line);
        }
    }
}

/// A line without its end.
pub(super) fn trimmed(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}
